"""One run of one sync, from claim to release; the only place that catches everything."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.db.models import F, Q

from accounts.tenancy import all_tenants, tenant_scope
from integrations.calls import call_book, flush_calls
from integrations.contract import (
    Category,
    ConnectorError,
    Fault,
    Misconfigured,
    NotAllowed,
    RetryLater,
    SignInAgain,
    Suspended,
)
from integrations.models import Connection
from integrations.services import open_connector, pause
from syncs import catalogue, clock
from syncs.after_run import after_run
from syncs.causes import Woken
from syncs.claims import FORGIVEN, Claim, ClaimLost, claim
from syncs.custom_item import ensure_custom_item
from syncs.dependants import children_of
from syncs.engine.spec import spec_problems
from syncs.engine.terms import Direction, Side, SyncSpec
from syncs.execute import Executor
from syncs.ingest import next_run, open_events, read_events, read_side
from syncs.jobs import SLICE_SECONDS, Budget, End, Job, object_type_of
from syncs.models import Intent, RunState, RunTrigger, Sync, SyncRecord, SyncState
from syncs.plans import Planner
from syncs.queue import enqueue_run
from syncs.recipes import recipe_of
from syncs.recipes.terms import Recipe
from syncs.rekeying import rekey
from syncs.runlog import RunLog
from syncs.setting_rules import has_open_rules
from syncs.specs import build_spec, read_fields
from syncs.spenders import spender_of
from syncs.waiting import wake_ready

logger = logging.getLogger(__name__)

# Records marked due in one statement when mappings or filters changed.
MARK = 5_000
FIRST_STALL = timedelta(seconds=5)
LONGEST_STALL = timedelta(hours=1)
# A sync that we paused is tried again so often.
PAUSED_FOR = timedelta(hours=1)


class Ended(StrEnum):
    """How a run ended, for whoever called it."""

    DONE = "done"
    # The budget ended first; a message to go on is in the queue.
    MORE = "more"
    # Another worker has it, or it is not to run now.
    IDLE = "idle"
    STALLED = "stalled"
    PAUSED = "paused"
    FAILED = "failed"


def run_sync(
    sync_id: int,
    trigger: RunTrigger = RunTrigger.SCHEDULE,
    by_id: int | None = None,
    *,
    seconds: float = SLICE_SECONDS,
) -> Ended:
    """Work on the sync for a while: read, decide, write, settle."""
    with all_tenants("a message names a sync; the sync names its tenant"):
        sync = _load(sync_id)
    if sync is None:
        return Ended.IDLE
    with tenant_scope(sync.tenant_id):
        if not is_runnable(sync):
            Sync.objects.filter(pk=sync.pk).update(queued_at=None)
            return Ended.IDLE
        held = claim(sync)
        if held is None:
            # The message is used up; whoever has the sync looks again before it goes.
            Sync.objects.filter(pk=sync.pk).update(queued_at=None)
            return Ended.IDLE
        return _Run(sync, held, RunLog(sync, trigger, by_id), Budget(seconds)).go()


def is_runnable(sync: Sync) -> bool:
    pair = sync.integration
    return sync.state == SyncState.ACTIVE and pair.left.is_active and pair.right.is_active


def _load(sync_id: int) -> Sync | None:
    found = Sync.objects.select_related("integration__left", "integration__right")
    return found.filter(pk=sync_id).first()


@dataclass(slots=True)
class _Run:
    sync: Sync
    claim: Claim
    log: RunLog
    budget: Budget
    job: Job | None = None
    # The connection being opened, as long as there is no job yet.
    opening: Connection | None = None
    _calls_before: int = field(default=0)

    def go(self) -> Ended:
        self._calls_before = self._calls()
        try:
            ended = self._end_well(is_finished=self._work())
        except ClaimLost:
            # Whoever has it now, or changed its settings, goes on from the stored state.
            ended = self._end(RunState.STOPPED, Ended.MORE, None, "Somebody else goes on.")
        except RetryLater as trouble:
            ended = self._stall(trouble)
        except (SignInAgain, NotAllowed, Suspended) as refusal:
            ended = self._pause_connection(refusal)
        except Misconfigured as mistake:
            ended = self._pause_sync(mistake.fault)
        except Exception as error:
            logger.exception("The run of sync %s broke down.", self.sync.pk)
            ended = self._break_down(error)
        self._after(ended)
        return ended

    def _work(self) -> bool:
        """True when nothing is left to do now."""
        job = self.job = self._open()
        if ensure_custom_item(job):
            job = self.job = self._open()
        planner = Planner(self.sync, job.spec)
        executor = Executor(job, planner)
        executor.resolve_intents()
        if not self._mark_all(job):
            return False
        if not self._read(job):
            return False
        wake_ready(self.sync)
        return executor.work_off() if self.sync.is_read else True

    def _open(self) -> Job:
        recipe = recipe_of(self.sync.recipe)
        pair = self.sync.integration
        opened = {
            side: self._connect(side, connection, recipe)
            for side, connection in ((Side.LEFT, pair.left), (Side.RIGHT, pair.right))
        }
        if self.sync.prepared_at is None:
            with self.claim.fenced(prepared_at=clock.now()):
                self.sync.prepared_at = clock.now()
        left, right = opened[Side.LEFT][1], opened[Side.RIGHT][1]
        spec = build_spec(self.sync, recipe, left, right)
        problems = spec_problems(spec)
        if problems:
            raise Misconfigured(Fault(Category.CONFIGURATION, "spec", " ".join(problems)))
        ends = {side: _with_fields(end, spec, recipe, side) for side, (end, _) in opened.items()}
        return Job(
            sync=self.sync,
            recipe=recipe,
            spec=spec,
            ends=ends,
            claim=self.claim,
            log=self.log,
            budget=self.budget,
            children=children_of(self.sync, recipe),
        )

    def _connect(
        self, side: Side, connection: Connection, recipe: Recipe
    ) -> tuple[End, catalogue.Fields]:
        self.opening = connection
        connector = open_connector(connection, spender=spender_of(self.sync))
        kind = object_type_of(connector, recipe.end(side).object_type)
        is_written = Direction(self.sync.direction).reaches(side)
        made = recipe.makes.get(side, ()) if is_written else ()
        if self.sync.prepared_at is None and is_written:
            # Once: what safe writing needs there, and the fields that mappings name.
            self.claim.renew()
            connector.prepare(kind.name, made)
        fields = catalogue.fresh_fields(connection, kind.name, connector)
        if any(field.name not in fields for field in made):
            fields = catalogue.read_fields(connection, kind.name, connector)
        return End(connection, connector, kind, ()), fields

    def _mark_all(self, job: Job) -> bool:
        """After a change of the settings all records are due again, in bounded steps."""
        sync = self.sync
        while sync.decided_revision < sync.revision:
            if sync.marking_revision != sync.revision:
                sync.marking_revision, sync.marked_until = sync.revision, 0
            _mark_some(job)
            if self.budget.is_spent:
                return False
        return True

    def _read(self, job: Job) -> bool:
        """Read what is to be read now; False when the budget ended first."""
        now = clock.now()
        finished = True
        self._plan_next_look()
        for side in Side:
            if getattr(self.sync, f"{side}_read_at") is not None:
                read_events(job, side)
            due_at = getattr(self.sync, f"{side}_due_at")
            grown = not self.sync.stored_fields(side).issuperset(job.end(side).fields)
            if grown or getattr(self.sync, f"{side}_more") or due_at is None or due_at <= now:
                finished = read_side(job, side) and finished
        return finished

    def _plan_next_look(self) -> None:
        """Before reading, so that a webhook that comes in while we read is not forgotten."""
        planned = next_run(self.sync.left_due_at, self.sync.right_due_at)
        if planned != self.sync.next_run_at:
            with self.claim.fenced(next_run_at=planned):
                self.sync.next_run_at = planned

    # How it ends.

    def _end_well(self, *, is_finished: bool) -> Ended:
        self._end(RunState.DONE, Ended.DONE)
        # Asked after the release: a message that came before it found the sync in our hands.
        return Ended.DONE if is_finished and not _has_work(self.sync) else Ended.MORE

    def _end(
        self,
        state: RunState,
        ended: Ended,
        fault: Fault | None = None,
        message: str = "",
        /,
        **changes: Any,
    ) -> Ended:
        self.log.count("calls", self._calls() - self._calls_before)
        self.log.close(
            state,
            fault.category.value if fault else "",
            fault.message if fault else message,
        )
        quiet: Mapping[str, Any] = {"stalls": 0, "held_until": None, **changes}
        self.claim.release(last_run_at=clock.now(), **quiet)
        return ended

    def _stall(self, trouble: RetryLater) -> Ended:
        return self._rest(RunState.STOPPED, Ended.STALLED, trouble.fault, trouble.after)

    def _break_down(self, error: Exception) -> Ended:
        if isinstance(error, ConnectorError):
            fault = error.fault
        else:
            self.claim.blame()
            message = f"Our own program broke down: {type(error).__name__}."
            fault = Fault(Category.UNKNOWN, "crashed", message)
        return self._rest(RunState.FAILED, Ended.FAILED, fault, 0.0)

    def _rest(self, state: RunState, ended: Ended, fault: Fault, after: float) -> Ended:
        """Stop for now; longer each time, unless it is only our turn that has not come."""
        pause_ = timedelta(seconds=after)
        if fault.category is not Category.RATE_LIMITED:
            pause_ = max(pause_, FIRST_STALL * 2 ** min(self.sync.stalls, 12))
        return self._end(
            state,
            ended,
            fault,
            stalls=self.sync.stalls + 1,
            held_until=clock.now() + min(pause_, LONGEST_STALL),
        )

    def _pause_connection(self, refusal: ConnectorError) -> Ended:
        connection = self._troubled_connection()
        if connection is not None:
            pause(connection, refusal.fault)
        return self._end(RunState.STOPPED, Ended.PAUSED, refusal.fault)

    def _troubled_connection(self) -> Connection | None:
        if self.job is None or self.job.troubled is None:
            return self.opening
        return self.job.end(self.job.troubled).connection

    def _pause_sync(self, fault: Fault) -> Ended:
        return self._end(
            RunState.STOPPED,
            Ended.PAUSED,
            fault,
            state=SyncState.PAUSED,
            pause_category=fault.category.value,
            pause_message=fault.message,
            # What is wrong may be mended at the provider, and nobody tells us.
            held_until=clock.now() + PAUSED_FOR,
        )

    def _after(self, ended: Ended) -> None:
        flush_calls()
        if ended is Ended.MORE:
            enqueue_run(self.sync.pk, RunTrigger.CONTINUED)
        for sync_id in sorted(self.job.woken if self.job else ()):
            if sync_id != self.sync.pk:
                enqueue_run(sync_id, RunTrigger.CONTINUED)
        if not self.log.is_idle:
            after_run(self.sync.pk)

    def _calls(self) -> int:
        pair = self.sync.integration
        return sum(call_book(connection).recorded for connection in {pair.left, pair.right})


def _with_fields(end: End, spec: SyncSpec, recipe: Recipe, side: Side) -> End:
    fields = tuple(sorted(read_fields(spec, recipe, side)))
    return End(end.connection, end.connector, end.object_type, fields)


def _mark_some(job: Job) -> None:
    sync = job.sync
    behind = SyncRecord.objects.filter(sync_id=sync.pk, pk__gt=sync.marked_until)
    last = list(behind.order_by("pk").values_list("pk", flat=True)[MARK - 1 : MARK])
    changes = {"marking_revision": sync.revision, "marked_until": last[0] if last else 0}
    if not last:
        changes["decided_revision"] = sync.revision
    with job.claim.fenced(**changes):
        part = behind.filter(pk__lte=last[0]) if last else behind
        if has_open_rules(job.recipe):
            rekey(job, part)
        part.filter(Q(due_at=None) | Q(due_at__gt=clock.now())).update(
            due_at=clock.now(),
            touched=F("touched") + 1,
            crashes=FORGIVEN,
            woken_by=Woken.CONFIGURATION,
        )
    for name, value in changes.items():
        setattr(sync, name, value)


def _has_work(sync: Sync) -> bool:
    """Whether something came up while the run was on."""
    fresh = Sync.objects.select_related("integration").get(pk=sync.pk)
    now = clock.now()
    if fresh.decided_revision < fresh.revision:
        return True
    # Each side's own time as well: storing a page plans the next run from what this one knew.
    planned = (fresh.next_run_at, fresh.left_due_at, fresh.right_due_at)
    if any(at is None or at <= now for at in planned):
        return True
    if any(_has_hints(fresh, side) for side in Side):
        return True
    if Intent.objects.filter(sync=sync).exists():
        return True
    return SyncRecord.objects.filter(sync=sync, due_at__lte=now).exists()


def _has_hints(sync: Sync, side: Side) -> bool:
    object_type = recipe_of(sync.recipe).end(side).object_type
    return open_events(sync, side, sync.connection_id(side), object_type).exists()
