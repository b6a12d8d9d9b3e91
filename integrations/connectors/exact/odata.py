"""What stands in the address of a call: selections, conditions and values (OData 2)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from urllib.parse import quote

from integrations.connectors.exact import settings

# What Exact's own addresses leave as it is.
_SAFE = "$(),'*!~-._:@/"

type Literal = Callable[[str], str]


def text(value: str) -> str:
    escaped = value.replace("'", "''")
    return f"'{escaped}'"


def guid(value: str) -> str:
    return f"guid'{value.strip('{}')}'"


def moment(shown: str) -> str:
    """A time of the wall clock; see `times.literal`."""
    return f"datetime'{shown}'"


def large(value: int | str) -> str:
    """An Int64."""
    return f"{value}L"


def plain(value: str) -> str:
    """A whole number."""
    return value


def equals(column: str, literal: str) -> str:
    return f"{column} eq {literal}"


def any_of(conditions: Iterable[str]) -> str:
    return " or ".join(conditions)


def all_of(*conditions: str) -> str:
    parts = [f"({each})" if " or " in each else each for each in conditions if each]
    return " and ".join(parts)


def query(
    *,
    select: Sequence[str],
    where: str = "",
    order: str = "",
    expand: str = "",
    top: int = 0,
) -> str:
    """The query of an address, encoded; every call selects its columns."""
    wanted = {
        "$filter": where,
        "$select": ",".join(select),
        "$orderby": order,
        "$expand": expand,
        "$top": str(top) if top else "",
    }
    return "&".join(f"{name}={quote(value, safe=_SAFE)}" for name, value in wanted.items() if value)


def portions(
    conditions: Iterable[str], *, taken: int, longest: int = settings.LONGEST_ADDRESS
) -> Iterator[list[str]]:
    """The conditions in groups that fit an address of which `taken` signs are used already."""
    group: list[str] = []
    length = taken
    for condition in conditions:
        size = len(quote(f"{condition} or ", safe=_SAFE))
        if group and length + size > longest:
            yield group
            group, length = [], taken
        group.append(condition)
        length += size
    if group:
        yield group


def is_guid(value: str) -> bool:
    parts = value.split("-")
    return [len(part) for part in parts] == [8, 4, 4, 4, 12] and all(
        character in "0123456789abcdefABCDEF" for part in parts for character in part
    )
