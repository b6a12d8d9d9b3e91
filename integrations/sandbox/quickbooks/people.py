"""Customers, vendors and employees: three lists that share one name space.

Fields and lengths: the entity reference of developer.intuit.com; vendors and employees, whose
lengths it does not repeat, follow the customer's.
"""

from __future__ import annotations

from integrations.sandbox.quickbooks import rules
from integrations.sandbox.quickbooks.fields import (
    COMMON,
    Entity,
    Field,
    Kind,
    address,
    as_read_only,
    choice,
    date,
    email,
    flag,
    name_text,
    number,
    phone,
    read_only,
    reference,
    table,
    text,
    website,
)

PEOPLE = "people"
_NAMES = (
    # The sign that parts a child from its parent cannot be inside a name.
    name_text("DisplayName", 500),
    name_text("Title", 16),
    name_text("GivenName", 100),
    name_text("MiddleName", 100),
    name_text("FamilyName", 100),
    name_text("Suffix", 16),
    text("PrintOnCheckName", 110, trimmed=True),
    flag("Active", True),
    # Not in the reference, and present in every answer all the same.
    read_only("ClientEntityId", default="0"),
    read_only("V4IDPseudonym"),
)
_REACH = (
    email("PrimaryEmailAddr"),
    phone("PrimaryPhone"),
    phone("AlternatePhone"),
    phone("Mobile"),
    phone("Fax"),
    website("WebAddr"),
)
# The home currency unless another is given.
_MONEY = reference("CurrencyRef", "CompanyCurrency", fixed=True)
_FILTERABLE = frozenset(
    {
        "Id",
        "DisplayName",
        "GivenName",
        "MiddleName",
        "FamilyName",
        "Suffix",
        "PrintOnCheckName",
        "Active",
        "MetaData.CreateTime",
        "MetaData.LastUpdatedTime",
    }
)
_OPERATIONS = frozenset({"Create", "Update", "Delete", "Merge"})
_RULES = (rules.full_display_name, rules.unique_name)


def _opening_balance(name: str) -> Field:
    # Books an opening balance when the record is created; later it belongs to the service.
    return number(name, fixed=True, default=0)


CUSTOMER = Entity(
    name="Customer",
    fields=table(
        *COMMON,
        *_NAMES,
        text("CompanyName", 100, trimmed=True),
        *_REACH,
        address("BillAddr"),
        address("ShipAddr"),
        text("Notes", 2000),
        text("ResaleNum", 16),
        flag("Taxable", True),
        flag("Job", False),
        flag("BillWithParent", False),
        reference("ParentRef", "Customer"),
        read_only("Level", Kind.INTEGER, 0),
        read_only("FullyQualifiedName"),
        read_only("IsProject", Kind.BOOLEAN, False),
        reference("SalesTermRef", "Term"),
        reference("PaymentMethodRef", "PaymentMethod"),
        reference("DefaultTaxCodeRef", "TaxCode"),
        reference("ARAccountRef", "Account"),
        reference("CustomerTypeRef", "CustomerType"),
        choice("PreferredDeliveryMethod", "Print", "Email", "None", default="None"),
        _MONEY,
        _opening_balance("Balance"),
        as_read_only(number("BalanceWithJobs", default=0)),
        date("OpenBalanceDate"),
        text("TaxExemptionReasonId"),
        text("PrimaryTaxIdentifier"),
        text("SecondaryTaxIdentifier"),
        text("GSTIN", 15),
        text("GSTRegistrationType", 15),
        text("BusinessNumber", 10),
        text("Source"),
    ),
    name_field="DisplayName",
    unique_group=PEOPLE,
    queryable=_FILTERABLE
    | {"CompanyName", "PrimaryEmailAddr", "FullyQualifiedName", "Balance", "Job", "Taxable"},
    list_name="Names",
    rules=(
        *_RULES,
        rules.hierarchy,
        rules.no_open_balance,
        rules.email_for_delivery,
        rules.mask_tax_identifier,
    ),
    webhooks=_OPERATIONS,
    looked_up=frozenset({"PrimaryEmailAddr", "DisplayName", "FullyQualifiedName"}),
)

VENDOR = Entity(
    name="Vendor",
    fields=table(
        *COMMON,
        *_NAMES,
        text("CompanyName", 100, trimmed=True),
        *_REACH,
        address("BillAddr"),
        text("Notes", 2000),
        text("AcctNum", 100),
        text("TaxIdentifier", 20),
        text("BusinessNumber", 10),
        text("GSTIN", 15),
        text("GSTRegistrationType", 15),
        flag("Vendor1099", False),
        reference("TermRef", "Term"),
        reference("APAccountRef", "Account"),
        _MONEY,
        _opening_balance("Balance"),
        number("BillRate"),
        number("CostRate"),
        text("Source"),
    ),
    name_field="DisplayName",
    unique_group=PEOPLE,
    sparse=False,
    queryable=_FILTERABLE | {"CompanyName"},
    list_name="Names",
    rules=(*_RULES, rules.no_open_balance),
    webhooks=_OPERATIONS,
    looked_up=frozenset({"DisplayName"}),
)

EMPLOYEE = Entity(
    name="Employee",
    fields=table(
        *COMMON,
        *_NAMES,
        email("PrimaryEmailAddr"),
        phone("PrimaryPhone"),
        phone("Mobile"),
        address("PrimaryAddr"),
        text("Notes", 2000),
        text("EmployeeNumber", 100),
        text("SSN", 100),
        text("Gender", 10),
        date("BirthDate"),
        date("HiredDate"),
        date("ReleasedDate"),
        flag("BillableTime", False),
        number("BillRate"),
        number("CostRate"),
        read_only("Organization", Kind.BOOLEAN),
    ),
    name_field="DisplayName",
    unique_group=PEOPLE,
    sparse=False,
    queryable=_FILTERABLE,
    list_name="Names",
    rules=_RULES,
    webhooks=_OPERATIONS,
    looked_up=frozenset({"DisplayName"}),
)
