"""A search as it was asked for, checked: the limits of the search endpoint and its operators.

developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integrations.sandbox.hubspot.refusals import validation
from integrations.sandbox.hubspot.shapes import objects, text, texts, whole

MAX_BODY = 3_000
MAX_GROUPS = 5
MAX_FILTERS_A_GROUP = 6
MAX_FILTERS = 18
MAX_LIMIT = 200
NEED_VALUE = frozenset(
    {"EQ", "NEQ", "LT", "LTE", "GT", "GTE", "CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"}
)
NEED_VALUES = frozenset({"IN", "NOT_IN"})
NEED_NOTHING = frozenset({"HAS_PROPERTY", "NOT_HAS_PROPERTY"})
OPERATORS = NEED_VALUE | NEED_VALUES | NEED_NOTHING | {"BETWEEN"}


@dataclass(frozen=True)
class Filter:
    name: str
    operator: str
    value: str = ""
    high: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Search:
    """A checked search request; equal requests find the same while nothing changes."""

    groups: tuple[tuple[Filter, ...], ...]
    query: str
    sort: str
    descending: bool
    after: int
    limit: int
    properties: tuple[str, ...]

    @property
    def question(self) -> tuple[Any, ...]:
        """What decides which records are found and in which order."""
        return (self.groups, self.query, self.sort, self.descending)


def parse(body: Any, size: int) -> Search:
    """The request, or the refusal it earns."""
    if size > MAX_BODY:
        raise validation(f"The request body is too long: {size} characters, at most {MAX_BODY}.")
    if not isinstance(body, Mapping):
        raise validation("Invalid input JSON on line 1, column 1: an object was expected")
    sort, descending = _sort(body.get("sorts") or [])
    return Search(
        groups=_groups(body),
        query=text(body.get("query"), "query"),
        sort=sort,
        descending=descending,
        after=_whole(body.get("after") or 0, "after"),
        limit=_limit(body.get("limit")),
        properties=texts(body.get("properties"), "properties"),
    )


def _whole(given: Any, name: str) -> int:
    number = whole(given, name)
    if number < 0:
        raise validation(f"{name} must not be negative, it was {given}")
    return number


def _limit(given: Any) -> int:
    limit = 10 if given in (None, 0) else _whole(given, "limit")
    if limit > MAX_LIMIT:
        raise validation(f"The limit {limit} is above the maximum of {MAX_LIMIT} results.")
    return limit


def _sort(sorts: Any) -> tuple[str, bool]:
    if not isinstance(sorts, list):
        raise validation("sorts must be a list")
    if len(sorts) > 1:
        raise validation(f"Only one sort is supported, there were {len(sorts)}.")
    if not sorts:
        return "", False
    if isinstance(sorts[0], str):
        return sorts[0].lstrip("-"), sorts[0].startswith("-")
    (sort,) = objects(sorts, "sorts")
    direction = text(sort.get("direction", "ASCENDING"), "direction")
    if direction not in ("ASCENDING", "DESCENDING"):
        raise validation(f"{direction} is not a valid sort direction")
    return text(sort.get("propertyName"), "propertyName"), direction == "DESCENDING"


def _groups(body: Mapping[str, Any]) -> tuple[tuple[Filter, ...], ...]:
    given = objects(body.get("filterGroups"), "filterGroups")
    if not given and body.get("filters"):
        # The older form: a single group without its name.
        given = [{"filters": body["filters"]}]
    if len(given) > MAX_GROUPS:
        raise validation(
            f"At most {MAX_GROUPS} filter groups are allowed, there were {len(given)}."
        )
    groups = tuple(tuple(map(_filter, objects(group.get("filters"), "filters"))) for group in given)
    for group in groups:
        if len(group) > MAX_FILTERS_A_GROUP:
            message = f"At most {MAX_FILTERS_A_GROUP} filters are allowed in a filter group"
            raise validation(f"{message}, there were {len(group)}.")
    total = sum(map(len, groups))
    if total > MAX_FILTERS:
        raise validation(f"At most {MAX_FILTERS} filters are allowed, there were {total}.")
    return groups


def _filter(given: Mapping[str, Any]) -> Filter:
    name, operator = (text(given.get(part), part) for part in ("propertyName", "operator"))
    if operator not in OPERATORS:
        raise validation(f"{operator} is not a valid search operator")
    if operator in NEED_VALUES and not isinstance(given.get("values"), list):
        raise validation(f"operator {operator} requires values")
    if operator in NEED_VALUE and given.get("value") is None:
        raise validation(f"operator {operator} requires a value")
    if operator == "BETWEEN" and (given.get("value") is None or given.get("highValue") is None):
        raise validation("operator BETWEEN requires value and highValue")
    if operator in NEED_NOTHING and given.get("value") is not None:
        raise validation(f"operator {operator} does not allow a value")
    return Filter(
        name,
        operator,
        text(given.get("value"), "value"),
        text(given.get("highValue"), "highValue"),
        texts(given.get("values"), "values"),
    )
