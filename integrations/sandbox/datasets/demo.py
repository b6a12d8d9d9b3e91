"""The demo company: some 3,000 contacts, 800 companies and 400 products, most on both sides.

What goes wrong is planted group by group, so that it can be counted: see PLANTED. It is made for
contacts matched by e-mail, customers named after the contact's primary company, else after the
person, and a filter on lifecycle stage "customer"; products are matched by SKU. What these people
buy, and how they pay, is in demo_invoices.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from integrations.sandbox.datasets import words
from integrations.sandbox.datasets.demo_invoices import add_billing
from integrations.sandbox.datasets.demo_products import products_and_items
from integrations.sandbox.datasets.model import Contact, DataSet, Person, contact, customer
from integrations.sandbox.datasets.spelling import letters, respelled

CUSTOMER = "customer"
EARLIER_STAGES = (
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
)
LATER_STAGES = ("evangelist", "other")

# How many records of each kind there are. The first groups are fine.
PLANTED = {
    "companies without a contact": 74,
    "linked through a company, equal": 660,
    "linked persons, equal": 1250,
    "linked, telephone spelled differently": 90,
    "linked, other telephone": 60,
    "linked, moved": 40,
    "linked, other spelling of the name": 30,
    "linked, e-mail in capitals at the books": 20,
    "linked, past the customer stage": 40,
    "new companies' contacts": 60,
    "new persons": 230,
    "new persons without e-mail": 20,
    "not customers yet": 471,
    "only in the books": 150,
    "only in the books, without e-mail": 15,
    "inactive in the books": 25,
    # From here on each record cannot be written, or cannot be matched.
    "second contact of a company": 10,
    "name of a vendor": 2,
    "name of an employee": 1,
    "two customers share the e-mail": 4,
    "e-mail the books refuse": 3,
    "telephone too long": 3,
    "first name too long": 1,
    "e-mail too long": 1,
    "no name at all": 2,
    "colon in the company's name": 2,
    "e-mail shared by two new customers": 2,
    "e-mail the CRM refuses": 2,
}


class Demo:
    """Makes the rows, group after group, from one source of chance."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._names = self._every_name()
        self._company_names = self._every_company()
        self._used: set[str] = set()
        self.companies: list[dict[str, Any]] = []
        self.contacts: list[Contact] = []
        self.customers: list[dict[str, Any]] = []
        self.vendors: list[dict[str, Any]] = []
        self.employees: list[dict[str, Any]] = []
        # E-mail addresses of people whose two records are equal: they are the ones who buy.
        self.equal: set[str] = set()

    def build(self) -> DataSet:
        self._linked()
        self._new()
        self._not_yet()
        self._books_only()
        self._clashes()
        self._unfit()
        self._other_people()
        self._dice.shuffle(self.contacts)
        products, items = products_and_items(self._dice)
        made = DataSet(
            companies=self.companies,
            contacts=self.contacts,
            products=products,
            customers=self.customers,
            vendors=self.vendors,
            employees=self.employees,
            items=items,
            notes=dict(PLANTED),
        )
        add_billing(self._dice, made, self.equal)
        return made

    # Groups

    def _linked(self) -> None:
        for _ in range(PLANTED["linked through a company, equal"]):
            person, company = self._at_company()
            self._on_both(person, company=company)
            self.equal.add(person.email)
        for _ in range(PLANTED["linked persons, equal"]):
            person = self._person()
            self._on_both(person)
            self.equal.add(person.email)
        for number in range(PLANTED["linked, telephone spelled differently"]):
            person = self._person()
            self._on_both(person, Phone=respelled(person.phone, number))
        for _ in range(PLANTED["linked, other telephone"]):
            self._on_both(self._person(), Phone=self._phone("628"))
        for _ in range(PLANTED["linked, moved"]):
            person = self._person()
            old = replace(person, address=self._street(), zip="94199")
            self._on_both(person, BillAddr=customer(old)["BillAddr"])
        for _ in range(PLANTED["linked, other spelling of the name"]):
            person = self._person()
            self._on_both(person, GivenName=person.first[:1] + ".")
        for _ in range(PLANTED["linked, e-mail in capitals at the books"]):
            person = self._person()
            self._on_both(person, Email=person.email.upper())
        stages = itertools.cycle(LATER_STAGES)
        for _ in range(PLANTED["linked, past the customer stage"]):
            self._on_both(self._person(), stage=next(stages))

    def _new(self) -> None:
        for _ in range(PLANTED["new companies' contacts"]):
            person, company = self._at_company()
            self._in_crm(person, company=company)
        for _ in range(PLANTED["new persons"]):
            self._in_crm(self._person())
        for _ in range(PLANTED["new persons without e-mail"]):
            self._in_crm(self._person(), email=None)
        for _ in range(PLANTED["companies without a contact"]):
            self._company()

    def _not_yet(self) -> None:
        """People a customer filter leaves out; half of them work where a customer works."""
        stages = itertools.cycle(EARLIER_STAGES)
        for number in range(PLANTED["not customers yet"]):
            company = number % 500 if number % 2 else None
            person = self._person()
            if company is not None:
                person = replace(person, company=self.companies[company]["name"])
            self._in_crm(person, stage=next(stages), company=company)

    def _books_only(self) -> None:
        for number in range(PLANTED["only in the books"]):
            person = self._person()
            at = next(self._company_names) if number % 3 == 0 else ""
            self.customers.append(customer(replace(person, company=at)))
        for _ in range(PLANTED["only in the books, without e-mail"]):
            self.customers.append(customer(self._person(), Email=None))
        for _ in range(PLANTED["inactive in the books"]):
            person = self._person()
            name = f"{person.display_name} (deleted)"
            self.customers.append(
                customer(person, Active=False, DisplayName=name, FullyQualifiedName=name)
            )

    def _clashes(self) -> None:
        for number in range(PLANTED["second contact of a company"]):
            company = number * 7
            person = replace(self._person(), company=self.companies[company]["name"])
            self._in_crm(person, company=company)
        for _ in range(PLANTED["name of a vendor"]):
            person = self._person()
            self.vendors.append(customer(replace(person, email="", company="")))
            self._in_crm(person)
        for _ in range(PLANTED["name of an employee"]):
            person = self._person()
            self._employ(person)
            self._in_crm(person)
        for _ in range(PLANTED["two customers share the e-mail"]):
            person, company = self._at_company()
            self._on_both(person, company=company)
            twin = self._person()
            self.customers.append(customer(twin, Email=person.email))
        for _ in range(PLANTED["e-mail shared by two new customers"] // 2):
            email = self._person().email
            self.customers += [customer(self._person(), Email=email) for _ in range(2)]

    def _unfit(self) -> None:
        for _ in range(PLANTED["e-mail the books refuse"]):
            person = self._person()
            self._in_crm(person, email=f"{letters(person.last)}@localhost")
        for number in range(PLANTED["telephone too long"]):
            person = self._person()
            self._in_crm(person, phone=f"{person.phone} ext. {2230 + number} (ask for accounts)")
        for _ in range(PLANTED["first name too long"]):
            first = " ".join(words.FIRST_NAMES[:20])
            self._in_crm(replace(self._person(), first=first))
        for _ in range(PLANTED["e-mail too long"]):
            person = self._person()
            self._in_crm(
                person, email=f"{'accounts-payable-' * 3}{'x' * 12}@{'mail-' * 9}room.example"
            )
        for number in range(PLANTED["no name at all"]):
            email = f"info{number}@nameless.example"
            self._in_crm(Person("", "", email))
        for number in range(PLANTED["colon in the company's name"]):
            name = f"{words.COMPANY_FIRST[number]}: Trade {words.COMPANY_LAST[number]}"
            company = self._company(name)
            self._in_crm(replace(self._person(), company=name), company=company)
        for _ in range(PLANTED["e-mail the CRM refuses"]):
            person = self._person()
            self.customers.append(customer(person, Email=f"{letters(person.last)}@at@home.example"))

    def _other_people(self) -> None:
        for _ in range(25):
            name = f"{next(self._company_names)} Wholesale"
            self.vendors.append(customer(replace(self._person(), company=name)))
        for _ in range(10):
            self._employ(self._person())

    # One record

    def _on_both(
        self, person: Person, *, stage: str = CUSTOMER, company: int | None = None, **differs: Any
    ) -> None:
        self.contacts.append(contact(person, stage, company))
        self.customers.append(customer(person, **differs))

    def _in_crm(
        self, person: Person, *, stage: str = CUSTOMER, company: int | None = None, **differs: Any
    ) -> None:
        self.contacts.append(contact(person, stage, company, **differs))

    def _employ(self, person: Person) -> None:
        fields = {"DisplayName": person.full_name, "GivenName": person.first}
        self.employees.append(fields | {"FamilyName": person.last, "Phone": person.phone})

    def _at_company(self) -> tuple[Person, int]:
        company = self._company()
        row = self.companies[company]
        person = self._person(row["domain"])
        return replace(person, company=row["name"]), company

    def _company(self, name: str = "") -> int:
        name = name or next(self._company_names)
        domain = f"{letters(name)}.example"
        stage = self._dice.choice((CUSTOMER, CUSTOMER, CUSTOMER, *EARLIER_STAGES))
        city, state, _, area = self._dice.choice(words.PLACES)
        self.companies.append(
            {
                "name": name,
                "domain": domain,
                "phone": self._phone(area),
                "city": city,
                "state": state,
                "country": "United States",
                "lifecyclestage": stage,
            }
        )
        return len(self.companies) - 1

    def _person(self, domain: str = "") -> Person:
        first, last = next(self._names)
        city, state, zip_start, area = self._dice.choice(words.PLACES)
        return Person(
            first=first,
            last=last,
            email=self._email(first, last, domain),
            phone=self._phone(area),
            address=self._street(),
            city=city,
            state=state,
            zip=f"{zip_start}{self._dice.randrange(100):02d}",
        )

    def _email(self, first: str, last: str, domain: str) -> str:
        at = domain or self._dice.choice(("mail.example", "post.example", "inbox.example"))
        name = f"{letters(first)}.{letters(last)}"
        email = f"{name}@{at}"
        if email in self._used:
            email = f"{name}{len(self._used)}@{at}"
        self._used.add(email)
        return email

    def _phone(self, area: str) -> str:
        return f"({area}) 555-{self._dice.randrange(10000):04d}"

    def _street(self) -> str:
        number = self._dice.randrange(1, 9900)
        street = self._dice.choice(words.STREETS)
        return f"{number} {street} {self._dice.choice(words.STREET_KINDS)}"

    def _every_name(self) -> Iterator[tuple[str, str]]:
        pairs = list(itertools.product(words.FIRST_NAMES, words.LAST_NAMES))
        self._dice.shuffle(pairs)
        return iter(pairs)

    def _every_company(self) -> Iterator[str]:
        pairs = list(itertools.product(words.COMPANY_FIRST, words.COMPANY_SECOND))
        self._dice.shuffle(pairs)
        endings = itertools.cycle(words.COMPANY_LAST)
        for number, (first, second) in enumerate(pairs):
            name = f"{first} {second} {next(endings)}"
            # Some names are as long as people make them.
            yield (
                f"{name} dba {first} {second} of the Greater Bay Area" if number % 97 == 0 else name
            )


def build(seed: int) -> DataSet:
    return Demo(seed).build()
