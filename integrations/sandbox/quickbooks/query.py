"""Answering a query from the shelves.

A page in the order of update, which is how a whole list is read safely, costs as much as the page
is long, whatever the number of records.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from integrations.sandbox.quickbooks.entities import ENTITIES, UNFILLED
from integrations.sandbox.quickbooks.faults import Refused, refused
from integrations.sandbox.quickbooks.fields import Entity, Kind
from integrations.sandbox.quickbooks.grammar import Condition, Statement, parse
from integrations.sandbox.quickbooks.shelf import (
    Order,
    Record,
    Row,
    Shelf,
    by_id,
    by_update,
    plain_value,
)
from integrations.sandbox.quickbooks.store import Store
from integrations.sandbox.quickbooks.times import parse_time

UPDATED = "MetaData.LastUpdatedTime"
_FOREVER = 1 << 62
Test = Callable[[Record], bool]


@dataclass
class Plan:
    """A statement whose names are looked up and whose values are read."""

    entity: Entity
    # None: active and inactive ones.
    active: bool | None = True
    first: int = 0
    last: int = _FOREVER
    # None: any; else only these.
    ids: set[str] | None = None
    tests: list[Test] = field(default_factory=list)

    @property
    def has_window(self) -> bool:
        return self.first > 0 or self.last < _FOREVER

    @property
    def is_plain(self) -> bool:
        """Whether the sorted rows can be cut without looking into any of them."""
        return self.ids is None and not self.tests and self.active is not False


@dataclass(frozen=True)
class Result:
    """A page of rows, or a count."""

    entity: str
    statement: Statement
    rows: tuple[bytes, ...] = ()
    count: int = 0

    def body(self) -> bytes:
        """The QueryResponse object."""
        if self.statement.counts:
            return b'{"totalCount":%d}' % self.count
        if not self.rows:
            return b"{}"
        page = len(self.rows)
        head = b'{"%s":[' % self.entity.encode()
        tail = b'],"startPosition":%d,"maxResults":%d,"totalCount":%d}'
        return head + b",".join(self.rows) + tail % (self.statement.start, page, page)


def run(store: Store, text: str) -> Result:
    """Answer a statement; raises Refused."""
    statement = parse(text)
    if statement.entity in UNFILLED:
        return Result(statement.entity, statement)
    entity = ENTITIES.get(statement.entity)
    if entity is None:
        raise _invalid(f"Entity {statement.entity} is not supported")
    shelf = store.shelf(entity)
    plan = _plan(shelf, statement)
    extra = tuple(_known(entity, name) for name in statement.extra)
    order_by = _queryable(entity, statement.order_by) if statement.order_by else ""
    if statement.counts:
        return Result(entity.name, statement, count=_count(shelf, plan))
    rows = _page(shelf, plan, statement, order_by)
    return Result(entity.name, statement, tuple(_shown(entity, row, extra) for row in rows))


def _invalid(detail: str) -> Refused:
    return refused("4001", f"QueryValidationError: {detail}")


def _known(entity: Entity, name: str) -> str:
    """The field as spelled by the schema; refuses what the entity does not have."""
    wanted = name.lower()
    for known in (*entity.fields, "MetaData.CreateTime", UPDATED, *entity.queryable):
        if known.lower() == wanted:
            return known
    raise _invalid(f"Property {name} not found for Entity {entity.name}")


def _queryable(entity: Entity, name: str) -> str:
    known = _known(entity, name)
    if known not in entity.queryable:
        raise _invalid(f"property '{name}' is not queryable")
    return known


# Planning


def _plan(shelf: Shelf, statement: Statement) -> Plan:
    entity = shelf.entity
    plan = Plan(entity, active=True if "Active" in entity.fields else None)
    for condition in statement.conditions:
        name = _queryable(entity, condition.field)
        if name == "Active":
            plan.active = _active(condition)
        elif name == "Id":
            _only(plan, _ids(condition))
        elif name == UPDATED and condition.operator not in ("IN", "LIKE"):
            _narrow(plan, condition)
        elif name in entity.looked_up and condition.operator in ("=", "IN"):
            _only(plan, set().union(*(shelf.lookup(name, v) for v in condition.values)))
        else:
            plan.tests.append(_test(entity, name, condition))
    return plan


def _only(plan: Plan, ids: set[str]) -> None:
    plan.ids = ids if plan.ids is None else plan.ids & ids


def _ids(condition: Condition) -> set[str]:
    if condition.operator not in ("=", "IN"):
        raise _invalid(f"operator {condition.operator} is not supported for property 'Id'")
    return set(condition.values)


def _active(condition: Condition) -> bool | None:
    if condition.operator not in ("=", "IN"):
        raise _invalid(f"operator {condition.operator} is not supported for property 'Active'")
    wanted = {_truth(value, "Active") for value in condition.values}
    return None if len(wanted) == 2 else wanted.pop()


def _truth(value: str, name: str) -> bool:
    if value.lower() not in ("true", "false"):
        raise _invalid(f"Invalid boolean value {value!r} for property '{name}'")
    return value.lower() == "true"


def _narrow(plan: Plan, condition: Condition) -> None:
    """Take a comparison with the time of update into the window; both ends included."""
    second = _second(condition.values[0], UPDATED)
    match condition.operator:
        case ">=":
            plan.first = max(plan.first, second)
        case ">":
            plan.first = max(plan.first, second + 1)
        case "<=":
            plan.last = min(plan.last, second)
        case "<":
            plan.last = min(plan.last, second - 1)
        case _:
            plan.first, plan.last = max(plan.first, second), min(plan.last, second)


def _second(value: str, name: str) -> int:
    second = parse_time(value)
    if second is None:
        raise _invalid(f"Invalid date or time {value!r} for property '{name}'")
    return second


def _test(entity: Entity, name: str, condition: Condition) -> Test:
    read = _reader(entity, name)
    if condition.operator == "LIKE":
        pattern = _like(condition.values[0])
        return lambda record: pattern.fullmatch(str(plain_value(record, name) or "")) is not None
    wanted = [read(value) for value in condition.values]
    if condition.operator == "IN":
        return lambda record: _key(read, record, name) in wanted
    return _comparison(read, name, condition.operator, wanted[0])


def _comparison(read: Callable[[str], Any], name: str, operator: str, wanted: Any) -> Test:
    def test(record: Record) -> bool:
        found = _key(read, record, name)
        if found is None:
            return False
        match operator:
            case "=":
                return bool(found == wanted)
            case "<":
                return bool(found < wanted)
            case ">":
                return bool(found > wanted)
            case "<=":
                return bool(found <= wanted)
            case _:
                return bool(found >= wanted)

    return test


def _key(read: Callable[[str], Any], record: Record, name: str) -> Any:
    value = plain_value(record, name)
    if value is None:
        return None
    return read(str(value).lower() if isinstance(value, bool) else str(value))


def _reader(entity: Entity, name: str) -> Callable[[str], Any]:
    """How a value of this field is compared: as a number, a truth, an instant, or folded text."""
    if name.startswith("MetaData."):
        return lambda value: _second(value, name)
    kind = entity.fields[name].kind
    if kind in (Kind.NUMBER, Kind.INTEGER):
        return lambda value: _amount(value, name)
    if kind is Kind.BOOLEAN:
        return lambda value: _truth(value, name)
    return str.casefold


def _amount(value: str, name: str) -> Decimal:
    try:
        return Decimal(value)
    except InvalidOperation as error:
        raise _invalid(f"Invalid number {value!r} for property '{name}'") from error


def _like(value: str) -> re.Pattern[str]:
    """Only the per cent sign is a wildcard."""
    parts = (re.escape(part) for part in value.split("%"))
    return re.compile(".*".join(parts), re.IGNORECASE | re.DOTALL)


# Finding


def _order(shelf: Shelf, plan: Plan) -> Order:
    return shelf.active if plan.active else shelf.all


def _count(shelf: Shelf, plan: Plan) -> int:
    if plan.is_plain:
        start, stop = _order(shelf, plan).between(plan.first, plan.last)
        return max(0, stop - start)
    return sum(1 for _ in _matching(shelf, plan))


def _page(shelf: Shelf, plan: Plan, statement: Statement, order_by: str) -> Iterable[Row]:
    start, most = statement.start - 1, statement.most
    if plan.is_plain and order_by == UPDATED:
        order = _order(shelf, plan)
        first, last = order.between(plan.first, plan.last)
        return _cut(order.by_update, first, max(first, last), start, most, statement.descending)
    if plan.is_plain and not plan.has_window and order_by in ("", "Id"):
        rows = _order(shelf, plan).by_id
        # Without an order the newest record comes first.
        backwards = statement.descending or not order_by
        return _cut(rows, 0, len(rows), start, most, backwards)
    found = list(_matching(shelf, plan))
    _sort(found, plan.entity, order_by, statement.descending)
    return found[start : start + most]


def _cut(
    rows: list[Row], first: int, last: int, start: int, most: int, backwards: bool
) -> list[Row]:
    if backwards:
        stop = last - start
        return rows[max(first, stop - most) : max(first, stop)][::-1]
    return rows[min(last, first + start) : min(last, first + start + most)]


def _matching(shelf: Shelf, plan: Plan) -> Iterable[Row]:
    for row in _candidates(shelf, plan):
        if plan.active is not None and row.active is not plan.active:
            continue
        if not plan.first <= row.updated <= plan.last:
            continue
        if plan.tests and not _passes(plan.tests, row.record()):
            continue
        yield row


def _passes(tests: list[Test], record: Record) -> bool:
    return all(test(record) for test in tests)


def _candidates(shelf: Shelf, plan: Plan) -> Iterable[Row]:
    if plan.ids is not None:
        return [shelf.rows[record_id] for record_id in plan.ids if record_id in shelf.rows]
    order = _order(shelf, plan)
    first, last = order.between(plan.first, plan.last)
    return order.by_update[first:last]


def _sort(rows: list[Row], entity: Entity, order_by: str, descending: bool) -> None:
    if order_by in ("", "Id"):
        rows.sort(key=by_id, reverse=descending or not order_by)
    elif order_by == UPDATED:
        rows.sort(key=by_update, reverse=descending)
    else:
        read = _reader(entity, order_by)
        rows.sort(key=by_id)
        keys = {row.id: _key(read, row.record(), order_by) for row in rows}
        rows.sort(key=lambda row: (keys[row.id] is not None, keys[row.id]), reverse=descending)


def _shown(entity: Entity, row: Row, extra: tuple[str, ...]) -> bytes:
    if not entity.unselected or set(entity.unselected) <= set(extra):
        return row.body
    if row.plain is None:
        record = row.record()
        for name in entity.unselected:
            record.pop(name, None)
        row.plain = msgspec.json.encode(record)
    return row.plain
