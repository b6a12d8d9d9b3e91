"""The fields of object types as providers describe them, kept so that most work needs no call."""

from collections.abc import Mapping
from datetime import timedelta

import msgspec

from accounts.tenancy import TenantQuerySet
from integrations.contract import Connector, Field
from integrations.models import Connection
from syncs import clock
from syncs.engine.terms import Side
from syncs.models import FieldList, Sync
from syncs.recipes.terms import Recipe

MAX_AGE = timedelta(hours=1)

type Fields = Mapping[str, Field]


def stored_fields(connection: Connection, object_type: str) -> Fields | None:
    """The fields as they were read last; None when they never were. Makes no call."""
    row = _row(connection, object_type)
    return None if row is None else _decode(row)


def sync_fields(sync: Sync, recipe: Recipe, side: Side) -> Fields | None:
    """A side's fields as they were read last, with those that Saldo will make there."""
    connection = sync.integration.left if side is Side.LEFT else sync.integration.right
    known = stored_fields(connection, recipe.end(side).object_type)
    if known is None:
        return None
    return {field.name: field for field in recipe.makes.get(side, ())} | dict(known)


def fresh_fields(connection: Connection, object_type: str, connector: Connector) -> Fields:
    """The fields, asked for again when what is kept is old."""
    row = _row(connection, object_type)
    if row is not None and clock.now() - row.read_at < MAX_AGE:
        return _decode(row)
    return read_fields(connection, object_type, connector)


def read_fields(connection: Connection, object_type: str, connector: Connector) -> Fields:
    """Ask the provider and keep the answer."""
    fields = tuple(connector.fields(object_type))
    FieldList.objects.for_tenant(connection.tenant_id).update_or_create(
        tenant_id=connection.tenant_id,
        connection=connection,
        object_type=object_type,
        defaults={"fields": msgspec.to_builtins(fields), "read_at": clock.now()},
    )
    return {field.name: field for field in fields}


def forget(connection: Connection, object_type: str) -> None:
    """Have the provider asked again at the next run."""
    _rows(connection, object_type).delete()


def _row(connection: Connection, object_type: str) -> FieldList | None:
    return _rows(connection, object_type).first()


def _rows(connection: Connection, object_type: str) -> TenantQuerySet[FieldList]:
    own = FieldList.objects.for_tenant(connection.tenant_id)
    return own.filter(connection=connection, object_type=object_type)


def _decode(row: FieldList) -> Fields:
    fields = msgspec.convert(row.fields, tuple[Field, ...])
    return {field.name: field for field in fields}
