"""What becomes of a record that is on both sides."""

from integrations.contract import Category, Fault, RecordState
from syncs.engine.check import check_update
from syncs.engine.compiled import Compiled, Linked, held_back
from syncs.engine.merge import Stay, is_quiet
from syncs.engine.terms import (
    Agree,
    Archive,
    Exclude,
    ExcludeReason,
    Fail,
    FieldChange,
    FieldConflict,
    FieldLock,
    Mode,
    Plan,
    References,
    Removal,
    Restore,
    Side,
    SideView,
    Unlink,
    Update,
)
from syncs.engine.totals import unequal

LIVE = RecordState.LIVE
AGREE = Agree()
CHANGED_ELSEWHERE = "changed_elsewhere"
CHANGED_AFTER = "changed_after_creation"
VOIDED_ELSEWHERE = "voided_elsewhere"
REMOVED = {
    RecordState.ARCHIVED: ExcludeReason.ARCHIVED,
    RecordState.GONE: ExcludeReason.GONE,
    RecordState.VOIDED: ExcludeReason.VOIDED,
}


def decide_linked(compiled: Compiled, linked: Linked, references: References) -> Plan:
    if linked.left.state is not LIVE or linked.right.state is not LIVE:
        return _removed(compiled, linked)
    if compiled.spec.mode is Mode.ONCE:
        return _told(compiled, linked, references)
    open_sides, clause = compiled.open_sides(linked)
    if not open_sides:
        return held_back(clause)
    plan = _merged(compiled, linked, open_sides, references)
    if plan is AGREE and compiled.spec.totals:
        return unequal(compiled.spec, linked) or plan
    return plan or held_back(clause, is_partial=True)


def _told(compiled: Compiled, linked: Linked, references: References) -> Plan:
    """Made once: what became of it is told first, then what was changed in vain."""
    open_sides, _ = compiled.open_sides(linked)
    plan = _merged(compiled, linked, open_sides, references) or AGREE
    if plan is not AGREE:
        return plan
    locks = compiled.kept_locks(linked)
    return _changed_after(compiled, locks) if locks else AGREE


def _changed_after(compiled: Compiled, locks: tuple[FieldLock, ...]) -> Fail:
    side = locks[0].side
    labels = ", ".join(dict.fromkeys(compiled.labels[lock.mapping] for lock in locks))
    message = (
        f"{labels}: changed on the {side.value} after the document was made on the "
        f"{side.other.value}. Nothing was changed there. Undo it, or change the document by hand "
        "and leave it as it is."
    )
    fault = Fault(Category.STATE_LOCKED, CHANGED_AFTER, message, field=locks[0].field)
    return Fail(fault, locks=locks)


def _merged(
    compiled: Compiled, linked: Linked, open_sides: frozenset[Side], references: References
) -> Plan | None:
    """What the mappings come to; None when all they want is what the filter does not let."""
    left, right = linked.left, linked.right
    changes: list[FieldChange] = []
    conflicts: list[FieldConflict] = []
    locks: list[FieldLock] = []
    blocked = False
    for rule in compiled.rules(linked.record).merging:
        if is_quiet(rule, left, right):
            continue
        found = compiled.verdict(rule, linked, open_sides, references)
        if isinstance(found, FieldChange):
            changes.append(found)
        elif isinstance(found, FieldConflict):
            conflicts.append(found)
        elif isinstance(found, FieldLock):
            locks.append(found)
        blocked = blocked or found is Stay.BLOCKED
    if locks:
        return _locked(compiled, tuple(locks))
    if not changes and not conflicts:
        return None if blocked else AGREE
    return _planned(compiled, tuple(changes), tuple(conflicts))


def _planned(
    compiled: Compiled, changes: tuple[FieldChange, ...], conflicts: tuple[FieldConflict, ...]
) -> Plan:
    if not changes:
        return _conflicting(compiled, conflicts)
    for side in Side:
        own = [change for change in changes if change.side is side]
        fault = check_update(own, compiled.fields(side))
        if fault is not None:
            return Fail(fault, conflicts=conflicts)
    return Update(changes, conflicts)


def _locked(compiled: Compiled, locks: tuple[FieldLock, ...]) -> Fail:
    labels = ", ".join(compiled.labels[lock.mapping] for lock in locks)
    message = (
        f"{labels}: changed on the {locks[0].side.value}, where it does not belong. "
        f"Undo it there, or make the same change on the {locks[0].side.other.value}."
    )
    fault = Fault(Category.STATE_LOCKED, CHANGED_ELSEWHERE, message, field=locks[0].field)
    return Fail(fault, locks=locks)


def _conflicting(compiled: Compiled, conflicts: tuple[FieldConflict, ...]) -> Fail:
    labels = ", ".join(compiled.labels[conflict.mapping] for conflict in conflicts)
    message = f"Both sides have a value of their own: {labels}. Choose which one stays."
    key = conflicts[0].mapping
    mapping = next(mapping for mapping in compiled.spec.mappings if mapping.key == key)
    field = (mapping.left or mapping.right)[0]
    fault = Fault(Category.CONFLICT, "both_changed", message, field=field)
    return Fail(fault, conflicts=conflicts)


def _removed(compiled: Compiled, linked: Linked) -> Plan:
    """At least one side is archived or gone."""
    side = Side.LEFT if linked.left.state is not LIVE else Side.RIGHT
    views = (linked.left, linked.right)
    removed, other = views if side is Side.LEFT else views[::-1]
    excluded = Exclude(REMOVED[removed.state])
    if other.state is not LIVE:
        is_voided = RecordState.VOIDED in (removed.state, other.state)
        return Exclude(ExcludeReason.VOIDED) if is_voided else excluded
    if removed.state is removed.settled_state:
        return _returned(compiled, linked, removed, other, side) or excluded
    policy = _policy(compiled, side)
    if policy is Removal.NOTHING or compiled.spec.mode is Mode.ONCE:
        return excluded
    if policy is Removal.ARCHIVE and _may_follow(compiled, linked, removed, side):
        return Archive(side.other)
    is_voided = removed.state is RecordState.VOIDED and policy is Removal.ARCHIVE
    if is_voided and not _takes(compiled, linked, side.other):
        return _voided_elsewhere(side)
    return Unlink(side, removed.state)


def _returned(
    compiled: Compiled, linked: Linked, removed: SideView, back: SideView, side: Side
) -> Plan | None:
    """Both were archived and one is back: the other follows as it followed into the archive."""
    source = side.other
    if back.settled_state is LIVE or removed.state is not RecordState.ARCHIVED:
        return None
    if _policy(compiled, source) is not Removal.ARCHIVE or compiled.spec.mode is Mode.ONCE:
        return None
    clause = compiled.blocking(linked.record, back, source)
    if clause is not None:
        return held_back(clause)
    return Restore(side) if _takes(compiled, linked, side) else None


def _takes(compiled: Compiled, linked: Linked, side: Side) -> bool:
    """Whether a side may be changed by the other at all."""
    is_its_own = side in compiled.spec.edited_at_birth and linked.record.birth is side
    return compiled.spec.direction.reaches(side) and not is_its_own


def _voided_elsewhere(side: Side) -> Fail:
    """A document is voided where it was made, not where it is only shown."""
    message = (
        f"It was voided on the {side.value}, and belongs to the {side.other.value}, where it still "
        "stands: void it there too."
    )
    return Fail(Fault(Category.STATE_LOCKED, VOIDED_ELSEWHERE, message))


def _policy(compiled: Compiled, removed: Side) -> Removal:
    spec = compiled.spec
    return spec.left_removed if removed is Side.LEFT else spec.right_removed


def _may_follow(compiled: Compiled, linked: Linked, removed: SideView, side: Side) -> bool:
    if not _takes(compiled, linked, side.other):
        return False
    # A purged record comes without values: then the filter cannot be asked.
    known = any(value is not None for value in removed.values.values())
    return not known or compiled.blocking(linked.record, removed, side) is None
