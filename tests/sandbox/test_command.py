"""The sandbox command as its users run it: a process of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from django.core.management import CommandError, call_command

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


@pytest.mark.processes
def test_it_prints_one_line_serves_and_keeps_its_state(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    flags = ("--dataset", "empty", "--limits", "off", "--state", str(state))

    with sandbox(*flags, "--fault", "hubspot:status=503:method=POST") as (process, ready):
        assert {"hubspot", "hubspot-nl", "quickbooks"} <= ready.keys()
        assert all(set(facts) == FACTS for facts in ready.values())
        assert create(ready, "a@example.org").status_code == 503
        assert create(ready, "a@example.org").status_code == 201
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0

    with sandbox(*flags) as (process, again):
        assert create(again, "a@example.org").status_code == 409
        assert create(again, "b@example.org").status_code == 201
        assert again["hubspot"]["access_token"] == ready["hubspot"]["access_token"]
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    assert b"b@example.org" in state.read_bytes()


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--dataset", "many"], "many"),
        (["--fault", "xero:status=500"], "There is no provider 'xero'"),
        (["--fault", "hubspot:flood"], "Unknown kind of fault"),
        (["--port", "99999"], "99999 is no port; ports are numbers from 0 to 65535"),
        (["--port", "-1"], "-1 is no port"),
    ],
)
def test_what_it_cannot_do_is_said(flags: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("sandbox", "--port", "0", "--dataset", "empty", *flags)


def test_a_state_file_that_is_no_snapshot_is_said(tmp_path: Path) -> None:
    broken = tmp_path / "state.json"
    broken.write_text("{")

    with pytest.raises(CommandError, match="is no snapshot"):
        call_command("sandbox", "--port", "0", "--state", str(broken))
    assert broken.read_text() == "{"


def test_a_port_that_is_taken_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(CommandError, match=f"Port {port} cannot be used"):
            call_command("sandbox", "--port", str(port), "--dataset", "empty")
