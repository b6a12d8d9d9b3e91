"""The rows of the sync engine: what is synced how, what is known, and what was done."""

from syncs.models.configuration import (
    FieldList,
    FilterCondition,
    Integration,
    Mapping,
    Sync,
    SyncState,
)
from syncs.models.history import (
    Activity,
    ActivityAction,
    Heartbeat,
    Run,
    RunState,
    RunTrigger,
)
from syncs.models.records import Intent, MatchValue, Status, SyncRecord

__all__ = [
    "Activity",
    "ActivityAction",
    "FieldList",
    "FilterCondition",
    "Heartbeat",
    "Integration",
    "Intent",
    "Mapping",
    "MatchValue",
    "Run",
    "RunState",
    "RunTrigger",
    "Status",
    "Sync",
    "SyncRecord",
    "SyncState",
]
