"""Many invoices at once, without checks and webhooks, for data sets and measurements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrations.sandbox.hubspot.crm import Crm, Values
from integrations.sandbox.hubspot.money import ZERO
from integrations.sandbox.hubspot.totals import invoice_total, line_results
from integrations.sandbox.hubspot.upkeep import (
    amounts,
    billed_names,
    is_billable,
    opening,
    received,
    settlement,
)
from integrations.sandbox.hubspot.values import iso

if TYPE_CHECKING:
    from integrations.sandbox.hubspot.desk import Desk


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One invoice to load: property texts, and the ids of records that are there already.

    Amounts, balance and number are worked out; `hs_createdate` and `hs_lastmodifieddate` may be
    given and hold for its lines and payments too. A billable invoice that payments cover is paid.
    """

    properties: Mapping[str, str]
    lines: Sequence[Mapping[str, str]] = ()
    contact: str = ""
    company: str = ""
    deal: str = ""
    payments: Sequence[Mapping[str, str]] = ()


def load_invoices(desk: Desk, rows: Iterable[InvoiceRow]) -> list[str]:
    crm, kept = desk.crm, list(rows)
    first = crm.stores["invoices"].next_id
    full = [_complete(crm, row, first + place) for place, row in enumerate(kept)]
    ids = desk.load("invoices", (invoice for invoice, _, _ in full))
    _load_parts(desk, "line_items", ids, [lines for _, lines, _ in full])
    _load_parts(desk, "commerce_payments", ids, [payments for _, _, payments in full])
    for name in ("contact", "company", "deal"):
        pairs = zip(ids, (getattr(row, name) for row in kept), strict=True)
        _load_links(crm, crm.names[name], [pair for pair in pairs if pair[1]])
    return ids


def _complete(crm: Crm, row: InvoiceRow, number: int) -> tuple[Values, list[Values], list[Values]]:
    """The invoice, its lines and its payments with all that HubSpot works out."""
    values = _defaults(crm) | dict(row.properties)
    code = values["hs_currency"]
    lines = [_line(crm, line, code) for line in row.lines]
    usual = {"hs_currency_code": code, "hs_latest_status": "succeeded"}
    payments = [usual | _dates(values) | dict(payment) for payment in row.payments]
    values |= amounts(values, invoice_total(lines, (), (), (), code)) | _names(crm, row)
    is_numbered = is_billable(values) and values["hs_invoice_status"] != "draft"
    if is_numbered and not values.get("hs_number"):
        values |= opening(crm, number)
    paid = sum((received(payment) for payment in payments), ZERO)
    values |= settlement(values, paid, values.get("hs_lastmodifieddate", values["hs_invoice_date"]))
    created = values.get("hs_createdate", "")
    return values, [line | {"createdate": created} | _dates(values) for line in lines], payments


def _defaults(crm: Crm) -> Values:
    now = iso(crm.stores["invoices"].now())
    return {
        "hs_currency": crm.account.currency,
        "hs_invoice_status": "draft",
        "hs_invoice_billable": "true",
        "hs_invoice_source": "hubspot",
        "hs_invoice_date": now,
        "hs_due_date": now,
        "hs_object_source": "CRM_UI",
    }


def _dates(values: Values) -> Values:
    names = ("hs_createdate", "hs_lastmodifieddate")
    return {name: values[name] for name in names if name in values}


def _line(crm: Crm, line: Mapping[str, str], code: str) -> Values:
    values = {"quantity": "1", "hs_line_item_currency_code": code} | dict(line)
    rate = crm.tax_rates.get(values.get("hs_tax_rate_group_id", ""))
    return values | line_results(values, code, rate)


def _names(crm: Crm, row: InvoiceRow) -> Values:
    contact, company = (
        crm.stores[name].records[int(record_id)].values if record_id else {}
        for name, record_id in (("contacts", row.contact), ("companies", row.company))
    )
    return billed_names(contact, company)


def _load_parts(desk: Desk, name: str, ids: Sequence[str], parts: list[list[Values]]) -> None:
    made = iter(desk.load(name, (part for row in parts for part in row)))
    pairs = [(invoice, next(made)) for invoice, row in zip(ids, parts, strict=True) for _ in row]
    _load_links(desk.crm, name, pairs)


def _load_links(crm: Crm, name: str, pairs: Iterable[tuple[str, str]]) -> None:
    kind = crm.links.plain("invoices", name)
    if kind is not None:
        numbers = [(int(invoice), int(other)) for invoice, other in pairs]
        crm.links.load("invoices", name, numbers, [kind])
