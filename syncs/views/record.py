"""The record page as plain values: both sides, why, what to do, and what happened.

Reads rows only; nothing here asks a provider.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from integrations.contract import Category
from syncs import faults
from syncs.engine.filters import describe
from syncs.engine.mapping import apply
from syncs.engine.terms import Condition, Direction, ExcludeReason, Operator, Side
from syncs.engine.transforms import Held
from syncs.engine.values import as_text, decode
from syncs.models import Mapping as MappingRow
from syncs.models import Status, Sync, SyncRecord
from syncs.settle import PASSING
from syncs.specs import field_mapping
from syncs.views.ends import NOTHING, Ends, ends_of, lone_side, shown
from syncs.views.timeline import ActivityRow, activities

type ActionUrl = Callable[[str], str]
"""From the name of an action to the address that it is posted to."""


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One mapping as both sides hold it now, and as they last agreed on it."""

    label: str
    left: str
    base: str
    right: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    help: str
    url: str
    main: bool = False
    careful: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str


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
    candidates: tuple[CandidateRow, ...]
    candidate_side: str
    may_pick: bool
    conflicts: tuple[ConflictRow, ...]
    activities: tuple[ActivityRow, ...]
    raw: str
    partner_url: str
    resolve_url: str


def record_page(record: SyncRecord, action_url: ActionUrl) -> RecordPage:
    """Everything the page shows, with a number of queries that does not depend on the record."""
    ends = ends_of(record.sync)
    words = _words(record, ends)
    mappings = list(record.sync.mappings.all())
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
        fields=tuple(_field_rows(record, mappings, ends)),
        candidates=candidates,
        may_pick=any(not candidate.linked_to for candidate in candidates),
        candidate_side=ends.name(lone_side(record).other),
        conflicts=tuple(_conflicts(record, mappings, ends)),
        activities=tuple(activities(record, ends)),
        raw=record.details.get("raw", ""),
        partner_url=action_url("partner"),
        resolve_url=action_url("resolve"),
    )


def is_at_fault(record: SyncRecord) -> bool:
    """Whether its category speaks of now; a record that is tried again keeps it until then."""
    return bool(record.category) and (
        record.status == Status.FAILING or Category(record.category) in PASSING
    )


def _words(record: SyncRecord, ends: Ends) -> dict[str, Any]:
    """Headline, sentence, message, steps and what happens next, by the record's status."""
    if is_at_fault(record):
        return _fault_words(record, ends)
    sentences = {
        Status.IN_SYNC: _("Both sides agree."),
        Status.PENDING: _("It is waiting for its turn."),
        Status.WAITING: _("It goes on by itself as soon as what it refers to is in sync."),
    }
    sentence = sentences.get(Status(record.status)) or exclusion(record, ends)
    message = record.reason if record.status in (Status.PENDING, Status.WAITING) else ""
    return {"headline": "", "sentence": sentence, "message": message, "steps": (), "next": ""}


def _fault_words(record: SyncRecord, ends: Ends) -> dict[str, Any]:
    details = record.details
    explanation = faults.explain(
        record.category,
        ends.object_type(lone_side(record).other),
        field=details.get("field", ""),
        code=details.get("code", ""),
    )
    return {
        "headline": str(explanation.title),
        "sentence": str(explanation.explanation),
        "message": record.reason,
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
    told = describe(condition, ends.fields[lone_side(record)])
    return _("Only records where this holds are synced: %(condition)s.") % {"condition": told}


def _buttons(record: SyncRecord, action_url: ActionUrl) -> Iterable[Button]:
    asked = bool(record.details.get("candidates") or record.details.get("conflicts"))
    failing = record.status in (Status.FAILING, Status.WAITING) and not asked
    yield Button(
        _("Try again"), _("Decide about this record anew."), action_url("retry"), main=failing
    )
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


def _field_rows(
    record: SyncRecord, mappings: Iterable[MappingRow], ends: Ends
) -> Iterable[FieldRow]:
    linked = bool(record.left_id and record.right_id)
    for row in mappings:
        left = _side_shown(record.left_values, row, Side.LEFT, ends)
        right = _side_shown(record.right_values, row, Side.RIGHT, ends)
        base = _joined(record.right_base or {}, row.right)
        differs = linked and row.enabled and left != right
        yield FieldRow(_mapping_label(row, ends), left, base, right, differs)


def _mapping_label(row: MappingRow, ends: Ends) -> str:
    """By the one field that it writes; the several that feed it would be too long."""
    side = Side.LEFT if len(row.left) == 1 else Side.RIGHT
    return ends.label(side, row.left if side is Side.LEFT else row.right)


def _side_shown(values: Mapping[str, Any], row: MappingRow, side: Side, ends: Ends) -> str:
    """What the side holds; of several fields that feed the other side, what they come to."""
    names = row.left if side is Side.LEFT else row.right
    target = side.other
    if not values or len(names) < 2 or not Direction(row.direction).reaches(target):
        return _joined(values, names)
    field = ends.fields[target].get((row.right if side is Side.LEFT else row.left)[0])
    decoded = decode(values, ends.fields[side])
    try:
        return shown(as_text(apply(field_mapping(row), decoded, target, field, {})))
    except Held:
        return _joined(values, names)


def _joined(values: Mapping[str, Any], names: Iterable[str]) -> str:
    """The values of a mapping's fields on one side, those that are filled."""
    filled = [shown(values.get(name)) for name in names if values.get(name) not in (None, "", [])]
    return " · ".join(filled) or NOTHING


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
    labels = {mapping.key: _mapping_label(mapping, ends) for mapping in mappings}
    if record.status != Status.FAILING:
        return
    for conflict in record.details.get("conflicts", ()):
        key = conflict["mapping"]
        left, right = shown(conflict.get("left")), shown(conflict.get("right"))
        yield ConflictRow(key, labels.get(key, key), left, right)
