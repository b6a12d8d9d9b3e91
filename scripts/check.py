"""Runs what CI runs: lint, the suite on SQLite, its database part on PostgreSQL and Redis.

What cannot run on this machine is left out and said at the end. With SALDO_CI=1 nothing may be
left out: a missing database is then a failure.

    TEST_DATABASE_URL   a PostgreSQL where databases may be created (default: the local one)
    TEST_REDIS_URL      a Redis database of its own (default: redis://127.0.0.1:6379/15)
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
POSTGRES = os.environ.get("TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/saldo")
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
NOTHING_MAY_LACK = os.environ.get("SALDO_CI") == "1"
# Slow tests stand together in a file: who is done takes over from who is not.
SPREAD = ("-n", "2", "--dist", "worksteal")
LINT = (
    ("ruff", "format", "--check", "--quiet", "."),
    ("ruff", "check", "--quiet", "."),
    ("mypy", "."),
    ("lint-imports", "--no-cache"),
    ("python", "manage.py", "makemigrations", "--check", "--dry-run"),
)


@dataclass
class Report:
    failed: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    closing_lines: list[str] = field(default_factory=list)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lint-only", action="store_true")
    parser.add_argument("pytest", nargs="*", help="handed to pytest, such as tests/accounts")
    options = parser.parse_args()
    report = Report()
    lint(report)
    if not options.lint_only:
        test(report, options.pytest)
    return finish(report)


def lint(report: Report) -> None:
    for command in LINT:
        if run(command) != 0:
            report.failed.append(" ".join(command))


def test(report: Report, chosen: list[str]) -> None:
    run(("coverage", "erase"))
    if shutil.which("chromium") is None and shutil.which("chromium-browser") is None:
        leave_out(report, "the browser tests: no Chromium here")
    suite(report, "SQLite", chosen, {})
    trouble = unreachable()
    if trouble:
        leave_out(report, f"the database tests on PostgreSQL and Redis: {trouble}")
    else:
        grown = {"DATABASE_URL": POSTGRES, "REDIS_URL": REDIS}
        suite(report, "PostgreSQL and Redis", ["--database-part", *chosen], grown)
    run(("coverage", "combine", "--quiet"))
    # Part of the suite reaches part of the lines: the floor is for the whole.
    floor = () if not chosen else ("--fail-under=0",)
    if run(("coverage", "report", *floor)) != 0:
        report.failed.append("coverage is below its floor")


def suite(report: Report, name: str, options: list[str], extra: Mapping[str, str]) -> None:
    say(f"The suite on {name}")
    command = ("python", "-m", "coverage", "run", "-m", "pytest", *SPREAD, *options)
    environment = {**os.environ, **extra}
    with subprocess.Popen(  # noqa: S603 (our own command line)
        resolve(command), cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as child:
        last = ""
        for line in child.stdout or ():
            print(line, end="", flush=True)
            last = line.strip() or last
    report.closing_lines.append(f"{name}: {last}")
    if child.returncode != 0:
        report.failed.append(f"the suite on {name}")


def unreachable() -> str:
    """What of PostgreSQL and Redis does not answer; empty when both do."""
    try:
        psycopg.connect(POSTGRES.replace("/saldo", "/postgres"), connect_timeout=3).close()
    except psycopg.OperationalError as error:
        return f"PostgreSQL ({str(error).splitlines()[0]})"
    try:
        redis.Redis.from_url(REDIS, socket_connect_timeout=3).ping()
    except redis.RedisError as error:
        return f"Redis ({error})"
    return ""


def leave_out(report: Report, what: str) -> None:
    report.left_out.append(what)
    if NOTHING_MAY_LACK:
        report.failed.append(f"left out in CI: {what}")


def finish(report: Report) -> int:
    say("Summary")
    for what in report.left_out:
        print(f"Left out: {what}")
    for what in report.failed:
        print(f"FAILED: {what}")
    if not report.failed:
        print("All passed.")
    for line in report.closing_lines:
        print(line)
    return 1 if report.failed else 0


def run(command: tuple[str, ...]) -> int:
    say(" ".join(command))
    return subprocess.run(resolve(command), cwd=ROOT, check=False).returncode  # noqa: S603


def resolve(command: tuple[str, ...]) -> list[str]:
    return [str(BIN / command[0]), *command[1:]]


def say(text: str) -> None:
    print(f"\n--- {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
