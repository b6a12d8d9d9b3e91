"""What refusals of documents mean, in Dutch and in English.

A document is refused for what it refers to as often as for itself; the field that a row names is
the document's own, since Exact's labels are those of its screens and of the user's language.
"""

from collections.abc import Iterator

from integrations.connectors.exact.rules import INVALID, REFERENCE, REQUIRED, VAT, Rule
from integrations.contract import Category

INVOICE, ENTRY, OPPORTUNITY = "sales_invoice", "sales_entry", "opportunity"
PROCESSED = "processed"
NUMBER_TAKEN = "number_taken"

_REQUIRED = REQUIRED + ".*"
_REFERENCE = REFERENCE + ".*"
_INVALID = INVALID + ".*"
_REFUSED = (
    r"^(ongeldig|ongeldige referentie|niet toegestaan|invalid|invalid reference|not allowed)\b"
)
_CUSTOMER = r"\b(besteld door|ordered by|klant|customer|factuur voor|invoice to|debiteur|debtor)\b"
_ITEM = r"\b(artikel|item)\b"
_LEDGER = r"\b(grootboekrekening|g/l account|gl account|general ledger)\b"
_VAT = VAT
_JOURNAL = r"\b(dagboek|journal)\b"
_CONDITION = r"\b(betalingsconditie|payment condition)\b"
_BLOCKED = r"\b(geblokkeerd|blocked)\b"
_CLOSED = (
    r"^(periode is (af)?gesloten|period (is|has been) closed)"
    r"|^(onbekend|unknown)\b.*\b(boekjaar|fiscal year|financial year|periode|period)\b"
    r"|\b(boekjaar|fiscal year|financial year)\b.*\b(afgesloten|gesloten|closed)\b"
)
_NUMBER = (
    r"^(in gebruik|in use|bestaat reeds|already exists)\b.*"
    r"\b(boekstuknummer|document number|entry number|factuurnummer|invoice number)\b"
)
_NOT_SOLD = (
    r"\b(geen verkoopartikel|verkoopartikel|not a sales item|sales item)\b"
    rf"|{_ITEM}.*\b(niet .{{0,20}}verko|not .{{0,20}}(sold|for sale)|verkoop\)|sales\))"
)
_QUANTITY = (
    r"\b(fractie|fractions?)\b"
    r"|^(ongeldig|niet toegestaan|invalid|not allowed)\b.*\b(aantal|quantity)\b"
)
_UNIT = r"\b(eenheid|unit)\b"
_LAYOUT = r"\b(lay-?out)\b"
_PROCESSED = r"\b(reeds verwerkt|al verwerkt|already (been )?processed)\b"
_SETTLED = r"\b(afgeletterd|gematcht|matched|reconciled)\b"
_CLOSE_DATE = r"\b(sluitdatum|close date)\b"
_STAGE = r"(fase|\bstage)\b"
_CONTACT = r"\b(contactpersoon|contact( person)?)\b"


def _of_money(kind: str, customer: str, lines: str, at: str) -> Iterator[Rule]:
    """The rows that invoices and entries share, with the fields of one of them."""

    def rule(code: str, category: Category, wording: str, field: str = "") -> Rule:
        return Rule(code, category, wording, object_type=kind, field=field)

    # What became of it meanwhile, and when it may be booked.
    yield rule(PROCESSED, Category.STATE_LOCKED, _PROCESSED)
    yield rule("settled", Category.STATE_LOCKED, _SETTLED)
    yield rule("period_closed", Category.PERIOD_CLOSED, _CLOSED, at)
    # The number is mostly that of our own earlier call: it is looked for before anything else.
    yield rule(NUMBER_TAKEN, Category.DUPLICATE_KEY, _NUMBER, "InvoiceNumber")
    # Who and what it is about.
    yield rule("prospect", Category.REFERENCE_INACTIVE, rf"{_INVALID}{_CUSTOMER}.*type", customer)
    yield rule("journal_type", Category.CONFIGURATION, rf"{_INVALID}{_JOURNAL}", "Journal")
    yield rule("not_for_sale", Category.REFERENCE_INACTIVE, _NOT_SOLD, lines)
    for code, what, field in (
        ("item_blocked", _ITEM, lines),
        ("ledger_blocked", _LEDGER, "RevenueAccount" if kind == ENTRY else lines),
        ("journal_blocked", _JOURNAL, "Journal"),
        ("customer_blocked", rf"({_CUSTOMER}|\b(relatie|account)\b)", customer),
    ):
        wording = rf"{_BLOCKED}.*{what}|{what}.*{_BLOCKED}"
        yield rule(code, Category.REFERENCE_INACTIVE, wording, field)
    yield rule("customer_missing", Category.FIELD_MISSING, _REQUIRED + _CUSTOMER, customer)
    yield rule("customer_reference", Category.PARENT_MISSING, _REFERENCE + _CUSTOMER, customer)
    yield rule("item_reference", Category.PARENT_MISSING, _REFERENCE + _ITEM, lines)
    # How it is booked.
    yield rule("vat_missing", Category.TAX, _REQUIRED + _VAT, lines)
    yield rule("vat_refused", Category.TAX, rf"{_REFUSED}.*{_VAT}", lines)
    yield rule("journal_missing", Category.FIELD_MISSING, _REQUIRED + _JOURNAL, "Journal")
    yield rule("journal_reference", Category.REFERENCE_INACTIVE, _REFERENCE + _JOURNAL, "Journal")
    yield rule(
        "condition_reference",
        Category.REFERENCE_INACTIVE,
        _REFERENCE + _CONDITION,
        "PaymentCondition",
    )
    yield rule("fraction", Category.FIELD_INVALID, _QUANTITY, lines)
    yield rule("unit_reference", Category.REFERENCE_INACTIVE, _REFERENCE + _UNIT, "UnitCode")
    yield rule("layout_reference", Category.CONFIGURATION, _REFERENCE + _LAYOUT, "DocumentLayout")


DOCUMENT_RULES: tuple[Rule, ...] = (
    *_of_money(INVOICE, "OrderedBy", "SalesInvoiceLines", "InvoiceDate"),
    Rule(
        "ledger_missing",
        Category.CONFIGURATION,
        _REQUIRED + _LEDGER,
        object_type=INVOICE,
        field="SalesInvoiceLines",
    ),
    *_of_money(ENTRY, "Customer", "SalesEntryLines", "EntryDate"),
    Rule(
        "ledger_missing",
        Category.FIELD_MISSING,
        _REQUIRED + _LEDGER,
        object_type=ENTRY,
        field="RevenueAccount",
    ),
    Rule(
        "ledger_reference",
        Category.REFERENCE_INACTIVE,
        rf"{_REFUSED}.*{_LEDGER}",
        object_type=ENTRY,
        field="RevenueAccount",
    ),
    Rule(
        "stage_reference",
        Category.REFERENCE_INACTIVE,
        _REFERENCE + _STAGE,
        object_type=OPPORTUNITY,
        field="OpportunityStage",
    ),
    Rule(
        "contact_reference",
        Category.PARENT_MISSING,
        _REFERENCE + _CONTACT,
        object_type=OPPORTUNITY,
        field="Contact",
    ),
    Rule(
        "close_date",
        Category.FIELD_MISSING,
        _REQUIRED + _CLOSE_DATE,
        object_type=OPPORTUNITY,
        field="CloseDate",
    ),
    Rule(
        "customer_reference",
        Category.PARENT_MISSING,
        _REFERENCE + r"\b(relatie|account|lead|klant|customer)\b",
        object_type=OPPORTUNITY,
        field="Account",
    ),
    Rule(
        "customer_blocked",
        Category.REFERENCE_INACTIVE,
        _BLOCKED,
        object_type=OPPORTUNITY,
        field="Account",
    ),
)
