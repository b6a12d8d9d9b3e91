"""Associations between records, singly and in batches, and their labels.

developers.hubspot.com/docs/api-reference/latest/crm/associations
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from integrations.sandbox.core import Response, json_response
from integrations.sandbox.hubspot import linking
from integrations.sandbox.hubspot.batch_api import Outcome, answer
from integrations.sandbox.hubspot.call import Call
from integrations.sandbox.hubspot.links import HUBSPOT_DEFINED, LinkType, WantedLink
from integrations.sandbox.hubspot.origin import API
from integrations.sandbox.hubspot.records_api import NO_CONTENT
from integrations.sandbox.hubspot.refusals import (
    Refusal,
    crm_error,
    missing_fields,
    not_found,
    validation,
)
from integrations.sandbox.hubspot.shapes import objects, record_number, text, whole
from integrations.sandbox.hubspot.store import ObjectStore, Record
from integrations.sandbox.hubspot.upkeep import together

MAX_READ = 1_000
MAX_WRITTEN = 2_000
MAX_LIMIT = 500


def put_default(call: Call) -> Response:
    """PUT /{from}/{id}/associations/default/{to}/{id}: the unlabelled type of both sides."""
    store, record, target, other = _both_ends(call)
    kind = _plain(call, store, target)
    held = _held(call, kind, record.id, other.id)
    _associate(call, store, record.id, target, other.id, (kind, *held))
    return answer(call, Outcome(_default_results(kind, record.id, other.id)))


def _both_ends(call: Call) -> tuple[ObjectStore, Record, ObjectStore, Record]:
    from_type, from_id, to_type, to_id = call.parts
    store, target = call.hubspot.crm.store(from_type), call.hubspot.crm.store(to_type)
    return (
        store,
        linking.live_record(store, from_id),
        target,
        linking.live_record(target, to_id),
    )


def _plain(call: Call, store: ObjectStore, target: ObjectStore) -> LinkType:
    kind = call.hubspot.crm.links.plain(store.definition.name, target.definition.name)
    if kind is None:
        names = f"{store.definition.type_id} and {target.definition.type_id}"
        raise validation(f"No association types exist between object types {names}")
    return kind


def _held(call: Call, kind: LinkType, from_id: int, to_id: int) -> tuple[LinkType, ...]:
    """The types that the pair has: the unlabelled one comes beside them."""
    links = call.hubspot.crm.links
    type_ids = links.of(kind.from_type, kind.to_type, from_id).get(to_id, ())
    return tuple(links.types[type_id] for type_id in type_ids)


def _associate(
    call: Call,
    store: ObjectStore,
    from_id: int,
    target: ObjectStore,
    to_id: int,
    kinds: tuple[LinkType, ...],
) -> None:
    link = WantedLink(target.definition.name, to_id, kinds)
    linking.check_link(call.hubspot.crm, store, from_id, link)
    if linking.associate(call.hubspot.crm, store, from_id, link):
        call.hubspot.crm.meter.write()


def _default_results(kind: LinkType, from_id: int, to_id: int) -> list[dict[str, Any]]:
    def row(near: int, far: int, type_id: int) -> dict[str, Any]:
        return {
            "from": {"id": str(near)},
            "to": {"id": str(far)},
            "associationSpec": {
                "associationCategory": kind.category,
                "associationTypeId": type_id,
            },
        }

    return [row(from_id, to_id, kind.type_id), row(to_id, from_id, kind.reverse)]


def put_labels(call: Call) -> Response:
    """PUT with a list of types: they replace the labels that the pair had."""
    store, record, target, other = _both_ends(call)
    crm = call.hubspot.crm
    kinds = tuple(linking.link_types(crm, store, call.json(), target.definition.name))
    _associate(call, store, record.id, target, other.id, kinds)
    return json_response(201, _labels(store, record.id, target, other.id, kinds))


def _labels(
    store: ObjectStore, from_id: int, target: ObjectStore, to_id: int, kinds: tuple[LinkType, ...]
) -> dict[str, Any]:
    return {
        "fromObjectTypeId": store.definition.type_id,
        "fromObjectId": str(from_id),
        "toObjectTypeId": target.definition.type_id,
        "toObjectId": str(to_id),
        "labels": [kind.label for kind in kinds if kind.label],
    }


def delete_pair(call: Call) -> Response:
    """Removes all labels; without an association nothing happens."""
    store, record, target, other = _both_ends(call)
    _dissociate(call, store, record.id, target, other.id)
    return NO_CONTENT


def _dissociate(
    call: Call, store: ObjectStore, from_id: int, target: ObjectStore, to_id: int
) -> None:
    crm, name = call.hubspot.crm, target.definition.name
    linking.check_unlink(crm, store, from_id, name, to_id)
    if linking.disassociate(crm, store, from_id, name, to_id):
        crm.meter.write()


def read_one(call: Call) -> Response:
    store, target = call.store, call.hubspot.crm.store(call.parts[2])
    record = linking.live_record(store, call.parts[1])
    rows = _linked(call, store, target, record.id)
    start, limit = call.cursor(), call.whole("limit", MAX_LIMIT, MAX_LIMIT)
    body: dict[str, Any] = {"results": rows[start : start + limit]}
    if start + limit < len(rows):
        body["paging"] = {"next": {"after": str(start + limit)}}
    return json_response(200, body)


def _linked(
    call: Call, store: ObjectStore, target: ObjectStore, from_id: int
) -> list[dict[str, Any]]:
    links = call.hubspot.crm.links
    held = links.of(store.definition.name, target.definition.name, from_id)
    return [
        {
            "toObjectId": str(to_id),
            "associationTypes": [links.types[type_id].as_json() for type_id in type_ids],
        }
        for to_id, type_ids in held.items()
    ]


# Batches ----------------------------------------------------------------------------------


def read_batch(call: Call) -> Response:
    """A record without associations is an error of the 207 answer."""
    store, target = _ends_of_batch(call)
    outcome = Outcome()
    for row in call.inputs(MAX_READ):
        wanted = text(row.get("id"), "id")
        rows = _linked(call, store, target, record_number(wanted))
        if rows:
            outcome.results.append({"from": {"id": wanted}, "to": rows})
        else:
            outcome.errors.append(_nothing_linked(store, target, wanted))
    return answer(call, outcome)


def _ends_of_batch(call: Call) -> tuple[ObjectStore, ObjectStore]:
    return call.hubspot.crm.store(call.parts[0]), call.hubspot.crm.store(call.parts[1])


def _nothing_linked(store: ObjectStore, target: ObjectStore, wanted: str) -> dict[str, Any]:
    near, far = store.definition.singular, target.definition.singular
    refusal = crm_error(404, "OBJECT_NOT_FOUND", f"No {far} is associated with {near} {wanted}.")
    context = {"fromObjectId": [wanted], "fromObjectType": [near], "toObjectType": [far]}
    error = refusal.as_batch_error(context)
    return error | {"subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND"}


def create_batch(call: Call) -> Response:
    """With labels; 207 when an end of some input does not exist."""
    store, target = _ends_of_batch(call)
    outcome = Outcome()
    crm, name = call.hubspot.crm, target.definition.name
    with together(crm, API):
        for row, from_id, to_id in _pairs(call, store, target, outcome):
            kinds = tuple(linking.link_types(crm, store, row.get("types"), name))
            if _associate_in_batch(call, (store, from_id), (target, to_id), kinds, outcome):
                outcome.results.append(_labels(store, from_id, target, to_id, kinds))
    return answer(call, outcome, 201)


def _associate_in_batch(
    call: Call,
    near: tuple[ObjectStore, int],
    far: tuple[ObjectStore, int],
    kinds: tuple[LinkType, ...],
    outcome: Outcome,
) -> bool:
    """False for a pair that one of the two does not allow, which is an error of the answer."""
    try:
        _associate(call, *near, *far, kinds)
    except Refusal as refusal:
        context = {"fromObjectId": [str(near[1])], "toObjectId": [str(far[1])]}
        outcome.errors.append(refusal.as_batch_error(context))
        return False
    return True


def associate_default_batch(call: Call) -> Response:
    store, target = _ends_of_batch(call)
    kind = _plain(call, store, target)
    outcome = Outcome()
    with together(call.hubspot.crm, API):
        for _row, from_id, to_id in _pairs(call, store, target, outcome):
            kinds = (kind, *_held(call, kind, from_id, to_id))
            if _associate_in_batch(call, (store, from_id), (target, to_id), kinds, outcome):
                outcome.results += _default_results(kind, from_id, to_id)
    return answer(call, outcome)


def _pairs(
    call: Call, store: ObjectStore, target: ObjectStore, outcome: Outcome
) -> Iterator[tuple[Mapping[str, Any], int, int]]:
    """The inputs whose two records exist; the others become errors."""
    for row in call.inputs(MAX_WRITTEN):
        from_id, to_id = _end(row, "from"), _end(row, "to")
        try:
            near = linking.live_record(store, from_id).id
            far = linking.live_record(target, to_id).id
        except Refusal as refusal:
            context = {"fromObjectId": [from_id], "toObjectId": [to_id]}
            outcome.errors.append(refusal.as_batch_error(context))
            continue
        yield row, near, far


def _end(row: Mapping[str, Any], name: str) -> str:
    end = row.get(name)
    if not isinstance(end, Mapping) or "id" not in end:
        raise missing_fields([name])
    return text(end["id"], "id")


def archive_batch(call: Call) -> Response:
    store, target = _ends_of_batch(call)
    for row in call.inputs(MAX_WRITTEN):
        from_id = record_number(_end(row, "from"))
        for end in objects(row.get("to"), "to"):
            _dissociate(call, store, from_id, target, record_number(_end({"to": end}, "to")))
    return _archived(call)


def archive_labels_batch(call: Call) -> Response:
    """Without the unlabelled type a pair keeps none of its labels either."""
    store, target = _ends_of_batch(call)
    crm, name = call.hubspot.crm, target.definition.name
    for row in call.inputs(MAX_WRITTEN):
        kinds = linking.link_types(crm, store, row.get("types"), name)
        from_id, to_id = record_number(_end(row, "from")), record_number(_end(row, "to"))
        if any(kind.label is None for kind in kinds):
            _dissociate(call, store, from_id, target, to_id)
        else:
            crm.meter.write(int(linking.remove_labels(crm, store, from_id, to_id, kinds)))
    return _archived(call)


def _archived(call: Call) -> Response:
    """The dated version answers with an empty batch, version 4 with nothing."""
    return NO_CONTENT if call.request.path.startswith("/crm/v4/") else answer(call, Outcome())


# Labels -----------------------------------------------------------------------------------


def list_labels(call: Call) -> Response:
    store, target = _ends_of_batch(call)
    names = store.definition.name, target.definition.name
    kinds = call.hubspot.crm.links.types_between(*names)
    return json_response(200, {"results": [kind.as_json() for kind in kinds]})


def create_label(call: Call) -> Response:
    store, target = _ends_of_batch(call)
    body = call.object()
    if missing := [name for name in ("label", "name") if not body.get(name)]:
        raise missing_fields(missing)
    _plain(call, store, target)
    label = text(body["label"], "label")
    made = call.hubspot.crm.links.add_label(
        store.definition.name,
        target.definition.name,
        label,
        text(body.get("inverseLabel"), "inverseLabel") or label,
    )
    return json_response(200, {"results": [kind.as_json() for kind in made]})


def rename_label(call: Call) -> Response:
    links, body = call.hubspot.crm.links, call.object()
    kind = links.types.get(whole(body.get("associationTypeId"), "associationTypeId"))
    if kind is None or kind.category == HUBSPOT_DEFINED:
        raise not_found()
    if not body.get("label"):
        raise missing_fields(["label"])
    back = links.types[kind.reverse]
    label = text(body["label"], "label")
    inverse = text(body.get("inverseLabel"), "inverseLabel") or label
    links.types[kind.type_id] = replace(kind, label=label)
    links.types[back.type_id] = replace(back, label=inverse)
    return NO_CONTENT


def delete_label(call: Call) -> Response:
    """Only own labels can be removed."""
    links, type_id = call.hubspot.crm.links, record_number(call.parts[2])
    kind = links.types.get(type_id)
    if kind is None or kind.category == HUBSPOT_DEFINED:
        raise not_found()
    del links.types[kind.type_id], links.types[kind.reverse]
    return NO_CONTENT
