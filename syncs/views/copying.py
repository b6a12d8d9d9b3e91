"""A plan for copying in words: what is taken, what was re-bound, what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncs.copying import Binding, Ends, How, PlanRow, SyncPlan
from syncs.engine.terms import Side
from syncs.models import SyncState
from syncs.snapshots import CONDITION, MAPPING, Difference
from syncs.views.audit import Line, Wording

HOW = {
    How.SAME: gettext_lazy("the same"),
    How.LABEL: gettext_lazy("found by its name"),
    How.CODE: gettext_lazy("found by its code: please check"),
    How.VALUE: gettext_lazy("found by its value: please check"),
    How.CHOSEN: gettext_lazy("chosen by you"),
    How.LEFT_OUT: gettext_lazy("left out, as you said"),
    How.OPEN: gettext_lazy("not found"),
}


@dataclass(frozen=True, slots=True)
class TakenRow:
    """One thing side by side; `here` is empty where it is left out."""

    title: str
    there: str
    here: str


@dataclass(frozen=True, slots=True)
class BoundRow:
    binding: Binding
    how: str
    # What to do about a gap, in a sentence.
    advice: str


@dataclass(frozen=True, slots=True)
class PlanPage:
    plan: SyncPlan
    name: str
    url: str
    is_on: bool
    rows: tuple[TakenRow, ...]
    bound: tuple[BoundRow, ...]
    gaps: tuple[BoundRow, ...]
    changes: tuple[Line, ...]
    refusals: tuple[str, ...]


def plan_page(plan: SyncPlan, ends: tuple[Ends, Ends]) -> PlanPage:
    source, target = (Wording(plan.recipe, _labels(plan, one)) for one in ends)
    bound = [_bound(binding) for binding in plan.bindings]
    is_on = plan.target is not None and plan.target.state != SyncState.OFF
    return PlanPage(
        plan=plan,
        name=plan.target.name if plan.target else str(plan.recipe.label),
        url=reverse("admin:syncs_sync_change", args=[plan.target.pk]) if plan.target else "",
        is_on=is_on,
        rows=tuple(_taken(row, source, target) for row in plan.rows),
        bound=tuple(row for row in bound if not row.binding.is_gap),
        gaps=tuple(row for row in bound if row.binding.is_gap),
        changes=tuple(target.line(one) for one in plan.changes),
        refusals=tuple(plan.refusals()),
    )


def _labels(plan: SyncPlan, ends: Ends) -> Mapping[str, Mapping[str, Any]]:
    fields = {
        side.value: {name: one.label for name, one in ends.fields(plan.recipe, side).items()}
        for side in Side
    }
    values = {
        setting.name: {choice.value: choice.label for choice in ends.of_setting(setting)}
        for setting in plan.recipe.settings
        if setting.choice_list and (setting.name in plan.settings or plan.source.settings)
    }
    return {**fields, "values": values}


def _taken(row: PlanRow, source: Wording, target: Wording) -> TakenRow:
    there = source.line(Difference(row.key, None, row.source))
    here = target.line(Difference(row.key, None, row.target)) if row.target is not None else None
    if row.key[0] == MAPPING:
        # What counts of a mapping is its fields.
        return TakenRow(_("Mapping"), there.title, here.title if here else "")
    if row.key[0] == CONDITION:
        return TakenRow(_("Condition"), there.after, here.after if here else "")
    return TakenRow(there.title, there.after, here.after if here else "")


def _bound(binding: Binding) -> BoundRow:
    return BoundRow(binding, str(HOW[binding.how]), _advice(binding))


def _advice(binding: Binding) -> str:
    if binding.how is not How.OPEN:
        return ""
    if binding.is_needed:
        return _(
            "It decides which records take part: choose what stands for it here, or leave it "
            "out on purpose. Without it more or other records may come through."
        )
    return _("Choose what stands for it here, or make it there first and look again.")
