"""Why a record is in its state: one sentence, what is planned, and what follows by itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from integrations.contract import Category
from syncs import clock, faults
from syncs.engine.terms import Condition, ExcludeReason, Operator
from syncs.fault_terms import Words
from syncs.models import Failure, Outcome, Status, SyncRecord
from syncs.recipes import recipe_of
from syncs.settle import PASSING
from syncs.views.ends import Ends, lone_side, reason_of
from syncs.views.parts import chosen_words


@dataclass(frozen=True, slots=True)
class Planned:
    """Something that is to come, and when."""

    label: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Why:
    headline: str
    sentence: str
    message: str = ""
    # What to do, as people read it.
    steps: tuple[Words, ...] = ()
    next: str = ""
    plans: tuple[Planned, ...] = ()


def why(record: SyncRecord, ends: Ends, last: Failure | None) -> Why:
    """By the record's status; `last` is the newest of its failures."""
    plans = tuple(_plans(record))
    if is_at_fault(record):
        told = explanation_of(record)
        return Why(
            headline=str(told.title),
            sentence=str(told.explanation),
            message=reason_of(record),
            steps=told.steps,
            next=str(told.next),
            plans=plans,
        )
    return Why("", _sentence(record, ends), _message(record, last), plans=plans)


def is_at_fault(record: SyncRecord) -> bool:
    """Whether its category speaks of now; a record that is tried again keeps it until then."""
    return bool(record.category) and (
        record.status == Status.FAILING or Category(record.category) in PASSING
    )


def explanation_of(record: SyncRecord) -> faults.Explanation:
    """The most precise words that there are for a record that is at fault; asks nothing more."""
    recipe, details = recipe_of(record.sync.recipe), record.details
    return faults.explain(
        record.category,
        recipe.end(lone_side(record).other).object_type,
        field=details.get("field", ""),
        code=details.get("code", ""),
    )


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


def _sentence(record: SyncRecord, ends: Ends) -> str:
    sentences = {
        Status.IN_SYNC: _("Both sides agree."),
        Status.PENDING: _("It is waiting for its turn."),
        Status.WAITING: _("It goes on by itself as soon as what it refers to is in sync."),
    }
    return sentences.get(Status(record.status)) or exclusion(record, ends)


def _message(record: SyncRecord, last: Failure | None) -> str:
    if record.status in (Status.PENDING, Status.WAITING):
        return record.reason
    is_resolved = record.details.get("exclusion") == ExcludeReason.RESOLVED
    if not is_resolved or last is None or last.outcome != Outcome.RESOLVED:
        return ""
    told = {"person": last.by or _("Somebody"), "note": last.note}
    return _("%(person)s: “%(note)s”") % told


def _plans(record: SyncRecord) -> Iterator[Planned]:
    now = clock.now()
    if record.due_at is not None and record.due_at > now:
        yield Planned(_("Next try"), record.due_at)
    if record.snoozed_until is not None and record.snoozed_until > now:
        yield Planned(_("Snoozed until"), record.snoozed_until)
