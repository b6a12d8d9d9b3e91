"""What becomes of a record that is on one side only."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from integrations.contract import Category, Fault
from syncs.engine.check import check_create
from syncs.engine.compiled import Compiled, held_back
from syncs.engine.linked import LIVE, REMOVED
from syncs.engine.matching import choose, keys
from syncs.engine.terms import (
    Create,
    Exclude,
    ExcludeReason,
    Fail,
    FieldChange,
    Link,
    Matches,
    Mode,
    PartnerChoice,
    Plan,
    RecordView,
    References,
    Side,
    SideView,
)


def decide_unlinked(
    compiled: Compiled, record: RecordView, matches: Matches, references: References
) -> Plan:
    side, own = _own_side(record)
    if own.state is not LIVE:
        return Exclude(REMOVED[own.state])
    if record.linked_before and record.partner_choice is PartnerChoice.NONE:
        return Exclude(ExcludeReason.UNLINKED)
    if record.partner_choice is not PartnerChoice.PICK:
        excluded = _kept_out(compiled, record, side, own)
        if excluded is not None:
            return excluded
    found = _partner(compiled, record, side, matches)
    return found or _create(compiled, side.other, own, references)


def _own_side(record: RecordView) -> tuple[Side, SideView]:
    if record.left is not None:
        return Side.LEFT, record.left
    if record.right is not None:
        return Side.RIGHT, record.right
    raise ValueError("A record without any side cannot be decided about.")


def _kept_out(compiled: Compiled, record: RecordView, side: Side, own: SideView) -> Exclude | None:
    """Why the record may not even look for a partner."""
    if compiled.spec.direction.reaches(side.other):
        clause = compiled.blocking(record, own, side)
        if clause is not None:
            return held_back(clause)
        if not record.enrolled_by_hand and _is_too_old(compiled, side, own):
            return Exclude(ExcludeReason.BEFORE_START)
    if not compiled.spec.key_needed or record.partner_choice is PartnerChoice.CREATE:
        return None
    if keys(compiled.spec.match_rules, side, own.values):
        return None
    return Exclude(ExcludeReason.NO_MATCH_KEY)


def _is_too_old(compiled: Compiled, side: Side, own: SideView) -> bool:
    """Whether it is from before the start; so is a record that does not say when it is from."""
    start = compiled.spec.starts.get(side)
    if start is None:
        return False
    at = own.values.get(start.field)
    return not isinstance(at, datetime) or at < start.at


def _partner(
    compiled: Compiled, record: RecordView, side: Side, matches: Matches
) -> Link | Fail | Exclude | None:
    """The partner, or why there is none; None when one is to be created."""
    found = choose(record, matches, compiled.spec)
    picked = record.partner_choice is PartnerChoice.PICK
    if isinstance(found, Link) or picked:
        return found
    if side.other not in compiled.creatable:
        # Records of the other side may still find this one; what is ambiguous is asked there.
        return Exclude(ExcludeReason.DIRECTION)
    if found is None and compiled.spec.mode is Mode.UPDATE:
        return Exclude(ExcludeReason.MODE)
    return found


def _create(compiled: Compiled, target: Side, own: SideView, references: References) -> Plan:
    changes: list[FieldChange] = []
    for rule in compiled.born[target.other].every:
        way = rule.creates.get(target)
        if way is None:
            continue
        value = way.make(own.values, references, {})
        if value is not None:
            changes.append(FieldChange(rule.key, target, way.field, None, value))
    given = (*changes, *_besides(compiled, target, changes))
    # A required field without a value says more than that nothing has one.
    fault = check_create(given, compiled.fields(target))
    if fault is None and not changes:
        message = "None of the mapped fields has a value, so there is nothing to create."
        fault = Fault(Category.FIELD_MISSING, "nothing_to_write", message)
    return Fail(fault) if fault is not None else Create(target, given)


def _besides(
    compiled: Compiled, target: Side, mapped: Sequence[FieldChange]
) -> Iterator[FieldChange]:
    """What the recipe and its settings give a new record; a mapping's value goes first."""
    spec = compiled.spec
    given = {change.field for change in mapped}
    creation = spec.left_creation if target is Side.LEFT else spec.right_creation
    for name, value in creation.items():
        if name not in given and value is not None:
            yield FieldChange("", target, name, None, value)
