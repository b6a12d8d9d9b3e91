"""Keeps a cluster of workers alive: starts it, feels its pulse, and replaces it when it stalls.

A worker of django-q2 that is killed while it waits takes the queue's lock with it and freezes its
cluster (django-q2 issue 23); a main process that is killed leaves its children behind. So the
whole process group is replaced, never a part of it.
"""

import ctypes
import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import psutil
from django.db import DatabaseError, connections

from syncs import heartbeat
from syncs.claims import WORKER_VARIABLE, release_dead
from syncs.queue import enqueue, forget_messages

logger = logging.getLogger(__name__)

# An idle cluster answers at once; a busy one after its present slices of work.
PATIENCE = timedelta(seconds=8)
PATIENCE_WHEN_BUSY = timedelta(seconds=150)
# A cluster needs a moment to start, more on a crowded machine.
START_UP = timedelta(seconds=30)
BEAT_SECONDS = 2.0
STOP_SECONDS = 30.0
PR_SET_PDEATHSIG = 1
DISPATCH = "syncs.tasks.dispatch"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a cluster may be silent."""

    idle: timedelta = PATIENCE
    busy: timedelta = PATIENCE_WHEN_BUSY
    start_up: timedelta = START_UP
    beat_seconds: float = BEAT_SECONDS


@dataclass(slots=True)
class Supervisor:
    """One cluster at a time, in a process group of its own."""

    name: str
    command: Sequence[str]
    pid_file: Path
    patience: Patience = field(default_factory=Patience)
    sleep: Callable[[float], None] = time.sleep
    restarts: int = 0
    _cluster: subprocess.Popen[bytes] | None = None
    _answered: bool = False
    _stopping: bool = False
    # Processes of the cluster when it was last looked at.
    _seen: frozenset[int] = frozenset()

    def run(self) -> None:
        """Until SIGTERM or SIGINT; the cluster then finishes what it has in hand."""
        with self._signals():
            self._clean_up()
            self._start()
            while not self._stopping:
                self.sleep(self.patience.beat_seconds)
                self._look()
            self._stop()

    def _look(self) -> None:
        if self._stopping or self._cluster is None:
            return
        if self._cluster.poll() is not None:
            self._replace("its main process ended")
            return
        try:
            self._feel()
        except DatabaseError:
            # Without a database nobody can work either: no reason to restart anything.
            logger.warning("The database does not answer.", exc_info=True)
            connections.close_all()

    def _feel(self) -> None:
        self._take_up()
        heartbeat.ask(self.name)
        pulse = heartbeat.pulse(self.name)
        self._answered = self._answered or pulse.has_answered
        allowed = self.patience.busy if pulse.is_busy else self.patience.idle
        if not self._answered:
            allowed = max(allowed, self.patience.start_up)
        if pulse.silent_for > allowed:
            self._replace(f"it was silent for {pulse.silent_for.total_seconds():.0f} seconds")

    def _take_up(self) -> None:
        """Pass on what dead processes held, or had taken from the queue and not begun."""
        alive = self._alive()
        freed = release_dead(self.name, alive)
        died = self._seen.difference(alive)
        self._seen = frozenset(alive)
        if freed or died:
            forget_messages()
            enqueue(DISPATCH)

    def _replace(self, reason: str) -> None:
        logger.error("The worker cluster is replaced: %s.", reason)
        self.restarts += 1
        self._kill()
        self._start()

    def _start(self) -> None:
        release_dead(self.name, ())
        heartbeat.forget(self.name)
        # What the old cluster had taken from the queue is lost with it; the rows know better.
        forget_messages()
        self._answered = False
        self._cluster = subprocess.Popen(  # noqa: S603 (our own command)
            self.command,
            env=os.environ | {WORKER_VARIABLE: self.name},
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 (no threads here)
        )
        self._remember(self._cluster.pid)
        self._seen = frozenset()
        enqueue(DISPATCH)

    def _alive(self) -> list[int]:
        return [member.pid for member in self._group()]

    def _group(self) -> list[psutil.Process]:
        """The processes of our cluster, orphans too: the group's number stays with them."""
        return _members(self._cluster.pid) if self._cluster is not None else []

    def _stop(self) -> None:
        """Let the cluster end by itself, then make sure that nothing is left."""
        if self._cluster is None:
            return
        with suppress(ProcessLookupError):
            self._cluster.terminate()
        try:
            self._cluster.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            logger.warning("The worker cluster did not end in time.")
        self._kill()

    def _kill(self) -> None:
        if self._cluster is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._cluster.pid, signal.SIGKILL)
        self._cluster.wait()
        self.pid_file.unlink(missing_ok=True)

    def _remember(self, pid: int) -> None:
        """For the next supervisor, should this one be killed."""
        self.pid_file.parent.mkdir(parents=True, exist_ok=True)
        created = psutil.Process(pid).create_time()
        self.pid_file.write_text(json.dumps({"pid": pid, "created": created}))

    def _clean_up(self) -> None:
        """End the cluster that a killed supervisor left behind."""
        try:
            known = json.loads(self.pid_file.read_text())
        except (FileNotFoundError, ValueError):
            return
        if any(_is_of(member, known) for member in _members(known["pid"])):
            logger.warning("Ending the workers that were left behind.")
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(known["pid"], signal.SIGKILL)
        self.pid_file.unlink(missing_ok=True)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def stop(*_: object) -> None:
            self._stopping = True

        before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def cluster_command(manage: Path) -> list[str]:
    return [sys.executable, str(manage), "qcluster"]


def _members(group: int) -> list[psutil.Process]:
    found = []
    for member in psutil.process_iter():
        with suppress(ProcessLookupError, psutil.Error):
            if os.getpgid(member.pid) == group and member.status() != psutil.STATUS_ZOMBIE:
                found.append(member)
    return found


def _is_of(member: psutil.Process, known: dict[str, float]) -> bool:
    """Whether the group is still that cluster's: numbers of processes are used again."""
    with suppress(psutil.Error):
        return member.create_time() >= known["created"] - 1 and member.name().startswith("py")
    return False


def _end_with_parent() -> None:
    """Have the kernel end the cluster's main process when its supervisor is killed (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
