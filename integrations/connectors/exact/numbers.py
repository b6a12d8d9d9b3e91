"""Conditions on document numbers: whole runs of them instead of one by one."""

from collections.abc import Iterable, Iterator

from integrations.connectors.exact import odata


def within_runs(column: str, numbers: Iterable[int], gap: int = 0) -> Iterator[str]:
    """Conditions that all the numbers fit, and no more than `gap` others between two of them.

    Documents that are read together have mostly been numbered one after the other.
    """
    for first, last in _runs(sorted(set(numbers)), gap):
        if first == last:
            yield odata.equals(column, str(first))
        else:
            yield f"({column} ge {first} and {column} le {last})"


def _runs(numbers: list[int], gap: int) -> Iterator[tuple[int, int]]:
    for place, number in enumerate(numbers):
        if place == 0:
            first = number
        elif number - numbers[place - 1] > gap + 1:
            yield first, numbers[place - 1]
            first = number
    if numbers:
        yield first, numbers[-1]
