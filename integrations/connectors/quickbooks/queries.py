"""Statements of QuickBooks' query language.

developer.intuit.com, "Query operations and syntax": no OR and no projections; positions start at
1; apostrophes take a backslash; name lists hide inactive records unless they are asked for.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from integrations.connectors.quickbooks.definitions import Definition

ANY_STATE = "Active IN (true, false)"
UPDATED = "MetaData.LastUpdatedTime"


def any_state(definition: Definition) -> tuple[str, ...]:
    """What also brings inactive records; documents know no such thing."""
    return () if definition.is_document else (ANY_STATE,)


def quoted(value: str) -> str:
    """The value as a literal."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def literal(at: datetime) -> str:
    """A time as text, whole seconds, in UTC: an offset's plus sign would need encoding."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def among(name: str, values: Iterable[str]) -> str:
    return f"{name} IN ({', '.join(map(quoted, values))})"


def select(definition: Definition, *conditions: str, order: str = "", start: int = 1) -> str:
    return select_from(
        definition.entity, *conditions, order=order, start=start, columns=definition.select
    )


def select_from(
    entity: str, *conditions: str, order: str = "", start: int = 1, columns: str = "*"
) -> str:
    """A page of a thousand rows, the most there is."""
    ordered = f" ORDERBY {order}" if order else ""
    return (
        _statement(columns, entity, conditions) + f"{ordered} STARTPOSITION {start} MAXRESULTS 1000"
    )


def count(definition: Definition, *conditions: str) -> str:
    return _statement("COUNT(*)", definition.entity, conditions)


def _statement(columns: str, entity: str, conditions: Sequence[str]) -> str:
    parts = ["SELECT", columns, "FROM", entity]
    if conditions:
        parts += ["WHERE", " AND ".join(conditions)]
    return " ".join(parts)


def since(at: datetime) -> str:
    return f"{UPDATED} >= {quoted(literal(at))}"


def before(at: datetime) -> str:
    return f"{UPDATED} < {quoted(literal(at))}"
