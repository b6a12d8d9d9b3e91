"""Works that were decided about and wait until a call to their provider is full.

Few of a slice's records may want to write. Sent slice by slice, most calls would go out half empty,
and the providers count calls.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from integrations.contract import OperationKind
from syncs.engine.terms import Plan, Side
from syncs.work import Work, kind_of

# More are not held in memory, nor kept from people, for the sake of full calls.
MOST_CARRIED = 400


@dataclass(frozen=True, slots=True)
class Load:
    """What one call takes along."""

    side: Side
    kind: OperationKind
    works: tuple[Work, ...]


class Carried:
    """The works of a run that are not written yet, by the call that they go with."""

    def __init__(self, sizes: Mapping[Side, int]) -> None:
        """`sizes` are how many operations a call to each side holds."""
        self._sizes = sizes
        # The works of each kind of call by their record's id, the oldest first.
        self._groups: dict[tuple[Side, OperationKind], dict[int, Work]] = defaultdict(dict)

    @property
    def ids(self) -> set[int]:
        return set().union(*self._groups.values())

    @property
    def plans(self) -> dict[int, Plan]:
        groups = self._groups.values()
        return {pk: work.decided.plan for group in groups for pk, work in group.items()}

    def add(self, works: Iterable[Work]) -> None:
        for work in works:
            for side in sorted(work.open):
                self._groups[side, kind_of(work.decided.plan)][work.row.pk] = work

    def forget(self, record_ids: Iterable[int]) -> None:
        """They are due still, and will be decided about anew."""
        for pk in record_ids:
            for group in self._groups.values():
                group.pop(pk, None)

    def next_load(self, *, is_last: bool) -> Load | None:
        """The next full call, or when it is the last time any call; None when there is none."""
        for (side, kind), group in self._groups.items():
            size = self._sizes[side]
            if len(group) >= size or (group and is_last):
                return Load(side, kind, tuple(islice(group.values(), size)))
        return None

    def unload(self, load: Load) -> None:
        """The call is made now."""
        group = self._groups[load.side, load.kind]
        for work in load.works:
            del group[work.row.pk]
