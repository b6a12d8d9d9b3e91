"""Long random histories of invoices: they are made, changed, voided and put right on both sides.

Whatever happens: a second pass writes nothing, what belongs to one side is never written over,
every invoice in step comes to the same on both sides, and a lock ends when its change is undone.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from integrations.contract import Line, Value
from syncs.engine.lines import weigh_the_same
from syncs.engine.terms import (
    Agree,
    Create,
    Direction,
    Exclude,
    ExcludeReason,
    Fail,
    FieldLock,
    Policy,
    RecordView,
    Side,
    Update,
)
from syncs.engine.values import lines_of, same
from tests.engine.books import (
    LEFT,
    LINES_FIELD,
    LIVE,
    RIGHT,
    SPEC,
    TOTAL_FIELD,
    VOIDED,
    Books,
    Write,
    side_of,
    total_of,
)

D = Decimal
MEMO_FIELD = {LEFT: "memo", RIGHT: "Memo"}
NUMBER_FIELD = {LEFT: "number", RIGHT: "DocNumber"}
QUANTITIES = st.sampled_from([D(1), D(3), D("2.5"), D("0.333")])
COINS = st.integers(1, 90_000).map(lambda coins: D(coins).scaleb(-2))


def _sold(item: str) -> st.SearchStrategy[Line]:
    return st.builds(
        lambda quantity, amount, words, is_item: Line(
            reference=item if is_item else "",
            name="Chair",
            description=words,
            quantity=quantity,
            unit_price=amount / quantity,
            amount=amount,
        ),
        QUANTITIES,
        COINS,
        st.sampled_from(["", "Oak", "Ash"]),
        st.booleans(),
    )


WORDS = st.just(Line(description="Thank you"))
DISCOUNT = st.integers(1, 60).map(lambda coins: Line(name="Discount", amount=-D(coins).scaleb(-2)))
LINES = {
    LEFT: st.lists(st.one_of(_sold("17"), _sold("17"), WORDS), min_size=1, max_size=4),
    RIGHT: st.tuples(
        st.lists(_sold("1"), min_size=1, max_size=3).filter(lambda ones: total_of(tuple(ones)) > 2),
        st.lists(st.one_of(DISCOUNT, WORDS), max_size=2),
    ).map(lambda parts: [*parts[0], *parts[1]]),
}
TEXTS = st.sampled_from(["", "A", "B", "C"])
SETTINGS = st.fixed_dictionaries(
    {
        "policy": st.sampled_from(list(Policy)),
        "direction": st.sampled_from([Direction.BOTH, Direction.BOTH, *Direction]),
        "edited_at_birth": st.sampled_from([frozenset(), frozenset({RIGHT})]),
    }
)


class InvoiceHistories(RuleBasedStateMachine):
    """People work in the CRM and in the books; the sync runs now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.books = Books()
        self.checked = 0

    @initialize(left=LINES[LEFT], right=LINES[RIGHT], chosen=SETTINGS)
    def start(self, left: list[Line], right: list[Line], chosen: dict[str, Any]) -> None:
        self.books.spec = replace(SPEC, **chosen)
        self._add(LEFT, left, "A")
        self._add(RIGHT, right, "B")

    # -- people

    @rule(lines=LINES[LEFT], memo=TEXTS)
    def add_left(self, lines: list[Line], memo: str) -> None:
        self._add(LEFT, lines, memo)

    @rule(lines=LINES[RIGHT], memo=TEXTS)
    def add_right(self, lines: list[Line], memo: str) -> None:
        self._add(RIGHT, lines, memo)

    def _add(self, side: Side, lines: list[Line], memo: str) -> None:
        system = self.books.systems[side]
        number = f"INV-{side[0]}{len(system.records)}"
        values = {LINES_FIELD[side]: tuple(lines), MEMO_FIELD[side]: memo or None}
        system.create(values | {NUMBER_FIELD[side]: number})

    @rule(which=st.integers(0, 50), lines=LINES[LEFT])
    def change_lines_left(self, which: int, lines: list[Line]) -> None:
        self._change(LEFT, which, LINES_FIELD[LEFT], tuple(lines))

    @rule(which=st.integers(0, 50), lines=LINES[RIGHT])
    def change_lines_right(self, which: int, lines: list[Line]) -> None:
        self._change(RIGHT, which, LINES_FIELD[RIGHT], tuple(lines))

    @rule(side=st.sampled_from(list(Side)), which=st.integers(0, 50), text=TEXTS)
    def change_a_memo(self, side: Side, which: int, text: str) -> None:
        self._change(side, which, MEMO_FIELD[side], text or None)

    def _change(self, side: Side, which: int, name: str, value: Value) -> None:
        system = self.books.systems[side]
        live = system.live()
        if live:
            system.update(live[which % len(live)], {name: value})

    @rule(which=st.integers(0, 50), day=st.integers(1, 28))
    def date_lines_in_the_books(self, which: int, day: int) -> None:
        """Allowed there: a service date, and other words."""
        system = self.books.systems[RIGHT]
        live = system.live()
        if live:
            record_id = live[which % len(live)]
            dated = tuple(
                replace(line, service_date=date(2026, 1, day), description=f"In January, {day}")
                if line.amount is not None
                else line
                for line in lines_of(system.records[record_id]["Lines"])
            )
            system.update(record_id, {"Lines": dated})

    @rule(side=st.sampled_from(list(Side)), which=st.integers(0, 50))
    def void(self, side: Side, which: int) -> None:
        live = self.books.systems[side].live()
        if live:
            self.books.systems[side].void(live[which % len(live)])

    @rule()
    def undo_what_is_locked(self) -> None:
        """People do as they are told, and the lock is gone."""
        self.run()
        locked = [
            (place, lock) for place, plan in self.books.plans.items()
            if isinstance(plan, Fail) for lock in plan.locks
        ]  # fmt: skip
        for place, lock in locked:
            view = side_of(self.books.records[place], lock.side)
            assert view is not None
            self.books.systems[lock.side].update(view.id, {lock.field: lock.agreed})
        self.run()
        for place, lock in locked:
            plan = self.books.plans[place]
            assert not isinstance(plan, Fail) or plan.fault.code == "both_changed", f"{lock} stays"

    @rule()
    def run(self) -> None:
        self.books.settle_down()
        for write in self.books.writes[self.checked :]:
            self._check_write(write)
        self.checked = len(self.books.writes)
        self.books.run()
        assert len(self.books.writes) == self.checked, "a second pass wrote"
        for place, record in enumerate(self.books.records):
            self._check_rest(record, self.books.plans[place])

    # -- what must hold

    def _check_write(self, write: Write) -> None:
        spec, born, plan = self.books.spec, write.record.birth, write.plan
        assert spec.direction.reaches(write.side)
        if isinstance(plan, Create):
            assert side_of(write.record, write.side) is None
            return
        assert not (write.side is born and born in spec.edited_at_birth), (
            "changed where it is edited"
        )
        name = LINES_FIELD[write.side]
        if isinstance(plan, Update) and name in write.wanted:
            assert write.side is not born, "lines written where they belong"
            view = side_of(write.record, write.side)
            assert view is not None
            assert weigh_the_same(view.values[name], (view.base or {})[name]), "written over"
            self._check_dates(view.values[name], write.wanted[name])

    def _check_dates(self, before: Value, after: Value) -> None:
        """A service date that the books gave a line stays with a line, while there are lines."""
        dated = [one for one in lines_of(before) if one.service_date]
        if dated and len(lines_of(after)) >= len(lines_of(before)):
            assert len([one for one in lines_of(after) if one.service_date]) >= len(dated)

    def _check_rest(self, record: RecordView, plan: object) -> None:
        left, right = record.left, record.right
        if left is None or right is None:
            return
        if isinstance(plan, Agree):
            assert left.values[TOTAL_FIELD[LEFT]] == right.values[TOTAL_FIELD[RIGHT]]
            self._check_number(record)
        if isinstance(plan, Exclude):
            assert plan.reason is ExcludeReason.VOIDED
            assert VOIDED in (left.state, right.state)
        if isinstance(plan, Fail):
            self._check_fault(record, plan)
        if (left.state, right.state) == (LIVE, LIVE):
            assert isinstance(plan, Agree | Fail)

    def _check_number(self, record: RecordView) -> None:
        """A number goes one way: from where the invoice was born."""
        assert record.left is not None
        assert record.right is not None
        if self.books.spec.direction.reaches(record.birth.other):
            assert same(record.left.values["number"], record.right.values["DocNumber"])

    def _check_fault(self, record: RecordView, plan: Fail) -> None:
        code = plan.fault.code
        assert code in ("changed_elsewhere", "voided_elsewhere", "both_changed")
        for lock in plan.locks:
            self._check_lock(record, lock)
        assert bool(plan.locks) == (code == "changed_elsewhere")
        if code == "voided_elsewhere":
            view = side_of(record, record.birth)
            assert view is not None
            assert view.state is LIVE

    def _check_lock(self, record: RecordView, lock: FieldLock) -> None:
        assert lock.side is record.birth.other
        assert not weigh_the_same(lock.agreed, lock.now)


TestInvoiceHistories = InvoiceHistories.TestCase
TestInvoiceHistories.settings = settings(
    max_examples=100,
    stateful_step_count=25,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
