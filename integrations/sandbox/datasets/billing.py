"""Loading a data set's invoices and payments, once the records that they name are there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from integrations.sandbox.datasets.model import DAY, CrmInvoice, DataSet, Row
from integrations.sandbox.hubspot.bulk import InvoiceRow

if TYPE_CHECKING:
    from integrations.sandbox.hubspot.provider import HubSpot
    from integrations.sandbox.quickbooks.provider import QuickBooks

# How many rows are made at a time.
AT_ONCE = 1_000
# Payments that are brought to the bank together.
A_DEPOSIT = 20


@dataclass(frozen=True)
class Known:
    """The ids of the records that documents name, in the order of the data set."""

    contacts: Sequence[str] = ()
    # The place of each contact's company, where it has one.
    employers: Sequence[int | None] = ()
    companies: Sequence[str] = ()
    products: Sequence[str] = ()
    customers: Sequence[str] = ()
    items: Sequence[str] = ()


def set_up_books(quickbooks: QuickBooks, found: DataSet, now: int) -> None:
    if found.books_settings:
        quickbooks.configure(**found.books_settings)
    if found.closed is not None:
        quickbooks.configure(book_close_date=_day(now, found.closed))


def book(quickbooks: QuickBooks, found: DataSet, known: Known, now: int) -> None:
    """The invoices and payments that were made in QuickBooks."""
    numbers: list[str] = []
    voided: list[str] = []
    for some in _portions(found.books_invoices):
        rows = [
            {
                "CustomerRef": known.customers[one.customer],
                "Line": [_position(line, known) for line in one.lines],
                "TxnDate": _day(now, one.dated),
                **one.fields,
            }
            for one in some
        ]
        made = quickbooks.load_invoices(rows, [now - one.dated * DAY for one in some])
        voided += [number for number, one in zip(made, some, strict=True) if one.is_void]
        numbers += made
    _receive(quickbooks, found, known, numbers, now)
    for number in voided:
        quickbooks.void("Invoice", number)


def _position(line: Any, known: Known) -> Any:
    if isinstance(line, Mapping):
        return line
    item, quantity, price, text = line
    return known.items[item], quantity, float(price), text


def _receive(
    quickbooks: QuickBooks, found: DataSet, known: Known, numbers: Sequence[str], now: int
) -> None:
    payments = list(found.books_payments)
    rows = [
        {
            "CustomerRef": known.customers[one.customer],
            "TotalAmt": float(one.total),
            "invoices": {numbers[place]: float(share) for place, share in one.invoices.items()},
            "TxnDate": _day(now, one.dated),
        }
        for one in payments
    ]
    made = quickbooks.load_payments(rows, [now - one.dated * DAY for one in payments])
    held = [number for number, one in zip(made, payments, strict=True) if one.is_deposited]
    for first in range(0, len(held), A_DEPOSIT):
        quickbooks.deposit(*held[first : first + A_DEPOSIT])


def bill(hubspot: HubSpot, found: DataSet, known: Known, now: int) -> None:
    """The invoices and payments that were made in HubSpot, and what is set up for them."""
    if found.currencies:
        company, *others = found.currencies
        hubspot.set_currencies(company, others)
    rates = {name: hubspot.add_tax_rate(*told) for name, told in found.tax_rates.items()}
    for some in _portions(found.crm_invoices):
        deals = iter(_close_deals(hubspot, sum(one.has_deal for one in some), now))
        rows = [_row(one, known, rates, now, next(deals) if one.has_deal else "") for one in some]
        _finish(hubspot, some, hubspot.load_invoices(rows))


def _close_deals(hubspot: HubSpot, count: int, now: int) -> list[str]:
    won = {"dealstage": "closedwon", "pipeline": "default", "createdate": _moment(now, 60)}
    changed = {"hs_lastmodifieddate": _moment(now, 40)}
    names = ({"dealname": f"Order {number + 1}"} for number in range(count))
    return hubspot.load("deals", [won | changed | name for name in names]) if count else []


def _row(
    one: CrmInvoice, known: Known, rates: Mapping[str, str], now: int, deal: str
) -> InvoiceRow:
    employer = None if one.contact is None else known.employers[one.contact]
    dated = _moment(now, one.dated)
    times = {
        "hs_createdate": _moment(now, max(one.dated, one.changed)),
        "hs_lastmodifieddate": _moment(now, one.changed),
        "hs_invoice_date": dated,
        "hs_due_date": _moment(now, one.dated - 30),
    }
    paid = {"hs_initiated_date": _moment(now, one.changed)}
    return InvoiceRow(
        properties=times | dict(one.properties),
        lines=[_line(line, known, rates) for line in one.lines],
        contact="" if one.contact is None else known.contacts[one.contact],
        company="" if employer is None else known.companies[employer],
        deal=deal,
        payments=[paid | dict(payment) for payment in one.payments],
    )


def _line(line: Row, known: Known, rates: Mapping[str, str]) -> Row:
    values = {name: text for name, text in line.items() if name not in ("product", "tax_rate")}
    if "product" in line:
        values["hs_product_id"] = known.products[line["product"]]
    if "tax_rate" in line:
        values["hs_tax_rate_group_id"] = rates[line["tax_rate"]]
    return values


def _finish(hubspot: HubSpot, some: Sequence[CrmInvoice], made: Sequence[str]) -> None:
    """What cannot be loaded in one go: discounts, and payments of several invoices."""
    for place, (number, one) in enumerate(zip(made, some, strict=True)):
        for discount in one.discounts:
            hubspot.associate("invoices", number, "discounts", hubspot.add("discounts", **discount))
        if one.shares_payment:
            (payment,) = hubspot.associated("invoices", made[place - 1], "commerce_payments")
            hubspot.associate("commerce_payments", payment, "invoices", number)


def _portions[Row](rows: Iterable[Row]) -> Iterator[list[Row]]:
    portion: list[Row] = []
    for row in rows:
        portion.append(row)
        if len(portion) == AT_ONCE:
            yield portion
            portion = []
    if portion:
        yield portion


def _day(now: int, ago: int) -> str:
    return (datetime.fromtimestamp(now, UTC) - timedelta(days=ago)).date().isoformat()


def _moment(now: int, ago: float) -> str:
    at = datetime.fromtimestamp(now, UTC) - timedelta(days=ago)
    return f"{at.isoformat()[:19]}.000Z"
