"""Pages of long lists without counting them whole."""

from typing import Any

from django.core.paginator import Paginator
from django.utils.functional import cached_property

# Counting a million rows takes longer than showing a page of them, and nobody turns to page 200.
MOST_COUNTED = 10_000


class CappedPaginator(Paginator):  # type: ignore[type-arg]  # of whatever the list holds
    """Counts no further than MOST_COUNTED rows, and has pages for as many."""

    @cached_property
    def count(self) -> int:
        return min(self._found, MOST_COUNTED)

    @property
    def is_capped(self) -> bool:
        return self._found > MOST_COUNTED

    @cached_property
    def _found(self) -> int:
        rows: Any = self.object_list
        if not hasattr(rows, "query"):
            return len(rows)
        # Sorting rows only to count them would cost what the cap saves.
        unsorted = rows if rows.query.is_sliced else rows.order_by()
        return int(unsorted[: MOST_COUNTED + 1].count())
