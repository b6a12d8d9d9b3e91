"""The company itself and its preferences: one record each."""

from __future__ import annotations

from integrations.sandbox.quickbooks.fields import (
    COMMON,
    Entity,
    Field,
    Kind,
    address,
    email,
    phone,
    read_only,
    table,
    text,
    website,
)

COMPANY_INFO = Entity(
    name="CompanyInfo",
    fields=table(
        *COMMON,
        text("CompanyName", 1024, required=True),
        text("LegalName", 1024),
        address("CompanyAddr"),
        address("LegalAddr"),
        address("CustomerCommunicationAddr"),
        email("Email"),
        phone("PrimaryPhone", 20),
        website("WebAddr"),
        text("Country"),
        text("SupportedLanguages"),
        text("FiscalYearStartMonth"),
        read_only("CompanyStartDate"),
        Field(
            "NameValue",
            Kind.LIST,
            read_only=True,
            parts=table(text("Name"), text("Value")),
        ),
    ),
    name_field="CompanyName",
    creatable=False,
    in_cdc=False,
    queryable=frozenset({"Id", "MetaData.CreateTime", "MetaData.LastUpdatedTime"}),
)

_GROUPS = (
    "AccountingInfoPrefs",
    "ProductAndServicesPrefs",
    "SalesFormsPrefs",
    "EmailMessagesPrefs",
    "VendorAndPurchasesPrefs",
    "TimeTrackingPrefs",
    "TaxPrefs",
    "CurrencyPrefs",
    "ReportPrefs",
    "OtherPrefs",
)

# Settings are a person's to change: through the API this stand-in only reads them.
PREFERENCES = Entity(
    name="Preferences",
    fields=table(*COMMON, *(read_only(group, Kind.OBJECT) for group in _GROUPS)),
    creatable=False,
    updatable=False,
    queryable=frozenset({"Id", "MetaData.CreateTime", "MetaData.LastUpdatedTime"}),
    webhooks=frozenset({"Update"}),
)
