"""Processes of a worker machine killed while they work: what they left is done within seconds."""

import logging
import os
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from integrations.models import Connection
from integrations.sandbox.server import SandboxServer
from syncs import clock, heartbeat, services
from syncs import supervisor as supervising
from syncs.models import Sync
from syncs.supervisor import DISPATCH, Supervisor
from tests.resilience.books import Books, Size, open_books
from tests.resilience.clusters import START_LIMIT, Machine, machine, until

logger = logging.getLogger(__name__)
# QuickBooks' limit makes each sync's writing last for seconds.
SIZE = Size(left=65, right=10, equal=5, differing=5, products=4, items=4)
# A cluster that is silent for eight seconds is replaced, which takes some more.
SECONDS = 40.0
HOUR = timedelta(hours=1)


@pytest.fixture
def books(database_url: str, limited_sandbox: SandboxServer, queue: str) -> Books:
    # What a search does not show yet is found by the next look, a minute later.
    limited_sandbox.sandbox.hubspot.set_search_lag(0)
    return open_books(limited_sandbox, SIZE)


@pytest.fixture
def worker(
    tmp_path: Path, database_url: str, limited_sandbox: SandboxServer, queue: str
) -> Iterator[Machine]:
    with machine(tmp_path / "var", database_url, limited_sandbox.url, queue, workers=2) as started:
        yield started


def make_sync(tenant: Tenant, **fields: Any) -> Sync:
    ends = [
        Connection.objects.create(tenant=tenant, provider=provider, external_id="1")
        for provider in ("hubspot", "quickbooks")
    ]
    integration = services.install(*ends)
    recipe = "hubspot_quickbooks_contacts"
    return Sync.objects.create(tenant=tenant, integration=integration, recipe=recipe, **fields)


def busy_worker(books: Books) -> int | None:
    """The process that has a sync in its hands."""
    with tenant_scope(books.tenant):
        held = Sync.objects.exclude(claimed_by="").values_list("claimed_by", flat=True).first()
    return int(held.split(":")[1]) if held else None


def wish(books: Books) -> None:
    """New records on both sides, and a person who wants them synced now."""
    books.add_left(2)
    books.add_right(2)
    with tenant_scope(books.tenant):
        for sync in books.syncs:
            services.request_run(sync)


def done_within(books: Books, what: str) -> None:
    took = until(lambda: not books.open_questions(), SECONDS, books.open_questions)
    logger.info("%s: all done after %.1f seconds", what, took)


def guard(processes: list[psutil.Process]) -> psutil.Process:
    """The main process's only child, which looks after the others."""
    main = processes[0]
    return next(one for one in processes if one.ppid() == main.pid)


@pytest.fixture
def supervisor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Supervisor:
    """One that looks after nobody."""
    found = Supervisor("resilient", ("true",), tmp_path / "pid.json")
    monkeypatch.setattr(found.__class__, "_alive", lambda _: [])
    return found


@pytest.fixture
def enqueued(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(supervising, "enqueue", lambda task, *_: found.append(task))
    monkeypatch.setattr(heartbeat, "ask", lambda name: None)
    return found


@pytest.mark.django_db
def test_what_a_dead_worker_held_is_taken_up_at_once(
    tenant: Tenant, supervisor: Supervisor, enqueued: list[str]
) -> None:
    held = make_sync(tenant, claimed_by="resilient:1:abc", claimed_until=clock.now() + HOUR)

    supervisor._feel()

    held.refresh_from_db()
    assert held.claimed_until is None
    assert enqueued == [DISPATCH]


@pytest.mark.django_db
def test_messages_that_a_dead_worker_had_taken_are_sent_again(
    tenant: Tenant, supervisor: Supervisor, enqueued: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redis hands a message out once; a worker may die before it begins."""
    promised = make_sync(tenant, queued_at=clock.now())
    monkeypatch.setattr(Supervisor, "_alive", lambda _: [11, 12])
    supervisor._feel()
    assert enqueued == []
    monkeypatch.setattr(Supervisor, "_alive", lambda _: [11, 13])

    supervisor._feel()

    promised.refresh_from_db()
    assert promised.queued_at is None
    assert enqueued == [DISPATCH]


@pytest.mark.processes
@pytest.mark.postgresql
@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
def test_work_is_finished_whoever_is_killed_meanwhile(books: Books, worker: Machine) -> None:
    # A worker, with a sync in its hands.
    until(lambda: busy_worker(books), START_LIMIT)
    pid = busy_worker(books)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    done_within(books, "worker killed")
    victims: dict[str, Callable[[], psutil.Process]] = {
        "idle worker": lambda: worker.cluster()[-1],
        "guard": lambda: guard(worker.cluster()),
        "main process": lambda: worker.cluster()[0],
    }
    for name, victim in victims.items():
        until(lambda: worker.is_up, START_LIMIT)
        victim().kill()
        wish(books)
        done_within(books, f"{name} killed")
    worker.ask_to_stop()
    assert worker.remains() == []
    books.check()
    assert books.server.sandbox.violations == 0
