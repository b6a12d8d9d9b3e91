"""Records by id and by the value of a field."""

from collections.abc import Iterable, Iterator, Sequence

from integrations.connectors.quickbooks import queries
from integrations.connectors.quickbooks.client import PAGE_ROWS, Client
from integrations.connectors.quickbooks.definitions import Definition
from integrations.connectors.quickbooks.payloads import Payload
from integrations.contract import Category, Fault, Misconfigured

# Values in one statement: as many e-mail addresses as fit in some ten kilobytes.
VALUES_AT_ONCE = 200


class Lookup:
    """Finds the payloads of one object type."""

    def __init__(self, client: Client, definition: Definition) -> None:
        self._client = client
        self._definition = definition

    def by_id(self, ids: Iterable[str]) -> dict[str, Payload]:
        """The records that exist, inactive ones too; an id that is no number does not exist."""
        known = list(dict.fromkeys(filter(str.isdecimal, ids)))
        rows: dict[str, Payload] = {}
        for some in _portions(known, PAGE_ROWS):
            every = queries.any_state(self._definition)
            statement = queries.select(self._definition, *every, queries.among("Id", some))
            rows |= {row["Id"]: row for row in self._query(statement)}
        return rows

    def by_value(self, field: str, values: Iterable[str], *conditions: str) -> list[Payload]:
        """Records whose field has one of the values, compared without regard to case.

        Active ones, unless a condition says otherwise. Raises Misconfigured for a field that
        QuickBooks cannot look up by.
        """
        spec = self._definition.spec(field)
        if not spec.query:
            message = f"QuickBooks cannot look up {self._definition.type.plural} by {field}."
            fault = Fault(Category.CONFIGURATION, "not_queryable", message, field=field)
            raise Misconfigured(fault)
        wanted = list(dict.fromkeys(value for value in values if value))
        rows: list[Payload] = []
        for some in _portions(wanted, VALUES_AT_ONCE):
            rows.extend(self.where(*conditions, queries.among(spec.query, some)))
        return rows

    def where(self, *conditions: str) -> Iterator[Payload]:
        """Every row that fits, page by page: many records may share a value."""
        start = 1
        while True:
            rows = self._query(
                queries.select(self._definition, *conditions, order="Id", start=start)
            )
            yield from rows
            if len(rows) < PAGE_ROWS:
                return
            start += len(rows)

    def _query(self, statement: str) -> Sequence[Payload]:
        return self._client.query(statement, self._definition.entity).rows


def _portions(values: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
