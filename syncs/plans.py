"""From rows to plans: what is known of some records, and what the engine decides about each.

The preview and the run come through here; nothing is written.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from integrations.contract import Category, Fault, RecordState
from syncs import sides
from syncs.engine.decide import NO_MATCHES, Decider
from syncs.engine.terms import (
    Candidate,
    Fail,
    Link,
    Matches,
    Parent,
    PartnerChoice,
    Plan,
    RecordView,
    ReferenceKey,
    References,
    Side,
    SideView,
    SyncSpec,
)
from syncs.engine.values import Decoder, decoder
from syncs.models import MatchValue, Sync, SyncRecord
from syncs.parents import find_parents
from syncs.stores import MATCH_LENGTH


@dataclass(frozen=True, slots=True)
class Decided:
    """A row, what the engine was shown of it, and its answer."""

    row: SyncRecord
    view: RecordView
    plan: Plan
    references: References


@dataclass(frozen=True, slots=True)
class Found:
    """A row that carries the value of a match rule."""

    row_id: int
    side: Side
    candidate: Candidate
    # A person excluded it: only a person may give it a partner.
    is_left_alone: bool


class Planner:
    """Decides about rows of one sync."""

    def __init__(self, sync: Sync, spec: SyncSpec) -> None:
        """Raises ValueError for a spec with problems."""
        self.decider = Decider(spec)
        self._sync = sync
        self._read: Mapping[Side, Decoder] = {
            Side.LEFT: decoder(spec.left_fields),
            Side.RIGHT: decoder(spec.right_fields),
        }

    def decide(self, rows: Sequence[SyncRecord]) -> list[Decided]:
        """A plan for each row, with a number of queries that does not depend on how many."""
        views = [self.view(row) for row in rows]
        matches, left_alone = self._matches(rows, views)
        references = self._references(rows, views)
        decided: list[Decided] = []
        for row, view in zip(rows, views, strict=True):
            found = matches.get(row.pk, NO_MATCHES)
            plan = self.decider.decide(view, found, references)
            plan = _checked(plan, view, found, left_alone)
            decided.append(Decided(row, view, plan, references))
        return decided

    def view(self, row: SyncRecord) -> RecordView:
        return RecordView(
            left=self._left(row) if row.left_id else None,
            right=self._right(row) if row.right_id else None,
            excluded_by_hand=row.excluded_by_hand,
            enrolled_by_hand=row.enrolled_by_hand,
            resolutions={key: Side(side) for key, side in row.resolutions.items()},
            partner_choice=PartnerChoice(row.partner_choice),
            partner_id=row.partner_id,
            linked_before=row.linked_at is not None,
            born=Side(row.born),
        )

    def _left(self, row: SyncRecord) -> SideView:
        read = self._read[Side.LEFT]
        return SideView(
            id=row.left_id,
            values=read(row.left_values),
            base=None if row.left_base is None else read(row.left_base),
            version=row.left_version,
            state=RecordState(row.left_state),
            title=row.left_title,
            settled_state=RecordState(row.left_settled_state),
        )

    def _right(self, row: SyncRecord) -> SideView:
        read = self._read[Side.RIGHT]
        return SideView(
            id=row.right_id,
            values=read(row.right_values),
            base=None if row.right_base is None else read(row.right_base),
            version=row.right_version,
            state=RecordState(row.right_state),
            title=row.right_title,
            settled_state=RecordState(row.right_settled_state),
        )

    def _matches(
        self, rows: Sequence[SyncRecord], views: Sequence[RecordView]
    ) -> tuple[dict[int, Matches], frozenset[Candidate]]:
        """What was found for each row that is alone, and who of that was excluded by hand."""
        unlinked = {
            row.pk: (side, self.decider.keys(side, _own(view, side).values), row.partner_id)
            for row, view in zip(rows, views, strict=True)
            if (side := lone_side(row)) is not None
        }
        found = self._carriers(keys for _, keys, _ in unlinked.values())
        picked = self._picked(unlinked.values())
        matches = {
            pk: _matches_of(pk, side, keys, found, picked.get((side.other, partner_id)))
            for pk, (side, keys, partner_id) in unlinked.items()
        }
        carriers = (carrier for ones in found.values() for carrier in ones)
        return matches, frozenset(one.candidate for one in carriers if one.is_left_alone)

    def _carriers(
        self, wanted: Iterable[tuple[tuple[str, str], ...]]
    ) -> dict[tuple[str, str], list[Found]]:
        """Who carries the values, by (rule, value): one query for each match rule."""
        values: dict[str, set[str]] = defaultdict(set)
        for keys in wanted:
            for rule, value in keys:
                values[rule].add(value[:MATCH_LENGTH])
        found: dict[tuple[str, str], list[Found]] = defaultdict(list)
        for rule, ones in values.items():
            for value, carrier in self._with_value(rule, ones):
                found[rule, value].append(carrier)
        return found

    def _with_value(self, rule: str, values: set[str]) -> Iterator[tuple[str, Found]]:
        rows = MatchValue.objects.filter(
            sync_id=self._sync.pk, rule=rule, value__in=values
        ).order_by("record_id")
        for value, side, record_id, left, right, *titles, is_left_alone in rows.values_list(
            "value",
            "side",
            "record_id",
            "record__left_id",
            "record__right_id",
            "record__left_title",
            "record__right_title",
            "record__excluded_by_hand",
        ):
            own, other, title = (
                (left, right, titles[0]) if side == Side.LEFT else (right, left, titles[1])
            )
            candidate = Candidate(own, title, rule, value, linked_to=other)
            yield value, Found(record_id, Side(side), candidate, is_left_alone)

    def _picked(
        self, wanted: Iterable[tuple[Side, object, str]]
    ) -> dict[tuple[Side, str], Candidate]:
        """The records that people picked as partners, whatever keys they carry."""
        ids: dict[Side, set[str]] = defaultdict(set)
        for side, _, partner_id in wanted:
            if partner_id:
                ids[side.other].add(partner_id)
        found: dict[tuple[Side, str], Candidate] = {}
        for side, ones in ids.items():
            rows = SyncRecord.objects.filter(sides.with_ids(side, ones), sync=self._sync)
            for row in rows:
                own, other, title = _named(row, side)
                found[side, own] = Candidate(own, title, "", "", linked_to=other)
        return found

    def _references(
        self, rows: Sequence[SyncRecord], views: Sequence[RecordView]
    ) -> dict[ReferenceKey, Parent]:
        """Where the rows' references lead: one query for each object type and side."""
        seen: dict[ReferenceKey, datetime] = {}
        for row, view in zip(rows, views, strict=True):
            for key in self.decider.references(view):
                seen[key] = max(row.created_at, seen.get(key, row.created_at))
        return find_parents(self._sync, seen, self.decider.facts) if seen else {}


def lone_side(row: SyncRecord) -> Side | None:
    """The side of a record that has only one; None for one that has both."""
    if row.left_id and row.right_id:
        return None
    return Side.LEFT if row.left_id else Side.RIGHT


def _checked(
    plan: Plan, view: RecordView, matches: Matches, left_alone: frozenset[Candidate]
) -> Plan:
    """The plan, unless it links what is not there or what a person wants left alone."""
    if not isinstance(plan, Link):
        return plan
    partner = plan.candidate
    if view.partner_choice is not PartnerChoice.PICK:
        return Fail(_left_alone(partner), candidates=(partner,)) if partner in left_alone else plan
    return plan if partner in matches.candidates else Fail(_vanished(partner))


def _left_alone(partner: Candidate) -> Fault:
    message = (
        f"The record with “{partner.value}” on the other side, “{partner.title or partner.id}”, "
        "was excluded by hand. Include it again, or pick a partner."
    )
    return Fault(Category.MATCH_AMBIGUOUS, "partner_excluded", message, existing_id=partner.id)


def _vanished(partner: Candidate) -> Fault:
    message = f"The chosen partner {partner.id} is not there any more. Choose again."
    return Fault(Category.GONE, "partner_gone", message)


def _own(view: RecordView, side: Side) -> SideView:
    own = view.left if side is Side.LEFT else view.right
    if own is None:
        raise ValueError("A record without any side cannot be decided about.")
    return own


def _named(row: SyncRecord, side: Side) -> tuple[str, str, str]:
    if side is Side.LEFT:
        return row.left_id, row.right_id, row.left_title
    return row.right_id, row.left_id, row.right_title


def _matches_of(
    pk: int,
    side: Side,
    keys: Sequence[tuple[str, str]],
    found: Mapping[tuple[str, str], Sequence[Found]],
    picked: Candidate | None,
) -> Matches:
    """What the first rule with a candidate found; without any, the rivals of the first rule."""
    if picked is not None:
        return Matches((picked,))
    alone = NO_MATCHES
    for rule, value in keys:
        carriers = [one for one in found.get((rule, value[:MATCH_LENGTH]), ()) if one.row_id != pk]
        candidates = tuple(one.candidate for one in carriers if one.side is not side)
        rivals = tuple(
            one.candidate for one in carriers if one.side is side and not one.candidate.linked_to
        )
        if candidates:
            return Matches(candidates, rivals)
        if rivals and not alone.rivals:
            alone = Matches((), rivals)
    return alone
