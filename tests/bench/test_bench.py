"""The benchmark runs from end to end: every phase is measured, and idle ones write nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from syncs.bench import quota
from syncs.bench.case import INVOICE_PHASES, PHASES, Case, Measured
from syncs.bench.goals import Verdict, same_calls, verdicts
from syncs.bench.scratch import NoDatabase, scratch_database, trouble_with

ROOT = Path(__file__).resolve().parents[2]
RECORDS = 200
INVOICES, COMPANIES = 120, 100
NOWHERE = "postgres://nobody@127.0.0.1:1/"


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The JSON of a tiny run on SQLite."""
    file = tmp_path_factory.mktemp("bench") / "bench.json"
    command = [sys.executable, "manage.py", "bench", f"--records={RECORDS}"]
    command += [f"--invoices={INVOICES}", f"--exact={COMPANIES}"]
    command += ["--databases=sqlite", f"--json={file}"]
    # The children choose their own database.
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    ended = subprocess.run(  # our own command
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def phases(measured: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["phase"]: each for each in measured["cases"][0]["phases"]}


pytestmark = pytest.mark.processes


def test_every_phase_is_measured_next_to_a_floor(
    measured: dict[str, Any], phases: dict[str, dict[str, Any]]
) -> None:
    assert list(phases) == list(PHASES)
    assert measured["cases"][0]["floor"]["cpu_ms_per_record"] > 0
    assert all(each["seconds"] > 0 and each["peak_mib"] > 10 for each in phases.values())
    assert phases["first"]["read"] == 2 * RECORDS


def test_the_first_sync_brings_all_records_into_step(phases: dict[str, dict[str, Any]]) -> None:
    first = phases["first"]

    assert set(first["records"]) == {"in_sync"}
    assert first["writes"]["hubspot"] > 0
    assert first["writes"]["quickbooks"] > 0


def test_what_did_not_change_is_not_written(phases: dict[str, dict[str, Any]]) -> None:
    for name in ("unchanged", "idle"):
        assert phases[name]["writes"] == {"hubspot": 0, "quickbooks": 0}
    assert phases["unchanged"]["read"] >= 2 * RECORDS


def test_an_idle_pass_takes_a_handful_of_calls(phases: dict[str, dict[str, Any]]) -> None:
    assert sum(phases["idle"]["calls"].values()) <= 6
    assert phases["idle"]["read"] == 0


@pytest.mark.parametrize(
    ("phase", "written"), [("left_changed", "quickbooks"), ("right_changed", "hubspot")]
)
def test_a_change_on_one_side_is_written_on_the_other_alone(
    phases: dict[str, dict[str, Any]], phase: str, written: str
) -> None:
    changed = phases[phase]["changed"]

    assert changed == 2
    assert phases[phase]["writes"] == {"hubspot": 0, "quickbooks": 0} | {written: changed}


@pytest.fixture(scope="module")
def invoices(measured: dict[str, Any]) -> dict[str, dict[str, Any]]:
    assert [each["subject"] for each in measured["cases"]] == [
        "records",
        "invoices",
        "companies",
    ]
    return {each["phase"]: each for each in measured["cases"][1]["phases"]}


def test_invoices_are_measured_one_way_after_the_other(
    invoices: dict[str, dict[str, Any]],
) -> None:
    assert list(invoices) == list(INVOICE_PHASES)
    assert invoices["out"]["writes"]["hubspot"] == 0
    # And the item of lines without one.
    assert invoices["out"]["writes"]["quickbooks"] == INVOICES + 1
    assert invoices["in"]["records"] == {"in_sync": 2 * INVOICES}
    assert invoices["in"]["writes"]["quickbooks"] == 0


def test_invoices_that_did_not_change_are_read_and_not_written(
    invoices: dict[str, dict[str, Any]],
) -> None:
    assert invoices["unchanged"]["read"] >= 4 * INVOICES
    for name in ("unchanged", "idle"):
        assert invoices[name]["writes"] == {"hubspot": 0, "quickbooks": 0}


def test_companies_become_accounts_with_hardly_more_calls_than_writes(
    measured: dict[str, Any],
) -> None:
    found = {each["phase"]: each for each in measured["cases"][2]["phases"]}

    first = found["first"]
    # Four new ones and six that differ.
    assert first["writes"] == {"hubspot": 0, "exact": COMPANIES // 10}
    assert first["calls"]["exact"] <= COMPANIES // 10 + 15
    assert found["unchanged"]["read"] >= 2 * COMPANIES
    for name in ("unchanged", "idle"):
        assert found[name]["writes"] == {"hubspot": 0, "exact": 0}


def case(records: int, idle_calls: int, cpu_seconds: float = 0.0, written: int = 0) -> Case:
    told = {
        "read": 1000,
        "read_left": 500,
        "read_right": 500,
        "seconds": 1.0,
        "cpu_seconds": cpu_seconds,
        "peak_mib": 100.0,
        "calls": {"hubspot": idle_calls, "quickbooks": 0},
        "calls_by_template": {"hubspot": {}, "quickbooks": {}},
        "writes": {"hubspot": written, "quickbooks": 0},
    }
    found = tuple(Measured(phase, told, floor_cpu_ms=0.01) for phase in PHASES)
    return Case(records, "sqlite", 1.0, 0.01, 100.0, found)


def verdict(found: list[Verdict], goal: str) -> Verdict:
    return next(each for each in found if each.goal == goal)


def test_a_slow_pass_and_a_write_of_an_idle_one_are_told_as_missed() -> None:
    good, bad = verdicts(case(1000, 5)), verdicts(case(1000, 5, cpu_seconds=0.2, written=1))

    for goal in ("unchanged pass: ms CPU per record", "idle pass: writes"):
        assert verdict(good, goal).is_held
        assert not verdict(bad, goal).is_held


def test_more_calls_at_a_larger_size_are_told_as_missed() -> None:
    assert [each.is_held for each in same_calls([case(1000, 5), case(100, 5)])] == [True]
    assert [each.is_held for each in same_calls([case(100, 5), case(1000, 6)])] == [False]


def test_a_ratio_is_taken_to_the_floor_of_the_same_run() -> None:
    slow = case(1000, 5, cpu_seconds=0.05).phase("unchanged")

    assert slow.cpu_ms == pytest.approx(0.05)
    assert slow.times_floor == pytest.approx(5.0)


def test_a_server_that_does_not_answer_is_told_and_not_measured() -> None:
    assert "does not answer" in trouble_with(NOWHERE)
    with pytest.raises(NoDatabase), scratch_database("postgresql", NOWHERE):
        pass


def test_a_size_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(CommandError, match="a number from 100"):
        call_command("bench", "--records", "7")


def test_a_share_is_counted_over_all_processes() -> None:
    told = {"hubspot": {"account_id": "1"}, "quickbooks": {"account_id": "2"}}
    searches = next(each for each in quota.streams(told) if each.name == "HubSpot searches")
    answers = [{searches.name: {"accepted": 24, "refused": refused}} for refused in (0, 1)]

    assert quota._share(searches, answers, 10.0) == {"accepted": 48, "refused": 1, "share": 0.96}
