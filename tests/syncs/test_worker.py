"""The supervisor with a real cluster: whichever process is killed, work goes on in seconds."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 60.0

pytestmark = pytest.mark.processes


class Workers:
    """`manage.py worker` on a database of its own."""

    def __init__(self, folder: Path) -> None:
        self.env = os.environ | {
            "DATABASE_URL": f"sqlite:///{folder / 'worker.sqlite3'}",
            "VAR_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONWARNINGS": "default",
            "LOG_LEVEL": "WARNING",
            "REDIS_URL": "",
        }
        self.manage("migrate", "--verbosity=0")
        self.process = self.start()

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.env,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "manage.py", "worker"], cwd=ROOT, env=self.env)

    def work_is_done(self) -> bool:
        """Put a question into the queue and wait for a worker's answer."""
        script = (
            "import time\n"
            "from syncs import heartbeat\n"
            "from syncs.models import Heartbeat\n"
            "name = f'test-{time.time_ns()}'\n"
            "heartbeat.ask(name)\n"
            f"end = time.monotonic() + {LIMIT}\n"
            "while time.monotonic() < end:\n"
            "    if Heartbeat.objects.filter(name=name).exclude(answered_at=None).exists():\n"
            "        print('answered'); break\n"
            "    time.sleep(0.1)\n"
        )
        return "answered" in self.manage("shell", "--verbosity=0", "-c", script)

    def cluster(self) -> list[psutil.Process]:
        """The cluster's main process, then its children, the oldest first."""
        supervisor = psutil.Process(self.process.pid)
        return sorted(supervisor.children(recursive=True), key=lambda one: one.pid)

    def stop(self) -> list[psutil.Process]:
        """End it as a service would; what is alive afterwards."""
        before = self.cluster() if self.process.poll() is None else []
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(LIMIT)
        return psutil.wait_procs(before, timeout=10)[1]


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    started = Workers(tmp_path)
    yield started
    if started.process.poll() is None:
        started.stop()


def until(true: Callable[[], bool], seconds: float = LIMIT) -> bool:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def test_work_goes_on_whichever_process_is_killed(workers: Workers) -> None:
    assert workers.work_is_done()
    for victim in (-1, 1, 0):
        assert until(lambda: len(workers.cluster()) >= 4)
        killed = workers.cluster()[victim]
        killed.kill()
        killed.wait(10)
        assert workers.work_is_done(), f"frozen after process {victim} was killed"
    assert workers.stop() == []


def test_a_killed_supervisor_leaves_nobody_behind(workers: Workers) -> None:
    assert workers.work_is_done()
    left = workers.cluster()
    workers.process.kill()
    workers.process.wait(10)

    workers.process = workers.start()

    assert workers.work_is_done()
    assert psutil.wait_procs(left, timeout=30)[1] == []
