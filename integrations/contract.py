"""What a connector offers and answers: the words that engine, pipeline and connectors share.

Pure: no Django, no HTTP. A connector turns payloads into `Record`s of canonical values and every
refusal into a `Fault`; nobody outside a connector folder knows a provider's codes or shapes.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol

from integrations.values import Choice, Field, FieldType, Line, Scalar, Value, Values

__all__ = [
    "BadSignature",
    "Batch",
    "Category",
    "Choice",
    "Company",
    "Connector",
    "ConnectorError",
    "Event",
    "Fault",
    "Field",
    "FieldType",
    "Identity",
    "Line",
    "Misconfigured",
    "NotAllowed",
    "ObjectType",
    "Operation",
    "OperationKind",
    "Outcome",
    "OutcomeStatus",
    "OutcomeUnknown",
    "Page",
    "Record",
    "RecordState",
    "RetryLater",
    "Scalar",
    "SignInAgain",
    "Suspended",
    "Value",
    "Values",
    "WebhookRequest",
]


@dataclass(frozen=True, slots=True)
class ObjectType:
    """One kind of thing at a provider and what its API can do with it."""

    name: str
    label: str
    plural: str
    can_create: bool = True
    can_update: bool = True
    can_archive: bool = True
    # Records in one write call; the pipeline never hands more to write().
    write_batch: int = 1
    # Records in one read() call.
    read_batch: int = 1
    # Fields that find() can look up by.
    find_by: frozenset[str] = frozenset()


class RecordState(StrEnum):
    LIVE = "live"
    # Archived or inactive: exists, can be brought back.
    ARCHIVED = "archived"
    # A document that stays in the books without its amounts; nothing brings it back.
    VOIDED = "voided"
    # Deleted, merged away or purged: the id will not come back.
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Record:
    """A record as the provider holds it now; `fields` has exactly the fields asked for."""

    id: str
    version: str
    fields: Values
    title: str = ""
    state: RecordState = RecordState.LIVE
    modified_at: datetime | None = None
    # Ids that the provider merged into this record.
    merged_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a change feed.

    `cursor` is opaque text; stored together with the records, it continues after them. `more` is
    False when the feed is caught up; then nothing changed up to `complete_until` is missing.
    """

    records: tuple[Record, ...]
    cursor: str
    more: bool
    complete_until: datetime | None = None
    # The feed had to begin again by itself: what is in none of its pages may be gone.
    anew: bool = False


class Category(StrEnum):
    """The plain-language class of a fault; who acts and what follows stands in syncs.faults."""

    CONNECTION_REAUTH = "connection_reauth"
    CONNECTION_PERMISSION = "connection_permission"
    CONNECTION_SUSPENDED = "connection_suspended"
    TRANSIENT = "transient"
    RATE_LIMITED = "rate_limited"
    OUTCOME_UNKNOWN = "outcome_unknown"
    DUPLICATE_KEY = "duplicate_key"
    MATCH_AMBIGUOUS = "match_ambiguous"
    PARENT_MISSING = "parent_missing"
    REFERENCE_INACTIVE = "reference_inactive"
    FIELD_MISSING = "field_missing"
    FIELD_INVALID = "field_invalid"
    TAX = "tax"
    CURRENCY = "currency"
    PERIOD_CLOSED = "period_closed"
    STATE_LOCKED = "state_locked"
    CONFLICT = "conflict"
    GONE = "gone"
    CONFIGURATION = "configuration"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Fault:
    """A provider's refusal, classified.

    `message` is the provider's own wording, `field` the canonical field name it is about where
    known, `existing_id` the record in the way of a duplicate, `raw` the redacted answer.
    """

    category: Category
    code: str
    message: str
    field: str = ""
    existing_id: str = ""
    correlation_id: str = ""
    raw: str = ""


class OperationKind(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    # A document is voided instead, never deleted.
    ARCHIVE = "archive"
    # Bring back what is archived; refused where the provider only lets people do that.
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class Operation:
    """One wanted change. `key` names it for ever: a create repeated with its key creates once.

    `fields` holds only what is to be written; a None value empties the field. `version` is the
    version the decision was based on: a provider that holds another one answers STALE.
    """

    key: str
    kind: OperationKind
    id: str = ""
    version: str = ""
    fields: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Batch:
    """Operations that travel in one call, in this order, under one key (36 characters at most)."""

    key: str
    operations: tuple[Operation, ...]
    # When it was sent, of one that is to be resolved: how far back to look, and how long to wait.
    sent_at: datetime | None = None


class OutcomeStatus(StrEnum):
    WRITTEN = "written"
    REFUSED = "refused"
    # The provider holds a newer version; `record` is that version, nothing was written.
    STALE = "stale"
    # Sent, and no answer came: it may or may not have happened.
    UNKNOWN = "unknown"
    # Certainly not done; try again later.
    NOT_SENT = "not_sent"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the operation with this key; `record` is what the provider holds now."""

    key: str
    status: OutcomeStatus
    record: Record | None = None
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is at the other end of a connection."""

    external_id: str
    name: str
    currency: str = ""
    country: str = ""
    time_zone: str = ""
    url: str = ""
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Company:
    """One of the companies that a sign-in opens, for a person to choose from."""

    external_id: str
    name: str
    # What tells it from others of that name, such as its number, country and currency.
    note: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """A hint from a webhook that a record changed; the record itself is always read again."""

    external_id: str
    object_type: str
    record_id: str
    at: datetime
    key: str
    merged_into: str = ""


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """A webhook call as it arrived: `url` is the public address the provider called."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


class ConnectorError(Exception):
    """A provider call failed as a whole; the subclass says what happens next."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"{fault.category}: {fault.message}")
        self.fault = fault


class RetryLater(ConnectorError):
    """Busy or briefly broken and nothing was done: the run stops and the cursor stays."""

    def __init__(self, fault: Fault, after: float) -> None:
        super().__init__(fault)
        self.after = after
        """Seconds to wait before the next call."""


class SignInAgain(ConnectorError):
    """The provider no longer accepts us: the connection is paused until somebody reconnects."""


class NotAllowed(ConnectorError):
    """A scope, role or plan is missing: the connection is paused and says which."""


class Suspended(ConnectorError):
    """The company's subscription lapsed: writing stops for the connection."""


class Misconfigured(ConnectorError):
    """A field, list or object type that a sync relies on is not there: the sync is paused."""


class OutcomeUnknown(ConnectorError):
    """A write was sent and no usable answer came; ask with resolve() before anything is sent."""


class BadSignature(Exception):
    """A webhook call was not signed by the provider."""


class Connector(Protocol):
    """One connection, seen by its provider's rules.

    Every method may raise a ConnectorError for trouble of the whole connection. `object_type` is
    the name of one of `object_types()`, `fields` are names from `fields()`.
    """

    code: ClassVar[str]

    def identity(self) -> Identity: ...

    def object_types(self) -> Sequence[ObjectType]: ...

    def fields(self, object_type: str) -> Sequence[Field]: ...

    def choices(self, list_name: str) -> Sequence[Choice]:
        """The entries of a live list (pipelines, terms, tax codes, income accounts …)."""
        ...

    def prepare(self, object_type: str, wanted: Sequence[Field] = ()) -> None:
        """Make what safe writing needs at the provider, such as an own unique property.

        Also makes those fields of `wanted` that are missing, where the provider lets apps do so;
        it may be repeated. Raises Misconfigured for one that is there and cannot hold the values.
        """
        ...

    def changes(self, object_type: str, cursor: str, fields: Collection[str]) -> Page:
        """The next page; an empty cursor reads everything first, archived records included."""
        ...

    def read(
        self, object_type: str, ids: Sequence[str], fields: Collection[str]
    ) -> Sequence[Record]:
        """The records that exist, in any order; one that does not exist comes back as GONE."""
        ...

    def find(
        self, object_type: str, key: str, values: Sequence[str], fields: Collection[str]
    ) -> Sequence[Record]:
        """Live records whose field `key` has one of the values."""
        ...

    def write(self, object_type: str, batch: Batch, fields: Collection[str]) -> Sequence[Outcome]:
        """Carry out the batch: one outcome per operation, whatever the provider answered.

        Raises only when certainly nothing was done. All operations of a batch have one kind.
        """
        ...

    def resolve(self, object_type: str, batch: Batch, fields: Collection[str]) -> Sequence[Outcome]:
        """Find out what became of a batch of creates whose answer was lost.

        Afterwards no outcome is UNKNOWN: it was WRITTEN (then or now), REFUSED or NOT_SENT.
        """
        ...

    def link(self, object_type: str, id: str) -> str:  # noqa: A002 - connectors are called with it
        """The address that opens the record in the provider's own screens."""
        ...
