"""Why records fail, by cause and not by row: what holds most up comes first."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.permissions import Action, may, tenants_where
from accounts.tenancy import all_tenants
from syncs import causes
from syncs.cause_groups import Group, largest
from syncs.engine.filters import describe
from syncs.engine.terms import Condition, ExcludeReason, Operator
from syncs.faults import EXCLUSIONS, Explanation, explain
from syncs.held_up import Holder, Tallies, Tally, held_up
from syncs.models import FieldList, JobKind, Status, Sync, SyncRecord
from syncs.models import Mapping as MappingRow
from syncs.recipes import RECIPES
from syncs.selection import list_url, query_of
from syncs.views.ends import lone_side, named_reason
from syncs.views.overview_filters import Filter, chosen_of, filters_of, syncs_asked, type_words
from syncs.views.steps_of_causes import Step, steps_with_places
from syncs.views.things import things
from syncs.views.tiles import money_words

# Shown at first, and again with each "show more"; at most so many.
CAUSES, HOLDERS, MOST = 50, 10, 1_000
TOP = 5
# The number of a sync is a filter here too.
MORE_FILTERS = ("sync",)


@dataclass(frozen=True, slots=True)
class Held:
    """Records of one sync that are held up, and where they are listed."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class CauseRow:
    title: str
    explanation: str
    # What one of its records says.
    reason: str
    steps: tuple[Step, ...]
    count: int
    # Such as "312 companies".
    words: str
    # What they are worth, and what those are worth that wait for them.
    money: tuple[str, ...]
    held: tuple[str, ...]
    held_money: tuple[str, ...]
    since: datetime | None
    sync: str
    company: str
    url: str
    # What "try again" is about; empty for who may not.
    query: str


@dataclass(frozen=True, slots=True)
class HolderRow:
    """A record that others refer to and that did not make it."""

    title: str
    kind: str
    # Empty where no sync knows it.
    url: str
    # Why it is where it is; explained where it fails.
    state: str
    category: str
    explanation: str
    reason: str
    held: tuple[Held, ...]
    money: tuple[str, ...]
    company: str
    # What may be done with it at once, and to which record; empty where that takes more.
    record_id: int | None
    deed: str
    deed_words: str


@dataclass(frozen=True, slots=True)
class TopCause:
    title: str
    explanation: str
    sync_name: str
    count: int
    words: str
    money: str
    url: str


@dataclass(frozen=True, slots=True)
class CausesPage:
    causes: tuple[CauseRow, ...]
    holders: tuple[HolderRow, ...]
    filters: tuple[Filter, ...]
    sync_name: str
    is_filtered: bool
    # Addresses of this page with more of it; empty when all is shown.
    more_causes: str
    more_holders: str
    left_holders: int
    path: str


def causes_page(user: User, asked: Mapping[str, str]) -> CausesPage:
    """For all syncs that this person may see, or those asked for; a fixed number of queries."""
    tenants = tenants_where(user, Action.VIEW_RECORDS)
    chosen = chosen_of(asked, *MORE_FILTERS)
    with all_tenants("the tenants are named; our own staff see all"):
        wanted = list(syncs_asked(tenants, chosen).values_list("pk", flat=True))
        syncs = _syncs(tenants, chosen)
        filters = tuple(filters_of(tenants, chosen))
        limits = {name: _limit(asked, name, first) for name, first in _FIRST.items()}
        groups = largest(wanted, limits["causes"] + 1)
        stuck = held_up(syncs, wanted)
        about = _About(user, {sync.pk: sync for sync in syncs}, several=_several(tenants))
        shown = groups[: limits["causes"]]
        about.look_up(shown)
        holders = stuck.holders[: limits["holders"]]
        rows = tuple(
            about.row(group, stuck.by_cause.get((group.sync_id, group.cause), {}))
            for group in shown
        )
        held = tuple(about.holder(holder) for holder in holders)
    left = len(stuck.holders) - len(holders)
    return CausesPage(
        causes=rows,
        holders=held,
        filters=filters,
        sync_name=next((one.name for one in syncs if str(one.pk) == chosen.get("sync")), ""),
        is_filtered=bool(chosen),
        more_causes=_more(chosen, limits, "causes") if len(groups) > len(shown) else "",
        more_holders=_more(chosen, limits, "holders") if left else "",
        left_holders=left,
        path=_address(chosen, limits),
    )


def top_causes(user: User, limit: int = TOP) -> tuple[TopCause, ...]:
    """What most records fail for, in a few words."""
    tenants = tenants_where(user, Action.VIEW_RECORDS)
    with all_tenants("the tenants are named; our own staff see all"):
        syncs = {sync.pk: sync for sync in _syncs(tenants, {})}
        return tuple(_top(group, syncs[group.sync_id]) for group in largest(syncs, limit))


def _top(group: Group, sync: Sync) -> TopCause:
    words = causes.words_of(group.cause, sync)
    return TopCause(
        title=str(words.title),
        explanation=str(words.explanation),
        sync_name=sync.name,
        count=group.count,
        words=things(sync, group.count),
        money=", ".join(money_words([group.money])),
        url=list_url(sync=sync.pk, cause=group.cause),
    )


_FIRST = {"causes": CAUSES, "holders": HOLDERS}


def _limit(asked: Mapping[str, str], name: str, first: int) -> int:
    text = asked.get(name, "")
    sensible = text.isascii() and text.isdecimal() and len(text) < 6
    return min(max(int(text), first), MOST) if sensible else first


def _more(chosen: Mapping[str, str], limits: Mapping[str, int], name: str) -> str:
    if limits[name] >= MOST:
        return ""
    return _address(chosen, {**limits, name: limits[name] + _FIRST[name]})


def _address(chosen: Mapping[str, str], limits: Mapping[str, int]) -> str:
    grown = [f"{name}={limit}" for name, limit in limits.items() if limit != _FIRST[name]]
    query = "&".join([part for part in (query_of(chosen),) if part] + grown)
    return f"{reverse('desk_causes')}?{query}" if query else reverse("desk_causes")


def _several(tenants: Collection[int] | None) -> bool:
    return tenants is None or len(tenants) > 1


def _syncs(tenants: Collection[int] | None, chosen: Mapping[str, str]) -> list[Sync]:
    """All of the integrations that are asked about: a customer is of another sync."""
    wide = {name: value for name, value in chosen.items() if name in ("tenant", "integration")}
    rows = syncs_asked(tenants, wide).select_related(
        "tenant", "integration__left", "integration__right"
    )
    return list(rows.order_by("pk"))


class _About:
    """Words and places for what the database counted."""

    def __init__(self, user: User, syncs: Mapping[int, Sync], *, several: bool) -> None:
        self._user, self._syncs, self._several = user, syncs, several
        self._mappings: dict[int, list[MappingRow]] = {}
        self._labels: dict[tuple[int, str], dict[str, str]] = {}

    def look_up(self, groups: Sequence[Group]) -> None:
        """The mappings and field names of these groups, two queries."""
        sync_ids = {group.sync_id for group in groups}
        for row in MappingRow.objects.filter(sync_id__in=sync_ids, enabled=True, locked=False):
            self._mappings.setdefault(row.sync_id, []).append(row)
        wanted = {
            key: name
            for group in groups
            if (name := causes.parts_of(group.cause).field)
            for key in self._ends(group.sync_id)
        }
        connections = {connection for connection, _kind in wanted}
        if len(connections) > MOST_LABELLED:
            return
        lists = FieldList.objects.filter(connection_id__in=connections)
        for connection, kind, fields in lists.values_list("connection_id", "object_type", "fields"):
            if (connection, kind) in wanted:
                self._labels[connection, kind] = {field["name"]: field["label"] for field in fields}

    def row(self, group: Group, held: Tallies) -> CauseRow:
        sync = self._syncs[group.sync_id]
        words = causes.words_of(group.cause, sync)
        query = query_of({"sync": sync.pk, "cause": group.cause})
        title = str(words.title)
        label = self._label(group)
        return CauseRow(
            title=f"{title}: {label}" if label else title,
            explanation=str(words.explanation),
            reason=group.reason,
            steps=steps_with_places(
                words.steps, self._user, sync, self._mappings.get(sync.pk, ()), group.cause
            ),
            count=group.count,
            words=things(sync, group.count),
            money=money_words([group.money]),
            held=tuple(things(self._syncs[pk], tally.count) for pk, tally in _sorted(held)),
            held_money=money_words(tally.money for tally in held.values()),
            since=group.since,
            sync=sync.name,
            company=str(sync.tenant) if self._several else "",
            url=list_url(sync=sync.pk, cause=group.cause),
            query=query if self._may_work(sync) else "",
        )

    def holder(self, holder: Holder) -> HolderRow:
        record = holder.record
        sync = self._syncs[record.sync_id if record else next(iter(holder.held))]
        explained = _explained(record, sync) if record else None
        deed = _deed(record) if record and self._may_work(sync) else None
        return HolderRow(
            title=str(record) if record else holder.key.id,
            kind=type_words(holder.key.object_type),
            url=reverse("admin:syncs_syncrecord_change", args=[record.pk]) if record else "",
            state=str(Status(record.status).label) if record else _("not known"),
            category=str(explained.title) if explained else "",
            explanation=str(explained.explanation) if explained else "",
            reason=_reason(record, sync) if record else _not_read(),
            held=tuple(self._held(holder, *one) for one in _sorted(holder.held)),
            money=money_words(tally.money for tally in holder.held.values()),
            company=str(sync.tenant) if self._several else "",
            record_id=record.pk if record and deed else None,
            deed=deed.value if deed else "",
            deed_words=str(_DEEDS[deed]) if deed else "",
        )

    def _held(self, holder: Holder, sync_id: int, tally: Tally) -> Held:
        parent = f"{holder.key.object_type}|{holder.key.id}"
        words = things(self._syncs[sync_id], tally.count)
        return Held(words, list_url(sync=sync_id, parent=parent))

    def _label(self, group: Group) -> str:
        name = causes.parts_of(group.cause).field
        found = (self._labels.get(end, {}).get(name, "") for end in self._ends(group.sync_id))
        return next((label for label in found if label), name)

    def _ends(self, sync_id: int) -> Iterator[tuple[int, str]]:
        sync = self._syncs[sync_id]
        recipe = RECIPES.get(sync.recipe)
        if recipe is not None:
            yield sync.integration.right_id, recipe.right.object_type
            yield sync.integration.left_id, recipe.left.object_type

    def _may_work(self, sync: Sync) -> bool:
        return may(self._user, Action.WORK_RECORDS, sync.tenant_id)


# Beyond so many connections the provider's own names of fields have to do.
MOST_LABELLED = 20


_DEEDS = {
    JobKind.RETRY: gettext_lazy("Try again"),
    JobKind.SEND: gettext_lazy("Send it now"),
    JobKind.INCLUDE: gettext_lazy("Take it into the sync"),
}
_BY_EXCLUSION = {
    ExcludeReason.BY_HAND: JobKind.INCLUDE,
    ExcludeReason.FILTER: JobKind.SEND,
    ExcludeReason.BEFORE_START: JobKind.SEND,
    ExcludeReason.RESOLVED: JobKind.RETRY,
}


def _deed(record: SyncRecord) -> JobKind | None:
    """What may bring the record to the other side; of what is left out, if a person can."""
    if record.status not in (Status.EXCLUDED, Status.UNLINKED):
        return JobKind.RETRY
    clause = record.details.get("clause", {})
    known = _BY_EXCLUSION.get(record.details.get("exclusion", ""))
    # Nobody gets past what the recipe itself holds back.
    return None if clause.get("fixed") else known


def _explained(record: SyncRecord, sync: Sync) -> Explanation | None:
    recipe = RECIPES.get(sync.recipe)
    if record.status != Status.FAILING or recipe is None:
        return None
    return explain(
        record.category,
        recipe.end(lone_side(record).other).object_type,
        field=record.details.get("field", ""),
        code=record.details.get("code", ""),
    )


def _reason(record: SyncRecord, sync: Sync) -> str:
    exclusion, clause = record.details.get("exclusion", ""), record.details.get("clause")
    if clause:
        told = Condition(clause["field"], Operator(clause["operator"]), tuple(clause["values"]))
        return _("Only records where this holds are synced: %(clause)s.") % {
            "clause": describe(told, {})
        }
    if exclusion in set(ExcludeReason):
        return str(EXCLUSIONS[ExcludeReason(exclusion)])
    return named_reason(sync.recipe, record.details.get("code"), record.reason)


def _not_read() -> str:
    return _("It has not been read yet, or is not part of any sync that is on.")


def _sorted(held: Tallies) -> list[tuple[int, Tally]]:
    return sorted(held.items(), key=lambda one: (-one[1].count, one[0]))
