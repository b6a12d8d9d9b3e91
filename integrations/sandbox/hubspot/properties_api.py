"""Property definitions and their groups.

developers.hubspot.com/docs/api-reference/latest/crm/properties/guide
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from integrations.sandbox.core import Response, json_response
from integrations.sandbox.hubspot.batch_api import Outcome, answer
from integrations.sandbox.hubspot.call import Call
from integrations.sandbox.hubspot.definitions import FIELD_TYPES_OF, Group, Option, Property
from integrations.sandbox.hubspot.records_api import NO_CONTENT
from integrations.sandbox.hubspot.refusals import (
    Refusal,
    crm_error,
    missing_fields,
    not_found,
    validation,
)
from integrations.sandbox.hubspot.shapes import objects, text, whole
from integrations.sandbox.hubspot.store import ObjectStore
from integrations.sandbox.hubspot.values import iso

NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
MAX_UNIQUE = 10
REQUIRED = ("groupName", "name", "label", "type", "fieldType")
NUMBER_HINTS = frozenset(
    {"currency", "duration", "formatted", "percentage", "probability", "unformatted"}
)
CHANGEABLE = {
    "label": "label",
    "description": "description",
    "groupName": "group",
    "hidden": "hidden",
    "formField": "form_field",
    "displayOrder": "display_order",
    "fieldType": "field_type",
    "type": "type",
}


def list_properties(call: Call) -> Response:
    store, archived = call.store, call.flag("archived")
    wanted = call.request.first("dataSensitivity", "non_sensitive")
    rows = [
        prop.as_json()
        for prop in store.properties.values()
        if prop.archived is archived and prop.sensitivity == wanted
    ]
    return json_response(200, {"results": rows})


def read_property(call: Call) -> Response:
    return json_response(200, _find(call.store, call.parts[1], call.flag("archived")).as_json())


def _find(store: ObjectStore, name: str, archived: bool = False) -> Property:
    prop = store.properties.get(name)
    if prop is None or prop.archived is not archived:
        raise _unknown(store, name)
    return prop


def _unknown(store: ObjectStore, name: str) -> Refusal:
    return not_found(f'Unable to find property with name "{name}" for {store.definition.type_id}')


def create_property(call: Call) -> Response:
    prop = parse_property(call.store, call.object())
    add_property(call, prop)
    return json_response(201, prop.as_json())


def add_property(call: Call, prop: Property) -> None:
    call.hubspot.define_property(call.store, prop)


def parse_property(store: ObjectStore, body: Mapping[str, Any]) -> Property:
    """A new property from its JSON; raises the refusal it earns."""
    if missing := [name for name in REQUIRED if not body.get(name)]:
        raise missing_fields(missing)
    name, kind, field_type = (text(body[n], n) for n in ("name", "type", "fieldType"))
    if NAME.fullmatch(name) is None:
        raise validation(
            f'Property name "{name}" is not valid: it must begin with a letter and hold only '
            "lower-case letters, numbers and underscores."
        )
    known = store.properties.get(name)
    if known is not None and not known.archived:
        message = f'A property named "{name}" already exists.'
        raise crm_error(409, "OBJECT_ALREADY_EXISTS", message, context={"name": [name]})
    _check_types(kind, field_type)
    _check_group(store, text(body["groupName"], "groupName"))
    _check_unique(store, bool(body.get("hasUniqueValue")), kind)
    now = iso(store.now())
    return Property(
        name=name,
        label=str(body["label"]),
        type=kind,
        field_type=field_type,
        group=str(body["groupName"]),
        description=str(body.get("description") or ""),
        options=_options(kind, field_type, body),
        calculated=field_type == "calculation_equation",
        read_only=field_type == "calculation_equation",
        unique=bool(body.get("hasUniqueValue")),
        hidden=bool(body.get("hidden")),
        built_in=False,
        external_options=bool(body.get("externalOptions")),
        referenced_object_type=str(body.get("referencedObjectType") or ""),
        form_field=bool(body.get("formField")),
        display_order=whole(body.get("displayOrder", -1), "displayOrder"),
        number_display_hint=_number_hint(body),
        shows_currency=bool(body.get("showCurrencySymbol")),
        sensitivity=str(body.get("dataSensitivity") or "non_sensitive"),
        created_at=now,
        updated_at=now,
    )


def _number_hint(body: Mapping[str, Any]) -> str:
    hint = str(body.get("numberDisplayHint") or "")
    if hint and hint not in NUMBER_HINTS:
        raise validation(f"{hint} is not one of the allowed values: {sorted(NUMBER_HINTS)}")
    return hint


def _check_types(kind: str, field_type: str) -> None:
    allowed = FIELD_TYPES_OF.get(kind)
    if allowed is None:
        raise validation(f"{kind} is not a valid property type")
    if field_type not in allowed:
        raise validation(f"fieldType {field_type} is not valid for a property of type {kind}")


def _check_group(store: ObjectStore, group: str) -> None:
    if group not in store.groups:
        raise not_found(f'Property group "{group}" does not exist')


def _check_unique(store: ObjectStore, unique: bool, kind: str) -> None:
    if not unique:
        return
    if kind not in ("string", "number"):
        raise validation(f"A property of type {kind} cannot have unique values")
    own = [p for p in store.properties.values() if p.unique and not p.built_in]
    if len(own) >= MAX_UNIQUE:
        raise validation(f"At most {MAX_UNIQUE} properties of an object can have unique values.")


def _options(kind: str, field_type: str, body: Mapping[str, Any]) -> tuple[Option, ...]:
    given = objects(body.get("options"), "options")
    if kind == "bool" or field_type == "booleancheckbox":
        given = given or [{"label": "Yes", "value": "true"}, {"label": "No", "value": "false"}]
    elif kind != "enumeration":
        return ()
    if not given and not body.get("externalOptions"):
        raise validation("Enumeration properties need at least one option")
    values = [str(option.get("value")) for option in given]
    if len(set(values)) != len(values):
        raise validation(f"Property option values must be unique: [{', '.join(values)}]")
    return tuple(_option(option, order) for order, option in enumerate(given))


def _option(given: Mapping[str, Any], order: int) -> Option:
    if missing := [name for name in ("label", "value") if given.get(name) in (None, "")]:
        raise missing_fields(missing)
    return Option(
        value=str(given["value"]),
        label=str(given["label"]),
        display_order=whole(given.get("displayOrder", order), "displayOrder"),
        hidden=bool(given.get("hidden")),
        description=str(given.get("description") or ""),
    )


def update_property(call: Call) -> Response:
    store, body = call.store, call.object()
    prop = _find(store, call.parts[1])
    changes = {m: _kept(body[t], t) for t, m in CHANGEABLE.items() if t in body}
    if "hasUniqueValue" in body and bool(body["hasUniqueValue"]) != prop.unique:
        raise validation("hasUniqueValue cannot be changed after the property is created")
    if prop.built_in and changes:
        raise validation(f'The definition of "{prop.name}" is read only')
    _check_types(changes.get("type", prop.type), changes.get("field_type", prop.field_type))
    if "group" in changes:
        _check_group(store, changes["group"])
    if "options" in body:
        if prop.has_fixed_options:
            raise validation(f'The options of "{prop.name}" are read only')
        changes["options"] = _options(prop.type, prop.field_type, body)
    changed = replace(prop, **changes, updated_at=iso(store.now()))
    add_property(call, changed)
    return json_response(200, changed.as_json())


def _kept(given: Any, name: str) -> Any:
    """A changed part of a definition, of the type that it has."""
    if name in ("hidden", "formField"):
        return bool(given)
    return whole(given, name) if name == "displayOrder" else text(given, name)


def archive_property(call: Call) -> Response:
    prop = _find(call.store, call.parts[1])
    if prop.built_in:
        raise validation(f'"{prop.name}" is defined by HubSpot and cannot be archived')
    add_property(call, replace(prop, archived=True))
    return NO_CONTENT


# Batches ----------------------------------------------------------------------------------


def read_batch(call: Call) -> Response:
    store, outcome = call.store, Outcome()
    archived = bool(call.object().get("archived"))
    for row in call.inputs():
        name = text(row.get("name"), "name")
        try:
            outcome.results.append(_find(store, name, archived).as_json())
        except Refusal as refusal:
            outcome.errors.append(refusal.as_batch_error({"name": [name]}))
    return answer(call, outcome)


def create_batch(call: Call) -> Response:
    outcome = Outcome()
    for row in call.inputs():
        try:
            prop = parse_property(call.store, row)
        except Refusal as refusal:
            outcome.errors.append(refusal.as_batch_error({"name": [text(row.get("name"), "name")]}))
            continue
        add_property(call, prop)
        outcome.results.append(prop.as_json())
    return answer(call, outcome, 201)


def archive_batch(call: Call) -> Response:
    for row in call.inputs():
        prop = call.store.properties.get(text(row.get("name"), "name"))
        if prop is not None and not prop.built_in:
            add_property(call, replace(prop, archived=True))
    return NO_CONTENT


# Groups -----------------------------------------------------------------------------------


def list_groups(call: Call) -> Response:
    return json_response(200, {"results": [g.as_json() for g in call.store.groups.values()]})


def read_group(call: Call) -> Response:
    return json_response(200, _group(call).as_json())


def _group(call: Call) -> Group:
    group = call.store.groups.get(call.parts[1])
    if group is None:
        raise not_found(f'Property group "{call.parts[1]}" does not exist')
    return group


def create_group(call: Call) -> Response:
    body, groups = call.object(), call.store.groups
    if missing := [name for name in ("name", "label") if not body.get(name)]:
        raise missing_fields(missing)
    name = text(body["name"], "name")
    if name in groups:
        message = f'A property group named "{name}" already exists.'
        raise crm_error(409, "OBJECT_ALREADY_EXISTS", message)
    order = whole(body.get("displayOrder", -1), "displayOrder")
    group = groups[name] = Group(name, text(body["label"], "label"), order)
    return json_response(201, group.as_json())


def update_group(call: Call) -> Response:
    body, group = call.object(), _group(call)
    changed = replace(
        group,
        label=str(body.get("label", group.label)),
        display_order=whole(body.get("displayOrder", group.display_order), "displayOrder"),
    )
    call.store.groups[group.name] = changed
    return json_response(200, changed.as_json())


def archive_group(call: Call) -> Response:
    group = _group(call)
    if any(p.group == group.name and not p.archived for p in call.store.properties.values()):
        raise validation(f'Property group "{group.name}" still has properties')
    del call.store.groups[group.name]
    return NO_CONTENT
