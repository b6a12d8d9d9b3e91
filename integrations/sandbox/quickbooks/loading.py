"""Many documents at once, as if they had long been there: worked out, and not checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from integrations.sandbox.quickbooks import lines, links, sales_rules, taxes
from integrations.sandbox.quickbooks.drafts import Draft
from integrations.sandbox.quickbooks.entities import ENTITIES
from integrations.sandbox.quickbooks.money import ZERO, shown
from integrations.sandbox.quickbooks.shelf import Record, Row
from integrations.sandbox.quickbooks.shorthand import payment_lines, sales
from integrations.sandbox.quickbooks.store import Store, encode
from integrations.sandbox.quickbooks.switches import currency_ref
from integrations.sandbox.quickbooks.times import stamp

_RULES = (
    sales_rules.has_date,
    taxes.check_codes,
    lines.settle_lines,
    taxes.add_up,
    sales_rules.is_due,
)
# The names that references show, by entity and Id.
_Names = dict[tuple[str, str], str]


def load_invoices(store: Store, rows: Iterable[Record], updated: Iterable[int]) -> list[str]:
    names: _Names = {}
    finished = (_invoice(store, dict(row), names) for row in rows)
    return store.load(ENTITIES["Invoice"], finished, updated)


def _invoice(store: Store, row: Record, names: _Names) -> Record:
    entity = ENTITIES["Invoice"]
    row["Line"] = sales(row["Line"], row.pop("tax_code", ""))
    for reference, kind in (("CustomerRef", "Customer"), ("SalesTermRef", "Term")):
        if reference in row:
            row[reference] = _named(store, names, kind, row[reference]["value"])
    for line in lines.sold(row["Line"]):
        detail = line["SalesItemLineDetail"]
        detail["ItemRef"] = _named(store, names, "Item", detail["ItemRef"]["value"])
    row.setdefault("DocNumber", str(store.next_number("DocNumber", 1001)))
    after = store.defaults(entity) | {"Id": store.next_id(entity), "LinkedTxn": []} | row
    if not store.switches.is_in_us:
        after.setdefault("GlobalTaxCalculation", "TaxExcluded")
    draft = Draft(store, entity, after, None, frozenset(row))
    for rule in _RULES:
        rule(draft)
    after["Balance"] = after["TotalAmt"]
    if "HomeTotalAmt" in after:
        after["HomeBalance"] = after["HomeTotalAmt"]
    return after


def _named(store: Store, names: _Names, kind: str, number: str) -> Record:
    key = (kind, number)
    if key not in names:
        row = store.find(kind, number)
        record = row.record() if row else {}
        names[key] = str(record.get("DisplayName") or record.get("Name") or "")
    return {"value": number, "name": names[key]}


def load_payments(store: Store, rows: Iterable[Record], updated: Iterable[int]) -> list[str]:
    names: _Names = {}
    seconds = list(updated)
    finished = [_payment(store, dict(row), names) for row in rows]
    numbers = store.load(ENTITIES["Payment"], finished, seconds)
    _lower(store, _paid(numbers, finished, seconds))
    return numbers


def _payment(store: Store, row: Record, names: _Names) -> Record:
    row["Line"] = payment_lines(row.pop("invoices", {}), row.pop("credit_memos", {}))
    row["CustomerRef"] = _named(store, names, "Customer", row["CustomerRef"]["value"])
    row.setdefault("CurrencyRef", currency_ref(store.switches.home))
    number = store.holder_of(ENTITIES["Account"], "Undeposited Funds")
    row.setdefault("DepositToAccountRef", {"value": number, "name": "Undeposited Funds"})
    row["UnappliedAmt"] = shown(links.unapplied(row))
    draft = Draft(store, ENTITIES["Payment"], row)
    sales_rules.has_date(draft)
    taxes.add_home_total(draft)
    return row


# An amount that a payment puts on a document, and when.
_Share = tuple[links.Key, str, Decimal, int]


def _paid(numbers: list[str], payments: list[Record], seconds: list[int]) -> Iterator[_Share]:
    for number, payment, second in zip(numbers, payments, seconds, strict=True):
        for key, amount in links.applied(payment).items():
            yield key, number, amount, second


def _lower(store: Store, shares: Iterable[_Share]) -> None:
    """Take what is paid off each document: it changed when its last payment came."""
    by_document: dict[links.Key, list[tuple[str, Decimal, int]]] = {}
    for key, number, amount, second in shares:
        by_document.setdefault(key, []).append((number, amount, second))
    for (kind, document), parts in by_document.items():
        shelf = store.shelves[kind]
        row = shelf.rows[document]
        record = row.record()
        links.paid(record, sum((amount for _, amount, _ in parts), ZERO))
        made = [{"TxnId": number, "TxnType": "Payment"} for number, _, _ in parts]
        record["LinkedTxn"] = [*record.get("LinkedTxn", []), *made]
        last = max(row.updated, *(second for _, _, second in parts))
        token = row.token + len(parts)
        record["SyncToken"] = str(token)
        record["MetaData"]["LastUpdatedTime"] = stamp(last)
        shelf.put(Row(document, token, True, last, encode(record)), record)
