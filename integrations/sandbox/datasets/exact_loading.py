"""Filling a HubSpot account and an Exact division with a data set for the two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from integrations.sandbox.datasets.exact_model import BooksItem, BooksSale, Deal, ExactDataSet
from integrations.sandbox.datasets.model import DAY, Row, moments
from integrations.sandbox.hubspot.bulk_deals import DealRow

if TYPE_CHECKING:
    from integrations.sandbox.exact.provider import Exact
    from integrations.sandbox.hubspot.provider import HubSpot

# How old, in days, records may be: none changed just now.
NEWEST, OLDEST = 2, 400
ACCOUNTS, CONTACTS, ITEMS = "crm/Accounts", "crm/Contacts", "logistics/Items"
PRICES, GROUPS = "logistics/SalesItemPrices", "logistics/ItemGroups"
CHANGED, CONTACT_CHANGED = "hs_lastmodifieddate", "lastmodifieddate"
SINCE = "hs_v2_date_entered_current_stage"
HIGH_VAT, GOODS = "4", "00001"


@dataclass(frozen=True)
class Known:
    """The ids of Exact's records, in the order of the data set."""

    accounts: Sequence[str]
    items: Sequence[str]
    invoices: Sequence[str]


# Exact


def fill_exact(exact: Exact, found: ExactDataSet, now: int) -> Known:
    """The books' records, in the main division; what they do not say is what is usual."""
    times = moments(now, NEWEST, OLDEST)
    accounts = exact.load(ACCOUNTS, _numbered(found.accounts), times)
    exact.load(
        CONTACTS, ({"Account": accounts[one.account], "HID": 1 + place, **one.fields}
                   for place, one in enumerate(found.books_contacts)), times
    )  # fmt: skip
    items = _load_items(exact, found.items, times)
    _show_stages(exact, found, accounts)
    invoices = [_sell(exact, one, accounts, items, now) for one in found.sales]
    if found.closed is not None:
        exact.close_until(_day(now, found.closed))
    return Known(accounts, items, invoices)


def _show_stages(exact: Exact, found: ExactDataSet, accounts: Sequence[str]) -> None:
    """Exact tells of a stage only once an opportunity is in it."""
    known = exact.stages
    for place, stage in enumerate(found.opportunity_stages):
        key = known.get(stage.label)
        if key is None:
            key = exact.add_stage(stage.label, stage.status, float(stage.probability))
        exact.add(
            "crm/Opportunities",
            Name=f"Voorbeeld {stage.label.lower()}",
            Account=accounts[place],
            OpportunityStage=key,
            AmountFC=1000.0,
        )


def _numbered(rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(rows, 1):
        ends = row.get("EndDate")
        dated = {"EndDate": _milliseconds(ends)} if ends else {}
        is_customer = row.get("Status") == "C"
        yield {**row, **dated, "Code": str(number), "Type": "A", "IsSales": is_customer}


def _load_items(exact: Exact, rows: Iterable[BooksItem], times: Iterator[int]) -> list[str]:
    group = exact.find(GROUPS, Code=GOODS)[0]
    revenue = exact.get(GROUPS, group)["GLRevenue"]
    usual = {"ItemGroup": group, "GLRevenue": revenue, "SalesVatCode": HIGH_VAT}
    kept = list(rows)
    items = exact.load(ITEMS, (usual | dict(row.fields) for row in kept), times)
    prices = (_price(item, row) for item, row in zip(items, kept, strict=True) if row.price)
    exact.load(PRICES, prices, times)
    return items


def _price(item: str, row: BooksItem) -> dict[str, Any]:
    return {
        "Item": item,
        "Price": float(row.price or 0),
        "Currency": "EUR",
        "Quantity": 1.0,
        "Unit": row.fields["Unit"],
        "StartDate": _milliseconds("2020-01-01"),
    }


def _sell(
    exact: Exact, one: BooksSale, accounts: Sequence[str], items: Sequence[str], now: int
) -> str:
    lines = [(items[place], quantity, price, text) for place, quantity, price, text in one.lines]
    dated = _day(now, one.dated)
    days = {name: dated.isoformat() for name in ("OrderDate", "InvoiceDate")}
    invoice = exact.add_invoice(accounts[one.account], *lines, **days, **one.fields)
    if one.is_processed:
        exact.process(invoice, on=dated)
    if one.paid:
        part = round(exact.outstanding(invoice) * one.paid, 2)
        exact.pay(invoice, part, on=_day(now, one.paid_ago))
    return invoice


def _milliseconds(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000)


# HubSpot


def fill_hubspot(hubspot: HubSpot, found: ExactDataSet, now: int) -> None:
    """The CRM's records, with the properties and pipelines that they need."""
    _set_up(hubspot, found)
    companies = hubspot.load("companies", _dated(found.companies, now, CHANGED))
    people = list(found.contacts)
    rows = (person.properties for person in people)
    contacts = hubspot.load("contacts", _dated(rows, now, CONTACT_CHANGED))
    pairs = zip(contacts, people, strict=True)
    hubspot.load_links(
        (number, companies[one.company]) for number, one in pairs if one.company is not None
    )
    products = hubspot.load("products", _dated(found.products, now, CHANGED))
    hubspot.load_deals(_deal(one, now, companies, contacts, products) for one in found.deals)


def _set_up(hubspot: HubSpot, found: ExactDataSet) -> None:
    for object_type, definitions in found.properties.items():
        for definition in definitions:
            hubspot.add_property(object_type, definition)
    for order, each in enumerate(found.pipelines):
        stages = [(stage.stage_id, stage.label, stage.probability) for stage in each.stages]
        hubspot.add_pipeline(each.pipeline_id, each.label, stages, order)
    if found.currencies:
        company, *others = found.currencies
        hubspot.set_currencies(company, others)


def _deal(
    one: Deal,
    now: int,
    companies: Sequence[str],
    contacts: Sequence[str],
    products: Sequence[str],
) -> DealRow:
    moment = _moment(now, one.changed)
    made = {"createdate": _moment(now, one.changed + 30), CHANGED: moment, SINCE: moment}
    closes = {"closedate": _moment(now, float(one.properties["closedate"])), "amount": _sum(one)}
    return DealRow(
        properties=dict(one.properties) | made | closes,
        lines=[_line(line, products) for line in one.lines],
        contact="" if one.contact is None else contacts[one.contact],
        company="" if one.company is None else companies[one.company],
    )


def _sum(one: Deal) -> str:
    """What the deal is worth, which people enter and lines need not make."""
    shares = ((100 - Decimal(line.get("hs_discount_percentage", 0))) / 100 for line in one.lines)
    amounts = (Decimal(line["quantity"]) * Decimal(line["price"]) for line in one.lines)
    total = sum((each * share for each, share in zip(amounts, shares, strict=True)), Decimal(0))
    return f"{total:.2f}"


def _line(line: Row, products: Sequence[str]) -> dict[str, str]:
    values = {name: str(value) for name, value in line.items() if name != "product"}
    return values | ({"hs_product_id": products[line["product"]]} if "product" in line else {})


def _dated(rows: Iterable[Row], now: int, changed: str) -> Iterator[dict[str, str]]:
    """Rows with the time they were made and last changed at."""
    for row, second in zip(rows, moments(now, NEWEST, OLDEST), strict=False):
        when = str(second * 1000)
        yield {**row, "createdate": when, changed: when}


def _day(now: int, ago: int) -> date:
    return datetime.fromtimestamp(now - ago * DAY, UTC).date()


def _moment(now: int, ago: float) -> str:
    at = datetime.fromtimestamp(now, UTC) - timedelta(days=ago)
    return f"{at.isoformat()[:19]}.000Z"
