"""One connection to Exact Online."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from integrations.connectors import Hosts
from integrations.connectors.exact import settings
from integrations.connectors.exact.client import Client
from integrations.connectors.exact.contexts import Context, RecordWriter
from integrations.connectors.exact.definitions import Definition
from integrations.connectors.exact.divisions import division
from integrations.connectors.exact.feed import Feed
from integrations.connectors.exact.lists import choices_of
from integrations.connectors.exact.objects import DEFINITIONS, definition_of
from integrations.connectors.exact.writes import Writer
from integrations.contract import (
    Batch,
    Category,
    Choice,
    Fault,
    Field,
    Identity,
    Misconfigured,
    ObjectType,
    OperationKind,
    Outcome,
    Page,
    Record,
    RecordState,
)
from integrations.http import Clock, Http
from integrations.oauth import TokenAnswer


class ExactConnector:
    """The `Connector` of one division."""

    code: ClassVar[str] = settings.CODE

    def __init__(
        self,
        http: Http,
        external_id: str,
        hosts: Hosts,
        environment: str,
        clock: Clock,
    ) -> None:
        self._client = Client(http, external_id, clock)
        self._division = external_id
        self._hosts = hosts
        self._environment = environment
        self._clock = clock
        self._zone: ZoneInfo | None = None
        self._contexts: dict[tuple[str, tuple[str, ...]], Context] = {}

    def identity(self) -> Identity:
        found = division(self._client)
        return Identity(
            external_id=self._division,
            name=found.name,
            currency=found.currency,
            country=found.country,
            time_zone=self._known_zone().key,
            url=f"{self._hosts.app}/docs/MenuPortal.aspx?_Division_={self._division}",
            scopes=settings.SCOPES,
        )

    def object_types(self) -> Sequence[ObjectType]:
        return tuple(definition.type for definition in DEFINITIONS.values())

    def fields(self, object_type: str) -> Sequence[Field]:
        return tuple(spec.field for spec in definition_of(object_type).specs)

    def choices(self, list_name: str) -> Sequence[Choice]:
        return choices_of(self._client, list_name)

    def prepare(self, object_type: str, wanted: Sequence[Field] = ()) -> None:
        """Nothing to make: Exact lets nobody add fields, and marks stand in fields of its own."""
        definition_of(object_type)

    def changes(self, object_type: str, cursor: str, fields: Collection[str]) -> Page:
        context = self._context(object_type, fields)
        make = context.definition.feed or Feed
        return make(context).page(cursor)

    def read(
        self, object_type: str, ids: Sequence[str], fields: Collection[str]
    ) -> Sequence[Record]:
        context = self._context(object_type, fields)
        rows = context.rows_by_id(ids)
        return [
            context.record(rows[each.lower()]) if each.lower() in rows else context.gone(each)
            for each in dict.fromkeys(ids)
        ]

    def find(
        self, object_type: str, key: str, values: Sequence[str], fields: Collection[str]
    ) -> Sequence[Record]:
        context = self._context(object_type, fields)
        definition = context.definition
        if key not in definition.type.find_by:
            message = f"Exact cannot look up {definition.type.plural.lower()} by {key}."
            fault = Fault(Category.CONFIGURATION, "not_queryable", message, field=key)
            raise Misconfigured(fault)
        rows = context.rows_with(definition.spec(key), values)
        found = {record.id: record for record in map(context.record, rows)}
        return [record for record in found.values() if record.state is RecordState.LIVE]

    def write(self, object_type: str, batch: Batch, fields: Collection[str]) -> Sequence[Outcome]:
        self._check_batch(object_type, batch)
        return self._writer(object_type, fields).write(batch) if batch.operations else ()

    def resolve(self, object_type: str, batch: Batch, fields: Collection[str]) -> Sequence[Outcome]:
        self._check_batch(object_type, batch)
        if any(op.kind is not OperationKind.CREATE for op in batch.operations):
            raise ValueError("Only creates are resolved: an update's answer tells by its version.")
        return self._writer(object_type, fields).resolve(batch) if batch.operations else ()

    def link(self, object_type: str, id: str) -> str:  # noqa: A002 - the contract's word
        """The record's page, as people see its address in their browsers: none is documented."""
        screen = definition_of(object_type).screen
        return self._hosts.app + screen.format(id=id, division=self._division)

    def _writer(self, object_type: str, fields: Collection[str]) -> RecordWriter:
        context = self._context(object_type, fields)
        return (context.definition.writer or Writer)(context)

    def _context(self, object_type: str, fields: Collection[str]) -> Context:
        definition: Definition = definition_of(object_type)
        key = (object_type, tuple(fields))
        if key not in self._contexts:
            zone = self._known_zone()
            self._contexts[key] = Context(self._client, definition, key[1], zone, self._clock)
        return self._contexts[key]

    def _known_zone(self) -> ZoneInfo:
        if self._zone is None:
            self._zone = self._asked_zone()
        return self._zone

    def _asked_zone(self) -> ZoneInfo:
        """The servers' wall clock; where the site is elsewhere, they are asked which it is."""
        central = ZoneInfo(settings.TIME_ZONE)
        local = settings.TIME_ZONES.get(self._environment)
        if local is None:
            return central
        offset = self._client.me("ServerUtcOffset").get("ServerUtcOffset")
        return ZoneInfo(local) if _offset(ZoneInfo(local), self._clock()) == offset else central

    def _check_batch(self, object_type: str, batch: Batch) -> None:
        most = definition_of(object_type).type.write_batch
        if len(batch.operations) > most:
            raise ValueError(f"A batch has at most {most} operations at Exact.")
        if len({op.kind for op in batch.operations}) > 1:
            raise ValueError("The operations of a batch must be of one kind.")


def _offset(zone: ZoneInfo, at: datetime) -> float:
    return (at.astimezone(zone).utcoffset() or timedelta()).total_seconds()


def external_id_from_callback(_query: Mapping[str, str], _answer: TokenAnswer) -> str:
    """Never asked: a sign-in opens several companies, of which one is chosen."""
    message = "Exact does not say which company was connected. Please choose one."
    raise Misconfigured(Fault(Category.CONFIGURATION, "no_division", message))
