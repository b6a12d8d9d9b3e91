"""Financial periods: the months of the years that a division keeps, open or closed."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from integrations.sandbox.exact.documents_common import day_of, milliseconds
from integrations.sandbox.exact.drafts import Draft
from integrations.sandbox.exact.messages import Kind, Problem, Refused
from integrations.sandbox.exact.resources import Listing
from integrations.sandbox.exact.tables.financial import FINANCIAL_PERIODS

if TYPE_CHECKING:
    from integrations.sandbox.exact.call import Call
    from integrations.sandbox.exact.division import Division

# Years before and after the current one that periods are kept for.
YEARS_BEFORE, YEARS_AFTER = 3, 1
CLOSED = "closed_periods"
FISCAL_YEAR = (
    "Boekjaar (Periode - datum tabel)",
    "Fiscal year (Period - date table)",
)

type Period = tuple[int, int]


def period_of(day: int) -> Period:
    found = day_of(day)
    return found.year, found.month


def check_period(division: Division, period: Period) -> Problem | None:
    """What keeps a booking out of a period."""
    year, month = period
    current = day_of(division.today()).year
    if not (current - YEARS_BEFORE <= year <= current + YEARS_AFTER and 1 <= month <= 12):
        return Problem(Kind.UNKNOWN, FISCAL_YEAR)
    if _name(period) in closed(division):
        return Problem(Kind.CLOSED_PERIOD, value=f"{year} - {month}")
    return None


def settle_period(draft: Draft, dated: str) -> None:
    """A booking bears the period of its date unless it names another; neither may be closed."""
    if draft.changes(dated) and "ReportingPeriod" not in draft.sent:
        year, month = period_of(draft[dated])
        draft["ReportingYear"], draft["ReportingPeriod"] = year, month
    problem = check_period(draft.division, (draft["ReportingYear"], draft["ReportingPeriod"]))
    if problem is not None:
        draft.problems.append(problem)


def require_open(division: Division, period: Period) -> None:
    problem = check_period(division, period)
    if problem is not None:
        raise Refused(problem)


def closed(division: Division) -> list[str]:
    found: list[str] = division.notes.get(CLOSED, [])
    return found


def close(division: Division, year: int, month: int) -> None:
    division.notes[CLOSED] = sorted({*closed(division), _name((year, month))})


def reopen(division: Division, year: int, month: int) -> None:
    division.notes[CLOSED] = [name for name in closed(division) if name != _name((year, month))]


def close_until(division: Division, day: date) -> None:
    """Close every period that ends on or before a day."""
    for year, month in _periods(division):
        if date(year, month, monthrange(year, month)[1]) <= day:
            close(division, year, month)


def _name(period: Period) -> str:
    return f"{period[0]}-{period[1]:02d}"


def _periods(division: Division) -> Iterator[Period]:
    current = day_of(division.today()).year
    for year in range(current - YEARS_BEFORE, current + YEARS_AFTER + 1):
        for month in range(1, 13):
            yield year, month


def _rows(call: Call) -> Iterator[dict[str, Any]]:
    for year, month in _periods(call.division):
        yield {
            "ID": f"00000000-0000-4000-8000-{year:08d}{month:04d}",
            "FinYear": year,
            "FinPeriod": month,
            "StartDate": milliseconds(date(year, month, 1)),
            "EndDate": milliseconds(date(year, month, monthrange(year, month)[1])),
            "Division": call.division.code,
        }


PERIODS = Listing(
    path="financial/FinancialPeriods",
    type="FinancialPeriod",
    fields=FINANCIAL_PERIODS,
    scope="Financial accounting",
    rows=_rows,
)
