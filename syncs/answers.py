"""What a provider's answers mean for the records that were sent."""

from collections.abc import Sequence

from integrations.contract import Category, Fault, Outcome, OutcomeStatus
from syncs import sides
from syncs.engine.decide import wishes
from syncs.engine.matching import key_field
from syncs.engine.terms import Create, Fail, Side
from syncs.jobs import Job
from syncs.linking import cleared, hand_over
from syncs.models import SyncRecord
from syncs.plans import Planner, lone_side
from syncs.settle import Settlement
from syncs.stores import replace_match_values
from syncs.work import Work


def settle_trouble(work: Work, settlement: Settlement) -> None:
    if work.trouble is None:
        return
    side, outcome = work.trouble
    match outcome.status:
        case OutcomeStatus.STALE:
            settlement.again(work.row, "Somebody changed it meanwhile; looking again.")
        case OutcomeStatus.UNKNOWN if isinstance(work.decided.plan, Create):
            settlement.checking(work.row)
        case OutcomeStatus.UNKNOWN | OutcomeStatus.NOT_SENT:
            # Repeating an update or an archive does no harm.
            settlement.later(work.row, "Not done yet; trying again.")
        case _:
            fault = outcome.fault or Fault(
                Category.UNKNOWN, "no_record", "The provider answered without the record."
            )
            settlement.fail(work.row, Fail(fault), side=side, sent=True)


def absorb_doubles(job: Job, side: Side, works: Sequence[Work], settlement: Settlement) -> None:
    """A create may turn out to be a record that was read already: its own row gives way."""
    made = {sides.get(work.row, side, "id"): work for work in works if work.answers}
    if not made:
        return
    doubles = SyncRecord.objects.filter(sides.with_ids(side, made), sync_id=job.sync.pk).exclude(
        pk__in=[work.row.pk for work in made.values()]
    )
    heirs: dict[int, int] = {}
    for double in doubles:
        work = made[sides.get(double, side, "id")]
        if lone_side(double) is None:
            _refuse_taken(work, side, settlement)
        else:
            heirs[double.pk] = work.row.pk
    hand_over(heirs)


def _refuse_taken(work: Work, side: Side, settlement: Settlement) -> None:
    """The provider answered with a record that is another one's partner."""
    taken_id = sides.get(work.row, side, "id")
    fault = Fault(
        Category.DUPLICATE_KEY,
        "already_linked",
        "The provider already has this record, and it is linked to another one.",
        existing_id=taken_id,
    )
    work.answers.clear()
    work.trouble = (side, Outcome(str(work.row.key), OutcomeStatus.REFUSED, fault=fault))
    settlement.change(work.row, **cleared(side))


def refresh_match_values(job: Job, planner: Planner, side: Side, works: Sequence[Work]) -> None:
    """What we wrote can be found by its key from now on."""
    rules = {key_field(rule, side) for rule in job.spec.match_rules}
    written = [
        (work.row.pk, planner.decider.keys(side, answer.values))
        for work in works
        if (answer := work.answers.get(side)) and rules & wishes(work.decided.plan, side).keys()
    ]
    replace_match_values(job.sync, side, written)
