"""Each step of what to do, with the place beside it where it is done.

Where that is the step's own words tell: they name the settings, the mapping or the provider. A
place that this record does not have (no parent, no record there) makes no button.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from integrations.models import Connection, ConnectionState
from syncs import sides
from syncs.engine.terms import Side
from syncs.fault_terms import Words
from syncs.models import Mapping as MappingRow
from syncs.models import Status, SyncRecord
from syncs.selection import list_url
from syncs.views.ends import Ends, lone_side
from syncs.views.fields import mapping_label

# More beside one step would leave it open which to press.
MOST_WAYS = 2


class How(StrEnum):
    """What pressing does."""

    HERE = "here"
    OUTSIDE = "outside"
    # Posts to the address.
    POST = "post"
    # Opens the question of that name on this page.
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Way:
    label: str
    url: str
    how: How = How.HERE


@dataclass(frozen=True, slots=True)
class Step:
    text: str
    ways: tuple[Way, ...]


class Place(StrEnum):
    SETTINGS = "settings"
    PARENTS_SYNC = "parents_sync"
    MAPPING = "mapping"
    CONNECTION = "connection"
    PARENT = "parent"
    SOURCE = "source"
    OTHER = "other"
    LEFT = "left"
    RIGHT = "right"
    RETRY = "retry"
    EXCLUDE = "exclude"
    UNLINK = "unlink"
    CANDIDATES = "candidates"
    MATCH = "match"
    CONFLICTS = "conflicts"
    LOCKS = "locks"
    LINES = "lines"
    RAW = "raw"
    FAILING = "failing"


_CUES: tuple[tuple[re.Pattern[str], Place], ...] = tuple(
    (re.compile(cue, re.IGNORECASE), place)
    for cue, place in (
        (r"\bmapping\b", Place.MAPPING),
        (
            r"settings? of (that|the \w+) sync|relax the filter|switch on the sync",
            Place.PARENTS_SYNC,
        ),
        (r"the (sync's )?settings\b(?! of)|^open the sync\b|the setting\b", Place.SETTINGS),
        (r"^open (it|the (record|contact|invoice|product|company))\b", Place.PARENT),
        (r"^change (the contact|it in HubSpot so)|mend the product", Place.PARENT),
        (
            r"reconnect|sign in as|^open the connection|connection here|connection's",
            Place.CONNECTION,
        ),
        (r"records of this sync that fail", Place.FAILING),
        (r"\blink (it|this)\b|compare the candidates|pick the right", Place.CANDIDATES),
        (r"\blink (it|this)\b", Place.MATCH),
        (r"choose a side|field below", Place.CONFLICTS),
        (r"below what was changed|leave the document as it is", Place.LOCKS),
        (r"lines and totals below", Place.LINES),
        (r"provider's own words", Place.RAW),
        (r"^unlink it", Place.UNLINK),
        (r"leave (it|this deal|one of them) out|exclude the others", Place.EXCLUDE),
        (r"\bHubSpot\b", Place.LEFT),
        (r"\b(QuickBooks|Exact)\b", Place.RIGHT),
        (r"^undo it there|very same change there|too, or|on the other\b", Place.OTHER),
        (r"on the (record|line)\b|where (the document|it) was made|^fill in", Place.SOURCE),
        (r"^(correct|give the (line|document)|complete|shorten|bill|or bill)\b", Place.SOURCE),
        (r"\bdate\b|\ba tax\b|\bdiscount\b|on either side|void the other", Place.SOURCE),
        (r"\bretry\b|try (it )?again", Place.RETRY),
    )
)


_OF_THE_RECORD = frozenset({Place.LEFT, Place.RIGHT, Place.SOURCE, Place.OTHER})


def places_in(step: Words) -> tuple[Place, ...]:
    """What a step speaks of, in the order of the table; its English words count."""
    with override("en"):
        told = str(step)
    found = dict.fromkeys(place for cue, place in _CUES if cue.search(told))
    # What is said of the parent's sides is not done on this record's.
    aside = _OF_THE_RECORD if Place.PARENT in found else frozenset()
    return tuple(place for place in found if place not in aside)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What of a record is there to lead to."""

    record: SyncRecord
    ends: Ends
    mappings: Sequence[MappingRow]
    parent: SyncRecord | None
    action_url: Callable[[str], str]
    # The parts of its page that are shown.
    sections: frozenset[Place] = field(default_factory=frozenset)


def steps_with_ways(steps: Sequence[Words], around: Surroundings) -> tuple[Step, ...]:
    """The steps; a part of the page itself is led to from the last one that speaks of it."""
    made: list[Step] = []
    led: set[str] = set()
    for step in reversed(steps):
        ways = tuple(way for way in _ways(step, around) if way.url not in led)[:MOST_WAYS]
        led.update(way.url for way in ways if way.url.startswith("#"))
        made.append(Step(str(step), ways))
    return tuple(reversed(made))


def _ways(step: Words, around: Surroundings) -> Iterator[Way]:
    seen: set[str] = set()
    for place in places_in(step):
        way = _MAKERS[place](around)
        if way is not None and way.url and way.url not in seen:
            seen.add(way.url)
            yield way


# --- places ---------------------------------------------------------------------------------------


def _settings(around: Surroundings) -> Way:
    url = reverse("admin:syncs_sync_change", args=[around.record.sync_id])
    return Way(_("Settings of the sync"), url)


def _parents_sync(around: Surroundings) -> Way | None:
    if around.parent is None:
        return None
    sync = around.parent.sync
    url = reverse("admin:syncs_sync_change", args=[sync.pk])
    return Way(_("Settings of “%(sync)s”") % {"sync": sync.name}, url)


def _mapping(around: Surroundings) -> Way:
    """The mapping that writes the field at fault; all of them where the fault names none."""
    name = around.record.details.get("field", "")
    named = (row for row in around.mappings if name and name in (*row.right, *row.left))
    row = next((row for row in named if row.enabled and not row.locked), None)
    if row is None:
        url = reverse("admin:syncs_sync_change", args=[around.record.sync_id])
        return Way(_("Mappings of the sync"), f"{url}#mappings-title")
    label = _("Mapping of “%(field)s”") % {"field": mapping_label(row, around.ends)}
    return Way(label, reverse("admin:syncs_mapping_change", args=[row.pk]))


def _connection(around: Surroundings) -> Way:
    connection = _at_fault(around)
    url = reverse("admin:integrations_connection_change", args=[connection.pk])
    return Way(_("Connection to %(provider)s") % {"provider": connection.provider_label}, url)


def _at_fault(around: Surroundings) -> Connection:
    """The one that does not work; else that of the side which is written."""
    connections = around.ends.connections
    broken = (one for one in connections.values() if one.state != ConnectionState.ACTIVE)
    return next(broken, connections[lone_side(around.record).other])


def _parent(around: Surroundings) -> Way | None:
    if around.parent is None:
        return None
    url = reverse("admin:syncs_syncrecord_change", args=[around.parent.pk])
    return Way(_("Open “%(record)s”") % {"record": _short(str(around.parent))}, url)


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"


def _source(around: Surroundings) -> Way | None:
    return _outside(around, Side(around.record.born))


def _other(around: Surroundings) -> Way | None:
    return _outside(around, Side(around.record.born).other)


def _left(around: Surroundings) -> Way | None:
    return _outside(around, Side.LEFT)


def _right(around: Surroundings) -> Way | None:
    return _outside(around, Side.RIGHT)


def _outside(around: Surroundings, side: Side) -> Way | None:
    url = around.ends.link(side, sides.get(around.record, side, "id"))
    label = _("Open in %(provider)s") % {"provider": around.ends.name(side)}
    return Way(label, url, How.OUTSIDE) if url else None


def _retry(around: Surroundings) -> Way:
    return Way(_("Try again"), around.action_url("retry"), How.POST)


def _exclude(around: Surroundings) -> Way | None:
    if around.record.excluded_by_hand or around.record.status == Status.UNLINKED:
        return None
    return Way(_("Leave out …"), "exclude", How.ASK)


def _unlink(around: Surroundings) -> Way | None:
    is_linked = around.record.left_id and around.record.right_id
    return Way(_("Unlink …"), "unlink", How.ASK) if is_linked else None


def _failing(around: Surroundings) -> Way:
    url = list_url(sync=around.record.sync_id, status=Status.FAILING.value)
    return Way(_("Failing records of this sync"), url)


def _match(around: Surroundings) -> Way | None:
    """Where nobody is named already who could be it."""
    if Place.MATCH not in around.sections or Place.CANDIDATES in around.sections:
        return None
    return Way(_("Find its partner"), f"#{Place.MATCH.value}-title")


def _section(place: Place, label: Callable[[], str]) -> "Maker":
    def make(around: Surroundings) -> Way | None:
        return Way(label(), f"#{place.value}-title") if place in around.sections else None

    return make


type Maker = Callable[[Surroundings], Way | None]

_MAKERS: Mapping[Place, Maker] = {
    Place.SETTINGS: _settings,
    Place.PARENTS_SYNC: _parents_sync,
    Place.MAPPING: _mapping,
    Place.CONNECTION: _connection,
    Place.PARENT: _parent,
    Place.SOURCE: _source,
    Place.OTHER: _other,
    Place.LEFT: _left,
    Place.RIGHT: _right,
    Place.RETRY: _retry,
    Place.EXCLUDE: _exclude,
    Place.UNLINK: _unlink,
    Place.FAILING: _failing,
    Place.CANDIDATES: _section(Place.CANDIDATES, lambda: _("Choose its partner")),
    Place.MATCH: _match,
    Place.CONFLICTS: _section(Place.CONFLICTS, lambda: _("Choose the values")),
    Place.LOCKS: _section(Place.LOCKS, lambda: _("See what was changed")),
    Place.LINES: _section(Place.LINES, lambda: _("Compare the lines")),
    Place.RAW: _section(Place.RAW, lambda: _("See the answer")),
}
