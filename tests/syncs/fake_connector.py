"""A provider in memory: what the contract promises, with trouble on request.

Shares nothing with the connectors but the contract. Reads and writes are counted as calls, and each
call checks that no database transaction is open around it.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from integrations.autocommit import demand_autocommit
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
    Value,
    Values,
)

START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Thing:
    """A record as this provider holds it."""

    id: str
    values: dict[str, Value]
    version: int = 1
    state: RecordState = RecordState.LIVE
    merged_ids: tuple[str, ...] = ()
    # Position in the change feed.
    changed: int = 0
    key: str = ""


class Killed(BaseException):
    """The worker dies here: nothing catches it, as nothing catches SIGKILL."""


@dataclass
class FakeProvider:
    """One company at a provider, with one object type."""

    object_type: str
    fields: tuple[Field, ...]
    title: str
    page_size: int = 100
    write_batch: int = 10
    read_batch: int = 50
    things: dict[str, Thing] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    # Effective changes by the connector.
    writes: int = 0
    # Raised at the next call of that name: {"changes": [error, …]}.
    errors: dict[str, list[BaseException]] = field(default_factory=dict)
    # What becomes of operations: first match wins.
    refuse: Callable[[Operation], Fault | None] = lambda operation: None
    # Drops the answer of so many write calls, after or before they took effect.
    drop_after: int = 0
    drop_before: int = 0
    kill_after_effect: int = 0
    not_sent: int = 0
    # Answers hold what the provider makes of the values.
    reformat: Callable[[dict[str, Value]], dict[str, Value]] = lambda values: values
    # Batches as they arrived, for tests of replays.
    batches: list[Batch] = field(default_factory=list)
    prepared: int = 0
    # The next feed begins again by itself, and tells no more of what was deleted.
    begins_anew: bool = False
    _tick: int = 0

    # What people do in the provider's own screens.

    def add(self, id: str = "", **values: Value) -> str:
        return self.put(id, values)

    def put(self, id: str, values: dict[str, Value]) -> str:
        id = id or f"{self.object_type[0]}{len(self.things) + 1}"
        self.things[id] = Thing(id, self.reformat(dict(values)), changed=self._next())
        return id

    def edit(self, id: str, **values: Value) -> None:
        thing = self.things[id]
        thing.values = self.reformat(thing.values | values)
        self._touch(thing)

    def archive(self, id: str) -> None:
        self.things[id].state = RecordState.ARCHIVED
        self._touch(self.things[id])

    def restore(self, id: str) -> None:
        self.things[id].state = RecordState.LIVE
        self._touch(self.things[id])

    def delete(self, id: str) -> None:
        self.things[id].state = RecordState.GONE
        self._touch(self.things[id])

    def merge(self, loser: str, survivor: str) -> None:
        del self.things[loser]
        self.things[survivor].merged_ids += (loser,)
        self._touch(self.things[survivor])

    def values(self, id: str) -> dict[str, Value]:
        return self.things[id].values

    @property
    def live(self) -> list[Thing]:
        return [thing for thing in self.things.values() if thing.state is RecordState.LIVE]

    def _next(self) -> int:
        self._tick += 1
        return self._tick

    def _touch(self, thing: Thing) -> None:
        thing.version += 1
        thing.changed = self._next()

    def record(self, thing: Thing, fields: Collection[str]) -> Record:
        gone = thing.state is RecordState.GONE
        return Record(
            id=thing.id,
            version=str(thing.version),
            fields={} if gone else {name: thing.values.get(name) for name in fields},
            title=str(thing.values.get(self.title) or ""),
            state=thing.state,
            modified_at=START + timedelta(seconds=thing.changed),
            merged_ids=thing.merged_ids,
        )

    def called(self, name: str) -> None:
        demand_autocommit()
        self.calls[name] += 1
        waiting = self.errors.get(name)
        if waiting:
            raise waiting.pop(0)


class FakeConnector:
    """The provider, seen by the contract."""

    code: ClassVar[str] = "fake"

    def __init__(self, provider: FakeProvider) -> None:
        self.provider = provider

    def identity(self) -> Identity:
        return Identity("1", "Fake")

    def object_types(self) -> Sequence[ObjectType]:
        held = self.provider
        return [
            ObjectType(
                held.object_type,
                held.object_type.title(),
                f"{held.object_type.title()}s",
                write_batch=held.write_batch,
                read_batch=held.read_batch,
            )
        ]

    def fields(self, object_type: str) -> Sequence[Field]:
        self.provider.called("fields")
        return self.provider.fields

    def choices(self, list_name: str) -> Sequence[Choice]:
        return ()

    def prepare(self, object_type: str, wanted: Sequence[Field] = ()) -> None:
        held = self.provider
        held.called("prepare")
        held.prepared += 1
        known = {field.name for field in held.fields}
        held.fields += tuple(field for field in wanted if field.name not in known)

    def changes(self, object_type: str, cursor: str, fields: Collection[str]) -> Page:
        held = self.provider
        held.called("changes")
        anew, held.begins_anew = held.begins_anew, False
        cursor = "" if anew else cursor
        since = int(cursor or 0)
        changed = sorted(
            (thing for thing in held.things.values() if thing.changed > since),
            key=lambda thing: thing.changed,
        )
        if not cursor:
            changed = [thing for thing in changed if thing.state is not RecordState.GONE]
        part = changed[: held.page_size]
        # An empty cursor means "from the beginning", so a feed without anything says 0.
        after = str(part[-1].changed) if part else cursor or "0"
        records = tuple(held.record(thing, fields) for thing in part)
        return Page(records, after, more=len(changed) > len(part), anew=anew)

    def read(
        self, object_type: str, ids: Sequence[str], fields: Collection[str]
    ) -> Sequence[Record]:
        held = self.provider
        held.called("read")
        gone = Record("", "", {}, state=RecordState.GONE)
        return [
            held.record(held.things[id], fields) if id in held.things else replace(gone, id=id)
            for id in ids
        ]

    def find(
        self, object_type: str, key: str, values: Sequence[str], fields: Collection[str]
    ) -> Sequence[Record]:
        held = self.provider
        held.called("find")
        return [
            held.record(thing, fields) for thing in held.live if thing.values.get(key) in values
        ]

    def write(self, object_type: str, batch: Batch, fields: Collection[str]) -> Sequence[Outcome]:
        held = self.provider
        held.called("write")
        held.batches.append(batch)
        assert len(batch.operations) <= held.write_batch
        if held.not_sent:
            held.not_sent -= 1
            return [Outcome(one.key, OutcomeStatus.NOT_SENT) for one in batch.operations]
        if held.drop_before:
            held.drop_before -= 1
            return self._unknown(batch.operations)
        outcomes = [self._carry_out(one, fields) for one in batch.operations]
        if held.kill_after_effect:
            held.kill_after_effect -= 1
            raise Killed
        if held.drop_after:
            held.drop_after -= 1
            return self._unknown(batch.operations)
        return outcomes

    def resolve(self, object_type: str, batch: Batch, fields: Collection[str]) -> Sequence[Outcome]:
        """By key: what was made is found, what was not is made now."""
        self.provider.called("resolve")
        self.provider.batches.append(batch)
        return [self._carry_out(one, fields) for one in batch.operations]

    def link(self, object_type: str, id: str) -> str:
        return f"https://fake.example/{object_type}/{id}"

    def _unknown(self, operations: Iterable[Operation]) -> list[Outcome]:
        fault = Fault(Category.OUTCOME_UNKNOWN, "dropped", "No answer came.")
        return [Outcome(one.key, OutcomeStatus.UNKNOWN, fault=fault) for one in operations]

    def _carry_out(self, operation: Operation, fields: Collection[str]) -> Outcome:
        fault = self.provider.refuse(operation)
        if fault is not None:
            return Outcome(operation.key, OutcomeStatus.REFUSED, fault=fault)
        if operation.kind is OperationKind.CREATE:
            return self._create(operation, fields)
        return self._update(operation, fields)

    def _create(self, operation: Operation, fields: Collection[str]) -> Outcome:
        held = self.provider
        made = next((one for one in held.things.values() if one.key == operation.key), None)
        if made is None:
            made = held.things[held.put("", _filled(operation.fields))]
            made.key = operation.key
            held.writes += 1
        return Outcome(operation.key, OutcomeStatus.WRITTEN, held.record(made, fields))

    def _update(self, operation: Operation, fields: Collection[str]) -> Outcome:
        held = self.provider
        thing = held.things.get(operation.id)
        if thing is None or thing.state is RecordState.GONE:
            fault = Fault(Category.GONE, "gone", "It does not exist any more.")
            return Outcome(operation.key, OutcomeStatus.REFUSED, fault=fault)
        if operation.version != str(thing.version):
            return Outcome(operation.key, OutcomeStatus.STALE, held.record(thing, fields))
        if operation.kind is OperationKind.ARCHIVE:
            held.archive(thing.id)
        else:
            held.edit(thing.id, **operation.fields)
        held.writes += 1
        return Outcome(operation.key, OutcomeStatus.WRITTEN, held.record(thing, fields))


def _filled(values: Values) -> dict[str, Value]:
    return {name: value for name, value in values.items() if value is not None}


def trouble(kind: type[ConnectorError], category: Category, message: str) -> ConnectorError:
    return kind(Fault(category, "test", message))
