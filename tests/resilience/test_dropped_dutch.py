"""Answers of Exact that never came: found again by what we left in the record, made once."""

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any, NamedTuple

import pytest
import time_machine

from accounts.tenancy import tenant_scope
from integrations import opening
from integrations.contract import Category
from integrations.http import troubles
from integrations.sandbox.server import SandboxServer
from syncs import services
from syncs.models import Intent, Run, RunState, Status, Sync
from syncs.recipes.hubspot_exact import COMPANIES, PRODUCTS
from syncs.recipes.hubspot_exact_documents import INVOICES
from syncs.runs import Ended, run_sync
from tests.resilience.dutch import DRAFT, FINAL, START, Dutch, open_dutch
from tests.resilience.lives import mother

LOST = ("drop_before", "drop_after")
CREATES = (
    "Accounts", "Contacts", "Items", "SalesItemPrices", "SalesInvoices", "PrintedSalesInvoices",
)  # fmt: skip
CHANGES = ("Accounts", "SalesItemPrices")
MINUTES = 60.0
# Together a fifth; an answer that is too slow comes too late and takes effect all the same.
TIMEOUT, TOO_SLOW = 0.4, 0.5
FAULTS: list[dict[str, Any]] = [
    {"kind": "status", "status": 500, "rate": 0.04},
    {"kind": "status", "status": 429, "retry_after": 0, "rate": 0.04},
    {"kind": "slow", "seconds": TOO_SLOW, "rate": 0.04},
    {"kind": "drop_before", "rate": 0.04},
    {"kind": "drop_after", "rate": 0.04},
]
MOST_LIVES = 14


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """Before the stand-in is built, whose tokens are dated."""
    with time_machine.travel(START, tick=True) as moved:
        yield moved


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waits for the next minute's calls, and none that matter before a read is repeated."""
    monkeypatch.setattr(opening, "limiter_for", lambda _connection: opening.NoLimit())
    monkeypatch.setattr(troubles, "FIRST_BACK_OFF_SECONDS", 0.01)


def drop(sandbox: SandboxServer, kind: str, method: str, resource: str) -> Any:
    path = rf"/{resource}(\(.*\))?$"
    wanted = {"kind": kind, "provider": "exact", "method": method, "path": path}
    (rule,) = sandbox.sandbox.faults.add(wanted)
    return rule


def run(books: Dutch, *codes: str) -> list[Ended]:
    books.look_at_both_sides()
    return [run_sync(books.syncs[code].pk) for code in codes or books.syncs]


def come_to_rest(books: Dutch, clock: time_machine.Traveller) -> None:
    for _ in range(14):
        run(books)
        if not books.open_questions():
            return
        clock.shift(2.5 * MINUTES)
    raise AssertionError((books.open_questions(), books.last_runs()))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", LOST)
def test_each_write_whose_answer_got_lost_is_done_once(
    sandbox: SandboxServer, clock: time_machine.Traveller, kind: str
) -> None:
    """Each kind of call is lost once, before or after it had its effect."""
    books = open_dutch(sandbox, processing=FINAL)
    books.live_on()
    books.live_on()
    rules = [drop(sandbox, kind, "POST", resource) for resource in CREATES]

    come_to_rest(books, clock)

    assert [rule.hits for rule in rules] == [1] * len(rules)
    books.check()
    change_both(books)
    rules = [drop(sandbox, kind, "PUT", resource) for resource in CHANGES]
    come_to_rest(books, clock)
    clock.shift(2.5 * MINUTES)
    come_to_rest(books, clock)
    assert [rule.hits for rule in rules] == [1] * len(rules)
    assert books.named(books.companies[-1])["Phone"] == "038 7654321"
    books.check()
    written = sandbox.sandbox.writes
    run(books)
    assert sandbox.sandbox.writes == written
    failed = Run.objects.for_tenant(books.tenant).filter(state=RunState.FAILED)
    assert list(failed.values_list("sync__recipe", "message")) == []


def change_both(books: Dutch) -> None:
    """The last company's telephone number and the last product's price."""
    hubspot = books.sandbox.hubspot
    sku, company = list(books.goods)[-1], books.companies[-1]
    for key, row in hubspot.all("companies").items():
        if row["name"] == company:
            hubspot.update("companies", key, phone="038 7654321")
    for key, row in hubspot.all("products").items():
        if row["hs_sku"] == sku:
            hubspot.update("products", key, price="99.95")
    books.goods[sku] = type(books.goods[sku])("99.95")


class Made(NamedTuple):
    """What a sync makes, and by which call."""

    code: str
    resource: str
    add: Callable[[Dutch], str]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", LOST)
@pytest.mark.parametrize(
    "made",
    [
        pytest.param(Made(COMPANIES, "Accounts", Dutch.add_company), id="accounts"),
        pytest.param(Made(INVOICES, "SalesInvoices", Dutch.add_deal), id="invoices"),
    ],
)
def test_while_nobody_knows_it_is_being_checked_and_not_sent_again(
    sandbox: SandboxServer, clock: time_machine.Traveller, made: Made, kind: str
) -> None:
    books = open_dutch(sandbox)
    books.live_on()
    come_to_rest(books, clock)
    sandbox.sandbox.clear_counters()
    key = made.add(books)
    drop(sandbox, kind, "POST", made.resource)

    run(books, made.code)

    record = books.record(books.syncs[made.code], left_id=key)
    assert record.status == Status.PENDING
    assert record.category == Category.OUTCOME_UNKNOWN.value
    assert record.reason == "Sent, checking: the answer got lost."
    assert Intent.objects.for_tenant(books.tenant).count() == 1
    # Exact may still be busy with it, so that not to find it says nothing yet.
    run(books, made.code)
    found = books.record(books.syncs[made.code], left_id=key).status == Status.IN_SYNC
    assert found == (kind == "drop_after")
    clock.shift(2.5 * MINUTES)
    come_to_rest(books, clock)
    books.check()
    posts = [
        count
        for call, count in sandbox.sandbox.exact.meter.calls.items()
        if call.startswith("POST") and call.endswith(f"/{made.resource}")
    ]
    # What was dropped before its effect was never seen, and so not counted.
    assert posts == [1]


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_with_a_fifth_of_all_calls_failing_everything_arrives_once(
    database_url: str, sandbox: SandboxServer, clock: time_machine.Traveller
) -> None:
    books = open_dutch(sandbox, processing=FINAL)
    books.live_on()
    books.live_on()
    trouble(sandbox)
    with mother(database_url, sandbox.url) as nursery:
        for seed in range(MOST_LIVES):
            books.look_at_both_sides()
            nursery.bear(
                syncs=books.sync_ids, at=time.time(), seed=seed, timeout=TIMEOUT, hurry=True
            )
            clock.shift(2.5 * MINUTES)
            if seed < 1:
                books.live_on()
            elif not books.open_questions():
                break
        books.check()
        sandbox.sandbox.faults.clear()
        written = sandbox.sandbox.writes
        books.look_at_both_sides()
        clock.shift(60 * MINUTES)
        life = nursery.bear(syncs=books.sync_ids, at=time.time(), hurry=True)
    assert set(life.ended.values()) == {"done"}
    assert sandbox.sandbox.writes == written


def trouble(server: SandboxServer) -> None:
    for provider in ("hubspot", "exact"):
        for fault in FAULTS:
            (rule,) = server.sandbox.faults.add({"provider": provider, **fault})
            # Each with dice of its own: else they strike one right after the other.
            rule.dice = random.Random(f"{provider} {fault}")


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_pressed_twice_and_worked_on_by_two_it_is_one_invoice(
    database_url: str, sandbox: SandboxServer
) -> None:
    books = open_dutch(sandbox, processing=DRAFT)
    books.add_company()
    books.add_product()
    run(books, COMPANIES, PRODUCTS)
    deal = books.add_deal()
    books.sandbox.hubspot.move_deal(deal, "qualifiedtobuy")

    with tenant_scope(books.tenant):
        records = [services.invoice_now(books.integration, deal) for _ in range(2)]
    with ExitStack() as stack:
        nurseries = [
            stack.enter_context(mother(database_url, sandbox.url, SALDO_WORKER=f"worker-{number}"))
            for number in range(2)
        ]
        order = {"syncs": [books.syncs[INVOICES].pk], "hurry": True}
        with ThreadPoolExecutor(2) as pool:
            told = [pool.submit(each.bear, at=time.time(), **order) for each in nurseries]
        assert all(one.result().status == 0 for one in told)
        with tenant_scope(books.tenant):
            records.append(services.invoice_now(books.integration, deal))
        books.look_at_both_sides()
        nurseries[0].bear(at=time.time(), **order)

    assert len({record.pk for record in records}) == 1
    books.check()
    with tenant_scope(books.tenant):
        assert not Sync.objects.exclude(claimed_by="").exists()
