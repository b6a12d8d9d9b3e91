"""The shapes that parts of a body must have; what does not fit is refused like broken JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.sandbox.hubspot.refusals import Refusal, validation

MOST_DIGITS = 18


def _misfit(name: str, expected: str) -> Refusal:
    return validation(f"Invalid input JSON on line 1, column 2: {name} must be {expected}")


def objects(given: Any, name: str) -> list[Mapping[str, Any]]:
    """A list of objects; empty for null."""
    if given is None:
        return []
    if not isinstance(given, list) or not all(isinstance(row, Mapping) for row in given):
        raise _misfit(name, "a list of objects")
    return given


def texts(given: Any, name: str) -> tuple[str, ...]:
    """A list of texts, numbers or booleans, as texts; empty for null."""
    if given is None:
        return ()
    if not isinstance(given, list):
        raise _misfit(name, "a list of texts")
    return tuple(text(one, name) for one in given)


def text(given: Any, name: str) -> str:
    """A text, number or boolean, as a text; empty for null."""
    if given is None:
        return ""
    if isinstance(given, bool):
        return str(given).lower()
    if isinstance(given, str | int | float):
        return str(given)
    raise _misfit(name, "a text")


def whole(given: Any, name: str) -> int:
    """A whole number, or a text of one."""
    try:
        return int(text(given, name))
    except ValueError as error:
        raise _misfit(name, "an integer") from error


def record_number(wanted: str) -> int:
    """The number of a record's id; -1, which no record has, for anything else."""
    fits = wanted.isascii() and wanted.isdigit() and len(wanted) <= MOST_DIGITS
    return int(wanted) if fits else -1
