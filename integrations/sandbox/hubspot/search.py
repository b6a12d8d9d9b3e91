"""The search endpoint: what its operators find, in an index that lags behind writes.

developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from math import isfinite
from typing import Any

from integrations.sandbox.hubspot.asked import NEED_NOTHING, NEED_VALUES, Filter, Search
from integrations.sandbox.hubspot.crm import Crm
from integrations.sandbox.hubspot.refusals import validation
from integrations.sandbox.hubspot.shapes import record_number
from integrations.sandbox.hubspot.store import ObjectStore, Record
from integrations.sandbox.hubspot.values import iso, milliseconds_of

MAX_REACHED = 10_000
KEPT_SEARCHES = 16
ORDERED_TYPES = frozenset({"number", "date", "datetime"})
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")

Getter = Callable[[Record], str | None]
Key = float | str
Test = Callable[[Record], bool]


class Searcher:
    """Answers searches over one store; a page further costs nothing while nothing changes."""

    def __init__(self, crm: Crm) -> None:
        self._crm = crm
        self._found: dict[tuple[Any, ...], tuple[int, Sequence[int]]] = {}

    def run(self, store: ObjectStore, search: Search) -> tuple[int, list[Record]]:
        """How many records match, and those of the page as the index shows them."""
        if search.after + search.limit > MAX_REACHED:
            raise validation(f"Paging past {MAX_REACHED} results is not possible.")
        indexed = store.catch_up()
        key = (store.definition.name, search.question)
        cached = self._found.get(key)
        if cached is None or cached[0] != indexed:
            if len(self._found) >= KEPT_SEARCHES:
                self._found.clear()
            cached = self._found[key] = (indexed, self._match(store, search))
        ids = cached[1]
        stale = store.unindexed()
        page = ids[search.after : search.after + search.limit]
        shown = [stale[i] if i in stale else store.records.get(i) for i in page]
        return len(ids), [record for record in shown if record is not None]

    def _match(self, store: ObjectStore, search: Search) -> Sequence[int]:
        for group in search.groups:
            for one in group:
                _check_name(store, self._crm, one.name)
        if search.sort:
            _check_name(store, self._crm, search.sort)
        tests = [[self._test(store, one) for one in group] for group in search.groups]
        stale = store.unindexed()
        records = store.records
        candidates, is_exact = _candidates(store, search)
        if is_exact and not stale:
            return _ordered(store, search, candidates)
        found = [records[i] for i in candidates if i not in stale]
        found += [old for old in stale.values() if old is not None and not old.archived_at]
        if search.groups:
            found = [r for r in found if any(all(test(r) for test in group) for group in tests)]
        if search.query:
            found = [r for r in found if _contains(store, r, search.query)]
        return _sorted(store, search, found)

    def _test(self, store: ObjectStore, one: Filter) -> Test:
        if one.name.startswith("associations."):
            return self._association_test(store, one)
        kind, get = _reader(store, one.name)
        return _make_test(kind, get, one)

    def _association_test(self, store: ObjectStore, one: Filter) -> Test:
        target = self._crm.store(one.name.partition(".")[2]).definition.name
        of, source = self._crm.links.of, store.definition.name
        wanted = {record_number(v) for v in one.values or (one.value,)}
        if one.operator in NEED_NOTHING:
            has = one.operator == "HAS_PROPERTY"
            return lambda r: bool(of(source, target, r.id)) is has
        if one.operator not in ("EQ", "IN", "NEQ", "NOT_IN"):
            raise validation(f"{one.operator} is not supported for {one.name}")
        inside = one.operator in ("EQ", "IN")
        return lambda r: (not wanted.isdisjoint(of(source, target, r.id))) is inside


def _check_name(store: ObjectStore, crm: Crm, name: str) -> None:
    if name.startswith("associations."):
        crm.store(name.partition(".")[2])
    elif name not in store.properties:
        raise validation(f'There is no property named "{name}" for this object type.')


def _reader(store: ObjectStore, name: str) -> tuple[str, Getter]:
    """The type of a property and how to read it from a record."""
    definition = store.definition
    kind = store.properties[name].type
    if name == "hs_object_id":
        return kind, lambda r: str(r.id)
    if name == definition.created:
        return kind, lambda r: iso(r.created)
    if name == definition.modified:
        return kind, lambda r: iso(r.updated)
    return kind, lambda r: r.values.get(name)


def comparable(kind: str, held: str) -> Key:
    """The form in which values of a type are compared; raises ValueError."""
    if kind == "number":
        return _finite(float(held))
    if kind in ("date", "datetime"):
        return milliseconds_of(held)
    return held if kind == "enumeration" else held.lower()


def _finite(number: float) -> float:
    if not isfinite(number):
        raise ValueError(f"{number} is no number to compare with")
    return number


def _wanted(kind: str, given: str, name: str) -> Key:
    try:
        return comparable(kind, given)
    except ValueError as error:
        raise validation(f"{given} is not a valid {kind} for {name}") from error


def _make_test(kind: str, get: Getter, one: Filter) -> Test:
    operator = one.operator
    if operator == "HAS_PROPERTY":
        return lambda r: bool(get(r))
    if operator == "NOT_HAS_PROPERTY":
        return lambda r: not get(r)
    if operator.endswith("CONTAINS_TOKEN"):
        return _token_test(get, one.value, operator.startswith("NOT"))
    if operator in NEED_VALUES:
        return _list_test(kind, get, one)
    return _comparison(kind, get, one)


def _comparison(kind: str, get: Getter, one: Filter) -> Test:
    wanted = _wanted(kind, one.value, one.name)
    high = _wanted(kind, one.high, one.name) if one.operator == "BETWEEN" else wanted
    compare = COMPARISONS[one.operator]

    def test(record: Record) -> bool:
        held = get(record)
        if not held:
            return False
        return compare(comparable(kind, held), wanted, high)

    return test


COMPARISONS: dict[str, Callable[[Any, Any, Any], bool]] = {
    "EQ": lambda held, wanted, _: held == wanted,
    "NEQ": lambda held, wanted, _: held != wanted,
    "LT": lambda held, wanted, _: held < wanted,
    "LTE": lambda held, wanted, _: held <= wanted,
    "GT": lambda held, wanted, _: held > wanted,
    "GTE": lambda held, wanted, _: held >= wanted,
    "BETWEEN": lambda held, wanted, high: wanted <= held <= high,
}


def _list_test(kind: str, get: Getter, one: Filter) -> Test:
    # The values of a text are compared as they are given: only lower-case ones can match.
    raw = kind in ("string", "phone_number")
    wanted = {v if raw else _wanted(kind, v, one.name) for v in one.values}
    inside = one.operator == "IN"

    def test(record: Record) -> bool:
        held = get(record)
        if not held:
            return False
        return (comparable(kind, held) in wanted) is inside

    return test


def _token_test(get: Getter, value: str, negated: bool) -> Test:
    """Words of the value; a star at an end of it stands for any letters."""
    parts = [re.escape(part).replace(r"\*", r"\w*") for part in value.lower().split()]
    pattern = re.compile(r"(?<!\w)" + r"\W+".join(parts) + r"(?!\w)")

    def test(record: Record) -> bool:
        held = get(record)
        return bool(held and pattern.search(held.lower())) is not negated

    return test


def _contains(store: ObjectStore, record: Record, query: str) -> bool:
    """Whether every word of the query begins a word of the searched properties."""
    searched = (record.values.get(name, "") for name in store.definition.searched)
    words = [word for held in searched for word in WORD.findall(held.lower())]
    return all(any(w.startswith(part) for w in words) for part in WORD.findall(query.lower()))


# Which records need looking at ------------------------------------------------------------


def _candidates(store: ObjectStore, search: Search) -> tuple[Iterable[int], bool]:
    """Ids among which all matches are, and whether they are exactly the matches."""
    if len(search.groups) > 1:
        return store.live, False
    filters = search.groups[0] if search.groups else ()
    alone = len(filters) <= 1 and not search.query
    if not filters:
        return store.live, alone
    for one in filters:
        span = _span(store, one)
        if span is not None:
            # The holder of an address may have it only as a secondary one.
            return span, alone and one.name != "email"
    return store.live, False


def _span(store: ObjectStore, one: Filter) -> Iterable[int] | None:
    """The ids that a filter on the id, the change time or the e-mail address leaves."""
    if one.name == "hs_object_id" and (bounds := _bounds(one, "number")):
        start, end = bisect_left(store.live, bounds[0]), bisect_right(store.live, bounds[1])
        return store.live[start:end]
    if one.name == store.definition.modified and (bounds := _bounds(one, "datetime")):
        start = bisect_left(store.by_modified, (bounds[0], 0))
        end = bisect_right(store.by_modified, (bounds[1], float("inf")))
        return [record_id for _, record_id in store.by_modified[start:end]]
    if one.operator == "EQ" and one.name == "email" and "email" in store.unique_names:
        owner = store.owner_of("email", one.value)
        return [] if owner is None else [owner]
    return None


def _bounds(one: Filter, kind: str) -> tuple[float, float] | None:
    """The lowest and the highest whole number that pass; None for other operators."""
    if one.operator not in ("EQ", "GT", "GTE", "LT", "LTE", "BETWEEN"):
        return None
    value = _wanted(kind, one.value, one.name)
    if isinstance(value, str) or value != int(value):
        return None
    infinity = float("inf")
    if one.operator == "BETWEEN":
        return (value, float(_wanted(kind, one.high, one.name)))
    return {
        "EQ": (value, value),
        "GT": (value + 1, infinity),
        "GTE": (value, infinity),
        "LT": (-infinity, value - 1),
        "LTE": (-infinity, value),
    }[one.operator]


def _ordered(store: ObjectStore, search: Search, candidates: Iterable[int]) -> Sequence[int]:
    """Exact matches in the wanted order, without looking at them where that is possible."""
    if search.sort == store.definition.modified:
        key = store.records
        return sorted(candidates, key=lambda i: (key[i].updated, i), reverse=search.descending)
    if search.sort in ("", "hs_object_id"):
        return sorted(candidates, reverse=search.descending)
    return _sorted(store, search, [store.records[i] for i in candidates])


def _sorted(store: ObjectStore, search: Search, found: list[Record]) -> list[int]:
    if not search.sort or search.sort == "hs_object_id":
        return sorted((r.id for r in found), reverse=search.descending)
    kind, get = _reader(store, search.sort)

    def key(record: Record) -> tuple[Any, int]:
        held = get(record)
        return comparable(kind, held) if held else "", record.id

    filled = sorted((r for r in found if get(r)), key=key, reverse=search.descending)
    empty = [r.id for r in found if not get(r)]
    ids = [r.id for r in filled]
    # Records without a value come last in either direction.
    return ids + sorted(empty)
