"""One HubSpot account, as the contract sees it."""

from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar

from integrations.connectors import Hosts
from integrations.connectors.hubspot import settings
from integrations.connectors.hubspot.client import Client, Owner
from integrations.connectors.hubspot.companies import Companies
from integrations.connectors.hubspot.feed import Feed
from integrations.connectors.hubspot.keys import ensure_key
from integrations.connectors.hubspot.lookup import search_values
from integrations.connectors.hubspot.objects import (
    COMPANY,
    CONTACT,
    KINDS,
    Kind,
    kind_named,
)
from integrations.connectors.hubspot.properties import (
    OWNERS,
    Definition,
    as_field,
    company_fields,
    fields_of,
    find_field,
)
from integrations.connectors.hubspot.records import Decoder, Payload
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
        """The list "lifecyclestage" of contacts, "owners", or any "object_type.property"."""
        if list_name == OWNERS:
            return [_owner_choice(owner) for owner in self._client.owners()]
        object_type, _, name = list_name.rpartition(".")
        kind = kind_named(object_type or CONTACT.name)
        return find_field(self._all_fields(kind), kind, name).choices

    def prepare(self, object_type: str) -> None:
        """Make the unique property by which a create that is repeated finds what it made."""
        kind = kind_named(object_type)
        if kind.name in self._prepared:
            return
        if ensure_key(self._client, kind, self._defined(kind)):
            self._definitions.pop(kind.name, None)
            self._fields.pop(kind.name, None)
        self._prepared.add(kind.name)

    def changes(self, object_type: str, cursor: str, fields: Collection[str]) -> Page:
        kind = kind_named(object_type)
        feed = Feed(self._client, self._decoder(kind, fields), self._companies, self._clock)
        return feed.page(cursor)

    def read(
        self, object_type: str, ids: Sequence[str], fields: Collection[str]
    ) -> Sequence[Record]:
        """One call per hundred; one more when some are missing, which may be archived."""
        kind = kind_named(object_type)
        decoder = self._decoder(kind, fields)
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
        return self._records(decoder, fitting)

    def write(self, object_type: str, batch: Batch, fields: Collection[str]) -> Sequence[Outcome]:
        kind = kind_named(object_type)
        decoder = self._decoder(kind, fields)
        if any(operation.kind is OperationKind.CREATE for operation in batch.operations):
            self.prepare(object_type)
        writer = Writer(self._client, kind, self._all_fields(kind))
        written = writer.carry_out(batch.operations)
        self._settle(kind, decoder, batch.operations, written)
        return [written.outcomes[operation.key] for operation in batch.operations]

    def resolve(self, object_type: str, batch: Batch, fields: Collection[str]) -> Sequence[Outcome]:
        """Creates are looked up by their key; updates and archives are simply carried out again."""
        if any(operation.kind is not OperationKind.CREATE for operation in batch.operations):
            return self.write(object_type, batch, fields)
        kind = kind_named(object_type)
        self.prepare(object_type)
        decoder = self._decoder(kind, fields)
        keys = [operation.key for operation in batch.operations]
        # The primary store: a search may not know yet of a record made seconds ago.
        payloads = self._client.batch_read(
            kind,
            keys,
            [*decoder.properties, settings.KEY_PROPERTY],
            id_property=settings.KEY_PROPERTY,
        )
        made = {one.properties.get(settings.KEY_PROPERTY): one for one in payloads}
        records = {one.id: one for one in self._records(decoder, payloads)}
        return [
            Outcome(key, OutcomeStatus.WRITTEN, records[made[key].id])
            if key in made
            else Outcome(key, OutcomeStatus.NOT_SENT, fault=_NOT_MADE)
            for key in keys
        ]

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
            fields = [as_field(kind, definition) for definition in self._defined(kind)]
            if kind is CONTACT:
                fields += company_fields([as_field(COMPANY, one) for one in self._defined(COMPANY)])
            self._fields[kind.name] = {field.name: field for field in fields}
        return self._fields[kind.name]

    def _decoder(self, kind: Kind, names: Collection[str]) -> Decoder:
        known = self._all_fields(kind)
        return Decoder(kind, [find_field(known, kind, name) for name in dict.fromkeys(names)])

    def _records(self, decoder: Decoder, payloads: Sequence[Payload]) -> list[Record]:
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
        """Give each written operation its record with the fields that were asked for.

        A batch answers only default and sent properties, so what is missing is read once for all.
        """
        done = {one.key: one for one in operations if one.key in written.payloads}
        if operations[0].kind is OperationKind.ARCHIVE:
            for key, operation in done.items():
                record = decoder.archived(operation.id, operation.version)
                written.outcomes[key] = Outcome(key, OutcomeStatus.WRITTEN, record)
            return
        try:
            records = self._written_records(kind, decoder, list(written.payloads.values()))
        except ConnectorError as error:
            # Written, but not known as what: to be asked again with resolve().
            written.add(list(done.values()), OutcomeStatus.UNKNOWN, error.fault)
            return
        for key, payload in written.payloads.items():
            record = records.get(payload.id) or decoder.gone(payload.id)
            written.outcomes[key] = Outcome(key, OutcomeStatus.WRITTEN, record)

    def _written_records(
        self, kind: Kind, decoder: Decoder, payloads: Sequence[Payload]
    ) -> Mapping[str, Record]:
        wanted = set(decoder.properties)
        if not all(wanted <= payload.properties.keys() for payload in payloads):
            ids = [payload.id for payload in payloads]
            payloads = self._client.batch_read(kind, ids, decoder.properties)
        return {record.id: record for record in self._records(decoder, payloads)}


_NOT_MADE = Fault(
    Category.TRANSIENT, "NOT_MADE", "HubSpot has no record of this create; it is sent again."
)


def _owner_choice(owner: Owner) -> Choice:
    name = f"{owner.first_name or ''} {owner.last_name or ''}".strip()
    return Choice(owner.id, name or owner.email or owner.id, active=not owner.archived)


def _missing(ids: Sequence[str], payloads: Sequence[Payload]) -> list[str]:
    found = {payload.id for payload in payloads}
    return [id_ for id_ in dict.fromkeys(ids) if id_ not in found]
