"""A fifth of all calls to both providers goes wrong, under their real limits."""

import logging
import random
import time
from collections.abc import Iterator
from typing import Any

import pytest

from integrations.sandbox.server import SandboxServer
from tests.resilience.books import Books, Size, open_books
from tests.resilience.lives import Mother, mother

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

logger = logging.getLogger(__name__)
SIZE = Size(
    left=12,
    right=12,
    equal=4,
    differing=4,
    products=4,
    items=4,
    invoices_left=5,
    invoices_right=5,
    paid_left=2,
    paid_right=2,
)
# Longer than a worker waits for an answer, so that it comes too late; it takes effect all the same.
TIMEOUT, TOO_SLOW = 0.4, 0.6
# Together a fifth.
FAULTS: list[dict[str, Any]] = [
    {"kind": "status", "status": 500, "rate": 0.04},
    {"kind": "status", "status": 429, "retry_after": 0, "rate": 0.04},
    {"kind": "slow", "seconds": TOO_SLOW, "rate": 0.04},
    {"kind": "drop_before", "rate": 0.04},
    {"kind": "drop_after", "rate": 0.04},
]
# Pauses of records and syncs lie behind after so long.
LATER = 130
LIMIT = 120.0


def trouble(server: SandboxServer, seed: int) -> None:
    for provider in server.sandbox.providers:
        for fault in FAULTS:
            [rule] = server.sandbox.faults.add({"provider": provider, **fault})
            # Each with dice of its own: else they strike one right after the other.
            rule.dice = random.Random(f"{seed} {provider} {fault}")


def rounds(books: Books, nursery: Mother, seed: int) -> Iterator[int]:
    """Worker after worker, each some minutes later, until the caller is content."""
    end = time.monotonic() + LIMIT
    number = 0
    while time.monotonic() < end:
        books.look_at_both_sides()
        life = nursery.bear(
            syncs=books.sync_ids, ahead=number * LATER, seed=seed + number, timeout=TIMEOUT
        )
        logger.info("round %s -> %s", number, life.ended)
        yield number
        number += 1
    raise AssertionError(f"Not at rest after {number} rounds: {books.open_questions()}")


def kinds_not_seen(server: SandboxServer) -> set[str]:
    rules = server.sandbox.faults.as_list()
    return {rule["kind"] for rule in rules} - {rule["kind"] for rule in rules if rule["hits"]}


@pytest.mark.parametrize("seed", [1])
def test_with_a_fifth_of_all_calls_failing_everything_arrives_once(
    database_url: str, limited_sandbox: SandboxServer, seed: int
) -> None:
    books = open_books(limited_sandbox, SIZE)
    trouble(limited_sandbox, seed)
    dice, edited = random.Random(seed), set[str]()
    with mother(database_url, limited_sandbox.url) as nursery:
        for number in rounds(books, nursery, seed):
            if number < 2 or kinds_not_seen(limited_sandbox):
                books.live_on(dice, edited)
            elif not books.open_questions():
                break
        books.check()
        limited_sandbox.sandbox.faults.clear()
        check_rest(books, nursery)
    assert limited_sandbox.sandbox.violations == 0


def check_rest(books: Books, nursery: Mother) -> None:
    """The next runs find nothing to write."""
    written = books.server.sandbox.writes
    books.look_at_both_sides()
    life = nursery.bear(syncs=books.sync_ids, ahead=3600)
    assert set(life.ended.values()) == {"done"}
    assert books.server.sandbox.writes == written
