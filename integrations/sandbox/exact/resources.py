"""What a resource is: records that can be written, views of them, lists and actions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from integrations.sandbox.exact.fields import Field, Table

if TYPE_CHECKING:
    from integrations.sandbox.exact.call import Call
    from integrations.sandbox.exact.division import Division
    from integrations.sandbox.exact.drafts import Draft
    from integrations.sandbox.exact.shelf import Row

Values = dict[str, Any]
Rule = Callable[["Draft"], None]
Compute = Callable[["Division", Mapping[str, Any]], Any]
Press = Callable[["Division", str, Mapping[str, Any]], None]

PAGE = 60
LONG_PAGE = 1000
ALL_VERBS = frozenset({"GET", "POST", "PUT", "DELETE"})
READ = frozenset({"GET"})


@dataclass(frozen=True, kw_only=True)
class Resource:
    """Something with an address below /api/v1/{division}/."""

    path: str
    # The last part of __metadata.type.
    type: str
    fields: Table
    # The scope of the app registration, as the reference prints it; empty needs none.
    scope: str = ""
    methods: frozenset[str] = READ
    page: int = PAGE
    needs_select: bool = False
    # A GET must filter by one of these; empty where no filter is asked for.
    needs_filter: tuple[str, ...] = ()
    # Only these can be filtered by; empty: all that are filterable.
    only_filters: tuple[str, ...] = ()
    # With $top of a page or less most resources answer a bare list.
    keeps_results: bool = False

    @cached_property
    def key(self) -> str:
        return next(each.name for each in self.fields.values() if each.is_key)

    @cached_property
    def key_field(self) -> Field:
        return self.fields[self.key]


@dataclass(frozen=True)
class Lines:
    """A collection of records that hang on another one."""

    path: str
    # The field of a line that names its header.
    parent: str
    # The most that a header can do without when it is created.
    mandatory: bool = False


@dataclass(frozen=True)
class Button:
    """Something a person can do on a record's screen."""

    label: str
    press: Press
    # Whether the button stands on the page of this record.
    is_offered: Callable[[Mapping[str, Any]], bool] = lambda _: True


@dataclass(frozen=True, kw_only=True)
class Entity(Resource):
    """Records that are kept; the other resources show them in their own way."""

    methods: frozenset[str] = ALL_VERBS
    # Webhooks tell of changes under this name; empty: of none.
    topic: str = ""
    # Whose change it is, where the key of another record is told; usually its own.
    told_key: str = ""
    # The EntityType of sync/Deleted; 0: not told there.
    deleted_as: int = 0
    # A POST is answered with everything; else with the key alone and nulls.
    answers_full: bool = False
    # What is null in the answer to a POST, however full that is.
    late: frozenset[str] = frozenset()
    # The record that a POST means though it asks for a new one; it is answered as it stands.
    same: Callable[[Draft], Row | None] | None = None
    # What a new record has where nothing is given.
    defaults: Mapping[str, Any] = field(default_factory=dict)
    # Fields read through a reference: AccountName from the Name of Account.
    joined: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    computed: Mapping[str, Compute] = field(default_factory=dict)
    lines: Mapping[str, Lines] = field(default_factory=dict)
    # Complete and check a record before it is stored, whether new or changed.
    rules: tuple[Rule, ...] = ()
    # What a stored or removed record does to others.
    saved: tuple[Rule, ...] = ()
    # May refuse a removal.
    guards: tuple[Rule, ...] = ()
    removed: tuple[Rule, ...] = ()
    # Other records that name one of these keep it from being deleted.
    used_by: tuple[tuple[str, str], ...] = ()
    # Those go with it instead.
    takes_along: tuple[tuple[str, str], ...] = ()
    # Field with the name people know a record by, and what the screen shows.
    title: str = "Description"
    shown: Mapping[str, str] = field(default_factory=dict)
    buttons: Mapping[str, Button] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class View(Resource):
    """Records of entities for reading only: sync/… and bulk/…."""

    of: tuple[str, ...]
    # By row version, with the version as the key.
    by_timestamp: bool = False
    # Which rows it shows; all unless said otherwise.
    keeps: Callable[[Row], bool] = lambda _: True
    # The values of a row where they are not those of its own entity.
    present: Callable[[Division, Row], Mapping[str, Any]] | None = None
    page: int = LONG_PAGE


def sync_view(path: str, kind: str, fields: Table, scope: str, of: str) -> View:
    """All records of an entity by row version: the only thing that may be asked of them."""
    return View(
        path=path,
        type=kind,
        fields=fields,
        scope=scope,
        of=(of,),
        by_timestamp=True,
        only_filters=("Timestamp",),
        needs_filter=("Timestamp",),
    )


def bulk_view(
    path: str, kind: str, fields: Table, scope: str, of: str, filters: tuple[str, ...]
) -> View:
    """Long pages of an entity's records, filtered by one of a few fields."""
    return View(
        path=path,
        type=kind,
        fields=fields,
        scope=scope,
        of=(of,),
        needs_select=True,
        needs_filter=filters,
    )


@dataclass(frozen=True, kw_only=True)
class Listing(Resource):
    """Rows worked out when they are asked for."""

    rows: Callable[[Call], Iterable[Mapping[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class Action(Resource):
    """A POST that does something and answers what came of it; raises Refused."""

    methods: frozenset[str] = frozenset({"POST"})
    perform: Callable[[Division, Values, str], Mapping[str, Any]]
