"""What one run of a sync has at hand, and how long it may go on."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from integrations.contract import (
    Category,
    Connector,
    ConnectorError,
    Fault,
    Misconfigured,
    ObjectType,
)
from integrations.models import Connection
from syncs.claims import Claim
from syncs.engine.terms import Side, SyncSpec
from syncs.models import Sync
from syncs.recipes.terms import Recipe
from syncs.runlog import RunLog

# A run stops after so long and queues itself again, so that a large tenant starves no small one.
SLICE_SECONDS = 20.0


@dataclass(slots=True)
class Budget:
    """How long this run may go on; it ends between pages and batches, never inside one."""

    seconds: float = SLICE_SECONDS
    started: float = field(default_factory=time.monotonic)

    @property
    def is_spent(self) -> bool:
        return time.monotonic() - self.started >= self.seconds


@dataclass(frozen=True, slots=True)
class End:
    """One side of a run: whom to ask, for what."""

    connection: Connection
    connector: Connector
    object_type: ObjectType
    # Fields that a decision needs, sorted.
    fields: tuple[str, ...]


@dataclass(slots=True)
class Job:
    """One run of one sync."""

    sync: Sync
    recipe: Recipe
    spec: SyncSpec
    ends: Mapping[Side, End]
    claim: Claim
    log: RunLog
    budget: Budget
    # Syncs whose records refer to this one's, and whether any of them got work from this run.
    children: tuple[int, ...] = ()
    woken: set[int] = field(default_factory=set)

    # When the feed of a side was last read to its end by this run.
    looked: dict[Side, datetime] = field(default_factory=dict)

    # The side whose call failed, for whoever deals with it.
    troubled: Side | None = None

    def end(self, side: Side) -> End:
        return self.ends[side]

    @contextmanager
    def calling(self, side: Side) -> Iterator[End]:
        """Around a call to one side's provider: the claim lasts, and trouble knows its side."""
        self.claim.renew()
        try:
            yield self.ends[side]
        except ConnectorError:
            self.troubled = side
            raise


def object_type_of(connector: Connector, name: str) -> ObjectType:
    for object_type in connector.object_types():
        if object_type.name == name:
            return object_type
    message = f"The connection has no object type {name!r}."
    raise Misconfigured(Fault(Category.CONFIGURATION, "object_type", message))
