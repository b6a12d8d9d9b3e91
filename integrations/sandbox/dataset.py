"""Filling a sandbox with a data set: "demo", "empty", or a number of records a side.

"invoices-500" is a number of invoices a side, with the people and products that they name;
"exact-500" is a number of companies in HubSpot and of accounts at Exact. "demo" fills the second
account at HubSpot as well, for the Dutch company that keeps its books at Exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from integrations.sandbox.datasets import (
    billing,
    demo,
    demo_dutch,
    exact_loading,
    plain,
    plain_exact,
    plain_invoices,
)
from integrations.sandbox.datasets.billing import Known
from integrations.sandbox.datasets.model import DataSet, Row, moments

if TYPE_CHECKING:
    from integrations.sandbox.core import Sandbox
    from integrations.sandbox.datasets.exact_model import ExactDataSet
    from integrations.sandbox.exact.provider import Exact
    from integrations.sandbox.hubspot.provider import HubSpot
    from integrations.sandbox.quickbooks.provider import QuickBooks

DEMO, EMPTY, INVOICES, EXACT = "demo", "empty", "invoices-", "exact-"
MOST = 1_000_000
# How old, in days, records may be: none changed just now.
NEWEST, OLDEST = 2, 400
# Contacts name the time of their last change their own way.
CHANGED, CONTACT_CHANGED = "hs_lastmodifieddate", "lastmodifieddate"


def build(name: str, seed: int) -> DataSet:
    """The data set of a name; raises ValueError when there is none of it."""
    if name == DEMO:
        return demo.build(seed)
    if name == EMPTY:
        return DataSet()
    if name.startswith(INVOICES):
        return plain_invoices.build(_number(name, INVOICES), seed)
    return plain.build(_number(name), seed)


def _number(name: str, prefix: str = "") -> int:
    """How many records a name asks for; raises ValueError."""
    number = name.removeprefix(prefix)
    if not number.isdecimal() or not 0 < int(number) <= MOST:
        raise ValueError(f"The data set is demo, empty or a number up to {MOST:,}, not {name!r}.")
    return int(number)


def fill(sandbox: Sandbox, name: str, seed: int) -> None:
    """Load a data set into the providers, beside what they hold."""
    now = int(sandbox.clock.time())
    if name.startswith(EXACT):
        found = plain_exact.build(_number(name, EXACT), seed)
        fill_with_exact(sandbox.hubspot, sandbox.exact, found, now)
        return
    if name == DEMO:
        sandbox.exact.configure_division(description=sandbox.hubspot_nl.account.name)
        fill_with_exact(sandbox.hubspot_nl, sandbox.exact, demo_dutch.build(seed), now)
    fill_with_quickbooks(sandbox, build(name, seed), now)


def fill_with_exact(hubspot: HubSpot, exact: Exact, found: ExactDataSet, now: int) -> None:
    exact_loading.fill_exact(exact, found, now)
    exact_loading.fill_hubspot(hubspot, found, now)


def fill_with_quickbooks(sandbox: Sandbox, found: DataSet, now: int) -> None:
    known = fill_quickbooks(sandbox.quickbooks, found, now)
    fill_hubspot(sandbox, found, now, known)


def fill_quickbooks(quickbooks: QuickBooks, found: DataSet, now: int) -> Known:
    """The books' records; answers the ids of customers and items."""
    ids = {
        name: quickbooks.load(name, rows, moments(now, NEWEST, OLDEST))
        for name, rows in (
            ("Customer", found.customers),
            ("Vendor", found.vendors),
            ("Employee", found.employees),
        )
    }
    income = quickbooks.ledger("Sales of Product Income")
    posted = {"value": income, "name": "Sales of Product Income"}
    rows = ({"IncomeAccountRef": posted, **row} for row in found.items)
    items = quickbooks.load("Item", rows, moments(now, NEWEST, OLDEST))
    billing.set_up_books(quickbooks, found, now)
    known = Known(customers=ids["Customer"], items=items)
    billing.book(quickbooks, found, known, now)
    return known


def fill_hubspot(sandbox: Sandbox, found: DataSet, now: int, known: Known) -> None:
    hubspot = sandbox.hubspot
    companies = hubspot.load("companies", _dated(found.companies, now, CHANGED))
    # Contacts may be made while they are read: their companies are noted in passing.
    at: list[int | None] = []
    contacts = hubspot.load("contacts", _dated(_noting(found, at), now, CONTACT_CHANGED))
    pairs = zip(contacts, at, strict=True)
    hubspot.load_links((number, companies[place]) for number, place in pairs if place is not None)
    products = hubspot.load("products", _dated(found.products, now, CHANGED))
    known = replace(known, contacts=contacts, employers=at, companies=companies, products=products)
    billing.bill(hubspot, found, known, now)


def _noting(found: DataSet, at: list[int | None]) -> Iterator[Row]:
    for contact in found.contacts:
        at.append(contact.company)
        yield contact.properties


def _dated(rows: Iterable[Row], now: int, changed: str) -> Iterator[dict[str, str]]:
    """Rows with the time they were made and last changed at."""
    for row, second in zip(rows, moments(now, NEWEST, OLDEST), strict=False):
        when = str(second * 1000)
        yield {**row, "createdate": when, changed: when}
