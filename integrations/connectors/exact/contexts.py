"""One object type of one division, read with certain fields: what feeds and writers work with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Protocol
from zoneinfo import ZoneInfo

from integrations.connectors.exact import odata
from integrations.connectors.exact.client import Client
from integrations.connectors.exact.definitions import Definition
from integrations.connectors.exact.fields import FieldSpec
from integrations.connectors.exact.payloads import Payload
from integrations.connectors.exact.records import Decode, columns_for, compile_decoder, gone
from integrations.contract import Batch, Outcome, Page, Record
from integrations.http import Clock

# Some endpoints are only read with a condition on one of a few fields; these are among them.
_ENOUGH = frozenset({"ID", "Code", "Name", "Email"})
_EVER = f"Created ge {odata.moment('1900-01-01T00:00:00')}"


@dataclass(frozen=True)
class Context:
    """How to read the records of one object type with these fields."""

    client: Client
    definition: Definition
    names: tuple[str, ...]
    zone: ZoneInfo
    clock: Clock

    @cached_property
    def columns(self) -> tuple[str, ...]:
        return columns_for(self.definition, self.names)

    @cached_property
    def record(self) -> Decode:
        """From a completed row to a record."""
        return compile_decoder(self.definition, self.names, self.zone, self.today)

    def today(self) -> date:
        return self.clock().astimezone(self.zone).date()

    def now(self) -> datetime:
        return self.clock()

    def completed(self, rows: Sequence[Payload]) -> Sequence[Payload]:
        """The rows with what of them stands in other resources."""
        if self.definition.complete is not None and rows:
            self.definition.complete(self, rows)
        return rows

    def rows_by_id(self, ids: Iterable[str]) -> dict[str, Payload]:
        """The completed rows that exist, by id in lower case; what is no guid does not exist."""
        wanted = dict.fromkeys(each.lower() for each in ids if odata.is_guid(each))
        key = self.definition.key
        rows = self.rows_where(odata.equals(key, odata.guid(each)) for each in wanted)
        return {str(row[key]).lower(): row for row in rows}

    def rows_where(self, conditions: Iterable[str], also: str = "") -> list[Payload]:
        """The completed rows that fit any of the conditions."""
        definition = self.definition
        expand = definition.expand if definition.expand in self.columns else ""
        found = self.client.among(
            definition.resource, self.columns, conditions, also=also, expand=expand
        )
        return list(self.completed(list(found)))

    def rows_with(self, spec: FieldSpec, values: Iterable[str], also: str = "") -> list[Payload]:
        """The completed rows whose field has one of the values."""
        if spec.literals is None:
            raise ValueError(f"Records are not looked up by {spec.field.name}.")
        literals = (each for value in values if value for each in spec.literals(value))
        conditions = (odata.equals(spec.column, each) for each in literals)
        enough = spec.column in _ENOUGH or also
        return self.rows_where(conditions, also if enough else _EVER)

    def gone(self, record_id: str, at: datetime | None = None) -> Record:
        return gone(record_id, self.names, at)


class FeedReader(Protocol):
    def page(self, text: str) -> Page: ...


class RecordWriter(Protocol):
    """Carries out batches of one object type."""

    def write(self, batch: Batch) -> list[Outcome]: ...

    def resolve(self, batch: Batch) -> list[Outcome]: ...
