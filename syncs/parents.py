"""The records that others refer to, as the syncs of the same integration know them."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from accounts.tenancy import TenantQuerySet
from integrations.contract import Field, Values
from syncs import sides
from syncs.catalogue import sync_fields
from syncs.engine.filters import describe
from syncs.engine.matching import normalise
from syncs.engine.terms import (
    Condition,
    MatchRule,
    Operator,
    Parent,
    ParentStatus,
    ReferenceKey,
    Side,
)
from syncs.engine.values import Decoder, decoder
from syncs.models import MatchValue, Status, Sync, SyncRecord
from syncs.recipes import RECIPES, recipe_of
from syncs.stores import MATCH_LENGTH

type Wanted = Mapping[ReferenceKey, datetime]
"""The references, each with the moment from which on whoever refers to it has been known."""

type Facts = Callable[[str], Collection[str]]
"""From the parents' object type to the fields of the other side that the child needs."""

_HEAVY = ("left_values", "right_values", "left_base", "right_base")
_STATUSES = {
    Status.FAILING: ParentStatus.FAILING,
    Status.EXCLUDED: ParentStatus.EXCLUDED,
    Status.UNLINKED: ParentStatus.EXCLUDED,
}


def find_parents(sync: Sync, wanted: Wanted, facts: Facts) -> dict[ReferenceKey, Parent]:
    """Where the references lead; absent ones too, once it is sure that there is nothing.

    A fixed number of queries for each object type, side and match rule.
    """
    groups: dict[tuple[str, Side, str, str], list[ReferenceKey]] = defaultdict(list)
    for key in wanted:
        groups[key.object_type, key.side, key.rule, key.right_type].append(key)
    found: dict[ReferenceKey, Parent] = {}
    for (object_type, side, rule, right_type), keys in groups.items():
        family = _Family(sync, object_type, side, frozenset(facts(object_type)), right_type)
        found.update(family.by_value(rule, keys) if rule else family.by_id(keys))
        for key in keys:
            if key not in found and family.would_know(wanted[key]):
                found[key] = Parent(ParentStatus.ABSENT)
    return found


def parent_syncs(sync: Sync, object_type: str, right_type: str = "") -> list[Sync]:
    """The syncs of the same integration that link this left object type, to a right one if said."""
    ours = {
        code
        for code, recipe in RECIPES.items()
        if recipe.left.object_type == object_type
        and right_type in ("", recipe.right.object_type)
        and recipe.is_parent
    }
    own = Sync.objects.filter(integration_id=sync.integration_id, recipe__in=ours)
    return list(own.select_related("integration__left", "integration__right"))


@dataclass(slots=True)
class _Family:
    """The possible parents of one object type, read from one side."""

    sync: Sync
    object_type: str
    side: Side
    facts: frozenset[str]
    right_type: str = ""
    _syncs: list[Sync] | None = None
    _decoders: dict[int, Decoder] | None = None

    @property
    def syncs(self) -> list[Sync]:
        if self._syncs is None:
            self._syncs = parent_syncs(self.sync, self.object_type, self.right_type)
        return self._syncs

    def by_id(self, keys: Iterable[ReferenceKey]) -> dict[ReferenceKey, Parent]:
        by_id = {key.id: key for key in keys}
        rows = SyncRecord.objects.filter(sides.with_ids(self.side, by_id), sync__in=self.syncs)
        return {
            by_id[sides.get(row, self.side, "id")]: parent for row, parent in self._parents(rows)
        }

    def by_value(self, rule: str, keys: Iterable[ReferenceKey]) -> dict[ReferenceKey, Parent]:
        """The one record of the other side with the value; none when several have it."""
        rules = (each for one in self.syncs for each in recipe_of(one.recipe).match_rules)
        named = {each.name: each for each in rules}
        if rule not in named:
            return {}
        values = {_comparable(named[rule], key.id): key for key in keys}
        carriers: dict[str, set[str]] = defaultdict(set)
        rows = MatchValue.objects.filter(
            sync__in=self.syncs, rule=rule, value__in=values, side=self.side.other
        )
        other = sides.column(self.side.other, "id")
        for value, id_ in rows.values_list("value", f"record__{other}"):
            carriers[value].add(id_)
        return {
            values[value]: Parent(ParentStatus.LINKED, next(iter(ids)))
            for value, ids in carriers.items()
            if len(ids) == 1
        }

    def would_know(self, moment: datetime) -> bool:
        """Whether every sync would know a record that was there at that moment."""
        return all(_has_read_past(one, self.side, moment) for one in self.syncs)

    def _parents(self, rows: TenantQuerySet[SyncRecord]) -> Iterator[tuple[SyncRecord, Parent]]:
        needed = sides.column(self.side.other, "values") if self.facts else ""
        for row in rows.defer(*(name for name in _HEAVY if name != needed)):
            yield row, self._parent(row)

    def _parent(self, row: SyncRecord) -> Parent:
        title = sides.get(row, self.side, "title")
        other_id = sides.get(row, self.side.other, "id")
        if other_id:
            return Parent(ParentStatus.LINKED, other_id, title, facts=self._facts_of(row))
        status = _STATUSES.get(Status(row.status), ParentStatus.WAITING)
        return Parent(status, title=title, reason=self._reason(row))

    def _facts_of(self, row: SyncRecord) -> Values:
        if not self.facts:
            return {}
        values = sides.get(row, self.side.other, "values")
        wanted = {name: value for name, value in values.items() if name in self.facts}
        return self._decoder(row.sync_id)(wanted)

    def _decoder(self, sync_id: int) -> Decoder:
        if self._decoders is None:
            self._decoders = {}
        if sync_id not in self._decoders:
            self._decoders[sync_id] = decoder(_fields(self._sync(sync_id), self.side.other))
        return self._decoders[sync_id]

    def _sync(self, sync_id: int) -> Sync:
        return next(one for one in self.syncs if one.pk == sync_id)

    def _reason(self, row: SyncRecord) -> str:
        """Its own reason; for one that a filter keeps out, the clause that said no."""
        clause = row.details.get("clause")
        if not clause:
            return row.reason
        condition = Condition(
            clause["field"], Operator(clause["operator"]), tuple(clause["values"])
        )
        fields = _fields(self._sync(row.sync_id), self.side)
        return f"only records where this holds are synced: {describe(condition, fields)}."


def _fields(sync: Sync, side: Side) -> Mapping[str, Field]:
    return sync_fields(sync, recipe_of(sync.recipe), side) or {}


def _comparable(rule: MatchRule, value: str) -> str:
    return normalise(value, rule.normaliser)[:MATCH_LENGTH]


def _has_read_past(sync: Sync, side: Side, moment: datetime) -> bool:
    until = sync.left_complete_until if side is Side.LEFT else sync.right_complete_until
    return sync.is_read and until is not None and until >= moment
