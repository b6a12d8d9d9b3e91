"""Any number of invoices a side, for measuring: open, of five lines each, all of them to be synced.

Their customers and products are those of the plain data set, a tenth as many people as invoices.
"""

from __future__ import annotations

from integrations.sandbox.datasets import plain
from integrations.sandbox.datasets.model import BooksInvoice, CrmInvoice, DataSet, Row

LINES = 5
INVOICES_A_PERSON = 10
FEWEST_PEOPLE = 100


def build(count: int, seed: int) -> DataSet:
    """A data set of `count` invoices on each side, made while it is read."""
    people = max(count // INVOICES_A_PERSON, FEWEST_PEOPLE)
    found = plain.build(people, seed)
    found.crm_invoices = (_billed(number, people) for number in range(count))
    found.books_invoices = (_booked(number, people) for number in range(count))
    found.currencies = ("USD",)
    return found


def _billed(number: int, people: int) -> CrmInvoice:
    person = _equal(number, people)
    lines = tuple(_line(number + place, people) for place in range(LINES))
    return CrmInvoice(person, lines, {"hs_invoice_status": "open"}, 2 + number % 20, number % 60)


def _booked(number: int, people: int) -> BooksInvoice:
    lines = tuple(
        (_sold(number + place, people), 1 + place, plain.price_of(number + place), "")
        for place in range(LINES)
    )
    return BooksInvoice(_equal(number, people), lines, dated=2 + number % 60)


def _line(number: int, people: int) -> Row:
    product = _sold(number, people)
    return {
        "product": product,
        "name": plain.product_name(product),
        "quantity": str(1 + number % LINES),
        "price": f"{plain.price_of(number):.2f}",
    }


def _sold(number: int, people: int) -> int:
    return _equal(number, people // plain.PEOPLE_A_PRODUCT)


def _equal(number: int, count: int) -> int:
    """One of those that are the same on both sides."""
    place = number % count
    return place if place % plain.GROUP < plain.DIFFERENT else place - plain.GROUP // 2
