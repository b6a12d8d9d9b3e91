"""Reading a body: names, types, keys and references, before the rules of the books."""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from integrations.sandbox.exact import times
from integrations.sandbox.exact.drafts import Draft
from integrations.sandbox.exact.fields import Edm, Field
from integrations.sandbox.exact.messages import Kind, Stopped
from integrations.sandbox.exact.resources import Entity, Resource, Values

_RANGES = {Edm.BYTE: (0, 255), Edm.INT16: (-(2**15), 2**15 - 1), Edm.INT32: (-(2**31), 2**31 - 1)}
TOP_LEVEL = (
    "Error processing request stream. The request should be a valid top-level resource object."
)


def read_body(resource: Resource, body: Any, zone: ZoneInfo) -> Values:
    """The values of a body, collections left as they are; raises Stopped (400)."""
    if not isinstance(body, dict):
        raise Stopped(400, TOP_LEVEL)
    values: Values = {}
    for name, value in body.items():
        if name == "__metadata":
            continue
        field = resource.fields.get(name)
        if field is None:
            raise Stopped(400, _unknown(resource, name))
        values[name] = _converted(field, value, zone)
    return values


def check(draft: Draft) -> None:
    """Refuse what is missing, too long, or names nothing."""
    for field in draft.entity.fields.values():
        value = draft.values.get(field.name)
        if value is None:
            _check_missing(draft, field)
        elif draft.changes(field.name):
            _check_value(draft, field, value)


def _check_missing(draft: Draft, field: Field) -> None:
    is_given_later = field.is_key or field.type is Edm.COLLECTION or field.name == draft.exempt
    if field.mandatory and not is_given_later:
        draft.refuse(Kind.MANDATORY, field.name)


def _check_value(draft: Draft, field: Field, value: Any) -> None:
    if field.longest is not None and isinstance(value, str) and len(value) > field.longest:
        draft.refuse(Kind.TOO_LONG, field.name)
    if field.email and not _is_email(value):
        draft.refuse(Kind.INVALID_VALUE, field.name, value)
    if field.refers_to and draft.referred(field.name) is None:
        draft.refuse(Kind.BAD_REFERENCE, field.name)


def _is_email(value: str) -> bool:
    name, at, host = value.partition("@")
    return bool(at and name and "." in host.strip(".")) and not set(value) & set(" ,;<>@") - {"@"}


def writable(entity: Entity, values: Mapping[str, Any], *, is_new: bool) -> Values:
    """What a call may write; the rest is dropped without a word, as is a key."""
    return {
        name: value
        for name, value in values.items()
        if (entity.fields[name].in_post if is_new else entity.fields[name].in_put)
        and not entity.fields[name].is_key
    }


def _converted(field: Field, value: Any, zone: ZoneInfo) -> Any:
    if value is None:
        return None
    if field.type is Edm.COLLECTION:
        return value
    found = _CONVERT[field.type](field, value, zone)
    if found is None:
        raise Stopped(
            400,
            "Error processing request stream. Error encountered in converting the value from "
            f"request payload for property '{field.name}' to type '{field.edm_name}', which is "
            "the property's expected type. See inner exception for more detail.",
        )
    # An empty text clears a field as null does.
    return None if found == "" else found


def _text(field: Field, value: Any, zone: ZoneInfo) -> str | None:
    if not isinstance(value, str):
        return None
    return value.strip() if field.pad else value


def _guid(field: Field, value: Any, zone: ZoneInfo) -> str | None:
    try:
        return str(uuid.UUID(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def _flag(field: Field, value: Any, zone: ZoneInfo) -> bool | None:
    return value if isinstance(value, bool) else None


def _integer(field: Field, value: Any, zone: ZoneInfo) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    lowest, highest = _RANGES.get(field.type, (-(2**63), 2**63 - 1))
    return value if lowest <= value <= highest else None


def _double(field: Field, value: Any, zone: ZoneInfo) -> float | int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return value


def _moment(field: Field, value: Any, zone: ZoneInfo) -> int | None:
    return times.parse(value, zone) if isinstance(value, str) else None


_CONVERT = {
    Edm.STRING: _text,
    Edm.BINARY: _text,
    Edm.GUID: _guid,
    Edm.BOOLEAN: _flag,
    Edm.BYTE: _integer,
    Edm.INT16: _integer,
    Edm.INT32: _integer,
    Edm.INT64: _integer,
    Edm.DOUBLE: _double,
    Edm.DATETIME: _moment,
}


def _unknown(resource: Resource, name: str) -> str:
    return (
        f"Error processing request stream. The property name '{name}' specified for type "
        f"'Exact.Web.Api.Models.{resource.type}' is not valid."
    )
