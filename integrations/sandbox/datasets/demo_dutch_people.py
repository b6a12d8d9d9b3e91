"""The Dutch demo's people: some 900, most at one of its companies, some customers themselves."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from integrations.sandbox.datasets import dutch_words as words
from integrations.sandbox.datasets.dutch_company import PAYMENT_CONDITION, DutchCompany
from integrations.sandbox.datasets.exact_model import BooksContact
from integrations.sandbox.datasets.model import Contact
from integrations.sandbox.datasets.spelling import letters

# How many people of each kind there are. The first groups are fine.
PLANTED = {
    "people on both, equal": 500,
    "people on both, other telephone": 8,
    "people on both, e-mail in capitals at the books": 6,
    "new people of customers": 24,
    "people of companies that are not customers": 200,
    "private customers, on both": 50,
    "private customers, new": 10,
    "private persons, not customers yet": 60,
    "people with a very long name": 2,
    # From here on each person cannot be written, or cannot be matched.
    "people without a name": 4,
    "e-mail at a company twice in the books": 3,
    "e-mail that Exact refuses": 3,
}
# Companies whose people can be on both sides.
_KNOWN = frozenset({"equal", "differs"})


@dataclass(frozen=True)
class _Person:
    first: str
    last: str
    email: str
    phone: str
    mobile: str
    job: str

    def properties(self, stage: str) -> dict[str, Any]:
        return {
            "firstname": self.first,
            "lastname": self.last,
            "email": self.email.lower(),
            "phone": self.phone,
            "mobilephone": self.mobile,
            "jobtitle": self.job,
            "lifecyclestage": stage,
        }

    def contact(self) -> dict[str, Any]:
        """The person as a contact at Exact."""
        return {
            "FirstName": self.first,
            "LastName": self.last,
            "Email": self.email,
            "Phone": self.phone,
            "Mobile": self.mobile,
            "JobTitleDescription": self.job,
        }


class DutchPeople:
    def __init__(self, dice: random.Random, companies: Sequence[DutchCompany]) -> None:
        self._dice = dice
        self._companies = companies
        self._names = self._every_name()
        self.contacts: list[Contact] = []
        self.books_contacts: list[BooksContact] = []
        # Private customers at Exact, beside the companies' accounts.
        self._private: list[dict[str, Any]] = []
        # Places of the contacts: by their company, and of the private customers on both sides.
        self.at: dict[int, int] = {}
        self.private_on_both: dict[int, int] = {}
        self.private_new: list[int] = []
        self.notes = dict(PLANTED)
        self._build()

    def accounts(self, first: int) -> list[dict[str, Any]]:
        """The private customers' accounts; the first one's place is `first`."""
        self.private_on_both = {at: first + n for at, n in self.private_on_both.items()}
        return self._private

    def _build(self) -> None:
        known, new, others = (self._places(kind) for kind in (_KNOWN, {"new"}, {"excluded"}))
        for _ in range(PLANTED["people on both, equal"]):
            self._on_both(next(known))
        for _ in range(PLANTED["people on both, other telephone"]):
            self._on_both(next(known), Phone=f"088-{self._dice.randrange(1000000, 9999999)}")
        for _ in range(PLANTED["people on both, e-mail in capitals at the books"]):
            place = next(known)
            person = self._person(place)
            self._on_both(place, person, Email=person.email.upper())
        both = itertools.chain.from_iterable(zip(new, known, strict=False))
        for _ in range(PLANTED["new people of customers"]):
            self._at_company(next(both))
        for _ in range(PLANTED["people of companies that are not customers"]):
            self._at_company(next(others), stage="lead")
        self._private_customers()
        self._unfit(known)

    def _private_customers(self) -> None:
        for _ in range(PLANTED["private customers, on both"]):
            person = self._person(None)
            self.private_on_both[len(self.contacts)] = len(self._private)
            self.contacts.append(Contact(person.properties("customer")))
            self._private.append(_private_account(person))
        for _ in range(PLANTED["private customers, new"]):
            self.private_new.append(len(self.contacts))
            self.contacts.append(Contact(self._person(None).properties("customer")))
        for _ in range(PLANTED["private persons, not customers yet"]):
            self.contacts.append(Contact(self._person(None).properties("lead")))

    def _unfit(self, known: Iterator[int]) -> None:
        for number in range(PLANTED["people without a name"]):
            place = next(known)
            email = f"info{number}@{self._companies[place].domain}"
            self._add(place, {"email": email, "lifecyclestage": "customer"})
        for _ in range(PLANTED["e-mail at a company twice in the books"]):
            place = next(known)
            person = self._person(place)
            self._on_both(place, person)
            self._book(place, self._person(place), Email=person.email)
        for number in range(PLANTED["e-mail that Exact refuses"]):
            place = next(known)
            person = self._person(place)
            email = f"{letters(person.last)}{number}@localhost"
            self._add(place, person.properties("customer") | {"email": email})
        for number in range(PLANTED["people with a very long name"]):
            place = next(known)
            last = " ".join(words.LAST_NAMES[number * 9 : number * 9 + 9])
            person = self._person(place)
            self._add(place, person.properties("customer") | {"lastname": last})

    # One person

    def _on_both(self, place: int, person: _Person | None = None, **differs: Any) -> None:
        person = person or self._person(place)
        self._at_company(place, person)
        self._book(place, person, **differs)

    def _book(self, place: int, person: _Person, **differs: Any) -> None:
        at = self._companies[place].account_place
        if at is None:
            raise AssertionError("Only companies that Exact knows have contacts there.")
        self.books_contacts.append(BooksContact(at, person.contact() | differs))

    def _at_company(
        self, place: int, person: _Person | None = None, stage: str = "customer"
    ) -> None:
        person = person or self._person(place)
        self._add(place, person.properties(stage))

    def _add(self, place: int, properties: dict[str, Any]) -> None:
        self.at.setdefault(place, len(self.contacts))
        self.contacts.append(Contact(properties, place))

    def _person(self, company: int | None) -> _Person:
        first, last = next(self._names)
        at = "post.example" if company is None else self._companies[company].domain
        number = self._dice.randrange(10_000_000, 99_999_999)
        return _Person(
            first=first,
            last=last,
            email=f"{letters(first)}.{letters(last)}@{at}",
            phone="" if company is None else self._companies[company].phone,
            mobile=f"06-{number}",
            job="" if company is None else self._dice.choice(words.JOBS),
        )

    def _places(self, kinds: frozenset[str] | set[str]) -> Iterator[int]:
        """The places of the companies of some kinds, again and again."""
        found = [n for n, company in enumerate(self._companies) if company.kind in kinds]
        return itertools.cycle(found)

    def _every_name(self) -> Iterator[tuple[str, str]]:
        pairs = list(itertools.product(words.FIRST_NAMES, words.LAST_NAMES))
        self._dice.shuffle(pairs)
        return iter(pairs)


def _private_account(person: _Person) -> dict[str, Any]:
    """A private customer, as an account of its own."""
    return {
        "Name": f"{person.first} {person.last}",
        "Email": person.email,
        "Phone": person.mobile,
        "Country": "NL",
        "Status": "C",
        "PaymentConditionSales": PAYMENT_CONDITION,
    }
