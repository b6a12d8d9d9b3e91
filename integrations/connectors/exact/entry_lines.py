"""The lines of a sales entry: amounts on general ledger accounts, which sell no item.

Reference page SalesEntrySalesEntryLines: an amount is without VAT, which Exact adds by the code.
"""

from collections.abc import Sequence

from integrations.connectors.exact.money import number
from integrations.connectors.exact.payloads import Payload, code, nested, refusal
from integrations.connectors.exact.sales_lines import called, is_text, worded
from integrations.contract import Category, Field, Line

LINES = "SalesEntryLines"
COLUMNS = (
    "ID",
    "EntryID",
    "LineNumber",
    "GLAccount",
    "GLAccountCode",
    "GLAccountDescription",
    "Description",
    "Quantity",
    "AmountFC",
    "VATCode",
    "VATCodeDescription",
)


def entry_lines(payload: Payload) -> tuple[Line, ...] | None:
    rows = sorted(nested(payload, LINES) or (), key=lambda row: int(row.get("LineNumber") or 0))
    return tuple(map(_line, rows)) or None


def _line(row: Payload) -> Line:
    return Line(
        id=str(row.get("ID") or ""),
        sku=code(row.get("GLAccountCode")),
        name=str(row.get("GLAccountDescription") or ""),
        description=str(row.get("Description") or ""),
        quantity=number(row.get("Quantity")),
        amount=number(row.get("AmountFC")),
        tax=code(row.get("VATCode")),
        tax_name=str(row.get("VATCodeDescription") or ""),
    )


def to_entry_lines(field: Field, lines: Sequence[Line], ledger: str) -> list[Payload]:
    """The lines as Exact takes them, all on one ledger account; raises Unwritable otherwise.

    Words between the lines are left out: nobody is sent a booking.
    """
    made = [_to_line(field, line, ledger) for line in lines if not is_text(line)]
    if not made:
        raise refusal(Category.FIELD_MISSING, "no_lines", field, "there must be one at least.")
    return made


def _to_line(field: Field, line: Line, ledger: str) -> Payload:
    if line.amount is None:
        reason = f"“{called(line)}” has no amount."
        raise refusal(Category.FIELD_MISSING, "line_without_amount", field, reason)
    made: Payload = {"GLAccount": ledger, "AmountFC": line.amount} | worded(line)
    if line.quantity is not None:
        made["Quantity"] = line.quantity
    if line.tax:
        made["VATCode"] = line.tax
    return made
