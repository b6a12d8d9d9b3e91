"""Serve the stand-in providers on a local port."""

from __future__ import annotations

import json
import signal
import threading
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.sandbox.assemble import make_sandbox
from integrations.sandbox.core import Sandbox
from integrations.sandbox.faults import parse_fault_flag
from integrations.sandbox.server import SandboxServer
from integrations.sandbox.state_file import load_state, save_state

MOST_PORTS = 65_535


def port_number(text: str) -> int:
    if text.isdecimal() and int(text) <= MOST_PORTS:
        return int(text)
    raise ArgumentTypeError(f"{text} is no port; ports are numbers from 0 to {MOST_PORTS}.")


class Command(BaseCommand):
    help = "Serve stand-ins of HubSpot and QuickBooks Online on a local port, for tests and demos."
    # The sandbox needs no database and no settings of ours.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=port_number, default=8799, help="0 takes a free port")
        parser.add_argument(
            "--dataset", default="demo", help="demo, empty or a number of records a side"
        )
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--limits", choices=("real", "off"), default="real")
        parser.add_argument(
            "--state", type=Path, help="load this file if it exists, save at the end"
        )
        parser.add_argument(
            "--json", action="store_true", help="print one JSON line when it listens"
        )
        parser.add_argument(
            "--fault",
            action="append",
            default=[],
            metavar="RULE",
            help="e.g. hubspot:status=500:rate=0.1 or quickbooks:drop_after:method=POST:times=2",
        )

    def handle(self, **options: Any) -> None:
        sandbox = self._make(options)
        try:
            server = SandboxServer(
                sandbox,
                host=options["host"],
                port=options["port"],
                state_path=options["state"],
            )
        except OSError as error:
            raise CommandError(f"Port {options['port']} cannot be used: {error}") from error
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        server.start()
        self._announce(server, as_json=options["json"])
        stop.wait()
        server.stop()
        if options["state"]:
            save_state(sandbox, options["state"])

    def _make(self, options: dict[str, Any]) -> Sandbox:
        state: Path | None = options["state"]
        is_kept = state is not None and state.exists()
        try:
            # A kept state replaces the data set, so there is no need to make it.
            sandbox = make_sandbox(
                "empty" if is_kept else options["dataset"],
                seed=options["seed"],
                real_limits=options["limits"] == "real",
            )
            if state is not None:
                load_state(sandbox, state)
            sandbox.faults.add(*map(parse_fault_flag, options["fault"]))
        except ValueError as error:
            raise CommandError(str(error)) from error
        return sandbox

    def _announce(self, server: SandboxServer, *, as_json: bool) -> None:
        ready = server.ready()
        if as_json:
            self.stdout.write(json.dumps(ready))
            self.stdout.flush()
            return
        self.stdout.write(f"The sandbox listens on {server.url} (stop it with Ctrl-C).")
        for name, facts in ready.items():
            self.stdout.write(f"\n{name}")
            for fact, value in facts.items():
                self.stdout.write(f"  {fact:<15} {value}")
        self.stdout.write(f"\nFaults, changes by hand, counters: {server.url}/_control/state")
        self.stdout.flush()
