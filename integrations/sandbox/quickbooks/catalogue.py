"""Items: the products and services a company sells."""

from __future__ import annotations

from integrations.sandbox.quickbooks import rules
from integrations.sandbox.quickbooks.fields import (
    COMMON,
    Entity,
    Kind,
    choice,
    date,
    flag,
    name_text,
    number,
    read_only,
    reference,
    table,
    text,
)

_DEAREST = 99999999999

ITEM = Entity(
    name="Item",
    fields=table(
        *COMMON,
        name_text("Name", 100, required=True),
        text("Sku", 100, trimmed=True),
        text("Description", 4000),
        flag("Active", True),
        # "Group" (a bundle) can be read; creating one is not documented.
        choice("Type", "Service", "NonInventory", "Inventory", "Category", required=True),
        number("UnitPrice", highest=_DEAREST, default=0),
        text("PurchaseDesc", 1000),
        number("PurchaseCost", highest=_DEAREST, default=0),
        reference("IncomeAccountRef", "Account"),
        reference("ExpenseAccountRef", "Account"),
        reference("AssetAccountRef", "Account"),
        flag("TrackQtyOnHand", False),
        number("QtyOnHand"),
        number("ReorderPoint"),
        date("InvStartDate"),
        flag("Taxable", False),
        flag("SalesTaxIncluded"),
        # Its revenue is recognised over time, so every sale must say when the service was given.
        flag("DeferredRevenue"),
        flag("PurchaseTaxIncluded"),
        reference("SalesTaxCodeRef", "TaxCode"),
        reference("PurchaseTaxCodeRef", "TaxCode"),
        flag("SubItem", False),
        reference("ParentRef", "Item"),
        read_only("Level", Kind.INTEGER),
        read_only("FullyQualifiedName"),
        reference("ClassRef", "Class"),
        reference("PrefVendorRef", "Vendor"),
        reference("TaxClassificationRef", "TaxClassification"),
        text("ItemCategoryType"),
        text("ServiceType"),
        text("Source"),
        text("UQCDisplayText", 25),
        text("UQCId"),
        number("AbatementRate"),
        number("ReverseChargeRate"),
    ),
    unique_group="items",
    # The reference documents full update only.
    sparse=False,
    queryable=frozenset(
        {
            "Id",
            "Name",
            "Type",
            "Taxable",
            "Active",
            "FullyQualifiedName",
            "SubItem",
            "MetaData.CreateTime",
            "MetaData.LastUpdatedTime",
        }
    ),
    unselected=("Sku",),
    list_name="Items",
    rules=(
        rules.hierarchy,
        rules.unique_name,
        rules.item_type_stays,
        rules.item_needs_its_ledgers,
        rules.inventory_is_tracked,
    ),
    webhooks=frozenset({"Create", "Update", "Delete", "Merge"}),
    looked_up=frozenset({"Name", "FullyQualifiedName"}),
)
