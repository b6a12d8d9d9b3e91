"""The rows of the sync engine: what is synced how, what is known, and what was done."""

from syncs.models.configuration import (
    FieldList,
    FilterCondition,
    Integration,
    Mapping,
    Sync,
    SyncState,
)
from syncs.models.desk import (
    ChangeKind,
    ConfigurationChange,
    DeskJob,
    FilePart,
    JobKind,
    JobState,
    SavedView,
)
from syncs.models.failures import DailyFigure, Failure, KnownCause, Outcome
from syncs.models.history import (
    Activity,
    ActivityAction,
    Heartbeat,
    Run,
    RunState,
    RunTrigger,
)
from syncs.models.records import Intent, MatchValue, PlannedRetry, Status, SyncRecord

__all__ = [
    "Activity",
    "ActivityAction",
    "ChangeKind",
    "ConfigurationChange",
    "DailyFigure",
    "DeskJob",
    "Failure",
    "FieldList",
    "FilePart",
    "FilterCondition",
    "Heartbeat",
    "Integration",
    "Intent",
    "JobKind",
    "JobState",
    "KnownCause",
    "Mapping",
    "MatchValue",
    "Outcome",
    "PlannedRetry",
    "Run",
    "RunState",
    "RunTrigger",
    "SavedView",
    "Status",
    "Sync",
    "SyncRecord",
    "SyncState",
]
