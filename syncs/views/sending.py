"""Sending one record to a sync by hand: what it is called, and whose id somebody typed."""

from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncs.engine.terms import ExcludeReason, Mode, Side
from syncs.fault_terms import Words
from syncs.models import Status, SyncRecord
from syncs.recipes import recipe_of
from syncs.recipes.terms import Recipe
from syncs.views.ends import Ends


@dataclass(frozen=True, slots=True)
class SendingWords:
    """What sending is called; a document has a word of its own."""

    button: Words
    help: Words
    done: Words
    before: Words


_USUAL = SendingWords(
    gettext_lazy("Send it now"),
    gettext_lazy("It goes to the other side although it is older than the sync."),
    gettext_lazy("It is sent within a minute, although it is older than the sync."),
    gettext_lazy("It is on both sides already; nothing is made twice."),
)
_WORDS = {
    "sales_invoice": SendingWords(
        gettext_lazy("Invoice now"),
        gettext_lazy("An invoice is made of it whatever its stage, and only once."),
        gettext_lazy("It is invoiced within a minute."),
        gettext_lazy("It has its invoice already; no second one is made."),
    ),
    "sales_entry": SendingWords(
        gettext_lazy("Book it now"),
        gettext_lazy("An entry is booked of it whatever its stage, and only once."),
        gettext_lazy("It is booked within a minute."),
        gettext_lazy("It is booked already; no second entry is made."),
    ),
}


class NoSuchRecord(Exception):
    """What was typed names no record of that kind; the message is for who typed it."""


def sending_words(recipe: Recipe) -> SendingWords:
    return _WORDS.get(recipe.right.object_type, _USUAL)


def is_made_by_hand(recipe: Recipe) -> bool:
    """Whether people may ask for what it makes, whatever its conditions say."""
    return recipe.mode is Mode.ONCE and recipe.creates == frozenset({Side.RIGHT})


def can_be_sent(record: SyncRecord) -> bool:
    """Whether it is only held back by what a person who sends it passes over."""
    reason = record.details.get("exclusion", "")
    if record.status != Status.EXCLUDED or (record.left_id and record.right_id):
        return False
    if reason == ExcludeReason.BEFORE_START:
        return True
    by_hand = is_made_by_hand(recipe_of(record.sync.recipe))
    fixed = (record.details.get("clause") or {}).get("fixed")
    return by_hand and reason == ExcludeReason.FILTER and not fixed


def typed_id(ends: Ends, typed: str) -> str:
    """The id of the left record in what somebody typed, an id or the address of its page.

    Raises NoSuchRecord for anything else, such as the address of another kind of record.
    """
    text = typed.strip()
    if text.isdecimal() and len(text) < 20:
        return text
    told = {"type": ends.object_type(Side.LEFT), "provider": ends.name(Side.LEFT)}
    parts = [part for part in urlsplit(text).path.split("/") if part]
    if not text.startswith(("http://", "https://")) or len(parts) < 2:
        message = _("Enter the id of a %(type)s in %(provider)s, or the address of its page.")
        raise NoSuchRecord(message % told)
    for kind, found in pairwise(parts):
        if found.isdecimal() and _is_page(ends, kind, found):
            return found
    message = _("This is not the address of a %(type)s in %(provider)s.")
    raise NoSuchRecord(message % told)


def _is_page(ends: Ends, kind: str, record_id: str) -> bool:
    """Whether the provider's pages of such records have addresses that end in these parts."""
    own = urlsplit(ends.link(Side.LEFT, record_id)).path.rsplit("/", 2)[1:]
    return [kind, record_id] == own or kind == ends.object_type(Side.LEFT)
