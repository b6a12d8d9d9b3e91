"""A small world to try the engine in: two systems in memory, people in both, and a pipeline.

The systems have the habits of real ones: they trim, round, reformat and lower-case what they are
given, build a name from parts, refuse some values and keep e-mails unique. The pipeline does what
the real one does, in the same order, with the engine's functions only, and watches every write.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_EVEN, Decimal

from integrations.contract import Choice, Field, FieldType, RecordState, Value, Values
from syncs.engine.decide import Decider, wishes
from syncs.engine.terms import (
    Archive,
    Candidate,
    Condition,
    Create,
    Direction,
    Fail,
    FieldMapping,
    Filter,
    Link,
    Matches,
    MatchRule,
    Normaliser,
    Operator,
    Plan,
    RecordView,
    Side,
    SideView,
    SyncSpec,
    Transform,
    TransformKind,
    Unlink,
    Update,
    Wait,
)
from syncs.engine.values import decoder, encode

LIVE = RecordState.LIVE
REFUSED = "refuse me"
CENT = Decimal("0.01")

GRADES = (Choice("gold", "Gold"), Choice("silver", "Silver"))
CLASSES = (Choice("A", "First class"), Choice("B", "Second class"))


def _fields(*fields: Field) -> dict[str, Field]:
    return {one.name: one for one in fields}


LEFT_FIELDS = _fields(
    Field("email", "Email", unique=True),
    Field("firstname", "First name"),
    Field("lastname", "Last name"),
    Field("phone", "Phone", max_length=12),
    Field("budget", "Budget", FieldType.NUMBER),
    Field("note", "Note"),
    Field("grade", "Grade", FieldType.CHOICE, choices=GRADES),
    Field("books_name", "Name in the books"),
    Field("stage", "Stage", FieldType.CHOICE),
)
RIGHT_FIELDS = _fields(
    Field("Email", "Email address"),
    Field("GivenName", "Given name"),
    Field("FamilyName", "Family name"),
    Field("Phone", "Phone number"),
    Field("Amount", "Amount", FieldType.MONEY),
    Field("Notes", "Notes", max_length=30),
    Field("Class", "Class", FieldType.CHOICE, choices=CLASSES),
    Field("DisplayName", "Display name"),
    Field("Kind", "Kind", FieldType.CHOICE),
)
FIELDS = {Side.LEFT: LEFT_FIELDS, Side.RIGHT: RIGHT_FIELDS}

FULL_NAME = Transform(TransformKind.TEMPLATE, text="{firstname} {lastname}")
CLASS_OF_GRADE = Transform(TransformKind.CHOICE_TABLE, table=(("gold", "A"), ("silver", "B")))
SHORT = Transform(TransformKind.TRUNCATE)

MAPPINGS = (
    FieldMapping("first", ("firstname",), ("GivenName",)),
    FieldMapping("last", ("lastname",), ("FamilyName",)),
    FieldMapping("email", ("email",), ("Email",)),
    FieldMapping("phone", ("phone",), ("Phone",), erase=True),
    FieldMapping("money", ("budget",), ("Amount",)),
    FieldMapping("note", ("note",), ("Notes",), Direction.TO_RIGHT, SHORT),
    FieldMapping("grade", ("grade",), ("Class",), transform=CLASS_OF_GRADE),
    FieldMapping(
        "display", ("firstname", "lastname"), ("DisplayName",), Direction.TO_RIGHT, FULL_NAME
    ),
    FieldMapping("books_name", ("books_name",), ("DisplayName",), Direction.TO_LEFT),
)
CUSTOMERS = Filter(groups=((Condition("stage", Operator.IS_ONE_OF, ("customer", "partner")),),))
REAL_KINDS = Filter(fixed=(Condition("Kind", Operator.NOT_EQUALS, ("draft",)),))
BY_EMAIL = MatchRule("E-mail", "email", "Email", Normaliser.EMAIL)

SPEC = SyncSpec(
    left_fields=LEFT_FIELDS,
    right_fields=RIGHT_FIELDS,
    mappings=MAPPINGS,
    match_rules=(BY_EMAIL,),
    left_filter=CUSTOMERS,
    right_filter=REAL_KINDS,
)


class RefusedError(Exception):
    """A system does not take what it is given."""


@dataclass
class System:
    """One side: records by id, and the habits of a provider."""

    side: Side
    records: dict[str, dict[str, Value]] = field(default_factory=dict)
    states: dict[str, RecordState] = field(default_factory=dict)

    def create(self, values: Values) -> str:
        record_id = str(len(self.records) + 1)
        held = dict.fromkeys(FIELDS[self.side], None) | self._taken(values, record_id)
        if self.side is Side.RIGHT and held["DisplayName"] is None:
            held["DisplayName"] = held["FamilyName"] or held["GivenName"]
        self.records[record_id] = held
        self.states[record_id] = LIVE
        return record_id

    def update(self, record_id: str, values: Values) -> None:
        self.records[record_id] = self.records[record_id] | self._taken(values, record_id)

    def live(self) -> list[str]:
        return [record_id for record_id, state in self.states.items() if state is LIVE]

    def view(self, record_id: str) -> SideView:
        values, state = self.records[record_id], self.states[record_id]
        if state is RecordState.GONE:
            values = dict.fromkeys(values, None)
        return SideView(record_id, dict(values), state=state, title=f"{self.side} {record_id}")

    def takes(self, values: Values, record_id: str) -> bool:
        try:
            self._taken(values, record_id)
        except RefusedError:
            return False
        return True

    def _taken(self, values: Values, record_id: str) -> dict[str, Value]:
        if REFUSED in values.values():
            raise RefusedError("This value is not allowed here.")
        taken = {name: HABITS[self.side](name, value) for name, value in values.items()}
        address = taken.get("email")
        if address and any(
            self.records[other]["email"] == address for other in self.live() if other != record_id
        ):
            raise RefusedError("The e-mail is taken.")
        return taken


def _left_habit(name: str, value: Value) -> Value:
    if not isinstance(value, str):
        return value
    text = value.strip()
    return (text.lower() if name == "email" else text) or None


def _right_habit(name: str, value: Value) -> Value:
    if isinstance(value, Decimal):
        return value.quantize(CENT, ROUND_HALF_EVEN)
    if not isinstance(value, str):
        return value
    text = value.replace(" ", "-") if name == "Phone" else value.strip()
    return text or None


HABITS: dict[Side, Callable[[str, Value], Value]] = {
    Side.LEFT: _left_habit,
    Side.RIGHT: _right_habit,
}


@dataclass(frozen=True)
class Write:
    """What the pipeline did to a system, with all that decides whether it was allowed to."""

    side: Side
    record_id: str
    before: Values
    wanted: Values
    source: Values
    plan: Plan
    record: RecordView


@dataclass
class World:
    """Two systems, what the sync knows of their records, and a log of the sync's own deeds."""

    spec: SyncSpec = SPEC
    left: System = field(default_factory=lambda: System(Side.LEFT))
    right: System = field(default_factory=lambda: System(Side.RIGHT))
    records: list[RecordView] = field(default_factory=list)
    plans: dict[int, Plan] = field(default_factory=dict)
    writes: list[Write] = field(default_factory=list)
    links: list[tuple[RecordView, Matches, Link]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.configure(self.spec)

    def configure(self, spec: SyncSpec) -> None:
        self.spec = spec
        self.decider = Decider(spec)

    def system(self, side: Side) -> System:
        return self.left if side is Side.LEFT else self.right

    # -- what the pipeline does

    def run(self) -> int:
        """One pass: read everything, then bring every record to rest; the number of writes."""
        before = len(self.writes)
        self._ingest()
        for place in range(len(self.records)):
            self._bring_to_rest(place)
        self.records = [one for one in self.records if one.left or one.right]
        return len(self.writes) - before

    def settle_down(self, passes: int = 4) -> None:
        """Run until nothing is written; it must not take more than a few passes."""
        for _ in range(passes):
            if self.run() == 0:
                return
        raise AssertionError("The sync keeps writing.")

    def _ingest(self) -> None:
        for side in Side:
            known = {view.id for view in self._views(side)}
            for record_id in self.system(side).records:
                if record_id not in known:
                    view = self.system(side).view(record_id)
                    self.records.append(_with_side(RecordView(), side, view))
        self.records = [
            self._reread(self._reread(record, Side.LEFT), Side.RIGHT) for record in self.records
        ]

    def _views(self, side: Side) -> Iterator[SideView]:
        for record in self.records:
            view = side_of(record, side)
            if view is not None:
                yield view

    def _reread(self, record: RecordView, side: Side) -> RecordView:
        view = side_of(record, side)
        if view is None:
            return record
        fresh = self.system(side).view(view.id)
        fresh = replace(fresh, base=stored(view.base, side), settled_state=view.settled_state)
        return _with_side(record, side, fresh)

    def _bring_to_rest(self, place: int, rounds: int = 5) -> None:
        for _ in range(rounds):
            record = self.records[place]
            if record.left is None and record.right is None:
                return
            matches = self._matches(place)
            plan = self.decider.decide(record, matches)
            self.plans[place] = plan
            if not self._carry_out(place, plan, matches):
                return
        raise AssertionError(f"No rest for {self.records[place]}: {self.plans[place]}")

    def _carry_out(self, place: int, plan: Plan, matches: Matches) -> bool:
        """Whether anything was done, so that the record is to be decided about again."""
        if isinstance(plan, Wait | Fail):
            return False
        if isinstance(plan, Link):
            self._link(place, plan, matches)
            return True
        if isinstance(plan, Unlink):
            self._unlink(place, plan)
            return True
        answers: dict[Side, SideView] = {}
        if isinstance(plan, Archive):
            answers = self._archive(place, plan)
        if isinstance(plan, Create | Update):
            answers = self._write(place, plan)
            if not answers:
                return False
        record = self.decider.settle(
            self.records[place], plan, answers.get(Side.LEFT), answers.get(Side.RIGHT)
        )
        self.records[place] = record
        return bool(answers)

    def _link(self, place: int, plan: Link, matches: Matches) -> None:
        record = self.records[place]
        missing = Side.RIGHT if record.left else Side.LEFT
        self.links.append((record, matches, plan))
        other = next(
            number
            for number, one in enumerate(self.records)
            if number != place and _is_alone(one, missing, plan.candidate.id)
        )
        partner = side_of(self.records[other], missing)
        self.records[other] = RecordView()
        left, right = (partner, None) if missing is Side.LEFT else (None, partner)
        self.records[place] = self.decider.settle(record, plan, left, right)

    def _unlink(self, place: int, plan: Unlink) -> None:
        record = self.records[place]
        removed = side_of(record, plan.side)
        assert removed is not None
        self.records[place] = self.decider.settle(record, plan)
        self.records.append(
            _with_side(RecordView(linked_before=True), plan.side, replace(removed, base=None))
        )

    def _archive(self, place: int, plan: Archive) -> dict[Side, SideView]:
        view = side_of(self.records[place], plan.side)
        assert view is not None
        self._log(place, plan, plan.side, {})
        self.system(plan.side).states[view.id] = RecordState.ARCHIVED
        return {plan.side: replace(self.system(plan.side).view(view.id), base=view.base)}

    def _write(self, place: int, plan: Create | Update) -> dict[Side, SideView]:
        """The answers of the sides that took what they were given."""
        answers: dict[Side, SideView] = {}
        for side in Side:
            wanted = wishes(plan, side)
            view = side_of(self.records[place], side)
            system = self.system(side)
            if not wanted or not system.takes(wanted, view.id if view else ""):
                continue
            self._log(place, plan, side, wanted)
            if view is None:
                answers[side] = system.view(system.create(wanted))
            else:
                system.update(view.id, wanted)
                answers[side] = replace(
                    system.view(view.id), base=view.base, settled_state=view.settled_state
                )
        return answers

    def _log(self, place: int, plan: Plan, side: Side, wanted: Values) -> None:
        record = self.records[place]
        view, source = side_of(record, side), side_of(record, side.other)
        before = view.values if view else {}
        record_id = view.id if view else ""
        values = source.values if source else {}
        self.writes.append(Write(side, record_id, before, wanted, values, plan, record))

    def _matches(self, place: int) -> Matches:
        record = self.records[place]
        if record.left is not None and record.right is not None:
            return Matches()
        own = Side.LEFT if record.left else Side.RIGHT
        view = side_of(record, own)
        assert view is not None
        for rule, value in self.decider.keys(own, view.values):
            found = tuple(self._carriers(own.other, rule, value, place))
            rivals = tuple(
                one for one in self._carriers(own, rule, value, place) if not one.linked_to
            )
            if found or rivals:
                return Matches(found, rivals)
        return Matches()

    def _carriers(self, side: Side, rule: str, value: str, but: int) -> Iterator[Candidate]:
        for place, record in enumerate(self.records):
            view = side_of(record, side)
            if place == but or view is None or view.state is not LIVE:
                continue
            partner = side_of(record, side.other)
            if (rule, value) in self.decider.keys(side, view.values):
                linked_to = partner.id if partner else ""
                yield Candidate(view.id, view.title, rule, value, linked_to)


def side_of(record: RecordView, side: Side) -> SideView | None:
    return record.left if side is Side.LEFT else record.right


def _with_side(record: RecordView, side: Side, view: SideView) -> RecordView:
    return replace(record, left=view) if side is Side.LEFT else replace(record, right=view)


def _is_alone(record: RecordView, side: Side, record_id: str) -> bool:
    view = side_of(record, side)
    return view is not None and view.id == record_id and side_of(record, side.other) is None


_DECODERS = {side: decoder(FIELDS[side]) for side in Side}


def stored(base: Values | None, side: Side) -> Values | None:
    """A base as it comes back from the database."""
    return None if base is None else _DECODERS[side](encode(base))
