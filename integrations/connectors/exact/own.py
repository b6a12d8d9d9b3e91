"""Finding again what a create has made, where no key protects against doing it twice."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b

from integrations.connectors.exact import kept, odata, times
from integrations.connectors.exact.contexts import Context
from integrations.connectors.exact.faults import EXISTS
from integrations.connectors.exact.fields import FieldSpec
from integrations.connectors.exact.payloads import Payload
from integrations.contract import Category, Fault, Operation


def own_reference(key: str) -> str:
    """What a create of ours leaves in the record, so that it is found again."""
    return f"SALDO-{blake2b(key.encode(), digest_size=8).hexdigest().upper()}"


def with_columns(context: Context, *names: str) -> Context:
    """Reads these fields, too."""
    return replace(context, names=tuple(dict.fromkeys((*context.names, *names))))


def taken(
    context: Context, name: str, operations: Sequence[Operation]
) -> dict[str, Payload | Fault]:
    """By key: the row that bears a value which must be unique, if it has all that is wanted;
    otherwise who bears it. A refusal by Exact would count against us."""
    spec = context.definition.spec(name)
    wanted = {one.key: one.fields[name] for one in operations if one.fields.get(name)}
    if not wanted:
        return {}
    sent = [field for one in operations for field in one.fields]
    wide = with_columns(context, name, *sent)
    values = sorted({str(value).strip() for value in wanted.values()})
    rows = {
        str(row.get(spec.column)).strip().casefold(): row for row in wide.rows_with(spec, values)
    }
    found: dict[str, Payload | Fault] = {}
    for one in operations:
        row = rows.get(str(one.fields.get(name) or "").strip().casefold())
        if row is None:
            continue
        holder = wide.record(row)
        is_ours = kept.is_same(context.definition, one.fields, holder)
        found[one.key] = row if is_ours else _duplicate(spec, one, holder.id, holder.title)
    return found


def _duplicate(spec: FieldSpec, operation: Operation, holder: str, title: str) -> Fault:
    value = operation.fields.get(spec.field.name)
    message = f"{spec.field.label}: “{value}” is taken already, by “{title}”."
    return Fault(Category.DUPLICATE_KEY, EXISTS, message, field=spec.field.name, existing_id=holder)


def alike(
    wide: Context, operations: Sequence[Operation], conditions: Sequence[str], since: datetime
) -> dict[str, Payload]:
    """By key: a row made since then with all the values that were sent; each serves once."""
    if not operations:
        return {}
    created = f"Created ge {odata.moment(times.literal_since(since, wide.zone))}"
    rows = wide.rows_where(conditions, also=created)
    rows.sort(key=lambda row: str(row.get("Modified") or ""))
    found: dict[str, Payload] = {}
    for operation in operations:
        for row in rows:
            if kept.is_same(wide.definition, operation.fields, wide.record(row)):
                found[operation.key] = row
                rows.remove(row)
                break
    return found
