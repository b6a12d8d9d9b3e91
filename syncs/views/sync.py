"""A sync's page as plain values: how far it is, what it maps and lets through, its last runs."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from syncs import faults
from syncs.engine.filters import describe
from syncs.engine.terms import Condition, Operator, Side, TransformKind
from syncs.models import FilterCondition, Mapping, Run, Status, Sync, SyncRecord, SyncState
from syncs.views.ends import Ends, ends_of

RUNS_SHOWN = 5
ARROWS = {"both": "⇄", "to_right": "→", "to_left": "←"}
# What happens to a value on its way, as people read it.
TRANSFORMS = {
    TransformKind.COPY: _("copy"),
    TransformKind.DEFAULT: _("copy, or a default when empty"),
    TransformKind.CONSTANT: _("always the same value"),
    TransformKind.CHOICE_TABLE: _("translate by a table"),
    TransformKind.TEMPLATE: _("put together from a template"),
    TransformKind.FIRST_FILLED: _("the first that is filled"),
    TransformKind.TRUNCATE: _("copy and shorten"),
    TransformKind.REFERENCE: _("the linked record"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    label: str
    count: int
    url: str
    is_bad: bool


@dataclass(frozen=True, slots=True)
class MappingRow:
    left: str
    arrow: str
    right: str
    transform: str
    enabled: bool
    locked: bool
    url: str


@dataclass(frozen=True, slots=True)
class ConditionRow:
    side: str
    group: int
    text: str
    fixed: bool
    url: str


@dataclass(frozen=True, slots=True)
class SyncPage:
    left_name: str
    right_name: str
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
    add_mapping_url: str
    add_condition_url: str


def sync_page(sync: Sync) -> SyncPage:
    ends = ends_of(sync)
    query = f"?sync={sync.pk}"
    explained = faults.explain(sync.pause_category) if sync.pause_category else None
    return SyncPage(
        left_name=ends.name(Side.LEFT),
        right_name=ends.name(Side.RIGHT),
        state=str(SyncState(sync.state).label),
        is_on=sync.state != SyncState.OFF,
        is_running=bool(sync.claimed_by),
        problem=sync.pause_message,
        problem_title=str(explained.title) if explained else "",
        figures=figures(sync),
        complete_left=sync.left_complete_until,
        complete_right=sync.right_complete_until,
        mappings=tuple(_mapping_row(row, ends) for row in sync.mappings.all()),
        conditions=tuple(_condition_row(row, ends) for row in sync.conditions.all()),
        runs=tuple(sync.runs.order_by("-started_at")[:RUNS_SHOWN]),
        add_mapping_url=reverse("admin:syncs_mapping_add") + query,
        add_condition_url=reverse("admin:syncs_filtercondition_add") + query,
    )


def figures(sync: Sync) -> tuple[Figure, ...]:
    """How many records are in each status, each leading to its list; one query."""
    rows = SyncRecord.objects.for_tenant(sync.tenant_id).filter(sync=sync)
    counts = dict(rows.values_list("status").annotate(Count("pk")).order_by())
    address = reverse("admin:syncs_syncrecord_changelist")
    return tuple(
        Figure(
            str(status.label),
            counts.get(status.value, 0),
            f"{address}?sync={sync.pk}&status__exact={status.value}",
            is_bad=status is Status.FAILING and bool(counts.get(status.value)),
        )
        for status in Status
    )


def _mapping_row(row: Mapping, ends: Ends) -> MappingRow:
    return MappingRow(
        left=ends.label(Side.LEFT, row.left),
        arrow=ARROWS[row.direction],
        right=ends.label(Side.RIGHT, row.right),
        transform=str(TRANSFORMS[TransformKind(row.transform)]),
        enabled=row.enabled,
        locked=row.locked,
        url=reverse("admin:syncs_mapping_change", args=[row.pk]),
    )


def _condition_row(row: FilterCondition, ends: Ends) -> ConditionRow:
    side = Side(row.side)
    condition = Condition(row.field, Operator(row.operator), tuple(row.values))
    return ConditionRow(
        side=ends.name(side),
        group=row.group,
        text=describe(condition, ends.fields[side]),
        fixed=row.fixed,
        url=reverse("admin:syncs_filtercondition_change", args=[row.pk]),
    )
