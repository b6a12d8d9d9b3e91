"""What the documents of a sale are made of: header fields, lines, taxes and links.

Names, lengths and what is read-only: the entity reference of developer.intuit.com, Invoice,
Estimate, CreditMemo and RefundReceipt.
"""

from __future__ import annotations

from integrations.sandbox.quickbooks.fields import (
    Field,
    Kind,
    address,
    choice,
    date,
    email,
    flag,
    number,
    read_only,
    reference,
    table,
    text,
)
from integrations.sandbox.quickbooks.money import MOST

SALE = "SalesItemLineDetail"
GROUP = "GroupLineDetail"
DISCOUNT = "DiscountLineDetail"
SUBTOTAL = "SubTotalLineDetail"
DESCRIPTION = "DescriptionOnly"
# What stands for an empty date on a line, as users of the published clients found out.
NEVER = "9999-12-31"


def money(name: str) -> Field:
    """At most 15 digits, of which five are decimals."""
    return number(name, lowest=-MOST, highest=MOST)


def custom_fields() -> Field:
    parts = table(
        text("DefinitionId"),
        text("StringValue"),
        number("NumberValue"),
        text("Name"),
        text("Type"),
    )
    return Field("CustomField", Kind.LIST, parts=parts)


def linked() -> Field:
    parts = table(text("TxnId"), text("TxnType"), text("TxnLineId"))
    return Field("LinkedTxn", Kind.LIST, parts=parts)


_MARKUP = table(
    reference("PriceLevelRef", "PriceLevel"),
    number("Percent"),
    read_only("MarkUpIncomeAccountRef", Kind.OBJECT),
)
_SALE_PARTS = table(
    reference("ItemRef", "Item"),
    reference("ClassRef", "Class"),
    reference("TaxCodeRef", "TaxCode"),
    reference("ItemAccountRef", "Account"),
    reference("PriceLevelRef", "PriceLevel"),
    date("ServiceDate", empty=NEVER),
    number("Qty"),
    number("UnitPrice"),
    number("DiscountRate"),
    number("DiscountAmt"),
    number("TaxInclusiveAmt"),
    Field("MarkupInfo", Kind.OBJECT, parts=_MARKUP),
    read_only("TaxClassificationRef", Kind.OBJECT),
)
_DISCOUNT_PARTS = table(
    flag("PercentBased"),
    number("DiscountPercent", lowest=0, highest=100),
    reference("DiscountAccountRef", "Account"),
    reference("ClassRef", "Class"),
    reference("TaxCodeRef", "TaxCode"),
    read_only("Discount", Kind.OBJECT),
)
_LINE_COMMON = (
    text("Id"),
    number("LineNum"),
    text("Description", 4000),
    money("Amount"),
    linked(),
    custom_fields(),
    Field(SALE, Kind.OBJECT, parts=_SALE_PARTS),
)
_GROUP_LINE = Field("Line", Kind.LIST, parts=table(*_LINE_COMMON, choice("DetailType", SALE)))
_GROUP_PARTS = table(reference("GroupItemRef", "Item"), number("Quantity"), _GROUP_LINE)
_DESCRIPTION_PARTS = table(reference("TaxCodeRef", "TaxCode"), date("ServiceDate", empty=NEVER))

LINE = Field(
    "Line",
    Kind.LIST,
    required=True,
    parts=table(
        *_LINE_COMMON,
        choice("DetailType", SALE, GROUP, DISCOUNT, SUBTOTAL, DESCRIPTION),
        Field(GROUP, Kind.OBJECT, parts=_GROUP_PARTS),
        Field(DISCOUNT, Kind.OBJECT, parts=_DISCOUNT_PARTS),
        Field("DescriptionLineDetail", Kind.OBJECT, parts=_DESCRIPTION_PARTS),
        Field(SUBTOTAL, Kind.OBJECT, parts=table(reference("ItemRef", "Item"))),
    ),
)
_TAX_LINE_PARTS = table(
    reference("TaxRateRef", "TaxRate"),
    number("NetAmountTaxable"),
    flag("PercentBased"),
    number("TaxInclusiveAmount"),
    number("OverrideDeltaAmount"),
    number("TaxPercent"),
    text("ServiceDate"),
)
_TAX_LINE = Field(
    "TaxLine",
    Kind.LIST,
    parts=table(
        money("Amount"),
        choice("DetailType", "TaxLineDetail"),
        Field("TaxLineDetail", Kind.OBJECT, parts=_TAX_LINE_PARTS),
    ),
)
TAX = Field(
    "TxnTaxDetail",
    Kind.OBJECT,
    parts=table(reference("TxnTaxCodeRef", "TaxCode"), number("TotalTax"), _TAX_LINE),
)
MEMO = Field("CustomerMemo", Kind.OBJECT, parts=table(text("value", 1000)))
CALCULATIONS = ("TaxExcluded", "TaxInclusive", "NotApplicable")

# Every transaction.
TRANSACTION = (
    date("TxnDate"),
    text("PrivateNote", 4000),
    reference("CurrencyRef", "CompanyCurrency"),
    number("ExchangeRate", lowest=0),
    reference("DepartmentRef", "Department"),
    reference("ProjectRef", "Customer"),
    text("TransactionLocationType"),
    text("TxnSource"),
    read_only("TxnStatus"),
    read_only("RecurDataRef", Kind.OBJECT),
    read_only("TaxExemptionRef", Kind.OBJECT),
    read_only("HomeTotalAmt", Kind.NUMBER),
)
# Every document of a sale.
SALES = (
    *TRANSACTION,
    LINE,
    text("DocNumber", 21),
    reference("CustomerRef", "Customer", required=True),
    MEMO,
    custom_fields(),
    TAX,
    choice("GlobalTaxCalculation", *CALCULATIONS),
    flag("ApplyTaxAfterDiscount", False),
    reference("ClassRef", "Class"),
    email("BillEmail"),
    email("BillEmailCc"),
    email("BillEmailBcc"),
    address("BillAddr"),
    address("ShipAddr"),
    address("ShipFromAddr"),
    flag("FreeFormAddress"),
    choice("PrintStatus", "NotSet", "NeedToPrint", "PrintComplete", default="NotSet"),
    read_only("TotalAmt", Kind.NUMBER),
)
MAILED = choice("EmailStatus", "NotSet", "NeedToSend", "EmailSent", default="NotSet")
SHIPPED = (
    date("ShipDate"),
    text("TrackingNum"),
    reference("ShipMethodRef", "ShipMethod"),
)
BALANCE = (
    read_only("Balance", Kind.NUMBER),
    read_only("HomeBalance", Kind.NUMBER),
)
