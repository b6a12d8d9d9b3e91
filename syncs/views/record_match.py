"""How a record finds its partner: the rules in order, who could be it, and why."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.tenancy import TenantQuerySet
from syncs import sides
from syncs.engine.matching import keys
from syncs.engine.terms import MatchRule, Side, TransformKind
from syncs.engine.values import decode
from syncs.models import Mapping as MappingRow
from syncs.models import MatchValue, Status, SyncRecord
from syncs.recipes import recipe_of
from syncs.search import search
from syncs.setting_rules import match_rules
from syncs.specs import field_mapping
from syncs.stores import MATCH_LENGTH
from syncs.views.ends import NOTHING, Ends, lone_side

# So many are looked at, and so many shown: a shared address may be on thousands.
MOST_CARRIERS = 200
MOST_CANDIDATES = 50
MOST_FOUND = 20
ALONE = [status.value for status in Status if status is not Status.IN_SYNC]
# So much is said of each of them.
FACTS = 4
_NO_FACTS = frozenset({TransformKind.LINES, TransformKind.ALLOCATIONS, TransformKind.REFERENCE})


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A match rule, the value that this record has for it, and who has the same."""

    label: str
    value: str
    found: str
    # The first that found anybody decides.
    counts: bool


@dataclass(frozen=True, slots=True)
class CandidateRow:
    id: str
    title: str
    # Why it may be the one.
    evidence: str
    facts: str
    # The name of its partner; "" while it is free.
    linked_to: str
    # Its page at the provider, and here.
    url: str
    record_url: str


@dataclass(frozen=True, slots=True)
class Match:
    side: str
    other: str
    is_lone: bool
    rules: tuple[RuleRow, ...]
    candidates: tuple[CandidateRow, ...]
    # Beyond those shown.
    more: int
    # By what the two of a pair are alike.
    alike: str
    # What somebody searched for among the lone records of the other side, and who was found.
    words: str = ""
    found: tuple[CandidateRow, ...] = ()

    @property
    def may_pick(self) -> bool:
        return any(not candidate.linked_to for candidate in self.candidates)


def match_of(
    record: SyncRecord, mappings: Sequence[MappingRow], ends: Ends, words: str = ""
) -> Match:
    rules = _rules(record, mappings)
    side = lone_side(record)
    is_lone = not (record.left_id and record.right_id)
    named = list(_named(record))
    shown = named[:MOST_CANDIDATES]
    return Match(
        side=ends.name(side),
        other=ends.name(side.other),
        is_lone=is_lone,
        rules=tuple(_rule_rows(record, rules, ends)) if is_lone else (),
        candidates=tuple(_candidates(record, shown, mappings, ends)),
        more=len(named) - len(shown),
        alike="" if is_lone else _alike(record, rules, ends),
        words=words,
        found=tuple(_found(record, words, mappings, ends)) if is_lone and words else (),
    )


# --- the rules ------------------------------------------------------------------------------------


def _rules(record: SyncRecord, mappings: Iterable[MappingRow]) -> tuple[MatchRule, ...]:
    made = (field_mapping(row) for row in mappings if row.enabled)
    return match_rules(recipe_of(record.sync.recipe), made)


def _rule_rows(record: SyncRecord, rules: Sequence[MatchRule], ends: Ends) -> Iterator[RuleRow]:
    side = lone_side(record)
    own = dict(keys(rules, side, decode(sides.get(record, side, "values"), ends.fields[side])))
    carriers = _carriers(record, own)
    is_open = True
    for rule in rules:
        value = own.get(rule.name, "")
        others, rivals = _split(carriers[rule.name], side)
        yield RuleRow(
            label=_rule_label(rule, ends),
            value=value or NOTHING,
            found=_told_of(others, rivals) if value else _("no value, so it is passed over"),
            counts=is_open and bool(others),
        )
        is_open = is_open and not others


# The side of whoever has the value, and the id of its partner.
type Carrier = tuple[Side, str]


def _carriers(record: SyncRecord, own: Mapping[str, str]) -> dict[str, list[Carrier]]:
    """Who else has the values, by rule; one query."""
    found: dict[str, list[Carrier]] = defaultdict(list)
    if not own:
        return found
    wanted = (Q(rule=rule, value=value[:MATCH_LENGTH]) for rule, value in own.items())
    rows = MatchValue.objects.for_tenant(record.tenant_id).filter(
        reduce(or_, wanted), sync_id=record.sync_id
    )
    named = ("rule", "side", "record__left_id", "record__right_id")
    others = rows.exclude(record_id=record.pk).values_list(*named)
    for rule, side, left_id, right_id in others[:MOST_CARRIERS]:
        found[rule].append((Side(side), right_id if side == Side.LEFT else left_id))
    return found


def _split(carriers: Iterable[Carrier], side: Side) -> tuple[list[str], int]:
    """The partners' ids of those on the other side, and how many on the own side claim the same."""
    carriers = list(carriers)
    others = [partner for of, partner in carriers if of is not side]
    rivals = [partner for of, partner in carriers if of is side and not partner]
    return others, len(rivals)


def _told_of(others: Sequence[str], rivals: int) -> str:
    free = sum(not partner for partner in others)
    taken = len(others) - free
    told = []
    if free:
        told.append(ngettext("%d possible partner", "%d possible partners", free) % free)
    if taken:
        told.append(
            ngettext("%d that is linked already", "%d that are linked already", taken) % taken
        )
    if rivals:
        told.append(ngettext("%d other with the same", "%d others with the same", rivals) % rivals)
    return ", ".join(told) or _("nobody")


def _rule_label(rule: MatchRule, ends: Ends) -> str:
    left, right = ends.label(Side.LEFT, [rule.left]), ends.label(Side.RIGHT, [rule.right])
    return left if left == right else f"{left} = {right}"


def _alike(record: SyncRecord, rules: Sequence[MatchRule], ends: Ends) -> str:
    held = {
        side: dict(keys(rules, side, decode(sides.get(record, side, "values"), ends.fields[side])))
        for side in Side
    }
    for rule in rules:
        value = held[Side.LEFT].get(rule.name, "")
        if value and value == held[Side.RIGHT].get(rule.name):
            told = {"rule": _rule_label(rule, ends), "value": value}
            return _("Both have the same %(rule)s: %(value)s.") % told
    return ""


# --- candidates -----------------------------------------------------------------------------------


def _named(record: SyncRecord) -> Iterator[Mapping[str, str]]:
    """Whom the last decision named; and whom the provider named as having the value already."""
    if record.status != Status.FAILING:
        return
    known = set()
    for candidate in record.details.get("candidates", ()):
        known.add(candidate["id"])
        yield candidate
    existing = record.details.get("existing_id", "")
    if existing and existing not in known:
        yield {"id": existing, "title": "", "rule": "", "value": "", "linked_to": ""}


def _candidates(
    record: SyncRecord,
    named: Sequence[Mapping[str, str]],
    mappings: Sequence[MappingRow],
    ends: Ends,
) -> Iterator[CandidateRow]:
    side = lone_side(record).other
    rows = _rows_of(record, side, [one["id"] for one in named])
    rules = {rule.name: _rule_label(rule, ends) for rule in _rules(record, mappings)}
    for one in named:
        row = rows.get(one["id"])
        if row is None and not one["rule"]:
            # The provider named what this sync does not know.
            continue
        yield _candidate(row, one, side, mappings, ends, _evidence(one, rules, side, ends))


def _rows_of(record: SyncRecord, side: Side, ids: Sequence[str]) -> dict[str, SyncRecord]:
    if not ids:
        return {}
    found = _of_sync(record).filter(sides.with_ids(side, ids)).exclude(pk=record.pk)
    return {sides.get(row, side, "id"): row for row in found}


def _of_sync(record: SyncRecord) -> TenantQuerySet[SyncRecord]:
    return SyncRecord.objects.for_tenant(record.tenant_id).filter(sync_id=record.sync_id)


def _evidence(one: Mapping[str, str], rules: Mapping[str, str], side: Side, ends: Ends) -> str:
    if not one["rule"]:
        told = _("%(provider)s says that it has the value already")
        return told % {"provider": ends.name(side)}
    rule = rules.get(one["rule"], one["rule"])
    return _("same %(rule)s: %(value)s") % {"rule": rule, "value": one["value"]}


def _candidate(
    row: SyncRecord | None,
    one: Mapping[str, str],
    side: Side,
    mappings: Sequence[MappingRow],
    ends: Ends,
    evidence: str,
) -> CandidateRow:
    partner = "" if row is None else _partner(row, side)
    return CandidateRow(
        id=one["id"],
        title=one["title"] if row is None else sides.get(row, side, "title"),
        evidence=evidence,
        facts="" if row is None else _facts(row, side, mappings, ends),
        linked_to=partner if row is not None else one["linked_to"],
        url=ends.link(side, one["id"]),
        record_url="" if row is None else reverse("admin:syncs_syncrecord_change", args=[row.pk]),
    )


def _partner(row: SyncRecord, side: Side) -> str:
    """What its partner is called; "" while it has none."""
    if not sides.get(row, side.other, "id"):
        return ""
    return str(sides.get(row, side.other, "title") or sides.get(row, side.other, "id"))


def _facts(row: SyncRecord, side: Side, mappings: Iterable[MappingRow], ends: Ends) -> str:
    """The first things that it says of itself besides its name."""
    values: Mapping[str, Any] = sides.get(row, side, "values")
    title = sides.get(row, side, "title")
    told: dict[str, str] = {}
    for mapping in mappings:
        if not mapping.enabled or TransformKind(mapping.transform) in _NO_FACTS:
            continue
        for name in mapping.left if side is Side.LEFT else mapping.right:
            if values.get(name) not in (None, "", [], title):
                told[name] = ends.told(side, name, values[name])
    return " · ".join(list(told.values())[:FACTS])


# --- searching among those that are alone ---------------------------------------------------------


def _found(
    record: SyncRecord, words: str, mappings: Sequence[MappingRow], ends: Ends
) -> Iterator[CandidateRow]:
    side = lone_side(record).other
    # None of those is in sync: it spares the walk past all pairs.
    alone = _of_sync(record).filter(status__in=ALONE, **{sides.column(side.other, "id"): ""})
    for row in search(alone, words).order_by("-pk")[:MOST_FOUND]:
        one = {"id": sides.get(row, side, "id"), "title": "", "linked_to": ""}
        told = _("on its own in %(provider)s") % {"provider": ends.name(side)}
        yield _candidate(row, one, side, mappings, ends, told)
