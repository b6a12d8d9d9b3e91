"""The totals of a run, counted from outcomes; a row only once there is something to tell."""

from collections import Counter
from typing import Any

from syncs import clock
from syncs.models import Run, RunState, RunTrigger, Sync

# Totals of the Run model. Those that are counted on idle runs as well keep no row.
QUIET = frozenset({"read_left", "read_right", "calls"})


class RunLog:
    """Counts what a run does. The row is made when something happened that is worth keeping."""

    def __init__(self, sync: Sync, trigger: RunTrigger, by_id: int | None = None) -> None:
        self._sync = sync
        self._trigger = trigger
        self._by_id = by_id
        self._started_at = clock.now()
        self._row: Run | None = None
        self.totals: Counter[str] = Counter()

    def count(self, total: str, number: int = 1) -> None:
        self.totals[total] += number

    @property
    def sync(self) -> Sync:
        return self._sync

    @property
    def is_idle(self) -> bool:
        """Nothing changed and nobody asked."""
        done = any(number for total, number in self.totals.items() if total not in QUIET)
        return not done and self._row is None and self._trigger is not RunTrigger.PERSON

    @property
    def run_id(self) -> int:
        """The row's id, for activities; makes the row."""
        return self._kept().pk

    def close(self, state: RunState, category: str = "", message: str = "") -> Run | None:
        """Store the totals; None for an idle run that ended well, which leaves no row."""
        if self.is_idle and state is RunState.DONE:
            return None
        run = self._kept()
        fields: dict[str, Any] = {
            **self._stored_totals(),
            "state": state,
            "ended_at": clock.now(),
            "category": category,
            "message": message,
        }
        Run.objects.filter(pk=run.pk).update(**fields)
        for name, value in fields.items():
            setattr(run, name, value)
        return run

    def roll_back(self, totals: Counter[str]) -> None:
        """A transaction failed: its counts, and the row if it was made inside, are no more."""
        self.totals = totals
        if self._row is not None and not Run.objects.filter(pk=self._row.pk).exists():
            self._row = None
        self._kept()

    def save(self) -> None:
        """Store the totals so far, so that progress can be watched."""
        if self._row is not None:
            Run.objects.filter(pk=self._row.pk).update(**self._stored_totals())

    def _stored_totals(self) -> dict[str, int]:
        names = {field.name for field in Run._meta.get_fields()}
        return {name: number for name, number in self.totals.items() if name in names}

    def _kept(self) -> Run:
        if self._row is None:
            self._row = Run.objects.create(
                tenant_id=self._sync.tenant_id,
                sync=self._sync,
                trigger=self._trigger,
                by_id=self._by_id,
                started_at=self._started_at,
            )
        return self._row
