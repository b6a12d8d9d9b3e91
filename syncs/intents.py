"""Creates that were sent: kept before the call, so that a lost answer is never guessed."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from integrations.contract import Batch, Line, Operation, OperationKind, Value
from syncs import clock
from syncs.engine.terms import Side
from syncs.models import Intent, Sync, SyncRecord
from syncs.stores import BATCH

# A value's kind is kept beside it: a replay must send exactly what was sent, even if the field
# list has changed since.
_KINDS: dict[str, Callable[[Any], Value]] = {
    "text": str,
    "boolean": bool,
    "number": Decimal,
    "moment": datetime.fromisoformat,
    "date": date.fromisoformat,
    "texts": tuple,
    "lines": lambda stored: msgspec.convert(stored, tuple[Line, ...]),
    "empty": lambda _: None,
}


def keep(sync: Sync, side: Side, batch: Batch, rows: Sequence[SyncRecord]) -> None:
    """Store the batch as it will be sent. Needs a transaction that commits before the call."""
    now = clock.now()
    Intent.objects.bulk_create(
        (
            Intent(
                tenant_id=sync.tenant_id,
                sync_id=sync.pk,
                record_id=row.pk,
                side=side,
                batch_key=batch.key,
                position=position,
                operation={
                    "key": operation.key,
                    "fields": {name: pack(value) for name, value in operation.fields.items()},
                },
                created_at=now,
            )
            for position, (row, operation) in enumerate(zip(rows, batch.operations, strict=True))
        ),
        batch_size=BATCH,
    )


def drop(batch: Batch) -> None:
    """The call was certainly not carried out."""
    Intent.objects.filter(batch_key=batch.key).delete()


def standing(sync: Sync) -> list[tuple[Side, Batch, list[SyncRecord]]]:
    """The batches whose outcome nobody knows, as they were sent, the oldest first."""
    found: dict[str, list[Intent]] = defaultdict(list)
    intents = Intent.objects.filter(sync=sync).select_related("record")
    for intent in intents.order_by("created_at", "batch_key", "position"):
        found[intent.batch_key].append(intent)
    return [
        (
            Side(intents[0].side),
            Batch(key, tuple(_operation(intent) for intent in intents), intents[0].created_at),
            [intent.record for intent in intents],
        )
        for key, intents in found.items()
    ]


def _operation(intent: Intent) -> Operation:
    stored = intent.operation
    fields = {name: unpack(packed) for name, packed in stored["fields"].items()}
    return Operation(key=stored["key"], kind=OperationKind.CREATE, fields=fields)


def pack(value: Value) -> list[Any]:  # noqa: PLR0911 (one line for each kind)
    match value:
        case None:
            return ["empty", None]
        case bool():
            return ["boolean", value]
        case str():
            return ["text", value]
        case Decimal():
            return ["number", str(value)]
        case datetime():
            return ["moment", value.isoformat()]
        case date():
            return ["date", value.isoformat()]
        case tuple() if any(isinstance(one, Line) for one in value):
            return ["lines", msgspec.to_builtins(value)]
        case tuple():
            return ["texts", list(value)]


def unpack(packed: Sequence[Any]) -> Value:
    kind, stored = packed
    return _KINDS[kind](stored)
