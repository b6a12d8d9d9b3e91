"""The processes of a demo: the sandbox always; worker and web server when people look around."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

MANAGE = Path(settings.BASE_DIR) / "manage.py"
STOPPED_WITHIN = 15.0


class DidNotStart(Exception):
    """A process of the demo ended before it was ready; the message holds what it said."""


@contextmanager
def running(
    command: Sequence[str], environment: Mapping[str, str] | None = None, **options: Any
) -> Iterator[subprocess.Popen[str]]:
    """The command for the length of the block, in its own process group, stopped after it."""
    child = subprocess.Popen(  # noqa: S603  # our own commands
        command,
        env={**os.environ, **(environment or {})},
        start_new_session=True,
        text=True,
        **options,
    )
    try:
        yield child
    finally:
        _stop(child)


@contextmanager
def sandbox(state: Path, dataset: str) -> Iterator[tuple[str, dict[str, dict[str, str]]]]:
    """The sandbox's address and what it tells of each provider; keeps its state in the file."""
    state.parent.mkdir(parents=True, exist_ok=True)
    command = _manage("sandbox", "--port=0", "--json", f"--dataset={dataset}", f"--state={state}")
    with running(command, stdout=subprocess.PIPE) as child:
        line = child.stdout.readline() if child.stdout else ""
        if not line:
            raise DidNotStart("The sandbox did not start; its own words stand above.")
        ready = json.loads(line)
        yield ready["hubspot"]["base_url"].removesuffix("/hubspot"), ready


@contextmanager
def worker(sandbox_url: str, logs: Path) -> Iterator[None]:
    with (
        (logs / "worker.log").open("w") as log,
        running(_manage("worker"), {"SANDBOX_URL": sandbox_url}, stdout=log, stderr=log),
    ):
        yield


@contextmanager
def web(sandbox_url: str, port: int, logs: Path) -> Iterator[str]:
    """The web server's address."""
    address = f"127.0.0.1:{port}"
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", address]
    command += ["--workers", "1", "--threads", "8", "--log-level", "warning"]
    urls = {"SANDBOX_URL": sandbox_url, "PUBLIC_URL": f"http://{address}"}
    with (
        (logs / "web.log").open("w") as log,
        running(command, urls, cwd=MANAGE.parent, stdout=log, stderr=log),
    ):
        yield f"http://{address}/"


def free_port(wanted: int) -> int:
    """The wanted port, or another one when somebody has it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _manage(*arguments: str) -> list[str]:
    return [sys.executable, str(MANAGE), *arguments]


def _stop(child: subprocess.Popen[str]) -> None:
    """Ask it to end, as it ends best; insist after a while."""
    child.terminate()
    try:
        child.wait(STOPPED_WITHIN)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
