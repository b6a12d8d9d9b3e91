"""Records as Exact's own screens show them, wherever "open in Exact" leads.

The pages of the real thing have a name for each kind of record, /docs/CRMAccountCard.aspx and so
on; here any page with the key of a record shows that record.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from integrations.sandbox import pages
from integrations.sandbox.core import Request, Response
from integrations.sandbox.exact import times
from integrations.sandbox.exact.division import Division
from integrations.sandbox.exact.fields import Edm, Field
from integrations.sandbox.exact.hand import Hand
from integrations.sandbox.exact.resources import Entity
from integrations.sandbox.exact.shelf import Row

TOLD = "Exact Online (stand-in)"
_GUID = re.compile(r"\{?([0-9a-fA-F-]{36})\}?")


def is_screen(path: str) -> bool:
    return path.startswith("/docs/") and path.lower().endswith(".aspx")


def answer(request: Request, hand: Hand) -> Response:
    """The page of the record that the address names; a form that can be sent back."""
    found = _found(request, hand)
    if found is None:
        return pages.missing_page(TOLD)
    division, entity, row = found
    if request.method != "POST":
        return _page(division, entity, row)
    sent = request.form()
    try:
        _do(hand, division, entity, row, sent)
    except ValueError as refusal:
        return _page(division, entity, row, typed=sent, problem=str(refusal))
    now = division.find(entity.path, row.id)
    return _page(division, entity, now, saved=True) if now else pages.missing_page(TOLD)


def _found(request: Request, hand: Hand) -> tuple[Division, Entity, Row] | None:
    keys = [
        match[1].lower()
        for values in request.query.values()
        if (match := _GUID.fullmatch(values[0].strip()))
    ]
    asked = request.first("_Division_")
    wanted = int(asked) if asked.isdecimal() else 0
    for division in hand.divisions.values():
        if wanted in (0, division.code):
            for path, shelf in division.shelves.items():
                row = next((shelf.rows[key] for key in keys if key in shelf.rows), None)
                if row is not None:
                    return division, hand.shared.entities[path], row
    return None


def _do(hand: Hand, division: Division, entity: Entity, row: Row, sent: Mapping[str, str]) -> None:
    if button := sent.get("button"):
        hand.press(entity.path, row.id, button, division=division.code)
        return
    typed = pages.changed(sent, _fields(division, entity, row))
    changes = {name: _read(entity.fields[name], text) for name, text in typed.items()}
    if changes:
        hand.update(entity.path, row.id, division=division.code, **changes)


def _page(
    division: Division,
    entity: Entity,
    row: Row,
    *,
    typed: Mapping[str, str] | None = None,
    problem: str = "",
    saved: bool = False,
) -> Response:
    fields = pages.typed_over(_fields(division, entity, row), typed or {})
    title = str(division.value(entity, row, entity.title) or entity.type)
    offered = [
        (name, button.label)
        for name, button in entity.buttons.items()
        if button.is_offered(row.values)
    ]
    told = f"{TOLD} · {division.code} {division.books.description} · {entity.path} {row.id}"
    below = _lines(division, entity, row) + pages.buttons("button", offered)
    return pages.form_page(title, told, fields, problem=problem, saved=saved, below=below)


def _fields(division: Division, entity: Entity, row: Row) -> list[pages.Shown]:
    labels = entity.shown or {entity.title: entity.title}
    return [
        pages.Shown(name, label, _shown(division, entity, row, name))
        for name, label in labels.items()
    ]


def _lines(division: Division, entity: Entity, row: Row) -> str:
    """The records that hang on this one, each with a page of its own."""
    found = ""
    for lines in entity.lines.values():
        child = division.shared.entities[lines.path]
        held = division.where(lines.path, **{lines.parent: row.id})
        held.sort(key=lambda each: int(each.values.get("LineNumber", 0)))
        rows = [
            (each.id, *(_shown(division, child, each, name) for name in child.shown))
            for each in held
        ]
        address = f"?_Division_={division.code}&ID="
        found += pages.table("Regels", rows, address)
    return found


def _shown(division: Division, entity: Entity, row: Row, name: str) -> str:
    value = division.value(entity, row, name)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if entity.fields[name].type is not Edm.DATETIME:
        return str(value)
    is_day = value % times.DAY == 0
    return times.naive(value).isoformat(" ", "seconds")[: 10 if is_day else None]


def _read(field: Field, text: str) -> Any:
    """What a person typed, as the field has it; what is no number is left to the checks."""
    if not text:
        return None
    if field.type is Edm.BOOLEAN:
        return text.strip().lower() in ("ja", "yes", "true", "1")
    if field.type is Edm.DOUBLE:
        return _number(text, float)
    return _number(text, int) if field.type.value.startswith("int") else text


def _number(text: str, kind: type[float] | type[int]) -> Any:
    try:
        return kind(text.replace(",", "."))
    except ValueError:
        return text
