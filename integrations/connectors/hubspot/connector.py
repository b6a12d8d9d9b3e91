"""One HubSpot account, as the contract sees it."""

from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar

from integrations.connectors import Hosts
from integrations.connectors.hubspot import settings
from integrations.connectors.hubspot.choices import LISTS
from integrations.connectors.hubspot.client import Client
from integrations.connectors.hubspot.companies import Companies
from integrations.connectors.hubspot.document_writes import KNOWN, DocumentWriter
from integrations.connectors.hubspot.feed import Feed
from integrations.connectors.hubspot.keys import ensure_key
from integrations.connectors.hubspot.kinds import Kind
from integrations.connectors.hubspot.lookup import search_values
from integrations.connectors.hubspot.objects import (
    COMPANY,
    CONTACT,
    INVOICE,
    KINDS,
    LINE_ITEM,
    kind_named,
)
from integrations.connectors.hubspot.properties import (
    Definition,
    as_field,
    company_fields,
    fields_of,
    find_field,
    with_beside,
)
from integrations.connectors.hubspot.records import Decoder, Payload
from integrations.connectors.hubspot.relations import Relations, without_line_items
from integrations.connectors.hubspot.wanted import ensure_fields
from integrations.connectors.hubspot.writes import Writer, Written
from integrations.contract import (
    Batch,
    Category,
    Choice,
    ConnectorError,
    Fault,
    Field,
    Identity,
    ObjectType,
    Operation,
    OperationKind,
    Outcome,
    OutcomeStatus,
    Page,
    Record,
    RecordState,
)
from integrations.http import Clock, Http


class HubSpot:
    """A connection to one HubSpot account.

    HubSpot knows no version of a record to write against: a `version` in an operation is not
    compared, the last writer wins. Versions only tell one state from another.
    """

    code: ClassVar[str] = settings.CODE

    def __init__(self, http: Http, external_id: str, hosts: Hosts, clock: Clock) -> None:
        self._client = Client(http)
        self._external_id = external_id
        self._hosts = hosts
        self._clock = clock
        self._definitions: dict[str, Sequence[Definition]] = {}
        self._fields: dict[str, Mapping[str, Field]] = {}
        self._prepared: set[str] = set()
        # Kept for the feeds only, which notice when a company changes.
        self._companies = Companies(self._client)

    def identity(self) -> Identity:
        """developers.hubspot.com/docs/api-reference/latest/account/account-information

        The operation tells no company name; the account's number is what people see in HubSpot.
        """
        details = self._client.details()
        hub_id = str(details.get("portalId", ""))
        return Identity(
            external_id=hub_id,
            name=f"HubSpot {hub_id}",
            currency=str(details.get("companyCurrency") or ""),
            time_zone=str(details.get("timeZone") or ""),
            url=f"{self._hosts.app}/contacts/{hub_id}",
        )

    def object_types(self) -> Sequence[ObjectType]:
        return [kind.as_object_type() for kind in KINDS.values()]

    def fields(self, object_type: str) -> Sequence[Field]:
        kind = kind_named(object_type)
        own = fields_of(kind, self._defined(kind))
        if kind is CONTACT:
            return own + company_fields(fields_of(COMPANY, self._defined(COMPANY)))
        return own

    def choices(self, list_name: str) -> Sequence[Choice]:
        """The list "lifecyclestage" of contacts, any "object_type.property", or one of LISTS."""
        if list_name in LISTS:
            return LISTS[list_name](self._client)
        object_type, _, name = list_name.rpartition(".")
        kind = kind_named(object_type or CONTACT.name)
        return find_field(self._all_fields(kind), kind, name).choices

    def prepare(self, object_type: str, wanted: Sequence[Field] = ()) -> None:
        """Make the unique property by which a create that is repeated finds what it made.

        And the properties that are wanted: beside ours, for people to see.
        """
        kind = kind_named(object_type)
        for each in (kind, LINE_ITEM) if kind is INVOICE else (kind,):
            self._prepare(each)
        if wanted and ensure_fields(self._client, kind, self._defined(kind), wanted):
            self._forget(kind)

    def _prepare(self, kind: Kind) -> None:
        if kind.name in self._prepared:
            return
        if ensure_key(self._client, kind, self._defined(kind)):
            self._forget(kind)
        self._prepared.add(kind.name)

    def _forget(self, kind: Kind) -> None:
        self._definitions.pop(kind.name, None)
        self._fields.pop(kind.name, None)

    def changes(self, object_type: str, cursor: str, fields: Collection[str]) -> Page:
        kind = kind_named(object_type)
        if not kind.is_read:
            return Page((), "{}", more=False, complete_until=self._clock())
        feed = Feed(self._client, self._decoder(kind, fields), self._companies, self._clock)
        return feed.page(cursor)

    def read(
        self, object_type: str, ids: Sequence[str], fields: Collection[str]
    ) -> Sequence[Record]:
        """One call per hundred; one more when some are missing, which may be archived.

        A hint that names a line item is answered with its invoice or deal.
        """
        kind = kind_named(object_type)
        decoder = self._decoder(kind, fields)
        ids = without_line_items(self._client, kind, ids) if kind.has_line_items else ids
        payloads = self._client.batch_read(kind, ids, decoder.properties)
        missing = _missing(ids, payloads)
        if missing:
            payloads += self._client.batch_read(kind, missing, decoder.properties, archived=True)
        gone = [decoder.gone(id_) for id_ in _missing(ids, payloads)]
        return [*self._records(decoder, payloads), *gone]

    def find(
        self, object_type: str, key: str, values: Sequence[str], fields: Collection[str]
    ) -> Sequence[Record]:
        """A unique property is looked up in the primary store, others by search, which lags."""
        kind = kind_named(object_type)
        decoder = self._decoder(kind, fields)
        field = find_field(self._all_fields(kind), kind, key)
        wanted = {value.lower() for value in values if value}
        properties = [*decoder.properties, key]
        if field.unique:
            asked = sorted(wanted if key in kind.unique else {*values} - {""})
            payloads = self._client.batch_read(kind, asked, properties, id_property=key)
        else:
            payloads = list(search_values(self._client, kind, key, sorted(wanted), properties))
        # A contact is also found by its secondary addresses; that is not what was asked for.
        fitting = [one for one in payloads if (one.properties.get(key) or "").lower() in wanted]
        records = self._records(decoder, fitting)
        return [record for record in records if record.state is RecordState.LIVE]

    def write(self, object_type: str, batch: Batch, fields: Collection[str]) -> Sequence[Outcome]:
        kind = kind_named(object_type)
        decoder = self._decoder(kind, fields)
        if any(operation.kind is OperationKind.CREATE for operation in batch.operations):
            self.prepare(object_type)
        written = self._writer(kind).carry_out(batch.operations)
        self._settle(kind, decoder, batch.operations, written)
        return [written.outcomes[operation.key] for operation in batch.operations]

    def _writer(self, kind: Kind) -> Writer | DocumentWriter:
        if not kind.is_document:
            return Writer(self._client, kind, self._all_fields(kind))
        parts = self._all_fields(LINE_ITEM) if kind is INVOICE else {}
        return DocumentWriter(self._client, kind, self._all_fields(kind), parts)

    def resolve(self, object_type: str, batch: Batch, fields: Collection[str]) -> Sequence[Outcome]:
        """Creates are looked up by their key; updates and archives are simply carried out again.

        Of a document its lines and associations may be missing: they are made then.
        """
        if any(operation.kind is not OperationKind.CREATE for operation in batch.operations):
            return self.write(object_type, batch, fields)
        kind = kind_named(object_type)
        self.prepare(object_type)
        decoder = self._decoder(kind, fields)
        written = Written(self._made(kind, decoder, batch.operations))
        missing = [one for one in batch.operations if one.key not in written.payloads]
        written.add(missing, OutcomeStatus.NOT_SENT, _NOT_MADE)
        writer = self._writer(kind)
        if isinstance(writer, DocumentWriter):
            writer.complete(batch.operations, written)
        self._take_records(kind, decoder, batch.operations, written)
        return [written.outcomes[operation.key] for operation in batch.operations]

    def _made(
        self, kind: Kind, decoder: Decoder, operations: Sequence[Operation]
    ) -> dict[str, Payload]:
        """What creates made, by their keys.

        From the primary store: a search may not know yet of a record made seconds ago.
        """
        key = settings.KEY_PROPERTY
        properties = [*decoder.properties, key, *KNOWN.get(kind.name, ())]
        keys = [operation.key for operation in operations]
        payloads = self._client.batch_read(kind, keys, properties, id_property=key)
        return {named: one for one in payloads if (named := one.properties.get(key)) in keys}

    def link(self, object_type: str, id: str) -> str:  # noqa: A002 - the contract's word
        kind = kind_named(object_type)
        return f"{self._hosts.app}/contacts/{self._external_id}/record/{kind.type_id}/{id}"

    def _defined(self, kind: Kind) -> Sequence[Definition]:
        if kind.name not in self._definitions:
            self._definitions[kind.name] = self._client.definitions(kind)
        return self._definitions[kind.name]

    def _all_fields(self, kind: Kind) -> Mapping[str, Field]:
        """Every property by name, also those that are not offered for mapping."""
        if kind.name not in self._fields:
            own = (as_field(kind, definition) for definition in self._defined(kind))
            fields = with_beside(kind, own)
            if kind is CONTACT:
                fields += company_fields([as_field(COMPANY, one) for one in self._defined(COMPANY)])
            self._fields[kind.name] = {field.name: field for field in fields}
        return self._fields[kind.name]

    def _decoder(self, kind: Kind, names: Collection[str]) -> Decoder:
        known = self._all_fields(kind)
        return Decoder(kind, [find_field(known, kind, name) for name in dict.fromkeys(names)])

    def _records(self, decoder: Decoder, payloads: Sequence[Payload]) -> list[Record]:
        relations = Relations(self._client, decoder)
        if relations.is_needed:
            return relations.records(payloads)
        if not decoder.company_properties:
            return [decoder.record(payload) for payload in payloads]
        companies = Companies(self._client).of(payloads, decoder)
        return [
            decoder.record(payload, companies.get(decoder.company_id(payload)))
            for payload in payloads
        ]

    def _settle(
        self, kind: Kind, decoder: Decoder, operations: Sequence[Operation], written: Written
    ) -> None:
        """Give each written operation its record with the fields that were asked for."""
        done = [one for one in operations if one.key in written.payloads]
        try:
            self._take_records(kind, decoder, operations, written)
        except ConnectorError as error:
            # Written, but not known as what: to be asked again with resolve().
            written.add(done, OutcomeStatus.UNKNOWN, error.fault)

    def _take_records(
        self, kind: Kind, decoder: Decoder, operations: Sequence[Operation], written: Written
    ) -> None:
        """A batch answers only default and sent properties: the rest is read once for all."""
        versions = {operation.key: operation.version for operation in operations}
        alive = [payload for payload in written.payloads.values() if not payload.archived]
        records = self._written_records(kind, decoder, alive) if alive else {}
        for key, payload in written.payloads.items():
            if payload.archived:
                record = decoder.archived(payload.id, versions[key])
            else:
                record = records.get(payload.id) or decoder.gone(payload.id)
            written.outcomes[key] = Outcome(key, OutcomeStatus.WRITTEN, record)

    def _written_records(
        self, kind: Kind, decoder: Decoder, payloads: Sequence[Payload]
    ) -> Mapping[str, Record]:
        wanted = set(decoder.properties)
        is_whole = all(wanted <= payload.properties.keys() for payload in payloads)
        # A document's own properties follow what was put beside it after the answer.
        if kind.is_document or not is_whole:
            ids = [payload.id for payload in payloads]
            payloads = self._client.batch_read(kind, ids, decoder.properties)
        return {record.id: record for record in self._records(decoder, payloads)}


_NOT_MADE = Fault(
    Category.TRANSIENT, "NOT_MADE", "HubSpot has no record of this create; it is sent again."
)


def _missing(ids: Sequence[str], payloads: Sequence[Payload]) -> list[str]:
    found = {payload.id for payload in payloads}
    return [id_ for id_ in dict.fromkeys(ids) if id_ not in found]
