"""What the customer has before anything is done: divisions, people, ledgers and lists."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from integrations.sandbox.exact import documents
from integrations.sandbox.exact.division import Books, Division, Person, Shared
from integrations.sandbox.exact.resources import Entity

MAIN = 1234567
SECOND = 1234568
NOT_GRANTED = 1234569
NOT_THEIRS = 1234570
_PEOPLE = (
    ("Sanne", "de Vries", "sanne@voorbeeld.example"),
    ("Joost", "Bakker", "joost@voorbeeld.example"),
    ("Fatima", "El Amrani", "fatima@voorbeeld.example"),
)
_LEDGERS = (
    ("1100", "Bank", 12, "D", "B"),
    ("1300", "Debiteuren", 20, "D", "B"),
    ("1500", "Af te dragen btw hoog", 24, "C", "B"),
    ("1510", "Af te dragen btw laag", 24, "C", "B"),
    ("1600", "Crediteuren", 22, "C", "B"),
    ("4000", "Algemene kosten", 121, "D", "W"),
    ("7000", "Kostprijs van de omzet", 111, "D", "W"),
    ("8000", "Omzet hoog", 110, "C", "W"),
    ("8010", "Omzet laag", 110, "C", "W"),
    ("8020", "Omzet diensten", 110, "C", "W"),
    ("8030", "Omzet binnen de EU", 110, "C", "W"),
    ("8900", "Omzet oud", 110, "C", "W"),
    ("9000", "Bijzondere baten", 140, "C", "W"),
)
_VAT = (
    # Code, name, fraction, and whether prices are E(xclusive) or I(nclusive); N without VAT.
    ("0", "Geen btw", 0, "N"),
    ("1", "Btw laag tarief, inclusief", 0.09, "I"),
    ("2", "Btw hoog tarief, inclusief", 0.21, "I"),
    ("3", "Btw laag tarief, exclusief", 0.09, "E"),
    ("4", "Btw hoog tarief, exclusief", 0.21, "E"),
    ("7", "Leveringen binnen de EU", 0, "N"),
)
_JOURNALS = (
    ("10", "Kas", 10, "1100"),
    ("20", "Bank", 12, "1100"),
    ("60", "Inkoopboek", 22, "1600"),
    ("70", "Verkoopboek", 20, "1300"),
    ("71", "Verkoopboek EU", 20, "1300"),
    ("90", "Memoriaal", 90, "1100"),
)
_CONDITIONS = (("00", "Contant", 0), ("14", "14 dagen", 14), ("30", "30 dagen", 30))
_UNITS = (
    ("pc", "Stuk", "O", 1),
    ("hour", "Uur", "T", 0),
    ("month", "Maand", "T", 0),
    ("km", "Kilometer", "L", 0),
)
_GROUPS = (("00001", "Handelsgoederen", "8000", 1), ("00002", "Diensten", "8020", 0))
_CURRENCIES = (("EUR", "Euro"), ("USD", "US dollar"), ("GBP", "Pond sterling"))
_SOURCES = (("01", "Website"), ("02", "Beurs"), ("03", "Aanbeveling"))
_CLASSES = (("A", "Grote klant"), ("B", "Vaste klant"), ("C", "Kleine klant"))


def people(seed: int) -> list[Person]:
    """The first of them is who consents to the app."""
    return [
        Person(str(uuid.uuid5(uuid.NAMESPACE_URL, f"exact/{seed}/{email}")), first, last, email)
        for first, last, email in _PEOPLE
    ]


def divisions(shared: Shared) -> dict[int, Division]:
    """Two that the app may enter, one not granted to it and one that is not the user's."""
    listed = (
        Books(MAIN, "Voorbeeld Handel B.V.", 1, is_main=True),
        Books(SECOND, "Voorbeeld Diensten B.V.", 2, vat_number="NL001234568B01"),
        Books(NOT_GRANTED, "Voorbeeld Vastgoed B.V.", 3, app_may_enter=False),
        Books(NOT_THEIRS, "Voorbeeld Holding B.V.", 4, user_may_enter=False),
    )
    found = {books.code: Division(shared, books) for books in listed}
    for division in found.values():
        open_books(division)
    return found


def open_books(division: Division) -> None:
    """The lists that every division begins with."""
    shared = division.shared
    for person in shared.people:
        _put(division, "system/Users", _user(person))
    for code, name in _CURRENCIES:
        _put(division, "general/Currencies", {"Code": code, "Description": name})
    _lists(division)
    ledgers = _ledgers(division)
    for code, name, kind, ledger in _JOURNALS:
        values = {"Code": code, "Description": name, "Type": kind, "GLAccount": ledgers[ledger]}
        _put(division, "financial/Journals", values | {"Currency": division.currency})
    for code, name, ledger, usual in _GROUPS:
        values = {"Code": code, "Description": name, "GLRevenue": ledgers[ledger]}
        _put(division, "logistics/ItemGroups", values | {"IsDefault": usual})
    documents.open_books(division)


def _user(person: Person) -> dict[str, Any]:
    return {
        "UserID": person.id,
        "FirstName": person.first_name,
        "LastName": person.last_name,
        "FullName": person.full_name,
        "Email": person.email,
        "UserName": person.email,
        "Language": person.language,
    }


def _lists(division: Division) -> None:
    for code, name, days in _CONDITIONS:
        values = {"Code": code, "Description": name, "PaymentDays": days}
        _put(division, "cashflow/PaymentConditions", values)
    for code, name, rate, kind in _VAT:
        values = {"Code": code, "Description": name, "Percentage": rate, "Type": kind}
        _put(division, "vat/VATCodes", values | {"Country": division.books.country})
    for code, name, kind, main in _UNITS:
        values = {"Code": code, "Description": name, "Type": kind, "Main": main, "Active": True}
        _put(division, "logistics/Units", values)
    for code, name in _SOURCES:
        _put(division, "crm/LeadSources", {"Code": code, "Description": name})
    for code, name in _CLASSES:
        _put(division, "crm/AccountClassifications", {"Code": code, "Description": name})


def _ledgers(division: Division) -> dict[str, str]:
    """The ids of the ledgers by their codes."""
    found = {}
    for code, name, kind, side, sort in _LEDGERS:
        values = {"Code": code, "Description": name, "Type": kind, "BalanceSide": side}
        blocked = {"IsBlocked": name.endswith("oud"), "BalanceType": sort}
        found[code] = _put(division, "financial/GLAccounts", values | blocked)
    return found


def _put(division: Division, path: str, values: Mapping[str, Any]) -> str:
    entity: Entity = division.shared.entities[path]
    return division.save(entity, {**entity.defaults, **values}).id
