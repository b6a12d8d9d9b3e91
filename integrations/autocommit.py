"""The rule that nobody calls a provider while holding a database transaction open."""

from django.db import connection as database


def demand_autocommit() -> None:
    """Raise inside a transaction: its locks would make all workers wait for the provider.

    The transaction that a test case opens around itself does not count.
    """
    if any(not getattr(block, "_from_testcase", False) for block in database.atomic_blocks):
        raise RuntimeError("A provider was to be called inside a database transaction.")
