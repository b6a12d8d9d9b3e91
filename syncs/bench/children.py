"""Child processes: each case has its own settings, each phase its own memory and counters.

A case runs in a process of its own, because settings are read once. It forks one process for each
of its phases: what a phase uses begins at nothing, and the imports are paid for only once.
"""

import json
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from multiprocessing.connection import Connection
from typing import Any

from syncs.demo.processes import MANAGE

# The measured database is named to the child. Redis would take the limits out of that database.
CLEARED = {"REDIS_URL": "", "PYTHONUNBUFFERED": "1"}

type Task = Mapping[str, Any]
type Told = dict[str, Any]
type Tell = Callable[[str], None]

_forking = multiprocessing.get_context("fork")


class ChildFailed(Exception):
    """A part of the measurement broke down; its own words stand above."""


def manage(*arguments: str) -> list[str]:
    return [sys.executable, str(MANAGE), *arguments]


def run_child(task: Task, environment: Mapping[str, str], tell: Tell) -> Told:
    """What the task's child tells at its end; `tell` hears what it is doing. Raises ChildFailed."""
    child = subprocess.Popen(  # noqa: S603  # our own command
        manage("bench", f"--child={json.dumps(dict(task))}"),
        env={**os.environ, **CLEARED, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    told: Told = {}
    with child:
        for line in child.stdout or ():
            told = json.loads(line)
            if "doing" in told:
                tell(told["doing"])
    if child.returncode:
        raise ChildFailed(f"A part of the benchmark ended with {child.returncode}.")
    return told


def forked(work: Callable[[Task], Told], task: Task) -> Told:
    """What the work answers, done in a fork of this process. Raises ChildFailed."""
    return forked_together(work, [task])[0]


def forked_together(work: Callable[[Task], Told], tasks: Iterable[Task]) -> list[Told]:
    """The same work in several forks at once. Raises ChildFailed."""
    return [_heard(*fork) for fork in [_fork(work, task) for task in tasks]]


def _fork(work: Callable[[Task], Told], task: Task) -> tuple[Any, Any]:
    here, there = _forking.Pipe(duplex=False)
    child = _forking.Process(target=_answer, args=(work, task, there))
    child.start()
    there.close()
    return child, here


def _heard(child: Any, here: Any) -> Told:
    try:
        told: Told = here.recv()
    except EOFError as error:
        raise ChildFailed("A phase of the benchmark broke down.") from error
    finally:
        child.join()
    return told


def _answer(work: Callable[[Task], Told], task: Task, there: "Connection[Told, Told]") -> None:
    there.send(work(task))
    there.close()
