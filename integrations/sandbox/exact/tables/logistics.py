"""Items, their groups, units and prices.

The fields as Exact's reference lists them; see `fields.table` for the marks.
"""

from __future__ import annotations

from integrations.sandbox.exact.fields import derived, table

# logistics/Items
ITEMS = table("""
guid: ID! Creator- GLCosts GLCostsWorkInProgress GLRevenue GLRevenueWorkInProgress GLStock
    ItemGroup Modifier-
string: Barcode Class_01 Class_02 Class_03 Class_04 Class_05 Class_06 Class_07 Class_08 Class_09
    Class_10 Code* CostPriceCurrency CreatorFullName- CustomField- Description* ExtraDescription
    FreeTextField_01 FreeTextField_02 FreeTextField_03 FreeTextField_04 FreeTextField_05
    FreeTextField_06 FreeTextField_07 FreeTextField_08 FreeTextField_09 FreeTextField_10
    GLCostsCode- GLCostsDescription- GLCostsWorkInProgressCode-
    GLCostsWorkInProgressDescription- GLRevenueCode- GLRevenueDescription-
    GLRevenueWorkInProgressCode- GLRevenueWorkInProgressDescription- GLStockCode-
    GLStockDescription- ItemGroupCode- ItemGroupDescription- ModifierFullName- NetWeightUnit
    Notes PictureName PictureThumbnailUrl- PictureUrl- SalesVatCode SalesVatCodeDescription-
    SearchCode StatisticalCode- Unit UnitDescription- UnitType-
boolean: FreeBoolField_01 FreeBoolField_02 FreeBoolField_03 FreeBoolField_04 FreeBoolField_05
    IsFractionAllowedItem IsPackageItem IsPurchaseItem IsSalesItem IsSerialItem
    IsSerialNumberItem IsStockItem IsSubcontractedItem
byte: CopyRemarks IsBatchItem IsBatchNumberItem IsMakeItem IsNewContract IsOnDemandItem
    IsRegistrationCodeItem IsTaxableItem IsTime IsWebshopItem UseExplosion-
int32: AssembledLeadDays- Division- SecurityLevel
double: AverageCost BatchQuantity- CostPriceNew CostPriceStandard FreeNumberField_01
    FreeNumberField_02 FreeNumberField_03 FreeNumberField_04 FreeNumberField_05
    FreeNumberField_06 FreeNumberField_07 FreeNumberField_08 GrossWeight NetWeight
    StandardSalesPrice- StatisticalNetWeight- StatisticalUnits- StatisticalValue- Stock-
datetime: Created- EndDate FreeDateField_01 FreeDateField_02 FreeDateField_03 FreeDateField_04
    FreeDateField_05 Modified- StartDate
binary: Picture
""")
# logistics/ItemGroups
ITEM_GROUPS = table("""
guid: ID! Creator GLCosts GLCostsWorkInProgress GLPurchaseAccount GLPurchasePriceDifference
    GLRevenue GLRevenueWorkInProgress GLStock GLStockVariance Modifier
string: Code CreatorFullName Description GLCostsCode GLCostsDescription
    GLCostsWorkInProgressCode GLCostsWorkInProgressDescription GLPurchaseAccountCode
    GLPurchaseAccountDescription GLPurchasePriceDifferenceCode GLPurchasePriceDifferenceDescr
    GLRevenueCode GLRevenueDescription GLRevenueWorkInProgressCode
    GLRevenueWorkInProgressDescription GLStockCode GLStockDescription GLStockVarianceCode
    GLStockVarianceDescription ModifierFullName Notes
byte: IsDefault
int32: Division
datetime: Created Modified
""")
# logistics/Units
UNITS = table("""
guid: ID!
string: Code Description TimeUnit Type
boolean: Active
byte: Main
int32: Division
""")
# logistics/SalesItemPrices
SALES_ITEM_PRICES = table("""
guid: ID! Account Creator- Employee Item Modifier- Project
string: AccountName- Barcode- CreatorFullName- Currency DefaultItemUnit-
    DefaultItemUnitDescription- ItemCode- ItemDescription- ModifierFullName- ProjectDescription-
    Unit UnitDescription-
int32: Division-
double: NumberOfItemsPerUnit Price Quantity
datetime: Created- EndDate Modified- StartDate
""")
# sync/Logistics/Items
SYNC_ITEMS = derived(
    ITEMS,
    without="""
IsBatchNumberItem IsSerialNumberItem StandardSalesPrice
""",
    extra="""
int64: Timestamp!
""",
)
# sync/Logistics/SalesItemPrices
SYNC_SALES_ITEM_PRICES = derived(SALES_ITEM_PRICES, extra="int64: Timestamp!")
