"""The measured phases, as they run in a child process of their own."""

import cProfile
import io
import pstats
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command
from django.db.models import Count

from accounts.models import Tenant
from accounts.tenancy import all_tenants, tenant_scope
from syncs import services
from syncs.bench import floor, stage
from syncs.bench.stand_in import Told
from syncs.bench.usage import measured
from syncs.demo import company
from syncs.demo.control import Control
from syncs.engine.terms import Direction
from syncs.models import Integration, RunTrigger, Status, Sync, SyncRecord
from syncs.recipes.hubspot_quickbooks_documents import CONTACTS
from syncs.runs import Ended, run_sync

# Longer than any look-back of the two feeds, so that no phase reads again what the last one wrote.
LOOK_BACK = 330.0
CHANGED_PART = 100
PROFILED = 40
GOES_ON = (Ended.MORE, Ended.STALLED)
MOST_SLICES = 10_000

type Prepare = Callable[[Sync, Control], int]


class PhaseFailed(Exception):
    """The sync did not end as it should have; the numbers would mean nothing."""


def prepare(task: Mapping[str, Any]) -> dict[str, Any]:
    """Make the tables, the company, its connections and the contacts sync."""
    with new_company(task["told"]) as pair:
        services.activate(services.create_sync(pair, CONTACTS))
    return {}


@contextmanager
def new_company(told: Told, right: str = "quickbooks") -> Iterator[Integration]:
    """Both connections of a new company, in its scope."""
    call_command("migrate", verbosity=0)
    tenant = Tenant.objects.create(slug="bench", name="Bench", currency="USD")
    with tenant_scope(tenant):
        ends = [company.connect(tenant, name, told[name]) for name in ("hubspot", right)]
        yield services.install(*ends)


def measure_floor(task: Mapping[str, Any]) -> dict[str, Any]:
    hubspot = task["told"]["hubspot"]
    stage.set_up()
    with measured() as usage:
        count = floor.run(hubspot["base_url"], hubspot["access_token"])
    return cost(usage.seconds, usage.cpu_seconds, usage.peak_mib) | {"read": count}


def measure_phase(task: Mapping[str, Any]) -> dict[str, Any]:
    """Prepare and run one phase; what it took, asked, wrote and left behind."""
    control = Control(task["sandbox_url"])
    stage.set_up(control.now())
    with all_tenants("a benchmark's database holds one company"):
        sync = Sync.objects.select_related("integration").get(recipe=task["recipe"])
    with tenant_scope(sync.tenant_id):
        expected = PREPARE[task["phase"]](sync, control)
        control.clear_counters()
        stage.totals.clear()
        with _profiled(is_wanted=task["profile"]) as profile, measured() as usage:
            work_off(sync)
        return (
            cost(usage.seconds, usage.cpu_seconds, usage.peak_mib)
            | outcome(sync, control)
            | {"changed": expected, "profile": profile.text()}
        )


def work_off(sync: Sync) -> None:
    """Run until nothing is left to do, as a worker would."""
    for _ in range(MOST_SLICES):
        ended = run_sync(sync.pk, RunTrigger.SCHEDULE)
        if ended is Ended.DONE:
            return
        if ended is not Ended.MORE:
            raise PhaseFailed(f"The sync ended as {ended}.")
    raise PhaseFailed("The sync finds no end.")


def cost(seconds: float, cpu_seconds: float, peak_mib: float) -> dict[str, Any]:
    return {"seconds": seconds, "cpu_seconds": cpu_seconds, "peak_mib": peak_mib}


def outcome(sync: Sync, control: Control) -> dict[str, Any]:
    pair = sync.integration
    asked = {pair.left.provider, pair.right.provider}
    counters = {name: each for name, each in control.counters().items() if name in asked}
    rows = SyncRecord.objects.filter(sync=sync).values_list("status").annotate(Count("pk"))
    totals = stage.totals
    return {
        "read": totals["read_left"] + totals["read_right"],
        "read_left": totals["read_left"],
        "read_right": totals["read_right"],
        "totals": dict(totals),
        "records": dict(rows),
        "calls": {name: each.calls for name, each in counters.items()},
        "calls_by_template": {name: dict(each.by_template) for name, each in counters.items()},
        "writes": {name: each.writes for name, each in counters.items()},
    }


# What goes before each phase; answers how many records it changed.


def _first(_sync: Sync, _control: Control) -> int:
    return 0


def _both_ways(sync: Sync, _control: Control) -> int:
    """What was made in QuickBooks is to appear in HubSpot from now on."""
    services.change_settings(sync, {"direction": Direction.BOTH.value})
    services.request_run(sync)
    return 0


def _unchanged(sync: Sync, control: Control) -> int:
    """Both sides are to be read whole once more; nothing in them has changed."""
    forget_echoes(sync, control)
    Sync.objects.filter(pk=sync.pk).update(left_cursor="", right_cursor="")
    services.request_run(sync)
    return 0


def _idle(sync: Sync, _control: Control) -> int:
    services.request_run(sync)
    return 0


def _left_changed(sync: Sync, control: Control) -> int:
    ids = _some(sync, "left_id")
    for number, record_id in enumerate(ids):
        control.change("hubspot", f"contacts/{record_id}", {"phone": f"(303) 555-{number:06d}"})
    services.request_run(sync)
    return len(ids)


def _right_changed(sync: Sync, control: Control) -> int:
    forget_echoes(sync, control)
    ids = _some(sync, "right_id")
    for number, record_id in enumerate(ids):
        fields = {"PrimaryPhone": {"FreeFormNumber": f"(404) 555-{number:06d}"}}
        control.change("quickbooks", f"customer/{record_id}", fields)
    services.request_run(sync)
    return len(ids)


PREPARE: dict[str, Prepare] = {
    "first": _first,
    "out": _first,
    "in": _both_ways,
    "unchanged": _unchanged,
    "idle": _idle,
    "left_changed": _left_changed,
    "right_changed": _right_changed,
}


def _some(sync: Sync, column: str) -> list[str]:
    """The ids of one in a hundred records that are in step, spread over all of them."""
    linked = SyncRecord.objects.filter(sync=sync, status=Status.IN_SYNC).order_by("pk")
    total = SyncRecord.objects.filter(sync=sync).count()
    ids = list(linked.values_list(column, flat=True))
    wanted = max(1, total // CHANGED_PART)
    return ids[:: max(1, len(ids) // wanted)][:wanted]


def forget_echoes(sync: Sync, control: Control) -> None:
    """Let time pass until what the last phase wrote lies behind both look-backs."""
    control.advance(LOOK_BACK)
    stage.set_up(control.now())
    services.request_run(sync)
    work_off(sync)


class _Profile:
    """The functions that cost most, as text; empty when nobody asked."""

    def __init__(self) -> None:
        self.profiler: cProfile.Profile | None = None

    def text(self) -> str:
        if self.profiler is None:
            return ""
        out = io.StringIO()
        found = pstats.Stats(self.profiler, stream=out).strip_dirs()
        found.sort_stats("tottime").print_stats(PROFILED)
        found.sort_stats("cumulative").print_stats(PROFILED)
        return out.getvalue()


@contextmanager
def _profiled(*, is_wanted: bool) -> Iterator[_Profile]:
    profile = _Profile()
    if not is_wanted:
        yield profile
        return
    # CPU time: what others do on the machine meanwhile does not show.
    profile.profiler = cProfile.Profile(time.process_time)
    with profile.profiler:
        yield profile
