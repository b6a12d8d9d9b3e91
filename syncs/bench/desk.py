"""How long the desk's pages take with a crowd of records, and what an export costs."""

import re
import statistics
import time
from collections.abc import Sequence
from html import unescape

from allauth.account.internal.flows import login
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.tenancy import all_tenants
from syncs.bench import crowd, stage
from syncs.bench.children import Task, Tell, Told, forked, run_child
from syncs.bench.crowd_people import PEOPLE
from syncs.bench.desk_export import KINDS, measure_export
from syncs.bench.desk_pages import addresses, sight_of
from syncs.bench.scratch import scratch_database
from syncs.bench.usage import measured

RECORDS = {"sqlite": 200_000, "postgresql": 1_000_000}
TIMES = 5
GOAL_MS = 200.0
HOST = "127.0.0.1"
# The record list's own link to its second page.
NEXT = re.compile(r'href="([^"]*[?;]after=[^"]*)"')
LAST_PAGE = "?before=~"


class PageFailed(Exception):
    """A page did not open; its time would mean nothing."""


def run_desk(
    database: str,
    records: int,
    *,
    postgres_url: str,
    tell: Tell,
    times: int = TIMES,
    people: Sequence[str] = tuple(PEOPLE),
) -> Told:
    """Fill a scratch database and open each page so often; raises ChildFailed or NoDatabase."""
    name = f"desk on {database}, {records:,} records"
    tell(f"{name}: filling")
    with scratch_database(database, postgres_url) as database_url:
        task = {"kind": "desk", "records": records, "times": times, "people": list(people)}
        found = run_child(
            task, {"DATABASE_URL": database_url}, lambda doing: tell(f"{name}: {doing}")
        )
    return {"database": database, "records": records, **found}


def measure_desk(task: Task, tell: Tell) -> Told:
    """In the database's own process: fill, then pages and exports in forks of it."""
    return {"fill": forked(_fill, task), **measure_filled(task, tell)}


def measure_filled(task: Task, tell: Tell) -> Told:
    """In a database that holds a crowd."""
    told: Told = {}
    for person in task["people"]:
        tell(f"pages as {person}")
        told[person] = forked(_pages, {**task, "person": person})
    told["exports"] = {}
    for kind in KINDS:
        tell(f"export as {kind}")
        told["exports"][kind] = forked(measure_export, {**task, "format": kind})
    return told


def _fill(task: Task) -> Told:
    stage.set_up()
    call_command("migrate", verbosity=0)
    with all_tenants("a crowd is made for many tenants"), measured() as usage:
        crowd.fill(task["records"])
    return {"seconds": usage.seconds}


def _pages(task: Task) -> Told:
    client = _browser(task["person"])
    with all_tenants("a benchmark looks at records of the crowd"):
        pages = addresses(sight_of(task["person"]))
    times = task["times"]
    told = {name: _page(client, url, times) for name, url in pages.items()}
    return {**told, **_further(client, pages["records"], times)}


def _further(client: Client, url: str, times: int) -> Told:
    """The record list's second page, by its own link, and the page at its far end."""
    answer = client.get(url, headers={"accept-encoding": "identity"})
    link = NEXT.search(answer.content.decode())
    if link is None:
        raise PageFailed(f"{url} has no second page.")
    return {
        "records, page 2": _page(client, unescape(link[1]), times),
        "records, last page": _page(client, url + LAST_PAGE, times),
    }


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
