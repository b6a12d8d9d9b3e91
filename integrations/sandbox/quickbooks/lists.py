"""The short lists a company chooses from: ledger accounts, terms, taxes, classes, currencies."""

from __future__ import annotations

from integrations.sandbox.quickbooks import rules
from integrations.sandbox.quickbooks.fields import (
    COMMON,
    Entity,
    Field,
    Kind,
    choice,
    flag,
    integer,
    name_text,
    number,
    read_only,
    reference,
    table,
    text,
)

_TIMES = frozenset({"MetaData.CreateTime", "MetaData.LastUpdatedTime"})
_NAMED = _TIMES | {"Id", "Name", "Active"}

LEDGER = Entity(
    name="Account",
    fields=table(
        *COMMON,
        name_text("Name", 100, required=True, also='"'),
        # Seven characters in the United States; other countries have more.
        text("AcctNum", 7, forbidden=":"),
        text("Description", 100),
        flag("Active", True),
        choice("AccountType", *rules.LEDGER_CLASSES),
        text("AccountSubType"),
        read_only("Classification"),
        read_only("FullyQualifiedName"),
        read_only("SubAccount", Kind.BOOLEAN, False),
        reference("ParentRef", "Account"),
        reference("CurrencyRef", "CompanyCurrency", fixed=True),
        reference("TaxCodeRef", "TaxCode"),
        read_only("CurrentBalance", Kind.NUMBER, 0),
        read_only("CurrentBalanceWithSubAccounts", Kind.NUMBER, 0),
        text("AccountAlias"),
        text("TxnLocationType"),
    ),
    unique_group="ledgers",
    queryable=_NAMED
    | {"AccountType", "AccountSubType", "Classification", "FullyQualifiedName", "SubAccount"},
    list_name="Accounts",
    rules=(rules.hierarchy, rules.unique_name, rules.ledger_has_type),
    webhooks=frozenset({"Create", "Update", "Delete", "Merge"}),
)

TERM = Entity(
    name="Term",
    fields=table(
        *COMMON,
        text("Name", 31, required=True, trimmed=True),
        flag("Active", True),
        read_only("Type"),
        number("DiscountPercent", lowest=0, highest=100),
        integer("DiscountDays", 0, 999),
        integer("DueDays", 0, 999),
        integer("DayOfMonthDue", 1, 31),
        integer("DiscountDayOfMonth", 0, 31),
        integer("DueNextMonthDays", 0, 999),
    ),
    unique_group="terms",
    sparse=False,
    queryable=_NAMED | {"Type"},
    list_name="Terms",
    rules=(rules.unique_name, rules.term_says_when),
    webhooks=frozenset({"Create", "Update"}),
)

CLASS = Entity(
    name="Class",
    fields=table(
        *COMMON,
        name_text("Name", 100, required=True),
        flag("Active", True),
        read_only("SubClass", Kind.BOOLEAN, False),
        reference("ParentRef", "Class"),
        read_only("FullyQualifiedName"),
    ),
    unique_group="classes",
    sparse=False,
    queryable=_NAMED | {"FullyQualifiedName", "SubClass"},
    list_name="Klasses",
    rules=(rules.hierarchy, rules.unique_name),
    webhooks=frozenset({"Create", "Update", "Delete", "Merge"}),
)

DEPARTMENT = Entity(
    name="Department",
    fields=table(
        *COMMON,
        name_text("Name", 100, required=True),
        flag("Active", True),
        read_only("SubDepartment", Kind.BOOLEAN, False),
        reference("ParentRef", "Department"),
        read_only("FullyQualifiedName"),
    ),
    unique_group="departments",
    sparse=False,
    queryable=_NAMED | {"FullyQualifiedName", "SubDepartment"},
    list_name="Departments",
    rules=(rules.hierarchy, rules.unique_name),
    webhooks=frozenset({"Create", "Update", "Delete"}),
)

PAYMENT_METHOD = Entity(
    name="PaymentMethod",
    fields=table(
        *COMMON,
        text("Name", 31, required=True, trimmed=True),
        flag("Active", True),
        choice("Type", "CREDIT_CARD", "NON_CREDIT_CARD"),
    ),
    unique_group="payment methods",
    sparse=False,
    queryable=_NAMED | {"Type"},
    list_name="PaymentMethods",
    rules=(rules.unique_name,),
    webhooks=frozenset({"Create", "Update", "Delete"}),
)


def _rate_list(name: str) -> Field:
    detail = Field(
        "TaxRateDetail",
        Kind.LIST,
        parts=table(
            reference("TaxRateRef", "TaxRate"),
            text("TaxTypeApplicable"),
            integer("TaxOrder"),
        ),
    )
    return Field(name, Kind.OBJECT, parts=table(detail))


# Tax codes and rates are made through the tax service only.
TAX_CODE = Entity(
    name="TaxCode",
    fields=table(
        *COMMON,
        text("Name", 100, required=True),
        text("Description", 100),
        flag("Active", True),
        read_only("Taxable", Kind.BOOLEAN),
        read_only("TaxGroup", Kind.BOOLEAN),
        read_only("Hidden", Kind.BOOLEAN, False),
        read_only("TaxCodeConfigType"),
        _rate_list("SalesTaxRateList"),
        _rate_list("PurchaseTaxRateList"),
    ),
    creatable=False,
    updatable=False,
    in_cdc=False,
    queryable=_NAMED | {"Description", "Taxable", "TaxGroup"},
    list_name="TaxCode",
)

TAX_RATE = Entity(
    name="TaxRate",
    fields=table(
        *COMMON,
        read_only("Name"),
        read_only("Description"),
        read_only("Active", Kind.BOOLEAN, True),
        read_only("RateValue", Kind.NUMBER),
        read_only("AgencyRef", Kind.OBJECT),
        read_only("TaxReturnLineRef", Kind.OBJECT),
        read_only("SpecialTaxType"),
        read_only("DisplayType"),
        read_only("OriginalTaxRate"),
        read_only("EffectiveTaxRate", Kind.LIST),
    ),
    creatable=False,
    updatable=False,
    in_cdc=False,
    queryable=_NAMED,
    list_name="TaxRate",
)

CURRENCY = Entity(
    name="CompanyCurrency",
    fields=table(
        *COMMON,
        text("Name", 100),
        text("Code", 3, required=True),
        flag("Active", True),
    ),
    sparse=False,
    creatable=False,
    updatable=False,
    queryable=_NAMED | {"Code"},
    list_name="CompanyCurrency",
)
