"""A served sandbox whose clock only moves when a test says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from integrations.sandbox.core import HandClock
from integrations.sandbox.server import SandboxServer, run_sandbox
from tests.sandbox.hubspot_account import Account

START = datetime(2026, 11, 2, 9, 30, 0, 250_000, tzinfo=UTC)


@pytest.fixture
def clock() -> HandClock:
    return HandClock(START)


@pytest.fixture
def server(clock: HandClock) -> Iterator[SandboxServer]:
    with run_sandbox(clock=clock) as running:
        yield running


@pytest.fixture
def account(server: SandboxServer, clock: HandClock) -> Iterator[Account]:
    """HubSpot without limits."""
    opened = Account(server, clock)
    yield opened
    opened.session.close()


@pytest.fixture
def limited(clock: HandClock) -> Iterator[Account]:
    """HubSpot with its real limits and indexing lag."""
    with run_sandbox(clock=clock, real_limits=True) as running:
        opened = Account(running, clock)
        yield opened
        opened.session.close()
