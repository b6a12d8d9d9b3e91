"""A sync's page as plain values: how far it is, what it maps and lets through, its last runs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from syncs import clock, faults, services
from syncs.engine.terms import Direction, Operator, Side
from syncs.models import Run, Status, Sync, SyncState
from syncs.numbers import Progress
from syncs.recipes import recipe_of
from syncs.recipes.terms import Recipe
from syncs.views.ends import Ends, ends_of
from syncs.views.needs import Need, needs_of, rivals_of
from syncs.views.parts import ConditionRow, MappingRow, condition_rows, mapping_row
from syncs.views.resting import CallMeter, RestWords, call_meters, rest_words
from syncs.views.sending import SendingWords, is_made_by_hand, sending_words

RUNS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Figure:
    label: str
    count: int
    url: str
    is_bad: bool


@dataclass(frozen=True, slots=True)
class SyncPage:
    left_name: str
    right_name: str
    left_type: str
    state: str
    is_on: bool
    is_running: bool
    problem: str
    problem_title: str
    figures: tuple[Figure, ...]
    complete_left: datetime | None
    complete_right: datetime | None
    mappings: tuple[MappingRow, ...]
    conditions: tuple[ConditionRow, ...]
    runs: tuple[Run, ...]
    needs: tuple[Need, ...]
    # What is on and cannot be beside it, while it is off.
    rivals: tuple[Need, ...]
    # Why it waits, and what is left of the providers' calls of today.
    rest: RestWords | None
    meters: tuple[CallMeter, ...]
    # For syncs of documents that people may ask for; None for the others.
    sending: SendingWords | None
    # While records wait to be decided about, for example after a change of the mappings.
    progress: Progress | None
    # How many are older than the sync; None where age does not matter.
    older: int | None
    has_books: bool
    add_mapping_url: str
    add_condition_url: str
    # The recommended filters that nobody has set yet: (words, where to set it).
    advised: tuple[tuple[str, str], ...]


def sync_page(sync: Sync) -> SyncPage:
    ends, recipe = ends_of(sync), recipe_of(sync.recipe)
    progress = services.progress(sync) if sync.state == SyncState.ACTIVE else None
    query = f"?sync={sync.pk}"
    explained = faults.explain(sync.pause_category) if sync.pause_category else None
    return SyncPage(
        left_name=ends.name(Side.LEFT),
        right_name=ends.name(Side.RIGHT),
        left_type=ends.object_type(Side.LEFT),
        state=str(SyncState(sync.state).label),
        is_on=sync.state != SyncState.OFF,
        is_running=bool(sync.claimed_by),
        problem=sync.pause_message,
        problem_title=str(explained.title) if explained else "",
        figures=figures(sync),
        complete_left=sync.left_complete_until,
        complete_right=sync.right_complete_until,
        mappings=tuple(mapping_row(row, ends, recipe) for row in sync.mappings.all()),
        conditions=condition_rows(sync, ends, recipe),
        runs=tuple(sync.runs.order_by("-started_at")[:RUNS_SHOWN]),
        needs=needs_of(sync) if sync.state == SyncState.OFF else (),
        rivals=rivals_of(sync) if sync.state == SyncState.OFF else (),
        rest=rest_words(sync),
        meters=tuple(call_meters(ends)),
        sending=_sending(sync, recipe),
        progress=None if progress is None or progress.is_over else progress,
        older=services.held_back(sync).count() if recipe.starts else None,
        has_books=recipe.ledger is not None,
        add_mapping_url=reverse("admin:syncs_mapping_add") + query,
        add_condition_url=reverse("admin:syncs_filtercondition_add") + query,
        advised=tuple(_advised(sync, ends, recipe)),
    )


def _sending(sync: Sync, recipe: Recipe) -> SendingWords | None:
    if sync.state == SyncState.OFF or not is_made_by_hand(recipe):
        return None
    return sending_words(recipe)


def _advised(sync: Sync, ends: Ends, recipe: Recipe) -> Iterator[tuple[str, str]]:
    """A filter for each side that would otherwise bring over all that it ever had."""
    filtered = {row.side for row in sync.conditions.all() if not row.fixed}
    for side, name in recipe.since_today.items():
        if side in filtered or not Direction(sync.direction).reaches(side.other):
            continue
        told = _("Only what is created in %(provider)s from today on") % {
            "provider": ends.name(side)
        }
        asked = {
            "sync": sync.pk,
            "side": side.value,
            "field": name,
            "operator": Operator.AFTER.value,
            "values": clock.now().date().isoformat(),
        }
        yield told, f"{reverse('admin:syncs_filtercondition_add')}?{urlencode(asked)}"


def figures(sync: Sync) -> tuple[Figure, ...]:
    """How many records are in each status, each leading to its list."""
    counts = services.totals(sync)
    address = reverse("admin:syncs_syncrecord_changelist")
    return tuple(
        Figure(
            str(status.label),
            counts[status],
            f"{address}?sync={sync.pk}&status__exact={status.value}",
            is_bad=status is Status.FAILING and counts[status] > 0,
        )
        for status in Status
    )
