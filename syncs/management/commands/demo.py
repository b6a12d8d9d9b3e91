"""Fill two demo companies, run their first syncs, and open the desk to look around."""

import json
import logging
import signal
import time
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from syncs import services
from syncs.demo import deskwork, past, processes, show
from syncs.demo.company import PASSWORD, Company, Told
from syncs.demo.techniek import TECHNIEK
from syncs.demo.trading import TRADING
from syncs.models import RunTrigger, Sync, SyncState
from syncs.runs import Ended, run_sync
from syncs.workoff import Progress, work_off

COMPANIES = (TRADING, TECHNIEK)
# Short slices, so that the bars move.
SLICE_SECONDS = 3.0
LOOK_EVERY = 0.5
GOING_ON = (Ended.MORE, Ended.STALLED)


class Command(BaseCommand):
    help = "Fill two demo companies, run their first syncs against the sandbox, and open the desk."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="sync, print the totals and stop")
        parser.add_argument("--json", action="store_true", help="print the totals as JSON")
        parser.add_argument("--dataset", default="demo", help="demo, empty or a number of records")
        parser.add_argument("--port", type=int, default=8000, help="port of the web server")

    def handle(self, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo has well-known passwords: it runs with DEBUG only.")
        # However it is asked to end, it ends its processes.
        for asked in (signal.SIGINT, signal.SIGTERM):
            signal.signal(asked, signal.default_int_handler)
        # The queue tells of every message; here the bars tell.
        logging.getLogger("django-q").setLevel(logging.WARNING)
        self.console = Console(stderr=bool(options["json"]))
        call_command("migrate", verbosity=0)
        first = TRADING.tenant()
        state = settings.VAR_DIR / "demo" / f"{first.public_id}.json"
        self._refuse_lost_state(first, state)
        try:
            with ExitStack() as stack:
                self._run(stack, state, options)
        except processes.DidNotStart as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self.console.print("\nStopped. Everything is kept: `make demo` goes on from here.")

    def _refuse_lost_state(self, tenant: Tenant, state: Path) -> None:
        """A new sandbox under an old database would look like thousands of deleted records."""
        with tenant_scope(tenant):
            is_old = Sync.objects.exclude(left_read_at=None).exists()
        if is_old and not state.exists():
            raise CommandError(
                f"This database knows a demo whose sandbox state is gone ({state}). "
                f"Start afresh with an empty database."
            )

    def _run(self, stack: ExitStack, state: Path, options: dict[str, Any]) -> None:
        since = timezone.now()
        self.console.print("Starting the sandbox: stand-ins of HubSpot, QuickBooks and Exact …")
        url, told = stack.enter_context(processes.sandbox(state, options["dataset"]))
        settings.SANDBOX_URL = url
        # Other data sets are made for the first company alone.
        companies = COMPANIES if options["dataset"] == "demo" else COMPANIES[:1]
        if not options["once"]:
            stack.enter_context(processes.worker(url, state.parent))
        told_of = {
            each.name: self._fill(each, url, told, since, once=options["once"])
            for each in companies
        }
        self._tell(told_of, as_json=options["json"])
        if not options["once"]:
            self._open_desk(stack, url, options["port"], state.parent, companies)

    def _fill(
        self, company: Company, url: str, told: Told, since: datetime, *, once: bool
    ) -> list[services.Summary]:
        """One company from its connections to what people do after the first sync."""
        self.console.print(f"\n{company.name}")
        tenant = company.tenant()
        catch_up = self._sync_here if once else self._watch
        with tenant_scope(tenant):
            syncs = company.install(tenant, told)
            is_new = not any(sync.is_read for sync in syncs)
            catch_up(tenant, syncs)
            if is_new:
                self.console.print("People go on working on both sides …")
                company.work_on(tenant, syncs, url)
            # Besides, what one sync wrote is news to another.
            catch_up(tenant, syncs)
            if is_new:
                past.make_up(tenant, syncs)
                deskwork.happen(company, tenant, syncs)
            return [services.summary(sync, since) for sync in syncs]

    def _sync_here(self, tenant: Tenant, syncs: list[Sync]) -> None:
        """All that is due, in this process, until nothing is left to do."""
        for sync in syncs:
            services.request_run(sync)
        with show.Bars(self.console, syncs) as bars:

            def progress(sync: Sync, ended: Ended) -> None:
                sync.refresh_from_db()
                bars.show(sync, is_done=ended not in GOING_ON)

            # One after the other, as one builds on the other: no document waits for its customer.
            for sync in syncs:
                self._bring_to_rest(sync, progress)
            work_off(tenant, trigger=RunTrigger.PERSON, seconds=SLICE_SECONDS, progress=progress)

    def _bring_to_rest(self, sync: Sync, progress: Progress) -> None:
        ended = Ended.MORE
        while ended is Ended.MORE:
            ended = run_sync(sync.pk, RunTrigger.PERSON, seconds=SLICE_SECONDS)
            progress(sync, ended)

    def _watch(self, _tenant: Tenant, syncs: list[Sync]) -> None:
        """Show what the worker does until all syncs have caught up."""
        since = timezone.now()
        for sync in syncs:
            services.request_run(sync)
        is_done = False
        with show.Bars(self.console, syncs) as bars:
            while not is_done:
                time.sleep(LOOK_EVERY)
                is_done = True
                # All of them each time: what one writes wakes records of another.
                for sync in syncs:
                    sync.refresh_from_db()
                    has_caught_up = _has_caught_up(sync, since)
                    bars.show(sync, is_done=has_caught_up)
                    is_done = is_done and has_caught_up

    def _tell(self, told_of: Mapping[str, Sequence[services.Summary]], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(show.as_json(told_of), indent=2))
            return
        for name, summaries in told_of.items():
            self.console.print(show.table(name, summaries))
            self.console.print(show.causes(summaries))

    def _open_desk(
        self,
        stack: ExitStack,
        sandbox_url: str,
        wanted_port: int,
        logs: Path,
        companies: Sequence[Company],
    ) -> None:
        port = processes.free_port(wanted_port)
        address = stack.enter_context(processes.web(sandbox_url, port, logs))
        self.console.print(f"\nOpen {address} and log in with the password {PASSWORD}")
        for company in companies:
            self.console.print(f"  as {company.finance:<24} finance at {company.name}")
        self.console.print(f"Worker and web server write to {logs}. Stop with Ctrl-C.")
        while True:
            time.sleep(3600)


def _has_caught_up(sync: Sync, since: datetime) -> bool:
    """Both sides looked at since then, and nothing due."""
    if sync.state != SyncState.ACTIVE:
        return True
    has_run = sync.last_run_at is not None and sync.last_run_at >= since
    if not has_run or not sync.is_read or sync.claimed_by:
        return False
    return not services.totals(sync)["pending"]
