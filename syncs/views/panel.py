"""What stands behind one number of the overview: its first records, why, and what can be done."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.permissions import Action, may, tenants_where
from integrations.contract import Category
from syncs import faults
from syncs.models import JobKind, Status, SyncRecord
from syncs.numbers import Totals
from syncs.selection import Selection, list_url, query_of, selected
from syncs.views.ends import reason_of
from syncs.views.money import told
from syncs.views.overview import counted_of
from syncs.views.overview_filters import chosen_of
from syncs.views.record import explanation_of, is_at_fault

SHOWN = 25
# Their values fill pages of memory and are shown nowhere here.
UNREAD = ("left_values", "right_values", "left_base", "right_base")
STATUS_WORDS: Mapping[Status, Promise] = {
    Status.IN_SYNC: gettext_lazy("Both sides agree."),
    Status.PENDING: gettext_lazy("The next run decides about them."),
    Status.WAITING: gettext_lazy("They go on by themselves once what they refer to is in sync."),
    Status.FAILING: gettext_lazy("Each one says why, and what to do."),
    Status.EXCLUDED: gettext_lazy("They are left out on purpose; each one says why."),
    Status.UNLINKED: gettext_lazy("Their two sides were parted; nothing is kept in step."),
}
# What makes sense to do to all records that are in this state.
KINDS: Mapping[Status, tuple[JobKind, ...]] = {
    Status.IN_SYNC: (JobKind.RETRY, JobKind.EXCLUDE),
    Status.PENDING: (JobKind.RETRY, JobKind.EXCLUDE),
    Status.WAITING: (JobKind.RETRY, JobKind.ASSIGN, JobKind.EXCLUDE),
    Status.FAILING: (JobKind.RETRY, JobKind.ASSIGN, JobKind.RESOLVE, JobKind.EXCLUDE),
    Status.EXCLUDED: (JobKind.INCLUDE,),
    Status.UNLINKED: (),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One category of the failing records, with its explanation."""

    title: str
    explanation: str
    next: str
    count: int
    panel_url: str


@dataclass(frozen=True, slots=True)
class RecordRow:
    title: str
    # The name on the other side where it differs.
    second: str
    url: str
    why: str
    explanation: str
    reason: str
    amount: str
    # Failing since, or tried last.
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Act:
    label: str
    url: str
    is_careful: bool


@dataclass(frozen=True, slots=True)
class Panel:
    title: str
    status: str
    # Of which the title is; empty: all.
    category: str
    about: str
    count: int
    counted_at: datetime | None
    words: str
    problems: tuple[Problem, ...]
    # Back to all categories.
    all_url: str
    rows: tuple[RecordRow, ...]
    query: str
    list_url: str
    acts: tuple[Act, ...]
    export_url: str
    # The overview that it was opened from.
    back_url: str


def panel(user: User, asked: Mapping[str, str]) -> Panel | None:
    """None where there is nothing such that this person may see."""
    chosen = chosen_of(asked, "sync", "status", "category")
    status, category = _status(chosen.get("status", "")), chosen.get("category", "")
    if status is None or (category and category not in Category):
        return None
    tenants = tenants_where(user, Action.VIEW_RECORDS)
    counted = counted_of(tenants, chosen)
    if not counted:
        return None
    query = query_of(chosen)
    return Panel(
        title=_title(status, category),
        status=str(status.label),
        category=category,
        about=_about(counted, chosen),
        count=_count(counted, status, category),
        counted_at=min((each.counted_at for each in counted if each.counted_at), default=None),
        words=str(STATUS_WORDS[status]),
        problems=tuple(_problems(counted, status, category, chosen)),
        all_url=_panel_url({**chosen, "category": None}) if category else "",
        rows=tuple(_rows(user, query)),
        query=query,
        list_url=list_url(**chosen),
        acts=tuple(_acts(status)) if may(user, Action.WORK_RECORDS) else (),
        export_url=f"{reverse('desk_export')}?{query}" if may(user, Action.EXPORT) else "",
        back_url=_back_url(chosen),
    )


def _status(text: str) -> Status | None:
    return Status(text) if text in Status.values else None


def _title(status: Status, category: str) -> str:
    if not category:
        return str(status.label).capitalize()
    return str(faults.explain(category).title)


def _about(counted: Sequence[Totals], chosen: Mapping[str, str]) -> str:
    """Whose records they are."""
    if "sync" in chosen:
        return str(counted[0].sync)
    if "integration" in chosen:
        return str(counted[0].sync.integration)
    if "tenant" in chosen:
        return str(counted[0].sync.tenant)
    return _("All integrations")


def _count(counted: Sequence[Totals], status: Status, category: str) -> int:
    if category:
        return sum(totals.categories[category] for totals in counted)
    return sum(totals[status] for totals in counted)


def _problems(
    counted: Sequence[Totals], status: Status, category: str, chosen: Mapping[str, str]
) -> Iterator[Problem]:
    """What fails most often first."""
    if status is not Status.FAILING:
        return
    sums: Counter[str] = Counter()
    for totals in counted:
        sums.update(totals.categories)
    for code, count in sums.most_common():
        if not category or code == category:
            told_ = faults.explain(code)
            url = _panel_url({**chosen, "category": code})
            yield Problem(str(told_.title), str(told_.explanation), str(told_.next), count, url)


def _panel_url(parameters: Mapping[str, object]) -> str:
    return f"{reverse('desk_overview_panel')}?{query_of(parameters)}"


def _back_url(chosen: Mapping[str, str]) -> str:
    query = query_of(chosen_of(chosen))
    return f"{reverse('desk_overview')}?{query}" if query else reverse("desk_overview")


def _rows(user: User, query: str) -> Iterator[RecordRow]:
    found = selected(Selection(query), user).order_by("-pk").select_related("sync")
    for record in found.defer(*UNREAD)[:SHOWN]:
        yield _row(record)


def _row(record: SyncRecord) -> RecordRow:
    names = [name for name in (record.left_title, record.right_title) if name]
    why = explanation_of(record) if is_at_fault(record) else None
    return RecordRow(
        title=str(record),
        second=names[1] if len(set(names)) > 1 else "",
        url=reverse("admin:syncs_syncrecord_change", args=[record.pk]),
        why=str(why.title) if why else "",
        explanation=str(why.explanation) if why else "",
        reason=reason_of(record) if record.status != Status.IN_SYNC else "",
        amount=told(record.amount, record.currency) if record.amount is not None else "",
        at=record.first_failed_at or record.last_attempt_at,
    )


def _acts(status: Status) -> Iterator[Act]:
    for kind in KINDS[status]:
        is_careful = kind in {JobKind.EXCLUDE, JobKind.RESOLVE}
        yield Act(str(kind.label), reverse("desk_act", args=[kind.value]), is_careful)
