"""How much of a provider's quota several processes use together when the quota is what binds."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from django.core.management import call_command
from django.db import connection

from integrations.connectors.hubspot import settings as hubspot
from integrations.connectors.quickbooks import settings as quickbooks
from integrations.http import Limiter, RateRule
from integrations.limits import DatabaseLimiter
from syncs.bench import stage
from syncs.bench.children import Tell, Told, forked, forked_together, run_child
from syncs.bench.scratch import scratch_database
from syncs.bench.stand_in import sandbox
from syncs.demo.control import Control

PROCESSES = 4
SECONDS = 20.0
RECORDS = 200
LEAST_SHARE = 0.95
# Time for all processes to be there before the first call.
HEAD_START = 1.0

type Task = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stream:
    """One kind of call, the rules it waits for, and what the provider allows of it a second."""

    name: str
    provider: str
    rules: tuple[RateRule, ...]
    allowed: float
    method: str
    path: str
    body: Mapping[str, Any] | None = None


def streams(told: Mapping[str, Mapping[str, str]]) -> list[Stream]:
    """The providers' published limits; see the rules' own comments for their sources."""
    contacts = f"/crm/objects/{hubspot.VERSION}/contacts"
    realm = told["quickbooks"]["account_id"]
    query = f"/v3/company/{realm}/query?query=select%20*%20from%20Customer%20maxresults%201"
    return [
        Stream("HubSpot calls", "hubspot", (hubspot.CALLS,), 11.0, "GET", f"{contacts}?limit=1"),
        Stream(
            "HubSpot searches",
            "hubspot",
            (hubspot.SEARCHES,),
            5.0,
            "POST",
            f"{contacts}/search",
            {"limit": 1},
        ),
        Stream("QuickBooks calls", "quickbooks", quickbooks.CALL_RULES, 500 / 60, "GET", query),
    ]


def run_quota(database: str, *, postgres_url: str, tell: Tell) -> Told:
    """Raises ChildFailed, DidNotStart or NoDatabase."""
    tell(f"limits on {database}: {PROCESSES} processes, {SECONDS:.0f} seconds")
    with (
        scratch_database(database, postgres_url) as database_url,
        sandbox(str(RECORDS), limits="real") as (sandbox_url, told),
    ):
        task = {"kind": "quota", "told": told, "sandbox_url": sandbox_url, "seconds": SECONDS}
        found = run_child(task, {"DATABASE_URL": database_url}, tell)
    return {"database": database, **found}


def measure_quota(task: Task, _tell: Tell) -> Told:
    """In the database's own process: the same work in several forks, then what the sandbox saw."""
    forked(_migrate, task)
    begin = time.time() + HEAD_START
    answers = forked_together(_work, [{**task, "begin": begin}] * PROCESSES)
    found: Told = {
        stream.name: _share(stream, answers, task["seconds"]) for stream in streams(task["told"])
    }
    counters = Control(task["sandbox_url"]).counters()
    violations = sum(each.violations for each in counters.values())
    return {"streams": found, "violations": violations}


def _migrate(_task: Task) -> Told:
    stage.set_up()
    call_command("migrate", verbosity=0)
    return {}


def _share(stream: Stream, answers: list[Told], seconds: float) -> Told:
    accepted = sum(answer[stream.name]["accepted"] for answer in answers)
    refused = sum(answer[stream.name]["refused"] for answer in answers)
    share = accepted / (stream.allowed * seconds)
    return {"accepted": accepted, "refused": refused, "share": share}


def _work(task: Task) -> Told:
    """Every stream in a thread of its own, as fast as the limiter lets it."""
    stage.set_up()
    counts: dict[str, dict[str, int]] = {}
    threads = [
        threading.Thread(target=_call_on, args=(stream, task, counts))
        for stream in streams(task["told"])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return dict(counts)


def _call_on(stream: Stream, task: Task, counts: dict[str, dict[str, int]]) -> None:
    count = counts[stream.name] = {"accepted": 0, "refused": 0}
    told = task["told"][stream.provider]
    limiter = DatabaseLimiter(f"bench/{stream.provider}")
    end = task["begin"] + task["seconds"]
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = f"Bearer {told['access_token']}"
        session.headers["Accept"] = "application/json"
        time.sleep(max(0.0, task["begin"] - time.time()))
        while _wait(limiter, stream, end):
            count[_sent(session, told["base_url"], stream)] += 1
    connection.close()


def _wait(limiter: Limiter, stream: Stream, end: float) -> bool:
    """Wait for a turn under every rule; False when time is out."""
    for rule in stream.rules:
        while (seconds := limiter.acquire(rule)) > 0:
            if time.time() + seconds >= end:
                return False
            time.sleep(seconds)
    return time.time() < end


def _sent(session: requests.Session, base_url: str, stream: Stream) -> str:
    answer = session.request(stream.method, base_url + stream.path, json=stream.body, timeout=30)
    if answer.status_code not in (200, 429):
        raise RuntimeError(f"{stream.name}: {answer.status_code} {answer.text[:200]}")
    return "accepted" if answer.status_code == 200 else "refused"
