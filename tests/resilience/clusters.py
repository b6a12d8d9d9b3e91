"""`manage.py worker` as it runs on a machine: a supervisor with its cluster, started and ended."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from tests.resilience.lives import ROOT, surroundings

# Main process, guard, pusher, monitor and at least one worker.
FULL = 5
# Only bounds: a crowded machine starts and stops a cluster slowly.
START_LIMIT = 90.0
STOP_LIMIT = 60.0


class Machine:
    """One supervisor and its cluster."""

    def __init__(self, folder: Path, process: "subprocess.Popen[bytes]") -> None:
        self.folder = folder
        self.process = process

    def cluster(self) -> list[psutil.Process]:
        """The cluster's processes, parents before children."""
        with suppress(psutil.NoSuchProcess):
            return psutil.Process(self.process.pid).children(recursive=True)
        return []

    @property
    def is_up(self) -> bool:
        return len(self.cluster()) >= FULL

    def all(self) -> list[psutil.Process]:
        """Whoever was started for this machine, orphans too: they inherited its folder's name."""
        return [one for one in psutil.process_iter() if _folder_of(one) == str(self.folder)]

    def ask_to_stop(self) -> None:
        """As a service manager would."""
        self.process.send_signal(signal.SIGTERM)

    def remains(self) -> list[psutil.Process]:
        """What is left of it once its supervisor has ended."""
        self.process.wait(STOP_LIMIT)
        return [one for one in self.all() if _is_alive(one)]

    def destroy(self) -> None:
        """Whatever state it is in: nothing of it stays."""
        self.process.kill()
        self.process.wait()
        for process in self.all():
            with suppress(psutil.NoSuchProcess):
                process.kill()


def _is_alive(process: psutil.Process) -> bool:
    """Not ended, nor ended and only not asked after by its parent."""
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def _folder_of(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return str(process.environ().get("VAR_DIR", ""))
    return ""


@contextmanager
def machine(
    folder: Path, database_url: str, sandbox_url: str, redis_url: str, workers: int = 1
) -> Iterator[Machine]:
    """A machine with workers; `folder` makes it another one than its neighbours."""
    environment = {"VAR_DIR": str(folder), "WORKERS": str(workers), "REDIS_URL": redis_url}
    started = Machine(
        folder,
        subprocess.Popen(
            [sys.executable, "manage.py", "worker"],
            cwd=ROOT,
            env=surroundings(database_url, sandbox_url, **environment),
        ),
    )
    try:
        yield started
    finally:
        started.destroy()


def until(true: Callable[[], object], limit: float, told: Callable[[], object] = str) -> float:
    """Wait for a condition, at most so long; how long it took."""
    begun = time.monotonic()
    while not true():
        waited = time.monotonic() - begun
        assert waited < limit, f"Still not after {waited:.0f} seconds: {told()}"
        time.sleep(0.05)
    return time.monotonic() - begun
