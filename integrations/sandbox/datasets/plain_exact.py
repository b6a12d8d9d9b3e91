"""Any number of companies a side for HubSpot and Exact, for measuring.

Of each 50 companies 45 are the same and equal at Exact, three differ there in the telephone number
and two are not there: a tenth needs a write. Every account beside them is somebody else's: there
are as many accounts as companies. Each company has one person, and there are a tenth as many
products; of both 48 of 50 are equal, one differs and one is not at Exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from integrations.sandbox.datasets import dutch_words as words
from integrations.sandbox.datasets.demo_dutch import PROPERTIES
from integrations.sandbox.datasets.dutch_company import DutchCompany
from integrations.sandbox.datasets.exact_model import BooksContact, BooksItem, ExactDataSet
from integrations.sandbox.datasets.model import Contact, Row
from integrations.sandbox.datasets.spelling import letters

GROUP = 50
# Places in a group: what differs at Exact, and what is not there.
DIFFERENT, ALONE = (45, 46, 47), (48, 49)
COMPANIES_A_PRODUCT = 10


def build(count: int, seed: int) -> ExactDataSet:
    """A data set of `count` companies and as many accounts, made while it is read."""
    sold = range(count // COMPANIES_A_PRODUCT)
    return ExactDataSet(
        companies=(_company(n, seed).properties() for n in range(count)),
        contacts=(Contact(_person(n) | {"lifecyclestage": "customer"}, n) for n in range(count)),
        products=(_product(n) for n in sold),
        accounts=_accounts(count, seed),
        books_contacts=(_books_contact(n) for n in range(count) if n % GROUP not in ALONE),
        items=(_item(n) for n in sold if n % GROUP != ALONE[0]),
        properties=PROPERTIES,
    )


def _accounts(count: int, seed: int) -> Iterator[Row]:
    """In the order of the companies: a stranger stands where a company is not known."""
    for number in range(count):
        place = number % GROUP
        if place in ALONE:
            yield _company(count + number, seed).account()
        elif place in DIFFERENT:
            yield _company(number, seed).account(Phone=f"085-{number % 10_000_000:07d}")
        else:
            yield _company(number, seed).account()


def _company(number: int, seed: int) -> DutchCompany:
    first = words.COMPANY_FIRST[(number + seed) % len(words.COMPANY_FIRST)]
    second = words.COMPANY_SECOND[number // len(words.COMPANY_FIRST) % len(words.COMPANY_SECOND)]
    town, postcode, area = words.PLACES[number % len(words.PLACES)]
    return DutchCompany(
        kind="plain",
        name=f"{first} {second} {number} B.V.",
        domain=f"c{number}.example",
        vat=f"NL{100_000_000 + number}B01",
        chamber=str(10_000_000 + number),
        phone=f"{area}-{number % 1_000_000:06d}",
        street=f"{words.STREETS[number % len(words.STREETS)]} {number % 900 + 1}",
        postcode=f"{postcode}{number % 10} AB",
        town=town,
        stage="customer",
    )


def _person(number: int) -> dict[str, str]:
    first = words.FIRST_NAMES[number % len(words.FIRST_NAMES)]
    last = words.LAST_NAMES[number // len(words.FIRST_NAMES) % len(words.LAST_NAMES)]
    return {
        "firstname": first,
        "lastname": last,
        "email": f"{letters(first)}.{letters(last)}.{number}@c{number}.example",
        "mobilephone": f"06-{10_000_000 + number}",
    }


def _books_contact(number: int) -> BooksContact:
    person = _person(number)
    fields = {
        "FirstName": person["firstname"],
        "LastName": person["lastname"],
        "Email": person["email"],
        "Mobile": person["mobilephone"],
    }
    if number % GROUP in DIFFERENT:
        fields["Mobile"] = f"06-{90_000_000 + number}"
    return BooksContact(number, fields)


def _product(number: int) -> Row:
    return {
        "name": f"Onderdeel {number}",
        "hs_sku": f"B-{number:06d}",
        "price": f"{price_of(number):.2f}",
        "description": "Op bestelling.",
    }


def price_of(number: int) -> Decimal:
    return Decimal(number % 900) + Decimal("1.50")


def _item(number: int) -> BooksItem:
    fields = {
        "Code": f"B-{number:06d}",
        "Description": f"Onderdeel {number}",
        "ExtraDescription": "Op bestelling.",
        "IsSalesItem": True,
        "IsFractionAllowedItem": True,
        "Unit": "pc",
    }
    differs = number % GROUP == DIFFERENT[0]
    return BooksItem(fields, price_of(number) + (1 if differs else 0))
