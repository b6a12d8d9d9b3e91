"""The Dutch demo's products: heat pumps, chargers and the hours to fit them."""

from __future__ import annotations

import itertools
import random
from decimal import Decimal
from typing import Any

from integrations.sandbox.datasets import dutch_words as words
from integrations.sandbox.datasets.exact_model import BooksItem

# How many products of each kind there are. The first groups are fine.
PLANTED = {
    "products on both, equal": 74,
    "products on both, other price": 5,
    "new products": 10,
    "products without SKU": 6,
    # From here on each product cannot be written or matched, or cannot be invoiced.
    "not for sale in the books": 4,
    "without VAT code in the books": 4,
    "sold whole only": 4,
    "SKU used by a second product": 3,
    "product name too long": 3,
}
ONLY_IN_BOOKS = 10
PIECE, HOUR = "pc", "hour"


class DutchProducts:
    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        names = [f"{part} {kind}" for part, kind in itertools.product(words.PARTS, words.KINDS)]
        dice.shuffle(names)
        self._names = itertools.chain(words.SERVICES, names)
        self._numbers = itertools.count(1001)
        self.products: list[dict[str, Any]] = []
        self.items: list[BooksItem] = []
        # Places of products, by their group; and of the item that a product is at Exact.
        self.of: dict[str, list[int]] = {}
        self.item_of: dict[int, int] = {}
        self.notes = dict(PLANTED)
        self._build()

    def _build(self) -> None:
        for group, count in PLANTED.items():
            for number in range(count):
                self.of.setdefault(group, []).append(len(self.products))
                self._add(group, number)
        for _ in range(ONLY_IN_BOOKS):
            self.items.append(_item(self._product()))

    def _add(self, group: str, number: int) -> None:
        product = self._product()
        match group:
            case "products on both, equal" | "sold whole only":
                self._book(product, IsFractionAllowedItem=group != "sold whole only")
            case "products on both, other price":
                self._book(product, price=Decimal(product["price"]) + 25)
            case "products without SKU":
                del product["hs_sku"]
            case "not for sale in the books":
                self._book(product, IsSalesItem=False)
            case "without VAT code in the books":
                self._book(product, SalesVatCode=None)
            case "SKU used by a second product":
                product["hs_sku"] = self.products[number * 5]["hs_sku"]
            case "product name too long":
                product["name"] = (
                    f"{product['name']}, geplaatst en ingeregeld, met vijf jaar garantie"
                )
        self.products.append(product)

    def _book(self, product: dict[str, Any], **differs: Any) -> None:
        self.item_of[len(self.products)] = len(self.items)
        self.items.append(_item(product, **differs))

    def _product(self) -> dict[str, Any]:
        name = next(self._names)
        return {
            "name": name,
            "hs_sku": f"VDT-{next(self._numbers)}",
            "price": f"{Decimal(self._dice.randrange(1500, 480000)) / 100:.2f}",
            "description": f"{name}, uit voorraad leverbaar.",
        }


def _item(product: dict[str, Any], price: Decimal | None = None, **differs: Any) -> BooksItem:
    fields = {
        "Code": product["hs_sku"],
        "Description": product["name"],
        "ExtraDescription": product["description"],
        "IsSalesItem": True,
        "IsFractionAllowedItem": True,
        "Unit": HOUR if product["name"] in words.SERVICES else PIECE,
    } | differs
    return BooksItem(fields, price or Decimal(product["price"]))
