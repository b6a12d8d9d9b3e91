"""Every entity of the stand-in, by name and by path."""

from __future__ import annotations

from integrations.sandbox.quickbooks.books import COMPANY_INFO, PREFERENCES
from integrations.sandbox.quickbooks.catalogue import ITEM
from integrations.sandbox.quickbooks.fields import Entity
from integrations.sandbox.quickbooks.lists import (
    CLASS,
    CURRENCY,
    DEPARTMENT,
    LEDGER,
    PAYMENT_METHOD,
    TAX_CODE,
    TAX_RATE,
    TERM,
)
from integrations.sandbox.quickbooks.payments import DEPOSIT, PAYMENT
from integrations.sandbox.quickbooks.people import CUSTOMER, EMPLOYEE, VENDOR
from integrations.sandbox.quickbooks.sales import CREDIT_MEMO, ESTIMATE, INVOICE, REFUND_RECEIPT

_ALL = (
    CUSTOMER,
    VENDOR,
    EMPLOYEE,
    ITEM,
    LEDGER,
    TERM,
    TAX_CODE,
    TAX_RATE,
    CLASS,
    DEPARTMENT,
    PAYMENT_METHOD,
    CURRENCY,
    INVOICE,
    ESTIMATE,
    CREDIT_MEMO,
    REFUND_RECEIPT,
    PAYMENT,
    DEPOSIT,
    COMPANY_INFO,
    PREFERENCES,
)
ENTITIES: dict[str, Entity] = {entity.name: entity for entity in _ALL}
BY_PATH: dict[str, Entity] = {entity.path: entity for entity in _ALL}

# Known to QuickBooks and empty here: they can be asked for, but hold nothing and take nothing.
UNFILLED = frozenset(
    {
        "Attachable",
        "Bill",
        "BillPayment",
        "Budget",
        "CustomerType",
        "JournalEntry",
        "Purchase",
        "PurchaseOrder",
        "SalesReceipt",
        "TaxAgency",
        "TaxClassification",
        "TimeActivity",
        "Transfer",
        "VendorCredit",
    }
)
UNFILLED_PATHS = {name.lower(): name for name in UNFILLED}
# Change data capture covers neither these nor what is no entity.
OUTSIDE_CDC = frozenset({"JournalCode", "TaxAgency", "TaxCode", "TaxRate", "TimeActivity"})
