"""The JSON of Exact: three shapes of answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integrations.payloads import Payload, Unwritable, decimal, from_json, refusal, to_json

__all__ = [
    "Payload",
    "Rows",
    "Unwritable",
    "code",
    "decimal",
    "from_json",
    "nested",
    "refusal",
    "rows_of",
    "to_json",
]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of an answer, and the address of the next page; empty when it was the last."""

    rows: tuple[Payload, ...]
    next: str = ""


def rows_of(answer: Any) -> Rows:
    """The rows of `{"d": {"results": […]}}`, `{"d": […]}` or `{"d": {…}}`.

    Raises ValueError for anything else.
    """
    inner = answer.get("d") if isinstance(answer, dict) else None
    if isinstance(inner, list):
        return Rows(_objects(inner))
    if isinstance(inner, dict):
        results = inner.get("results")
        if isinstance(results, list):
            return Rows(_objects(results), str(inner.get("__next") or ""))
        return Rows((inner,))
    raise ValueError("There is no data in this answer.")


def _objects(rows: Sequence[Any]) -> tuple[Payload, ...]:
    return tuple(row for row in rows if isinstance(row, dict))


def nested(row: Mapping[str, Any], name: str) -> tuple[Payload, ...] | None:
    """The rows of an expanded collection; None when it was not expanded."""
    member = row.get(name)
    if isinstance(member, list):
        return _objects(member)
    if isinstance(member, dict) and isinstance(member.get("results"), list):
        return _objects(member["results"])
    return None


def code(value: Any) -> str:
    """A code or guid without its padding; empty when there is none."""
    return "" if value is None else str(value).strip()
