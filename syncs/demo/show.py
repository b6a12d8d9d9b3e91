"""What a demo shows in the terminal: bars while it works, a table when it is done."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from types import TracebackType
from typing import Any, Self

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn
from rich.table import Table

from syncs import faults, services
from syncs.models import Status, Sync, SyncRecord

# Fits a terminal of 80 columns.
NARROW: dict[str, Any] = {"box": SIMPLE_HEAD, "collapse_padding": True, "pad_edge": False}
COLUMNS = ("read", "created", "updated", "in_sync", "failing", "excluded", "calls")


class Bars:
    """One bar per sync: records read while it reads, records decided while it decides."""

    def __init__(self, console: Console, syncs: Sequence[Sync]) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[told]}"),
            console=console,
        )
        self._tasks: dict[int, TaskID] = {
            sync.pk: self._progress.add_task(sync.name, total=None, told="waiting for its turn")
            for sync in syncs
        }

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def show(self, sync: Sync, *, is_done: bool = False) -> None:
        """Bring a sync's bar up to date from its rows."""
        records = SyncRecord.objects.for_tenant(sync.tenant_id).filter(sync=sync)
        total = records.count()
        open_ = records.filter(status=Status.PENDING).count()
        # While both sides are read nothing is decided: the total still grows.
        known = total if sync.is_read else None
        told = f"{total - open_:,} of {total:,} decided" if sync.is_read else f"{total:,} read"
        done = total - open_ if sync.is_read else 0
        if is_done:
            known, done = max(total, 1), max(total, 1)
        self._progress.update(self._tasks[sync.pk], total=known, completed=done, told=told)


def table(company: str, summaries: Sequence[services.Summary]) -> Table:
    found = Table(title=f"First syncs of {company}", **NARROW)
    found.add_column("sync")
    for name in COLUMNS:
        found.add_column(name.replace("_", " "), justify="right")
    for summary in summaries:
        figures: Mapping[str, int] = summary.as_dict()
        found.add_row(summary.sync.name, *(f"{figures[name]:,}" for name in COLUMNS))
    return found


def causes(summaries: Sequence[services.Summary]) -> Table:
    """Why records fail, in the words that finance staff read."""
    found = Table(title="Why records fail", **NARROW)
    found.add_column("sync")
    found.add_column("problem")
    found.add_column("records", justify="right")
    for summary in summaries:
        for category, count in summary.totals.categories.most_common():
            title = str(faults.explain(category).title)
            found.add_row(summary.sync.name, title, f"{count:,}")
    return found


def as_json(told_of: Mapping[str, Sequence[services.Summary]]) -> dict[str, object]:
    """The same for machines: per sync its totals, and the failing records by category."""
    return {
        "syncs": [
            {
                "company": company,
                "sync": summary.sync.name,
                "recipe": summary.sync.recipe,
                **summary.as_dict(),
                "failing_by_category": dict(summary.totals.categories),
            }
            for company, summaries in told_of.items()
            for summary in summaries
        ],
        "failing_by_category": _together(chain.from_iterable(told_of.values())),
    }


def _together(summaries: Iterable[services.Summary]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for summary in summaries:
        for category, count in summary.totals.categories.items():
            counts[category] = counts.get(category, 0) + count
    return counts
