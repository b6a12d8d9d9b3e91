"""What a person does in HubSpot's own screens, for tests, data sets and the control endpoint."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from threading import RLock
from typing import Any

from integrations.sandbox.hubspot import linking, writing
from integrations.sandbox.hubspot.crm import Crm
from integrations.sandbox.hubspot.definitions import Property
from integrations.sandbox.hubspot.events import ACTIONS
from integrations.sandbox.hubspot.links import WantedLink
from integrations.sandbox.hubspot.origin import SCREEN
from integrations.sandbox.hubspot.properties_api import parse_property
from integrations.sandbox.hubspot.refusals import object_not_found
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
            new = writing.check_create(self.crm, store, properties, None, source=SCREEN)
            return str(writing.create(self.crm, store, new, SCREEN).id)

    def add_contact(self, **properties: Any) -> str:
        return self.add("contacts", **properties)

    def add_company(self, **properties: Any) -> str:
        return self.add("companies", **properties)

    def add_product(self, **properties: Any) -> str:
        return self.add("products", **properties)

    def update(self, object_type: str, record_id: str, **properties: Any) -> None:
        with self.lock:
            store, record = self._record(object_type, record_id)
            values = writing.check_update(self.crm, store, record, properties, source=SCREEN)
            writing.update(self.crm, store, record, values, SCREEN)

    def delete(self, object_type: str, record_id: str) -> None:
        """Into the recycle bin, from which `restore_record` takes it back."""
        with self.lock:
            store, record = self._record(object_type, record_id)
            writing.check_archive(self.crm, store, record, SCREEN)
            writing.archive(self.crm, store, record, SCREEN)

    def restore_record(self, object_type: str, record_id: str) -> None:
        with self.lock:
            store, record = self._record(object_type, record_id, archived=True)
            writing.restore(self.crm, store, record)

    def delete_for_good(self, object_type: str, record_id: str) -> None:
        with self.lock:
            store, record = self._record(object_type, record_id)
            writing.delete_for_good(self.crm, store, record, SCREEN)

    def merge(
        self, object_type: str, primary_id: str, other_id: str, *, new_record: bool = False
    ) -> str:
        """Merge two records; the id of the survivor, which is a third one with `new_record`."""
        with self.lock:
            store, primary = self._record(object_type, primary_id)
            loser = self._record(object_type, other_id)[1]
            survivor = writing.merge(
                self.crm, store, primary, loser, third=new_record, source=SCREEN
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

    def associate(self, from_type: str, from_id: str, to_type: str, to_id: str) -> None:
        """Associate two records of any types, without a label."""
        with self.lock:
            store, record = self._record(from_type, from_id)
            target, other = self._record(to_type, to_id)
            kind = self.crm.links.plain(store.definition.name, target.definition.name)
            if kind is None:
                raise ValueError(f"{from_type} and {to_type} cannot be associated.")
            wanted = WantedLink(target.definition.name, other.id, (kind,))
            linking.check_link(self.crm, store, record.id, wanted, SCREEN)
            linking.associate(self.crm, store, record.id, wanted, SCREEN)

    def dissociate(self, from_type: str, from_id: str, to_type: str, to_id: str) -> None:
        with self.lock:
            store, record = self._record(from_type, from_id)
            name, other = self.crm.store(to_type).definition.name, int(to_id)
            linking.check_unlink(self.crm, store, record.id, name, other, SCREEN)
            linking.disassociate(self.crm, store, record.id, name, other, SCREEN)

    def associated(self, from_type: str, from_id: str, to_type: str) -> list[str]:
        """The ids of the records of a type that one is associated with."""
        with self.lock:
            near, far = (self.crm.store(name).definition.name for name in (from_type, to_type))
            return [str(i) for i in self.crm.links.of(near, far, int(from_id))]

    def link(self, contact_id: str, company_id: str, *, primary: bool = True) -> None:
        """Associate a contact with a company."""
        with self.lock:
            store, contact = self._record("contacts", contact_id)
            company = self._record("companies", company_id)[1]
            kinds = tuple(self.crm.links.types[i] for i in ((1, 279) if primary else (279,)))
            wanted = WantedLink("companies", company.id, kinds)
            linking.associate(self.crm, store, contact.id, wanted, SCREEN)

    def unlink(self, contact_id: str, company_id: str) -> None:
        with self.lock:
            store, contact = self._record("contacts", contact_id)
            company_number = int(company_id)
            linking.disassociate(self.crm, store, contact.id, "companies", company_number, SCREEN)

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
        """Set the app's webhooks; by default every event of every object type.

        A subscription: {"event": "contact.creation"}, {"event": "contact.propertyChange",
        "property": "email"} or {"event": "object.creation", "object_type": "product"}.
        """
        with self.lock:
            wanted = self._all_subscriptions() if subscriptions is None else subscriptions
            generic = {s.definition.singular for s in self.crm.stores.values()
                       if not s.definition.has_own_events}  # fmt: skip
            self.crm.events.subscribe(target_url, wanted, generic)

    def _all_subscriptions(self) -> list[dict[str, str]]:
        wanted = []
        for store in self.crm.stores.values():
            definition = store.definition
            own = definition.has_own_events
            end = {} if own else {"object_type": definition.singular}
            name = definition.singular if own else "object"
            wanted += [{"event": f"{name}.{action}"} | end for action in EVERYTHING]
            wanted += [
                {"event": f"{name}.propertyChange", "property": prop.name} | end
                for prop in store.properties.values()
                if prop.name not in definition.derived and not prop.calculated
            ]
        return wanted


def _time(text: str | None, default: int) -> int:
    return milliseconds_of(text) if text else default
