"""What customers still owe: terms of payment, split as parts of them are paid.

Sources: the references of Receivables, PaymentTerms and ReceivablesList. One row is made with a
booking; a part that is paid becomes a row of its own, with an EntryID of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from integrations.sandbox.exact import documents_common as common
from integrations.sandbox.exact.amounts import decimal, rounded, shown
from integrations.sandbox.exact.division import Division
from integrations.sandbox.exact.fields import tuned
from integrations.sandbox.exact.payable import covered
from integrations.sandbox.exact.resources import Entity, Listing, View
from integrations.sandbox.exact.shelf import Row
from integrations.sandbox.exact.tables.payments import PAYMENTS as PAYMENTS_TABLE
from integrations.sandbox.exact.tables.sales import (
    RECEIVABLES,
    RECEIVABLES_LIST,
    SYNC_PAYMENT_TERMS,
)

if TYPE_CHECKING:
    from integrations.sandbox.exact.call import Call

PATH, PAYMENTS = "cashflow/Receivables", "cashflow/Payments"
OPEN, MATCHED = 20, 50
RECEIPT, PAYMENT = 20, 22
_NUMBERS = "receivables"

type Values = dict[str, Any]


def book(division: Division, entry: Mapping[str, Any]) -> None:
    """Note what is owed for a booking, or what is owed now that it was changed."""
    before = of_entry(division, str(entry["EntryID"]))
    owed = _owed(division, entry)
    if len(before) != 1:
        forget(division, str(entry["EntryID"]))
        _add(division, owed | {"EntryID": division.shared.new_id()})
    else:
        division.touch(PATH, before[0].id, **owed)


def forget(division: Division, entry_id: str) -> None:
    for row in of_entry(division, entry_id):
        division.remove(_entity(division), row)


def of_entry(division: Division, entry_id: str) -> list[Row]:
    """In the order they were made."""
    rows = division.where(PATH, TransactionEntryID=entry_id)
    return sorted(rows, key=lambda row: _number(division, row))


def is_paid_on(division: Division, entry_id: str) -> bool:
    """Whether anything was paid of a booking."""
    return any(row.values["IsFullyPaid"] for row in of_entry(division, entry_id))


def pay(division: Division, entry_id: str, amount: Decimal | None = None, day: int = 0) -> None:
    """Match money that came in; all that is open unless an amount is given."""
    owed = [
        (row.id, decimal(row.values["AmountFC"]))
        for row in of_entry(division, entry_id)
        if not row.values["IsFullyPaid"]
    ]
    total = sum((each for _, each in owed), Decimal(0))
    for part in covered(owed, total if amount is None else amount):
        row = division.shelf(PATH).rows[part.row_id]
        if not part.is_whole:
            row = _split(division, row, part.amount)
        _match(division, row, day or division.today())


def undo(division: Division, entry_id: str) -> None:
    """Take the matching back: everything is open again, though still in parts."""
    for row in of_entry(division, entry_id):
        if row.values["IsFullyPaid"]:
            cleared = {"LastPaymentDate": None, "EndDate": None}
            division.touch(PATH, row.id, IsFullyPaid=False, Status=OPEN, **cleared)


def move_due(division: Division, entry_id: str, day: int) -> None:
    for row in of_entry(division, entry_id):
        division.touch(PATH, row.id, DueDate=day, TransactionDueDate=day)


def _match(division: Division, row: Row, day: int) -> None:
    division.touch(PATH, row.id, IsFullyPaid=True, Status=MATCHED, LastPaymentDate=day, EndDate=day)


def _split(division: Division, row: Row, amount: Decimal) -> Row:
    """Take a part off a row; the part, which has an EntryID of its own."""
    rate = decimal(row.values["RateFC"])
    rest = decimal(row.values["AmountFC"]) - amount
    division.touch(PATH, row.id, AmountFC=shown(rest), AmountDC=shown(rounded(rest * rate)))
    part = dict(row.values) | {
        "ID": None,
        "EntryID": division.shared.new_id(),
        "AmountFC": shown(amount),
        "AmountDC": shown(rounded(amount * rate)),
    }
    return _add(division, part)


def _owed(division: Division, entry: Mapping[str, Any]) -> Values:
    code = str(entry.get("PaymentCondition") or "")
    terms = division.holder("cashflow/PaymentConditions", "Code", code)
    rate = common.rate_of(division, str(entry["Currency"])) or Decimal(1)
    kept = ("Currency", "Description", "EntryNumber", "InvoiceNumber", "Journal", "OrderNumber",
            "PaymentCondition", "PaymentReference", "YourRef", "DueDate")  # fmt: skip
    return {name: entry.get(name) for name in kept} | {
        "Account": entry["Customer"],
        "AmountDC": entry["AmountDC"],
        "AmountFC": entry["AmountFC"],
        "EntryDate": entry["EntryDate"],
        "InvoiceDate": entry["EntryDate"],
        "IsBatchBooking": 0,
        "IsFullyPaid": False,
        "PaymentDays": terms.values.get("PaymentDays", 0) if terms else 0,
        "PaymentMethod": terms.values.get("PaymentMethod", "B") if terms else "B",
        "RateFC": shown(rate),
        "Source": 1,
        "Status": OPEN,
        "TransactionAmountDC": entry["AmountDC"],
        "TransactionAmountFC": entry["AmountFC"],
        "TransactionDueDate": entry.get("DueDate"),
        "TransactionEntryID": entry["EntryID"],
        "TransactionIsReversal": False,
        "TransactionReportingPeriod": entry["ReportingPeriod"],
        "TransactionReportingYear": entry["ReportingYear"],
        "TransactionStatus": entry["Status"],
        "TransactionType": entry["Type"],
    }


def _add(division: Division, values: Mapping[str, Any]) -> Row:
    row = division.save(_entity(division), values)
    numbers: dict[str, int] = division.notes.setdefault(_NUMBERS, {})
    numbers[row.id] = division.next_number(_NUMBERS)
    return row


def _number(division: Division, row: Row) -> int:
    """The number that people know a row by, which is no field of it."""
    return int(division.notes[_NUMBERS][row.id])


def _entity(division: Division) -> Entity:
    return division.shared.entities[PATH]


_JOINED = {
    "AccountCode": ("Account", "Code"),
    "AccountCountry": ("Account", "Country"),
    "AccountName": ("Account", "Name"),
    "JournalDescription": ("Journal", "Description"),
    "PaymentConditionDescription": ("PaymentCondition", "Description"),
}
_REFERENCES: Mapping[str, Mapping[str, Any]] = {
    "Account": {"refers_to": "crm/Accounts"},
    "Journal": {"refers_to": "financial/Journals"},
    "PaymentCondition": {"refers_to": "cashflow/PaymentConditions"},
    "AccountCode": {"pad": -18},
    "AccountCountry": {"pad": 3},
}
RECEIVABLE = Entity(
    path=PATH,
    type="Receivable",
    fields=tuned(RECEIVABLES, **_REFERENCES),
    scope="Financial receivables",
    methods=frozenset({"GET", "PUT"}),
    deleted_as=10,
    joined=_JOINED,
)
# The terms of payment show these among the receipts.
SUPPLIER_PAYMENT = Entity(
    path=PAYMENTS,
    type="Payment",
    fields=tuned(PAYMENTS_TABLE, **_REFERENCES),
    scope="Financial cashflow",
    methods=frozenset({"GET", "PUT"}),
    joined=_JOINED,
)


def _term(_: Division, row: Row) -> Values:
    return {"LineType": RECEIPT if row.path == PATH else PAYMENT, "ApprovalStatus": 1}


def _outstanding(call: Call) -> Iterator[Values]:
    division = call.division
    entity = division.shared.entities[PATH]
    rows = [row for row in division.shelf(PATH) if not row.values["IsFullyPaid"]]
    for row in sorted(rows, key=lambda row: _number(division, row)):
        values = row.values
        yield {
            "HID": _number(division, row),
            "Id": row.id,
            "AccountId": values["Account"],
            "AccountCode": division.value(entity, row, "AccountCode"),
            "AccountName": division.value(entity, row, "AccountName"),
            "Amount": values["AmountDC"],
            "AmountInTransit": 0.0,
            "CurrencyCode": values["Currency"],
            "Description": values.get("Description"),
            "DueDate": values.get("DueDate"),
            "EntryNumber": values.get("EntryNumber"),
            "InvoiceDate": values.get("InvoiceDate"),
            "InvoiceNumber": values.get("EntryNumber"),
            "JournalCode": values.get("Journal"),
            "JournalDescription": division.value(entity, row, "JournalDescription"),
            "YourRef": values.get("YourRef"),
        }


TERMS = View(
    path="sync/Cashflow/PaymentTerms",
    type="PaymentTerm",
    fields=tuned(SYNC_PAYMENT_TERMS, AccountCode={"pad": -18}, AccountCountry={"pad": 3}),
    scope="Financial cashflow",
    of=(PATH, PAYMENTS),
    by_timestamp=True,
    only_filters=("Timestamp",),
    needs_filter=("Timestamp",),
    present=_term,
)
BULK = View(
    path="bulk/Cashflow/Receivables",
    type="Receivable",
    fields=tuned(RECEIVABLES, AccountCode={"pad": -18}, AccountCountry={"pad": 3}),
    scope="Financial receivables",
    of=(PATH,),
    needs_select=True,
)
LIST = Listing(
    path="read/financial/ReceivablesList",
    type="ReceivablesList",
    fields=RECEIVABLES_LIST,
    scope="Financial receivables",
    rows=_outstanding,
)
VIEWS = (TERMS, BULK, LIST)
