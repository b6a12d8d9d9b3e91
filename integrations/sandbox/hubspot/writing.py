"""Changing records and associations, with everything that follows from a change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from integrations.sandbox.hubspot.crm import (
    Claims,
    Crm,
    Values,
    check_required,
    check_unique,
    check_values,
    settle_values,
    tell_properties,
)
from integrations.sandbox.hubspot.linking import (
    associate,
    check_new_links,
    unlink_all,
    wanted_links,
)
from integrations.sandbox.hubspot.links import PRIMARY_IDS, WantedLink
from integrations.sandbox.hubspot.origin import API, SCREEN
from integrations.sandbox.hubspot.rule_book import rules_of
from integrations.sandbox.hubspot.store import ObjectStore, Record
from integrations.sandbox.hubspot.told_links import (
    TOLD_NAMES,
    ends_of,
    follow_links,
    told_once,
)
from integrations.sandbox.hubspot.upkeep import follow, invoices_of, refresh, together


@dataclass(frozen=True)
class NewRecord:
    """A create that was checked and only needs doing."""

    values: Values
    links: tuple[WantedLink, ...] = ()


def check_create(
    crm: Crm,
    store: ObjectStore,
    properties: Any,
    associations: Any,
    claims: Claims | None = None,
    source: str = API,
) -> NewRecord:
    values = {name: value for name, value in check_values(store, properties).items() if value}
    values = {name: value.lstrip(";") if _adds(store, name) else value
              for name, value in values.items()}  # fmt: skip
    check_required(store, values)
    check_unique(store, values, None, claims)
    links = tuple(wanted_links(crm, store, associations or []))
    check_new_links(crm, store, links, source)
    values = rules_of(store).complete(crm, values, links, source)
    values |= _source_values(crm, store, source)
    return NewRecord({name: value for name, value in values.items() if value}, links)


def _source_values(crm: Crm, store: ObjectStore, source: str) -> Values:
    """Where a record comes from, for object types that tell it."""
    if "hs_object_source" not in store.properties:
        return {}
    told = {"hs_object_source": source}
    return told | ({"hs_object_source_id": str(crm.events.app_id)} if source == API else {})


def _adds(store: ObjectStore, name: str) -> bool:
    return store.properties[name].is_multiple


def create(crm: Crm, store: ObjectStore, new: NewRecord, source: str = API) -> Record:
    record = store.insert(dict(new.values))
    definition = store.definition
    crm.events.record(definition, "creation", record.id, changeSource=source)
    tell_properties(crm, store, record, new.values, source)
    with together(crm, source):
        for link in new.links:
            associate(crm, store, record.id, link, source)
        follow(crm, definition.name, record.id, source)
    return record


def check_update(
    crm: Crm,
    store: ObjectStore,
    record: Record,
    properties: Any,
    claims: Claims | None = None,
    source: str = API,
) -> Values:
    values = settle_values(store, record, check_values(store, properties))
    check_unique(store, values, record, claims)
    return rules_of(store).revise(crm, record, values, source)


def update(crm: Crm, store: ObjectStore, record: Record, values: Values, source: str = API) -> bool:
    """Set checked values; False when they were all there already."""
    changed = store.change(record, values)
    tell_properties(crm, store, record, changed, source)
    if changed:
        follow(crm, store.definition.name, record.id, source)
    return bool(changed)


def check_archive(crm: Crm, store: ObjectStore, record: Record, source: str = API) -> None:
    """Raises the refusal of a delete that is not allowed."""
    rules_of(store).release(crm, record, source)


def archive(crm: Crm, store: ObjectStore, record: Record, source: str = API) -> None:
    """Into the recycle bin; its associations wait there with it."""
    name = store.definition.name
    touched_invoices = invoices_of(crm, name, record.id)
    crm.parked[name, record.id] = parked = []
    for to_type, to_id in crm.links.all_of(name, record.id):
        parked.append((to_type, to_id, crm.links.of(name, to_type, record.id)[to_id]))
        touched = ends_of(name, record.id, to_type, to_id)
        crm.links.remove(name, to_type, record.id, to_id)
        follow_links(crm, touched, source)
    store.archive(record)
    crm.events.record(store.definition, "deletion", record.id, changeSource=source)
    refresh(crm, touched_invoices, source)


def restore(crm: Crm, store: ObjectStore, record: Record, source: str = SCREEN) -> None:
    check_unique(store, record.values, record)
    store.restore(record)
    for to_type, to_id, type_ids in crm.parked.pop((store.definition.name, record.id), ()):
        if crm.stores[to_type].find(to_id) is not None:
            kinds = tuple(crm.links.types[type_id] for type_id in type_ids)
            associate(crm, store, record.id, WantedLink(to_type, to_id, kinds), source)
    crm.events.record(store.definition, "restore", record.id, changeSource=source)


def delete_for_good(crm: Crm, store: ObjectStore, record: Record, source: str = API) -> None:
    """Privacy deletion: both events come, in no promised order."""
    unlink_all(crm, store, record.id, source)
    store.forget(record)
    for action in ("privacyDeletion", "deletion"):
        crm.events.record(store.definition, action, record.id, changeSource=source)


def merge(
    crm: Crm,
    store: ObjectStore,
    primary: Record,
    loser: Record,
    *,
    third: bool = False,
    source: str = API,
) -> Record:
    """Merge two records; with `third` the survivor is a new one, as some merges do."""
    gone = [primary, loser] if third else [loser]
    values = _merged_values(primary, loser, [record.id for record in gone])
    with told_once(crm, source):
        survivor, moved = _move(crm, store, primary, loser, values, third=third, source=source)
    crm.events.record(
        store.definition,
        "merge",
        survivor.id,
        primaryObjectId=primary.id,
        mergedObjectIds=[loser.id],
        newObjectId=survivor.id,
        numberOfPropertiesMoved=len(moved),
        changeSource=source,
    )
    tell_properties(crm, store, survivor, moved, source)
    return survivor


def _move(
    crm: Crm,
    store: ObjectStore,
    primary: Record,
    loser: Record,
    values: Values,
    *,
    third: bool,
    source: str,
) -> tuple[Record, list[str]]:
    """Make one record of two; it, and which of its properties changed."""
    gone = [primary, loser] if third else [loser]
    linked = _links_of(crm, store, primary, loser)
    for record in gone:
        unlink_all(crm, store, record.id, source)
        store.forget(record)
    survivor = store.insert({}) if third else primary
    for old, new in list(store.merged_into.items()):
        if new in {record.id for record in gone}:
            store.merged_into[old] = survivor.id
    store.merged_into |= {record.id: survivor.id for record in gone}
    moved = store.change(survivor, values)
    for link in linked:
        associate(crm, store, survivor.id, link, source)
    return survivor, moved


def _merged_values(primary: Record, loser: Record, gone_ids: list[int]) -> Values:
    """The primary's values, the loser's where there are none, and where the losers' keys went."""
    values = loser.values | primary.values
    for name in TOLD_NAMES:
        values.pop(name, None)
    merged = [part for r in (primary, loser) for part in _parts(r, "hs_merged_object_ids")]
    values["hs_merged_object_ids"] = ";".join([*merged, *map(str, gone_ids)])
    emails = [part for r in (primary, loser) for part in _parts(r, "email", "hs_additional_emails")]
    extra = [email for email in dict.fromkeys(emails) if email != values.get("email")]
    if extra:
        values["hs_additional_emails"] = ";".join(extra)
    return values


def _parts(record: Record, *names: str) -> list[str]:
    return [part for name in names for part in record.values.get(name, "").split(";") if part]


def _links_of(crm: Crm, store: ObjectStore, primary: Record, loser: Record) -> list[WantedLink]:
    """All associations of two records; the primary record's own primary company stays it."""
    name = store.definition.name
    found: dict[tuple[str, int], tuple[int, ...]] = {}
    for to_type, to_id in crm.links.all_of(name, loser.id):
        held = crm.links.of(name, to_type, loser.id)[to_id]
        if crm.links.primary(name, primary.id, to_type) is not None:
            held = tuple(type_id for type_id in held if type_id not in PRIMARY_IDS)
        found[to_type, to_id] = held
    for to_type, to_id in crm.links.all_of(name, primary.id):
        found[to_type, to_id] = crm.links.of(name, to_type, primary.id)[to_id]
    return [
        WantedLink(to_type, to_id, tuple(crm.links.types[type_id] for type_id in type_ids))
        for (to_type, to_id), type_ids in found.items()
    ]
