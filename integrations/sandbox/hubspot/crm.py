"""The account's CRM: its object types, associations and events, and the rules of writing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from integrations.sandbox.core import Clock, Meter
from integrations.sandbox.hubspot.account import (
    Account,
    TaxRate,
    default_pipelines,
)
from integrations.sandbox.hubspot.catalog import DEFINITIONS
from integrations.sandbox.hubspot.definitions import ObjectDefinition
from integrations.sandbox.hubspot.events import Events
from integrations.sandbox.hubspot.links import LinkStore
from integrations.sandbox.hubspot.refusals import (
    BadValue,
    Refusal,
    contact_exists,
    read_only,
    required_missing,
    unique_taken,
    unknown_object_type,
    unknown_property,
    validation,
    values_not_valid,
)
from integrations.sandbox.hubspot.store import ObjectStore, Record, unique_key
from integrations.sandbox.hubspot.values import accept

Values = dict[str, str]
FIRST_INVOICE = 1001


@dataclass
class Crm:
    """All stores of one account."""

    clock: Clock
    events: Events
    meter: Meter
    lag_seconds: float
    account: Account = field(default_factory=Account)
    pipelines: dict[str, list[dict[str, Any]]] = field(default_factory=default_pipelines)
    tax_rates: dict[str, TaxRate] = field(default_factory=dict)
    next_invoice: int = FIRST_INVOICE
    # Invoices that only the application which made them may change.
    locked_invoices: set[int] = field(default_factory=set)
    # The invoices that are brought up to date at the end of the call; None: at once.
    waiting: set[int] | None = None
    # The records that tell of their associations once a merge is done; None: at once.
    telling: dict[tuple[str, int], None] | None = None
    links: LinkStore = field(default_factory=LinkStore)
    stores: dict[str, ObjectStore] = field(default_factory=dict)
    # The associations of archived records, for the day they are restored.
    parked: dict[tuple[str, int], list[tuple[str, int, tuple[int, ...]]]] = field(
        default_factory=dict
    )

    def __post_init__(self) -> None:
        self.names: dict[str, str] = {}
        for definition in DEFINITIONS:
            self.define(definition)

    def define(self, definition: ObjectDefinition) -> None:
        """Make an object type known under its name, singular, type id and aliases."""
        self.stores[definition.name] = ObjectStore(definition, self.clock, self.lag_seconds)
        known_as = (definition.name, definition.singular, definition.type_id, *definition.aliases)
        self.names |= dict.fromkeys(known_as, definition.name)

    def store(self, object_type: str) -> ObjectStore:
        name = self.names.get(object_type.lower())
        if name is None:
            raise unknown_object_type(object_type)
        return self.stores[name]

    def snapshot(self) -> dict[str, Any]:
        return {
            "stores": {name: store.snapshot() for name, store in self.stores.items()},
            "links": self.links.snapshot(),
            "parked": [[*key, list(held)] for key, held in self.parked.items()],
            "events": self.events.snapshot(),
            "account": asdict(self.account),
            "pipelines": self.pipelines,
            "tax_rates": [asdict(rate) for rate in self.tax_rates.values()],
            "next_invoice": self.next_invoice,
            "locked_invoices": sorted(self.locked_invoices),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        for name, stored in state["stores"].items():
            definition = self.stores[name].definition
            self.stores[name] = ObjectStore.from_snapshot(
                definition, self.clock, self.stores[name].lag_seconds, stored
            )
        self.links = LinkStore.from_snapshot(state["links"])
        self.parked = {
            (name, record_id): [(to_type, to_id, tuple(ids)) for to_type, to_id, ids in held]
            for name, record_id, held in state["parked"]
        }
        self.events.restore(state["events"])
        account = state["account"]
        names = ("additional_currencies", "tax_ids")
        self.account = Account(**account | {name: tuple(account[name]) for name in names})
        self.pipelines = state["pipelines"]
        self.tax_rates = {row["rate_id"]: TaxRate(**row) for row in state["tax_rates"]}
        self.next_invoice = state["next_invoice"]
        self.locked_invoices = set(state["locked_invoices"])


@dataclass
class Claims:
    """The unique values that the inputs of one batch want, so that two cannot have the same."""

    taken: set[tuple[str, str]] = field(default_factory=set)

    def claim(self, name: str, value: str) -> None:
        key = (name, unique_key(name, value))
        if key in self.taken:
            raise validation(f"Duplicate values of {name} found in batch input: [{value}].")
        self.taken.add(key)


def check_values(store: ObjectStore, given: Any) -> Values:
    """The canonical values of a write; raises the refusal of all that are not valid."""
    if not isinstance(given, Mapping):
        raise validation("Invalid input JSON on line 1, column 2. properties must be an object")
    accepted: Values = {}
    bad: list[BadValue] = []
    for name, value in given.items():
        outcome = _check_value(store, name, value)
        if isinstance(outcome, BadValue):
            bad.append(outcome)
        else:
            accepted[name] = outcome
    if bad:
        raise values_not_valid(bad)
    return accepted


def _check_value(store: ObjectStore, name: str, value: Any) -> str | BadValue:
    prop = store.properties.get(name)
    if prop is None or prop.archived:
        return unknown_property(name)
    if prop.read_only or prop.calculated:
        return read_only(name)
    return accept(prop, value)


def check_required(store: ObjectStore, values: Values) -> None:
    definition = store.definition
    missing = [name for name in definition.required if not values.get(name)]
    if missing:
        raise required_missing(definition.singular, missing)
    any_of = definition.required_any
    if any_of and not any(values.get(name) for name in any_of):
        raise required_missing(definition.singular, any_of)


def check_unique(
    store: ObjectStore, values: Values, record: Record | None, claims: Claims | None = None
) -> None:
    """Refuse a unique value that another live record holds or another input claims."""
    for name, value in _unique_values(store, values):
        owner = store.owner_of(name, value)
        if owner is not None and (record is None or owner != record.id):
            raise _taken(store, name, value, owner)
        if claims is not None:
            claims.claim(name, value)


def _unique_values(store: ObjectStore, values: Values) -> Iterable[tuple[str, str]]:
    for name in store.unique_names:
        if values.get(name):
            yield name, values[name]
    for extra in values.get("hs_additional_emails", "").split(";"):
        if extra and extra != values.get("email"):
            yield "email", extra


def _taken(store: ObjectStore, name: str, value: str, owner: int) -> Refusal:
    if store.definition.name == "contacts" and name == "email":
        return contact_exists(owner)
    return unique_taken(store.definition.type_id, name, value, owner)


def settle_values(store: ObjectStore, record: Record, values: Values) -> Values:
    """What an update really sets: additions joined, a backward lifecycle stage left out."""
    settled = {}
    for name, value in values.items():
        held = record.values.get(name, "")
        prop = store.properties[name]
        if name == "lifecyclestage" and _is_backward(store, held, value):
            # Stages only move forward; what a backward write answers is not documented, so it
            # is accepted and the further stage stays.
            continue
        adds = prop.is_multiple and value.startswith(";")
        settled[name] = _joined(held, value) if adds else value
    return settled


def tell_properties(
    crm: Crm, store: ObjectStore, record: Record, names: Iterable[str], source: str
) -> None:
    """One event a changed property; what HubSpot works out itself is not announced."""
    if not crm.events.subscriptions:
        return
    for name in names:
        if store.properties[name].calculated:
            continue
        crm.events.record(
            store.definition,
            "propertyChange",
            record.id,
            propertyName=name,
            propertyValue=record.values.get(name, ""),
            isSensitive=False,
            changeSource=source,
        )


def _joined(held: str, added: str) -> str:
    parts = [part for part in (*held.split(";"), *added.split(";")) if part]
    return ";".join(dict.fromkeys(parts))


def _is_backward(store: ObjectStore, held: str, value: str) -> bool:
    if not held or not value:
        return False
    order = [option.value for option in store.properties["lifecyclestage"].options]
    return held in order and order.index(value) < order.index(held)
