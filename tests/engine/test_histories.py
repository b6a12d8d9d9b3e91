"""Random histories: whatever people do on both sides, the sync comes to rest and harms nothing."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from integrations.contract import RecordState, Value, Values
from syncs.engine.terms import (
    Agree,
    Create,
    Direction,
    Fail,
    FieldMapping,
    Leaving,
    Mode,
    PartnerChoice,
    Policy,
    RecordView,
    Removal,
    Side,
    SideView,
    Update,
)
from syncs.engine.values import is_empty, same
from tests.engine.world import (
    HABITS,
    LIVE,
    MAPPINGS,
    REFUSED,
    SPEC,
    World,
    Write,
    side_of,
)

LONG = "a note of more than thirty signs"
EMAILS = st.sampled_from(
    [*(f"person{number}@example.org" for number in range(24)), "Ann@Example.org ", None]
)
TEXTS = st.sampled_from(["Ann", " Anna ", "Ana  Lu", "Bo", "Cy", None, LONG])
NUMBERS = st.sampled_from([None, Decimal(1), Decimal("2.005"), Decimal("3.10")])
VALUES = {
    "email": EMAILS,
    "Email": EMAILS,
    "lastname": st.sampled_from(["Lee", "Wu", "Roe", "Diaz ", REFUSED, None]),
    "budget": NUMBERS,
    "Amount": NUMBERS,
    "stage": st.sampled_from(["customer", "customer", "partner", "customer", "lead", None]),
    "Kind": st.sampled_from([None, None, None, "draft", "person"]),
    "grade": st.sampled_from([None, "gold", "silver"]),
    "Class": st.sampled_from([None, "A", "B"]),
    "phone": st.sampled_from([None, "12 34", "55 66", "1234567890123"]),
    "Phone": st.sampled_from([None, "12-34", "12 345"]),
}
SIDES = st.sampled_from(list(Side))
FIELD_NAMES = {Side.LEFT: sorted(SPEC.left_fields), Side.RIGHT: sorted(SPEC.right_fields)}
PEOPLE = {
    side: st.fixed_dictionaries({name: VALUES.get(name, TEXTS) for name in FIELD_NAMES[side]})
    for side in Side
}
EDITS = {
    side: st.sampled_from(FIELD_NAMES[side]).flatmap(
        lambda name: st.tuples(st.just(name), VALUES.get(name, TEXTS))
    )
    for side in Side
}
SETTINGS = st.fixed_dictionaries(
    {
        "policy": st.sampled_from(list(Policy)),
        "direction": st.sampled_from([Direction.BOTH, Direction.BOTH, *Direction]),
        "leaving": st.sampled_from(list(Leaving)),
        "mode": st.sampled_from([Mode.MIRROR, Mode.MIRROR, Mode.MIRROR, *Mode]),
        "left_removed": st.sampled_from(list(Removal)),
        "right_removed": st.sampled_from(list(Removal)),
    }
)


class Histories(RuleBasedStateMachine):
    """People work in both systems and in Saldo; the sync runs now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        # Values that a person wrote and that the other side has not had yet.
        self.unseen: set[tuple[Side, str, str]] = set()
        self.checked = 0
        self.checked_links = 0

    # -- people in the systems

    @initialize(
        lefts=st.lists(PEOPLE[Side.LEFT], min_size=2, max_size=4),
        rights=st.lists(PEOPLE[Side.RIGHT], min_size=2, max_size=4),
        chosen=SETTINGS,
    )
    def start(self, lefts: list[Values], rights: list[Values], chosen: dict[str, Any]) -> None:
        for side, people in ((Side.LEFT, lefts), (Side.RIGHT, rights)):
            for values in people:
                self._add(side, values)
        self.world.configure(replace(SPEC, **chosen))

    @rule(values=PEOPLE[Side.LEFT])
    def add_left(self, values: Values) -> None:
        self._add(Side.LEFT, values)

    @rule(values=PEOPLE[Side.RIGHT])
    def add_right(self, values: Values) -> None:
        self._add(Side.RIGHT, values)

    def _add(self, side: Side, values: Values) -> None:
        system = self.world.system(side)
        if system.takes(values, ""):
            record_id = system.create(values)
            self.unseen |= {(side, record_id, name) for name in values}

    @rule(which=st.integers(0, 50), edits=st.lists(EDITS[Side.LEFT], min_size=1, max_size=3))
    def edit_left(self, which: int, edits: list[tuple[str, Value]]) -> None:
        self._edit(Side.LEFT, which, dict(edits))

    @rule(which=st.integers(0, 50), edits=st.lists(EDITS[Side.RIGHT], min_size=1, max_size=3))
    def edit_right(self, which: int, edits: list[tuple[str, Value]]) -> None:
        self._edit(Side.RIGHT, which, dict(edits))

    @rule(
        which=st.integers(0, 50),
        left=st.lists(EDITS[Side.LEFT], min_size=1, max_size=3),
        right=st.lists(EDITS[Side.RIGHT], min_size=1, max_size=3),
    )
    def edit_a_pair(
        self, which: int, left: list[tuple[str, Value]], right: list[tuple[str, Value]]
    ) -> None:
        pairs = [one for one in self.world.records if one.left and one.right]
        if pairs:
            pair = pairs[which % len(pairs)]
            self._edit_one(Side.LEFT, pair.left, dict(left))
            self._edit_one(Side.RIGHT, pair.right, dict(right))

    def _edit_one(self, side: Side, view: SideView | None, values: Values) -> None:
        live = self.world.system(side).live()
        if view is not None and view.id in live:
            self._edit(side, live.index(view.id), values)

    def _edit(self, side: Side, which: int, values: Values) -> None:
        system = self.world.system(side)
        live = system.live()
        record_id = live[which % len(live)] if live else ""
        if live and system.takes(values, record_id):
            system.update(record_id, values)
            self.unseen |= {(side, record_id, name) for name in values}

    @rule(side=SIDES, which=st.integers(0, 50), state=st.sampled_from([LIVE, *RecordState]))
    def remove_or_restore(self, side: Side, which: int, state: RecordState) -> None:
        system = self.world.system(side)
        there = [one for one, state in system.states.items() if state is not RecordState.GONE]
        if there:
            record_id = there[which % len(there)]
            address = {"email": system.records[record_id].get("email")}
            if state is not LIVE or system.takes(address, record_id):
                system.states[record_id] = state

    # -- people in Saldo

    @rule(chosen=st.data())
    def resolve(self, chosen: st.DataObject) -> None:
        for place, plan in self.world.plans.items():
            if place >= len(self.world.records) or not isinstance(plan, Fail | Update):
                continue
            conflicts = {one.mapping: chosen.draw(SIDES) for one in plan.conflicts}
            self.world.records[place] = replace(self.world.records[place], resolutions=conflicts)

    @rule(chosen=st.data())
    def pick(self, chosen: st.DataObject) -> None:
        for place, plan in self.world.plans.items():
            if isinstance(plan, Fail) and plan.candidates and place < len(self.world.records):
                one = chosen.draw(st.sampled_from(plan.candidates))
                record = self.world.records[place]
                if not (record.left and record.right) and self._is_free(record, one.id):
                    self.world.records[place] = replace(
                        record, partner_choice=PartnerChoice.PICK, partner_id=one.id
                    )
                    return

    def _is_free(self, record: RecordView, partner_id: str) -> bool:
        own = Side.LEFT if record.left else Side.RIGHT
        holders = [
            one
            for one in self.world.records
            if (view := side_of(one, own.other)) is not None and view.id == partner_id
        ]
        return len(holders) == 1 and side_of(holders[0], own) is None

    @rule(chosen=st.data(), by_hand=st.booleans(), enrolled=st.booleans())
    def sort_out(self, chosen: st.DataObject, by_hand: bool, enrolled: bool) -> None:
        if self.world.records:
            place = chosen.draw(st.integers(0, len(self.world.records) - 1))
            self.world.records[place] = replace(
                self.world.records[place], excluded_by_hand=by_hand, enrolled_by_hand=enrolled
            )

    @rule(
        chosen=SETTINGS,
        off=st.sets(st.sampled_from(["phone", "money", "display", "first"]), max_size=2),
    )
    def configure(self, chosen: dict[str, Any], off: set[str]) -> None:
        mappings = tuple(one for one in MAPPINGS if one.key not in off)
        self.world.configure(replace(SPEC, mappings=mappings, **chosen))

    @rule(_times=st.sampled_from([1, 2]))
    def run_now_and_then(self, _times: int) -> None:
        self.run()

    @rule()
    def run(self) -> None:
        self.world.settle_down()
        self._check_writes()
        self._check_links()
        writes = len(self.world.writes)
        self.world.run()
        assert len(self.world.writes) == writes, "a second pass wrote"
        self._check_rest()
        self._forget_seen()

    # -- what must hold

    def _check_writes(self) -> None:
        for write in self.world.writes[self.checked :]:
            self._check_write(write)
        self.checked = len(self.world.writes)

    def _check_write(self, write: Write) -> None:
        spec, plan = self.world.spec, write.plan
        assert spec.direction.reaches(write.side), "written against the direction"
        assert not write.record.excluded_by_hand
        self._check_filter(write)
        if isinstance(plan, Create):
            assert spec.mode is not Mode.UPDATE
            assert not write.record.linked_before or write.record.partner_choice
        if isinstance(plan, Update):
            assert spec.mode is not Mode.ONCE
            for change in plan.changes:
                if change.side is write.side:
                    self._check_loss(write, change.mapping, change.field)

    def _check_filter(self, write: Write) -> None:
        """The filters once more, written down independently of the engine."""
        source = side_of(write.record, write.side.other)
        assert source is not None
        if self.world.spec.leaving is Leaving.KEEP and source.base is not None:
            return
        if source.state is RecordState.GONE:
            return
        if write.side is Side.RIGHT:
            passes = source.values["stage"] in ("customer", "partner")
            assert passes or write.record.enrolled_by_hand, "written from outside the filter"
        else:
            assert source.values["Kind"] != "draft", "written from outside the filter"

    def _check_loss(self, write: Write, key: str, name: str) -> None:
        mapping = next(one for one in MAPPINGS if one.key == key)
        before, after = write.before[name], write.wanted[name]
        chosen = write.record.resolutions.get(key)
        if is_empty(after):
            assert mapping.erase or chosen is write.side.other, "erased without a wish"
        if is_empty(before) or (write.side, write.record_id, name) not in self.unseen:
            return
        winner = {Policy.LEFT: Side.LEFT, Policy.RIGHT: Side.RIGHT}.get(self.world.spec.policy)
        allowed = (chosen or winner) is write.side.other
        assert allowed or self._was_met(write, mapping), "a person's value was lost"

    def _was_met(self, write: Write, mapping: FieldMapping) -> bool:
        """Whether this value was the agreed one, typed again by a person."""
        view = side_of(write.record, write.side)
        assert view is not None
        names = mapping.left if write.side is Side.LEFT else mapping.right
        base = view.base or {}
        return all(
            same(view.values[name], base.get(f"{name}@{mapping.key}", base.get(name)))
            for name in names
        )

    def _check_links(self) -> None:
        for record, matches, link in self.world.links[self.checked_links :]:
            if record.partner_choice is not PartnerChoice.PICK:
                assert len(matches.candidates) == 1
                assert not matches.rivals
                assert not link.candidate.linked_to
        self.checked_links = len(self.world.links)

    def _check_rest(self) -> None:
        """Nobody is doubled, and every pair that is in step says the same."""
        for side in Side:
            ids = Counter(
                view.id for one in self.world.records if (view := side_of(one, side)) is not None
            )
            assert all(times == 1 for times in ids.values()), "one record in two places"
            assert ids.keys() == self.world.system(side).records.keys()
        for place, record in enumerate(self.world.records):
            plan = self.world.plans[place]
            assert not isinstance(plan, Create) or self._is_refused(plan)
            if isinstance(plan, Agree) and self.world.spec.mode is Mode.MIRROR:
                self._check_in_step(record)

    def _is_refused(self, plan: Create) -> bool:
        values = {change.field: change.after for change in plan.changes}
        return not self.world.system(plan.side).takes(values, "")

    def _check_in_step(self, record: RecordView) -> None:
        """A two-way field that both sides may write, filled on both, is the same on both."""
        left, right = record.left, record.right
        assert left is not None
        assert right is not None
        for mapping in self.world.spec.mappings:
            if mapping.key not in ("first", "last", "money"):
                continue
            mine, yours = left.values[mapping.left[0]], right.values[mapping.right[0]]
            if is_empty(mine) or is_empty(yours) or not self._is_open(record):
                continue
            habit = HABITS[Side.RIGHT](mapping.right[0], mine)
            assert same(habit, yours) or same(mine, yours), f"{mapping.key} is out of step"

    def _is_open(self, record: RecordView) -> bool:
        left, right = record.left, record.right
        assert left is not None
        assert right is not None
        return (
            self.world.spec.direction is Direction.BOTH
            and left.values["stage"] in ("customer", "partner")
            and right.values["Kind"] != "draft"
        )

    def _forget_seen(self) -> None:
        """A person's value that the other side now has is safe."""
        for record in self.world.records:
            left, right = record.left, record.right
            if left is None or right is None:
                continue
            for mapping in self.world.spec.mappings:
                self._forget_field(mapping, left.id, right.id)

    def _forget_field(self, mapping: FieldMapping, left_id: str, right_id: str) -> None:
        if len(mapping.left) != 1:
            return
        mine = self.world.left.records[left_id][mapping.left[0]]
        yours = self.world.right.records[right_id][mapping.right[0]]
        if same(HABITS[Side.RIGHT](mapping.right[0], mine), yours) or same(mine, yours):
            self.unseen.discard((Side.LEFT, left_id, mapping.left[0]))
            self.unseen.discard((Side.RIGHT, right_id, mapping.right[0]))


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=150,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
