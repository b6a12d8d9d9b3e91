"""What a person does in HubSpot's own screens, for tests, data sets and the control endpoint."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from threading import RLock
from typing import Any

from integrations.sandbox.hubspot import writing
from integrations.sandbox.hubspot.crm import Crm
from integrations.sandbox.hubspot.definitions import Property
from integrations.sandbox.hubspot.events import ACTIONS
from integrations.sandbox.hubspot.properties_api import parse_property
from integrations.sandbox.hubspot.refusals import Refusal, object_not_found
from integrations.sandbox.hubspot.rendering import Renderer
from integrations.sandbox.hubspot.shapes import record_number
from integrations.sandbox.hubspot.store import ObjectStore, Record
from integrations.sandbox.hubspot.values import milliseconds_of

EVERYTHING = tuple(action for action in ACTIONS if action != "propertyChange")


class Desk:
    """Changes by hand: validated like the API's, announced by webhooks, not counted as writes."""

    crm: Crm
    lock: RLock
    renderer: Renderer

    # Records ------------------------------------------------------------------------------

    def add(self, object_type: str, **properties: Any) -> str:
        """Create a record; its id."""
        with self.lock:
            store = self.crm.store(object_type)
            new = writing.check_create(self.crm, store, properties, None)
            return str(writing.create(self.crm, store, new, writing.SCREEN).id)

    def add_contact(self, **properties: Any) -> str:
        return self.add("contacts", **properties)

    def add_company(self, **properties: Any) -> str:
        return self.add("companies", **properties)

    def add_product(self, **properties: Any) -> str:
        return self.add("products", **properties)

    def update(self, object_type: str, record_id: str, **properties: Any) -> None:
        with self.lock:
            store, record = self._record(object_type, record_id)
            values = writing.check_update(store, record, properties)
            writing.update(self.crm, store, record, values, writing.SCREEN)

    def delete(self, object_type: str, record_id: str) -> None:
        """Into the recycle bin, from which `restore_record` takes it back."""
        with self.lock:
            store, record = self._record(object_type, record_id)
            writing.archive(self.crm, store, record, writing.SCREEN)

    def restore_record(self, object_type: str, record_id: str) -> None:
        with self.lock:
            store, record = self._record(object_type, record_id, archived=True)
            writing.restore(self.crm, store, record)

    def delete_for_good(self, object_type: str, record_id: str) -> None:
        with self.lock:
            store, record = self._record(object_type, record_id)
            writing.delete_for_good(self.crm, store, record, writing.SCREEN)

    def merge(
        self, object_type: str, primary_id: str, other_id: str, *, new_record: bool = False
    ) -> str:
        """Merge two records; the id of the survivor, which is a third one with `new_record`."""
        with self.lock:
            store, primary = self._record(object_type, primary_id)
            loser = self._record(object_type, other_id)[1]
            survivor = writing.merge(
                self.crm, store, primary, loser, third=new_record, source=writing.SCREEN
            )
            return str(survivor.id)

    def get(self, object_type: str, record_id: str) -> dict[str, str]:
        """All properties of a live record that have a value."""
        with self.lock:
            store, record = self._record(object_type, record_id)
            return store.values_of(record)

    def all(self, object_type: str) -> dict[str, dict[str, str]]:
        """All live records: id -> properties."""
        with self.lock:
            store = self.crm.store(object_type)
            return {str(i): store.values_of(store.records[i]) for i in store.live}

    @property
    def contacts(self) -> dict[str, dict[str, str]]:
        return self.all("contacts")

    @property
    def companies(self) -> dict[str, dict[str, str]]:
        return self.all("companies")

    @property
    def products(self) -> dict[str, dict[str, str]]:
        return self.all("products")

    def _record(
        self, object_type: str, record_id: str, archived: bool = False
    ) -> tuple[ObjectStore, Record]:
        store = self.crm.store(object_type)
        record = store.find(record_number(str(record_id)), archived)
        if record is None:
            raise object_not_found(str(record_id))
        return store, record

    # Associations -------------------------------------------------------------------------

    def link(self, contact_id: str, company_id: str, *, primary: bool = True) -> None:
        """Associate a contact with a company."""
        with self.lock:
            store, contact = self._record("contacts", contact_id)
            company = self._record("companies", company_id)[1]
            kinds = tuple(self.crm.links.types[i] for i in ((1, 279) if primary else (279,)))
            wanted = writing.WantedLink("companies", company.id, kinds)
            writing.associate(self.crm, store, contact.id, wanted, writing.SCREEN)

    def unlink(self, contact_id: str, company_id: str) -> None:
        with self.lock:
            store, contact = self._record("contacts", contact_id)
            company_number = int(company_id)
            writing.disassociate(
                self.crm, store, contact.id, "companies", company_number, writing.SCREEN
            )

    def primary_company(self, contact_id: str) -> str | None:
        with self.lock:
            found = self.crm.links.primary("contacts", int(contact_id))
            return None if found is None else str(found)

    # Many at once -------------------------------------------------------------------------

    def load(
        self, object_type: str, rows: Iterable[Mapping[str, str]], at: datetime | None = None
    ) -> list[str]:
        """Insert many records without checks and webhooks; their ids in order.

        A row's own create and modified dates win over `at`, which wins over now.
        """
        with self.lock:
            store = self.crm.store(object_type)
            definition = store.definition
            moment = store.now() if at is None else int(at.timestamp() * 1000)

            def split(row: Mapping[str, str]) -> tuple[dict[str, str], int, int]:
                values = {k: v for k, v in row.items() if v and k not in definition.derived}
                created = _time(row.get(definition.created), moment)
                return values, created, _time(row.get(definition.modified), max(created, moment))

            return [str(i) for i in store.load(split(row) for row in rows)]

    def load_links(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Make companies the primary ones of contacts, without webhooks or new change times."""
        with self.lock:
            numbers = [(int(contact), int(company)) for contact, company in pairs]
            kinds = [self.crm.links.types[1], self.crm.links.types[279]]
            self.crm.links.load("contacts", "companies", numbers, kinds)
            records = self.crm.stores["contacts"].records
            for contact, company in numbers:
                records[contact].values["associatedcompanyid"] = str(company)
                records[contact].rendered_for = None

    # Settings -----------------------------------------------------------------------------

    def add_property(self, object_type: str, definition: Mapping[str, Any]) -> None:
        with self.lock:
            store = self.crm.store(object_type)
            self.define_property(store, parse_property(store, definition))

    def define_property(self, store: ObjectStore, prop: Property) -> None:
        """Add, replace or archive a property."""
        with self.lock:
            store.add_property(prop)
            self.renderer.forget_columns()

    def subscribe(
        self, target_url: str, subscriptions: Iterable[Mapping[str, Any]] | None = None
    ) -> None:
        """Set the app's webhooks; by default every event of the three object types.

        A subscription: {"event": "contact.creation"}, {"event": "contact.propertyChange",
        "property": "email"} or {"event": "object.creation", "object_type": "product"}.
        """
        with self.lock:
            wanted = self._all_subscriptions() if subscriptions is None else subscriptions
            self.crm.events.subscribe(target_url, wanted)

    def _all_subscriptions(self) -> list[dict[str, str]]:
        never = {"hs_object_id", "createdate", "lastmodifieddate", "hs_lastmodifieddate"}
        wanted = []
        for store in self.crm.stores.values():
            name = store.definition.singular
            wanted += [{"event": f"{name}.{action}"} for action in EVERYTHING]
            wanted += [
                {"event": f"{name}.propertyChange", "property": prop}
                for prop in store.properties
                if prop not in never
            ]
        return wanted


def _time(text: str | None, default: int) -> int:
    return milliseconds_of(text) if text else default


def run_change(desk: Desk, path: list[str], wanted: dict[str, Any]) -> dict[str, Any]:
    """A change of records from its JSON form; raises ValueError with the reason."""
    try:
        return _run_change(desk, path, wanted)
    except Refusal as refusal:
        raise ValueError(str(refusal)) from refusal


def _run_change(desk: Desk, path: list[str], wanted: dict[str, Any]) -> dict[str, Any]:
    match path:
        case ["links", *removal] if removal in ([], ["remove"]):
            _change_link(desk, wanted, bool(removal))
        case ["webhooks"]:
            desk.subscribe(str(wanted["target_url"]), wanted.get("subscriptions"))
        case ["properties", object_type]:
            desk.add_property(object_type, wanted)
        case [object_type]:
            return {"id": desk.add(object_type, **wanted)}
        case [object_type, record_id]:
            desk.update(object_type, record_id, **wanted)
        case [object_type, record_id, "merge"]:
            new_record = bool(wanted.get("new_record"))
            other = str(wanted["other"])
            return {"id": desk.merge(object_type, record_id, other, new_record=new_record)}
        case [object_type, record_id, action] if action in RECORD_ACTIONS:
            RECORD_ACTIONS[action](desk, object_type, record_id)
        case _:
            raise ValueError(f"HubSpot's screens have no {'/'.join(path)}.")
    return {}


RECORD_ACTIONS = {
    "delete": Desk.delete,
    "restore": Desk.restore_record,
    "gdpr-delete": Desk.delete_for_good,
}


def _change_link(desk: Desk, wanted: dict[str, Any], remove: bool) -> None:
    contact, company = str(wanted["contact"]), str(wanted["company"])
    if remove:
        desk.unlink(contact, company)
    else:
        desk.link(contact, company, primary=bool(wanted.get("primary", True)))
