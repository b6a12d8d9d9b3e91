"""The first page of a division: what was changed last, each with a way to its own page."""

from __future__ import annotations

import heapq

from integrations.sandbox import pages
from integrations.sandbox.core import Request, Response
from integrations.sandbox.exact.division import Division
from integrations.sandbox.exact.hand import Hand
from integrations.sandbox.exact.shelf import Row

TOLD = "Exact Online (stand-in)"
MOST = 100


def is_asked(request: Request) -> bool:
    return request.path.endswith("/MenuPortal.aspx") and set(request.query) <= {"_Division_"}


def answer(request: Request, hand: Hand) -> Response:
    code = request.first("_Division_")
    try:
        division = hand.division(int(code) if code.isdecimal() else None)
    except ValueError:
        return pages.missing_page(TOLD)
    rows = [_listed(division, row) for row in _newest(division)]
    title = f"{division.code} {division.books.description}"
    return pages.list_page(title, TOLD, rows, f"?_Division_={division.code}&ID=")


def _newest(division: Division) -> list[Row]:
    """The records that people look at, the last changed first."""
    entities = division.shared.entities.values()
    rows = (row for each in entities if each.shown for row in division.shelf(each.path))
    return heapq.nlargest(MOST, rows, key=lambda row: row.stamp)


def _listed(division: Division, row: Row) -> tuple[str, ...]:
    entity = division.shared.entities[row.path]
    name = division.value(entity, row, entity.title)
    return row.id, str(name or entity.type), entity.path
