"""The Dutch demo: an installer's some 600 companies, half of them already customers at Exact.

What goes wrong is planted group by group, so that it can be counted: see PLANTED here and in its
neighbours. It is made for companies matched by VAT number, chamber number, domain and name, and a
filter on lifecycle stage "customer". Products are in demo_dutch_products, people in
demo_dutch_people, and what is sold in demo_dutch_deals.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from integrations.sandbox.datasets import dutch_words as words
from integrations.sandbox.datasets.demo_dutch_deals import PIPELINES, DutchDeals
from integrations.sandbox.datasets.demo_dutch_people import DutchPeople
from integrations.sandbox.datasets.demo_dutch_products import DutchProducts
from integrations.sandbox.datasets.dutch_company import DutchCompany
from integrations.sandbox.datasets.exact_model import ExactDataSet, OpportunityStage
from integrations.sandbox.datasets.spelling import letters

CUSTOMER = "customer"
EARLIER_STAGES = (
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
)
# HubSpot has no property for them: every Dutch company makes its own.
VAT_PROPERTY, CHAMBER_PROPERTY = "btw_nummer", "kvk_nummer"
PROPERTIES = {
    "companies": tuple(
        {
            "name": name,
            "label": label,
            "type": "string",
            "fieldType": "text",
            "groupName": "companyinformation",
        }
        for name, label in ((VAT_PROPERTY, "Btw-nummer"), (CHAMBER_PROPERTY, "KvK-nummer"))
    )
}
OPPORTUNITY_STAGES = tuple(
    OpportunityStage(label, status, Decimal(probability))
    for label, status, probability in (
        ("Kennismaking", 1, "0.1"),
        ("Offerte", 1, "0.4"),
        ("Onderhandeling", 1, "0.7"),
        ("Opdracht", 2, "1"),
        ("Afgewezen", 3, "0"),
    )
)
# The books are closed up to the end of the month this many days ago.
CLOSED = 60

# How many companies of each kind there are. The first groups are fine.
PLANTED = {
    "on both, equal": 300,
    "on both, VAT number spelled differently": 10,
    "on both, other telephone": 10,
    "on both, moved": 6,
    "on both, known by the chamber number": 6,
    "on both, known by the domain": 5,
    "on both, known by the name": 5,
    "new customers": 22,
    "not customers yet": 200,
    "only in the books": 40,
    "with a very long name": 3,
    # From here on each company cannot be written or matched, or cannot be invoiced.
    "two accounts share the VAT number": 5,
    "two companies share the VAT number": 3,
    "no name": 3,
    "blocked in the books": 6,
    "prospects in the books": 6,
    "no longer active in the books": 2,
}


class Demo:
    """Makes the rows, group after group, from one source of chance."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._names = self._every_name()
        self._numbers = itertools.count(1_000_001)
        self.companies: list[DutchCompany] = []
        self.accounts: list[dict[str, Any]] = []

    def build(self) -> ExactDataSet:
        self._on_both()
        self._one_sided()
        self._clashes()
        self._barred()
        products = DutchProducts(self._dice)
        people = DutchPeople(self._dice, self.companies)
        deals = DutchDeals(self._dice, self.companies, people, products)
        return ExactDataSet(
            companies=[company.properties() for company in self.companies],
            contacts=people.contacts,
            products=products.products,
            deals=deals.deals,
            accounts=[*self.accounts, *people.accounts(len(self.accounts))],
            books_contacts=people.books_contacts,
            items=products.items,
            sales=deals.sales,
            properties=PROPERTIES,
            pipelines=PIPELINES,
            currencies=("EUR", "USD", "SEK"),
            opportunity_stages=OPPORTUNITY_STAGES,
            closed=CLOSED,
            notes=dict(PLANTED) | people.notes | products.notes | deals.notes,
        )

    # Groups

    def _on_both(self) -> None:
        for _ in range(PLANTED["on both, equal"]):
            self._known("equal")
        for number in range(PLANTED["on both, VAT number spelled differently"]):
            company = self._company("equal")
            self._book(company, VATNumber=company.respelled_vat(number))
        for _ in range(PLANTED["on both, other telephone"]):
            self._known("differs", Phone=f"085-{self._dice.randrange(1000000, 9999999)}")
        for _ in range(PLANTED["on both, moved"]):
            self._known("differs", AddressLine1=self._street(), Postcode="1234 AB")
        for _ in range(PLANTED["on both, known by the chamber number"]):
            self._known("equal", VATNumber=None)
        for _ in range(PLANTED["on both, known by the domain"]):
            self._known("equal", VATNumber=None, ChamberOfCommerce=None)
        for _ in range(PLANTED["on both, known by the name"]):
            bare = {"VATNumber": None, "ChamberOfCommerce": None}
            self._known("equal", Website=None, Email=None, **bare)

    def _one_sided(self) -> None:
        for _ in range(PLANTED["new customers"]):
            self._company("new")
        stages = itertools.cycle(EARLIER_STAGES)
        for _ in range(PLANTED["not customers yet"]):
            self._company("excluded", stage=next(stages))
        for _ in range(PLANTED["only in the books"]):
            self.accounts.append(self._made("books only").account())

    def _clashes(self) -> None:
        for _ in range(PLANTED["two accounts share the VAT number"]):
            company = self._known("ambiguous")
            twin = self._made("books only")
            self.accounts.append(twin.account(VATNumber=company.vat))
        for number in range(PLANTED["two companies share the VAT number"]):
            self._company("twin", vat=self.companies[number * 11].vat)
        for _ in range(PLANTED["no name"]):
            self._company("refused", name="")
        for number in range(PLANTED["with a very long name"]):
            place = words.PLACES[number][0]
            long = f"Stichting tot Bevordering van Duurzame Warmte en Koude in {place} en Omstreken"
            self._company("new", name=long)

    def _barred(self) -> None:
        for _ in range(PLANTED["blocked in the books"]):
            self._known("blocked", Blocked=True)
        for _ in range(PLANTED["prospects in the books"]):
            self._known("prospect", Status="P")
        for _ in range(PLANTED["no longer active in the books"]):
            self._known("ended", EndDate="2024-12-31")

    # One record

    def _known(self, kind: str, **differs: Any) -> DutchCompany:
        """A company on both sides."""
        company = self._company(kind)
        self._book(company, **differs)
        return company

    def _book(self, company: DutchCompany, **differs: Any) -> None:
        company.account_place = len(self.accounts)
        self.accounts.append(company.account(**differs))

    def _company(self, kind: str, **given: Any) -> DutchCompany:
        company = self._made(kind, **given)
        self.companies.append(company)
        return company

    def _made(
        self, kind: str, *, name: str | None = None, stage: str = CUSTOMER, vat: str = ""
    ) -> DutchCompany:
        own = next(self._names)
        town, postcode, area = self._dice.choice(words.PLACES)
        number = next(self._numbers)
        return DutchCompany(
            kind=kind,
            name=own if name is None else name,
            domain=f"{letters(own)}.example",
            vat=vat or vat_number(number * 97 % 90_000_000 + 10_000_000),
            chamber=str(number * 7919 % 90_000_000 + 10_000_000),
            phone=f"{area}-{self._dice.randrange(10 ** (9 - len(area)), 10 ** (10 - len(area)))}",
            street=self._street(),
            postcode=f"{postcode}{self._dice.randrange(10)} {self._dice.choice('ABCDEFGHJK')}"
            f"{self._dice.choice('LMNPRSTVWX')}",
            town=town,
            stage=stage,
        )

    def _street(self) -> str:
        return f"{self._dice.choice(words.STREETS)} {self._dice.randrange(1, 240)}"

    def _every_name(self) -> Iterator[str]:
        pairs = list(itertools.product(words.COMPANY_FIRST, words.COMPANY_SECOND))
        self._dice.shuffle(pairs)
        forms = itertools.cycle(words.LEGAL_FORMS)
        return (f"{first} {second} {next(forms)}" for first, second in pairs)


def vat_number(eight: int) -> str:
    """A Dutch VAT number whose ninth digit checks the eight before it."""
    for digits in itertools.count(eight):
        weighed = sum(
            int(digit) * weight for digit, weight in zip(str(digits), range(9, 1, -1), strict=True)
        )
        if weighed % 11 < 10:
            return f"NL{digits}{weighed % 11}B01"
    raise AssertionError("Ten of eleven numbers have a digit that checks them.")


def build(seed: int) -> ExactDataSet:
    return Demo(seed).build()
