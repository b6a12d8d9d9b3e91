"""The rows that a resource shows, whatever stands behind it."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from integrations.sandbox.exact.call import Call
from integrations.sandbox.exact.fields import Edm
from integrations.sandbox.exact.filters import Expression
from integrations.sandbox.exact.resources import Entity, Listing, Resource, View
from integrations.sandbox.exact.shelf import Row

# One row as it is read: a field's name in, its value out.
type Read = Callable[[str], Any]


@dataclass(frozen=True)
class Shown:
    """A row of a resource: its key, and how its fields are read."""

    key: Any
    read: Read


def found(
    resource: Resource, call: Call, wanted: Expression | None, after: Any = None
) -> Iterator[Shown]:
    """The rows that an expression holds for, in the order of their keys, behind `after`."""
    for shown in _all(resource, call, wanted, after):
        if wanted is None or wanted.holds(_padded(resource, shown.read)):
            yield shown


def one(resource: Resource, call: Call, key: Any) -> Shown | None:
    """The row with a key."""
    if isinstance(resource, Entity):
        row = call.division.find(resource.path, key)
        return of_entity(resource, call, row) if row else None
    return next((each for each in _all(resource, call, None, None) if each.key == key), None)


def _all(resource: Resource, call: Call, wanted: Expression | None, after: Any) -> Iterator[Shown]:
    if isinstance(resource, Entity):
        for row in _candidates(call, resource.path, wanted, after):
            yield of_entity(resource, call, row)
    elif isinstance(resource, View):
        yield from _of_view(resource, call, wanted, after)
    elif isinstance(resource, Listing):
        listed = sorted(resource.rows(call), key=lambda values: values[resource.key])
        for values in listed:
            if after is None or values[resource.key] > after:
                yield Shown(values[resource.key], values.get)


def _candidates(
    call: Call, path: str, wanted: Expression | None, after: str | None
) -> Iterable[Row]:
    """The rows that can hold what is named; all of them where nothing narrows it down."""
    shelf = call.division.shelf(path)
    entity = call.shared.entities[path]
    named = wanted.candidates if wanted else None
    kept = {name for name, _ in named or ()}
    if named is None or kept & (entity.joined.keys() | entity.computed.keys()):
        return iter(shelf) if after is None else shelf.after(after)
    ids = {each for name, value in named for each in shelf.holders(name, value)}
    return [shelf.rows[each] for each in sorted(ids) if after is None or each > after]


def of_entity(entity: Entity, call: Call, row: Row) -> Shown:
    return Shown(row.id, lambda name: call.division.value(entity, row, name))


def _of_view(view: View, call: Call, wanted: Expression | None, after: Any) -> Iterator[Shown]:
    rows: Iterable[Row]
    if view.by_timestamp:
        asked = wanted.above if wanted and wanted.above is not None else -1
        above = asked if after is None else max(asked, after)
        shelves = [call.division.shelf(path).newer(above) for path in view.of]
        rows = heapq.merge(*shelves, key=lambda row: row.stamp)
    else:
        rows = [row for path in view.of for row in _candidates(call, path, wanted, after)]
    for row in rows:
        if view.keeps(row):
            yield Shown(row.stamp if view.by_timestamp else row.id, _view_read(view, call, row))


def _view_read(view: View, call: Call, row: Row) -> Read:
    entity = call.shared.entities[row.path]
    own: Mapping[str, Any] = view.present(call.division, row) if view.present else {}

    def read(name: str) -> Any:
        if name == "Timestamp":
            return row.stamp
        return own[name] if name in own else call.division.value(entity, row, name)

    return read


def _padded(resource: Resource, read: Read) -> Read:
    """Filters see what answers show: codes with their spaces, flags that are never null."""

    def padded(name: str) -> Any:
        field, value = resource.fields[name], read(name)
        if value is None and field.type is Edm.BOOLEAN:
            return False
        return field.padded(value)

    return padded
