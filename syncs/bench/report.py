"""The benchmark's tables and its JSON."""

import os
import platform
from collections.abc import Mapping, Sequence
from typing import Any

import django
from rich.console import Console
from rich.table import Table

from syncs.bench.case import Case, Measured
from syncs.bench.crowd_people import PEOPLE
from syncs.bench.desk import GOAL_MS
from syncs.bench.desk_export import GOAL_MIB
from syncs.bench.goals import Verdict, same_calls, verdicts
from syncs.bench.quota import LEAST_SHARE, PROCESSES

NOTES = (
    "A record is one record read on one side. CPU is this process's own, user and system, without "
    "the sandbox and without PostgreSQL's server. Start-up is not counted: a worker lives long. "
    "“x floor”: CPU per record against the floor before and after the phase. Rate limits are asked "
    "for, but do not bind."
)
COLUMNS = (
    "phase",
    "read",
    "seconds",
    "records/s",
    "CPU ms/record",
    "x floor",
    "HubSpot calls",
    "books' calls",
    "calls/1,000",
    "writes",
    "peak MiB",
)


def machine() -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "django": django.get_version(),
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "load": [round(each, 2) for each in os.getloadavg()],
    }


def as_json(cases: Sequence[Case]) -> dict[str, Any]:
    return {
        "machine": machine(),
        "cases": [
            {**case.as_dict(), "goals": [each.as_dict() for each in verdicts(case)]}
            for case in cases
        ],
        "goals": [each.as_dict() for each in same_calls(cases)],
    }


def missed(cases: Sequence[Case]) -> list[Verdict]:
    found = [each for case in cases for each in verdicts(case)] + same_calls(cases)
    return [each for each in found if not each.is_held]


def show(console: Console, cases: Sequence[Case]) -> None:
    for case in cases:
        console.print(_table(case))
        console.print(_goals(case.title, verdicts(case)))
    if across := same_calls(cases):
        console.print(_goals("over sizes", across))
    console.print(NOTES)


def show_profiles(console: Console, case: Case) -> None:
    for measured in case.phases:
        console.rule(f"{case.title}: {measured.title}")
        console.print(measured.told["profile"], markup=False, highlight=False)


def _table(case: Case) -> Table:
    found = Table(title=f"{case.title} a side", title_justify="left")
    for number, name in enumerate(COLUMNS):
        found.add_column(name, justify="right" if number else "left")
    found.add_row(
        "floor",
        f"{case.records:,}",
        "",
        f"{case.floor_records_per_second:,.0f}",
        f"{case.floor_cpu_ms:.3f}",
        "1",
        *[""] * 4,
        f"{case.floor_peak_mib:.0f}",
    )
    for measured in case.phases:
        found.add_row(*_row(measured))
    return found


def _row(measured: Measured) -> tuple[str, ...]:
    times = measured.times_floor
    calls = dict(measured.told["calls"])
    hubspot, books = calls.pop("hubspot"), sum(calls.values())
    many = times is not None
    return (
        measured.title,
        f"{measured.read:,}",
        f"{measured.seconds:.2f}",
        f"{measured.records_per_second:,.0f}" if many else "",
        f"{measured.cpu_ms:.3f}" if measured.read else "",
        f"{times:.1f}" if many else "",
        f"{hubspot:,}",
        f"{books:,}",
        f"{measured.calls * 1000 / measured.read:.1f}" if many else "",
        f"{measured.written:,}",
        f"{measured.peak_mib:.0f}",
    )


def _goals(title: str, found: Sequence[Verdict]) -> Table:
    table = Table(title=f"Goals: {title}", title_justify="left")
    table.add_column("goal")
    table.add_column("measured", justify="right")
    table.add_column("at most", justify="right")
    table.add_column("")
    for each in found:
        verdict = "[green]PASS" if each.is_held else "[red]over"
        table.add_row(each.goal, f"{each.measured:,.3f}", f"{each.limit:,.2f}", verdict)
    return table


def show_desk(console: Console, found: Mapping[str, Any]) -> None:
    """The pages' times for each person, and the exports."""
    title = f"desk on {found['database']}, {found['records']:,} records: server time, ms"
    table = Table(title=title, title_justify="left")
    people = [person for person in PEOPLE if person in found]
    for number, name in enumerate(("page", *people, "queries", "")):
        table.add_column(name, justify="right" if number else "left")
    for page in found[people[0]]:
        told = [found[person][page] for person in people]
        slowest = max(each["ms"] for each in told)
        verdict = "[green]PASS" if slowest < GOAL_MS else "[red]over"
        times = (f"{each['ms']:.0f}" for each in told)
        table.add_row(page, *times, "/".join(str(each["queries"]) for each in told), verdict)
    table.caption = f"at most {GOAL_MS:.0f} ms"
    console.print(table)
    console.print(_exports(found["exports"]))


def _exports(found: Mapping[str, Any]) -> Table:
    table = Table(title="export of everything, by a worker's job", title_justify="left")
    headings = ("file", "rows", "seconds", "rows/s", "MB", "peak MiB", "grown by MiB", "")
    for number, name in enumerate(headings):
        table.add_column(name, justify="right" if number else "left")
    for kind, told in found.items():
        verdict = "[green]PASS" if told["peak_mib"] <= GOAL_MIB else "[red]over"
        table.add_row(
            kind,
            f"{told['rows']:,}",
            f"{told['seconds']:.1f}",
            f"{told['rows_per_second']:,.0f}",
            f"{told['megabytes']:.1f}",
            f"{told['peak_mib']:.0f}",
            f"{told['grown_mib']:.0f}",
            verdict,
        )
    return table


def show_quota(console: Console, found: Mapping[str, Any]) -> None:
    """The share of each quota that was used, and how often a limit was passed."""
    title = f"limits on {found['database']}, {PROCESSES} processes together"
    table = Table(title=title, title_justify="left")
    for number, name in enumerate(("calls", "accepted", "refused", "share of the quota", "")):
        table.add_column(name, justify="right" if number else "left")
    for name, told in found["streams"].items():
        is_held = told["share"] >= LEAST_SHARE and not told["refused"]
        verdict = "[green]PASS" if is_held else "[red]missed"
        numbers = (str(told["accepted"]), str(told["refused"]), f"{told['share']:.1%}")
        table.add_row(name, *numbers, verdict)
    console.print(table)
    console.print(f"Violations that the sandbox counted: {found['violations']}")
