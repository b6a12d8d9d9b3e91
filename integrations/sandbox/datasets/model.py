"""A data set before it is loaded: rows as either provider writes them, and who knows whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Row = Mapping[str, Any]
DAY = 86400


@dataclass(frozen=True)
class Person:
    """Somebody, as both sides should know them."""

    first: str
    last: str
    email: str
    phone: str = ""
    address: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    company: str = ""

    @property
    def full_name(self) -> str:
        return f"{self.first} {self.last}".strip()

    @property
    def display_name(self) -> str:
        """The company's name, else the person's."""
        return self.company or self.full_name


@dataclass(frozen=True)
class Contact:
    """A contact's properties and the position of its primary company among the companies."""

    properties: Row
    company: int | None = None


@dataclass(frozen=True)
class CrmInvoice:
    """An invoice in HubSpot; records it names are given by their places in the data set."""

    contact: int | None
    # Line items' properties; "product" is a place among the products.
    lines: tuple[Row, ...]
    properties: Row = field(default_factory=dict)
    # Days since it was last changed, and since the day it bears.
    changed: float = 5.0
    dated: int = 5
    payments: tuple[Row, ...] = ()
    # Discounts of the invoice as a whole.
    discounts: tuple[Row, ...] = ()
    has_deal: bool = False
    # The payment of the invoice before this one is also for this one.
    shares_payment: bool = False


@dataclass(frozen=True)
class BooksInvoice:
    """An invoice in QuickBooks; customer and items are given by their places in the data set."""

    customer: int
    # Place of the item, quantity, price and text; or the line as the API has it.
    lines: tuple[tuple[Any, ...] | Row, ...]
    fields: Row = field(default_factory=dict)
    dated: int = 5
    is_void: bool = False


@dataclass(frozen=True)
class BooksPayment:
    """A payment in QuickBooks, and what it puts on which of the data set's invoices."""

    customer: int
    total: Decimal
    invoices: Mapping[int, Decimal]
    dated: int = 3
    is_deposited: bool = False


@dataclass
class DataSet:
    """All rows; they may be made while they are read, so each is read once."""

    companies: Iterable[Row] = ()
    contacts: Iterable[Contact] = ()
    products: Iterable[Row] = ()
    customers: Iterable[Row] = ()
    vendors: Iterable[Row] = ()
    employees: Iterable[Row] = ()
    items: Iterable[Row] = ()
    crm_invoices: Iterable[CrmInvoice] = ()
    books_invoices: Iterable[BooksInvoice] = ()
    books_payments: Iterable[BooksPayment] = ()
    # Rates of HubSpot's tax library: what lines call them, name and percentage.
    tax_rates: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    # HubSpot's currencies, the company's first, and how the books are set up.
    currencies: tuple[str, ...] = ()
    books_settings: Row = field(default_factory=dict)
    # How many days ago the books were closed up to.
    closed: int | None = None
    notes: dict[str, int] = field(default_factory=dict)


def contact(person: Person, stage: str, company: int | None = None, **changed: Any) -> Contact:
    """The contact of a person; `changed` replaces properties, None leaves one out."""
    properties = {
        "email": person.email.lower(),
        "firstname": person.first,
        "lastname": person.last,
        "phone": person.phone,
        "address": person.address,
        "city": person.city,
        "state": person.state,
        "zip": person.zip,
        "country": "United States" if person.city else "",
        "company": person.company,
        "lifecyclestage": stage,
    } | changed
    return Contact({name: value for name, value in properties.items() if value}, company)


def customer(person: Person, **changed: Any) -> dict[str, Any]:
    """The customer of a person; `changed` replaces fields, None leaves one out."""
    address = {
        "Id": "1",
        "Line1": person.address,
        "City": person.city,
        "CountrySubDivisionCode": person.state,
        "PostalCode": person.zip,
        "Country": "United States",
    }
    fields = {
        "DisplayName": person.display_name,
        "GivenName": person.first,
        "FamilyName": person.last,
        "CompanyName": person.company,
        "Email": person.email,
        "Phone": person.phone,
        "BillAddr": address if person.city else None,
    } | changed
    return {name: value for name, value in fields.items() if value not in (None, "")}


def moments(now: int, newest: int, oldest: int) -> Iterator[int]:
    """Seconds to date records with, spread evenly and for ever between two ages in days."""
    span = (oldest - newest) * DAY
    step = 104_729
    offset = 0
    while True:
        yield now - newest * DAY - offset
        offset = (offset + step) % span
