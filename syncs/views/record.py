"""The record page as plain values: both sides, why, what to do, and what happened.

Reads rows only; nothing here asks a provider.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from integrations.contract import Category
from syncs import faults
from syncs.engine.linked import CHANGED_AFTER
from syncs.engine.terms import Condition, ExcludeReason, Operator, Side
from syncs.models import Mapping as MappingRow
from syncs.models import Status, Sync, SyncRecord
from syncs.recipes import recipe_of
from syncs.settle import PASSING
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
from syncs.views.ends import Ends, Link, ends_of, lone_side, reason_of, shown
from syncs.views.family import Family
from syncs.views.fields import FieldRow, field_rows, mapping_label
from syncs.views.parts import chosen_words
from syncs.views.sending import can_be_sent, sending_words
from syncs.views.timeline import ActivityRow, activities

type ActionUrl = Callable[[str], str]
"""From the name of an action to the address that it is posted to."""


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    help: str
    url: str
    main: bool = False
    careful: bool = False


@dataclass(frozen=True, slots=True)
class CandidateRow:
    id: str
    title: str
    evidence: str
    linked_to: str
    url: str


@dataclass(frozen=True, slots=True)
class ConflictRow:
    mapping: str
    label: str
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class RecordPage:
    sync_name: str
    sync_url: str
    left_name: str
    right_name: str
    headline: str
    sentence: str
    message: str
    steps: tuple[str, ...]
    next: str
    next_try: datetime | None
    buttons: tuple[Button, ...]
    links: tuple[Link, ...]
    parent: Link | None
    fields: tuple[FieldRow, ...]
    # What it belongs to: the customer of an invoice.
    belongs_to: tuple[Link, ...]
    lines: LineTable | None
    allocations: AllocationTable | None
    totals: tuple[TotalRow, ...]
    facts: tuple[FactRow, ...]
    locks: tuple[LockRow, ...]
    # The locks are of what was made once and is not made anew: a person may leave it so.
    may_leave: bool
    candidates: tuple[CandidateRow, ...]
    candidate_side: str
    may_pick: bool
    conflicts: tuple[ConflictRow, ...]
    activities: tuple[ActivityRow, ...]
    raw: str
    partner_url: str
    resolve_url: str
    leave_url: str


def record_page(record: SyncRecord, action_url: ActionUrl) -> RecordPage:
    """Everything the page shows, with a number of queries that does not depend on the record."""
    ends = ends_of(record.sync)
    words = _words(record, ends)
    mappings = list(record.sync.mappings.all())
    family = Family(record, mappings, ends)
    candidates = tuple(_candidates(record, ends))
    return RecordPage(
        sync_name=record.sync.name,
        sync_url=reverse("admin:syncs_sync_change", args=[record.sync_id]),
        left_name=ends.name(Side.LEFT),
        right_name=ends.name(Side.RIGHT),
        **words,
        next_try=record.due_at,
        buttons=tuple(_buttons(record, action_url)),
        links=tuple(_links(record, ends)),
        parent=_parent(record),
        fields=tuple(field_rows(record, mappings, ends, family)),
        belongs_to=family.links(),
        lines=line_table(record, mappings),
        allocations=allocation_table(record, mappings, family),
        totals=tuple(total_rows(record)),
        facts=tuple(fact_rows(record, ends)),
        locks=tuple(lock_rows(record, mappings, ends)),
        may_leave=record.details.get("code") == CHANGED_AFTER,
        candidates=candidates,
        may_pick=any(not candidate.linked_to for candidate in candidates),
        candidate_side=ends.name(lone_side(record).other),
        conflicts=tuple(_conflicts(record, mappings, ends)),
        activities=tuple(activities(record, ends)),
        raw=record.details.get("raw", ""),
        partner_url=action_url("partner"),
        resolve_url=action_url("resolve"),
        leave_url=action_url("leave"),
    )


def is_at_fault(record: SyncRecord) -> bool:
    """Whether its category speaks of now; a record that is tried again keeps it until then."""
    return bool(record.category) and (
        record.status == Status.FAILING or Category(record.category) in PASSING
    )


def _words(record: SyncRecord, ends: Ends) -> dict[str, Any]:
    """Headline, sentence, message, steps and what happens next, by the record's status."""
    if is_at_fault(record):
        return _fault_words(record)
    sentences = {
        Status.IN_SYNC: _("Both sides agree."),
        Status.PENDING: _("It is waiting for its turn."),
        Status.WAITING: _("It goes on by itself as soon as what it refers to is in sync."),
    }
    sentence = sentences.get(Status(record.status)) or exclusion(record, ends)
    message = record.reason if record.status in (Status.PENDING, Status.WAITING) else ""
    return {"headline": "", "sentence": sentence, "message": message, "steps": (), "next": ""}


def explanation_of(record: SyncRecord) -> faults.Explanation:
    """The most precise words that there are for a record that is at fault; asks nothing more."""
    recipe, details = recipe_of(record.sync.recipe), record.details
    return faults.explain(
        record.category,
        recipe.end(lone_side(record).other).object_type,
        field=details.get("field", ""),
        code=details.get("code", ""),
    )


def _fault_words(record: SyncRecord) -> dict[str, Any]:
    explanation = explanation_of(record)
    return {
        "headline": str(explanation.title),
        "sentence": str(explanation.explanation),
        "message": reason_of(record),
        "steps": tuple(str(step) for step in explanation.steps),
        "next": str(explanation.next),
    }


def exclusion(record: SyncRecord, ends: Ends) -> str:
    """Why it is left out, with the clause of the filter that said no."""
    try:
        reason = ExcludeReason(record.details.get("exclusion", ""))
    except ValueError:
        return record.reason
    clause = record.details.get("clause")
    if clause is None:
        return str(faults.EXCLUSIONS[reason])
    condition = Condition(clause["field"], Operator(clause["operator"]), tuple(clause["values"]))
    recipe = recipe_of(record.sync.recipe)
    setting = recipe.setting(clause.get("setting", ""))
    told = {"condition": chosen_words(condition, lone_side(record), ends)}
    if setting is None:
        return _("Only records where this holds are synced: %(condition)s.") % told
    text = _("The sync's settings leave it out: %(setting)s, %(condition)s.")
    return text % {**told, "setting": setting.label}


def _buttons(record: SyncRecord, action_url: ActionUrl) -> Iterable[Button]:
    asked = bool(record.details.get("candidates") or record.details.get("conflicts"))
    failing = record.status in (Status.FAILING, Status.WAITING) and not asked
    yield Button(
        _("Try again"), _("Decide about this record anew."), action_url("retry"), main=failing
    )
    if can_be_sent(record):
        words = sending_words(recipe_of(record.sync.recipe))
        yield Button(str(words.button), str(words.help), action_url("enrol"), main=True)
    if record.excluded_by_hand or record.status == Status.UNLINKED:
        help_text = _("Make it part of the sync again.")
        yield Button(_("Take into the sync"), help_text, action_url("include"))
    else:
        help_text = _("Nothing is changed on either side; it is just left alone from now on.")
        yield Button(_("Leave out of the sync"), help_text, action_url("exclude"), careful=True)
    if record.left_id and record.right_id:
        help_text = _("Both records stay as they are and are no longer kept in step.")
        yield Button(_("Unlink"), help_text, action_url("unlink"), careful=True)


def _links(record: SyncRecord, ends: Ends) -> Iterable[Link]:
    for side, record_id in ((Side.LEFT, record.left_id), (Side.RIGHT, record.right_id)):
        url = ends.link(side, record_id)
        if url:
            yield Link(_("Open in %(provider)s") % {"provider": ends.name(side)}, url)


def _parent(record: SyncRecord) -> Link | None:
    """The record that it waits for or fails on, in whichever sync of the integration."""
    if not record.parent_id:
        return None
    syncs = Sync.objects.for_tenant(record.tenant_id).filter(
        integration_id=record.sync.integration_id
    )
    found = SyncRecord.objects.for_tenant(record.tenant_id).filter(sync__in=syncs)
    side = lone_side(record)
    parent = found.filter(**{f"{side}_id": record.parent_id}).first()
    if parent is None:
        return None
    return Link(str(parent), reverse("admin:syncs_syncrecord_change", args=[parent.pk]))


def _candidates(record: SyncRecord, ends: Ends) -> Iterable[CandidateRow]:
    side = lone_side(record).other
    if record.status != Status.FAILING:
        return
    for candidate in record.details.get("candidates", ()):
        evidence = _("same %(rule)s: %(value)s") % {
            "rule": candidate["rule"],
            "value": candidate["value"],
        }
        url = ends.link(side, candidate["id"])
        yield CandidateRow(
            candidate["id"], candidate["title"], evidence, candidate["linked_to"], url
        )
    yield from _in_the_way(record, side, ends)


def _in_the_way(record: SyncRecord, side: Side, ends: Ends) -> Iterable[CandidateRow]:
    """The record that the provider named as having the value already."""
    existing = record.details.get("existing_id", "")
    named = {candidate["id"] for candidate in record.details.get("candidates", ())}
    if not existing or existing in named:
        return
    known = SyncRecord.objects.for_tenant(record.tenant_id).filter(
        sync_id=record.sync_id, **{f"{side}_id": existing}
    )
    found = known.first()
    if found is None or found.pk == record.pk:
        return
    title, partner = getattr(found, f"{side}_title"), getattr(found, f"{side.other}_title")
    told = _("%(provider)s says that it has the value already") % {"provider": ends.name(side)}
    yield CandidateRow(existing, title, told, partner, ends.link(side, existing))


def _conflicts(
    record: SyncRecord, mappings: Iterable[MappingRow], ends: Ends
) -> Iterable[ConflictRow]:
    labels = {mapping.key: mapping_label(mapping, ends) for mapping in mappings}
    if record.status != Status.FAILING:
        return
    for conflict in record.details.get("conflicts", ()):
        key = conflict["mapping"]
        left, right = shown(conflict.get("left")), shown(conflict.get("right"))
        yield ConflictRow(key, labels.get(key, key), left, right)
