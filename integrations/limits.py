"""Rate limits that hold over all processes and machines: GCRA in one database row, or in Redis.

A provider counts per company that installed us, so the key is environment, provider, the company's
id there and the rule's bucket; two tenants that connect one company share it.

GCRA spaces calls evenly: `calls` in `seconds`, and up to `burst` at once after a pause. So a window
of `seconds` holds calls + burst at most; a connector's rules leave that much of the provider's
allowance.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import redis
from django.conf import settings
from django.db import connection as database
from redis.commands.core import Script

from integrations.autocommit import demand_autocommit
from integrations.contract import RetryLater
from integrations.http import Limiter, RateRule
from integrations.models import Connection, RateBucket
from integrations.shared import UNREACHABLE, UNREACHABLE_SECONDS, company_key, redis_at


@dataclass(frozen=True, slots=True)
class Pace:
    """A rate rule in the terms of GCRA, in seconds."""

    interval: float
    # How far the theoretical arrival time may lie ahead of now.
    ahead: float

    @classmethod
    def of(cls, rule: RateRule) -> "Pace":
        interval = rule.seconds / rule.calls
        return cls(interval, interval * max(rule.burst, 1))


def limiter_for(connection: Connection) -> Limiter:
    """The limiter of this connection's company: in Redis where there is one, else in a row."""
    prefix = company_key(connection)
    if settings.REDIS_URL:
        return RedisLimiter(prefix, redis_at(settings.REDIS_URL))
    return DatabaseLimiter(prefix)


class DatabaseLimiter:
    """One row per bucket, by the database's own clock; each call is one short transaction."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix

    def acquire(self, rule: RateRule) -> float:
        demand_autocommit()
        key, pace = self._key(rule), Pace.of(rule)
        while not _run(_sql().take, [pace.interval, key, pace.interval, pace.ahead]):
            waits = _run(_sql().wait, [pace.interval - pace.ahead, key])
            if waits:
                # It may have become due since: a moment's wait is the simplest truth.
                return max(float(waits[0][0]), 0.001)
            RateBucket.objects.bulk_create([RateBucket(key=key, tat=0)], ignore_conflicts=True)
        return 0.0

    def hold(self, rule: RateRule, seconds: float) -> None:
        demand_autocommit()
        key, pace = self._key(rule), Pace.of(rule)
        RateBucket.objects.bulk_create([RateBucket(key=key, tat=0)], ignore_conflicts=True)
        _run(_sql().hold, [seconds + pace.ahead - pace.interval, key])

    def _key(self, rule: RateRule) -> str:
        return f"{self._prefix}/{rule.bucket}"[:255]


@dataclass(frozen=True, slots=True)
class _Statements:
    take: str
    wait: str
    hold: str


_NOW = {
    # clock_timestamp() goes on while a statement waits for the row; now() would stand still.
    "postgresql": "extract(epoch from clock_timestamp())::double precision",
    # Evaluated when the row is reached, after the wait for the write lock; milliseconds.
    "sqlite": "((julianday('now') - 2440587.5) * 86400.0)",
}
_GREATEST = {"postgresql": "greatest", "sqlite": "max"}


@cache
def _statements(database_kind: str) -> _Statements:
    now, greatest = _NOW[database_kind], _GREATEST[database_kind]
    table = database.ops.quote_name(RateBucket._meta.db_table)
    return _Statements(
        take=f"UPDATE {table} SET tat = {greatest}(tat, {now}) + %s WHERE key = %s "  # noqa: S608 - constants only
        f"AND {greatest}(tat, {now}) + %s <= {now} + %s RETURNING tat",
        wait=f"SELECT tat + %s - {now} FROM {table} WHERE key = %s",  # noqa: S608 - constants only
        hold=f"UPDATE {table} SET tat = {greatest}(tat, {now} + %s) WHERE key = %s RETURNING tat",  # noqa: S608 - constants only
    )


def _sql() -> _Statements:
    return _statements(database.vendor)


def _run(statement: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with database.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


_TAKE = """
local now = redis.call('TIME')
local at = tonumber(now[1]) * 1000000 + tonumber(now[2])
local tat = tonumber(redis.call('GET', KEYS[1]) or '0')
local interval, ahead = tonumber(ARGV[1]), tonumber(ARGV[2])
local due = math.max(tat, at) + interval
if due > at + ahead then return math.ceil(due - at - ahead) end
redis.call('SET', KEYS[1], string.format('%.0f', due), 'PX', math.ceil((due - at) / 1000) + 1000)
return 0
"""
_HOLD = """
local now = redis.call('TIME')
local at = tonumber(now[1]) * 1000000 + tonumber(now[2])
local tat = tonumber(redis.call('GET', KEYS[1]) or '0')
local due = math.max(tat, at + tonumber(ARGV[1]))
redis.call('SET', KEYS[1], string.format('%.0f', due), 'PX', math.ceil((due - at) / 1000) + 1000)
return 0
"""
_MICROSECONDS = 1_000_000


class RedisLimiter:
    """The same in Redis, by Redis's clock."""

    def __init__(self, prefix: str, server: redis.Redis) -> None:
        self._prefix = f"saldo/rate/{prefix}"
        self._take = server.register_script(_TAKE)
        self._hold = server.register_script(_HOLD)

    def acquire(self, rule: RateRule) -> float:
        pace = Pace.of(rule)
        limits = [round(pace.interval * _MICROSECONDS), round(pace.ahead * _MICROSECONDS)]
        return int(self._run(self._take, rule, limits)) / _MICROSECONDS

    def hold(self, rule: RateRule, seconds: float) -> None:
        pace = Pace.of(rule)
        pushed = round((seconds + pace.ahead - pace.interval) * _MICROSECONDS)
        self._run(self._hold, rule, [pushed])

    def _run(self, script: Script, rule: RateRule, limits: list[int]) -> Any:
        try:
            return script(keys=[f"{self._prefix}/{rule.bucket}"], args=limits)
        except (redis.ConnectionError, redis.TimeoutError) as error:
            # Better late than past the limit, which would stop this company for everybody.
            raise RetryLater(UNREACHABLE, UNREACHABLE_SECONDS) from error
