"""How a live list is declared, and read."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from integrations.connectors.exact.client import Client
from integrations.connectors.exact.money import number
from integrations.connectors.exact.payloads import Payload, code
from integrations.contract import Choice

type Tells = Callable[[Payload], bool]


def _always(_row: Payload) -> bool:
    return True


def coded(row: Payload) -> str:
    """Code and description, as people know an entry of the books."""
    parts = (code(row.get("Code")), str(row.get("Description") or "").strip())
    return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class LiveList:
    """Where a list's entries come from; rows that are not kept are left out."""

    resource: str
    # The column that a choice field holds: a code or a guid.
    value: str
    columns: tuple[str, ...] = ("Code", "Description")
    label: Callable[[Payload], str] = coded
    keeps: Tells = _always
    is_active: Tells = _always
    # The column with a rate, as a fraction of one.
    rate: str = ""
    where: str = ""


def entries(client: Client, live: LiveList) -> tuple[Choice, ...]:
    """The entries as they are now, sorted by their labels."""
    columns = dict.fromkeys((live.value, *live.columns, *filter(None, [live.rate])))
    rows = client.every(live.resource, tuple(columns), live.where)
    choices = {_value(live, row): _choice(live, row) for row in rows if live.keeps(row)}
    choices.pop("", None)
    return tuple(sorted(choices.values(), key=by_label))


def by_label(choice: Choice) -> tuple[str, str]:
    return choice.label.casefold(), choice.value


def _value(live: LiveList, row: Payload) -> str:
    return code(row.get(live.value))


def _choice(live: LiveList, row: Payload) -> Choice:
    value = _value(live, row)
    return Choice(value, live.label(row) or value, live.is_active(row), _rate(live, row))


def _rate(live: LiveList, row: Payload) -> Decimal | None:
    """In per cent."""
    found = number(row.get(live.rate)) if live.rate else None
    return None if found is None else (found * 100).normalize() + 0
