"""Several real processes on one database, started together."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connection as database

ROOT = Path(__file__).resolve().parents[2]
READY = "ready\n"
PATIENCE_SECONDS = 60


def database_url_for(folder: Path) -> str:
    """An address under which other processes find what the test has stored.

    SQLite's test database lives in this process's memory, so they get a copy in a file.
    """
    if database.vendor != "sqlite":
        chosen = {
            name: quote(str(value)) for name, value in database.settings_dict.items() if value
        }
        place = f"{chosen.get('HOST', '')}:{chosen['PORT']}" if "PORT" in chosen else chosen["HOST"]
        person = f"{chosen['USER']}:{chosen.get('PASSWORD', '')}"
        return f"postgres://{person}@{place}/{chosen['NAME']}"
    target = folder / "shared.sqlite3"
    database.ensure_connection()
    with sqlite3.connect(target) as copy:
        database.connection.backup(copy)
    copy.close()
    return f"sqlite:///{target}"


def run_together(
    script: Path, orders: Sequence[Sequence[str]], database_url: str, **environment: str
) -> list[Any]:
    """Start the script once per order, let all begin at once; what each printed, decoded."""
    surroundings = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
        "DATABASE_URL": database_url,
        "REDIS_URL": settings.REDIS_URL,
        **environment,
    }
    workers = [_start(script, order, surroundings) for order in orders]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == READY, _complaint(worker)
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    return [_answer(worker) for worker in workers]


def _start(
    script: Path, order: Sequence[str], surroundings: dict[str, str]
) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-W", "error", str(script), *order],
        env=surroundings,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _answer(worker: "subprocess.Popen[str]") -> Any:
    output, complaint = worker.communicate(timeout=PATIENCE_SECONDS)
    assert worker.returncode == 0, complaint
    return json.loads(output)


def _complaint(worker: "subprocess.Popen[str]") -> str:
    _output, complaint = worker.communicate(timeout=PATIENCE_SECONDS)
    return complaint


def wait_for_the_others() -> None:
    """In the script: say that it is ready, and begin when all are."""
    sys.stdout.write(READY)
    sys.stdout.flush()
    sys.stdin.readline()
