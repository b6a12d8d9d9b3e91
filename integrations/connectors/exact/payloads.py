"""The JSON of Exact: three shapes of answers, exact amounts, and values that cannot be sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from integrations.contract import Category, Fault, Field

type Payload = dict[str, Any]

_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_ENCODER = msgspec.json.Encoder(decimal_format="number")


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of an answer, and the address of the next page; empty when it was the last."""

    rows: tuple[Payload, ...]
    next: str = ""


class Unwritable(Exception):
    """A value that cannot be sent for this record; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def refusal(category: Category, code: str, field: Field, reason: str) -> Unwritable:
    return Unwritable(Fault(category, code, f"{field.label}: {reason}", field=field.name))


def from_json(body: bytes) -> Any:
    """The decoded body, numbers as written; raises msgspec.DecodeError when it is not JSON."""
    return _DECODER.decode(body)


def to_json(payload: Any) -> bytes:
    return _ENCODER.encode(payload)


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


def decimal(value: Any) -> Decimal | None:
    return None if value is None or value == "" else Decimal(str(value))
