"""What HubSpot keeps up to date on invoices by itself: their amounts, and whether they are paid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal

from integrations.sandbox.hubspot.crm import Crm, Values, tell_properties
from integrations.sandbox.hubspot.money import ZERO, read, shown
from integrations.sandbox.hubspot.rules import linked
from integrations.sandbox.hubspot.store import Record
from integrations.sandbox.hubspot.totals import Part, Total, invoice_total, line_results, spread
from integrations.sandbox.hubspot.values import iso

PARTS = frozenset({"line_items", "discounts", "fees", "taxes"})
FOLLOWED = PARTS | {"commerce_payments"}
# Money that came in, and was not all given back.
RECEIVED = frozenset({"succeeded", "partially_refunded", "disputed_won"})
LINE_CURRENCY = "hs_line_item_currency_code"
PAYABLE = frozenset({"open", "paid"})


def follow(crm: Crm, name: str, record_id: int, source: str) -> None:
    """Bring the invoices up to date that a changed record belongs to."""
    if crm.waiting is None:
        refresh(crm, invoices_of(crm, name, record_id), source)
    else:
        crm.waiting.update(invoices_of(crm, name, record_id))


@contextmanager
def together(crm: Crm, source: str) -> Iterator[None]:
    """Bring invoices up to date once, when all changes of a call are made."""
    if crm.waiting is not None:
        yield
        return
    crm.waiting = set()
    try:
        yield
    finally:
        touched, crm.waiting = sorted(crm.waiting), None
        refresh(crm, touched, source)


def invoices_of(crm: Crm, name: str, record_id: int) -> list[int]:
    if name == "invoices":
        return [record_id]
    return list(crm.links.of(name, "invoices", record_id)) if name in FOLLOWED else []


def refresh(crm: Crm, invoice_ids: Iterable[int], source: str) -> None:
    """Work out the amounts of invoices anew, of those too that share a payment with them."""
    store = crm.stores["invoices"]
    touched = [record for i in invoice_ids if (record := store.find(i)) is not None]
    if not touched:
        return
    for record in touched:
        _set(crm, "invoices", record, _amounts(crm, record, source), source)
    sharing = _sharing_payments(crm, touched)
    paid = _paid(crm, sharing)
    for record in sharing:
        settled = settlement(record.values, paid[record.id], iso(store.now()))
        _set(crm, "invoices", record, settled, source)


def _set(crm: Crm, name: str, record: Record, values: Values, source: str) -> None:
    store = crm.stores[name]
    tell_properties(crm, store, record, store.change(record, values), source)


def is_billable(values: Values) -> bool:
    """Whether HubSpot bills this invoice itself; others only mirror one billed elsewhere."""
    return values.get("hs_invoice_billable") != "false"


def _amounts(crm: Crm, record: Record, source: str) -> Values:
    code = record.values["hs_currency"]
    total = _total(crm, record, code, source)
    contacts, companies = (
        linked(crm, "invoices", record.id, name)[-1:] for name in ("contacts", "companies")
    )
    names = billed_names(
        contacts[0].values if contacts else {}, companies[0].values if companies else {}
    )
    return names | amounts(record.values, total) | _opening(crm, record)


def amounts(values: Values, total: Total) -> Values:
    """What an invoice comes to; on a mirror the billed amount is what was written there."""
    code = values["hs_currency"]
    subtotal = {"hs_subtotal": shown(total.subtotal, code)}
    if not is_billable(values):
        return subtotal
    return subtotal | {"hs_amount_billed": shown(total.billed, code)}


def _opening(crm: Crm, record: Record) -> Values:
    """An invoice that HubSpot bills gets its number and its document when it is opened."""
    values = record.values
    is_new = is_billable(values) and values["hs_invoice_status"] == "open"
    return opening(crm, record.id) if is_new and not values.get("hs_number") else {}


def opening(crm: Crm, record_id: int) -> Values:
    number, crm.next_invoice = crm.next_invoice, crm.next_invoice + 1
    page = f"https://app.hubspot.com/invoices/{crm.account.portal_id}/{record_id}"
    return {
        "hs_number": f"INV-{number}",
        "hs_invoice_link": page,
        "hs_pdf_download_link": f"{page}/pdf",
    }


def _total(crm: Crm, record: Record, code: str, source: str) -> Total:
    lines = linked(crm, "invoices", record.id, "line_items")
    for line in lines:
        if line.values.get(LINE_CURRENCY) != code:
            _refresh_line(crm, line, code, source)
    discounts, fees, taxes = (
        [_part(part) for part in linked(crm, "invoices", record.id, name)]
        for name in ("discounts", "fees", "taxes")
    )
    return invoice_total([line.values for line in lines], discounts, fees, taxes, code)


def _refresh_line(crm: Crm, line: Record, code: str, source: str) -> None:
    """A line has the currency of its invoice; its own changes are worked out when it is checked."""
    rate = crm.tax_rates.get(line.values.get("hs_tax_rate_group_id", ""))
    results = line_results(line.values, code, rate) | {LINE_CURRENCY: code}
    _set(crm, "line_items", line, results, source)


def _part(record: Record) -> Part:
    return Part(record.values["hs_type"] == "PERCENT", read(record.values["hs_value"]))


def billed_names(contact: Values, company: Values) -> Values:
    """The names of those who are billed, as invoices show them."""
    names = {
        f"hs_invoice_latest_contact_{name}": contact.get(name, "")
        for name in ("email", "firstname", "lastname")
    }
    return names | {"hs_invoice_latest_company_name": company.get("name", "")}


# Payments ---------------------------------------------------------------------------------


def received(payment: Values) -> Decimal:
    """What of a payment counts: nothing before it succeeded, nor what was given back."""
    if payment.get("hs_latest_status") not in RECEIVED:
        return ZERO
    return read(payment["hs_initial_amount"]) - read(payment.get("hs_refunds_amount"))


def _sharing_payments(crm: Crm, invoices: Iterable[Record]) -> list[Record]:
    found: dict[int, Record] = {}
    waiting = list(invoices)
    while waiting:
        record = waiting.pop()
        if record.id in found:
            continue
        found[record.id] = record
        for payment in linked(crm, "invoices", record.id, "commerce_payments"):
            waiting += linked(crm, "commerce_payments", payment.id, "invoices")
    return [found[i] for i in sorted(found)]


def _paid(crm: Crm, invoices: Iterable[Record]) -> dict[int, Decimal]:
    """What payments in its own currency bring to each invoice that can be paid."""
    owed = {record.id: read(record.values.get("hs_amount_billed")) for record in invoices}
    payments: dict[int, tuple[Decimal, list[int]]] = {}
    for record in invoices:
        if record.values.get("hs_invoice_status") not in PAYABLE:
            continue
        for payment in linked(crm, "invoices", record.id, "commerce_payments"):
            if payment.values.get("hs_currency_code") == record.values["hs_currency"]:
                payments.setdefault(payment.id, (received(payment.values), []))[1].append(record.id)
    return spread(owed, [payments[i] for i in sorted(payments)])


def settlement(values: Values, paid: Decimal, now: str) -> Values:
    """What is paid and still due, and whether that makes the invoice a paid one."""
    code, status = values["hs_currency"], values["hs_invoice_status"]
    billed = read(values.get("hs_amount_billed"))
    changes: Values = {}
    if is_billable(values) and status in PAYABLE:
        # Whether a refund reopens an invoice is not documented; here the status follows the money.
        status = "paid" if billed and paid >= billed else "open"
        paid_at = (values.get("hs_payment_date") or now) if status == "paid" else ""
        changes = {"hs_invoice_status": status, "hs_payment_date": paid_at}
    due = ZERO if status in ("paid", "voided") else max(billed - paid, ZERO)
    return changes | {"hs_amount_paid": shown(paid, code), "hs_balance_due": shown(due, code)}
