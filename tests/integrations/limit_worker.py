"""Asks one rate limit without rest, and prints when it was let through.

Arguments: database or redis, prefix, calls, seconds, burst, how long.
"""

import json
import sys
import time

import django

django.setup()

import redis  # noqa: E402 (Django first)
from django.conf import settings  # noqa: E402

from integrations.http import Limiter, RateRule  # noqa: E402
from integrations.limits import DatabaseLimiter, RedisLimiter  # noqa: E402
from tests.integrations.processes import wait_for_the_others  # noqa: E402


def let_through(limiter: Limiter, rule: RateRule, seconds: float) -> list[float]:
    end = time.time() + seconds
    moments = []
    while (now := time.time()) < end:
        wait = limiter.acquire(rule)
        if wait:
            time.sleep(min(wait, max(end - now, 0.0)))
            continue
        moments.append(time.time())
    return [moment for moment in moments if moment < end]


def main() -> None:
    store, prefix, calls, window, burst, seconds = sys.argv[1:]
    rule = RateRule("calls", int(calls), float(window), int(burst))
    limiter: Limiter = DatabaseLimiter(prefix)
    if store == "redis":
        limiter = RedisLimiter(prefix, redis.Redis.from_url(settings.REDIS_URL))
    # Connect before the race.
    limiter.acquire(RateRule("warm-up", 1000, 1.0, 100))
    wait_for_the_others()
    sys.stdout.write(json.dumps(let_through(limiter, rule, float(seconds))))


main()
