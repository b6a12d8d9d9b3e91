"""`manage.py demo --once --json`, as it is called from a terminal."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

pytestmark = pytest.mark.processes
MANAGE = Path(settings.BASE_DIR) / "manage.py"
RECORDS = 60
FIGURES = {
    "read",
    "created",
    "updated",
    "in_sync",
    "failing",
    "excluded",
    "waiting",
    "pending",
    "calls",
    "writes",
}
# A site's own settings would make this a site.
FOREIGN = ("SECRET_KEY", "DEBUG", "DATABASE_URL", "REDIS_URL", "SANDBOX_URL", "PUBLIC_URL")


@dataclass(frozen=True)
class Machine:
    """Somebody's machine with a fresh checkout: an empty database and an empty folder."""

    folder: Path

    def demo(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        own = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        database = {"DATABASE_URL": f"sqlite:///{self.folder / 'demo.sqlite3'}"}
        return subprocess.run(
            [sys.executable, str(MANAGE), "demo", *arguments],
            env={**own, **database, "VAR_DIR": str(self.folder), **environment},
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )

    def once(self) -> dict[str, Any]:
        done = self.demo("--once", "--json", f"--dataset={RECORDS}")
        assert done.returncode == 0, done.stderr
        told: dict[str, Any] = json.loads(done.stdout)
        return told


@dataclass(frozen=True)
class Demo:
    machine: Machine
    first: dict[str, Any]
    second: dict[str, Any]


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    return Machine(tmp_path_factory.mktemp("machine"))


@pytest.fixture(scope="module")
def demo(machine: Machine) -> Demo:
    return Demo(machine, machine.once(), machine.once())


def test_each_sync_tells_its_totals_as_json(demo: Demo) -> None:
    assert {sync["recipe"] for sync in demo.first["syncs"]} == {
        "hubspot_quickbooks_contacts",
        "hubspot_quickbooks_products",
        "hubspot_quickbooks_invoices",
        "hubspot_quickbooks_payments",
        "hubspot_quickbooks_payment_notes",
    }
    for sync in demo.first["syncs"]:
        assert set(sync) >= {"sync", "recipe", "failing_by_category"} | FIGURES
        assert all(isinstance(sync[name], int) for name in FIGURES)
        assert sum(sync["failing_by_category"].values()) == sync["failing"]


def test_the_first_call_syncs_everything(demo: Demo) -> None:
    contacts = demo.first["syncs"][0]

    assert contacts["read"] >= RECORDS
    assert contacts["in_sync"] > 0
    assert contacts["writes"] > 0
    assert contacts["pending"] == 0


def test_the_second_call_writes_nothing(demo: Demo) -> None:
    assert [sync["writes"] for sync in demo.second["syncs"]] == [0] * 5


def test_the_second_call_finds_everything_as_it_was(demo: Demo) -> None:
    standing = ("in_sync", "failing", "excluded", "waiting", "failing_by_category")

    for before, after in zip(demo.first["syncs"], demo.second["syncs"], strict=True):
        assert {name: after[name] for name in standing} == {name: before[name] for name in standing}


def test_a_database_whose_sandbox_is_gone_is_refused(demo: Demo) -> None:
    (state,) = (demo.machine.folder / "demo").glob("*.json")
    hidden = state.rename(state.with_suffix(".hidden"))

    done = demo.machine.demo("--once", "--json")

    hidden.rename(state)
    assert done.returncode != 0
    assert "whose sandbox state is gone" in done.stderr
    assert "Start afresh with an empty database" in done.stderr


def test_no_process_is_left_behind(demo: Demo) -> None:
    folder = str(demo.machine.folder).encode()

    assert [command for command in _running() if folder in command] == []


def test_a_production_site_refuses_the_demo(machine: Machine) -> None:
    done = machine.demo("--once", DEBUG="false", **PRODUCTION)

    assert done.returncode != 0
    assert "runs with DEBUG only" in done.stderr


PRODUCTION = {
    "SECRET_KEY": "x1" * 40,
    "TOKEN_KEYS": "bm90LXRoZS1kZXZlbG9wbWVudC1rZXktMzItYnl0ZXM=",
    "ALLOWED_HOSTS": "saldo.example.org",
    "PUBLIC_URL": "https://saldo.example.org",
    "EMAIL_URL": "smtp+tls://mail.example.org:587",
}


def _running() -> Iterator[bytes]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        # It may end while we look.
        with suppress(OSError):
            yield path.read_bytes()
