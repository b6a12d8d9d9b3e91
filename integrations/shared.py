"""Small states that all processes and machines change by turns: in a database row, or in Redis.

What changes is decided by a pure function of the state. It is called again when another process
was quicker, so it must do nothing but answer.
"""

from collections.abc import Callable
from functools import cache
from typing import Protocol

import redis
from django.conf import settings

from integrations.autocommit import demand_autocommit
from integrations.contract import Category, Fault, RetryLater
from integrations.models import Connection, SharedState

type Decide[Answer] = Callable[[str], tuple[str, Answer]]
"""From the state as text (empty at first) to the state afterwards and an answer."""

UNREACHABLE_SECONDS = 10.0
UNREACHABLE = Fault(
    Category.TRANSIENT, "redis", "Redis, which keeps the rate limits, cannot be reached."
)
# Longer than any state is of use without being changed.
KEPT_SECONDS = 3 * 24 * 3600


class Store(Protocol):
    def read(self, key: str) -> str: ...

    def change[Answer](self, key: str, decide: Decide[Answer]) -> Answer: ...


def store() -> Store:
    return RedisStore(redis_at(settings.REDIS_URL)) if settings.REDIS_URL else DatabaseStore()


def company_key(connection: Connection) -> str:
    """A provider counts per company that installed us; two tenants that connect one share it."""
    return f"{connection.environment}/{connection.provider}/{connection.external_id}"


class DatabaseStore:
    """One row per state; whoever finds it changed meanwhile decides again."""

    def read(self, key: str) -> str:
        found = SharedState.objects.filter(key=key[:255]).values_list("value", flat=True)
        return found.first() or ""

    def change[Answer](self, key: str, decide: Decide[Answer]) -> Answer:
        demand_autocommit()
        row = SharedState.objects.filter(key=key[:255])
        while True:
            before = row.values_list("value", flat=True).first()
            if before is None:
                fresh = SharedState(key=key[:255], value="")
                SharedState.objects.bulk_create([fresh], ignore_conflicts=True)
                continue
            after, answer = decide(before)
            if after == before or row.filter(value=before).update(value=after):
                return answer


_SWAP = """
local held = redis.call('GET', KEYS[1]) or ''
if held ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
"""


class RedisStore:
    """The same in Redis."""

    def __init__(self, server: redis.Redis) -> None:
        self._server = server
        self._swap = server.register_script(_SWAP)

    def read(self, key: str) -> str:
        try:
            return self._read(key)
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise RetryLater(UNREACHABLE, UNREACHABLE_SECONDS) from error

    def change[Answer](self, key: str, decide: Decide[Answer]) -> Answer:
        try:
            return self._change(key, decide)
        except (redis.ConnectionError, redis.TimeoutError) as error:
            # Better late than past the limit, which would stop this company for everybody.
            raise RetryLater(UNREACHABLE, UNREACHABLE_SECONDS) from error

    def _read(self, key: str) -> str:
        held = self._server.get(_named(key))
        return held.decode() if isinstance(held, bytes) else ""

    def _change[Answer](self, key: str, decide: Decide[Answer]) -> Answer:
        while True:
            before = self._read(key)
            after, answer = decide(before)
            if after == before:
                return answer
            if self._swap(keys=[_named(key)], args=[before, after, KEPT_SECONDS]):
                return answer


def _named(key: str) -> str:
    return f"saldo/state/{key}"


@cache
def redis_at(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5)
