"""Exact's items, with their list price (reference page LogisticsItems)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from integrations.connectors.exact import odata
from integrations.connectors.exact.contexts import Context
from integrations.connectors.exact.definitions import Definition
from integrations.connectors.exact.feed import Feed, deletions, own_stream
from integrations.connectors.exact.fields import (
    chosen,
    code,
    flag,
    found_by,
    read_only,
    required,
    text,
    times,
    typed,
    unique,
)
from integrations.connectors.exact.own import alike, taken
from integrations.connectors.exact.payloads import Payload
from integrations.connectors.exact.prices import (
    FIELD,
    SALES_PRICE,
    add_prices,
    price_stream,
    price_version,
    with_prices,
    write_price,
)
from integrations.connectors.exact.settings import READ_BATCH, WRITE_BATCH
from integrations.connectors.exact.writes import Writer
from integrations.contract import Fault, FieldType, ObjectType, Operation

CODE = "Code"


class ItemWriter(Writer):
    """An item's code is its own mark; its price is written after it."""

    def before(self, operations: Sequence[Operation]) -> Mapping[str, Payload | Fault]:
        return taken(self.context, CODE, operations)

    def after(self, operation: Operation, record_id: str, row: Payload | None) -> None:
        if FIELD in operation.fields:
            write_price(self.context, record_id, row, operation)

    def found(
        self, wide: Context, operations: Sequence[Operation], since: datetime
    ) -> Mapping[str, Payload]:
        codes = (odata.text(str(one.fields[CODE])) for one in operations)
        # The price may be missing still: it is written when the item is found.
        return alike(wide, operations, [odata.equals(CODE, each) for each in codes], since)


def item_feed(context: Context) -> Feed:
    own, gone = own_stream(context), deletions(context)
    if FIELD not in context.names:
        return Feed(context, own, gone)

    return Feed(context, own, price_stream(context), gone, begin=lambda c: with_prices(context, c))


ITEM = Definition(
    type=ObjectType(
        "item",
        "Item",
        "Items",
        write_batch=WRITE_BATCH,
        read_batch=READ_BATCH,
        find_by=frozenset({CODE, "Description", "Barcode"}),
    ),
    resource="logistics/Items",
    sync="sync/Logistics/Items",
    deleted_as=9,
    has_end=True,
    title=(CODE, "Description"),
    screen="/docs/LogItemCard.aspx?_Division_={division}&ID={id}",
    complete=add_prices,
    version=price_version,
    feed=item_feed,
    writer=ItemWriter,
    specs=(
        required(unique(found_by(code(CODE, "Item code", None, "Code", "Artikelcode", "Artikel")))),
        required(found_by(text("Description", "Description", 60, "Omschrijving", "Description"))),
        text("ExtraDescription", "Extra description", 255, "Extra omschrijving"),
        chosen("ItemGroup", "Item group", "item_groups", "Artikelgroep", "Item group"),
        chosen("Unit", "Unit", "units", "Eenheid", "Unit"),
        SALES_PRICE,
        chosen(
            "SalesVatCode", "VAT code", "vat_codes", "Btw-code", "Btw-code: Verkoop", "VAT code"
        ),
        chosen(
            "GLRevenue",
            "Revenue account",
            "revenue_accounts",
            "Grootboekrekening",
            "Grootboekrekening: Omzet",
            "G/L account",
            "GL account",
        ),
        typed("IsSalesItem", "Is sold", FieldType.BOOLEAN, "Verkoopartikel", "Sales item"),
        typed("IsPurchaseItem", "Is bought", FieldType.BOOLEAN, "Inkoopartikel", "Purchase item"),
        typed("IsStockItem", "Is in stock", FieldType.BOOLEAN, "Voorraadartikel", "Stock item"),
        typed("IsFractionAllowedItem", "May be sold in fractions", FieldType.BOOLEAN, "Deelbaar"),
        flag("IsWebshopItem", "Is for the web shop", "Webshop"),
        found_by(code("Barcode", "Bar code", None, "Barcode")),
        text("SearchCode", "Search code", None, "Zoekcode", "Search code"),
        text("Notes", "Notes", None, "Opmerkingen", "Notes"),
        typed("CostPriceStandard", "Cost price", FieldType.MONEY, "Kostprijs", "Cost price"),
        typed("NetWeight", "Net weight", FieldType.NUMBER, "Nettogewicht", "Net weight"),
        typed("StartDate", "First day", FieldType.DATE, "Startdatum", "Start date"),
        typed("EndDate", "Last day", FieldType.DATE, "Einddatum", "End date"),
        *(
            text(f"FreeTextField_{n:02d}", f"Free text {n}", None, f"Vrij tekstveld {n}")
            for n in range(1, 11)
        ),
        *(
            typed(f"FreeNumberField_{n:02d}", f"Free number {n}", FieldType.NUMBER)
            for n in range(1, 9)
        ),
        read_only(text("ItemGroupDescription", "Item group's name")),
        read_only(text("UnitDescription", "Unit's name")),
        read_only(typed("Stock", "In stock", FieldType.NUMBER)),
        *times(),
    ),
)
