"""Every condition of a sync with a record's own value, and whether it holds."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from integrations.contract import Values
from syncs import sides
from syncs.engine.filters import Answer, explain, holds
from syncs.engine.terms import Condition, Direction, ExcludeReason, Leaving, Side
from syncs.engine.values import decode
from syncs.faults import EXCLUSIONS
from syncs.models import FilterCondition, Status, SyncRecord
from syncs.recipes import recipe_of
from syncs.specs import filter_of
from syncs.views.ends import Ends
from syncs.views.parts import chosen_words


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """One condition; `passed` is None where it cannot be understood any more."""

    text: str
    passed: bool | None
    value: str
    # Where it is from: the recipe, or a setting; "" for one that people made.
    source: str = ""
    url: str = ""
    # What a record is left out for that does not meet it.
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ClauseGroup:
    """Conditions that must all hold; of numbered groups one is enough."""

    number: int
    passed: bool
    rows: tuple[ClauseRow, ...]


@dataclass(frozen=True, slots=True)
class FilterPanel:
    """What decides whether a side's values may go to the other side."""

    side: str
    other: str
    passed: bool
    always: tuple[ClauseRow, ...]
    groups: tuple[ClauseGroup, ...]
    # Why not all of it counts for this record.
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Filters:
    panels: tuple[FilterPanel, ...]
    # It is why the record is left out: shown at once.
    is_reason: bool


def filters_of(record: SyncRecord, conditions: Iterable[FilterCondition], ends: Ends) -> Filters:
    """The filters of all sides from which values of this record may go."""
    rows = tuple(conditions)
    direction = Direction(record.sync.direction)
    found = (
        _Asked(record, side, rows, ends).panel()
        for side in Side
        if sides.get(record, side, "id") and direction.reaches(side.other)
    )
    panels = tuple(panel for panel in found if panel.always or panel.groups)
    said_no = any(not panel.passed for panel in panels)
    return Filters(panels, said_no and record.status == Status.EXCLUDED)


class _Asked:
    """One side of one record before its filter."""

    def __init__(
        self, record: SyncRecord, side: Side, rows: Sequence[FilterCondition], ends: Ends
    ) -> None:
        self._record, self._side, self._ends = record, side, ends
        self._rows = [row for row in rows if row.side == side and not row.fixed]
        self._recipe = recipe_of(record.sync.recipe)
        self._stored: Mapping[str, Any] = sides.get(record, side, "values")
        self._values: Values = decode(self._stored, ends.fields[side])

    def panel(self) -> FilterPanel:
        settings = self._record.sync.settings
        chosen = filter_of(self._rows, self._side, self._recipe, settings)
        found = explain(chosen, self._values, self._ends.fields[self._side])
        fixed = [self._row(answer, source=_("fixed by the recipe")) for answer in found.fixed]
        start = list(self._start())
        bound = [*start, *(self._chosen(answer) for answer in found.chosen)]
        groups = tuple(self._groups(found.groups))
        is_free = self._record.enrolled_by_hand
        optional = all(row.passed for row in bound) and (
            not groups or any(group.passed for group in groups)
        )
        return FilterPanel(
            side=self._ends.name(self._side),
            other=self._ends.name(self._side.other),
            passed=all(row.passed for row in fixed) and (is_free or optional),
            always=(*fixed, *bound),
            groups=groups,
            remark=self._remark(),
        )

    def _remark(self) -> str:
        if self._record.enrolled_by_hand:
            return _("Somebody sent it by hand: only the conditions fixed by the recipe count.")
        agreed = sides.get(self._record, self._side, "base") is not None
        if agreed and self._record.sync.leaving == Leaving.KEEP:
            return _("It was in sync before, and this sync keeps updating what leaves the filter.")
        return ""

    def _row(self, answer: Answer, *, source: str = "", url: str = "") -> ClauseRow:
        clause = answer.clause
        reason = EXCLUSIONS[clause.reason] if clause.reason is not None else ""
        return ClauseRow(
            text=self._text(clause),
            passed=answer.passed,
            value=self._told(clause.field),
            source=source,
            url=url,
            reason=str(reason),
        )

    def _text(self, clause: Condition) -> str:
        return (
            chosen_words(clause, self._side, self._ends)
            if clause.setting
            else (self._ends.described(self._side, clause))
        )

    def _told(self, name: str) -> str:
        return self._ends.told(self._side, name, self._stored.get(name))

    def _chosen(self, answer: Answer) -> ClauseRow:
        """What follows from a setting, which the address leads to."""
        name = answer.clause.setting
        setting = self._recipe.setting(name)
        label = str(setting.label) if setting is not None else name
        url = reverse("admin:syncs_sync_change", args=[self._record.sync_id])
        source = _("as chosen under “%(setting)s”") % {"setting": label}
        return self._row(answer, source=source, url=f"{url}#id_setting_{name}")

    def _groups(self, found: Sequence[Sequence[Answer]]) -> Iterator[ClauseGroup]:
        by_group: dict[int, list[FilterCondition]] = defaultdict(list)
        for row in self._rows:
            by_group[row.group].append(row)
        for number, answers in enumerate(found, start=1):
            rows = by_group[sorted(by_group)[number - 1]]
            told = tuple(
                self._row(answer, url=_address(row))
                for answer, row in zip(answers, rows, strict=True)
            )
            yield ClauseGroup(number, holds(answers), told)

    def _start(self) -> Iterator[ClauseRow]:
        """The start of the sync, which is a condition for what is on one side only."""
        name, at = self._recipe.starts.get(self._side, ""), self._record.sync.started_at
        if not name or at is None or (self._record.left_id and self._record.right_id):
            return
        when = f"{date_format(at, 'Y-m-d H:i')} UTC"
        words = {"field": self._ends.label(self._side, [name]), "when": when}
        held = self._values.get(name)
        yield ClauseRow(
            text=_("%(field)s is not before %(when)s") % words,
            passed=isinstance(held, datetime) and held >= at,
            value=self._told(name),
            source=_("fixed by the recipe"),
            reason=str(EXCLUSIONS[ExcludeReason.BEFORE_START]),
        )


def _address(row: FilterCondition) -> str:
    return reverse("admin:syncs_filtercondition_change", args=[row.pk])
