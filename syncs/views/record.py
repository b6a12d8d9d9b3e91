"""The record page as plain values: both sides, why, what to do, and what happened.

Reads rows only; nothing here asks a provider.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.permissions import Action, may
from accounts.tenancy import tenant_scope
from integrations.contract import RecordState
from syncs import sides
from syncs.engine.linked import CHANGED_AFTER
from syncs.engine.terms import Side
from syncs.models import Mapping as MappingRow
from syncs.models import Status, Sync, SyncRecord
from syncs.parents import parent_syncs
from syncs.views.documents import (
    AllocationTable,
    FactRow,
    LineTable,
    LockRow,
    TotalRow,
    allocation_table,
    fact_rows,
    line_table,
    lock_rows,
    total_rows,
)
from syncs.views.ends import Ends, Link, ends_of, lone_side, shown
from syncs.views.family import Family, parent_link
from syncs.views.fields import FieldTable, field_table, mapping_label
from syncs.views.record_buttons import ActionUrl, Button, Question, buttons, questions
from syncs.views.record_children import HeldUp, held_up_by
from syncs.views.record_filters import Filters, filters_of
from syncs.views.record_marks import Parts, marked
from syncs.views.record_match import Match, match_of
from syncs.views.record_raw import pretty
from syncs.views.record_steps import Place, Step, Surroundings, steps_with_ways
from syncs.views.record_why import Why, explanation_of, is_at_fault, why
from syncs.views.record_work import Work, work_of
from syncs.views.timeline import Failures, Timeline, failures, newest_failures, timeline

__all__ = ["RecordPage", "explanation_of", "is_at_fault", "record_page"]


STATES = {
    RecordState.ARCHIVED: gettext_lazy("archived"),
    RecordState.VOIDED: gettext_lazy("voided"),
    RecordState.GONE: gettext_lazy("deleted"),
}


@dataclass(frozen=True, slots=True)
class Known:
    """The record as one side names it."""

    side: str
    id: str
    name: str
    # Where it is no longer live there.
    state: str
    url: str


@dataclass(frozen=True, slots=True)
class ConflictRow:
    mapping: str
    label: str
    left: Parts
    right: Parts


@dataclass(frozen=True, slots=True)
class RecordPage:
    sync_name: str
    sync_url: str
    left_name: str
    right_name: str
    why: Why
    steps: tuple[Step, ...]
    buttons: tuple[Button, ...]
    questions: tuple[Question, ...]
    known: tuple[Known, ...]
    links: tuple[Link, ...]
    parent: Link | None
    # What waits for it.
    children: HeldUp
    work: Work
    fields: FieldTable
    # What it belongs to: the customer of an invoice.
    belongs_to: tuple[Link, ...]
    lines: LineTable | None
    allocations: AllocationTable | None
    totals: tuple[TotalRow, ...]
    facts: tuple[FactRow, ...]
    locks: tuple[LockRow, ...]
    # The locks are of what was made once and is not made anew: a person may leave it so.
    may_leave: bool
    match: Match
    conflicts: tuple[ConflictRow, ...]
    filters: Filters
    timeline: Timeline
    failures: Failures
    raw: str


def record_page(
    record: SyncRecord, action_url: ActionUrl, person: User, *, words: str = ""
) -> RecordPage:
    """Everything the page shows, with a number of queries that does not depend on the record.

    `words` are searched for among the records that could be linked by hand.
    """
    ends = ends_of(record.sync)
    mappings = list(record.sync.mappings.all())
    family = Family(record, mappings, ends)
    match = match_of(record, mappings, ends, words)
    parent = _parent(record)
    dependence = parent_link(parent) if parent is not None else None
    known = tuple(_known(record, ends))
    newest = newest_failures(record)
    told = why(record, ends, newest[0] if newest else None)
    lines = line_table(record, mappings)
    conflicts = tuple(_conflicts(record, mappings, ends))
    locks = tuple(lock_rows(record, mappings, ends))
    raw = pretty(record.details.get("raw", ""))
    parts = {
        Place.CANDIDATES: match.candidates,
        Place.MATCH: match.is_lone,
        Place.CONFLICTS: conflicts,
        Place.LOCKS: locks,
        Place.LINES: lines,
        Place.RAW: raw,
    }
    there = frozenset(place for place, part in parts.items() if part)
    around = Surroundings(record, ends, mappings, parent, action_url, there)
    return RecordPage(
        sync_name=record.sync.name,
        sync_url=reverse("admin:syncs_sync_change", args=[record.sync_id]),
        left_name=ends.name(Side.LEFT),
        right_name=ends.name(Side.RIGHT),
        why=told,
        steps=steps_with_ways(told.steps, around),
        buttons=tuple(buttons(record, action_url)),
        questions=tuple(questions(record, action_url)),
        known=known,
        links=tuple(_links(known)),
        parent=dependence,
        children=held_up_by(record),
        work=work_of(record, person),
        fields=field_table(record, mappings, ends, family),
        belongs_to=tuple(link for link in family.links() if link != dependence),
        lines=lines,
        allocations=allocation_table(record, mappings, family),
        totals=tuple(total_rows(record)),
        facts=tuple(fact_rows(record, ends)),
        locks=locks,
        may_leave=record.details.get("code") == CHANGED_AFTER,
        match=match,
        conflicts=conflicts,
        filters=filters_of(record, record.sync.conditions.all(), ends),
        timeline=timeline(record, ends, calls=may(person, Action.VIEW_CALLS, record.tenant_id)),
        failures=failures(record, newest),
        raw=raw,
    )


def _known(record: SyncRecord, ends: Ends) -> Iterator[Known]:
    for side in Side:
        record_id = sides.get(record, side, "id")
        if record_id:
            state = RecordState(sides.get(record, side, "state"))
            yield Known(
                side=ends.name(side),
                id=record_id,
                name=sides.get(record, side, "title"),
                state="" if state is RecordState.LIVE else str(STATES[state]),
                url=ends.link(side, record_id),
            )


def _links(known: Iterable[Known]) -> Iterator[Link]:
    for one in known:
        if one.url:
            yield Link(_("Open in %(provider)s") % {"provider": one.side}, one.url)


def _parent(record: SyncRecord) -> SyncRecord | None:
    """The record that it waits for or fails on, in whichever sync of the integration."""
    if not record.parent_id:
        return None
    named = sides.with_ids(lone_side(record), [record.parent_id])
    with tenant_scope(record.tenant_id):
        syncs = Sync.objects.filter(integration_id=record.sync.integration_id)
        if record.parent_type:
            kin = parent_syncs(record.sync, record.parent_type, record.parent_right_type)
            syncs = syncs.filter(pk__in=[sync.pk for sync in kin])
        found = SyncRecord.objects.filter(named, sync__in=syncs).select_related("sync")
        return found.first()


def _conflicts(
    record: SyncRecord, mappings: Sequence[MappingRow], ends: Ends
) -> Iterator[ConflictRow]:
    labels = {mapping.key: mapping_label(mapping, ends) for mapping in mappings}
    if record.status != Status.FAILING:
        return
    for conflict in record.details.get("conflicts", ()):
        key = conflict["mapping"]
        left, right = marked(shown(conflict.get("left")), shown(conflict.get("right")))
        yield ConflictRow(key, labels.get(key, key), left, right)
