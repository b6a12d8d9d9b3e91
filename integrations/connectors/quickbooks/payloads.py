"""The JSON of QuickBooks."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from integrations.payloads import Payload, Unwritable, decimal, from_json, refusal, to_json

__all__ = [
    "Payload",
    "Unwritable",
    "decimal",
    "from_json",
    "instant",
    "reference",
    "refusal",
    "to_json",
]


def instant(value: str) -> datetime:
    """A time of QuickBooks, which carries the offset of its own coast, in UTC."""
    return datetime.fromisoformat(value).astimezone(UTC)


def reference(member: Any) -> str:
    """The id that a reference holds; empty when there is none."""
    return str(member.get("value") or "") if isinstance(member, Mapping) else ""
