"""What refusals of documents mean, in the words of Exact's users."""

import pytest

from integrations.connectors.exact.errors import Message
from integrations.connectors.exact.faults import Refused, fault_of
from integrations.contract import Category

INVOICE, ENTRY, OPPORTUNITY = "sales_invoice", "sales_entry", "opportunity"
LINES = "SalesInvoiceLines"

CASES = [
    (INVOICE, "Verplicht: Besteld door", "Mandatory: Ordered by", "field_missing", "OrderedBy"),
    (INVOICE, "Verplicht: Factuur voor", "Mandatory: Invoice to", "field_missing", "OrderedBy"),
    (INVOICE, "Verplicht: Dagboek", "Required: Journal", "field_missing", "Journal"),
    (INVOICE, "Verplicht: Btw-code", "Mandatory: VAT code", "tax", LINES),
    (
        INVOICE,
        "Ongeldige referentie: Besteld door",
        "Invalid reference: Ordered by",
        "parent_missing",
        "OrderedBy",
    ),
    (
        INVOICE,
        "Ongeldige referentie: Artikel",
        "Invalid reference: Item",
        "parent_missing",
        LINES,
    ),
    (INVOICE, "Ongeldige referentie: Btw-code", "Invalid reference: VAT code", "tax", LINES),
    (INVOICE, "Niet toegestaan: Btw-code", "Not allowed: VAT code", "tax", LINES),
    (
        INVOICE,
        "Ongeldige referentie: Betalingsconditie",
        "Invalid reference: Payment condition",
        "reference_inactive",
        "PaymentCondition",
    ),
    (
        INVOICE,
        "Ongeldig: Klant (Type)",
        "Invalid: Customer (Type)",
        "reference_inactive",
        "OrderedBy",
    ),
    (ENTRY, "Geblokkeerd: Klant", "Blocked: Customer", "reference_inactive", "Customer"),
    (
        ENTRY,
        "Geblokkeerd: Grootboekrekening",
        "Blocked: G/L account",
        "reference_inactive",
        "RevenueAccount",
    ),
    (INVOICE, "Geblokkeerd: Dagboek", "Blocked: Journal", "reference_inactive", "Journal"),
    (INVOICE, "Ongeldig: Aantal [0.5]", "Invalid: Quantity [0.5]", "field_invalid", LINES),
    (
        INVOICE,
        "Ongeldige referentie: Eenheid",
        "Invalid reference: Unit",
        "reference_inactive",
        "UnitCode",
    ),
    (INVOICE, "Geblokkeerd: Artikel", "Blocked: Item", "reference_inactive", LINES),
    (
        INVOICE,
        "Niet toegestaan: Artikel is geen verkoopartikel",
        "Not allowed: Item is not a sales item",
        "reference_inactive",
        LINES,
    ),
    (
        INVOICE,
        "Ongeldig: Dagboek (type)",
        "Invalid: Journal (type)",
        "configuration",
        "Journal",
    ),
    (
        INVOICE,
        "Periode is afgesloten: 2026 - 3",
        "Period is closed: 2026 - 3",
        "period_closed",
        "InvoiceDate",
    ),
    (
        ENTRY,
        "Onbekend: Boekjaar (Perioden - datumtabel)",
        "Unknown: Fiscal year (Period - date table)",
        "period_closed",
        "EntryDate",
    ),
    (
        ENTRY,
        "In gebruik: Boekstuknummer",
        "In use: Document number",
        "duplicate_key",
        "InvoiceNumber",
    ),
    (INVOICE, "Reeds verwerkt", "Already processed", "state_locked", ""),
    (
        ENTRY,
        "Verplicht: Grootboekrekening",
        "Mandatory: G/L account",
        "field_missing",
        "RevenueAccount",
    ),
    (
        ENTRY,
        "Ongeldige referentie: Grootboekrekening",
        "Invalid reference: G/L Account",
        "reference_inactive",
        "RevenueAccount",
    ),
    (
        OPPORTUNITY,
        "Ongeldige referentie: Verkoopfase",
        "Invalid reference: Opportunity stage",
        "reference_inactive",
        "OpportunityStage",
    ),
    (
        OPPORTUNITY,
        "Ongeldige referentie: Relatie",
        "Invalid reference: Account",
        "parent_missing",
        "Account",
    ),
    (
        OPPORTUNITY,
        "Toegang geweigerd",
        "Access denied",
        "connection_permission",
        "",
    ),
]


@pytest.mark.parametrize(
    ("object_type", "text", "category", "field"),
    [
        pytest.param(kind, text, category, field, id=text)
        for kind, dutch, english, category, field in CASES
        for text in (dutch, english)
    ],
)
def test_a_refusal_of_a_document(object_type: str, text: str, category: str, field: str) -> None:
    fault = fault_of(Refused((Message(text),), 500), object_type)

    assert (fault.category, fault.field) == (Category(category), field)
    assert fault.message == text


def test_several_lines_are_kept_and_the_first_decides() -> None:
    lines = ("Verplicht: Factuur voor", "Verplicht: Besteld door")

    fault = fault_of(Refused(tuple(map(Message, lines)), 400), INVOICE)

    assert fault.message == "Verplicht: Factuur voor; Verplicht: Besteld door"
    assert (fault.code, fault.category) == ("customer_missing", Category.FIELD_MISSING)


def test_what_no_row_lists_is_unknown_and_shown_as_it_came() -> None:
    fault = fault_of(Refused((Message("Iets heel anders"),), 500), INVOICE)

    assert (fault.category, fault.message) == (Category.UNKNOWN, "Iets heel anders")
