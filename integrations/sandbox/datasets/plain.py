"""Any number of records a side, for measuring: nearly all equal, some changed, some on one side.

Of each 50 contacts and customers 48 are the same and equal, one pair differs in the telephone
number, and one of each stands alone. Every tenth contact is the only one of a company, and its
customer bears the company's name. There are a tenth as many products and items, alike.
"""

from __future__ import annotations

import random

from integrations.sandbox.datasets import words
from integrations.sandbox.datasets.model import (
    Contact,
    DataSet,
    Person,
    Row,
    contact,
    customer,
)
from integrations.sandbox.datasets.spelling import letters

GROUP = 50
DIFFERENT = 48
ALONE = 49
PEOPLE_A_COMPANY = 10
PEOPLE_A_PRODUCT = 10


class Plain:
    """Makes record number n of anything, the same one every time."""

    def __init__(self, count: int, seed: int) -> None:
        dice = random.Random(seed)
        self.count = count
        self._first = _shuffled(dice, words.FIRST_NAMES)
        self._last = _shuffled(dice, words.LAST_NAMES)
        self._letters = {name: letters(name) for name in (*self._first, *self._last)}

    def build(self) -> DataSet:
        sold = range(self.count // PEOPLE_A_PRODUCT)
        return DataSet(
            companies=(self._company(n) for n in range(0, self.count, PEOPLE_A_COMPANY)),
            contacts=(self._contact(n) for n in range(self.count)),
            products=(_product(n) for n in sold),
            customers=(self._customer(n) for n in range(self.count)),
            items=(_item(n) for n in sold),
        )

    def _contact(self, number: int) -> Contact:
        has_company = number % PEOPLE_A_COMPANY == 0
        company = number // PEOPLE_A_COMPANY if has_company else None
        return contact(self._person(number), "customer", company)

    def _customer(self, number: int) -> Row:
        place = number % GROUP
        if place == ALONE:
            return customer(self._person(self.count + number))
        if place == DIFFERENT:
            return customer(self._person(number), Phone=f"(628) 555-{number % 10000:04d}")
        return customer(self._person(number))

    def _company(self, number: int) -> Row:
        name = _company_name(number)
        return {"name": name, "domain": f"c{number}.example", "lifecyclestage": "customer"}

    def _person(self, number: int) -> Person:
        rest, at = divmod(number, len(self._first))
        first, last = self._first[at], self._last[rest % len(self._last)]
        again = rest // len(self._last)
        city, state, zip_start, area = words.PLACES[number % len(words.PLACES)]
        has_company = number < self.count and number % PEOPLE_A_COMPANY == 0
        return Person(
            first=first,
            # The number tells the second Anna Adams from the first.
            last=f"{last} {_roman(again)}" if again else last,
            email=f"{self._letters[first]}.{self._letters[last]}.{number}@bench.example",
            phone=f"({area}) 555-{number % 10000:04d}",
            address=f"{number % 9900 + 1} {words.STREETS[number % len(words.STREETS)]} Street",
            city=city,
            state=state,
            zip=f"{zip_start}{number % 100:02d}",
            company=_company_name(number) if has_company else "",
        )


def build(count: int, seed: int) -> DataSet:
    """A data set of `count` contacts and as many customers, made while it is read."""
    return Plain(count, seed).build()


def _company_name(number: int) -> str:
    first = words.COMPANY_FIRST[number // PEOPLE_A_COMPANY % len(words.COMPANY_FIRST)]
    return f"{first} Trading {number}"


def _product(number: int) -> Row:
    return {
        "name": product_name(number),
        "hs_sku": f"B-{number:06d}",
        "price": f"{price_of(number):.2f}",
        "description": "Made to order.",
    }


def price_of(number: int) -> float:
    return number % 900 + 1.5


def _item(number: int) -> Row:
    place = number % GROUP
    shown = number + 10_000_000 if place == ALONE else number
    return {
        "Name": product_name(shown),
        "Sku": f"B-{shown:06d}",
        "Type": "NonInventory",
        "UnitPrice": number % 900 + (2.25 if place == DIFFERENT else 1.5),
        "Description": "Made to order.",
    }


def product_name(number: int) -> str:
    material = words.MATERIALS[number % len(words.MATERIALS)]
    product = words.PRODUCTS[number // len(words.MATERIALS) % len(words.PRODUCTS)]
    return f"{material} {product} {number}"


def _shuffled(dice: random.Random, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dice.sample(names, len(names)))


def _roman(number: int) -> str:
    signs = ((100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"))
    text = ""
    for value, sign in (*signs, (4, "IV"), (1, "I")):
        count, number = divmod(number, value)
        text += sign * count
    return text
