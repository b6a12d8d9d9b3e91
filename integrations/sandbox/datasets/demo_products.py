"""The demo company's products, and the items they became."""

from __future__ import annotations

import itertools
import random
from typing import Any

from integrations.sandbox.datasets import words

Rows = list[dict[str, Any]]

PLANTED = {
    "linked, equal": 296,
    "linked, other price": 15,
    "linked, other description": 10,
    "new": 30,
    "without SKU": 20,
    "inactive in the books": 12,
    # From here on each product cannot be written, or cannot be matched.
    "SKU used by a second product": 4,
    "two items share the SKU": 3,
    "name of another item": 4,
    "name too long": 2,
    "colon in the name": 3,
    "description too long": 1,
}
ONLY_IN_BOOKS = 30
WITHOUT_SKU_IN_BOOKS = 10


class _Catalogue:
    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        names = [
            f"{material} {product}{kind}"
            for material, product, kind in itertools.product(
                words.MATERIALS, words.PRODUCTS, words.PRODUCT_KINDS
            )
        ]
        dice.shuffle(names)
        self._names = iter(names)
        self._numbers = itertools.count(1001)
        self.products: Rows = []
        self.items: Rows = []

    def build(self) -> None:
        self._linked()
        for _ in range(PLANTED["new"]):
            self.products.append(self._product())
        for _ in range(PLANTED["without SKU"]):
            self.products.append(self._product(hs_sku=None))
        self._clashes()
        self._unfit()
        for _ in range(ONLY_IN_BOOKS):
            self.items.append(_item(self._product()))
        for service in words.SERVICES[:WITHOUT_SKU_IN_BOOKS]:
            self.items.append(_item(self._product(name=service, hs_sku=None), Type="Service"))

    def _linked(self) -> None:
        for _ in range(PLANTED["linked, equal"]):
            self._on_both()
        for _ in range(PLANTED["linked, other price"]):
            self._on_both(UnitPrice=float(self._dice.randrange(5, 400)) + 0.99)
        for _ in range(PLANTED["linked, other description"]):
            self._on_both(Description="As in last year's catalogue.")
        for _ in range(PLANTED["inactive in the books"]):
            product = self._product()
            name = f"{product['name']} (deleted)"
            self.products.append(product)
            self.items.append(_item(product, Name=name, FullyQualifiedName=name, Active=False))

    def _clashes(self) -> None:
        for number in range(PLANTED["SKU used by a second product"]):
            self.products.append(self._product(hs_sku=self.products[number * 5]["hs_sku"]))
        for _ in range(PLANTED["two items share the SKU"]):
            product = self._on_both()
            twin = self._product(hs_sku=product["hs_sku"])
            self.items.append(_item(twin))
        for number in range(PLANTED["name of another item"]):
            self.products.append(self._product(name=self.items[number * 9]["Name"]))

    def _unfit(self) -> None:
        for _ in range(PLANTED["name too long"]):
            product = self._product()
            long = f"{product['name']}, hand made, oiled twice, with felt feet, "
            long += "delivered flat, tools included, no returns"
            self.products.append(product | {"name": long})
        for _ in range(PLANTED["colon in the name"]):
            product = self._product()
            self.products.append(product | {"name": f"Series A: {product['name']}"})
        for _ in range(PLANTED["description too long"]):
            self.products.append(self._product(description="Very long story. " * 300))

    def _on_both(self, **differs: Any) -> dict[str, Any]:
        product = self._product()
        self.products.append(product)
        self.items.append(_item(product, **differs))
        return product

    def _product(self, **changed: Any) -> dict[str, Any]:
        name = next(self._names)
        price = self._dice.randrange(300, 90000) / 100
        fields = {
            "name": name,
            "hs_sku": f"HV-{next(self._numbers)}",
            "price": f"{price:.2f}",
            "description": f"{name}, made to order.",
        } | changed
        return {key: value for key, value in fields.items() if value is not None}


def products_and_items(dice: random.Random) -> tuple[Rows, Rows]:
    catalogue = _Catalogue(dice)
    catalogue.build()
    dice.shuffle(catalogue.products)
    return catalogue.products, catalogue.items


def _item(product: dict[str, Any], **changed: Any) -> dict[str, Any]:
    fields = {
        "Name": product["name"],
        "Sku": product.get("hs_sku"),
        "Type": "NonInventory",
        "UnitPrice": float(product["price"]),
        "Description": product["description"],
    } | changed
    return {key: value for key, value in fields.items() if value is not None}
