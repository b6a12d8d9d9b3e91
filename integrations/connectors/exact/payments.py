"""What is still to be paid of a document, from its payment terms.

Reference pages SyncCashflowPaymentTerms and CashflowReceivables: the terms of a receivable are
split as they are paid, so that only the sum of those that are still open says something. A term is
settled by money or by a credit note alike.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from integrations.connectors.exact.money import number
from integrations.connectors.exact.payloads import Payload, code
from integrations.connectors.exact.times import day
from integrations.contract import Choice, Value, Values

# Of LineType: 22 is a payment to a supplier.
RECEIPT = 20
MATCHED = 50
STATUS, OPEN, PAID, PAID_ON = "PaymentStatus", "AmountOpen", "AmountPaid", "PaidOn"
FACTS = (STATUS, OPEN, PAID, PAID_ON)
STATUSES = (
    Choice("draft", "Draft"),
    Choice("open", "Open"),
    Choice("partly_paid", "Partly paid"),
    Choice("paid", "Paid"),
    Choice("overdue", "Overdue"),
)
# What is read of a term, from either of its two resources.
COLUMNS = (
    "ID",
    "TransactionEntryID",
    "Journal",
    "InvoiceNumber",
    "Account",
    "AmountFC",
    "Status",
    "IsFullyPaid",
    "LastPaymentDate",
    "EndDate",
    "DueDate",
)
_ZERO = Decimal(0)
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Term:
    """A part of what a document is to bring in."""

    entry: str
    number: tuple[str, str]
    customer: str
    amount: Decimal
    is_settled: bool
    settled_on: date | None
    due_on: date | None


def number_of(row: Payload) -> tuple[str, str]:
    """Journal and invoice number, which together name a document; empty while it has none."""
    number = row.get("InvoiceNumber")
    return (code(row.get("Journal")), str(number)) if number else ("", "")


def term_of(row: Payload) -> Term:
    is_settled = row.get("IsFullyPaid") is True or row.get("Status") == MATCHED
    settled_on = _day(row, "LastPaymentDate") or _day(row, "EndDate")
    return Term(
        entry=code(row.get("TransactionEntryID")).lower(),
        number=number_of(row),
        customer=code(row.get("Account")).lower(),
        amount=number(row.get("AmountFC")) or _ZERO,
        is_settled=is_settled,
        settled_on=settled_on if is_settled else None,
        due_on=_day(row, "DueDate"),
    )


def _day(row: Payload, name: str) -> date | None:
    value = row.get(name)
    return day(value) if value else None


class Terms:
    """Payment terms by the document that they belong to."""

    def __init__(self, terms: Iterable[Term] = ()) -> None:
        self._by_entry: dict[str, list[Term]] = defaultdict(list)
        self._by_number: dict[tuple[str, str], list[Term]] = defaultdict(list)
        for term in terms:
            self._by_entry[term.entry].append(term)
            self._by_number[term.number].append(term)

    def of_entry(self, entry: str) -> Sequence[Term]:
        return self._by_entry.get(entry, ())

    def of_invoice(self, row: Payload) -> Sequence[Term]:
        """Those of the invoice's number that its customer owes: numbers may begin anew."""
        customers = {code(row.get(name)).lower() for name in ("InvoiceTo", "OrderedBy")}
        found = self._by_number.get(number_of(row), ()) if row.get("InvoiceNumber") else ()
        return [term for term in found if term.customer in customers]


def unpaid_draft() -> Values:
    return {STATUS: "draft", OPEN: None, PAID: None, PAID_ON: None}


def facts_of(total: Decimal, terms: Sequence[Term], due_on: date | None, today: date) -> Values:
    """The payment facts of a document that is in the books.

    Without a single term nothing was paid yet; an amount of nothing is paid.
    """
    open_ones = [term for term in terms if not term.is_settled]
    still = _same_sign(sum((term.amount for term in open_ones), _ZERO), total)
    if not terms:
        still = total
    is_paid = not still
    paid_on = max((term.settled_on for term in terms if term.settled_on), default=None)
    first_due = min((term.due_on for term in open_ones if term.due_on), default=due_on)
    values: Mapping[str, Value] = {
        STATUS: _status(total, still, is_late=first_due is not None and first_due < today),
        OPEN: still,
        PAID: total - still,
        PAID_ON: paid_on if is_paid else None,
    }
    return values


def _status(total: Decimal, still: Decimal, *, is_late: bool) -> str:
    if not still:
        return "paid"
    # Nobody is late with what we owe: a credit note waits to be set off.
    if is_late and total > 0:
        return "overdue"
    return "open" if abs(still) >= abs(total) else "partly_paid"


def _same_sign(amount: Decimal, total: Decimal) -> Decimal:
    """The amount as the document counts it, in cents: terms are doubles, of either sign."""
    amount = abs(amount).quantize(_CENT)
    return -amount if total < 0 else amount
