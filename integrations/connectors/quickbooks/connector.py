"""One connection to QuickBooks Online."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar

from integrations.connectors import Hosts
from integrations.connectors.quickbooks import settings
from integrations.connectors.quickbooks.books import Books
from integrations.connectors.quickbooks.client import Client
from integrations.connectors.quickbooks.company import (
    Company,
    company_from,
    field_in,
)
from integrations.connectors.quickbooks.custom_fields import SAMPLE, as_held
from integrations.connectors.quickbooks.definitions import Definition
from integrations.connectors.quickbooks.feed import Feed
from integrations.connectors.quickbooks.fields import CUSTOM_FIELD, FieldSpec
from integrations.connectors.quickbooks.lists import choices_of
from integrations.connectors.quickbooks.lookup import Lookup
from integrations.connectors.quickbooks.objects import DEFINITIONS, definition_of
from integrations.connectors.quickbooks.records import Decode, compile_decoder, gone
from integrations.connectors.quickbooks.resolving import Resolver
from integrations.connectors.quickbooks.taxes import sales_rates
from integrations.connectors.quickbooks.writes import Writer
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


class QuickBooksConnector:
    """The `Connector` of one QuickBooks company."""

    code: ClassVar[str] = settings.CODE

    def __init__(
        self,
        http: Http,
        external_id: str,
        hosts: Hosts,
        environment: str,
        clock: Clock,
    ) -> None:
        self._client = Client(http, external_id)
        self._realm_id = external_id
        self._hosts = hosts
        self._clock = clock
        self._company: Company | None = None
        self._custom: tuple[FieldSpec, ...] | None = None
        self._rates: Mapping[str, Decimal] | None = None
        self._decoders: dict[tuple[str, tuple[str, ...]], Decode] = {}

    def identity(self) -> Identity:
        self._company = self._custom = self._rates = None
        self._decoders.clear()
        company = self._known_company()
        return Identity(
            external_id=self._realm_id,
            name=company.name,
            currency=company.currency,
            country=company.country,
            time_zone=company.time_zone,
            url=f"{self._hosts.app}/app/homepage",
            scopes=settings.SCOPES,
        )

    def object_types(self) -> Sequence[ObjectType]:
        return tuple(definition.type for definition in DEFINITIONS.values())

    def fields(self, object_type: str) -> Sequence[Field]:
        """The fields as this company has them: by country, currencies, taxes and preferences."""
        company, definition = self._known_company(), self._in_company(definition_of(object_type))
        return tuple(field_in(company, spec) for spec in definition.specs)

    def choices(self, list_name: str) -> Sequence[Choice]:
        return choices_of(self._client, list_name)

    def prepare(self, object_type: str, wanted: Sequence[Field] = ()) -> None:
        """Nothing to make: request ids and unique names keep writing safe, no app adds fields."""
        definition_of(object_type)

    def changes(self, object_type: str, cursor: str, fields: Collection[str]) -> Page:
        names = tuple(fields)
        definition = self._definition(object_type, names)
        decode = self._decoder(definition, names)
        return Feed(self._client, definition, decode, names, self._clock).page(cursor)

    def read(
        self, object_type: str, ids: Sequence[str], fields: Collection[str]
    ) -> Sequence[Record]:
        names = tuple(fields)
        definition = self._definition(object_type, names)
        decode = self._decoder(definition, names)
        rows = Lookup(self._client, definition).by_id(ids)
        return [
            decode(rows[each]) if each in rows else gone(each, names) for each in dict.fromkeys(ids)
        ]

    def find(
        self, object_type: str, key: str, values: Sequence[str], fields: Collection[str]
    ) -> Sequence[Record]:
        definition = self._definition(object_type, tuple(fields))
        if key not in definition.type.find_by:
            message = f"QuickBooks cannot look up {definition.type.plural.lower()} by {key}."
            fault = Fault(Category.CONFIGURATION, "not_queryable", message, field=key)
            raise Misconfigured(fault)
        decode = self._decoder(definition, tuple(fields))
        rows = Lookup(self._client, definition).by_value(key, values)
        # A record that moves between two pages comes twice.
        found = [decode(row) for row in {row["Id"]: row for row in rows}.values()]
        return [record for record in found if record.state is RecordState.LIVE]

    def write(self, object_type: str, batch: Batch, fields: Collection[str]) -> Sequence[Outcome]:
        self._check_batch(object_type, batch)
        if not batch.operations:
            return ()
        definition, books = self._for_writing(object_type)
        decode = self._decoder(definition, tuple(fields))
        return Writer(self._client, definition, decode, books).write(batch)

    def resolve(self, object_type: str, batch: Batch, fields: Collection[str]) -> Sequence[Outcome]:
        self._check_batch(object_type, batch)
        if any(op.kind is not OperationKind.CREATE for op in batch.operations):
            raise ValueError("Only creates are resolved: an update's answer tells by its version.")
        if not batch.operations:
            return ()
        definition, books = self._for_writing(object_type)
        decode = self._decoder(definition, tuple(fields))
        return Resolver(self._client, definition, decode, books).resolve(batch)

    def link(self, object_type: str, id: str) -> str:  # noqa: A002 - the contract's word
        """The record's page; for items the list, which is all there is.

        These addresses are what people see in their browsers; Intuit documents none.
        """
        return self._hosts.app + definition_of(object_type).screen.format(id=id)

    def _known_company(self) -> Company:
        if self._company is None:
            info, preferences = self._client.company_info(), self._client.preferences()
            self._company = company_from(info, preferences)
        return self._company

    def _decoder(self, definition: Definition, fields: tuple[str, ...]) -> Decode:
        key = (definition.type.name, fields)
        if key not in self._decoders:
            self._decoders[key] = compile_decoder(definition, fields)
        return self._decoders[key]

    def _definition(self, object_type: str, names: Sequence[str]) -> Definition:
        """The object type; the company is only asked when its custom fields are wanted."""
        definition = definition_of(object_type)
        if any(name.startswith(CUSTOM_FIELD) for name in names):
            return self._in_company(definition)
        return definition

    def _in_company(self, definition: Definition) -> Definition:
        """The object type with the custom fields of this company, where it has any."""
        company = self._known_company()
        if not (definition.has_custom_fields and company.custom_fields):
            return definition
        if self._custom is None:
            rows = self._client.query(SAMPLE, definition.entity).rows
            self._custom = as_held(company.custom_fields, rows)
        return replace(definition, specs=(*definition.specs, *self._custom))

    def _for_writing(self, object_type: str) -> tuple[Definition, Books | None]:
        """The object type as this company has it and, for documents, the rules of its books."""
        definition = definition_of(object_type)
        if not definition.is_document:
            return definition, None
        books = Books(self._known_company(), self._known_rates)
        return self._in_company(definition), books

    def _known_rates(self) -> Mapping[str, Decimal]:
        if self._rates is None:
            self._rates = sales_rates(self._client)
        return self._rates

    def _check_batch(self, object_type: str, batch: Batch) -> None:
        most = definition_of(object_type).type.write_batch
        if len(batch.operations) > most:
            raise ValueError(f"A batch has at most {most} operations at QuickBooks.")
        if len({op.kind for op in batch.operations}) > 1:
            raise ValueError("The operations of a batch must be of one kind.")
        if len(batch.key) > 36:
            raise ValueError("A batch's key has at most 36 characters at QuickBooks.")


def external_id_from_callback(query: Mapping[str, str], _answer: TokenAnswer) -> str:
    """The company's id, which only the callback tells (developer.intuit.com, "OAuth 2.0")."""
    realm_id = query.get("realmId", "")
    if not realm_id.isdecimal():
        message = "QuickBooks did not say which company was connected. Please connect again."
        raise Misconfigured(Fault(Category.CONFIGURATION, "no_realm", message))
    return realm_id
