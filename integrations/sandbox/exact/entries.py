"""Sales entries: bookings, whether made here or by printing an invoice.

Sources: the references of SalesEntries and SalesEntryLines; the words for a number that is taken
are those that helpdesks of other apps quote.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.sandbox.exact import documents_common as common
from integrations.sandbox.exact import periods, receivables
from integrations.sandbox.exact.amounts import Amount, added, decimal, rounded, shown, with_vat
from integrations.sandbox.exact.division import Division
from integrations.sandbox.exact.drafts import Draft
from integrations.sandbox.exact.fields import tuned
from integrations.sandbox.exact.messages import Kind
from integrations.sandbox.exact.resources import Entity, Lines
from integrations.sandbox.exact.shelf import Row
from integrations.sandbox.exact.tables.sales import SALES_ENTRIES, SALES_ENTRY_LINES

HEADER, PATH = "salesentry/SalesEntries", "salesentry/SalesEntryLines"
OPEN, PROCESSED = 20, 50
ENTRY, CREDIT_NOTE = 20, 21
SCOPE = "Financial accounting"
DOCUMENT_NUMBER = ("Boekstuknummer", "Document number")
_STATUSES = {OPEN: "Open", PROCESSED: "Verwerkt"}
_TYPES = {ENTRY: "Verkoopboeking", CREDIT_NOTE: "Creditnota"}


# Rules of the header


def check_open(draft: Draft) -> None:
    """Processed bookings are final, and so are those that something was paid of."""
    is_settled = not draft.is_new and receivables.is_paid_on(draft.division, draft.id)
    if draft.was("Status") == PROCESSED or is_settled:
        draft.stop(Kind.PROCESSED)


def settle_dates(draft: Draft) -> None:
    draft.usual(EntryDate=draft.division.today())
    common.settle_due(draft, "EntryDate")
    periods.settle_period(draft, "EntryDate")


def settle_number(draft: Draft) -> None:
    """The journal numbers its bookings, unless one comes with a free number of its own."""
    if draft.referred("Journal") is None:
        return
    sent = draft["EntryNumber"] or draft["InvoiceNumber"]
    if draft.is_new and sent is None:
        sent = next_number(draft.division, str(draft["Journal"]), draft["ReportingYear"])
    draft["EntryNumber"] = draft["EntryNumber"] or sent
    draft["InvoiceNumber"] = draft["InvoiceNumber"] or sent
    holder = numbered(draft.division, draft.values)
    if draft.changes("EntryNumber") and holder is not None and holder.id != draft.id:
        draft.refuse(Kind.IN_USE, DOCUMENT_NUMBER)


def numbered(division: Division, values: Mapping[str, Any]) -> Row | None:
    """The booking that has the number of these values, in their journal and year."""
    holder = _numbers(division).get(_number(values))
    row = division.find(HEADER, holder) if holder else None
    return row if row is not None and _number(row.values) == _number(values) else None


def next_number(division: Division, journal: str, year: int) -> int:
    """The next free number of a journal in a year: year, journal and a running number."""
    first = int(f"{year % 100}{journal:0>2}0001")
    while True:
        number = division.next_number(f"journal/{journal}/{year}", first)
        named = {"Journal": journal, "ReportingYear": year, "EntryNumber": number}
        if numbered(division, named) is None:
            return number


def note_number(division: Division, row: Row) -> None:
    _numbers(division)[_number(row.values)] = row.id


def _numbers(division: Division) -> dict[str, str]:
    """The bookings by journal, year and number: who books much would ask all others."""
    found: dict[str, str] = division.notes.setdefault("entry_numbers", {})
    return found


def _number(values: Mapping[str, Any]) -> str:
    return "/".join(str(values.get(name)) for name in ("Journal", "ReportingYear", "EntryNumber"))


def add_up(draft: Draft) -> None:
    if draft.is_new:
        for line in draft.lines["SalesEntryLines"]:
            settle_line(line)
        amounts = [_amount(line.values) for line in draft.lines["SalesEntryLines"]]
    else:
        amounts = [_amount(row.values) for row in draft.division.where(PATH, EntryID=draft.id)]
    draft.values |= totals(draft.division, draft.values, added(amounts))


def totals(division: Division, values: Mapping[str, Any], total: Amount) -> dict[str, Any]:
    rate = common.rate_of(division, str(values.get("Currency"))) or decimal(1)
    return {
        "AmountFC": shown(total.gross),
        "AmountDC": shown(rounded(total.gross * rate)),
        "VATAmountFC": shown(total.vat),
        "VATAmountDC": shown(rounded(total.vat * rate)),
        "Rate": shown(rate),
        "Type": CREDIT_NOTE if total.gross < 0 else ENTRY,
    }


# Rules of the lines


def check_line_open(line: Draft) -> None:
    if line.header is not None:
        return
    is_settled = receivables.is_paid_on(line.division, str(line["EntryID"]))
    if common.header_of(line).get("Status") == PROCESSED or is_settled:
        line.stop(Kind.PROCESSED)


def settle_line(line: Draft) -> None:
    """A line has its ledger's VAT code unless it names one; its amount is without VAT."""
    if line.header is None and not line["EntryID"]:
        line.refuse(Kind.MANDATORY, "EntryID")
        return
    ledger = line.referred("GLAccount")
    if ledger is not None:
        line.usual(VATCode=ledger.values.get("VATCode"))
    if line["AmountFC"] is None:
        return
    vat = common.vat_of(line)
    net = rounded(decimal(line["AmountFC"]))
    # The amount is the one without VAT, whatever the type of the code.
    amount = with_vat(net, type(vat)(vat.percentage))
    if "VATAmountFC" in line.sent:
        amount = Amount(net, rounded(decimal(line["VATAmountFC"])))
    rate = common.rate_of(line.division, str(common.header_of(line).get("Currency"))) or decimal(1)
    line.values |= {
        "AmountFC": shown(amount.net),
        "AmountDC": shown(rounded(amount.net * rate)),
        "VATAmountFC": shown(amount.vat),
        "VATAmountDC": shown(rounded(amount.vat * rate)),
        "VATBaseAmountFC": shown(amount.net),
        "VATBaseAmountDC": shown(rounded(amount.net * rate)),
        "VATPercentage": shown(vat.percentage) if line["VATCode"] else None,
    }
    line.usual(Quantity=1.0)


def check_ledger(line: Draft) -> None:
    ledger = line.referred("GLAccount")
    if ledger is not None and ledger.values.get("IsBlocked"):
        line.refuse(Kind.BLOCKED, "GLAccount")


def number_line(line: Draft) -> None:
    if not line.is_new or line["LineNumber"]:
        return
    if line.header is not None:
        line["LineNumber"] = line.header.lines["SalesEntryLines"].index(line) + 1
        return
    others = line.division.where(PATH, EntryID=str(line["EntryID"]))
    line["LineNumber"] = max((row.values["LineNumber"] for row in others), default=0) + 1


def keep_one_line(line: Draft) -> None:
    if len(line.division.where(PATH, EntryID=str(line["EntryID"]))) == 1:
        line.refuse(Kind.MANDATORY, "SalesEntryLines")


def _amount(values: Mapping[str, Any]) -> Amount:
    return Amount(decimal(values.get("AmountFC")), decimal(values.get("VATAmountFC")))


# What a change does to the others


def settle_receivable(draft: Draft) -> None:
    """What is owed follows the booking."""
    row = draft.division.shelf(HEADER).rows[draft.id]
    note_number(draft.division, row)
    receivables.book(draft.division, row.values)


def refresh_header(line: Draft) -> None:
    header = line.division.find(HEADER, line["EntryID"])
    if line.header is not None or header is None:
        return
    rows = line.division.where(PATH, EntryID=header.id)
    total = added([_amount(row.values) for row in rows])
    row = line.division.touch(HEADER, header.id, **totals(line.division, header.values, total))
    receivables.book(line.division, row.values)


def forget_receivable(draft: Draft) -> None:
    receivables.forget(draft.division, draft.id)


def book(division: Division, values: Mapping[str, Any], lines: list[dict[str, Any]]) -> Row:
    """Store the finished booking of a printed invoice."""
    row = division.save(ENTRIES, values)
    note_number(division, row)
    for number, line in enumerate(lines, 1):
        division.save(LINES, line | {"EntryID": row.id, "LineNumber": number})
    receivables.book(division, row.values)
    return row


ENTRIES = Entity(
    path=HEADER,
    type="SalesEntry",
    fields=tuned(
        SALES_ENTRIES,
        Customer={"refers_to": "crm/Accounts"},
        Journal={"refers_to": "financial/Journals"},
        PaymentCondition={"refers_to": "cashflow/PaymentConditions"},
        Currency={"refers_to": "general/Currencies"},
        YourRef={"longest": 30},
        Description={"longest": 60},
    ),
    scope=SCOPE,
    topic="SalesEntries",
    answers_full=True,
    defaults={"Status": OPEN},
    joined={
        "CustomerName": ("Customer", "Name"),
        "JournalDescription": ("Journal", "Description"),
        "PaymentConditionDescription": ("PaymentCondition", "Description"),
        "PaymentConditionPaymentMethod": ("PaymentCondition", "PaymentMethod"),
    },
    computed={
        "StatusDescription": lambda _, values: _STATUSES.get(values["Status"]),
        "TypeDescription": lambda _, values: _TYPES.get(values["Type"]),
    },
    lines={"SalesEntryLines": Lines(PATH, "EntryID", mandatory=True)},
    rules=(
        check_open,
        lambda draft: common.usual_terms(draft, "Customer"),
        lambda draft: common.check_customer(draft, "Customer"),
        common.check_currency,
        common.check_journal,
        settle_dates,
        settle_number,
        add_up,
    ),
    saved=(settle_receivable,),
    guards=(check_open,),
    removed=(forget_receivable,),
    takes_along=((PATH, "EntryID"),),
)
LINES = Entity(
    path=PATH,
    type="SalesEntryLine",
    fields=tuned(
        SALES_ENTRY_LINES,
        EntryID={"mandatory": False, "refers_to": HEADER},
        GLAccount={"refers_to": "financial/GLAccounts"},
        VATCode={"refers_to": "vat/VATCodes", "pad": 3},
    ),
    scope=SCOPE,
    topic="SalesEntries",
    told_key="EntryID",
    answers_full=True,
    joined={
        "GLAccountCode": ("GLAccount", "Code"),
        "GLAccountDescription": ("GLAccount", "Description"),
        "VATCodeDescription": ("VATCode", "Description"),
    },
    rules=(check_line_open, settle_line, check_ledger, common.check_vat, number_line),
    saved=(refresh_header,),
    guards=(check_line_open, keep_one_line),
    removed=(refresh_header,),
    shown={
        "Description": "Omschrijving",
        "Quantity": "Aantal",
        "AmountFC": "Bedrag",
        "VATCode": "Btw-code",
    },
)
