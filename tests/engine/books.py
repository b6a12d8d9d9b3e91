"""A small world of invoices: a CRM on the left, books on the right, and a pipeline between them.

Both number their lines anew at every write and add up their own totals. The pipeline does what the
real one does, with the engine's functions only, and watches every write.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import count

from integrations.contract import Field, FieldType, Line, RecordState, Value, Values
from syncs.engine.decide import Decider, wishes
from syncs.engine.terms import (
    Archive,
    Create,
    Direction,
    DocumentRules,
    FieldMapping,
    Parent,
    ParentStatus,
    Plan,
    RecordView,
    ReferenceKey,
    References,
    Removal,
    Side,
    SideView,
    SyncSpec,
    TaxRule,
    TotalRule,
    Transform,
    TransformKind,
    Unlink,
    Update,
)
from syncs.engine.values import decoder, encode, lines_of

LEFT, RIGHT = Side.LEFT, Side.RIGHT
LIVE, VOIDED = RecordState.LIVE, RecordState.VOIDED
ZERO = Decimal(0)
FIELDS = {
    LEFT: {
        "lines": Field("lines", "Lines", FieldType.LINES, references="product"),
        "total": Field("total", "Total", FieldType.MONEY, creatable=False, updatable=False),
        "number": Field("number", "Number"),
        "memo": Field("memo", "Memo"),
    },
    RIGHT: {
        "Lines": Field("Lines", "Lines", FieldType.LINES, references="item"),
        "TotalAmt": Field("TotalAmt", "Total", FieldType.MONEY, creatable=False, updatable=False),
        "DocNumber": Field("DocNumber", "Number"),
        "Memo": Field("Memo", "Memo"),
    },
}
LINES_FIELD = {LEFT: "lines", RIGHT: "Lines"}
TOTAL_FIELD = {LEFT: "total", RIGHT: "TotalAmt"}
MAPPINGS = (
    FieldMapping(
        "lines", ("lines",), ("Lines",), transform=Transform(TransformKind.LINES), owned=True
    ),
    FieldMapping("out", ("number",), ("DocNumber",), Direction.TO_RIGHT, born=LEFT),
    FieldMapping("in", ("number",), ("DocNumber",), Direction.TO_LEFT, born=RIGHT),
    FieldMapping("memo", ("memo",), ("Memo",)),
)
SPEC = SyncSpec(
    left_fields=FIELDS[LEFT],
    right_fields=FIELDS[RIGHT],
    mappings=MAPPINGS,
    left_removed=Removal.ARCHIVE,
    right_removed=Removal.ARCHIVE,
    edited_at_birth=frozenset({RIGHT}),
    totals=(TotalRule("total", "TotalAmt", "Total"),),
    documents=DocumentRules(
        "product",
        fallback="9",
        taxes=(TaxRule("none", "NON", ZERO),),
        left_total="total",
        right_total="TotalAmt",
    ),
)
PARENTS: References = {
    ReferenceKey("product", LEFT, "17"): Parent(ParentStatus.LINKED, "1"),
    ReferenceKey("product", RIGHT, "1"): Parent(ParentStatus.LINKED, "17"),
    ReferenceKey("product", RIGHT, "9"): Parent(ParentStatus.ABSENT),
}
_DECODERS = {side: decoder(FIELDS[side]) for side in Side}


def total_of(lines: Value) -> Decimal:
    return sum((line.amount or ZERO for line in lines_of(lines)), ZERO)


@dataclass
class System:
    """One side's invoices."""

    side: Side
    records: dict[str, dict[str, Value]] = field(default_factory=dict)
    states: dict[str, RecordState] = field(default_factory=dict)
    line_ids: Iterator[int] = field(default_factory=lambda: count(1))

    def create(self, values: Values) -> str:
        record_id = f"{self.side[0]}{len(self.records) + 1}"
        self.records[record_id] = dict.fromkeys(FIELDS[self.side], None)
        self.states[record_id] = LIVE
        self.update(record_id, values)
        return record_id

    def update(self, record_id: str, values: Values) -> None:
        held = self.records[record_id] | dict(values)
        name = LINES_FIELD[self.side]
        if name in values:
            held[name] = tuple(self._numbered(line) for line in lines_of(values[name])) or None
        held[TOTAL_FIELD[self.side]] = total_of(held[name])
        self.records[record_id] = held

    def _numbered(self, line: Line) -> Line:
        """Every line gets an id; the books keep no SKU and put their own code on what has none."""
        line = replace(line, id=line.id or str(next(self.line_ids)))
        if self.side is LEFT or line.amount is None:
            return line
        return replace(line, sku="", name="", tax=line.tax or "NON")

    def void(self, record_id: str) -> None:
        self.states[record_id] = VOIDED
        if self.side is RIGHT:
            name = LINES_FIELD[RIGHT]
            lines = lines_of(self.records[record_id][name])
            zeroed = tuple(replace(line, quantity=ZERO, amount=ZERO) for line in lines)
            self.update(record_id, {name: zeroed})

    def view(self, record_id: str) -> SideView:
        return SideView(record_id, dict(self.records[record_id]), state=self.states[record_id])

    def live(self) -> Sequence[str]:
        return [record_id for record_id, state in self.states.items() if state is LIVE]


@dataclass(frozen=True)
class Write:
    side: Side
    record: RecordView
    plan: Plan
    wanted: Values


@dataclass
class Books:
    """Both systems, what the sync knows, and a log of its own deeds."""

    spec: SyncSpec = SPEC
    systems: dict[Side, System] = field(default_factory=lambda: {one: System(one) for one in Side})
    records: list[RecordView] = field(default_factory=list)
    plans: dict[int, Plan] = field(default_factory=dict)
    writes: list[Write] = field(default_factory=list)

    def run(self) -> int:
        """One pass; the number of writes."""
        before = len(self.writes)
        decider = Decider(self.spec)
        self._ingest()
        for place in range(len(self.records)):
            self._bring_to_rest(decider, place)
        return len(self.writes) - before

    def settle_down(self, passes: int = 3) -> None:
        for _ in range(passes):
            if self.run() == 0:
                return
        raise AssertionError("The sync keeps writing.")

    def _ingest(self) -> None:
        known = {view.id for one in self.records for view in (one.left, one.right) if view}
        for side, system in self.systems.items():
            for record_id in system.records.keys() - known:
                self.records.append(_with(RecordView(), side, system.view(record_id)))
        self.records = [self._reread(self._reread(one, LEFT), RIGHT) for one in self.records]

    def _reread(self, record: RecordView, side: Side) -> RecordView:
        view = side_of(record, side)
        if view is None:
            return record
        # Bases come back from the database.
        base = None if view.base is None else _DECODERS[side](encode(view.base))
        fresh = self.systems[side].view(view.id)
        return _with(record, side, replace(fresh, base=base, settled_state=view.settled_state))

    def _bring_to_rest(self, decider: Decider, place: int, rounds: int = 4) -> None:
        for _ in range(rounds):
            record = self.records[place]
            plan = self.plans[place] = decider.decide(record, references=PARENTS)
            answers = self._carry_out(record, plan)
            left, right = answers.get(LEFT), answers.get(RIGHT)
            self.records[place] = decider.settle(record, plan, left, right, PARENTS)
            if not answers:
                return
        raise AssertionError(f"No rest for {self.records[place]}: {self.plans[place]}")

    def _carry_out(self, record: RecordView, plan: Plan) -> dict[Side, SideView]:
        assert not isinstance(plan, Unlink), "an invoice was let go"
        if isinstance(plan, Archive):
            view = side_of(record, plan.side)
            assert view is not None
            self.systems[plan.side].void(view.id)
            return {plan.side: self._answer(record, plan, plan.side, view.id, {})}
        if not isinstance(plan, Create | Update):
            return {}
        answers: dict[Side, SideView] = {}
        for side in Side:
            wanted, view, system = wishes(plan, side), side_of(record, side), self.systems[side]
            if not wanted:
                continue
            record_id = view.id if view else system.create(wanted)
            if view:
                system.update(record_id, wanted)
            answers[side] = self._answer(record, plan, side, record_id, wanted)
        return answers

    def _answer(
        self, record: RecordView, plan: Plan, side: Side, record_id: str, wanted: Values
    ) -> SideView:
        self.writes.append(Write(side, record, plan, wanted))
        answer, view = self.systems[side].view(record_id), side_of(record, side)
        if view is None:
            return answer
        return replace(answer, base=view.base, settled_state=view.settled_state)


def side_of(record: RecordView, side: Side) -> SideView | None:
    return record.left if side is LEFT else record.right


def _with(record: RecordView, side: Side, view: SideView) -> RecordView:
    return replace(record, left=view) if side is LEFT else replace(record, right=view)
