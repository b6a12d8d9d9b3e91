"""Forks workers that work on syncs, and that may be told to die: by SIGKILL, with nothing to tidy.

Reads one order a line and answers each when its worker has ended. One process that has loaded
everything and forks is what makes dozens of deaths affordable. Run as a script by `lives.Mother`.
"""

import json
import os
import random
import re
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from types import FrameType
from typing import Any

import django

django.setup()

import requests  # noqa: E402 (Django first)
import time_machine  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.backends.base.base import BaseDatabaseWrapper  # noqa: E402
from django.utils import timezone  # noqa: E402

from integrations.http import RateRule, troubles  # noqa: E402
from integrations.limits import Pace  # noqa: E402
from syncs import backoff, clock  # noqa: E402
from syncs.runs import Ended, run_sync  # noqa: E402

# So many runs in a row want to go on only when something turns in circles.
MOST_RUNS = 30
# What a worker is at, by the function on its stack; the innermost one counts.
STAGES = {
    ("syncs.ingest", "read_side"): "ingest",
    ("syncs.writing", "resolve_intents"): "resolve",
    ("syncs.execute", "_linked"): "link",
    ("syncs.writing", "_send"): "write",
    ("syncs.writing", "store"): "settle",
    ("syncs.writing", "_settle_batch"): "settle",
    ("syncs.claims", "claim"): "claim",
    ("syncs.claims", "release"): "release",
}
# No stage of a worker's, so that it is never met by chance.
LIT = "lit"


class Fuse:
    """Counts what reaches the outside and kills the process at the chosen one.

    A step is the moment before or after a statement, a commit or a call: between two of them
    nothing that anybody else could see happens, so these are all the points where dying matters.
    """

    def __init__(self, stage: str, step: int, where: str, further: int = 0) -> None:
        self._stage, self._step = stage, step
        # Instead of stage and step: a pattern of what is about to happen or has just happened,
        # and how many steps later it is over.
        self._where = re.compile(where) if where else None
        self._further = further
        self.steps: Counter[str] = Counter()

    def install(self) -> None:
        connection.execute_wrappers.append(self._around_statement)
        commit, call = BaseDatabaseWrapper._commit, requests.Session.request  # type: ignore[attr-defined]
        BaseDatabaseWrapper._commit = self._around("commit", commit)  # type: ignore[attr-defined]
        requests.Session.request = self._around("call", call)  # type: ignore[method-assign]

    def _around_statement(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        self._burn(f"before {sql[:60]}")
        answer = execute(sql, params, many, context)
        self._burn(f"after {sql[:60]}")
        return answer

    def _around(self, what: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def surrounded(*args: Any, **kwargs: Any) -> Any:
            told = f"{what} {' '.join(str(each) for each in args[1:3])[:100]}"
            self._burn(f"before {told}")
            answer = real(*args, **kwargs)
            self._burn(f"after {told}")
            return answer

        return surrounded

    def _burn(self, where: str) -> None:
        stage = stage_of(sys._getframe(1))
        self.steps[stage] += 1
        if self._is_over(stage, where):
            tell(died_in=stage, where=where)
            os.kill(os.getpid(), signal.SIGKILL)

    def _is_over(self, stage: str, where: str) -> bool:
        if self._where is not None and self._where.search(where):
            self._where, self._stage = None, LIT
        if self._stage == LIT:
            self._further -= 1
            return self._further < 0
        return stage == self._stage and self.steps[stage] == self._step


def stage_of(frame: FrameType | None) -> str:
    while frame is not None:
        stage = STAGES.get((frame.f_globals.get("__name__", ""), frame.f_code.co_name))
        if stage:
            return stage
        frame = frame.f_back
    return "between"


def tell(**facts: object) -> None:
    """One line in one write, so that nothing of it is lost with the process."""
    os.write(1, (json.dumps(facts) + "\n").encode())


def die_after(seconds: float) -> None:
    time.sleep(seconds)
    os.kill(os.getpid(), signal.SIGKILL)


def live(order: dict[str, Any]) -> None:
    """Work on the syncs, as a queue would have it, until they rest."""
    if "at" in order:
        # All that asks for the time, the clients of the providers as well.
        time_machine.travel(order["at"], tick=True).start()
    ahead = timedelta(seconds=order.get("ahead", 0))
    clock.now = lambda: timezone.now() + ahead
    backoff.seed(order.get("seed", 1))
    random.seed(order.get("seed", 1))
    if "timeout" in order:
        shorten_timeouts(order["timeout"])
    if order.get("hurry"):
        hurry()
    where, further = order.get("where", ""), order.get("further", 0)
    fuse = Fuse(order.get("stage", ""), order.get("step", 0), where, further)
    fuse.install()
    if "seconds" in order:
        threading.Thread(target=die_after, args=(order["seconds"],), daemon=True).start()
    ended = {str(pk): work_off(pk, order.get("slice", 20.0)) for pk in order["syncs"]}
    tell(ended=ended, steps=fuse.steps)


def shorten_timeouts(seconds: float) -> None:
    """No test waits as long as a real call would, nor backs off as far."""
    troubles.FIRST_BACK_OFF_SECONDS = seconds / 10
    real = requests.Session.request

    def hasty(*args: Any, **kwargs: Any) -> requests.Response:
        return real(*args, **kwargs | {"timeout": (5.0, seconds)})

    requests.Session.request = hasty  # type: ignore[method-assign]


def hurry() -> None:
    """Keep the rate limits, but a hundredth of them: the sandbox has none."""
    real = Pace.of

    def quick(rule: RateRule) -> Pace:
        pace = real(rule)
        return Pace(pace.interval / 100, pace.ahead / 100)

    Pace.of = quick  # type: ignore[method-assign]


def work_off(sync_id: int, seconds: float) -> str:
    for _ in range(MOST_RUNS):
        ended = run_sync(sync_id, seconds=seconds)
        if ended is not Ended.MORE:
            break
    return ended.value


def main() -> None:
    tell(ready=True)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            try:
                live(json.loads(line))
            except BaseException as error:
                tell(error=repr(error))
                raise
            finally:
                # Neither exit handlers nor buffers of the mother's.
                os._exit(0)
        _, status = os.waitpid(pid, 0)
        tell(status=os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
