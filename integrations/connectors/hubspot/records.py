"""Payloads to records, with the fields that were asked for."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from integrations.connectors.hubspot.documents import (
    COMPUTED,
    TAKEN,
    names_beside,
    state_of,
)
from integrations.connectors.hubspot.kinds import Kind
from integrations.connectors.hubspot.objects import (
    COMPANY_PREFIX,
    CONTACT,
    MERGED_IDS,
    PRIMARY_COMPANY,
)
from integrations.connectors.hubspot.values import moment, read_value, reader_of
from integrations.contract import Field, Record, RecordState, Value, Values


class Payload(msgspec.Struct, rename="camel", gc=False):
    """A record as HubSpot answers it."""

    id: str
    properties: dict[str, str | None] = {}
    updated_at: str = ""
    archived: bool = False
    archived_at: str | None = None
    object_write_trace_id: str | None = None
    # Of an upsert: whether it made the record.
    new: bool = False


class NextPage(msgspec.Struct):
    after: str | int = ""


class Paging(msgspec.Struct):
    next: NextPage | None = None


class Found(msgspec.Struct):
    """The answer of list, search and batch calls."""

    results: list[Payload]
    paging: Paging | None = None

    @property
    def after(self) -> str:
        """Where the next page begins, "" when this is the last."""
        return str(self.paging.next.after) if self.paging and self.paging.next else ""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which properties to read into which fields, sorted out once."""

    plain: tuple[tuple[str, str], ...]
    converted: tuple[tuple[str, str, Callable[[str], Value]], ...]

    @classmethod
    def of(cls, fields: Collection[Field], prefix: str = "") -> "Columns":
        plain, converted = [], []
        for field in fields:
            name = field.name.removeprefix(prefix)
            reader = reader_of(field)
            if reader is None:
                plain.append((field.name, name))
            else:
                converted.append((field.name, name, reader))
        return cls(tuple(plain), tuple(converted))

    @property
    def properties(self) -> list[str]:
        return [name for _, name in self.plain] + [name for _, name, _ in self.converted]

    def read_into(self, values: dict[str, Value], properties: Mapping[str, str | None]) -> None:
        get = properties.get
        for field, name in self.plain:
            values[field] = get(name) or None
        for field, name, reader in self.converted:
            text = get(name)
            values[field] = read_value(reader, text) if text else None


class Decoder:
    """Makes records of one object type with the fields that were asked for."""

    def __init__(self, kind: Kind, fields: Collection[Field]) -> None:
        self.kind = kind
        beside = names_beside(kind)
        self.beside = tuple(field.name for field in fields if field.name in beside)
        own = [
            field
            for field in fields
            if field.name not in beside and not field.name.startswith(COMPANY_PREFIX)
        ]
        of_company = [field for field in fields if field.name.startswith(COMPANY_PREFIX)]
        self._own = Columns.of(own)
        self._company = Columns.of(of_company, COMPANY_PREFIX) if kind is CONTACT else None
        self.company_properties = self._company.properties if of_company and self._company else []
        self._names = tuple(field.name for field in fields)
        self.properties = self._wanted()

    def _wanted(self) -> list[str]:
        kind = self.kind
        wanted = [*self._own.properties, *kind.title_names, *kind.state, kind.modified]
        if self.kind.merges:
            wanted.append(MERGED_IDS)
        if self.company_properties:
            wanted.append(PRIMARY_COMPANY)
        wanted += [taken for name in self.beside for taken in TAKEN.get(name, ())]
        return list(dict.fromkeys(wanted))

    def modified(self, payload: Payload) -> datetime:
        return moment(payload.properties.get(self.kind.modified) or payload.updated_at)

    def company_id(self, payload: Payload) -> str:
        return payload.properties.get(PRIMARY_COMPANY) or ""

    def record(
        self,
        payload: Payload,
        company: Mapping[str, str | None] | None = None,
        beside: Values | None = None,
    ) -> Record:
        """`company`: the properties of a contact's primary company.

        `beside`: the fields that are made of associated records.
        """
        properties = payload.properties
        values: dict[str, Value] = {}
        self._own.read_into(values, properties)
        if self.company_properties and self._company:
            self._company.read_into(values, company or {})
        for name in self.beside:
            compute = COMPUTED.get(name)
            values[name] = compute(properties) if compute else (beside or {}).get(name)
        merged = properties.get(MERGED_IDS) if self.kind.merges else None
        return Record(
            payload.id,
            payload.updated_at,
            values,
            self._title(payload),
            self._state(payload),
            self.modified(payload),
            tuple(part for part in merged.split(";") if part) if merged else (),
        )

    def _state(self, payload: Payload) -> RecordState:
        if payload.archived:
            return RecordState.ARCHIVED
        return state_of(self.kind, payload.properties) if self.kind.state else RecordState.LIVE

    def gone(self, id_: str) -> Record:
        return Record(id_, "", dict.fromkeys(self._names), state=RecordState.GONE)

    def archived(self, id_: str, version: str) -> Record:
        return Record(id_, version, dict.fromkeys(self._names), state=RecordState.ARCHIVED)

    def _title(self, payload: Payload) -> str:
        kind, get = self.kind, payload.properties.get
        title = " ".join([self._spoken(name, text) for name in kind.title if (text := get(name))])
        if title:
            return title
        if kind.untitled:
            return f"{kind.untitled} {payload.id}"
        return " ".join([text for name in kind.second_title if (text := get(name))])

    def _spoken(self, name: str, text: str) -> str:
        return text[: len("2026-11-21")] if name in self.kind.days else text
