"""Creating, changing and deleting records by their rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from integrations.sandbox.exact.checks import TOP_LEVEL, check, read_body, writable
from integrations.sandbox.exact.division import Division
from integrations.sandbox.exact.drafts import Draft
from integrations.sandbox.exact.messages import Kind, Problem, Refused, Stopped
from integrations.sandbox.exact.resources import Entity
from integrations.sandbox.exact.shelf import Row


@dataclass(frozen=True)
class Writer:
    """Who writes: an app for a person, or the person on the screens."""

    by: str = ""
    by_person: bool = False


APP = Writer()


def create(division: Division, entity: Entity, body: Any, writer: Writer = APP) -> Row:
    """Raises Refused for what the books do not take, Stopped for what cannot be read."""
    draft = _new_draft(division, entity, body, writer)
    _add_lines(draft)
    _check_all(draft)
    same = entity.same(draft) if entity.same else None
    return same or _store(draft)


def update(division: Division, entity: Entity, row: Row, body: Any, writer: Writer = APP) -> Row:
    """Only what is sent changes; null clears a field."""
    values = read_body(entity, body, division.shared.zone)
    if any(name in values for name in entity.lines):
        # Nobody has seen lines in the PUT of a header work.
        raise Stopped(400, TOP_LEVEL)
    sent = writable(entity, values, is_new=False)
    draft = Draft(
        division,
        entity,
        {**row.values, **sent},
        before=dict(row.values),
        sent=frozenset(sent),
        by=writer.by,
        by_person=writer.by_person,
    )
    _check_all(draft)
    return _store(draft)


def delete(division: Division, entity: Entity, row: Row, writer: Writer = APP) -> None:
    before = dict(row.values)
    draft = Draft(
        division, entity, dict(before), before=before, by=writer.by, by_person=writer.by_person
    )
    for guard in entity.guards:
        guard(draft)
    draft.settle()
    _refuse_used(division, entity, row)
    for path, name in entity.takes_along:
        for child in division.where(path, **{name: row.id}):
            division.remove(division.shared.entities[path], child, writer.by)
    division.remove(entity, row, writer.by)
    for rule in entity.removed:
        rule(draft)


def _refuse_used(division: Division, entity: Entity, row: Row) -> None:
    if any(division.shelf(path).holders(name, row.id) for path, name in entity.used_by):
        raise Refused(Problem(Kind.IN_USE, entity.path))


def _new_draft(division: Division, entity: Entity, body: Any, writer: Writer) -> Draft:
    values = read_body(entity, body, division.shared.zone)
    sent = writable(entity, values, is_new=True)
    given = {name: value for name, value in sent.items() if value is not None}
    return Draft(
        division,
        entity,
        {**entity.defaults, **given},
        sent=frozenset(given),
        by=writer.by,
        by_person=writer.by_person,
    )


def _add_lines(draft: Draft) -> None:
    """Take the records sent along out of the body and read them in turn."""
    for name, lines in draft.entity.lines.items():
        sent = draft.values.pop(name, None)
        if sent is None:
            sent = []
        if not isinstance(sent, list):
            raise Stopped(400, TOP_LEVEL)
        child = draft.division.shared.entities[lines.path]
        writer = Writer(draft.by, draft.by_person)
        draft.lines[name] = [_new_draft(draft.division, child, each, writer) for each in sent]
        for line in draft.lines[name]:
            line.header, line.exempt = draft, lines.parent
        if lines.mandatory and not sent:
            draft.refuse(Kind.MANDATORY, name)


def _check_all(draft: Draft) -> None:
    """The header's rules first, which its lines may depend on; all reasons are told at once."""
    for each in _with_lines(draft):
        for rule in each.entity.rules:
            rule(each)
        check(each)
        if each is not draft:
            draft.problems += each.problems
    draft.settle()


def _with_lines(draft: Draft) -> list[Draft]:
    return [draft, *(line for lines in draft.lines.values() for line in lines)]


def _store(draft: Draft) -> Row:
    row = draft.division.save(draft.entity, draft.values, draft.by)
    draft.values[draft.entity.key] = row.id
    for name, lines in draft.lines.items():
        parent = draft.entity.lines[name].parent
        for line in lines:
            line.values[parent] = row.id
            _store(line)
    for rule in draft.entity.saved:
        rule(draft)
    return row
