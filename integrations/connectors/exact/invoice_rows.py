"""Sales invoices out of the rows of their sync endpoint, which mixes headers and lines.

Reference page SyncSalesInvoiceSalesInvoices: line number 0 is the header, and any change of an
invoice gives new timestamps to all its rows. A page may end in the middle of an invoice, which is
then read by its id.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from integrations.connectors.exact.contexts import Context
from integrations.connectors.exact.feed import TIMESTAMP, Stream
from integrations.connectors.exact.money import number
from integrations.connectors.exact.payloads import Payload
from integrations.connectors.exact.sales_lines import COLUMNS, LINES
from integrations.contract import Record

_TOTAL = "AmountFCExclVat"
_TOLERANCE = Decimal("0.02")


def invoice_stream(context: Context) -> Stream:
    has_lines = LINES in context.names
    header = (column for column in context.columns if column != LINES)
    lines = (*COLUMNS, _TOTAL) if has_lines else ("LineNumber",)
    columns = tuple(dict.fromkeys((*header, *lines, TIMESTAMP)))

    def records(rows: Sequence[Payload]) -> list[Record]:
        whole, torn = _put_together(rows) if has_lines else (_headers(rows), [])
        found = [*context.completed(whole), *context.rows_by_id(torn).values()]
        return [context.record(row) for row in found]

    return Stream(context.definition.sync, columns, records)


def _headers(rows: Iterable[Payload]) -> list[Payload]:
    return [row for row in rows if not row.get("LineNumber")]


def _put_together(rows: Iterable[Payload]) -> tuple[list[Payload], list[str]]:
    """Whole invoices, and the ids of those of which something is missing."""
    headers: dict[str, Payload] = {}
    lines: dict[str, dict[int, Payload]] = defaultdict(dict)
    for row in rows:
        invoice = str(row["InvoiceID"]).lower()
        place = int(row.get("LineNumber") or 0)
        if place:
            lines[invoice][place] = row
        else:
            headers[invoice] = row
    whole = []
    torn = [each for each in lines if each not in headers]
    for invoice, header in headers.items():
        if _is_whole(header, lines[invoice]):
            whole.append({**header, LINES: list(lines[invoice].values())})
        else:
            torn.append(invoice)
    return whole, torn


def _is_whole(header: Payload, lines: dict[int, Payload]) -> bool:
    """Whether no line is missing: they come to what the header says."""
    total = number(header.get(_TOTAL))
    if not lines or total is None:
        return False
    amounts = (number(line.get("AmountFC")) or Decimal(0) for line in lines.values())
    return abs(sum(amounts, Decimal(0)) - total) < _TOLERANCE
