"""Measure the pipeline, the rate limits and the desk, and hold them against their goals.

The pipeline at its usual sizes, on SQLite and, where one answers, on PostgreSQL:
    make bench
The desk with 200,000 records on SQLite and 1,000,000 on PostgreSQL, and exports of all of them:
    make bench ARGS="--desk"
The same in a crowd that is kept, for EXPLAIN and for looking around; the database has to be empty:
    DATABASE_URL=postgres://…/crowd .venv/bin/python manage.py bench --fill 1000000
    DATABASE_URL=postgres://…/crowd .venv/bin/python manage.py bench --desk --here
How much of the providers' quotas is used:
    make bench ARGS="--limits-phase"
"""

import argparse
import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from rich.console import Console

from accounts.models import Tenant
from accounts.tenancy import all_tenants
from syncs.bench import crowd, report, scratch
from syncs.bench.case import ACCOUNTS, INVOICES, RECORDS, Case, Subject, measure_case, run_case
from syncs.bench.children import ChildFailed
from syncs.bench.crowd_people import PEOPLE
from syncs.bench.desk import RECORDS as DESK_RECORDS
from syncs.bench.desk import TIMES, measure_desk, measure_filled, run_desk
from syncs.bench.goals import Verdict
from syncs.bench.quota import measure_quota, run_quota
from syncs.demo.company import PASSWORD
from syncs.demo.processes import DidNotStart

MANY_COMPANIES = 10_000
USUAL = ((10_000, 100_000), 10_000, MANY_COMPANIES)
WIDTH = 150
LEAST, MOST = 100, 1_000_000
CHILDREN = {"case": measure_case, "desk": measure_desk, "quota": measure_quota}


class Command(BaseCommand):
    help = "Measure a first sync, an unchanged pass and increments against the sandbox."
    # Databases are made and migrated by the command itself.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--records", type=_size, nargs="+", help="default: 10000 100000")
        parser.add_argument(
            "--invoices", type=_size, help="default: 10000, when nothing else is asked for"
        )
        parser.add_argument(
            "--exact",
            type=_size,
            nargs="?",
            const=MANY_COMPANIES,
            metavar="COMPANIES",
            help="companies that become accounts in Exact Online; default: 10000",
        )
        parser.add_argument(
            "--databases",
            nargs="+",
            choices=(scratch.SQLITE, scratch.POSTGRESQL),
            help="default: sqlite, and postgresql where it answers",
        )
        parser.add_argument(
            "--postgres-url",
            default=scratch.DEFAULT_POSTGRES,
            help="a server on which this user may create databases",
        )
        parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers there")
        parser.add_argument("--profile", action="store_true", help="show what costs most")
        parser.add_argument("--strict", action="store_true", help="fail when a goal is missed")
        parser.add_argument("--desk", action="store_true", help="measure the desk's pages instead")
        parser.add_argument(
            "--times", type=int, default=TIMES, help="how often each page of the desk is opened"
        )
        parser.add_argument(
            "--people", nargs="+", choices=PEOPLE, default=[*PEOPLE], help="default: all of them"
        )
        parser.add_argument(
            "--here",
            action="store_true",
            help="with --desk: in the site's own database, which --fill has filled",
        )
        parser.add_argument(
            "--fill",
            type=_size,
            metavar="RECORDS",
            help="only fill the site's own, empty database with a crowd to look at",
        )
        parser.add_argument(
            "--limits-phase", action="store_true", help="measure the use of the quotas instead"
        )
        parser.add_argument("--child", help=argparse.SUPPRESS)

    def handle(self, **options: Any) -> None:
        self.console = Console()
        if not self.console.is_terminal:
            # A table in a file or a log is not cut at the 80 signs of a terminal that is not there.
            self.console = Console(width=WIDTH)
        try:
            self._work(options)
        except (ChildFailed, DidNotStart, scratch.NoDatabase) as error:
            raise CommandError(str(error)) from error

    def _work(self, options: dict[str, Any]) -> None:
        if options["child"]:
            task = json.loads(options["child"])
            self._tell(CHILDREN[task["kind"]](task, lambda doing: self._tell({"doing": doing})))
        elif options["fill"]:
            self._fill(options["fill"])
        elif options["desk"] and options["here"]:
            self._measure_here(options)
        elif options["desk"]:
            self._measure_desk(options)
        elif options["limits_phase"]:
            self._measure_quota(options)
        else:
            self._measure(options)

    def _tell(self, line: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(line))
        self.stdout.flush()

    def _measure(self, options: dict[str, Any]) -> None:
        cases = [
            self._case(size, database, subject, options)
            for database in self._databases(options)
            for subject, size in _sizes(options)
        ]
        report.show(self.console, cases)
        self._keep(report.as_json(cases), options["json"])
        self._judge(report.missed(cases), is_strict=options["strict"])

    def _measure_desk(self, options: dict[str, Any]) -> None:
        found = []
        for database in self._databases(options):
            for records in sorted(set(options["records"] or [DESK_RECORDS[database]])):
                with self.console.status("") as status:
                    found.append(
                        run_desk(
                            database,
                            records,
                            postgres_url=options["postgres_url"],
                            tell=status.update,
                            times=options["times"],
                            people=options["people"],
                        )
                    )
                report.show_desk(self.console, found[-1])
        self._keep({"machine": report.machine(), "desk": found}, options["json"])

    def _measure_here(self, options: dict[str, Any]) -> None:
        with self.console.status("") as status:
            task = {"times": options["times"], "people": options["people"]}
            told = measure_filled(task, status.update)
        records = told["exports"]["csv"]["rows"]
        found = {"database": connection.vendor, "records": records, **told}
        self._keep({"machine": report.machine(), "desk": [found]}, options["json"])
        report.show_desk(self.console, found)

    def _fill(self, records: int) -> None:
        """Leave a crowd in the database of the settings, for looking around and EXPLAIN."""
        if not settings.DEBUG:
            raise CommandError("The crowd has a well-known password: it is made with DEBUG only.")
        call_command("migrate", verbosity=0)
        if Tenant.objects.exists():
            raise CommandError("There are companies in this database already; name an empty one.")
        # With DEBUG every statement is kept.
        settings.DEBUG = False
        with all_tenants("a crowd is made for many tenants"):
            people = crowd.fill(records, PASSWORD)
        for user in people.users.values():
            self.console.print(f"{user.email}, password {PASSWORD}")

    def _measure_quota(self, options: dict[str, Any]) -> None:
        found = []
        for database in self._databases(options):
            with self.console.status("") as status:
                found.append(
                    run_quota(database, postgres_url=options["postgres_url"], tell=status.update)
                )
            report.show_quota(self.console, found[-1])
        self._keep({"machine": report.machine(), "limits": found}, options["json"])

    def _keep(self, numbers: dict[str, Any], file: Path | None) -> None:
        if file:
            file.write_text(json.dumps(numbers, indent=2) + "\n", encoding="utf-8")

    def _databases(self, options: dict[str, Any]) -> list[str]:
        if options["databases"]:
            return list(dict.fromkeys(options["databases"]))
        trouble = scratch.trouble_with(options["postgres_url"])
        if not trouble:
            return [scratch.SQLITE, scratch.POSTGRESQL]
        self.console.print(f"Only SQLite is measured. {trouble}", markup=False)
        return [scratch.SQLITE]

    def _case(self, records: int, database: str, subject: Subject, options: dict[str, Any]) -> Case:
        with self.console.status("") as status:
            case = run_case(
                records,
                database,
                subject,
                postgres_url=options["postgres_url"],
                profile=options["profile"],
                tell=status.update,
            )
        if options["profile"]:
            report.show_profiles(self.console, case)
        return case

    def _judge(self, missed: list[Verdict], *, is_strict: bool) -> None:
        if not missed:
            self.console.print("All goals are held.")
            return
        told = ", ".join(each.goal for each in missed)
        if is_strict:
            raise CommandError(f"Missed: {told}.")
        self.console.print(f"Missed: {told}.")


def _sizes(options: dict[str, Any]) -> Iterator[tuple[Subject, int]]:
    """What is asked for; nothing in particular: everything, at its usual sizes."""
    asked = (options["records"], options["invoices"], options["exact"])
    records, invoices, companies = asked if any(asked) else USUAL
    for size in sorted(set(records or ())):
        yield RECORDS, size
    if invoices:
        yield INVOICES, invoices
    if companies:
        yield ACCOUNTS, companies


def _size(text: str) -> int:
    if not text.isdecimal() or not LEAST <= int(text) <= MOST:
        raise argparse.ArgumentTypeError(f"a number from {LEAST:,} to {MOST:,}, not {text!r}")
    return int(text)
