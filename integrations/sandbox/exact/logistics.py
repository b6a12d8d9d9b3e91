"""Items, their groups and units, and the prices they are sold at.

Source: Exact Online's REST reference, "LogisticsItems", "LogisticsSalesItemPrices".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.sandbox.exact.division import Division
from integrations.sandbox.exact.drafts import Draft
from integrations.sandbox.exact.fields import tuned
from integrations.sandbox.exact.messages import Kind
from integrations.sandbox.exact.resources import READ, Entity, Resource, bulk_view, sync_view
from integrations.sandbox.exact.shelf import Row
from integrations.sandbox.exact.tables import logistics as tables

SCOPE, PRICE_SCOPE = "Logistics items", "Sales prices"
ITEMS, PRICES = "logistics/Items", "logistics/SalesItemPrices"
GROUPS, UNITS = "logistics/ItemGroups", "logistics/Units"
_LEDGERS = "financial/GLAccounts"
_FILTERED = ("ID", "Code", "Created", "Modified", "Description", "Barcode", "ItemGroup")
_ITEM_FIELDS: dict[str, dict[str, Any]] = {
    "Description": {"longest": 60},
    "ExtraDescription": {"longest": 255},
    "GLCosts": {"refers_to": _LEDGERS},
    "GLRevenue": {"refers_to": _LEDGERS},
    "GLStock": {"refers_to": _LEDGERS},
    "ItemGroup": {"refers_to": GROUPS},
    "Notes": {"filterable": False},
    "SalesVatCode": {"refers_to": "vat/VATCodes", "pad": 3},
    "Unit": {"refers_to": UNITS, "pad": 8},
}
_PRICE_FIELDS: dict[str, dict[str, Any]] = {
    "Account": {"refers_to": "crm/Accounts"},
    "Currency": {"refers_to": "general/Currencies"},
    "DefaultItemUnit": {"pad": 8},
    "Item": {"refers_to": ITEMS, "mandatory": True},
    "Price": {"mandatory": True},
    "Unit": {"refers_to": UNITS, "pad": 8},
}


def complete_item(draft: Draft) -> None:
    """A code of its own, and the division's usual group and unit."""
    code = draft["Code"]
    holder = draft.division.holder(ITEMS, "Code", str(code)) if code else None
    if holder is not None and holder.id != draft.id:
        draft.refuse(Kind.EXISTS, "Code")
    group = _usual(draft.division, GROUPS, "IsDefault")
    unit = _usual(draft.division, UNITS, "Main")
    draft.usual(
        ItemGroup=group.id if group else None,
        Unit=unit.values["Code"] if unit else None,
        StartDate=draft.division.today(),
    )


def _usual(division: Division, path: str, flag: str) -> Row | None:
    return next((row for row in division.shelf(path) if row.values.get(flag)), None)


def complete_price(draft: Draft) -> None:
    item = draft.referred("Item")
    draft.usual(
        Currency=draft.division.currency,
        Quantity=1,
        NumberOfItemsPerUnit=1,
        Unit=item.values.get("Unit") if item else None,
        StartDate=draft.division.today(),
    )


def list_price(division: Division, values: Mapping[str, Any]) -> Any:
    """What an item costs anybody today; None when no price is set."""
    today = division.today()
    prices = [
        row.values
        for row in division.where(PRICES, Item=values["ID"])
        if not row.values.get("Account")
        and row.values.get("Currency") == division.currency
        and row.values.get("Quantity", 1) <= 1
        and row.values.get("StartDate", 0) <= today <= row.values.get("EndDate", today)
    ]
    latest = max(prices, key=lambda price: price.get("StartDate", 0), default=None)
    return latest["Price"] if latest else None


ENTITIES = (
    Entity(
        path=ITEMS,
        type="Item",
        fields=tuned(tables.ITEMS, **_ITEM_FIELDS),
        scope=SCOPE,
        needs_select=True,
        needs_filter=_FILTERED,
        topic="Items",
        deleted_as=9,
        defaults={"IsSalesItem": False, "SecurityLevel": 0, "Stock": 0, "IsStockItem": False},
        joined={
            "GLRevenueCode": ("GLRevenue", "Code"),
            "GLRevenueDescription": ("GLRevenue", "Description"),
            "GLCostsCode": ("GLCosts", "Code"),
            "GLCostsDescription": ("GLCosts", "Description"),
            "ItemGroupCode": ("ItemGroup", "Code"),
            "ItemGroupDescription": ("ItemGroup", "Description"),
            "SalesVatCodeDescription": ("SalesVatCode", "Description"),
            "UnitDescription": ("Unit", "Description"),
            "UnitType": ("Unit", "Type"),
        },
        computed={"StandardSalesPrice": list_price},
        rules=(complete_item,),
        used_by=(("salesinvoice/SalesInvoiceLines", "Item"),),
        takes_along=((PRICES, "Item"),),
        shown={
            "Code": "Code",
            "Description": "Omschrijving",
            "ExtraDescription": "Extra omschrijving",
            "Unit": "Eenheid",
            "SalesVatCode": "Btw-code",
            "IsSalesItem": "Verkoopartikel",
        },
    ),
    Entity(
        path=PRICES,
        type="SalesItemPrice",
        fields=tuned(tables.SALES_ITEM_PRICES, **_PRICE_FIELDS),
        scope=PRICE_SCOPE,
        needs_filter=("ID", "Item", "Account", "Created", "Modified", "Currency"),
        deleted_as=8,
        joined={
            "AccountName": ("Account", "Name"),
            "ItemCode": ("Item", "Code"),
            "ItemDescription": ("Item", "Description"),
            "DefaultItemUnit": ("Item", "Unit"),
            "DefaultItemUnitDescription": ("Item", "UnitDescription"),
            "UnitDescription": ("Unit", "Description"),
        },
        rules=(complete_price,),
        title="ItemCode",
        answers_full=True,
    ),
    Entity(
        path=GROUPS,
        type="ItemGroup",
        fields=tuned(tables.ITEM_GROUPS, GLRevenue={"refers_to": _LEDGERS}),
        scope=SCOPE,
        methods=READ,
        joined={
            "GLRevenueCode": ("GLRevenue", "Code"),
            "GLRevenueDescription": ("GLRevenue", "Description"),
        },
    ),
    Entity(path=UNITS, type="Unit", fields=tables.UNITS, scope=SCOPE, methods=READ),
)
VIEWS: tuple[Resource, ...] = (
    sync_view(
        "sync/Logistics/Items", "Item", tuned(tables.SYNC_ITEMS, **_ITEM_FIELDS), SCOPE, ITEMS
    ),
    sync_view(
        "sync/Logistics/SalesItemPrices",
        "SalesItemPrice",
        tuned(tables.SYNC_SALES_ITEM_PRICES, **_PRICE_FIELDS),
        PRICE_SCOPE,
        PRICES,
    ),
    bulk_view(
        "bulk/Logistics/Items", "Item", tuned(tables.ITEMS, **_ITEM_FIELDS), SCOPE, ITEMS, _FILTERED
    ),
    bulk_view(
        "bulk/Logistics/SalesItemPrices",
        "SalesItemPrice",
        tuned(tables.SALES_ITEM_PRICES, **_PRICE_FIELDS),
        PRICE_SCOPE,
        PRICES,
        ("ID", "Item", "Account", "Created", "Modified"),
    ),
)
