"""The test's side of workers that live and die: start them, hear how they ended."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("mother.py")
KILLED = -signal.SIGKILL


@dataclass(frozen=True)
class Life:
    """How a worker ended, and what it told before."""

    status: int
    # The stage and the step it died at; empty when it died by the clock or not at all.
    died_in: str = ""
    where: str = ""
    # Sync id -> how its last run ended.
    ended: dict[str, str] = field(default_factory=dict)
    steps: dict[str, int] = field(default_factory=dict)

    @property
    def was_killed(self) -> bool:
        return self.status == KILLED


class Mother:
    """The process that forks workers, one at a time."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def bear(self, **order: Any) -> Life:
        """One worker from its birth to its end."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        told: dict[str, Any] = {}
        while "status" not in told:
            told |= self.hear()
        assert "error" not in told, told["error"]
        known = {name: told[name] for name in Life.__dataclass_fields__ if name in told}
        return Life(**known)

    def hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "The process that forks workers ended; its own words stand above."
        return dict(json.loads(line))


@contextmanager
def mother(database_url: str, sandbox_url: str, **environment: str) -> Iterator[Mother]:
    """Workers on this database and this sandbox, for the length of the block."""
    process = subprocess.Popen(
        [sys.executable, str(SCRIPT)],
        env=surroundings(database_url, sandbox_url, **environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        found = Mother(process)
        assert found.hear() == {"ready": True}
        yield found
    finally:
        end_group(process)


def surroundings(database_url: str, sandbox_url: str, **environment: str) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
        "DATABASE_URL": database_url,
        "SANDBOX_URL": sandbox_url,
        "REDIS_URL": "",
        "LOG_LEVEL": "ERROR",
        **environment,
    }


def end_group(process: "subprocess.Popen[str]") -> None:
    """End the process and all it started, whatever state they are in."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
