"""The object types as data: which fields they have, where those stand, and what may be written.

A field is named as QuickBooks names the member it stands in; where a member holds several values
(an address), the value's own name follows after a dot. Lengths and requirements are those of the
entity reference (developer.intuit.com, API reference, Customer and Item).
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from integrations.connectors.quickbooks.definitions import (
    READ_BATCH,
    TIMES,
    WRITE_BATCH,
    Definition,
)
from integrations.connectors.quickbooks.documents import INVOICE, PAYMENT
from integrations.connectors.quickbooks.fields import (
    Trait,
    address,
    chosen,
    fixed,
    offering,
    only_in,
    phone,
    read_only,
    referring,
    required,
    text,
    typed,
    unique,
)
from integrations.contract import Category, Choice, Fault, FieldType, Misconfigured, ObjectType

DELIVERY_METHODS = (Choice("Print", "Print"), Choice("Email", "E-mail"), Choice("None", "None"))
ITEM_TYPES = (
    Choice("Service", "Service"),
    Choice("NonInventory", "Non-inventory"),
    Choice("Inventory", "Inventory"),
    # Read, never made through the API.
    Choice("Group", "Bundle", active=False),
    Choice("Category", "Category", active=False),
)


CUSTOMER = Definition(
    type=ObjectType(
        "customer",
        "Customer",
        "Customers",
        write_batch=WRITE_BATCH,
        read_batch=READ_BATCH,
        find_by=frozenset(
            {
                "DisplayName",
                "GivenName",
                "MiddleName",
                "FamilyName",
                "CompanyName",
                "PrintOnCheckName",
                "FullyQualifiedName",
                "PrimaryEmailAddr",
            }
        ),
    ),
    entity="Customer",
    title="DisplayName",
    names=("DisplayName", "FullyQualifiedName"),
    unique="DisplayName",
    name_parts=("Title", "GivenName", "MiddleName", "FamilyName", "Suffix"),
    sparse=True,
    read_only=frozenset(
        {"domain", "sparse", "MetaData", "FullyQualifiedName", "Level", "IsProject", "status"}
    ),
    screen="/app/customerdetail?nameId={id}",
    specs=(
        # Not required: without it QuickBooks builds the name from the parts of the person's name.
        unique(text("DisplayName", "Display name", 500, query=True)),
        text("Title", "Title", 16),
        text("GivenName", "First name", 100, query=True),
        text("MiddleName", "Middle name", 100, query=True),
        text("FamilyName", "Last name", 100, query=True),
        text("Suffix", "Suffix", 16),
        text("CompanyName", "Company name", 100, query=True),
        text("PrintOnCheckName", "Name on cheques", 110, query=True),
        text("PrimaryEmailAddr", "E-mail", 100, path="PrimaryEmailAddr.Address", query=True),
        phone("PrimaryPhone", "Phone"),
        phone("AlternatePhone", "Other phone"),
        phone("Mobile", "Mobile"),
        phone("Fax", "Fax"),
        text("WebAddr", "Website", 1000, path="WebAddr.URI"),
        *address("BillAddr", "Billing address"),
        *address("ShipAddr", "Shipping address"),
        text("Notes", "Notes", 2000),
        only_in(Trait.US, typed("Taxable", "Taxable", FieldType.BOOLEAN)),
        text("ResaleNum", "Resale number", 16),
        only_in(
            Trait.OWN_TAX_CODES,
            chosen("DefaultTaxCodeRef", "Default tax code", "document_tax_codes"),
        ),
        chosen("SalesTermRef", "Terms", "terms"),
        chosen("PaymentMethodRef", "Payment method", "payment_methods"),
        offering(DELIVERY_METHODS, "PreferredDeliveryMethod", "Preferred delivery"),
        only_in(
            Trait.MULTICURRENCY, fixed(text("CurrencyRef", "Currency", 3, path="CurrencyRef.value"))
        ),
        referring("ParentRef", "Parent customer", "customer"),
        typed("Job", "Is a sub-customer", FieldType.BOOLEAN),
        typed("BillWithParent", "Billed with parent", FieldType.BOOLEAN),
        typed("Active", "Active", FieldType.BOOLEAN),
        # Written, it would book an opening balance.
        read_only(typed("Balance", "Balance", FieldType.MONEY)),
        read_only(typed("BalanceWithJobs", "Balance with sub-customers", FieldType.MONEY)),
        read_only(text("FullyQualifiedName", "Full name", query=True)),
        read_only(typed("IsProject", "Is a project", FieldType.BOOLEAN)),
        *TIMES,
    ),
)

ITEM = Definition(
    type=ObjectType(
        "item",
        "Product or service",
        "Products and services",
        write_batch=WRITE_BATCH,
        read_batch=READ_BATCH,
        find_by=frozenset({"Name", "FullyQualifiedName", "Type"}),
    ),
    entity="Item",
    title="Name",
    names=("Name", "FullyQualifiedName"),
    unique="Name",
    sparse=False,
    # "*" alone may leave out the SKU.
    select="*, Sku",
    read_only=frozenset(
        {"domain", "sparse", "MetaData", "FullyQualifiedName", "Level", "status", "HasChildren"}
    ),
    screen="/app/items",
    specs=(
        required(unique(text("Name", "Name", 100, query=True))),
        required(fixed(replace(offering(ITEM_TYPES, "Type", "Type"), query="Type"))),
        text("Sku", "SKU", 100),
        text("Description", "Description", 4000),
        typed("UnitPrice", "Price", FieldType.MONEY),
        text("PurchaseDesc", "Purchase description", 1000),
        typed("PurchaseCost", "Cost", FieldType.MONEY),
        required(chosen("IncomeAccountRef", "Income account", "income_accounts")),
        replace(
            chosen("ExpenseAccountRef", "Expense account", "expense_accounts"),
            required_in=Trait.BOTH_ACCOUNTS,
        ),
        only_in(Trait.INVENTORY, chosen("AssetAccountRef", "Asset account", "asset_accounts")),
        only_in(Trait.US, typed("Taxable", "Taxable", FieldType.BOOLEAN)),
        only_in(Trait.OUTSIDE_US, chosen("SalesTaxCodeRef", "Sales tax code", "tax_codes")),
        only_in(
            Trait.OUTSIDE_US, typed("SalesTaxIncluded", "Price includes tax", FieldType.BOOLEAN)
        ),
        only_in(Trait.OUTSIDE_US, chosen("PurchaseTaxCodeRef", "Purchase tax code", "tax_codes")),
        only_in(
            Trait.OUTSIDE_US, typed("PurchaseTaxIncluded", "Cost includes tax", FieldType.BOOLEAN)
        ),
        typed("SubItem", "Is a sub-item", FieldType.BOOLEAN),
        referring("ParentRef", "Parent item", "item"),
        only_in(Trait.CLASSES, chosen("ClassRef", "Class", "classes")),
        only_in(
            Trait.INVENTORY,
            fixed(typed("TrackQtyOnHand", "Quantity is tracked", FieldType.BOOLEAN)),
        ),
        # Set once; afterwards stock moves through documents and adjustments.
        only_in(Trait.INVENTORY, fixed(typed("QtyOnHand", "Quantity on hand", FieldType.NUMBER))),
        only_in(Trait.INVENTORY, fixed(typed("InvStartDate", "Stock kept since", FieldType.DATE))),
        typed("Active", "Active", FieldType.BOOLEAN),
        read_only(text("FullyQualifiedName", "Full name", query=True)),
        *TIMES,
    ),
)

DEFINITIONS: Mapping[str, Definition] = MappingProxyType(
    {definition.type.name: definition for definition in (CUSTOMER, ITEM, INVOICE, PAYMENT)}
)


def definition_of(object_type: str) -> Definition:
    """The definition; raises Misconfigured for an object type that is not there."""
    try:
        return DEFINITIONS[object_type]
    except KeyError:
        message = f"QuickBooks has no object type {object_type!r} that Saldo knows."
        raise Misconfigured(Fault(Category.CONFIGURATION, "unknown_object", message)) from None
