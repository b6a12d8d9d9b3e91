"""The indexes of the store agree with its records after any history; new types are definitions."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress

import pytest

from integrations.sandbox.assemble import make_sandbox
from integrations.sandbox.core import HandClock
from integrations.sandbox.hubspot.asked import parse
from integrations.sandbox.hubspot.definitions import Group, ObjectDefinition
from integrations.sandbox.hubspot.property_kinds import derived, number, text
from integrations.sandbox.hubspot.provider import HubSpot
from integrations.sandbox.hubspot.refusals import Refusal
from tests.sandbox.conftest import START
from tests.sandbox.hubspot_account import OBJECTS, Account, where

STEPS = 150


class History:
    """Random things that people do to contacts and companies."""

    def __init__(self, seed: int, real_limits: bool) -> None:
        self.dice = random.Random(seed)
        self.clock = HandClock(START)
        self.hubspot: HubSpot = make_sandbox(clock=self.clock, real_limits=real_limits).hubspot
        self.actions: list[Callable[[], object]] = [
            *[self.add] * 4,
            self.add_company,
            self.add_company,
            self.update,
            self.update,
            self.delete,
            self.restore,
            self.merge,
            self.link,
            self.link,
            self.unlink,
            self.forget,
        ]

    def step(self) -> None:
        # Refusals (an address that is taken, nobody there) are part of the history.
        with suppress(Refusal, IndexError):
            self.dice.choice(self.actions)()
        self.clock.advance(self.dice.choice([0, 0, 0.2, 1]))

    def one(self, object_type: str = "contacts") -> str:
        return self.dice.choice(list(self.hubspot.all(object_type)))

    def email(self) -> str:
        return f"{self.dice.randrange(30)}@example.org"

    def add(self) -> None:
        second = self.email() if self.dice.random() < 0.3 else ""
        self.hubspot.add_contact(email=self.email(), hs_additional_emails=second)

    def add_company(self) -> None:
        self.hubspot.add_company(name=self.dice.choice(["Acme", "Zenith"]))

    def update(self) -> None:
        city = self.dice.choice(["", "Ghent", "Bruges"])
        self.hubspot.update("contacts", self.one(), email=self.email(), city=city)

    def delete(self) -> None:
        object_type = self.dice.choice(["contacts", "contacts", "companies"])
        self.hubspot.delete(object_type, self.one(object_type))

    def restore(self) -> None:
        object_type = self.dice.choice(["contacts", "companies"])
        archived = self.hubspot.crm.stores[object_type].archived
        self.hubspot.restore_record(object_type, str(self.dice.choice(archived)))

    def merge(self) -> None:
        object_type = self.dice.choice(["contacts", "companies"])
        one, two = self.one(object_type), self.one(object_type)
        if one != two:
            third = self.dice.random() < 0.5
            self.hubspot.merge(object_type, one, two, new_record=third)

    def link(self) -> None:
        primary = self.dice.random() < 0.7
        self.hubspot.link(self.one(), self.one("companies"), primary=primary)

    def unlink(self) -> None:
        self.hubspot.unlink(self.one(), self.one("companies"))

    def forget(self) -> None:
        self.hubspot.delete_for_good("contacts", self.one())


def check_indexes(hubspot: HubSpot) -> None:
    for store in hubspot.crm.stores.values():
        live = {i: record for i, record in store.records.items() if not record.archived_at}
        assert store.live == sorted(live)
        assert store.archived == sorted(set(store.records) - set(live))
        assert store.by_modified == sorted((record.updated, i) for i, record in live.items())
    contacts = hubspot.crm.stores["contacts"]
    owners: dict[str, int] = {}
    for contact_id in contacts.live:
        values = contacts.records[contact_id].values
        emails = [values.get("email", ""), *values.get("hs_additional_emails", "").split(";")]
        owners |= {email: contact_id for email in emails if email}
    for number_ in range(30):
        email = f"{number_}@example.org"
        assert contacts.owner_of("email", email) == owners.get(email)


def check_links(hubspot: HubSpot) -> None:
    links, contacts = hubspot.crm.links, hubspot.crm.stores["contacts"]
    companies = hubspot.crm.stores["companies"]
    for contact_id in contacts.records:
        held = links.of("contacts", "companies", contact_id)
        for company_id, type_ids in held.items():
            back = links.of("companies", "contacts", company_id)[contact_id]
            assert sorted(links.types[i].reverse for i in type_ids) == list(back)
            assert contacts.find(contact_id)
            assert companies.find(company_id)
        primaries = [company for company, type_ids in held.items() if 1 in type_ids]
        assert len(primaries) <= 1
        if contacts.find(contact_id):
            shown = contacts.records[contact_id].values.get("associatedcompanyid")
            assert shown == (str(primaries[0]) if primaries else None)


@pytest.mark.parametrize("real_limits", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_any_history_leaves_the_indexes_right(seed: int, real_limits: bool) -> None:
    history = History(seed, real_limits)

    for _ in range(STEPS):
        history.step()
        check_indexes(history.hubspot)
        check_links(history.hubspot)

    assert len(history.hubspot.crm.stores["contacts"].records) > 3
    before = history.hubspot.snapshot()
    history.hubspot.restore(before)
    check_indexes(history.hubspot)
    check_links(history.hubspot)
    assert history.hubspot.snapshot() == before


@pytest.mark.parametrize("seed", range(4))
def test_search_shows_what_was_there_before_the_lag(seed: int) -> None:
    history = History(seed, real_limits=True)
    hubspot, clock = history.hubspot, history.clock
    hubspot.set_search_lag(2)
    store = hubspot.crm.stores["contacts"]
    past: list[tuple[float, dict[str, dict[str, str]]]] = [(clock.time(), {})]

    for _ in range(STEPS):
        changed_at = clock.time()
        history.step()
        past.append((changed_at, hubspot.contacts))
        horizon = clock.time() - 2
        # Changes of the same instant are indexed together, so the instants matter, not the steps.
        expected = [seen for at, seen in past if at <= horizon]
        search = parse({"limit": 200}, 10)
        _, found = hubspot.searcher.run(store, search)
        shown = {str(r.id): store.values_of(r) for r in found}
        if expected:
            assert shown.keys() == expected[-1].keys()
            assert {i: v.get("city") for i, v in shown.items()} == {
                i: v.get("city") for i, v in expected[-1].items()
            }


WIDGETS = ObjectDefinition(
    name="widgets",
    singular="widget",
    type_id="2-77",
    scope="contacts",
    first_id=900001,
    modified="hs_lastmodifieddate",
    created="hs_createdate",
    defaults=("hs_object_id", "title"),
    required=("title",),
    groups=(Group("widgetinformation", "Widget"),),
    properties=(
        *derived("widgetinformation", "hs_lastmodifieddate", "hs_createdate"),
        text("title", "Title", "widgetinformation"),
        number("size", "Size", "widgetinformation"),
    ),
)


def test_a_new_object_type_is_a_definition(account: Account) -> None:
    account.hubspot.crm.define(WIDGETS)

    one = account.create("widgets", title="Cog", size="3")
    upserts = account.batch("2-77", "update", [{"id": one, "properties": {"size": "4"}}])

    assert upserts.status_code == 200
    assert account.get(f"{OBJECTS}/widget/{one}").json()["properties"] == {
        "hs_createdate": "2026-11-02T09:30:00.250Z",
        "hs_lastmodifieddate": "2026-11-02T09:30:00.250Z",
        "hs_object_id": one,
        "title": "Cog",
    }
    assert account.found("widgets", where("size", "GT", "3")) == [one]
    refused = account.post(f"{OBJECTS}/widgets", {"properties": {"size": "1"}})
    assert refused.json()["message"] == (
        "Error creating WIDGET. Some required properties were not set."
    )


def test_a_state_that_lay_for_an_hour_has_a_fresh_token() -> None:
    old = make_sandbox(clock=HandClock(START))
    later = HandClock(START)
    later.advance(3_600)
    later.ahead = 0.0
    new = make_sandbox(clock=later)

    new.restore(old.snapshot())

    ready = new.hubspot.ready("http://127.0.0.1")
    assert new.hubspot.tokens.valid("access", ready["access_token"])
    assert ready["refresh_token"] == old.hubspot.refresh_token
