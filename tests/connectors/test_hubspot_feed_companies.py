"""Contacts with fields of their companies, and what brings them again."""

from datetime import timedelta

import pytest

from integrations.contract import Record
from tests.connectors.rig import Rig

WITH_COMPANY = ("lastname", "company.name", "company.domain")
MINUTE = timedelta(minutes=1)


def load(rig: Rig, number: int) -> list[str]:
    """Contacts that all carry the present moment as their modified date."""
    rows = ({"lastname": f"Number {each}"} for each in range(number))
    return rig.sandbox.hubspot.load("contacts", rows, rig.clock.now())


def read(rig: Rig, cursor: str = "") -> tuple[list[Record], str]:
    return rig.read_all("contact", WITH_COMPANY, cursor)


@pytest.fixture
def company(hubspot: Rig) -> tuple[str, list[str]]:
    """A company with 250 contacts, the primary one of all."""
    id_ = hubspot.sandbox.hubspot.add_company(name="Acme", domain="acme.example.org")
    contacts = load(hubspot, 250)
    load(hubspot, 20)
    hubspot.sandbox.hubspot.load_links((contact, id_) for contact in contacts)
    hubspot.advance()
    return id_, contacts


def test_fields_of_the_primary_company_come_with_the_contact(
    hubspot: Rig, company: tuple[str, list[str]]
) -> None:
    before = hubspot.calls

    records, _ = read(hubspot)

    linked = [one for one in records if one.fields["company.name"] == "Acme"]
    assert sorted(one.id for one in linked) == sorted(company[1])
    assert {one.fields["company.domain"] for one in linked} == {"acme.example.org"}
    assert len(records) == 270
    # Two lists of properties, three pages, one company, the archived, two searches.
    assert hubspot.calls - before == 9


def test_a_renamed_company_brings_its_contacts_back(
    hubspot: Rig, company: tuple[str, list[str]]
) -> None:
    _, cursor = read(hubspot)
    hubspot.advance()
    hubspot.sandbox.hubspot.update("companies", company[0], name="Acme Ltd")
    hubspot.advance(timedelta(minutes=5))

    records, cursor = read(hubspot, cursor)

    assert sorted(one.id for one in records) == sorted(company[1])
    assert {one.fields["company.name"] for one in records} == {"Acme Ltd"}
    for _ in range(3):
        hubspot.advance(MINUTE)
        again, cursor = read(hubspot, cursor)
        assert again == []


def test_a_company_of_many_costs_nothing_while_nothing_changes(
    hubspot: Rig, company: tuple[str, list[str]]
) -> None:
    _, cursor = read(hubspot)
    hubspot.advance()
    before = hubspot.calls

    read(hubspot, cursor)

    # The archived, the contacts, the companies.
    assert hubspot.calls - before == 3


def test_a_contact_that_moves_to_another_company_shows_the_new_one(
    hubspot: Rig, company: tuple[str, list[str]]
) -> None:
    _, cursor = read(hubspot)
    hubspot.advance()
    other = hubspot.sandbox.hubspot.add_company(name="Other")
    moved = company[1][3]
    hubspot.sandbox.hubspot.link(moved, other)
    hubspot.advance(timedelta(minutes=5))

    records, _ = read(hubspot, cursor)

    latest = {record.id: record.fields["company.name"] for record in records}
    assert latest == {moved: "Other"}


def test_a_hundred_companies_renamed_at_once_are_looked_up_together(hubspot: Rig) -> None:
    companies = [hubspot.sandbox.hubspot.add_company(name=f"C{each}") for each in range(230)]
    contacts = load(hubspot, 230)
    hubspot.sandbox.hubspot.load_links(zip(contacts, companies, strict=True))
    hubspot.advance()
    _, cursor = read(hubspot)
    hubspot.advance()
    for id_ in companies:
        hubspot.sandbox.hubspot.update("companies", id_, domain="new.example.org")
    hubspot.advance()
    before = hubspot.calls

    records, _ = read(hubspot, cursor)

    assert len({one.id for one in records}) == 230
    assert {one.fields["company.domain"] for one in records} == {"new.example.org"}
    assert hubspot.calls - before <= 10


def test_the_company_of_a_contact_is_read_with_the_contact(hubspot: Rig) -> None:
    person, company = (
        hubspot.sandbox.hubspot.add_contact(email="ann@example.org"),
        hubspot.sandbox.hubspot.add_company(name="Acme"),
    )
    hubspot.sandbox.hubspot.link(person, company)
    hubspot.connector.fields("contact")
    before = hubspot.calls

    (record,) = hubspot.connector.read("contact", [person], ["associatedcompanyid"])

    assert dict(record.fields) == {"associatedcompanyid": company}
    assert hubspot.calls - before == 1
