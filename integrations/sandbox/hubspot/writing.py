"""Changing records and associations, with everything that follows from a change."""

from __future__ import annotations

from collections.abc import Iterable
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
)
from integrations.sandbox.hubspot.links import PRIMARY_IDS, LinkType
from integrations.sandbox.hubspot.refusals import object_not_found, validation
from integrations.sandbox.hubspot.shapes import record_number, text, whole
from integrations.sandbox.hubspot.store import ObjectStore, Record

API = "INTEGRATION"
SCREEN = "CRM_UI"


@dataclass(frozen=True)
class WantedLink:
    """An association that a create asks for, checked."""

    to_type: str
    to_id: int
    kinds: tuple[LinkType, ...]


@dataclass(frozen=True)
class NewRecord:
    """A create that was checked and only needs doing."""

    values: Values
    links: tuple[WantedLink, ...] = ()


def check_create(
    crm: Crm, store: ObjectStore, properties: Any, associations: Any, claims: Claims | None = None
) -> NewRecord:
    values = {name: value for name, value in check_values(store, properties).items() if value}
    values = {name: value.lstrip(";") if _adds(store, name) else value
              for name, value in values.items()}  # fmt: skip
    check_required(store, values)
    check_unique(store, values, None, claims)
    return NewRecord(values, tuple(_wanted_links(crm, store, associations or [])))


def _adds(store: ObjectStore, name: str) -> bool:
    return store.properties[name].is_multiple


def create(crm: Crm, store: ObjectStore, new: NewRecord, source: str = API) -> Record:
    record = store.insert(dict(new.values))
    definition = store.definition
    crm.events.record(definition, "creation", record.id, changeSource=source)
    _tell_properties(crm, store, record, new.values, source)
    for link in new.links:
        associate(crm, store, record.id, link, source)
    return record


def check_update(
    store: ObjectStore, record: Record, properties: Any, claims: Claims | None = None
) -> Values:
    values = settle_values(store, record, check_values(store, properties))
    check_unique(store, values, record, claims)
    return values


def update(crm: Crm, store: ObjectStore, record: Record, values: Values, source: str = API) -> bool:
    """Set checked values; False when they were all there already."""
    changed = store.change(record, values)
    _tell_properties(crm, store, record, changed, source)
    return bool(changed)


def _tell_properties(
    crm: Crm, store: ObjectStore, record: Record, names: Iterable[str], source: str
) -> None:
    if not crm.events.subscriptions:
        return
    for name in names:
        crm.events.record(
            store.definition,
            "propertyChange",
            record.id,
            propertyName=name,
            propertyValue=record.values.get(name, ""),
            isSensitive=False,
            changeSource=source,
        )


def archive(crm: Crm, store: ObjectStore, record: Record, source: str = API) -> None:
    """Into the recycle bin; its associations wait there with it."""
    name = store.definition.name
    crm.parked[name, record.id] = parked = []
    for to_type, to_id in crm.links.all_of(name, record.id):
        parked.append((to_type, to_id, crm.links.of(name, to_type, record.id)[to_id]))
        touched = _contacts_of(name, record.id, to_type, to_id)
        crm.links.remove(name, to_type, record.id, to_id)
        _follow_primary(crm, touched, source)
    store.archive(record)
    crm.events.record(store.definition, "deletion", record.id, changeSource=source)


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
    _tell_properties(crm, store, survivor, moved, source)
    return survivor


def _merged_values(primary: Record, loser: Record, gone_ids: list[int]) -> Values:
    """The primary's values, the loser's where there are none, and where the losers' keys went."""
    values = loser.values | primary.values
    values.pop("associatedcompanyid", None)
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


# Associations -----------------------------------------------------------------------------


def _wanted_links(crm: Crm, store: ObjectStore, associations: Any) -> Iterable[WantedLink]:
    if not isinstance(associations, list):
        raise validation("Invalid input JSON on line 1, column 2. associations must be a list")
    for wanted in associations:
        try:
            to_id, specs = text(wanted["to"]["id"], "id"), wanted["types"]
        except (KeyError, TypeError) as error:
            raise validation("Some required fields were not set: [to, types]") from error
        kinds = link_types(crm, store, specs)
        target = crm.stores[kinds[0].to_type]
        yield WantedLink(kinds[0].to_type, live_record(target, to_id).id, tuple(kinds))


def link_types(
    crm: Crm, store: ObjectStore, specs: Any, to_type: str | None = None
) -> list[LinkType]:
    """The association types that specs name; refuses a wrong direction or a wrong pair."""
    if not isinstance(specs, list) or not specs:
        raise validation("Some required fields were not set: [types]")
    return [_link_type(crm, store, spec, to_type) for spec in specs]


def _link_type(crm: Crm, store: ObjectStore, spec: Any, to_type: str | None) -> LinkType:
    try:
        category, type_id = (
            spec["associationCategory"],
            whole(spec["associationTypeId"], "associationTypeId"),
        )
    except (KeyError, TypeError, ValueError) as error:
        missing = "Some required fields were not set: [associationCategory, associationTypeId]"
        raise validation(missing) from error
    kind = crm.links.types.get(type_id)
    if kind is None or kind.category != category:
        raise validation(f"Association type {category}:{type_id} does not exist")
    definition = store.definition
    if kind.from_type != definition.name:
        expected = _type_id(crm, kind.from_type)
        raise validation(
            f"invalid from object type {definition.type_id} for associations to be created. "
            f"expected: {expected}"
        )
    if to_type is not None and kind.to_type != to_type:
        raise validation(f"Association type {type_id} does not lead to {to_type}")
    return kind


def _type_id(crm: Crm, name: str) -> str:
    """E.g. 0-1; the name itself for a type that is not served."""
    return crm.stores[name].definition.type_id if name in crm.stores else name


def live_record(store: ObjectStore, wanted: str) -> Record:
    record = store.find(record_number(wanted))
    if record is None:
        raise object_not_found(wanted)
    return record


def associate(
    crm: Crm, store: ObjectStore, from_id: int, link: WantedLink, source: str = API
) -> bool:
    """Set the labels of a pair to these; False when it had them."""
    name = store.definition.name
    touched = _contacts_of(name, from_id, link.to_type, link.to_id)
    held = set(crm.links.of(name, link.to_type, from_id).get(link.to_id, ()))
    if not crm.links.put(name, from_id, link.to_id, link.kinds):
        return False
    now_held = set(crm.links.of(name, link.to_type, from_id)[link.to_id])
    _tell_links(crm, (from_id, link.to_id), now_held - held, source)
    _follow_primary(crm, touched, source)
    return True


def disassociate(
    crm: Crm, store: ObjectStore, from_id: int, to_type: str, to_id: int, source: str = API
) -> bool:
    """Remove all labels of a pair; False when it was not associated."""
    name = store.definition.name
    touched = _contacts_of(name, from_id, to_type, to_id)
    held = set(crm.links.of(name, to_type, from_id).get(to_id, ()))
    if not crm.links.remove(name, to_type, from_id, to_id):
        return False
    _tell_links(crm, (from_id, to_id), held, source, removed=True)
    _follow_primary(crm, touched, source)
    return True


def remove_labels(
    crm: Crm, store: ObjectStore, from_id: int, to_id: int, kinds: list[LinkType]
) -> bool:
    name, to_type = store.definition.name, kinds[0].to_type
    touched = _contacts_of(name, from_id, to_type, to_id)
    if not crm.links.remove_labels(name, from_id, to_id, kinds):
        return False
    gone = {kind.type_id for kind in kinds}
    _tell_links(crm, (from_id, to_id), gone, API, removed=True)
    _follow_primary(crm, touched, API)
    return True


def unlink_all(crm: Crm, store: ObjectStore, record_id: int, source: str) -> None:
    for to_type, to_id in crm.links.all_of(store.definition.name, record_id):
        disassociate(crm, store, record_id, to_type, to_id, source)


def _contacts_of(name: str, from_id: int, to_type: str, to_id: int) -> list[int]:
    """The contacts whose primary company may change with this pair."""
    if (name, to_type) == ("contacts", "companies"):
        return [from_id]
    if (name, to_type) == ("companies", "contacts"):
        return [to_id]
    return []


def _follow_primary(crm: Crm, contact_ids: Iterable[int], source: str) -> None:
    """`associatedcompanyid` is the primary company's id, and changes the contact with it."""
    store = crm.stores["contacts"]
    for contact_id in contact_ids:
        contact = store.find(contact_id)
        if contact is None:
            continue
        company_id = crm.links.primary("contacts", contact_id)
        value = "" if company_id is None else str(company_id)
        changed = store.change(contact, {"associatedcompanyid": value})
        _tell_properties(crm, store, contact, changed, source)


def _tell_links(
    crm: Crm, pair: tuple[int, int], type_ids: set[int], source: str, *, removed: bool = False
) -> None:
    """One event a type and side: a primary association also makes the plain one."""
    if not crm.events.subscriptions:
        return
    from_id, to_id = pair
    for type_id in sorted(type_ids):
        kind = crm.links.types[type_id]
        _tell_link(crm, kind, from_id, to_id, removed, source)
        _tell_link(crm, crm.links.types[kind.reverse], to_id, from_id, removed, source)


def _tell_link(crm: Crm, kind: LinkType, near: int, far: int, removed: bool, source: str) -> None:
    crm.events.record(
        crm.stores[kind.from_type].definition,
        "associationChange",
        near,
        associationType=link_name(crm, kind),
        fromObjectId=near,
        toObjectId=far,
        associationRemoved=removed,
        isPrimaryAssociation=not PRIMARY_IDS.isdisjoint({kind.type_id, kind.reverse}),
        changeSource=source,
    )


def link_name(crm: Crm, kind: LinkType) -> str:
    """E.g. CONTACT_TO_COMPANY."""
    ends = [
        crm.stores[name].definition.singular if name in crm.stores else name
        for name in (kind.from_type, kind.to_type)
    ]
    return "_TO_".join(ends).upper()
