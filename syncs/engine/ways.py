"""One direction of a mapping: where it takes its value, what it writes, and what holds it back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import NamedTuple

from integrations.contract import Category, Fault, Field, Value, Values
from syncs.engine.convert import convert
from syncs.engine.terms import (
    Exclude,
    ExcludeReason,
    Fail,
    FieldMapping,
    Parent,
    ParentStatus,
    ReferenceKey,
    References,
    Side,
    SyncSpec,
    TransformKind,
    Wait,
)
from syncs.engine.values import parse

type Transformer = Callable[[Values, References, Values], Value]
"""From the source's values, what is known of parents, and the target's present values: the value
to write. A record that is yet to be created has no present values."""


class Held(Exception):
    """A value cannot be made now; the plan says what becomes of the record instead."""

    def __init__(self, plan: Wait | Fail | Exclude) -> None:
        super().__init__(str(plan))
        self.plan = plan


@dataclass(frozen=True, slots=True)
class Way:
    """One direction of a mapping."""

    mapping: FieldMapping
    target: Side
    field: Field | None
    spec: SyncSpec | None = None
    # Where references lead, by left field.
    leads: "Mapping[str, Lead]" = dataclass_field(default_factory=dict)

    @property
    def name(self) -> str:
        return names(self.mapping, self.target)[0]

    @property
    def source(self) -> Side:
        return self.target.other

    @property
    def sources(self) -> tuple[str, ...]:
        return names(self.mapping, self.target.other)

    @property
    def label(self) -> str:
        if self.field is not None:
            return self.field.label
        return ", ".join(names(self.mapping, self.target))

    def fit(self, value: Value) -> Value:
        """The value in the type of the target field."""
        if self.field is None:
            return value
        try:
            return convert(value, self.field.type)
        except ValueError as error:
            raise self.refused("wrong_type", str(error)) from None

    def read(self, text: str) -> Value:
        """What a text of the mapping's own settings means for the target field."""
        if self.field is None:
            return text or None
        try:
            return parse(text, self.field.type)
        except ValueError as error:
            raise self.refused("wrong_type", str(error)) from None

    def refused(
        self,
        code: str,
        reason: str,
        category: Category = Category.FIELD_INVALID,
        parent_id: str = "",
    ) -> Held:
        """The record fails; with a parent, until that one moves."""
        message = f"{self.label}: {reason}"
        return Held(Fail(Fault(category, code, message, field=self.name, existing_id=parent_id)))

    def parent(
        self, parent_id: str, references: References, rule: str = "", field: str = ""
    ) -> Parent:
        """What is known of a record of the other sync; one that nobody has seen yet is waited for.

        `field` is the one that the id was read from, where several may have it. Raises Held when
        the record is to wait.
        """
        key = self.key(parent_id, rule, field)
        parent = references.get(key, UNSEEN)
        if parent.status is ParentStatus.WAITING:
            raise Held(Wait(key.object_type, parent_id, parent.title, key.right_type))
        return parent

    def key(self, parent_id: str, rule: str = "", field: str = "") -> ReferenceKey:
        lead = self.leads.get(field) or next(iter(self.leads.values()), Lead(""))
        return ReferenceKey(lead.object_type, self.source, parent_id, rule, lead.right_type)

    @property
    def object_type(self) -> str:
        return next((lead.object_type for lead in self.leads.values()), "")

    def orphan(self, parent: Parent, parent_id: str, field: str = "") -> Held:
        """The record cannot go as its parent has no partner, with the parent's own reason."""
        if self.mapping.exclude_orphans and parent.status is ParentStatus.EXCLUDED:
            return Held(Exclude(ExcludeReason.PARENT, parent_id=parent_id))
        named = self.key(parent_id, field=field).object_type
        title = f"“{parent.title}”" if parent.title else f"{named} {parent_id}"
        message = f"{self.label}: {title} {why_apart(parent)}"
        code = f"parent_{parent.status.value}"
        fault = Fault(
            Category.PARENT_MISSING, code, message, field=self.name, existing_id=parent_id
        )
        return Held(Fail(fault))


def names(mapping: FieldMapping, side: Side) -> tuple[str, ...]:
    return mapping.left if side is Side.LEFT else mapping.right


class Lead(NamedTuple):
    """What a mapping's references lead to: the object types of the sync that links it."""

    object_type: str
    # Empty: whatever it is.
    right_type: str = ""


def leads_of(mapping: FieldMapping, spec: SyncSpec | None) -> dict[str, Lead]:
    """By left field: where its references lead."""
    if mapping.transform.kind is not TransformKind.REFERENCE:
        documents = spec.documents if spec is not None else None
        product = documents.product if documents is not None else ""
        return dict.fromkeys(mapping.left, Lead(mapping.transform.object_type or product))
    right_type = _references(spec.right_fields, mapping.right[0]) if spec is not None else ""
    several = len(mapping.left) > 1
    found: dict[str, Lead] = {}
    for name in mapping.left:
        own = _references(spec.left_fields, name) if spec is not None else ""
        told = mapping.transform.object_type
        found[name] = Lead((own or told) if several else (told or own), right_type)
    return found


def _references(fields: Mapping[str, Field], name: str) -> str:
    known = fields.get(name)
    return known.references if known is not None else ""


UNSEEN = Parent(ParentStatus.WAITING)
_WHY = {
    ParentStatus.FAILING: "is failing",
    ParentStatus.EXCLUDED: "is excluded from its sync",
    ParentStatus.ABSENT: "is not part of any sync",
}


def why_apart(parent: Parent) -> str:
    """Why a parent has no partner, to the end of a sentence."""
    return f"{_WHY[parent.status]}: {parent.reason}" if parent.reason else f"{_WHY[parent.status]}."
