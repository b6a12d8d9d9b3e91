"""Rate limits and the faults that are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.sandbox.quickbooks_calls import Caller, caller


@pytest.fixture
def books() -> Iterator[Caller]:
    with caller(real_limits=True) as found:
        yield found


def calls_until_refused(books: Caller, most: int, pause: float = 0.0) -> int:
    """How many calls are answered before the first 429."""
    for number in range(most):
        if books.get("/preferences").status_code == 429:
            return number
        books.clock.advance(pause)
    return most


def test_ten_calls_a_second_are_answered(books: Caller) -> None:
    assert calls_until_refused(books, 20) == 10

    books.clock.advance(1)

    assert calls_until_refused(books, 20) == 10
    assert books.books.meter.violations == {"app_second": 2}


def test_five_hundred_calls_a_minute_are_answered(books: Caller) -> None:
    assert calls_until_refused(books, 600, pause=0.1001) == 500
    assert books.books.meter.violations == {"realm_minute": 1}

    books.clock.advance(60)

    assert books.get("/preferences").status_code == 200


def test_forty_batches_a_minute_are_answered(books: Caller) -> None:
    body = {"BatchItemRequest": [{"bId": "1", "Query": "SELECT COUNT(*) FROM Item"}]}
    for _ in range(40):
        assert books.post("/batch", body).status_code == 200
        books.clock.advance(0.5)

    assert books.post("/batch", body).status_code == 429
    assert books.get("/preferences").status_code == 200
    assert books.server.sandbox.violations == 1


def test_a_throttled_call_gets_xml_though_it_asked_for_json(books: Caller) -> None:
    calls_until_refused(books, 11)

    answer = books.get("/preferences")

    assert answer.status_code == 429
    assert answer.headers["Content-Type"].startswith("application/xml")
    assert '<Fault type="SERVICE"><Error code="3001">' in answer.text
    assert "message=ThrottleExceeded; errorCode=003001; statusCode=429" in answer.text
    assert "Retry-After" not in answer.headers


def test_without_real_limits_nothing_is_throttled() -> None:
    with caller() as books:
        assert calls_until_refused(books, 50) == 50
        assert books.server.sandbox.violations == 0


def ask_for(books: Caller, **rule: Any) -> None:
    books.server.sandbox.faults.add({"provider": "quickbooks"} | rule)


@pytest.fixture
def free() -> Iterator[Caller]:
    with caller() as found:
        yield found


@pytest.mark.parametrize(("status", "code"), [(500, "10000"), (503, "10000")])
def test_a_failing_service_answers_a_system_fault(free: Caller, status: int, code: str) -> None:
    ask_for(free, status=status)

    answer = free.post("/customer", {"DisplayName": "Anna"})

    assert answer.status_code == status
    assert answer.json()["Fault"]["type"] == "SystemFault"
    assert answer.json()["Fault"]["Error"][0]["code"] == code
    assert free.books.count("Customer") == 0


def test_a_throttle_on_request_is_xml_and_may_say_how_long(free: Caller) -> None:
    ask_for(free, kind="xml_429", retry_after="17")

    answer = free.get("/preferences")

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "17")
    assert "ThrottleExceeded" in answer.text
    assert free.get("/preferences").status_code == 200


def test_a_body_of_ones_own_is_sent_as_it_is(free: Caller) -> None:
    ask_for(free, status=502, body="<html>Bad gateway</html>")

    answer = free.get("/preferences")

    assert (answer.status_code, answer.text) == (502, "<html>Bad gateway</html>")


@pytest.mark.parametrize(("status", "code"), [(401, "3200"), (403, "3100")])
def test_the_gateway_refuses_on_request(free: Caller, status: int, code: str) -> None:
    ask_for(free, status=status)

    answer = free.get("/preferences")

    assert answer.status_code == status
    assert answer.json()["fault"]["error"][0]["code"] == code


def test_a_token_can_run_out_on_request(free: Caller) -> None:
    ask_for(free, kind="expire_token")

    assert free.get("/preferences").status_code == 401
    assert free.get("/preferences").status_code == 401


def test_a_call_that_brings_no_token_expires_none(free: Caller) -> None:
    ask_for(free, kind="expire_token")

    requests.get(f"{free.ready['base_url']}/.well-known/openid_configuration", timeout=10)

    assert free.get("/preferences").status_code == 200


def test_somebody_else_can_be_faster_on_request(free: Caller) -> None:
    made = free.create("Customer", DisplayName="Anna")
    body = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "Notes": "x"}
    item = {"bId": "1", "operation": "update", "Customer": body | {"SyncToken": "1"}}
    ask_for(free, kind="stale_version", times=2)

    # Reading does not use it up.
    assert free.get(f"/customer/{made['Id']}").status_code == 200
    assert free.names("SELECT * FROM Customer") == ["Anna"]
    single = free.post("/customer", body)
    answers = free.batch(item)

    assert single.json()["Fault"]["Error"][0]["code"] == "5010"
    assert answers["1"]["Fault"]["Error"][0]["code"] == "5010"
    assert free.books.get("Customer", made["Id"])["SyncToken"] == "2"


def test_a_connection_dropped_after_the_effect_is_resolved_by_its_requestid(free: Caller) -> None:
    ask_for(free, kind="drop_after")
    with pytest.raises(requests.ConnectionError):
        free.post("/customer", {"DisplayName": "Anna"}, requestid="job")

    again = free.post("/customer", {"DisplayName": "Anna"}, requestid="job")

    assert again.json()["Customer"]["Id"] == "1"
    assert free.books.count("Customer") == 1
