"""How transactions hang together: payments pay invoices, deposits hold payments.

Sources: developer.intuit.com, "Manage linked transactions" and the entity reference (Payment,
Deposit). Whether a payment raises the SyncToken and the time of the invoice it pays is not
documented; here it does, which is the harder case for a client.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from integrations.sandbox.quickbooks.money import ZERO, decimal, shown
from integrations.sandbox.quickbooks.shelf import Record, Row

if TYPE_CHECKING:
    from integrations.sandbox.quickbooks.drafts import Draft
    from integrations.sandbox.quickbooks.store import Store

# A document that a payment names: its type and its number.
Key = tuple[str, str]
PAYABLE = ("Invoice", "CreditMemo")


def applied(payment: Record | None) -> dict[Key, Decimal]:
    """What a payment puts on each document."""
    found: dict[Key, Decimal] = {}
    for line in (payment or {}).get("Line", []):
        for link in line.get("LinkedTxn", []):
            key = (link["TxnType"], str(link["TxnId"]))
            found[key] = found.get(key, ZERO) + decimal(line.get("Amount"))
    return found


def unapplied(payment: Record) -> Decimal:
    """The money of a payment, its credits included, that pays for nothing yet."""
    left = decimal(payment.get("TotalAmt"))
    for (kind, _), amount in applied(payment).items():
        left += amount if kind == "CreditMemo" else -amount
    return left


def spread_payment(draft: Draft) -> None:
    """Lower or raise the balances that a payment has newly paid, or no longer pays."""
    was, now = applied(draft.before), applied(draft.after)
    for key in sorted(was.keys() | now.keys()):
        more = now.get(key, ZERO) - was.get(key, ZERO)
        if more or (key in was) != (key in now):
            put_on(draft.store, key, more, draft.id, linked=key in now)


def put_on(store: Store, key: Key, amount: Decimal, payment: str, *, linked: bool) -> None:
    kind, number = key
    row = store.find(kind, number)
    if row is None or kind not in PAYABLE:
        return
    record = row.record()
    paid(record, amount)
    _link(record, "Payment", payment, linked=linked)
    store.save(store.shelves[kind].entity, record, row, "Update")


def paid(record: Record, amount: Decimal) -> None:
    """Take an amount off a document's balance, in whatever it is shown."""
    balance = decimal(record.get("Balance")) - amount
    record["Balance"] = shown(balance)
    if "RemainingCredit" in record:
        record["RemainingCredit"] = shown(balance)
    if "HomeBalance" in record:
        record["HomeBalance"] = shown(balance * decimal(record.get("ExchangeRate")))


def _link(record: Record, kind: str, number: str, *, linked: bool) -> None:
    others = [
        link
        for link in record.get("LinkedTxn", [])
        if (link["TxnType"], str(link["TxnId"])) != (kind, number)
    ]
    record["LinkedTxn"] = [*others, *([{"TxnId": number, "TxnType": kind}] if linked else [])]


def payments_of(store: Store, document: Record) -> list[Row]:
    """The payments linked to a document, oldest first."""
    numbers = [
        str(link["TxnId"]) for link in document.get("LinkedTxn", []) if link["TxnType"] == "Payment"
    ]
    rows = (store.find("Payment", number) for number in numbers)
    return [row for row in rows if row is not None]


def paid_so_far(store: Store, key: Key, document: Record) -> Decimal:
    rows = payments_of(store, document)
    return sum((applied(row.record()).get(key, ZERO) for row in rows), ZERO)


def release(draft: Draft) -> None:
    """A voided document gives its payments back, as money not yet applied."""
    if draft.operation != "Void":
        return
    key = (draft.entity.name, draft.id)
    for row in payments_of(draft.store, draft.before or {}):
        payment = row.record()
        payment["Line"] = [line for line in payment.get("Line", []) if not _names(line, key)]
        payment["UnappliedAmt"] = shown(unapplied(payment))
        draft.store.save(draft.store.shelves["Payment"].entity, payment, row, "Update")


def _names(line: Record, key: Key) -> bool:
    return any((x["TxnType"], str(x["TxnId"])) == key for x in line.get("LinkedTxn", []))


def hold_payments(draft: Draft) -> None:
    """Mark the payments of a deposit as deposited, and free those taken out of it."""
    was, now = applied(draft.before), applied(draft.after)
    entity = draft.store.shelves["Payment"].entity
    for kind, number in sorted(was.keys() ^ now.keys()):
        row = draft.store.find(kind, number)
        if row is None or kind != "Payment":
            continue
        payment = row.record()
        _link(payment, "Deposit", draft.id, linked=(kind, number) in now)
        payment["LinkedTxn"] = payment["LinkedTxn"] or None
        clean = {name: value for name, value in payment.items() if value is not None}
        draft.store.save(entity, clean, row, "Update")


def bill_estimates(draft: Draft) -> None:
    """An estimate that an invoice is made from knows that invoice, and is closed."""
    for link in draft.after.get("LinkedTxn") or []:
        row = draft.store.find("Estimate", str(link["TxnId"]))
        if link["TxnType"] != "Estimate" or row is None:
            continue
        estimate = row.record()
        if {"TxnId": draft.id, "TxnType": "Invoice"} in estimate.get("LinkedTxn", []):
            continue
        _link(estimate, "Invoice", draft.id, linked=True)
        estimate["TxnStatus"] = "Closed"
        draft.store.save(draft.store.shelves["Estimate"].entity, estimate, row, "Update")
