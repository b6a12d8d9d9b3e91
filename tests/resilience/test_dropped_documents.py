"""Answers about invoices, payments and notes that never came: settled by asking, made once."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from integrations.sandbox.server import SandboxServer
from syncs import clock
from syncs.models import Run, RunState
from syncs.recipes.hubspot_quickbooks_documents import INVOICES, PAYMENTS
from syncs.runs import run_sync
from tests.resilience.books import NOTES, ORDER, Books, Size, open_books

pytestmark = pytest.mark.django_db

SIZE = Size(
    left=2,
    right=2,
    equal=0,
    differing=0,
    products=1,
    items=1,
    invoices_left=3,
    invoices_right=3,
    paid_left=2,
    paid_right=2,
)


# The calls that a sync's documents are made with, at either provider.
ASSOCIATE = "{}/{}/batch/associate/default$"
CALLS = {
    INVOICES: [
        # The item of lines that have none, and then the invoices.
        ("quickbooks", r"/batch$"),
        ("quickbooks", r"/batch$"),
        ("hubspot", r"/line_items/batch/upsert$"),
        ("hubspot", r"/invoices/batch/upsert$"),
        ("hubspot", ASSOCIATE.format("invoices", "contacts")),
        ("hubspot", ASSOCIATE.format("invoices", "line_items")),
    ],
    PAYMENTS: [
        ("quickbooks", r"/batch$"),
        ("hubspot", r"/commerce_payments/batch/upsert$"),
        ("hubspot", ASSOCIATE.format("commerce_payments", "invoices")),
    ],
    NOTES: [
        ("hubspot", r"/notes/batch/upsert$"),
        ("hubspot", ASSOCIATE.format("notes", "deals")),
    ],
}


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    def move(minutes: float) -> None:
        def then() -> datetime:
            return timezone.now() + timedelta(minutes=minutes)

        monkeypatch.setattr(clock, "now", then)

    return move


def run(books: Books, *recipes: str) -> None:
    books.look_at_both_sides()
    for sync in books.syncs:
        if sync.recipe in recipes:
            run_sync(sync.pk)


@pytest.mark.parametrize("recipe", CALLS)
@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
def test_documents_whose_answers_got_lost_are_made_once(
    sandbox: SandboxServer, recipe: str, kind: str, later: Callable[[float], None]
) -> None:
    """Each kind of call is lost once, before or after it had its effect."""
    books = open_books(sandbox, SIZE)
    run(books, *ORDER[: ORDER.index(recipe)])
    rules = [
        sandbox.sandbox.faults.add(
            {"kind": kind, "provider": provider, "method": "POST", "path": path}
        )[0]
        for provider, path in CALLS[recipe]
    ]

    for minutes in range(0, 40, 4):
        later(minutes)
        run(books, *ORDER[ORDER.index(recipe) :])
        if not books.open_questions():
            break

    assert [rule.hits for rule in rules] == [1] * len(rules)
    books.check()
    written = sandbox.sandbox.writes
    run(books, *ORDER)
    assert sandbox.sandbox.writes == written
    failed = Run.objects.for_tenant(books.tenant).filter(state=RunState.FAILED)
    assert list(failed.values_list("sync__recipe", "message")) == []
