"""When money is due, how it is split, and the periods it is booked in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from integrations.sandbox.exact.amounts import Price, priced
from integrations.sandbox.exact.payable import Part, covered, due_on
from tests.sandbox.exact_documents import ENTRIES, RECEIVABLES, TERMS, Company, open_company

PERIODS = "financial/FinancialPeriods"


@pytest.fixture
def company() -> Company:
    return open_company()


@pytest.mark.parametrize(
    ("day", "days", "months", "due"),
    [
        pytest.param(date(2026, 1, 20), 0, 0, date(2026, 1, 20), id="at once"),
        pytest.param(date(2026, 1, 20), 30, 0, date(2026, 2, 19), id="days"),
        pytest.param(date(2026, 1, 20), 0, 1, date(2026, 1, 31), id="the end of this month"),
        pytest.param(date(2026, 1, 20), 14, 1, date(2026, 2, 28), id="days, to a month's end"),
        pytest.param(date(2026, 11, 20), 0, 3, date(2027, 1, 31), id="over the turn of the year"),
        pytest.param(date(2028, 1, 31), 0, 2, date(2028, 2, 29), id="in a leap year"),
    ],
)
def test_money_is_due(day: date, days: int, months: int, due: date) -> None:
    assert due_on(day, days, months) == due


@pytest.mark.parametrize(
    ("amount", "parts"),
    [
        pytest.param("10", [Part("a", Decimal(10), is_whole=True)], id="just the first"),
        pytest.param("4", [Part("a", Decimal(4), is_whole=False)], id="some of the first"),
        pytest.param(
            "12",
            [Part("a", Decimal(10), is_whole=True), Part("b", Decimal(2), is_whole=False)],
            id="the first and some of the second",
        ),
    ],
)
def test_money_covers_the_oldest_first(amount: str, parts: list[Part]) -> None:
    assert covered([("a", Decimal(10)), ("b", Decimal(5))], Decimal(amount)) == parts


@pytest.mark.parametrize("amount", ["0", "15.01", "-1"])
def test_money_covers_nothing_else(amount: str) -> None:
    with pytest.raises(ValueError, match="15 is still to be paid"):
        covered([("a", Decimal(10)), ("b", Decimal(5))], Decimal(amount))


def test_what_is_given_back_covers_a_credit_note() -> None:
    assert covered([("a", Decimal(-10))], Decimal(-4)) == [Part("a", Decimal(-4), is_whole=False)]


@pytest.mark.parametrize(
    ("sent", "price"),
    [
        pytest.param({"default": None}, ("0", "0", "0"), id="a price nobody knows"),
        pytest.param({"default": None, "net": "5"}, ("5", "5", "0"), id="a net price alone"),
        pytest.param({"default": "0", "net": "5"}, ("5", "5", "0"), id="an item without a price"),
        pytest.param({"default": "3", "net": "2"}, ("3", "2", "0.333333"), id="no even share"),
        pytest.param({"default": "3", "net": "6"}, ("3", "6", "-1"), id="dearer than the list"),
        pytest.param({"default": "9.99", "discount": "0.333"}, ("9.99", "6.66333", "0.333"),
                     id="more digits than cents"),
    ],
)  # fmt: skip
def test_prices(sent: dict[str, str | None], price: tuple[str, str, str]) -> None:
    given: dict[str, Any] = {n: None if v is None else Decimal(v) for n, v in sent.items()}

    assert priced(**given) == Price(*map(Decimal, price))


def test_periods_are_the_months_of_the_years_that_are_kept(company: Company) -> None:
    rows = company.rows(PERIODS, filter="FinYear eq 2026")

    assert [row["FinPeriod"] for row in rows] == list(range(1, 13))
    assert rows[1]["EndDate"] == "/Date(1772236800000)/"
    assert company.rows(PERIODS, filter="FinYear eq 2019") == []


def test_a_changed_booking_keeps_the_row_of_what_is_owed(company: Company) -> None:
    entry = company.made(ENTRIES, **company.entry())["EntryID"]
    (before,) = company.terms_of(entry)
    company.changed(ENTRIES, entry, DueDate="2026-06-01")
    (after,) = company.terms_of(entry)

    assert (after["ID"], after["EntryID"]) == (before["ID"], before["EntryID"])
    assert after["DueDate"] == "/Date(1780272000000)/"
    assert int(after["Timestamp"]) > int(before["Timestamp"])


@pytest.mark.parametrize(
    "path",
    ["bulk/SalesInvoice/SalesInvoices", "bulk/SalesInvoice/SalesInvoiceLines",
     "bulk/Cashflow/Receivables"],
)  # fmt: skip
def test_many_at_once_must_be_selected(company: Company, path: str) -> None:
    company.exact.process(company.exact.add_invoice(company.customer, (company.item, 1, 10)))

    assert company.call("GET", path).status == 400
    assert len(company.rows(path, select="Division")) == 1


@pytest.mark.parametrize("path", [TERMS, "sync/SalesInvoice/SalesInvoices"])
def test_syncs_are_filtered_by_timestamp_only(company: Company, path: str) -> None:
    assert company.call("GET", path, select="Timestamp").status == 400
    assert company.call("GET", path, select="Timestamp", filter="Status eq 20").status == 400
    assert company.rows(path, select="Timestamp", filter="Timestamp gt 1L") == []


def test_nothing_of_a_receivable_is_made_by_hand(company: Company) -> None:
    assert company.call("POST", RECEIVABLES, {"AmountFC": 5}).status == 405
