"""Rate limits: the rolling window, search's own, their headers, and counted violations."""

from __future__ import annotations

from tests.sandbox.hubspot_account import OBJECTS, Account

CONTACTS = f"{OBJECTS}/contacts"


def test_the_window_lets_110_calls_through_in_ten_seconds(limited: Account) -> None:
    answers = [limited.get(CONTACTS) for _ in range(111)]

    assert [a.status_code for a in answers] == [200] * 110 + [429]
    refused = answers[-1]
    body = refused.json()
    assert body["message"] == "You have reached your ten_secondly_rolling limit."
    assert (body["errorType"], body["policyName"]) == ("RATE_LIMIT", "TEN_SECONDLY_ROLLING")
    assert "category" not in body
    assert "Retry-After" not in refused.headers
    state = limited.control("GET", "state").json()["providers"]["hubspot"]
    assert state["violations"] == 1
    assert state["violations_by_policy"] == {"TEN_SECONDLY_ROLLING": 1}


def test_the_window_rolls(limited: Account) -> None:
    for _ in range(60):
        limited.get(CONTACTS)
    limited.clock.advance(6)
    for _ in range(50):
        limited.get(CONTACTS)
    assert limited.get(CONTACTS).status_code == 429

    limited.clock.advance(4)

    assert [limited.get(CONTACTS).status_code for _ in range(61)] == [200] * 60 + [429]


def test_the_headers_tell_what_is_left(limited: Account) -> None:
    limited.get(CONTACTS)

    headers = limited.get(CONTACTS).headers

    assert headers["X-HubSpot-RateLimit-Max"] == "110"
    assert headers["X-HubSpot-RateLimit-Remaining"] == "108"
    assert headers["X-HubSpot-RateLimit-Interval-Milliseconds"] == "10000"
    assert "X-HubSpot-RateLimit-Daily" not in headers


def test_search_has_a_limit_of_its_own_and_no_headers(limited: Account) -> None:
    answers = [limited.search("contacts") for _ in range(6)]

    assert [a.status_code for a in answers] == [200] * 5 + [429]
    assert not [name for a in answers for name in a.headers if "RateLimit" in name]
    assert answers[-1].json()["message"] == "You have reached your secondly limit."
    assert answers[-1].json()["policyName"] == "SECONDLY"
    assert limited.get(CONTACTS).headers["X-HubSpot-RateLimit-Remaining"] == "109"
    limited.clock.advance(1)
    assert limited.search("contacts").status_code == 200


def test_tokens_are_not_limited(limited: Account) -> None:
    for _ in range(110):
        limited.get(CONTACTS)

    answer = limited.form("/oauth/2026-03/token/introspect", token=limited.ready["access_token"])

    assert answer.status_code == 200
    assert not [name for name in answer.headers if "RateLimit" in name]


def test_a_refused_write_has_no_effect(limited: Account) -> None:
    for _ in range(110):
        limited.get(CONTACTS)

    answer = limited.post(CONTACTS, {"properties": {"email": "a@example.org"}})

    assert answer.status_code == 429
    assert limited.hubspot.contacts == {}


def test_without_limits_there_are_no_headers(account: Account) -> None:
    answers = [account.get(CONTACTS) for _ in range(120)]

    assert {a.status_code for a in answers} == {200}
    assert not [name for name in answers[0].headers if "RateLimit" in name]
