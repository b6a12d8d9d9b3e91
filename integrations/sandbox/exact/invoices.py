"""Sales invoices: drafts of what will be booked once they are printed.

Source: the references of SalesInvoices and SalesInvoiceLines.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.sandbox.exact import documents_common as common
from integrations.sandbox.exact import invoice_lines
from integrations.sandbox.exact import invoice_rules as rules
from integrations.sandbox.exact.division import Division
from integrations.sandbox.exact.fields import tuned
from integrations.sandbox.exact.invoice_lines import HEADER, PATH, PROCESSED
from integrations.sandbox.exact.resources import Entity, Lines, View
from integrations.sandbox.exact.shelf import Row
from integrations.sandbox.exact.tables.sales import (
    BULK_SALES_INVOICES,
    SALES_INVOICE_LINES,
    SALES_INVOICES,
    SYNC_SALES_INVOICES,
)

OPEN = 20
SCOPE = "Sales invoices"
_STATUSES = {10: "Concept", OPEN: "Open", PROCESSED: "Verwerkt"}
# Null in the answer to a POST, until the invoice is read anew.
_VAT = frozenset({"VATAmountFC", "VATAmountDC"})

INVOICES = Entity(
    path=HEADER,
    type="SalesInvoice",
    fields=tuned(
        SALES_INVOICES,
        OrderedBy={"refers_to": "crm/Accounts"},
        InvoiceTo={"refers_to": "crm/Accounts"},
        DeliverTo={"refers_to": "crm/Accounts"},
        OrderedByContactPerson={"refers_to": "crm/Contacts"},
        InvoiceToContactPerson={"refers_to": "crm/Contacts"},
        DeliverToContactPerson={"refers_to": "crm/Contacts"},
        Journal={"refers_to": "financial/Journals"},
        PaymentCondition={"refers_to": "cashflow/PaymentConditions"},
        Currency={"refers_to": "general/Currencies"},
        # Seen of the service: a date that is sent with a new invoice stays.
        InvoiceDate={"in_post": True},
        YourRef={"longest": 30},
        Description={"longest": 60},
    ),
    scope=SCOPE,
    topic="SalesInvoices",
    deleted_as=13,
    keeps_results=True,
    answers_full=True,
    late=_VAT,
    defaults={"Type": rules.INVOICE, "Status": OPEN},
    joined={
        "OrderedByName": ("OrderedBy", "Name"),
        "InvoiceToName": ("InvoiceTo", "Name"),
        "DeliverToName": ("DeliverTo", "Name"),
        "OrderedByContactPersonFullName": ("OrderedByContactPerson", "FullName"),
        "InvoiceToContactPersonFullName": ("InvoiceToContactPerson", "FullName"),
        "JournalDescription": ("Journal", "Description"),
        "PaymentConditionDescription": ("PaymentCondition", "Description"),
    },
    computed={
        "StatusDescription": lambda _, values: _STATUSES.get(values["Status"]),
        "TypeDescription": lambda _, values: rules.TYPES.get(values["Type"]),
        "SalespersonFullName": lambda division, values: _person(division, values, "Salesperson"),
    },
    lines={"SalesInvoiceLines": Lines(PATH, "InvoiceID", mandatory=True)},
    rules=(
        rules.check_open,
        rules.check_kind,
        rules.settle_parties,
        rules.check_people,
        lambda draft: common.usual_terms(draft, "InvoiceTo"),
        common.check_currency,
        common.check_journal,
        rules.settle_dates,
        rules.add_up,
    ),
    saved=(rules.restamp_lines,),
    guards=(rules.check_open,),
    takes_along=((PATH, "InvoiceID"),),
)
LINES = Entity(
    path=PATH,
    type="SalesInvoiceLine",
    fields=tuned(
        SALES_INVOICE_LINES,
        # Named by the header that a line is sent with, and derived from the item.
        InvoiceID={"mandatory": False, "refers_to": HEADER},
        GLAccount={"mandatory": False, "refers_to": "financial/GLAccounts"},
        Item={"refers_to": "logistics/Items"},
        UnitCode={"refers_to": "logistics/Units", "pad": 8},
        VATCode={"refers_to": "vat/VATCodes", "pad": 3},
    ),
    scope=SCOPE,
    topic="SalesInvoices",
    told_key="InvoiceID",
    answers_full=True,
    joined={
        "ItemCode": ("Item", "Code"),
        "ItemDescription": ("Item", "Description"),
        "GLAccountDescription": ("GLAccount", "Description"),
        "UnitDescription": ("UnitCode", "Description"),
        "VATCodeDescription": ("VATCode", "Description"),
    },
    rules=(
        invoice_lines.check_open,
        invoice_lines.settle,
        invoice_lines.check_item,
        invoice_lines.check_codes,
        common.check_vat,
        invoice_lines.number,
    ),
    saved=(rules.refresh_header,),
    guards=(invoice_lines.check_open, rules.keep_one_line),
    removed=(rules.refresh_header,),
    shown={
        "Description": "Omschrijving",
        "Quantity": "Aantal",
        "NetPrice": "Nettoprijs",
        "AmountFC": "Bedrag",
        "VATCode": "Btw-code",
    },
)


def _person(division: Division, values: Mapping[str, Any], name: str) -> str | None:
    person = division.shared.person(str(values.get(name)))
    return person.full_name if person else None


def _with_header(division: Division, row: Row) -> Mapping[str, Any]:
    """A row of the sync: a header is line 0, and a line bears its header's values."""
    if row.path == HEADER:
        return {"LineNumber": 0, "ID": None}
    header = division.find(HEADER, row.values["InvoiceID"])
    if header is None:
        return {}
    shown_fields = SYNC_SALES_INVOICES.keys() - LINES.fields.keys() - {"Timestamp"}
    return {name: division.value(INVOICES, header, name) for name in shown_fields}


SYNC_INVOICES = View(
    path="sync/SalesInvoice/SalesInvoices",
    type="SalesInvoice",
    fields=tuned(SYNC_SALES_INVOICES, UnitCode={"pad": 8}, VATCode={"pad": 3}),
    scope=SCOPE,
    of=(HEADER, PATH),
    by_timestamp=True,
    only_filters=("Timestamp",),
    needs_filter=("Timestamp",),
    present=_with_header,
)
BULK_INVOICES = View(
    path="bulk/SalesInvoice/SalesInvoices",
    type="SalesInvoice",
    fields=BULK_SALES_INVOICES,
    scope=SCOPE,
    of=(HEADER,),
    needs_select=True,
)
BULK_LINES = View(
    path="bulk/SalesInvoice/SalesInvoiceLines",
    type="SalesInvoiceLine",
    fields=tuned(SALES_INVOICE_LINES, UnitCode={"pad": 8}, VATCode={"pad": 3}),
    scope=SCOPE,
    of=(PATH,),
    needs_select=True,
)
VIEWS = (SYNC_INVOICES, BULK_INVOICES, BULK_LINES)
