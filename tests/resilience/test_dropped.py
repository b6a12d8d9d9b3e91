"""Answers that never came: shown as sent and being checked, then settled by asking; never two."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from integrations.contract import Category
from integrations.limits import Pace
from integrations.sandbox.server import SandboxServer
from syncs import clock
from syncs.models import Activity, ActivityAction, Intent, Status
from syncs.runs import Ended, run_sync
from tests.resilience.books import Books, Size, open_books

pytestmark = pytest.mark.django_db

# Two batches at QuickBooks, so that one of them is answered.
RECORDS = 33
LOST = 30
NOBODY = Size(left=0, right=0, equal=0, differing=0, products=0, items=0)
ENDS = [Ended.DONE, Ended.MORE]


@dataclass(frozen=True)
class Case:
    """Where creates are sent to, and how many of them one call holds."""

    provider: str
    path: str
    size: Size
    recipe: int
    lost: int


CASES = [
    pytest.param(
        Case("hubspot", r"/contacts/batch/upsert$", Size(0, RECORDS, 0, 0, 0, 0), 0, RECORDS),
        id="HubSpot contacts",
    ),
    pytest.param(
        Case("quickbooks", r"/batch$", Size(RECORDS, 0, 0, 0, 0, 0), 0, LOST),
        id="QuickBooks customers",
    ),
    pytest.param(
        Case("hubspot", r"/products/batch/upsert$", Size(0, 0, 0, 0, 0, RECORDS), 1, RECORDS),
        id="HubSpot products",
    ),
    pytest.param(
        Case("quickbooks", r"/batch$", Size(0, 0, 0, 0, RECORDS, 0), 1, LOST),
        id="QuickBooks items",
    ),
]


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox has no limits here."""
    real = Pace.of
    monkeypatch.setattr(
        Pace, "of", lambda rule: Pace(real(rule).interval / 100, real(rule).ahead / 100)
    )


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    def move(minutes: float) -> None:
        def then() -> datetime:
            return timezone.now() + timedelta(minutes=minutes)

        monkeypatch.setattr(clock, "now", then)

    return move


def begin(sandbox: SandboxServer, case: Case) -> tuple[Books, int]:
    books = open_books(sandbox, case.size)
    return books, books.sync_ids[case.recipe]


def drop(sandbox: SandboxServer, case: Case, kind: str) -> None:
    rule = {"kind": kind, "provider": case.provider, "method": "POST", "path": case.path}
    sandbox.sandbox.faults.add(rule)


def made(books: Books, case: Case) -> int:
    """Records that were created by us, as the provider counts them."""
    return books.server.sandbox.providers[case.provider].meter.writes


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
def test_a_create_without_an_answer_is_shown_as_being_checked(
    sandbox: SandboxServer, case: Case, kind: str
) -> None:
    books, sync_id = begin(sandbox, case)
    drop(sandbox, case, kind)

    assert run_sync(sync_id) is Ended.MORE

    checking = books.records.filter(status=Status.PENDING)
    assert checking.count() == case.lost
    assert set(checking.values_list("category", flat=True)) == {Category.OUTCOME_UNKNOWN.value}
    assert set(checking.values_list("reason", flat=True)) == {
        "Sent, checking: the answer got lost."
    }
    assert Intent.objects.for_tenant(books.tenant).count() == case.lost
    told = Activity.objects.for_tenant(books.tenant).filter(action=ActivityAction.SENT)
    assert told.count() == case.lost
    # The batch that was answered is done, whatever became of the other.
    assert books.records.filter(status=Status.IN_SYNC).count() == RECORDS - case.lost
    assert made(books, case) == (RECORDS if kind == "drop_after" else RECORDS - case.lost)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
def test_it_is_settled_by_asking_and_made_once(
    sandbox: SandboxServer, case: Case, kind: str, later: Callable[[float], None]
) -> None:
    books, sync_id = begin(sandbox, case)
    drop(sandbox, case, kind)
    run_sync(sync_id)

    assert run_sync(sync_id) in ENDS
    if kind == "drop_after":
        # It had happened: one question settles it, at once.
        assert books.records.filter(status=Status.IN_SYNC).count() == RECORDS
    later(2)
    assert run_sync(sync_id) is Ended.DONE

    books.check()
    assert made(books, case) == RECORDS


@pytest.mark.parametrize("case", CASES)
def test_the_question_may_go_unanswered_as_well(
    sandbox: SandboxServer, case: Case, later: Callable[[float], None]
) -> None:
    books, sync_id = begin(sandbox, case)
    drop(sandbox, case, "drop_after")
    run_sync(sync_id)
    question = r"/batch/(read|upsert)$" if case.provider == "hubspot" else r"/(batch|query)$"
    sandbox.sandbox.faults.add(
        {"provider": case.provider, "kind": "status", "status": 503, "path": question, "times": 9}
    )

    assert run_sync(sync_id) is Ended.STALLED

    checking = books.records.filter(status=Status.PENDING)
    assert checking.count() == case.lost
    assert set(checking.values_list("category", flat=True)) == {Category.OUTCOME_UNKNOWN.value}
    sandbox.sandbox.faults.clear()
    for minutes in (2, 4):
        later(minutes)
        run_sync(sync_id)
    books.check()
    assert made(books, case) == RECORDS


def test_a_request_id_that_was_forgotten_does_not_make_two(
    sandbox: SandboxServer, later: Callable[[float], None]
) -> None:
    """QuickBooks does not say how long it remembers them: then the unique name tells."""
    case = Case("quickbooks", r"/batch$", Size(RECORDS, 0, 0, 0, 0, 0), 0, LOST)
    books, sync_id = begin(sandbox, case)
    drop(sandbox, case, "drop_after")
    run_sync(sync_id)
    sandbox.sandbox.quickbooks._replays.restore([])

    for minutes in (0, 2):
        later(minutes)
        run_sync(sync_id)

    books.check()
    assert made(books, case) == RECORDS


@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
@pytest.mark.parametrize("side", ["left", "right"])
def test_an_update_without_an_answer_is_done_once_more(
    sandbox: SandboxServer, kind: str, side: str, later: Callable[[float], None]
) -> None:
    books = open_books(sandbox, Size(0, 0, 3, 0, 0, 0))
    sync_id = books.sync_ids[0]
    run_sync(sync_id)
    change = books.phone_left if side == "left" else books.phone_right
    change(next(iter(books.people)), "(212) 555-7777")
    provider, path = (
        ("quickbooks", r"/batch$") if side == "left" else ("hubspot", r"/batch/update$")
    )
    sandbox.sandbox.faults.add({"provider": provider, "kind": kind, "method": "POST", "path": path})

    for minutes in (1, 3, 5):
        books.look_at_both_sides()
        later(minutes)
        run_sync(sync_id)

    books.check()
