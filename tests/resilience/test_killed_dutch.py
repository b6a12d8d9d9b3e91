"""Workers killed while they write into Exact Online, which knows no keys against doing it twice."""

import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pytest
import time_machine

from integrations.sandbox.server import SandboxServer
from syncs.recipes.hubspot_exact import COMPANIES, CONTACTS, PRODUCTS
from syncs.recipes.hubspot_exact_documents import INVOICES
from tests.resilience.dutch import DRAFT, FINAL, START, Dutch, open_dutch
from tests.resilience.lives import Life, Mother, mother

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

WORKER = "mortal"
# Longer than a claim lasts, and than Exact may be busy with a call whose answer is missing.
LATER = 301


class Death(NamedTuple):
    """Right before or after a call, or so many statements, commits and calls later."""

    where: str
    further: int = 0


def around(resource: str, *further: int) -> list[Death]:
    before, after = (f"{when} call POST .*exact.*/{resource}$" for when in ("before", "after"))
    return [Death(before), *(Death(after, steps) for steps in further)]


# What is tried, and the deaths over it. Reading back what was written is two steps; its settling,
# the ones that follow.
STORIES = {
    "relations": {
        CONTACTS: around("Contacts", 0)[1:],
        COMPANIES: around("Accounts", 0, 5),
        PRODUCTS: [*around("Items", 0)[1:], *around("SalesItemPrices", 0)],
    },
    DRAFT: {INVOICES: around("SalesInvoices", 0, 1, 3, 8)},
    FINAL: {INVOICES: [*around("SalesInvoices", 0)[1:], *around("PrintedSalesInvoices", 0, 4)]},
}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """Before the stand-in is built, whose tokens are dated."""
    with time_machine.travel(START, tick=True) as moved:
        yield moved


def live(
    nursery: Mother, books: Dutch, codes: Sequence[str] = (), death: Death | None = None
) -> Life:
    order = {"where": death.where, "further": death.further} if death else {}
    syncs = [books.syncs[code].pk for code in codes or books.syncs]
    books.look_at_both_sides()
    return nursery.bear(syncs=syncs, at=time.time(), hurry=True, **order)


@pytest.mark.parametrize("story", STORIES)
def test_workers_killed_over_what_they_write_lose_and_double_nothing(
    database_url: str, sandbox: SandboxServer, clock: time_machine.Traveller, story: str
) -> None:
    books = open_dutch(sandbox, processing=FINAL if story == FINAL else DRAFT)
    with mother(database_url, sandbox.url, SALDO_WORKER=WORKER) as nursery:
        books.live_on()
        live(nursery, books)
        for code, deaths in STORIES[story].items():
            for death in deaths:
                one_more(books, code)
                life = live(nursery, books, [code], death)
                assert life.was_killed, [death, life.ended, *books.last_runs(), *books.reasons()]
                clock.shift(LATER)

        for _ in range(4):
            ended = live(nursery, books).ended
            clock.shift(LATER)
            if not books.open_questions():
                break

        assert set(ended.values()) == {"done"}
        books.check()
        written = sandbox.sandbox.writes
        live(nursery, books)
        assert sandbox.sandbox.writes == written


def one_more(books: Dutch, code: str) -> None:
    add = {
        COMPANIES: books.add_company,
        CONTACTS: books.add_person,
        PRODUCTS: books.add_product,
        INVOICES: books.add_deal,
    }
    add[code]()
