"""What a sync is told: its directions, mappings, filters, match rules and policies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from integrations.contract import Field, Values


class Side(StrEnum):
    LEFT = "left"
    RIGHT = "right"

    @property
    def other(self) -> "Side":
        return Side.RIGHT if self is Side.LEFT else Side.LEFT


class Direction(StrEnum):
    """Which way values may flow, for a sync or for one mapping."""

    BOTH = "both"
    TO_RIGHT = "to_right"
    TO_LEFT = "to_left"

    def reaches(self, side: Side) -> bool:
        """Whether values may be written on this side."""
        return self is Direction.BOTH or self is (
            Direction.TO_RIGHT if side is Side.RIGHT else Direction.TO_LEFT
        )


class Mode(StrEnum):
    """Mirror creates and updates, once creates and never touches again, update never creates.

    Once writes nothing again on a side where the sync creates; on a side where it does not
    (`SyncSpec.creates`) it goes on writing what becomes of what was made.
    """

    MIRROR = "mirror"
    ONCE = "once"
    UPDATE = "update"


class Policy(StrEnum):
    """Who wins when both sides changed a field, or differ at the first link."""

    LEFT = "left"
    RIGHT = "right"
    ASK = "ask"


class Leaving(StrEnum):
    """What happens to a linked record that no longer passes the filter."""

    STOP = "stop"
    KEEP = "keep"


class Removal(StrEnum):
    """What follows on the other side when a linked record is archived or deleted."""

    UNLINK = "unlink"
    ARCHIVE = "archive"
    NOTHING = "nothing"


class TransformKind(StrEnum):
    COPY = "copy"
    DEFAULT = "default"
    CONSTANT = "constant"
    CHOICE_TABLE = "choice_table"
    TEMPLATE = "template"
    FIRST_FILLED = "first_filled"
    TRUNCATE = "truncate"
    REFERENCE = "reference"
    LINES = "lines"
    ALLOCATIONS = "allocations"
    PARENT_FIELD = "parent_field"


@dataclass(frozen=True, slots=True)
class Transform:
    """How a value changes on its way.

    `text` is the constant, the default when empty, the template ("{firstname} {lastname}"), for
    first filled the templates to try in order, parted by "|" (none: the fields themselves), or for
    a reference the id to fall back to when the parent failed, is excluded or does not exist;
    `table` pairs left and right choices, where "" stands for an empty value, and
    with `spare` so do choices that it does not name; `length` is for
    truncate (0: the target's own limit); `object_type` for a reference is the left object type of
    the sync that links the parents. A reference of several fields takes the first that is filled;
    then each field's own `references` says what links its parents.

    Lines are made by the sync's document rules; their references lead to `object_type`, if given.
    Allocations say how much of a payment goes to which document: `object_type` is the documents'
    left object type, `text` the field on the target side with what is still open of a document
    ("Balance" if not given). A parent field is what the field `text` of the first linked parent
    holds on the target side.
    """

    kind: TransformKind = TransformKind.COPY
    text: str = ""
    table: tuple[tuple[str, str], ...] = ()
    length: int = 0
    object_type: str = ""
    spare: bool = False


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """One field that is kept in step. Several names on one side only feed the other side.

    `erase` lets an empty winner empty the other side. `key` is stable: bases belong to it.
    `owned` values belong to the side where the record was born and are written on the other one
    only; what somebody changes there is neither overwritten nor ignored: the record fails and says
    what to undo. In a sync of mode once what was created was made of them, so that a later change
    of them fails the record. `born` keeps the mapping to records that were born on that side.
    `exclude_orphans`: a record whose reference leads to one that is excluded is excluded too.
    """

    key: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    direction: Direction = Direction.BOTH
    transform: Transform = field(default_factory=Transform)
    erase: bool = False
    owned: bool = False
    born: Side | None = None
    exclude_orphans: bool = False


class ExcludeReason(StrEnum):
    FILTER = "filter"
    NO_MATCH_KEY = "no_match_key"
    DIRECTION = "direction"
    MODE = "mode"
    BY_HAND = "by_hand"
    ARCHIVED = "archived"
    GONE = "gone"
    UNLINKED = "unlinked"
    BEFORE_START = "before_start"
    DRAFT = "draft"
    MADE_BY_INTEGRATION = "made_by_integration"
    # The document has no amounts any more.
    VOIDED = "voided"
    # What it belongs to is not part of the sync.
    PARENT = "parent"
    # People come along by way of their company, or on their own: never both.
    HAS_COMPANY = "has_company"
    NO_COMPANY = "no_company"
    # A person called its fault dealt with.
    RESOLVED = "resolved"


class Operator(StrEnum):
    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    IS_ONE_OF = "is_one_of"
    IS_NONE_OF = "is_none_of"
    IS_FILLED = "is_filled"
    IS_EMPTY = "is_empty"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    GREATER = "greater"
    LESS = "less"
    AFTER = "after"
    BEFORE = "before"


@dataclass(frozen=True, slots=True)
class Condition:
    """A clause of a filter on a field of the record or of its associated one ("company.name")."""

    field: str
    operator: Operator
    values: tuple[str, ...] = ()
    # Set by the recipe: shown with a lock, edited by nobody.
    fixed: bool = False
    # What a record is excluded for that this clause holds back; None: the filter.
    reason: ExcludeReason | None = None
    # The name of the setting that it follows from, and where it is changed.
    setting: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """OR between groups, AND inside a group; fixed and chosen conditions hold besides all groups.

    Chosen ones follow from the sync's settings. Whom a person enrolled passes them, and the groups.
    """

    groups: tuple[tuple[Condition, ...], ...] = ()
    fixed: tuple[Condition, ...] = ()
    chosen: tuple[Condition, ...] = ()


class Normaliser(StrEnum):
    """How match values are made comparable."""

    EXACT = "exact"
    EMAIL = "email"
    CODE = "code"
    DOMAIN = "domain"
    PHONE = "phone"
    NAME = "name"
    # A company's name, whatever legal form it is followed by and however that is spelled.
    COMPANY = "company"
    # VAT, chamber and other registered numbers: letters and digits alone.
    REGISTERED = "registered"
    # The domain of a company's own addresses: of a website or an e-mail, no free mail provider's.
    COMPANY_DOMAIN = "company_domain"


@dataclass(frozen=True, slots=True)
class MatchRule:
    """A key that finds the partner of an unlinked record; rules are tried in order.

    Without `left` in a recipe, the left field is the one that an enabled mapping copies to or from
    `right`; while there is none, neither is the rule.
    """

    name: str
    left: str
    right: str
    normaliser: Normaliser = Normaliser.EXACT


@dataclass(frozen=True, slots=True)
class Start:
    """Records whose time in `field` is before `at` come along only when a person sends them."""

    field: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TaxRule:
    """A tax rate on the left, the tax code on the right that stands for it, and its per cent.

    Without `right` the rate is known and nobody has mapped it yet; `label` is what people call it.
    """

    left: str
    right: str
    rate: Decimal
    label: str = ""


@dataclass(frozen=True, slots=True)
class DocumentRules:
    """How a document's lines are turned into lines of the other side.

    `product` is the left object type of the sync that links what is sold; without it lines name
    nothing that is sold, only words and amounts. A line on the left that matches nothing on the
    right is booked on `fallback` there, an id, unless `needs_match`.
    `tax_needed`: each line on the right needs a tax code, `no_tax` where the left has no rate.
    `inclusive`: amounts on the left include tax. `left_total` and `right_total` are the fields with
    what the document comes to, `left_currency` the one with its currency code, and `adjustments`
    the one that names discounts, fees and taxes which the left has on the document as a whole.
    """

    product: str
    fallback: str = ""
    needs_match: bool = False
    taxes: tuple[TaxRule, ...] = ()
    tax_needed: bool = False
    no_tax: str = ""
    inclusive: bool = False
    left_total: str = ""
    right_total: str = ""
    left_currency: str = ""
    adjustments: str = "order_adjustments"


@dataclass(frozen=True, slots=True)
class TotalRule:
    """Two amounts that must be equal on a linked record that has nothing to write."""

    left: str
    right: str
    label: str


@dataclass(frozen=True, slots=True)
class SyncSpec:
    """Everything a decision needs to know of a sync; built once per run."""

    left_fields: Mapping[str, Field]
    right_fields: Mapping[str, Field]
    mappings: tuple[FieldMapping, ...]
    match_rules: tuple[MatchRule, ...] = ()
    direction: Direction = Direction.BOTH
    mode: Mode = Mode.MIRROR
    policy: Policy = Policy.LEFT
    # Filter on the records of a side before they may create or change anything on the other.
    left_filter: Filter = field(default_factory=Filter)
    right_filter: Filter = field(default_factory=Filter)
    leaving: Leaving = Leaving.STOP
    # What happens on the right when the left is removed, and the reverse.
    left_removed: Removal = Removal.UNLINK
    right_removed: Removal = Removal.UNLINK
    # Without a value for any match rule a record is excluded instead of created.
    key_needed: bool = False
    # What a record is created with where no mapping gives a value; never written again.
    left_creation: Values = field(default_factory=dict)
    right_creation: Values = field(default_factory=dict)
    # By side, since when its unlinked records take part.
    starts: Mapping[Side, Start] = field(default_factory=dict)
    # Records born on these sides take no changes from the other side.
    edited_at_birth: frozenset[Side] = frozenset()
    totals: tuple[TotalRule, ...] = ()
    documents: DocumentRules | None = None
    # The sides on which records are ever made.
    creates: frozenset[Side] = frozenset(Side)
