"""The sandbox command as its users run it: a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.sandbox.hubspot_account import OBJECTS

ROOT = Path(__file__).resolve().parents[2]
FACTS = {
    "base_url",
    "account_id",
    "client_id",
    "client_secret",
    "access_token",
    "refresh_token",
    "webhook_secret",
}

pytestmark = pytest.mark.processes


@contextmanager
def sandbox(*flags: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """The running command and the line it printed."""
    command = [sys.executable, "manage.py", "sandbox", "--port", "0", "--json", *flags]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONWARNINGS": ""},
    )
    assert process.stdout is not None
    try:
        yield process, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def create(ready: dict[str, Any], email: str) -> requests.Response:
    return requests.post(
        f"{ready['hubspot']['base_url']}{OBJECTS}/contacts",
        json={"properties": {"email": email}},
        headers={"Authorization": f"Bearer {ready['hubspot']['access_token']}"},
        timeout=10,
    )


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_prints_one_line_serves_and_keeps_its_state(tmp_path: Path, stop: int) -> None:
    state = tmp_path / "state.json"
    flags = ("--dataset", "empty", "--limits", "off", "--state", str(state))

    with sandbox(*flags) as (process, ready):
        assert {name: set(facts) for name, facts in ready.items()} == {
            "hubspot": FACTS,
            "quickbooks": FACTS,
        }
        assert create(ready, "a@example.org").status_code == 201
        process.send_signal(stop)
        assert process.wait(20) == 0

    with sandbox(*flags) as (_, again):
        assert create(again, "a@example.org").status_code == 409
        assert again["hubspot"]["access_token"] == ready["hubspot"]["access_token"]


def test_faults_can_be_asked_for_at_the_start() -> None:
    flags = ("--dataset", "empty", "--fault", "hubspot:status=503:method=POST:times=1")

    with sandbox(*flags) as (_, ready):
        assert create(ready, "a@example.org").status_code == 503
        assert create(ready, "a@example.org").status_code == 201


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--dataset", "many"], "many"),
        (["--fault", "xero:status=500"], "There is no provider 'xero'"),
        (["--fault", "hubspot:flood"], "Unknown kind of fault"),
        (["--port", "1"], "Port 1 cannot be used"),
    ],
)
def test_what_it_cannot_do_is_said(flags: list[str], words: str) -> None:
    if "--port" in flags and os.geteuid() == 0:
        pytest.skip("the superuser may use every port")

    ended = subprocess.run(
        [sys.executable, "manage.py", "sandbox", "--dataset", "empty", "--port", "0", *flags],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode != 0
    assert words in ended.stderr
