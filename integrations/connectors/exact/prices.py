"""The sales price of an item: its list price, which stands in rows of its own.

Of an item's prices, the list price is that for everybody, in the company's own currency, for one
piece of the item's own unit, that holds today (reference page LogisticsSalesItemPrices).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from integrations.connectors.exact import odata
from integrations.connectors.exact.client import Client
from integrations.connectors.exact.contexts import Context
from integrations.connectors.exact.cursors import Cursor
from integrations.connectors.exact.divisions import home_currency
from integrations.connectors.exact.feed import BEGINNING, TIMESTAMP, Stream, belonging
from integrations.connectors.exact.fields import FieldSpec
from integrations.connectors.exact.money import number
from integrations.connectors.exact.payloads import Payload, code, decimal
from integrations.connectors.exact.times import day
from integrations.contract import Field, FieldType, Operation, Value

FIELD = "SalesPrice"
RESOURCE = "logistics/SalesItemPrices"
SYNC = "sync/Logistics/SalesItemPrices"
# Where the list price stands in a completed row.
MEMBER = "_list_price"
_COLUMNS = (
    "ID",
    "Item",
    "Account",
    "Employee",
    "Project",
    "Currency",
    "Unit",
    "Quantity",
    "Price",
    "StartDate",
    "EndDate",
    "Modified",
)
_TABLE = "list prices"
# Of more items than this, all prices are read in large pages instead of these by their items.
FEW_ITEMS = 60


def _price(row: Payload) -> Value:
    return number((row.get(MEMBER) or {}).get("Price"))


SALES_PRICE = FieldSpec(
    Field(FIELD, "Sales price", FieldType.MONEY),
    ("Unit",),
    read=_price,
    words=("Prijs", "Verkoopprijs", "Price", "Sales price"),
    is_apart=True,
)


def price_version(row: Payload) -> str:
    return str((row.get(MEMBER) or {}).get("Modified") or "").strip("/Date()")


# Reading


def add_prices(context: Context, rows: Sequence[Payload]) -> None:
    """Puts to each item its list price, when that is asked for."""
    if FIELD not in context.names:
        return
    ids = [str(row["ID"]).lower() for row in rows]
    if len(ids) > FEW_ITEMS:
        prices = _table(context.client)
    else:
        by_item = (odata.equals("Item", odata.guid(each)) for each in ids)
        prices = _by_item(context.client.among(RESOURCE, _COLUMNS, by_item))
    for each, row in zip(ids, rows, strict=True):
        row[MEMBER] = _list_price(context, row, prices.get(each, ()))


def price_stream(context: Context) -> Stream:
    """Of a changed price the item is news."""
    return belonging(context, SYNC, "Item")


def with_prices(context: Context, cursor: Cursor) -> Cursor:
    """Before the first round: the prices are read whole once, and followed from there."""
    context.client.shelf.pop(_TABLE, None)
    if FIELD not in context.names or SYNC in cursor.marks:
        return cursor
    table = _table(context.client)
    mark = max((_stamp(row) for rows in table.values() for row in rows), default=BEGINNING)
    return replace(cursor, marks={**cursor.marks, SYNC: mark})


def _table(client: Client) -> dict[str, list[Payload]]:
    if _TABLE not in client.shelf:
        rows = client.every(SYNC, (*_COLUMNS, TIMESTAMP), f"{TIMESTAMP} gt {BEGINNING}L")
        client.shelf[_TABLE] = _by_item(rows)
    found: dict[str, list[Payload]] = client.shelf[_TABLE]
    return found


def _by_item(rows: Iterable[Payload]) -> dict[str, list[Payload]]:
    found: dict[str, list[Payload]] = defaultdict(list)
    for row in rows:
        found[str(row.get("Item") or "").lower()].append(row)
    return found


def _stamp(row: Payload) -> int:
    return int(row.get(TIMESTAMP) or 0)


def _list_price(context: Context, item: Payload, prices: Iterable[Payload]) -> Payload | None:
    ours = [price for price in prices if _is_list_price(context, item, price)]
    return max(
        ours, key=lambda price: (_day(price, "StartDate"), code(price.get("ID"))), default=None
    )


def _is_list_price(context: Context, item: Payload, price: Payload) -> bool:
    if any(code(price.get(name)) for name in ("Account", "Employee", "Project")):
        return False
    if (decimal(price.get("Quantity")) or 0) > 1:
        return False
    unit, currency = code(price.get("Unit")), code(price.get("Currency"))
    if unit not in ("", code(item.get("Unit"))):
        return False
    if currency not in ("", home_currency(context.client)):
        return False
    today = context.today().isoformat()
    end = _day(price, "EndDate")
    return _day(price, "StartDate") <= today and (not end or today <= end)


def _day(price: Payload, name: str) -> str:
    value = price.get(name)
    return day(str(value)).isoformat() if value else ""


# Writing


def write_price(context: Context, item_id: str, row: Payload | None, operation: Operation) -> None:
    """Give the item the list price that is wanted; `row` is the item as it was, None if new.

    May be repeated. Raises Refused, or a ConnectorError.
    """
    wanted = operation.fields[FIELD]
    held = (row or {}).get(MEMBER)
    client = context.client
    if not isinstance(wanted, Decimal):
        if held:
            client.delete(RESOURCE, held["ID"])
        return
    if held is None:
        unit = operation.fields.get("Unit") or code((row or {}).get("Unit"))
        client.create(RESOURCE, _new(context, item_id, unit, wanted))
    elif number(held.get("Price")) != wanted:
        client.change(RESOURCE, held["ID"], {"Price": wanted})


def _new(context: Context, item_id: str, unit: Value, price: Decimal) -> dict[str, Any]:
    body = {"Item": item_id, "Price": price, "Currency": home_currency(context.client)}
    return {**body, "Unit": unit} if unit else body
