"""Sales invoices, sales entries and opportunities as data.

Reference pages SalesInvoiceSalesInvoices, SalesEntrySalesEntries and CRMOpportunities. A few fields
stand for no member: how an invoice is made, the ledger account of an entry, what is paid.
"""

from dataclasses import replace

from integrations.connectors.exact import odata, settings
from integrations.connectors.exact.definitions import Definition
from integrations.connectors.exact.document_feeds import entry_feed, invoice_feed
from integrations.connectors.exact.document_fields import (
    facts,
    labelled,
    lined,
    marked,
    picked,
    switch,
)
from integrations.connectors.exact.document_writes import EntryWriter, InvoiceWriter
from integrations.connectors.exact.entry_lines import entry_lines
from integrations.connectors.exact.fields import (
    FieldSpec,
    chosen,
    code,
    date_of,
    found_by,
    offering,
    read_only,
    referring,
    required,
    text,
    times,
    typed,
)
from integrations.connectors.exact.opportunities import OPPORTUNITY
from integrations.connectors.exact.payloads import Payload
from integrations.connectors.exact.receivables import ENTRIES, INVOICES, PROCESSED, completing
from integrations.connectors.exact.sales_lines import invoice_lines
from integrations.contract import Choice, Field, FieldType, ObjectType, Value

# EntityType of the feed of deletions.
DELETED_INVOICE = 13
INVOICE_STATUSES = labelled(_10="Draft", _20="Open", _50="Processed")
ENTRY_STATUSES = labelled(_20="Open", _50="Processed")
DRAFT, FINAL = "draft", "final"
PROCESSINGS = (Choice(DRAFT, "Leave it as a draft"), Choice(FINAL, "Process it"))


def _processing(row: Payload) -> Value:
    return FINAL if row.get("Status") == PROCESSED else DRAFT


def _number(name: str, label: str) -> FieldSpec:
    spec = read_only(code(name, label))
    return replace(spec, literals=lambda value: (odata.plain(value),) if value.isdecimal() else ())


def _day(name: str, label: str, *words: str) -> FieldSpec:
    return typed(name, label, FieldType.DATE, *words)


def _amount(name: str, label: str) -> FieldSpec:
    return read_only(typed(name, label, FieldType.MONEY))


def _object_type(name: str, label: str, plural: str, *find_by: str) -> ObjectType:
    return ObjectType(
        name,
        label,
        plural,
        write_batch=settings.WRITE_BATCH,
        read_batch=settings.READ_BATCH,
        find_by=frozenset(find_by),
    )


_SHARED = (
    chosen("PaymentCondition", "Payment condition", "payment_conditions", "Betalingsconditie"),
    code("Currency", "Currency", 3, "Valuta"),
    _day("DueDate", "Due date", "Vervaldatum"),
)

INVOICE = Definition(
    type=_object_type(
        "sales_invoice", "Sales invoice", "Sales invoices", "YourRef", "InvoiceNumber"
    ),
    resource="salesinvoice/SalesInvoices",
    key="InvoiceID",
    title=("InvoiceNumber", "Description", "YourRef"),
    sync="sync/SalesInvoice/SalesInvoices",
    deleted_as=DELETED_INVOICE,
    expand="SalesInvoiceLines",
    columns=("Status",),
    complete=completing(INVOICES),
    screen="/docs/SlsInvoice.aspx?ID={id}",
    feed=invoice_feed,
    writer=InvoiceWriter,
    specs=(
        required(referring("OrderedBy", "Customer", "account", "Besteld door", "Ordered by")),
        referring("OrderedByContactPerson", "Contact person", "contact", "Contactpersoon"),
        referring("InvoiceTo", "Invoice to", "account", "Factuur voor"),
        required(chosen("Journal", "Sales journal", "sales_journals", "Dagboek", "Journal")),
        found_by(text("YourRef", "Your reference", 30, "Uw ref.", "Your ref.")),
        text("Description", "Description", 60, "Omschrijving"),
        marked(text("Remarks", "Remarks", None, "Opmerkingen")),
        *_SHARED,
        _day("OrderDate", "Order date", "Orderdatum"),
        # Documented as read-only, and yet kept when it is sent; it is said again when processing.
        switch(
            Field("InvoiceDate", "Invoice date", FieldType.DATE),
            lambda row: date_of(row.get("InvoiceDate")),
            "InvoiceDate",
        ),
        chosen("Salesperson", "Salesperson", "users", "Verkoper", "Sales representative"),
        lined("SalesInvoiceLines", "item", invoice_lines, "Regels", "Lines"),
        switch(picked("UnitCode", "Unit of the lines", "units")),
        switch(
            Field("Processing", "When it is made", FieldType.CHOICE, choices=PROCESSINGS),
            _processing,
            "Status",
        ),
        switch(picked("DocumentLayout", "Layout of the document", "layouts")),
        switch(picked("EmailLayout", "Layout of the e-mail", "email_layouts")),
        switch(Field("SendEmailToCustomer", "Send it by e-mail", FieldType.BOOLEAN)),
        _number("InvoiceNumber", "Invoice number"),
        read_only(offering(INVOICE_STATUSES, "Status", "Status")),
        _amount("AmountFC", "Total"),
        _amount("AmountFCExclVat", "Total without VAT"),
        *facts(*INVOICES.columns),
        *times(),
    ),
)

ENTRY = Definition(
    type=_object_type("sales_entry", "Sales entry", "Sales entries", "YourRef", "EntryNumber"),
    resource="salesentry/SalesEntries",
    key="EntryID",
    title=("EntryNumber", "Description", "YourRef"),
    expand="SalesEntryLines",
    columns=("Status",),
    complete=completing(ENTRIES),
    screen="/docs/FinEntry.aspx?EntryID={id}",
    feed=entry_feed,
    writer=EntryWriter,
    specs=(
        required(referring("Customer", "Customer", "account", "Klant")),
        required(chosen("Journal", "Sales journal", "sales_journals", "Dagboek", "Journal")),
        found_by(text("YourRef", "Your reference", 30, "Uw ref.", "Your ref.")),
        text("Description", "Description", 60, "Omschrijving"),
        *_SHARED,
        _day("EntryDate", "Invoice date", "Boekingsdatum", "Factuurdatum"),
        lined("SalesEntryLines", "", entry_lines, "Regels", "Lines"),
        switch(picked("RevenueAccount", "Revenue account", "revenue_accounts")),
        _number("EntryNumber", "Entry number"),
        _number("InvoiceNumber", "Invoice number"),
        read_only(offering(ENTRY_STATUSES, "Status", "Status")),
        _amount("AmountFC", "Total"),
        *facts(*ENTRIES.columns),
        *times(),
    ),
)

DOCUMENTS: tuple[Definition, ...] = (INVOICE, ENTRY, OPPORTUNITY)
