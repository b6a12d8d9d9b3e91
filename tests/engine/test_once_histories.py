"""Long random histories of documents that are made once, and of what is told of them.

Whatever happens: a second pass writes nothing, no document is made twice or written again, the
left is told what the document says, and a change in vain is seen until it is undone or left.
"""

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from integrations.contract import Field, FieldType, Value, Values
from syncs.engine.decide import Decider, wishes
from syncs.engine.linked import CHANGED_AFTER
from syncs.engine.terms import (
    Agree,
    Condition,
    Create,
    Direction,
    Exclude,
    Fail,
    Filter,
    Leaving,
    Mode,
    Operator,
    Plan,
    Policy,
    RecordView,
    Side,
    SideView,
    SyncSpec,
    Update,
)
from syncs.engine.values import decoder, encode
from tests.engine.cases import fields, mapping

LEFT, RIGHT = Side.LEFT, Side.RIGHT
READ_ONLY = Field("", "Status", creatable=False, updatable=False)
SPEC = SyncSpec(
    fields(name=FieldType.TEXT, memo=FieldType.TEXT, stage=FieldType.TEXT, paid=FieldType.TEXT),
    fields(title=FieldType.TEXT, note=FieldType.TEXT, status=READ_ONLY),
    (
        mapping("name", "title", Direction.TO_RIGHT, owned=True),
        mapping("memo", "note", Direction.TO_RIGHT),
        mapping("paid", "status", Direction.TO_LEFT),
    ),
    mode=Mode.ONCE,
    creates=frozenset({RIGHT}),
    left_filter=Filter(chosen=(Condition("stage", Operator.IS_ONE_OF, ("won",)),)),
)
DECODERS = {LEFT: decoder(SPEC.left_fields), RIGHT: decoder(SPEC.right_fields)}
NAMES = st.sampled_from(["A", "B", "C"])
WORDS = st.sampled_from(["A", "B", None])
STAGES = st.sampled_from(["new", "won", "won", "lost"])
STATUSES = st.sampled_from(["open", "partly_paid", "paid", "overdue"])
SETTINGS = st.fixed_dictionaries(
    {"policy": st.sampled_from(list(Policy)), "leaving": st.sampled_from(list(Leaving))}
)


class OnceHistories(RuleBasedStateMachine):
    """People sell, bookkeepers are paid; the sync runs now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.spec = SPEC
        self.deals: list[dict[str, Value]] = []
        self.bills: dict[int, dict[str, Value]] = {}
        self.records: list[RecordView] = []
        self.plans: dict[int, Plan] = {}
        # The name that each document was made of, or that a person let pass since.
        self.made_of: dict[int, Value] = {}
        self.writes = 0

    @initialize(name=NAMES, chosen=SETTINGS)
    def start(self, name: str, chosen: dict[str, Any]) -> None:
        self.spec = replace(SPEC, **chosen)
        self.add(name, "won")

    # -- people

    @rule(name=NAMES, stage=STAGES)
    def add(self, name: str, stage: str) -> None:
        self.deals.append({"name": name, "memo": None, "stage": stage, "paid": None})
        self.records.append(RecordView(self._left(len(self.deals) - 1, None)))

    @rule(which=st.integers(0, 50), name=NAMES)
    def rename(self, which: int, name: str) -> None:
        self.deals[which % len(self.deals)]["name"] = name

    @rule(which=st.integers(0, 50), stage=STAGES, memo=WORDS)
    def move(self, which: int, stage: str, memo: str | None) -> None:
        self.deals[which % len(self.deals)] |= {"stage": stage, "memo": memo}

    @rule(which=st.integers(0, 50), text=WORDS)
    def meddle_with_what_is_told(self, which: int, text: str | None) -> None:
        self.deals[which % len(self.deals)]["paid"] = text

    @rule(which=st.integers(0, 50), status=STATUSES, title=NAMES)
    def book(self, which: int, status: str, title: str) -> None:
        if self.bills:
            place = list(self.bills)[which % len(self.bills)]
            self.bills[place] |= {"status": status, "title": title}

    @rule(which=st.integers(0, 50))
    def send_by_hand(self, which: int) -> None:
        place = which % len(self.records)
        self.records[place] = replace(self.records[place], enrolled_by_hand=True)

    @rule(which=st.integers(0, 50))
    def leave_as_it_is(self, which: int) -> None:
        place = which % len(self.records)
        if isinstance(self.plans.get(place), Fail):
            self.records[place] = replace(self.records[place], resolutions={"name": RIGHT})

    # -- the pipeline

    @rule()
    def run(self) -> None:
        self._pass()
        before = self.writes
        self._pass()
        assert self.writes == before, "a second pass wrote something"
        self._check()

    def _pass(self) -> None:
        decider = Decider(self.spec)
        for place in range(len(self.records)):
            self._bring_to_rest(decider, place)

    def _bring_to_rest(self, decider: Decider, place: int) -> None:
        for _ in range(4):
            record = self.records[place] = self._read(place)
            if record.resolutions:
                self.made_of[place] = self.deals[place]["name"]
            plan = self.plans[place] = decider.decide(record)
            answers = self._write(place, plan)
            if not isinstance(plan, Fail | Exclude):
                left, right = answers.get(LEFT), answers.get(RIGHT)
                self.records[place] = decider.settle(record, plan, left, right)
            if not answers:
                return
        raise AssertionError(f"No rest for {self.records[place]}: {self.plans[place]}")

    def _write(self, place: int, plan: Plan) -> dict[Side, SideView]:
        if not isinstance(plan, Create | Update):
            return {}
        self.writes += 1
        wanted = wishes(plan, RIGHT)
        if isinstance(plan, Create):
            assert place not in self.bills, "a second document"
            self.made_of[place] = wanted["title"]
            self.bills[place] = {"title": None, "note": None, "status": "open", **wanted}
            return {RIGHT: self._right(place, None)}
        assert not wanted, "a document was written again"
        self.deals[place] |= wishes(plan, LEFT)
        base = self.records[place].left
        return {LEFT: self._left(place, base.base if base else None)}

    def _read(self, place: int) -> RecordView:
        record = self.records[place]
        left = self._left(place, record.left.base if record.left else None)
        right = self._right(place, record.right.base) if record.right else None
        return replace(record, left=left, right=right)

    def _left(self, place: int, base: Values | None) -> SideView:
        return _view(LEFT, f"d{place}", self.deals[place], base)

    def _right(self, place: int, base: Values | None) -> SideView:
        return _view(RIGHT, f"b{place}", self.bills[place], base)

    # -- what must hold

    def _check(self) -> None:
        for place, record in enumerate(self.records):
            plan, held = self.plans[place], self.deals[place]
            assert (place in self.bills) is (record.right is not None)
            if record.right is None:
                passes = held["stage"] == "won" or record.enrolled_by_hand
                assert isinstance(plan, Exclude)
                assert not passes
                continue
            in_vain = held["name"] != self.made_of[place]
            assert isinstance(plan, Fail if in_vain else Agree)
            assert not isinstance(plan, Fail) or plan.fault.code == CHANGED_AFTER
            self._check_told(place, record)

    def _check_told(self, place: int, record: RecordView) -> None:
        """Unless somebody meddled since, the deal says what the document says."""
        assert record.left is not None
        assert record.left.base is not None
        if self.deals[place]["paid"] == record.left.base["paid"]:
            assert self.deals[place]["paid"] == self.bills[place]["status"]


def _view(side: Side, record_id: str, values: Values, base: Values | None) -> SideView:
    # Bases come back from the database.
    stored = None if base is None else DECODERS[side](encode(base))
    return SideView(record_id, dict(values), stored)


TestOnceHistories = OnceHistories.TestCase
TestOnceHistories.settings = settings(
    max_examples=200,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
