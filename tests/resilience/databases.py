"""A database of one test alone, with the tables of the suite's, that other processes can open."""

import copy
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import load_backend


@contextmanager
def own_database(folder: Path) -> Iterator[str]:
    """Let this process use a fresh database for the block; its address, for other processes."""
    usual = connections["default"]
    make = _sqlite_copy if usual.vendor == "sqlite" else _postgresql_copy
    with make(usual, folder) as name:
        chosen = copy.deepcopy(usual.settings_dict) | {"NAME": name}
        connections["default"] = load_backend(chosen["ENGINE"]).DatabaseWrapper(chosen, "default")
        try:
            yield _address(usual.vendor, chosen)
        finally:
            connections["default"].close()
            connections["default"] = usual


@contextmanager
def _sqlite_copy(usual: BaseDatabaseWrapper, folder: Path) -> Iterator[str]:
    target = folder / "own.sqlite3"
    usual.ensure_connection()
    with sqlite3.connect(target) as there:
        usual.connection.backup(there)
    there.close()
    yield str(target)


@contextmanager
def _postgresql_copy(usual: BaseDatabaseWrapper, folder: Path) -> Iterator[str]:
    """PostgreSQL copies a database that nobody is connected to."""
    template = usual.settings_dict["NAME"]
    name = f"test_resilience_{uuid.uuid4().hex[:12]}"
    usual.close()
    with usual._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield name
    finally:
        with usual._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _address(vendor: str, chosen: dict[str, str]) -> str:
    if vendor == "sqlite":
        return f"sqlite:///{chosen['NAME']}"
    person = ":".join(quote(chosen[part]) for part in ("USER", "PASSWORD") if chosen[part])
    place = ":".join(quote(str(chosen[part]), safe="") for part in ("HOST", "PORT") if chosen[part])
    return f"postgres://{person}{'@' if person else ''}{place}/{chosen['NAME']}"
