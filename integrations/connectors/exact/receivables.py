"""The payment terms of documents: looked up for some, or read whole for many.

A term names the entry that it belongs to. An invoice's entry has an id of its own, so that it is
found by journal and number, which both bear.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from integrations.connectors.exact import odata, settings
from integrations.connectors.exact.contexts import Context
from integrations.connectors.exact.document_fields import KNOWN_FACTS, has_facts
from integrations.connectors.exact.money import number
from integrations.connectors.exact.numbers import within_runs
from integrations.connectors.exact.payloads import Payload
from integrations.connectors.exact.payments import (
    COLUMNS,
    Term,
    Terms,
    facts_of,
    term_of,
    unpaid_draft,
)
from integrations.connectors.exact.times import day
from integrations.contract import ConnectorError, RetryLater, SignInAgain

RESOURCE = "cashflow/Receivables"
# The same in pages of a thousand.
BULK = "bulk/Cashflow/Receivables"
PROCESSED = 50
# So many rows that nobody asked for cost less than another condition.
_GAP = 20
_NO_BULK = "receivables are not told in bulk"


@dataclass(frozen=True, slots=True)
class Ledger:
    """How the payment terms of one object type are told."""

    # Columns of a document from which its facts are worked out.
    columns: tuple[str, ...]
    # Number of documents and terms alike.
    number: str
    is_booked: Callable[[Payload], bool]
    # Those of a document among many terms.
    terms: Callable[[Terms, Payload], Sequence[Term]]
    # Conditions that the documents of terms fit.
    documents: Callable[[Sequence[Term]], Iterable[str]]


def _is_processed(row: Payload) -> bool:
    return row.get("Status") == PROCESSED and bool(row.get("InvoiceNumber"))


def _by_number(terms: Sequence[Term]) -> Iterable[str]:
    return within_runs("InvoiceNumber", (int(term.number[1]) for term in terms if term.number[1]))


def _by_entry(terms: Sequence[Term]) -> Iterable[str]:
    entries = (term.entry for term in terms if odata.is_guid(term.entry))
    return (odata.equals("EntryID", odata.guid(entry)) for entry in dict.fromkeys(entries))


INVOICES = Ledger(
    ("Status", "InvoiceNumber", "Journal", "OrderedBy", "InvoiceTo", "AmountFC", "DueDate"),
    number="InvoiceNumber",
    is_booked=_is_processed,
    terms=lambda terms, row: terms.of_invoice(row),
    documents=_by_number,
)
ENTRIES = Ledger(
    ("EntryNumber", "AmountFC", "DueDate"),
    number="EntryNumber",
    # An entry is in the books from the beginning.
    is_booked=lambda _row: True,
    terms=lambda terms, row: terms.of_entry(str(row["EntryID"]).lower()),
    documents=_by_entry,
)


def completing(ledger: Ledger) -> Callable[[Context, Sequence[Payload]], None]:
    """Adds the payment facts to the rows, where they are asked for."""

    def complete(context: Context, rows: Sequence[Payload]) -> None:
        if has_facts(context.names):
            booked = [row for row in rows if ledger.is_booked(row)]
            add_facts(ledger, context, rows, looked_up(ledger, context, booked))

    return complete


def looked_up(ledger: Ledger, context: Context, rows: Sequence[Payload]) -> Terms:
    """The terms of these documents, and perhaps of some others."""
    client = context.client
    numbers = (int(row[ledger.number]) for row in rows if row.get(ledger.number))
    conditions = tuple(within_runs(ledger.number, numbers, _GAP))
    is_bulk = len(rows) > settings.PAGE_ROWS and _NO_BULK not in client.shelf
    try:
        found = client.among(BULK if is_bulk else RESOURCE, COLUMNS, conditions)
        return Terms(term_of(row) for row in found)
    except (RetryLater, SignInAgain):
        raise
    except ConnectorError:
        # Bulk resources are said to refuse some conditions that the plain ones take.
        if not is_bulk:
            raise
        client.shelf[_NO_BULK] = True
        return looked_up(ledger, context, rows)


def fallen_due(context: Context, since: date, until: date) -> Iterator[Term]:
    """What is still open of the terms that were due from one day to before another."""
    first, last = (odata.moment(f"{each.isoformat()}T00:00:00") for each in (since, until))
    where = f"DueDate ge {first} and DueDate lt {last}"
    found = map(term_of, context.client.every(RESOURCE, COLUMNS, where))
    return (term for term in found if not term.is_settled)


def add_facts(ledger: Ledger, context: Context, rows: Iterable[Payload], terms: Terms) -> None:
    today = context.today()
    for row in rows:
        if not ledger.is_booked(row):
            row[KNOWN_FACTS] = unpaid_draft()
            continue
        total = number(row.get("AmountFC")) or Decimal(0)
        due = row.get("DueDate")
        due_on = day(due) if due else None
        row[KNOWN_FACTS] = facts_of(total, ledger.terms(terms, row), due_on, today)
