"""What an object type is made of: its fields, where its records are, and how they change."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from integrations.connectors.exact.fields import FieldSpec
from integrations.connectors.exact.payloads import Payload
from integrations.contract import Category, Fault, Misconfigured, ObjectType, RecordState

if TYPE_CHECKING:
    from integrations.connectors.exact.contexts import Context, FeedReader, RecordWriter

type Complete = Callable[["Context", Sequence[Payload]], None]
"""Adds to rows what stands in other resources, as far as the fields need it: in place."""
type State = Callable[[Payload], RecordState]


@dataclass(frozen=True)
class Definition:
    """One object type and what its API asks of us."""

    type: ObjectType
    # Its place in addresses: "crm/Accounts".
    resource: str
    specs: tuple[FieldSpec, ...]
    # Columns with what people know the record by; the first that is filled is taken.
    title: tuple[str, ...]
    key: str = "ID"
    # The endpoint that tells changes by Timestamp; empty: there is none.
    sync: str = ""
    # Its number in the feed of deletions; 0: its deletions are not told.
    deleted_as: int = 0
    # It has a first and a last day, and is inactive outside them.
    has_end: bool = False
    # Collections that a read by id brings along.
    expand: str = ""
    # Columns that `state`, `version` and `complete` need besides those of the fields asked for.
    columns: tuple[str, ...] = ()
    complete: Complete | None = None
    state: State | None = None
    # What else makes a new version of the record, besides its own Modified.
    version: Callable[[Payload], str] | None = None
    # Page of the record on Exact's screens.
    screen: str = ""
    # How it is read for changes and written, where the common way does not do.
    feed: Callable[["Context"], "FeedReader"] | None = None
    writer: Callable[["Context"], "RecordWriter"] | None = None

    @cached_property
    def by_name(self) -> Mapping[str, FieldSpec]:
        return MappingProxyType({spec.field.name: spec for spec in self.specs})

    @cached_property
    def names_by_word(self) -> Mapping[str, str]:
        """Field names by what Exact's messages may call them, in lower case."""
        index: dict[str, str] = {}
        for spec in self.specs:
            for word in (spec.field.name, *spec.columns[:1], *spec.words):
                index.setdefault(word.casefold(), spec.field.name)
        return MappingProxyType(index)

    def spec(self, name: str) -> FieldSpec:
        """The field of this name; raises Misconfigured when there is none."""
        try:
            return self.by_name[name]
        except KeyError:
            message = f"Exact has no field {name!r} on {self.type.plural.lower()}."
            raise Misconfigured(Fault(Category.CONFIGURATION, "unknown_field", message)) from None
