"""What failing records have in common, and what makes records due: the words the desk groups by."""

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Q

from integrations.contract import Category, Fault
from syncs import sides
from syncs.engine.terms import ReferenceKey
from syncs.engine.values import digest
from syncs.fault_terms import Words
from syncs.faults import EXPLANATIONS, Actor, explain
from syncs.models import Sync
from syncs.recipes import RECIPES

# The rows of the index by causes: a database takes it only where the condition says so itself.
HAS_CAUSE = ~Q(cause=sides.EMPTY_TEXT)
# As long as the column that keeps it.
LENGTH = 160
# Begins the causes that are another record; no category is called so.
PARENT = "parent"
_MARK = "|"


class Woken(StrEnum):
    """What made a record due; tells how a failure went away."""

    SOURCE = "source"
    PARENT = "parent"
    CONFIGURATION = "configured"
    RETRIED = "retried"
    DECIDED = "decided"
    EXCLUDED = "excluded"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class CauseWords:
    """A cause for people: what is wrong, why, and what to do."""

    title: Words
    explanation: Words
    steps: tuple[Words, ...]
    actor: Actor


@dataclass(frozen=True, slots=True)
class CauseParts:
    """What a cause is made of; the parent's type and id where another record is the cause."""

    category: str = ""
    code: str = ""
    field: str = ""
    parent_type: str = ""
    parent_id: str = ""
    parent_right_type: str = ""

    @property
    def is_parent(self) -> bool:
        return bool(self.parent_id)


def cause_of(fault: Fault, parent: ReferenceKey | None) -> str:
    """The same for all records that fail for the same cause: the same fault, or one parent."""
    if parent is not None and fault.category is Category.PARENT_MISSING:
        named = (PARENT, parent.object_type, parent.id, parent.right_type)
        return _MARK.join(part for part in named if part)[:LENGTH]
    return _MARK.join((fault.category.value, fault.code, fault.field))[:LENGTH]


def parts_of(cause: str) -> CauseParts:
    """What `cause_of` put together."""
    first, second, third, fourth = [*cause.split(_MARK, 3), "", "", ""][:4]
    if first == PARENT:
        category = Category.PARENT_MISSING.value
        return CauseParts(category, "", "", second, third, fourth)
    return CauseParts(first, second, third)


def kind_of(cause: str) -> str:
    """The cause, without which parent it is: one message tells of all missing customers."""
    parts = parts_of(cause)
    return _MARK.join((PARENT, parts.parent_type)) if parts.is_parent else cause


def words_of(cause: str, sync: Sync) -> CauseWords:
    """A cause in plain words; asks nobody. Which parent it is, the page has to say."""
    parts = parts_of(cause)
    recipe = RECIPES.get(sync.recipe)
    ends = (recipe.right, recipe.left) if recipe else ()
    told = EXPLANATIONS.get(_category(parts.category), EXPLANATIONS[Category.UNKNOWN])
    # The words of the other end are as good where the first one has none of its own.
    for end in ends:
        precise = explain(parts.category, end.object_type, field=parts.field, code=parts.code)
        if precise is not told:
            told = precise
            break
    return CauseWords(told.title, told.explanation, told.steps, told.actor)


def _category(code: str) -> Category:
    try:
        return Category(code)
    except ValueError:
        return Category.UNKNOWN


def fingerprint(cause: str) -> str:
    """What a record keeps of the fault that somebody called dealt with."""
    return digest({"cause": cause})
