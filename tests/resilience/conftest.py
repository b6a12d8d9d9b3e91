"""A database of each test's own, and a sandbox, for real processes to meet at."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from django_q.conf import Conf
from pytest_django import Settings

from integrations import calls, opening
from integrations.providers import _sandbox_ready
from integrations.sandbox.server import SandboxServer, run_sandbox

pytest.register_assert_rewrite(
    "tests.resilience.books", "tests.resilience.dutch", "tests.resilience.lives"
)

from tests.resilience import databases  # noqa: E402 (after the line above)
from tests.resilience.books import Books, Size, open_books  # noqa: E402

type MakeBooks = Callable[..., Books]


@pytest.fixture
def database_url(transactional_db: None, tmp_path: Path) -> Iterator[str]:
    """The address of a database of this test's own, which this process uses as well.

    The suite's is only copied: workers that were killed may hold locks in theirs for a while.
    """
    with databases.own_database(tmp_path) as address:
        yield address


@pytest.fixture(autouse=True)
def nothing_pooled() -> Iterator[None]:
    """Sockets and call books belong to connections of one test's database."""
    yield
    for pk in list(opening._sessions):
        opening.close_session(pk)
    calls._books.clear()
    _sandbox_ready.cache_clear()


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[SandboxServer]:
    """Both providers without limits."""
    yield from _serving(settings, real_limits=False)


@pytest.fixture
def limited_sandbox(settings: Settings) -> Iterator[SandboxServer]:
    """Both providers with their real limits and HubSpot's indexing lag."""
    yield from _serving(settings, real_limits=True)


def _serving(settings: Settings, *, real_limits: bool) -> Iterator[SandboxServer]:
    # Each test keeps its limits in its own database: the sandboxes share their companies' ids.
    settings.REDIS_URL = ""
    with run_sandbox(real_limits=real_limits) as server:
        settings.SANDBOX_URL = server.url
        yield server


@pytest.fixture
def books(database_url: str, sandbox: SandboxServer) -> Books:
    return open_books(sandbox, Size())


@pytest.fixture
def queue() -> Iterator[str]:
    """The suite's Redis, for this test alone and without anything from before; its address.

    Clusters of two tests at one queue would take each other's messages.
    """
    address = os.environ["REDIS_URL"]
    with (
        redis.Redis.from_url(address) as server,
        server.lock("saldo/tests/queue", timeout=180, blocking_timeout=180),
    ):
        _empty(server)
        yield address
        _empty(server)


def _empty(server: redis.Redis) -> None:
    server.delete(f"django_q:{Conf.CLUSTER_NAME}:q")
    # Limits, and what was counted of the days and refusals of the sandbox's companies.
    for pattern in ("saldo/rate/sandbox/*", "saldo/state/*sandbox*"):
        for key in server.scan_iter(pattern):
            server.delete(key)
