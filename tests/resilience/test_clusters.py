"""Two machines with workers on one PostgreSQL and one Redis."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from django_q.tasks import async_task

from accounts.tenancy import tenant_scope
from integrations.models import Connection
from integrations.sandbox.server import SandboxServer
from syncs.models import Sync
from syncs.queue import RUN, forget_messages
from tests.resilience.books import Books, Size, open_books
from tests.resilience.clusters import START_LIMIT, Machine, machine, until

pytestmark = [
    pytest.mark.processes,
    pytest.mark.postgresql,
    pytest.mark.redis,
    pytest.mark.django_db(transaction=True),
]

SIZE = Size(
    left=35,
    right=35,
    equal=5,
    differing=5,
    products=10,
    items=10,
    invoices_left=6,
    invoices_right=6,
    paid_left=3,
    paid_right=3,
)
# Customers, the left telephone number of those that differ, items, invoices, their payments and
# “Custom line item”.
BOOKED = 35 + 5 + 10 + 6 + 3 + 1
# Contacts and products; invoices, each with two lines, what these and its contact are joined by and
# its status; payments with their invoice and contact; notes with their deal.
MIRRORED = 35 + 10 + 6 * (1 + 2 + 2 + 1 + 1) + 3 * 3 + 3 * 2
# Each message is sent so often.
DOUBLED = 6
LIMIT = 60.0


@pytest.fixture
def books(database_url: str, limited_sandbox: SandboxServer, queue: str) -> Books:
    return open_books(limited_sandbox, SIZE)


@pytest.fixture
def machines(
    tmp_path: Path, database_url: str, limited_sandbox: SandboxServer, queue: str
) -> Iterator[list[Machine]]:
    """Two machines with a worker each."""
    with ExitStack() as stack:
        started = [
            stack.enter_context(machine(tmp_path / name, database_url, limited_sandbox.url, queue))
            for name in ("first", "second")
        ]
        yield started


def let_tokens_run_out(books: Books) -> None:
    """HubSpot's by our own reckoning, QuickBooks' without our knowing."""
    quickbooks = books.server.sandbox.quickbooks
    with quickbooks.lock:
        quickbooks.sign_in.tokens.expire("access")
    books.server.sandbox.hubspot.expire_tokens()
    hubspot = Connection.objects.for_tenant(books.tenant).filter(provider="hubspot")
    hubspot.update(access_expires_at=timezone.now() - timedelta(seconds=1))


def claimants(books: Books) -> set[str]:
    with tenant_scope(books.tenant):
        held = Sync.objects.exclude(claimed_by="").values_list("claimed_by", flat=True)
        return {token.partition(":")[0] for token in held}


def send_often(books: Books) -> None:
    forget_messages()
    for _ in range(DOUBLED):
        for sync_id in books.sync_ids:
            async_task(RUN, sync_id)


def test_two_clusters_share_the_work_and_do_nothing_twice(
    books: Books, machines: list[Machine]
) -> None:
    until(lambda: all(each.is_up for each in machines), START_LIMIT)
    let_tokens_run_out(books)
    seen: set[str] = set()

    send_often(books)

    def is_booked() -> bool:
        seen.update(claimants(books))
        return not set(books.open_questions()) - set(books.documents.not_told())

    until(is_booked, LIMIT, books.open_questions)
    # Payments that we made ourselves are told of when QuickBooks is looked at the next time.
    books.look_at_both_sides()
    send_often(books)
    until(lambda: not books.open_questions(), LIMIT, books.open_questions)
    for each in machines:
        each.ask_to_stop()
    assert [each.remains() for each in machines] == [[], []]
    books.check()
    sandbox = books.server.sandbox
    assert len(seen) == len(machines), seen
    asked = {name: sandbox.providers[name] for name in ("hubspot", "quickbooks")}
    written = {name: each.meter.writes for name, each in asked.items()}
    assert written == {"hubspot": MIRRORED, "quickbooks": BOOKED}
    refreshed = {name: each.meter.tokens_refreshed for name, each in asked.items()}
    assert refreshed == {"hubspot": 1, "quickbooks": 1}
    assert sandbox.violations == 0
