"""The words that recipes are written in. Declarations only: a recipe does nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.functional import Promise

from integrations.contract import Field, Value
from syncs.engine.terms import (
    Condition,
    Direction,
    Leaving,
    MatchRule,
    Mode,
    Policy,
    Removal,
    Side,
    TotalRule,
    Transform,
)

type Words = str | Promise
"""Text for people; translated when it is shown."""


@dataclass(frozen=True, slots=True)
class End:
    """One end of a recipe: which provider's what."""

    provider: str
    object_type: str


@dataclass(frozen=True, slots=True)
class DefaultMapping:
    """A mapping that a new sync starts with. Locked ones can be neither edited nor switched off.

    `owned` and `born` as in engine.terms.FieldMapping.
    """

    key: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    direction: Direction = Direction.BOTH
    transform: Transform = field(default_factory=Transform)
    enabled: bool = True
    locked: bool = False
    erase: bool = False
    owned: bool = False
    born: Side | None = None
    # Left out where a provider does not let its field be written (a feature that is off there).
    optional: bool = False
    # The setting of kind TABLE that is the choice table of this mapping; while nothing is chosen
    # there, the mapping is left out.
    table: str = ""
    # A record whose reference leads to one that is excluded is excluded too, and does not fail.
    exclude_orphans: bool = False


@dataclass(frozen=True, slots=True)
class DefaultCondition:
    """A filter condition that a new sync starts with; fixed ones hold always."""

    side: Side
    condition: Condition
    group: int = 1


class SettingKind(StrEnum):
    """How a setting is asked for."""

    # One entry of a live list of the provider.
    LIST = "list"
    # One of the setting's own options.
    OPTION = "option"
    # Yes or no.
    SWITCH = "switch"
    # For each entry of the other side's list one of this side's: [[left, right, rate, label], …].
    TABLE = "table"
    # Several entries of a live list of the provider: a list of their values.
    CHOICES = "choices"
    # A short text.
    TEXT = "text"


# The option of a setting that filters which lets no record through.
NOBODY = "none"


@dataclass(frozen=True, slots=True)
class Setting:
    """Something only the customer can say, mostly chosen from a live list of a side's provider.

    Needed, unless `is_optional`, as soon as records may be created on `side`; one that filters, on
    the side where what it lets through is created.
    """

    name: str
    label: Words
    help: Words
    side: Side
    choice_list: str = ""
    # Field that a record is created with; later changes of it are left alone.
    field: str = ""
    kind: SettingKind = SettingKind.LIST
    options: tuple[tuple[str, Words], ...] = ()
    default: str = ""
    # The other side's list of a table.
    other_list: str = ""
    is_optional: bool = False
    # Only while another setting has this value: (name, value).
    only_when: tuple[str, str] | None = None
    # The field whose value must be one of those chosen here: of `side`, and for a TABLE the field
    # of the other side whose list it asks about. Of an OPTION, NOBODY lets no record through.
    filters: str = ""

    def is_missing(self, settings: Mapping[str, object]) -> bool:
        """Whether it has to be chosen and was not."""
        if self.is_optional or not self.counts(settings):
            return False
        return not self.chosen(settings)

    def counts(self, settings: Mapping[str, object]) -> bool:
        """Whether what is chosen here means anything, given the other settings."""
        return self.only_when is None or settings.get(self.only_when[0]) == self.only_when[1]

    def chosen(self, settings: Mapping[str, object]) -> object:
        """What is chosen; of a table only the rows in which something is."""
        stored = settings.get(self.name)
        if self.kind is not SettingKind.TABLE:
            return stored
        return [row for row in stored if row[1]] if isinstance(stored, list) else []

    @property
    def filtered_side(self) -> Side:
        """The side whose records it filters."""
        return self.side.other if self.kind is SettingKind.TABLE else self.side

    @property
    def needed_side(self) -> Side:
        """The side where records are created with what it says."""
        return self.filtered_side.other if self.filters else self.side


@dataclass(frozen=True, slots=True)
class TaxWay:
    """A field that says whether prices include tax; who can write it needs a code on each line."""

    field: str
    included: str
    excluded: str


@dataclass(frozen=True, slots=True)
class CustomItem:
    """What stands on the right for lines that have no item of their own; made once."""

    object_type: str
    # The field that names it, and the name; another one where the setting `name_from` has a text.
    key: str
    name: str
    # The fields that settings fill, by the settings' names, and what else it is made with.
    settings: Mapping[str, str]
    fields: Mapping[str, Value]
    name_from: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """What a recipe says of documents with lines; the customer's part stands in the settings.

    `product` is the left object type whose sync links what is sold; without it lines sell nothing
    that is known, and go over in words and amounts.
    """

    product: str
    left_total: str
    right_total: str
    left_currency: str
    # The left field that names discounts, fees and taxes of the document as a whole.
    adjustments: str = ""
    right_tax_way: TaxWay | None = None
    custom_item: CustomItem | None = None


@dataclass(frozen=True, slots=True)
class Worth:
    """The fields of a side that say what a record is worth: its amount and the currency of that."""

    amount: str
    currency: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """Where the two sides say what has to agree in the books: field names by side.

    `customer_type` is the left object type whose sync links the customers.
    """

    customer_type: str
    left: Mapping[str, str]
    right: Mapping[str, str]
    # Values of the left status that do not count yet.
    left_drafts: frozenset[str] = frozenset()

    def name(self, side: Side, fact: str) -> str:
        """The field of a fact (day, customer, currency, amount, status); "" when there is none."""
        return (self.left if side is Side.LEFT else self.right).get(fact, "")


@dataclass(frozen=True, slots=True)
class Recipe:
    """A ready-made sync between two object types."""

    code: str
    label: Words
    description: Words
    left: End
    right: End
    mappings: tuple[DefaultMapping, ...]
    match_rules: tuple[MatchRule, ...]
    conditions: tuple[DefaultCondition, ...] = ()
    settings: tuple[Setting, ...] = ()
    # Values that a record is created with on a side besides the mapped ones.
    left_creation: Mapping[str, Value] = field(default_factory=dict)
    right_creation: Mapping[str, Value] = field(default_factory=dict)
    directions: tuple[Direction, ...] = (Direction.BOTH, Direction.TO_RIGHT, Direction.TO_LEFT)
    mode: Mode = Mode.MIRROR
    policy: Policy = Policy.LEFT
    leaving: Leaving = Leaving.STOP
    left_removed: Removal = Removal.UNLINK
    right_removed: Removal = Removal.UNLINK
    # Without a value for a match rule a record is excluded instead of created.
    key_needed: bool = False
    # Codes of the recipes that link what this one's records refer to.
    needs: tuple[str, ...] = ()
    # Code of the recipe that switches this one on, when that goes in one of the directions.
    follows: str = ""
    follows_when: tuple[Direction, ...] = ()
    # By side the time that tells whether a record is from before the sync was switched on.
    starts: Mapping[Side, str] = field(default_factory=dict)
    edited_at_birth: frozenset[Side] = frozenset()
    totals: tuple[TotalRule, ...] = ()
    document: Document | None = None
    ledger: Ledger | None = None
    # By side, where its records say what they are worth; of fields that are read anyhow.
    worth: Mapping[Side, Worth] = field(default_factory=dict)
    # By side the time that a recommended filter goes by: nothing from before today.
    since_today: Mapping[Side, str] = field(default_factory=dict)
    # Fields that are kept besides those that decisions need: what children and the ledger ask for.
    also_read: Mapping[Side, frozenset[str]] = field(default_factory=dict)
    # The sides on which records are ever made. What stands on the other side of these alone, and
    # cannot be matched, is not kept at all.
    creates: frozenset[Side] = frozenset(Side)
    # Fields that Saldo makes at the provider where they are missing; mappings may name them.
    makes: Mapping[Side, tuple[Field, ...]] = field(default_factory=dict)
    # Codes of recipes that cannot be switched on beside this one in the same integration.
    excludes: tuple[str, ...] = ()

    @property
    def is_parent(self) -> bool:
        """Whether its records link what others refer to; what is done once stands for nothing."""
        return self.mode is Mode.MIRROR

    def keeps_lone(self, side: Side) -> bool:
        """Whether what stands on this side alone may ever get a partner."""
        return bool(self.match_rules) or side.other in self.creates

    def end(self, side: Side) -> End:
        return self.left if side is Side.LEFT else self.right

    def creation(self, side: Side) -> Mapping[str, Value]:
        return self.left_creation if side is Side.LEFT else self.right_creation

    def mapping(self, key: str) -> DefaultMapping | None:
        return next((each for each in self.mappings if each.key == key), None)

    def setting(self, name: str) -> Setting | None:
        return next((each for each in self.settings if each.name == name), None)
