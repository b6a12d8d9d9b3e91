"""The demo company's invoices and payments: some 1,200, made on either side, in every state.

They are for people and products that are on both sides and equal. As in the rest of the demo, what
goes wrong is planted group by group, see PLANTED. It is made for an invoice sync that was switched
on STARTED days ago, for a company in California whose books are closed up to CLOSED days ago, and
for the tax rates of TAX_RATES of which the last is nobody's tax code.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from integrations.sandbox.datasets import words
from integrations.sandbox.datasets.model import BooksInvoice, BooksPayment, CrmInvoice, DataSet, Row

STARTED = 30
CLOSED = 90
# What lines call a rate, its name in HubSpot's library, and its percentage. The books reckon
# California's 8.625 % by themselves: a company that maps another rate to them is a few cents off.
TAX_RATES = {
    "san francisco": ("San Francisco sales tax", "8.625"),
    "oakland": ("Oakland sales tax", "10.25"),
    "seattle": ("Seattle sales tax", "10.35"),
}
CURRENCIES = ("USD", "EUR")
BOOKS = {
    # Invoices made in HubSpot keep their numbers in the books.
    "custom_numbers": True,
    "service_dates": True,
    "revenue_recognition": True,
}

# How many invoices of each kind there are. First those made in HubSpot.
PLANTED = {
    "open": 190,
    "open, with a line that is no product": 20,
    "open, with a discount on a line": 20,
    "open, with sales tax": 15,
    "partly paid": 40,
    "paid": 190,
    "paid, partly given back": 6,
    "paid two at once": 12,
    "voided": 25,
    "drafts": 60,
    "before the start": 60,
    "copies that another app made": 12,
    # These cannot be booked.
    "no customer": 3,
    "customer is no customer yet": 3,
    "customer that cannot be synced": 2,
    "discount on the whole invoice": 3,
    "tax rate without a tax code": 4,
    "totals that differ": 3,
    "currency that is not switched on": 3,
    "dated in a closed period": 4,
    "description of a line too long": 2,
    "recognised over time, without a service date": 3,
    "number that is taken": 3,
    # Those made in QuickBooks.
    "books: open": 165,
    "books: open, with sales tax": 10,
    "books: open, with a discount": 10,
    "books: partly paid": 40,
    "books: paid": 200,
    "books: paid, deposited": 60,
    "books: paid three at once": 30,
    "books: paid too much": 8,
    "books: voided": 20,
}
PAYMENTS = {
    "in HubSpot": 40 + 190 + 6 + 12 // 2,
    "in QuickBooks": 40 + 200 + 60 + 30 // 3 + 8,
}

type _Sold = tuple[int, int, Decimal, str]
CENT = Decimal("0.01")


class Billing:
    """Makes the documents, group after group, from one source of chance."""

    def __init__(self, dice: random.Random, found: DataSet, equal: set[str]) -> None:
        """`equal`: the e-mail addresses of people who are the same on both sides."""
        self._dice = dice
        self._contacts = [contact.properties for contact in found.contacts]
        self._customers = {row.get("Email"): n for n, row in enumerate(found.customers)}
        self._products, self.items = list(found.products), list(found.items)
        people = [n for n, one in enumerate(self._contacts) if one.get("email") in equal]
        self._people = itertools.cycle(dice.sample(people, len(people)))
        near = [n for n in people if self._contacts[n]["state"] == "CA"]
        self._near = itertools.cycle(near)
        self._sold = self._on_both()
        # Sold over time: the books want to know from when on.
        self._over_time = [self._sold.pop() for _ in range(3)]
        self.crm: list[CrmInvoice] = []
        self.books: list[BooksInvoice] = []
        self.payments: list[BooksPayment] = []

    def _on_both(self) -> list[tuple[int, int]]:
        """The places of products and items that are one thing, and the only ones of their SKU."""
        counts = Counter(row.get("hs_sku") for row in self._products)
        counts.update(row.get("Sku") for row in self.items)
        items = {row.get("Sku"): n for n, row in enumerate(self.items) if "Active" not in row}
        return [
            (n, items[sku])
            for n, row in enumerate(self._products)
            if (sku := row.get("hs_sku")) and sku in items and counts[sku] == 2
        ]

    def build(self) -> None:
        for _, item in self._over_time:
            self.items[item] = {**self.items[item], "DeferredRevenue": True}
        self._open()
        self._paid()
        self._outside()
        self._incomplete()
        self._unfit()
        self._books_open()
        self._books_paid()

    # Groups made in HubSpot

    def _open(self) -> None:
        for number in range(PLANTED["open"]):
            self._bill(self._lines(), has_deal=number % 3 == 0)
        for _ in range(PLANTED["open, with a line that is no product"]):
            service = {"name": self._dice.choice(words.SERVICES), "quantity": "1", "price": "75"}
            self._bill((*self._lines(), service))
        for number in range(PLANTED["open, with a discount on a line"]):
            cut = {"hs_discount_percentage": "10"} if number % 2 else {"discount": "1.50"}
            self._bill(tuple({**line, **cut} for line in self._lines()))
        for _ in range(PLANTED["open, with sales tax"]):
            self._bill_taxed("san francisco", next(self._near))

    def _paid(self) -> None:
        for _ in range(PLANTED["partly paid"]):
            lines = self._lines()
            self._bill(lines, payments=(_paid((worth(lines) / 2).quantize(CENT)),))
        for number in range(PLANTED["paid"]):
            lines = self._lines()
            self._bill(lines, payments=(_paid(worth(lines)),), has_deal=number % 4 == 0)
        for _ in range(PLANTED["paid, partly given back"]):
            lines = self._lines()
            back = {"hs_latest_status": "partially_refunded", "hs_refunds_amount": "2.00"}
            self._bill(lines, payments=(_paid(worth(lines)) | back,))
        for _ in range(PLANTED["paid two at once"] // 2):
            first, second, person = self._lines(), self._lines(), next(self._people)
            payment = _paid(worth(first) + worth(second))
            self._bill(first, person, payments=(payment,))
            self._bill(second, person, shares_payment=True)

    def _outside(self) -> None:
        for _ in range(PLANTED["voided"]):
            self._bill(self._lines(), status="voided")
        for _ in range(PLANTED["drafts"]):
            self._bill(self._lines(), status="draft")
        for number in range(PLANTED["before the start"]):
            self._bill(self._lines(), changed=STARTED + 2 + number % 40)
        for _ in range(PLANTED["copies that another app made"]):
            self._bill(self._lines(), hs_invoice_source="data_sync", hs_invoice_billable="false")

    def _incomplete(self) -> None:
        for _ in range(PLANTED["no customer"]):
            self.crm.append(self._invoice(None, self._lines()))
        early = self._those(lambda one: one["lifecyclestage"] == "lead")
        for _ in range(PLANTED["customer is no customer yet"]):
            self._bill(self._lines(), next(early))
        refused = self._those(lambda one: len(one.get("phone", "")) > 30)
        for _ in range(PLANTED["customer that cannot be synced"]):
            self._bill(self._lines(), next(refused))
        for _ in range(PLANTED["discount on the whole invoice"]):
            cut = {"hs_label": "Spring sale", "hs_type": "PERCENT", "hs_value": "5"}
            self._bill(self._lines(), discounts=(cut,))

    def _unfit(self) -> None:
        for _ in range(PLANTED["tax rate without a tax code"]):
            self._bill_taxed("seattle", next(self._people))
        for _ in range(PLANTED["totals that differ"]):
            self._bill_taxed("oakland", next(self._near))
        for _ in range(PLANTED["currency that is not switched on"]):
            self._bill(self._lines(), hs_currency="EUR")
        for number in range(PLANTED["dated in a closed period"]):
            self._bill(self._lines(), dated=CLOSED + 5 + number)
        for _ in range(PLANTED["description of a line too long"]):
            long = {"description": "As agreed on the telephone, and in writing. " * 100}
            self._bill(tuple({**line, **long} for line in self._lines()))
        for product, _ in self._over_time[
            : PLANTED["recognised over time, without a service date"]
        ]:
            self._bill((self._line(product),))
        for number in range(PLANTED["number that is taken"]):
            taken = f"INV-{90001 + number}"
            self._bill(self._lines(), hs_number=taken)
            self._book(self._positions(), DocNumber=taken)

    # Groups made in QuickBooks

    def _books_open(self) -> None:
        for _ in range(PLANTED["books: open"]):
            self._book(self._positions())
        for _ in range(PLANTED["books: open, with sales tax"]):
            self._book(self._positions(), next(self._near), tax_code="TAX")
        for _ in range(PLANTED["books: open, with a discount"]):
            self._book((*self._positions(), _TENTH))
        for _ in range(PLANTED["books: voided"]):
            self._book(self._positions(), is_void=True)

    def _books_paid(self) -> None:
        for _ in range(PLANTED["books: partly paid"]):
            self._pay(part=Decimal("0.4"))
        for _ in range(PLANTED["books: paid"]):
            self._pay()
        for _ in range(PLANTED["books: paid, deposited"]):
            self._pay(is_deposited=True)
        for _ in range(PLANTED["books: paid three at once"] // 3):
            self._pay(count=3)
        for _ in range(PLANTED["books: paid too much"]):
            self._pay(beyond=Decimal(25))

    def _pay(
        self,
        *,
        count: int = 1,
        part: Decimal = Decimal(1),
        beyond: Decimal = Decimal(0),
        is_deposited: bool = False,
    ) -> None:
        """Invoices for one customer, and one payment for them all."""
        person = next(self._people)
        shares: dict[int, Decimal] = {}
        for _ in range(count):
            positions = self._positions()
            total = sum((each[1] * each[2] for each in positions), Decimal(0))
            shares[len(self.books)] = (total * part).quantize(CENT)
            self._book(positions, person)
        paid = sum(shares.values(), beyond)
        customer = self._customer_of(person)
        self.payments.append(BooksPayment(customer, paid, shares, is_deposited=is_deposited))

    # One document

    def _bill(self, lines: tuple[Row, ...], person: int | None = None, **more: Any) -> None:
        self.crm.append(
            self._invoice(next(self._people) if person is None else person, lines, **more)
        )

    def _bill_taxed(self, rate: str, person: int) -> None:
        """One line whose tax is a whole number of cents, county by county."""
        product, _ = self._dice.choice(self._sold)
        price = str(40 * self._dice.randrange(1, 20))
        line = {**self._line(product), "price": price, "quantity": "1", "tax_rate": rate}
        self._bill((line,), person)

    def _invoice(
        self, person: int | None, lines: tuple[Row, ...], *, status: str = "open", **more: Any
    ) -> CrmInvoice:
        own = {name: more.pop(name) for name in list(more) if name.startswith("hs_")}
        changed = self._dice.randrange(1, STARTED - 2)
        ages = {"changed": changed, "dated": self._dice.randrange(changed, changed + 20)}
        return CrmInvoice(person, lines, {"hs_invoice_status": status} | own, **(ages | more))

    def _book(
        self,
        lines: tuple[Any, ...],
        person: int | None = None,
        *,
        is_void: bool = False,
        **own: Any,
    ) -> None:
        customer = self._customer_of(next(self._people) if person is None else person)
        dated = self._dice.randrange(4, CLOSED - 5)
        self.books.append(BooksInvoice(customer, lines, own, dated, is_void))

    def _lines(self) -> tuple[Row, ...]:
        return tuple(self._line(product) for product, _ in self._some())

    def _line(self, product: int) -> Row:
        row = self._products[product]
        copied = {name: row[name] for name in ("name", "price", "hs_sku") if name in row}
        return {**copied, "product": product, "quantity": str(self._dice.randrange(1, 9))}

    def _positions(self) -> tuple[_Sold, ...]:
        return tuple(
            (item, self._dice.randrange(1, 9), _price(self._products[product]), "")
            for product, item in self._some()
        )

    def _some(self) -> list[tuple[int, int]]:
        return self._dice.sample(self._sold, self._dice.randrange(1, 6))

    def _customer_of(self, person: int) -> int:
        return self._customers[self._contacts[person]["email"]]

    def _those(self, is_meant: Any) -> Iterator[int]:
        return (n for n, one in enumerate(self._contacts) if is_meant(one))


_TENTH = {
    "DetailType": "DiscountLineDetail",
    "DiscountLineDetail": {"PercentBased": True, "DiscountPercent": 10},
}


def _paid(amount: Decimal) -> dict[str, str]:
    return {"hs_initial_amount": str(amount)}


def _price(product: Row) -> Decimal:
    return Decimal(product["price"])


def worth(lines: tuple[Row, ...]) -> Decimal:
    """What whole numbers of things come to, without tax and discounts."""
    return sum((Decimal(line["price"]) * Decimal(line["quantity"]) for line in lines), Decimal(0))


def add_billing(dice: random.Random, found: DataSet, equal: set[str]) -> None:
    """Give the data set its invoices, payments, taxes and settings."""
    made = Billing(dice, found, equal)
    made.build()
    found.crm_invoices, found.books_invoices = made.crm, made.books
    found.books_payments, found.items = made.payments, made.items
    found.tax_rates, found.currencies = TAX_RATES, CURRENCIES
    found.books_settings, found.closed = BOOKS, CLOSED
