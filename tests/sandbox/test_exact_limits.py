"""Exact's limits: calls a minute and a day, errors an hour; and faults that are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.sandbox.exact_calls import ACCOUNTS, ITEMS, Caller, caller, told

HOUR, DAY = 3600, 86_400
MINUTELY = "X-RateLimit-Minutely-"
DAILY = "X-RateLimit-"


@pytest.fixture
def books() -> Iterator[Caller]:
    with caller(real_limits=True) as found:
        yield found


@pytest.fixture
def free() -> Iterator[Caller]:
    with caller() as found:
        yield found


def calls_until_refused(books: Caller, most: int) -> int:
    for number in range(most):
        if books.get("general/Currencies").status_code == 429:
            return number
    return most


def fail(books: Caller, times: int, path: str = ITEMS) -> list[int]:
    """The answers to calls that find nothing."""
    key = "00000000-0000-0000-0000-000000000000"
    return [books.get(f"{path}(guid'{key}')").status_code for _ in range(times)]


def test_answers_tell_what_is_left(books: Caller) -> None:
    books.get("general/Currencies")
    headers = books.get("general/Currencies").headers

    assert (headers[f"{MINUTELY}Limit"], headers[f"{DAILY}Limit"]) == ("60", "5000")
    assert (headers[f"{MINUTELY}Remaining"], headers[f"{DAILY}Remaining"]) == ("58", "4998")
    # The next full minute, and midnight in UTC, in milliseconds.
    assert headers[f"{MINUTELY}Reset"] == "1782397920000"
    assert headers[f"{DAILY}Reset"] == "1782432000000"


def test_sixty_calls_a_minute_are_answered(books: Caller) -> None:
    assert calls_until_refused(books, 70) == 60

    answer = books.get("general/Currencies")
    assert (answer.status_code, answer.content) == (429, b"")
    assert answer.headers[f"{MINUTELY}Remaining"] == "0"
    # Only the family that is used up is told.
    assert f"{DAILY}Remaining" not in answer.headers
    assert books.exact.meter.violations == {"minute": 2}
    books.clock.advance(60)
    assert books.get("general/Currencies").status_code == 200


def test_five_thousand_calls_a_day_are_answered(books: Caller) -> None:
    books.exact.configure(minute_calls=10_000, day_calls=70)
    assert calls_until_refused(books, 80) == 70

    answer = books.get("general/Currencies")
    assert answer.status_code == 429
    assert answer.headers[f"{DAILY}Remaining"] == "0"
    assert f"{MINUTELY}Remaining" not in answer.headers
    books.wait(DAY)
    assert books.get("general/Currencies").status_code == 200


def test_each_division_has_limits_of_its_own(books: Caller) -> None:
    calls_until_refused(books, 61)

    assert books.follow(f"{books.root}/1234568/general/Currencies").status_code == 200


def test_without_real_limits_nothing_is_told_or_refused(free: Caller) -> None:
    assert calls_until_refused(free, 100) == 100
    assert f"{DAILY}Limit" not in free.get("general/Currencies").headers
    assert free.server.sandbox.violations == 0


def test_allowances_that_are_granted_hold_and_are_told(free: Caller) -> None:
    free.exact.configure(minute_calls=100, day_calls=9000)

    headers = free.get("general/Currencies").headers
    assert (headers[f"{MINUTELY}Limit"], headers[f"{DAILY}Limit"]) == ("100", "9000")
    assert calls_until_refused(free, 110) == 99


# Errors


def test_ten_errors_at_an_endpoint_block_it_for_an_hour(free: Caller) -> None:
    assert fail(free, 10) == [404] * 10

    assert free.exact.meter.violations == {"errors": 1}
    answer = free.get(ITEMS, select="ID", filter="Code eq 'x'")
    assert (answer.status_code, answer.content) == (429, b"")
    assert "X-RateLimit" not in str(answer.headers)
    assert free.exact.meter.violations == {"errors": 1, "error_block": 1}
    free.wait(HOUR)
    assert free.get(ITEMS, select="ID", filter="Code eq 'x'").status_code == 200


def test_a_block_meets_one_endpoint_of_one_division(free: Caller) -> None:
    fail(free, 10)

    assert free.get(ACCOUNTS, select="ID", filter="Code eq 'x'").status_code == 200
    other = f"{free.root}/1234568/{ITEMS}?$select=ID&$filter=Code eq 'x'"
    assert free.follow(other).status_code == 200


def test_errors_are_forgotten_after_an_hour(free: Caller) -> None:
    fail(free, 9)
    assert free.exact.throttle.errors(ITEMS) == 9
    free.wait(HOUR)

    assert fail(free, 9) == [404] * 9
    assert free.server.sandbox.violations == 0


def test_a_second_block_is_longer(free: Caller) -> None:
    fail(free, 10)
    free.wait(HOUR)
    fail(free, 10)
    free.wait(HOUR)

    assert fail(free, 1) == [429]
    free.wait(HOUR)
    assert fail(free, 1) == [404]


@pytest.mark.parametrize(
    ("body", "status"),
    [({"Nope": 1}, 400), ({}, 400), ({"Name": "A", "SalesVATCode": "99"}, 500)],
)
def test_refusals_count_as_errors(free: Caller, body: dict[str, Any], status: int) -> None:
    for _ in range(10):
        assert free.post(ACCOUNTS, body).status_code == status

    assert free.post(ACCOUNTS, {"Name": "Anna"}).status_code == 429


def test_missing_rights_count_as_errors(free: Caller) -> None:
    free.exact.restrict(resources=[ACCOUNTS])
    for _ in range(10):
        assert free.get(ACCOUNTS).status_code == 403

    assert free.get(ACCOUNTS).status_code == 429


def test_calls_with_a_token_that_ran_out_count_as_errors(free: Caller) -> None:
    free.clock.advance(600)
    for _ in range(10):
        assert free.get("general/Currencies").status_code == 401
    free.wait(0)

    assert free.get("general/Currencies").status_code == 429
    assert free.get("general/Nothing").status_code == 404


def test_the_block_can_be_switched_off(free: Caller) -> None:
    free.exact.configure(blocks_errors=False)

    assert fail(free, 20) == [404] * 20
    assert free.exact.throttle.errors(ITEMS) == 20


# Faults on request


def ask_for(free: Caller, **rule: Any) -> None:
    free.server.sandbox.faults.add({"provider": "exact"} | rule)


@pytest.mark.parametrize("status", [500, 503])
def test_a_failing_service_says_so_in_general(free: Caller, status: int) -> None:
    ask_for(free, status=status)

    answer = free.post(ACCOUNTS, {"Name": "Anna"})

    assert answer.status_code == status
    assert told(answer).startswith("A problem has occurred.")
    assert free.exact.count(ACCOUNTS) == 0


@pytest.mark.parametrize(("status", "content"), [(401, b""), (429, b"")])
def test_the_gate_refuses_on_request(free: Caller, status: int, content: bytes) -> None:
    ask_for(free, status=status, retry_after="7")

    answer = free.get("general/Currencies")

    assert (answer.status_code, answer.content) == (status, content)
    assert answer.headers["Retry-After"] == "7"
    assert free.get("general/Currencies").status_code == 200


def test_missing_rights_on_request(free: Caller) -> None:
    ask_for(free, status=403)

    assert told(free.get("general/Currencies")) == "Forbidden"


def test_a_body_of_ones_own_is_sent_as_it_is(free: Caller) -> None:
    ask_for(free, status=502, body="<html>Bad gateway</html>")

    assert free.get("general/Currencies").text == "<html>Bad gateway</html>"


def test_a_token_can_run_out_on_request(free: Caller) -> None:
    ask_for(free, kind="expire_token")

    assert free.get("general/Currencies").status_code == 401
    assert free.get("general/Currencies").status_code == 401


def test_a_connection_dropped_after_the_effect_leaves_the_record(free: Caller) -> None:
    ask_for(free, kind="drop_after")
    with pytest.raises(requests.ConnectionError):
        free.post(ACCOUNTS, {"Name": "Anna"})

    assert free.names("Name eq 'Anna'") == ["Anna"]


def test_somebody_else_can_be_faster_on_request(free: Caller) -> None:
    key = free.create(ACCOUNTS, Name="Anna")
    before = free.exact.all(ACCOUNTS)[key]["Modified"]
    feed = free.rows("sync/CRM/Accounts", select="Timestamp", filter="Timestamp gt 1L")
    free.clock.advance(1)
    ask_for(free, kind="stale_version")

    free.put(ACCOUNTS, key, {"City": "Delft"})

    now = free.rows("sync/CRM/Accounts", select="Timestamp", filter="Timestamp gt 1L")
    assert int(now[0]["Timestamp"]) == int(feed[0]["Timestamp"]) + 2
    assert free.exact.all(ACCOUNTS)[key]["Modified"] == before + 1000
