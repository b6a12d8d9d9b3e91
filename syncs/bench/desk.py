"""How long the desk's pages take with a crowd of records, and what an export costs."""

import statistics
import time
from collections.abc import Iterator, Mapping
from typing import Any

from allauth.account.internal.flows import login
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.admin_base import ROWS_PER_PAGE
from accounts.models import User
from accounts.paging import MOST_COUNTED
from accounts.tenancy import all_tenants
from syncs.bench import crowd, stage
from syncs.bench.children import Tell, Told, forked, run_child
from syncs.bench.crowd_people import PEOPLE, SMALL
from syncs.bench.scratch import scratch_database
from syncs.bench.usage import measured, peak_mib
from syncs.exports.columns import SyncRecordResource
from syncs.models import Status, Sync, SyncRecord

RECORDS = {"sqlite": 200_000, "postgresql": 1_000_000}
TIMES = 5
GOAL_MS = 200.0
# Which of the failing records is opened and searched for.
LOOKED_AT = 5
HOST = "127.0.0.1"
# Where the list's columns stand, as its headings count them.
SORTED = {"status": 2, "problem": 3, "failing since": 4, "last attempt": 5}

type Task = Mapping[str, Any]


class PageFailed(Exception):
    """A page did not open; its time would mean nothing."""


def run_desk(
    database: str, records: int, *, postgres_url: str, tell: Tell, times: int = TIMES
) -> Told:
    """Fill a scratch database and open each page so often; raises ChildFailed or NoDatabase."""
    name = f"desk on {database}, {records:,} records"
    tell(f"{name}: filling")
    with scratch_database(database, postgres_url) as database_url:
        task = {"kind": "desk", "records": records, "times": times}
        found = run_child(
            task, {"DATABASE_URL": database_url}, lambda doing: tell(f"{name}: {doing}")
        )
    return {"database": database, "records": records, **found}


def measure_desk(task: Task, tell: Tell) -> Told:
    """In the database's own process: fill, then pages and export in forks of it."""
    filled = forked(_fill, task)
    told: Told = {"fill": filled}
    for person in PEOPLE:
        tell(f"pages as {person}")
        told[person] = forked(_pages, {**task, "person": person})
    tell("export")
    told["export"] = forked(_export, {**task, "person": "support"})
    return told


def _fill(task: Task) -> Told:
    stage.set_up()
    call_command("migrate", verbosity=0)
    with all_tenants("a crowd is made for many tenants"), measured() as usage:
        crowd.fill(task["records"])
    return {"seconds": usage.seconds}


def _pages(task: Task) -> Told:
    client = _browser(task["person"])
    with all_tenants("a benchmark looks at one record of the crowd"):
        urls = _urls(_looked_at(task["person"]))
    times = task["times"]
    told = {name: _page(client, url, times) for name, url in urls.items()}
    return {**told, "export, first lines": _export_start(client, times)}


def _browser(person: str) -> Client:
    """A browser in which this person has logged in with everything that is asked for."""
    stage.set_up()
    settings.ALLOWED_HOSTS = [HOST]
    client = Client(headers={"host": HOST, "accept-encoding": "gzip"})
    user = User.objects.get(email=PEOPLE[person])
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    session = client.session
    confirmed = {"method": "password", "at": time.time(), "reauthenticated": True}
    session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [confirmed]
    session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    session.save()
    return client


def _looked_at(person: str) -> SyncRecord:
    """A failing record that this person may see."""
    syncs = Sync.objects.filter(tenant__slug=SMALL) if person == "small" else Sync.objects.all()
    failing = SyncRecord.objects.filter(
        sync_id=syncs.order_by("pk").values("pk")[:1], status=Status.FAILING
    )
    return failing.order_by("pk")[LOOKED_AT]


def _urls(one: SyncRecord) -> dict[str, str]:
    records = reverse("admin:syncs_syncrecord_changelist")
    queries = {**_lists(one), **_filters(one), **_searches(one)}
    return {
        "home": reverse("admin:index"),
        **{name: records + query for name, query in queries.items()},
        "record page": reverse("admin:syncs_syncrecord_change", args=[one.pk]),
        "sync page": reverse("admin:syncs_sync_change", args=[one.sync_id]),
        "syncs": reverse("admin:syncs_sync_changelist"),
        "runs": reverse("admin:syncs_run_changelist"),
    }


def _lists(one: SyncRecord) -> dict[str, str]:
    # The desk leads no further than so many records; a small customer has fewer.
    own = SyncRecord.objects.for_tenant(one.tenant_id)[:MOST_COUNTED].count()
    last = max(1, own // ROWS_PER_PAGE)
    ordered = {
        f"list, by {name}{', last first' if sign else ''}": f"?o={sign}{column}"
        for name, column in SORTED.items()
        for sign in ("", "-")
    }
    return {"list": "", "list, page 2": "?p=2", "list, last page": f"?p={last}", **ordered}


def _filters(one: SyncRecord) -> dict[str, str]:
    hour = timezone.now().strftime("%H:%M:%S")
    today = timezone.now().strftime("%Y-%m-%d")
    failing = f"?sync={one.sync_id}&status__exact=failing"
    return {
        **{f"status {each.label}": f"?status__exact={each.value}" for each in Status},
        "one problem": f"?category={one.category}",
        "one sync": f"?sync={one.sync_id}",
        "one sync, failing": failing,
        "one sync, failing, one problem": f"{failing}&category={one.category}",
        "failing for a day": "?failing=day",
        "failing for a month": "?failing=older",
        "failing, longest first": "?status__exact=failing&o=4",
        "last attempt today": (
            f"?last_attempt_at_from_0={today}&last_attempt_at_from_1=00:00:00"
            f"&last_attempt_at_to_0={today}&last_attempt_at_to_1={hour}"
        ),
    }


def _searches(one: SyncRecord) -> dict[str, str]:
    words = {
        "a name that one has": one.left_title,
        "a name that many have": "Brouwer",
        "a name that nobody has": "Xylophon",
        "a name among the failing": "Brouwer&status__exact=failing",
        "two letters": "xy",
        "e-mail": f"person{one.left_id}@crowd.example",
        "an e-mail that nobody has": "nobody@crowd.example",
        "id": one.left_id,
        "an id that nobody has": "987654321987",
        "address": f"https://app.hubspot.com/contacts/1/record/0-1/{one.left_id}",
    }
    return {f"search: {name}": f"?q={text.replace(' ', '+')}" for name, text in words.items()}


def _page(client: Client, url: str, times: int) -> Told:
    """Median of some times, after one that warms up and counts the queries."""
    with CaptureQueriesContext(connection) as capture:
        _get(client, url)
    # Kept only until the next request.
    queries = list(capture.captured_queries)
    slowest = max(queries, key=lambda query: float(query["time"]))
    took = []
    for _ in range(times):
        started = time.perf_counter()
        _get(client, url)
        took.append((time.perf_counter() - started) * 1000)
    return {
        "ms": statistics.median(took),
        "queries": len(queries),
        "slowest_query_ms": float(slowest["time"]) * 1000,
        "slowest_query": slowest["sql"],
    }


def _get(client: Client, url: str) -> None:
    answer = client.get(url)
    if answer.status_code != 200:
        raise PageFailed(f"{url} answered {answer.status_code}.")


def _export_start(client: Client, times: int) -> Told:
    """Until the first lines of the whole list as CSV have arrived."""
    took = []
    for _ in range(times):
        started = time.perf_counter()
        next(_exported(client))
        took.append((time.perf_counter() - started) * 1000)
    return {"ms": statistics.median(took), "queries": 0}


def _exported(client: Client) -> Iterator[bytes]:
    """The parts of the whole list as CSV, as they are sent."""
    chosen = {f"syncrecordresource_{name}": "on" for name in SyncRecordResource.fields}
    form = {"format": "0", "resource": "0", **chosen}
    answer: Any = client.post(reverse("admin:syncs_syncrecord_export"), form)
    if not answer.streaming:
        raise PageFailed(f"The export answered {answer.status_code} and no file.")
    yield from answer.streaming_content


def _export(task: Task) -> Told:
    """The whole list as CSV, streamed and thrown away."""
    client = _browser(task["person"])
    before = peak_mib()
    with measured() as usage:
        size = sum(len(part) for part in _exported(client))
    return {
        "rows": task["records"],
        "rows_per_second": task["records"] / usage.seconds,
        "megabytes_sent": size / 1_000_000,
        "peak_mib": usage.peak_mib,
        "grown_mib": usage.peak_mib - before,
    }
