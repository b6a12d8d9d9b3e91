"""Checking a body field by field, before any rule of the entity."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from integrations.sandbox.quickbooks.faults import (
    Error,
    Refused,
    missing,
    too_long,
    under,
    unparsable,
)
from integrations.sandbox.quickbooks.fields import (
    LINES,
    LINES_TOGETHER,
    Entity,
    Field,
    Kind,
)

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URL = re.compile(r"(https?://)?[^\s/]+\.\S+", re.IGNORECASE)
_REFERENCE_MEMBERS = frozenset({"value", "name", "type"})


class Checked:
    """What one pass over a body found: clean values, and every error."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.errors: list[Error] = []

    def refuse_if_wrong(self) -> None:
        if self.errors:
            raise Refused(self.errors)


def check_body(entity: Entity, body: Any) -> dict[str, Any]:
    """The writable values of a body, None where it clears a field; raises Refused.

    An unknown property refuses the whole body (2010) before any value is looked at. All other
    errors of the fields are told together.
    """
    if not isinstance(body, Mapping):
        raise unparsable()
    checked = _check_members(entity.fields, body)
    checked.refuse_if_wrong()
    return checked.values


def check_required(entity: Entity, record: Mapping[str, Any]) -> None:
    errors = [
        missing(field.name)
        for field in entity.fields.values()
        if field.required and record.get(field.name) is None
    ]
    if errors:
        raise Refused(errors)


def _check_members(known: Mapping[str, Field], body: Mapping[str, Any]) -> Checked:
    if not body.keys() <= known.keys():
        raise unparsable()
    checked = Checked()
    for name, value in body.items():
        field = known[name]
        if not field.read_only:
            checked.values[name] = _check(field, value, checked.errors)
    return checked


def _check(field: Field, value: Any, errors: list[Error]) -> Any:
    """The clean value; None for null and, mostly, for an empty text: both clear a field."""
    if value is None:
        return None
    if value == "":
        return field.empty
    return _CHECKS[field.kind](field, value, errors)


def _check_text(field: Field, value: Any, errors: list[Error]) -> Any:
    if isinstance(value, dict | list):
        raise unparsable()
    text = _as_text(value)
    if field.trimmed:
        text = text.strip()
    if field.longest is not None and len(text) > field.longest:
        errors.append(too_long(field.name, field.longest, len(text)))
    if field.forbidden and any(sign in text for sign in field.forbidden):
        detail = f"Element contains invalid characters : {text[:100]}"
        errors.append(Error("2040", detail, field.name))
    if field.choices and text not in field.choices:
        errors.append(Error("2170", f"Supplied value:{text}", field.name))
    _check_address(field, text, errors)
    return text or None


def _check_address(field: Field, text: str, errors: list[Error]) -> None:
    if field.email and not _EMAIL.fullmatch(text):
        detail = f"Email Address does not conform to RFC 822 syntax rules. Supplied value:{text}"
        errors.append(Error("2210", detail, field.name))
    if field.url and not _URL.fullmatch(text):
        errors.append(Error("2200", f"Supplied value:{text}", field.name))


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _check_number(field: Field, value: Any, errors: list[Error]) -> Any:
    amount = _as_number(value)
    if amount is None:
        code = "2080" if field.kind is Kind.INTEGER else "2100"
        errors.append(Error(code, f"Supplied value:{value}", field.name))
        return None
    if field.kind is Kind.INTEGER and amount != int(amount):
        errors.append(Error("2080", f"Supplied value:{value}", field.name))
    low, high = field.lowest, field.highest
    if (low is not None and amount < low) or (high is not None and amount > high):
        errors.append(Error("2240", f"Supplied value:{value}", field.name))
    return int(amount) if field.kind is Kind.INTEGER else amount


def _as_number(value: Any) -> float | int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, dict | list):
        raise unparsable()
    if isinstance(value, int):
        return value
    try:
        amount = float(value)
    except (TypeError, ValueError):
        return None
    return amount if math.isfinite(amount) else None


def _check_boolean(field: Field, value: Any, errors: list[Error]) -> Any:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    if isinstance(value, dict | list):
        raise unparsable()
    errors.append(Error("2230", f"Supplied value:{value}", field.name))
    return None


def _check_date(field: Field, value: Any, errors: list[Error]) -> Any:
    if isinstance(value, dict | list):
        raise unparsable()
    try:
        return date.fromisoformat(str(value)[:10]).isoformat()
    except ValueError:
        detail = f"Invalid date format. Supplied value:{value}"
        errors.append(Error("2060", detail, field.name))
        return None


def _check_reference(field: Field, value: Any, errors: list[Error]) -> Any:
    if not isinstance(value, dict) or not value.keys() <= _REFERENCE_MEMBERS:
        raise unparsable()
    number = value.get("value")
    if isinstance(number, dict | list):
        raise unparsable()
    if number is None or number == "":
        errors.append(missing(f"{field.name}.value"))
        return None
    return {"value": _as_text(number)}


def _check_object(field: Field, value: Any, errors: list[Error]) -> Any:
    if not isinstance(value, dict):
        raise unparsable()
    checked = _check_members(field.parts, value)
    errors.extend(under(field.name, error) for error in checked.errors)
    kept = {name: part for name, part in checked.values.items() if part is not None}
    if LINES[0] in field.parts:
        together = sum(len(kept.get(line, "")) for line in LINES)
        if together > LINES_TOGETHER:
            errors.append(under(field.name, too_long("Line1-5", LINES_TOGETHER, together)))
    return kept or None


def _check_list(field: Field, value: Any, errors: list[Error]) -> Any:
    if not isinstance(value, list):
        raise unparsable()
    return [_check_object(field, each, errors) or {} for each in value]


_CHECKS = {
    Kind.TEXT: _check_text,
    Kind.NUMBER: _check_number,
    Kind.INTEGER: _check_number,
    Kind.BOOLEAN: _check_boolean,
    Kind.DATE: _check_date,
    Kind.REFERENCE: _check_reference,
    Kind.OBJECT: _check_object,
    Kind.LIST: _check_list,
}
