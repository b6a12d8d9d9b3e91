"""Associating records: which types are allowed, and what follows from an association."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from integrations.sandbox.hubspot.crm import Crm
from integrations.sandbox.hubspot.links import PRIMARY_IDS, LinkType, WantedLink
from integrations.sandbox.hubspot.origin import API
from integrations.sandbox.hubspot.refusals import object_not_found, validation
from integrations.sandbox.hubspot.rule_book import rules_of
from integrations.sandbox.hubspot.shapes import record_number, text, whole
from integrations.sandbox.hubspot.store import ObjectStore, Record
from integrations.sandbox.hubspot.told_links import ends_of, follow_links
from integrations.sandbox.hubspot.upkeep import follow


def wanted_links(crm: Crm, store: ObjectStore, associations: Any) -> Iterable[WantedLink]:
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


def check_new_links(crm: Crm, store: ObjectStore, links: Iterable[WantedLink], source: str) -> None:
    """Raises what the records at the other end say to a record that is being made."""
    name = store.definition.name
    for link in links:
        target = crm.stores[link.to_type]
        rules_of(target).join(crm, target.records[link.to_id], name, 0, source)


def check_link(
    crm: Crm, store: ObjectStore, from_id: int, link: WantedLink, source: str = API
) -> None:
    """Raises the refusal of an association that one of the two does not allow."""
    name, target = store.definition.name, crm.stores[link.to_type]
    if link.to_id in crm.links.of(name, link.to_type, from_id):
        return
    rules_of(store).join(crm, store.records[from_id], link.to_type, link.to_id, source)
    rules_of(target).join(crm, target.records[link.to_id], name, from_id, source)


def check_unlink(
    crm: Crm, store: ObjectStore, from_id: int, to_type: str, to_id: int, source: str = API
) -> None:
    """Raises the refusal of an end that one of the two does not allow."""
    name, target = store.definition.name, crm.stores[to_type]
    if to_id not in crm.links.of(name, to_type, from_id):
        return
    rules_of(store).leave(crm, store.records[from_id], to_type, source)
    rules_of(target).leave(crm, target.records[to_id], name, source)


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
    touched = ends_of(name, from_id, link.to_type, link.to_id)
    held = set(crm.links.of(name, link.to_type, from_id).get(link.to_id, ()))
    if not crm.links.put(name, from_id, link.to_id, link.kinds):
        return False
    now_held = set(crm.links.of(name, link.to_type, from_id)[link.to_id])
    _tell_links(crm, (from_id, link.to_id), now_held - held, source)
    follow_links(crm, touched, source)
    _follow_invoices(crm, (name, from_id), (link.to_type, link.to_id), source)
    return True


def disassociate(
    crm: Crm, store: ObjectStore, from_id: int, to_type: str, to_id: int, source: str = API
) -> bool:
    """Remove all labels of a pair; False when it was not associated."""
    name = store.definition.name
    touched = ends_of(name, from_id, to_type, to_id)
    held = set(crm.links.of(name, to_type, from_id).get(to_id, ()))
    if not crm.links.remove(name, to_type, from_id, to_id):
        return False
    _tell_links(crm, (from_id, to_id), held, source, removed=True)
    follow_links(crm, touched, source)
    _follow_invoices(crm, (name, from_id), (to_type, to_id), source)
    return True


def remove_labels(
    crm: Crm, store: ObjectStore, from_id: int, to_id: int, kinds: list[LinkType]
) -> bool:
    name, to_type = store.definition.name, kinds[0].to_type
    touched = ends_of(name, from_id, to_type, to_id)
    if not crm.links.remove_labels(name, from_id, to_id, kinds):
        return False
    gone = {kind.type_id for kind in kinds}
    _tell_links(crm, (from_id, to_id), gone, API, removed=True)
    follow_links(crm, touched, API)
    return True


def _follow_invoices(crm: Crm, near: tuple[str, int], far: tuple[str, int], source: str) -> None:
    if "invoices" in (near[0], far[0]):
        for name, record_id in (near, far):
            follow(crm, name, record_id, source)


def unlink_all(crm: Crm, store: ObjectStore, record_id: int, source: str) -> None:
    for to_type, to_id in crm.links.all_of(store.definition.name, record_id):
        disassociate(crm, store, record_id, to_type, to_id, source)


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
