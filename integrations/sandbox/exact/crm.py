"""Accounts, contacts, addresses and the lists they choose from.

Source: Exact Online's REST reference, "CRMAccounts", "CRMContacts", "CRMAddresses".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.sandbox.exact.division import Division
from integrations.sandbox.exact.drafts import Draft
from integrations.sandbox.exact.fields import tuned
from integrations.sandbox.exact.messages import Kind
from integrations.sandbox.exact.resources import (
    READ,
    Button,
    Entity,
    Resource,
    bulk_view,
    sync_view,
)
from integrations.sandbox.exact.shelf import Row
from integrations.sandbox.exact.tables import crm as tables

SCOPE = "Crm accounts"
ACCOUNTS, CONTACTS, ADDRESSES = "crm/Accounts", "crm/Contacts", "crm/Addresses"
_CODE_WIDTH = 18
_FILTERED = ("ID", "Code", "Created", "Modified", "Name", "Email", "Status")
_CONDITIONS, _LEDGERS, _VAT = "cashflow/PaymentConditions", "financial/GLAccounts", "vat/VATCodes"
_CLASSES = {
    f"Classification{number}": {"refers_to": "crm/AccountClassifications"} for number in range(1, 9)
}
_ACCOUNT_FIELDS: dict[str, dict[str, Any]] = {
    **_CLASSES,
    "Code": {"pad": -_CODE_WIDTH},
    "Country": {"pad": 3},
    "Email": {"email": True},
    "Remarks": {"filterable": False},
    "AccountManager": {"refers_to": "system/Users"},
    "GLAccountSales": {"refers_to": _LEDGERS},
    "GLAccountPurchase": {"refers_to": _LEDGERS},
    "InvoiceAccount": {"refers_to": ACCOUNTS},
    "LeadSource": {"refers_to": "crm/LeadSources"},
    "MainContact": {"refers_to": CONTACTS},
    "Parent": {"refers_to": ACCOUNTS},
    "PaymentConditionSales": {"refers_to": _CONDITIONS},
    "PaymentConditionPurchase": {"refers_to": _CONDITIONS},
    "PurchaseCurrency": {"refers_to": "general/Currencies"},
    "SalesCurrency": {"refers_to": "general/Currencies"},
    "SalesVATCode": {"refers_to": _VAT, "pad": 3},
    "PurchaseVATCode": {"refers_to": _VAT, "pad": 3},
}
_CONTACT_FIELDS: dict[str, dict[str, Any]] = {
    "Account": {"refers_to": ACCOUNTS},
    "Code": {"pad": -_CODE_WIDTH},
    "Email": {"email": True},
    "BusinessEmail": {"email": True},
    # Either of the two is enough.
    "FirstName": {"mandatory": False},
    "LastName": {"mandatory": False},
    "LeadSource": {"refers_to": "crm/LeadSources"},
    "Notes": {"filterable": False},
    "MarketingNotes": {"filterable": False},
}


def complete_account(draft: Draft) -> None:
    """Number a new account, and let its status say whether it can be sold to."""
    code = draft["Code"]
    if code is None:
        draft["Code"] = str(_highest_code(draft.division) + 1)
    elif draft.changes("Code"):
        _check_code(draft, str(code))
    if draft["Status"] not in (None, "C", "P", "S", "A"):
        draft.refuse(Kind.INVALID, "Status")
    for name in ("SalesCurrency", "PurchaseCurrency"):
        # A currency that is not in use is left out without a word.
        if draft.referred(name) is None:
            draft[name] = None
    draft["IsSales"] = draft["Status"] == "C"
    draft.usual(Type="A", Country=draft.division.books.country)
    contact = draft.referred("MainContact")
    if contact is not None and contact.values["Account"] != draft.id:
        draft.refuse(Kind.BAD_REFERENCE, "MainContact")


def _check_code(draft: Draft, code: str) -> None:
    if not code.isdecimal() or len(code) > _CODE_WIDTH:
        draft.refuse(Kind.INVALID, "Code")
        return
    draft["Code"] = code.lstrip("0") or "0"
    holder = draft.division.holder(ACCOUNTS, "Code", draft["Code"])
    if holder is not None and holder.id != draft.id:
        draft.refuse(Kind.EXISTS, "Code")


def _highest_code(division: Division) -> int:
    """Remembered until accounts come or go otherwise, as asking all of them is slow."""
    shelf = division.shelf(ACCOUNTS)
    highest, count = division.notes.get("account_codes", (0, -1))
    if count != len(shelf):
        highest = max((int(row.values.get("Code", "0")) for row in shelf), default=0)
    division.notes["account_codes"] = [highest + 1, len(shelf) + 1]
    return int(highest)


def complete_contact(draft: Draft) -> None:
    if not draft["FirstName"] and not draft["LastName"]:
        draft.refuse(Kind.MANDATORY, "FirstName")
        draft.refuse(Kind.MANDATORY, "LastName")
    if draft.is_new:
        draft.usual(HID=draft.division.next_number("contact"))


def first_is_main(draft: Draft) -> None:
    """An account's only contact is its main one."""
    owner = draft.referred("Account")
    if draft.is_new and owner is not None and not owner.values.get("MainContact"):
        draft.division.touch(ACCOUNTS, owner.id, MainContact=draft.id)


def leaves_account(draft: Draft) -> None:
    owner = draft.referred("Account")
    if owner is not None and owner.values.get("MainContact") == draft.id:
        draft.division.touch(ACCOUNTS, owner.id, MainContact=None)


def same_address(draft: Draft) -> Row | None:
    """An address that is there already is not made twice."""
    rows = draft.division.where(ADDRESSES, Account=str(draft["Account"]))
    return next(
        (row for row in rows if all(row.values.get(n) == v for n, v in draft.values.items())),
        None,
    )


def _of_account(values: Mapping[str, Any], division: Division) -> Mapping[str, Any]:
    row = division.find(ACCOUNTS, values.get("Account", ""))
    return row.values if row else {}


def _is_main(division: Division, values: Mapping[str, Any]) -> bool:
    return bool(_of_account(values, division).get("MainContact") == values["ID"])


def _full_name(_: Division, values: Mapping[str, Any]) -> str:
    names = (values.get(name) for name in ("FirstName", "MiddleName", "LastName"))
    return " ".join(name for name in names if name)


def _block(division: Division, row_id: str, _: Mapping[str, Any]) -> None:
    division.touch(ACCOUNTS, row_id, Blocked=True)


def _unblock(division: Division, row_id: str, _: Mapping[str, Any]) -> None:
    division.touch(ACCOUNTS, row_id, Blocked=False)


def _is_blocked(values: Mapping[str, Any]) -> bool:
    return bool(values.get("Blocked"))


ENTITIES = (
    Entity(
        path=ACCOUNTS,
        type="Account",
        fields=tuned(tables.ACCOUNTS, **_ACCOUNT_FIELDS),
        scope=SCOPE,
        needs_select=True,
        needs_filter=_FILTERED,
        topic="Accounts",
        deleted_as=2,
        defaults={"Status": "A", "Blocked": False, "IsSupplier": False, "SecurityLevel": 0},
        joined={
            "AccountManagerFullName": ("AccountManager", "FullName"),
            "InvoiceAccountCode": ("InvoiceAccount", "Code"),
            "InvoiceAccountName": ("InvoiceAccount", "Name"),
            "PaymentConditionSalesDescription": ("PaymentConditionSales", "Description"),
            "PaymentConditionPurchaseDescription": ("PaymentConditionPurchase", "Description"),
            "SalesVATCodeDescription": ("SalesVATCode", "Description"),
            "PurchaseVATCodeDescription": ("PurchaseVATCode", "Description"),
            "SalesCurrencyDescription": ("SalesCurrency", "Description"),
            "PurchaseCurrencyDescription": ("PurchaseCurrency", "Description"),
        },
        rules=(complete_account,),
        used_by=(
            ("salesinvoice/SalesInvoices", "OrderedBy"),
            ("salesentry/SalesEntries", "Customer"),
            ("crm/Opportunities", "Account"),
        ),
        takes_along=((CONTACTS, "Account"), (ADDRESSES, "Account")),
        title="Name",
        shown={
            "Name": "Naam",
            "Code": "Code",
            "Status": "Status (C klant, P prospect, S suspect, A geen)",
            "Email": "E-mail",
            "Phone": "Telefoon",
            "Website": "Website",
            "VATNumber": "Btw-nummer",
            "ChamberOfCommerce": "KvK-nummer",
            "AddressLine1": "Adres",
            "Postcode": "Postcode",
            "City": "Plaats",
            "Country": "Land",
            "PaymentConditionSales": "Betalingsconditie",
            "SalesVATCode": "Btw-code",
        },
        buttons={
            "block": Button("Blokkeren", _block, lambda values: not _is_blocked(values)),
            "unblock": Button("Deblokkeren", _unblock, _is_blocked),
        },
    ),
    Entity(
        path=CONTACTS,
        type="Contact",
        fields=tuned(tables.CONTACTS, **_CONTACT_FIELDS),
        scope=SCOPE,
        needs_filter=("ID", "Account", "Created", "Modified", "Email", "FullName", "HID"),
        topic="Contacts",
        deleted_as=5,
        joined={
            "AccountName": ("Account", "Name"),
            "AccountIsSupplier": ("Account", "IsSupplier"),
            "AccountIsCustomer": ("Account", "IsSales"),
            "AccountMainContact": ("Account", "MainContact"),
            "AddressStreet": ("Account", "AddressLine1"),
            "City": ("Account", "City"),
            "Postcode": ("Account", "Postcode"),
            "Country": ("Account", "Country"),
            "Code": ("Account", "Code"),
        },
        computed={"FullName": _full_name, "IsMainContact": _is_main},
        rules=(complete_contact,),
        saved=(first_is_main,),
        removed=(leaves_account,),
        title="FullName",
        shown={
            "FirstName": "Voornaam",
            "LastName": "Achternaam",
            "Email": "E-mail",
            "BusinessEmail": "E-mail: Zakelijk",
            "Phone": "Telefoon",
            "Mobile": "Mobiel",
            "JobTitleDescription": "Functie",
        },
    ),
    Entity(
        path=ADDRESSES,
        type="Address",
        fields=tuned(
            tables.ADDRESSES,
            Account={"refers_to": ACCOUNTS, "mandatory": True},
            Contact={"refers_to": CONTACTS},
            Country={"pad": 3},
            Notes={"filterable": False},
        ),
        scope=SCOPE,
        needs_filter=("ID", "Account", "Created", "Modified", "Type"),
        deleted_as=3,
        joined={
            "AccountName": ("Account", "Name"),
            "AccountIsSupplier": ("Account", "IsSupplier"),
            "ContactName": ("Contact", "FullName"),
        },
        same=same_address,
        title="AddressLine1",
        answers_full=True,
    ),
    Entity(
        path="crm/AccountClassifications",
        type="AccountClassification",
        fields=tables.ACCOUNT_CLASSIFICATIONS,
        scope=SCOPE,
        methods=READ,
    ),
    Entity(
        path="crm/LeadSources",
        type="LeadSource",
        fields=tables.LEAD_SOURCES,
        scope=SCOPE,
        methods=READ,
    ),
)


VIEWS: tuple[Resource, ...] = (
    sync_view(
        "sync/CRM/Accounts",
        "Account",
        tuned(tables.SYNC_ACCOUNTS, **_ACCOUNT_FIELDS),
        SCOPE,
        ACCOUNTS,
    ),
    sync_view(
        "sync/CRM/Contacts",
        "Contact",
        tuned(tables.SYNC_CONTACTS, **_CONTACT_FIELDS),
        SCOPE,
        CONTACTS,
    ),
    sync_view("sync/CRM/Addresses", "Address", tables.SYNC_ADDRESSES, SCOPE, ADDRESSES),
    bulk_view(
        "bulk/CRM/Accounts",
        "Account",
        tuned(tables.ACCOUNTS, **_ACCOUNT_FIELDS),
        SCOPE,
        ACCOUNTS,
        _FILTERED,
    ),
    bulk_view(
        "bulk/CRM/Contacts",
        "Contact",
        tuned(tables.CONTACTS, **_CONTACT_FIELDS),
        SCOPE,
        CONTACTS,
        ("ID", "Account", "Created", "Modified", "Email"),
    ),
    bulk_view(
        "bulk/CRM/Addresses",
        "Address",
        tables.ADDRESSES,
        SCOPE,
        ADDRESSES,
        ("ID", "Account", "Created", "Modified", "Type"),
    ),
)
