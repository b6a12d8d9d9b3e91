"""Signing in: consent, tokens that expire and rotate, revocation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from integrations.sandbox.core import HandClock, Setting
from integrations.sandbox.quickbooks.provider import QuickBooks
from tests.sandbox.quickbooks_calls import START, Caller, caller

HOUR, DAY = 3600, 86400
CALLBACK = "http://localhost:8000/callback"
SCOPE = "com.intuit.quickbooks.accounting"


@pytest.fixture
def books() -> Iterator[Caller]:
    with caller() as found:
        yield found


def consent_fields(books: Caller, **changed: str) -> dict[str, str]:
    return {
        "client_id": books.ready["client_id"],
        "response_type": "code",
        "scope": SCOPE,
        "redirect_uri": CALLBACK,
        "state": "s-1",
    } | changed


def consent(books: Caller, action: str = "allow", **changed: str) -> dict[str, str]:
    """What the callback gets once a person has pressed a button."""
    answer = requests.post(
        f"{books.ready['base_url']}/connect/oauth2",
        data=consent_fields(books, **changed) | {"action": action},
        allow_redirects=False,
        timeout=10,
    )
    assert answer.status_code == 302, answer.text
    location = answer.headers["Location"]
    assert location.startswith(CALLBACK + "?")
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def token(books: Caller, secret: str = "", headers: Any = None, **form: str) -> requests.Response:
    return requests.post(
        f"{books.ready['base_url']}/oauth2/v1/tokens/bearer",
        data=form,
        auth=(books.ready["client_id"], secret or books.ready["client_secret"]),
        headers={"Accept": "application/json"} | (headers or {}),
        timeout=10,
    )


def exchange(books: Caller, code: str, redirect_uri: str = CALLBACK) -> requests.Response:
    return token(books, grant_type="authorization_code", code=code, redirect_uri=redirect_uri)


def refresh(books: Caller, value: str, **more: Any) -> requests.Response:
    return token(books, grant_type="refresh_token", refresh_token=value, **more)


def test_consent_ends_in_a_code_the_company_and_the_state(books: Caller) -> None:
    got = consent(books)

    assert got["realmId"] == books.ready["account_id"]
    assert got["state"] == "s-1"
    tokens = exchange(books, got["code"]).json()
    assert tokens["expires_in"] == HOUR
    assert tokens["x_refresh_token_expires_in"] == 101 * DAY
    assert tokens["token_type"] == "bearer"


def test_a_refusal_ends_in_access_denied(books: Caller) -> None:
    assert consent(books, "deny") == {"error": "access_denied", "state": "s-1"}


def test_the_consent_page_asks_and_cannot_be_framed(books: Caller) -> None:
    url = f"{books.ready['base_url']}/connect/oauth2"

    page = requests.get(url, params=consent_fields(books, state='"><b>'), timeout=10)

    assert page.status_code == 200
    assert '<button name="action" value="allow">' in page.text
    assert "<b>" not in page.text
    assert page.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "somebody-else"},
        {"redirect_uri": "https://elsewhere.example/callback"},
        {"redirect_uri": CALLBACK + "?tenant=1"},
        {"response_type": "token"},
        {"scope": "everything"},
        {"scope": ""},
        {"state": ""},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_wrong_sign_in_request_never_calls_back(books: Caller, changed: dict[str, str]) -> None:
    answer = requests.post(
        f"{books.ready['base_url']}/connect/oauth2",
        data=consent_fields(books, **changed) | {"action": "allow"},
        allow_redirects=False,
        timeout=10,
    )

    assert answer.status_code == 400
    assert "Location" not in answer.headers


def test_another_address_can_be_registered(books: Caller) -> None:
    address = "https://saldo.example/callback"
    books.books.change(["settings"], {"redirect_uris": [address]})

    answer = requests.post(
        f"{books.ready['base_url']}/connect/oauth2",
        data=consent_fields(books, redirect_uri=address) | {"action": "allow"},
        allow_redirects=False,
        timeout=10,
    )

    assert answer.headers["Location"].startswith(address)


def test_a_code_used_twice_takes_back_what_it_gave(books: Caller) -> None:
    code = consent(books)["code"]
    given = exchange(books, code).json()

    again = exchange(books, code)

    assert again.status_code == 400
    assert again.json()["error"] == "invalid_grant"
    assert refresh(books, given["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_code_belongs_to_its_address_and_soon_expires(books: Caller) -> None:
    wrong = exchange(books, consent(books)["code"], "http://localhost:8000/other")
    late_code = consent(books)["code"]
    books.clock.advance(601)

    assert wrong.json()["error"] == "invalid_grant"
    assert exchange(books, late_code).json()["error"] == "invalid_grant"


def test_wrong_client_credentials_are_refused(books: Caller) -> None:
    answer = refresh(books, books.ready["refresh_token"], secret="guessed")

    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"


def test_an_access_token_lasts_an_hour(books: Caller) -> None:
    books.clock.advance(HOUR - 1)
    assert books.get("/preferences").status_code == 200

    books.clock.advance(1)
    assert books.get("/preferences").status_code == 401

    fresh = refresh(books, books.ready["refresh_token"]).json()["access_token"]
    books.session.headers["Authorization"] = f"Bearer {fresh}"
    assert books.get("/preferences").status_code == 200


def test_a_refresh_token_keeps_its_value_for_a_day_and_is_extended(books: Caller) -> None:
    value = books.ready["refresh_token"]
    books.clock.advance(DAY - 1)

    answer = refresh(books, value).json()

    assert answer["refresh_token"] == value
    assert answer["x_refresh_token_expires_in"] == 101 * DAY


def test_after_a_day_a_refresh_token_rotates_and_the_old_one_is_dead(books: Caller) -> None:
    old = books.ready["refresh_token"]
    books.clock.advance(DAY)

    new = refresh(books, old).json()["refresh_token"]

    assert new != old
    dead = refresh(books, old)
    assert (dead.status_code, dead.json()["error"]) == (400, "invalid_grant")
    assert refresh(books, new).json()["refresh_token"] == new
    assert books.books.meter.tokens_refreshed == 2


def test_an_unused_refresh_token_dies(books: Caller) -> None:
    books.clock.advance(101 * DAY)

    assert refresh(books, books.ready["refresh_token"]).json()["error"] == "invalid_grant"


def test_five_years_after_consent_refreshing_ends(books: Caller) -> None:
    value = books.ready["refresh_token"]
    shown = {"x-include-refresh-token-hard-expires-in": "true"}
    for _ in range(18):
        books.clock.advance(100 * DAY)
        answer = refresh(books, value, headers=shown)
        value = answer.json()["refresh_token"]
    left = answer.json()["x_refresh_token_hard_expires_in"]
    books.clock.advance(left)

    assert left == (5 * 365 - 1800) * DAY
    assert "x_refresh_token_hard_expires_in" not in refresh(books, value).json()
    assert refresh(books, value).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_revoking_either_token_ends_both(books: Caller, which: str) -> None:
    answer = requests.post(
        f"{books.ready['base_url']}/v2/oauth2/tokens/revoke",
        json={"token": books.ready[which]},
        auth=(books.ready["client_id"], books.ready["client_secret"]),
        timeout=10,
    )

    assert answer.status_code == 200
    assert books.get("/preferences").status_code == 401
    assert refresh(books, books.ready["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_company_can_disconnect_the_app(books: Caller) -> None:
    books.books.disconnect()

    assert books.get("/preferences").status_code == 401
    assert refresh(books, books.ready["refresh_token"]).json()["error"] == "invalid_grant"


def test_tokens_without_the_accounting_scope_open_nothing(books: Caller) -> None:
    code = consent(books, scope="openid")["code"]
    books.session.headers["Authorization"] = (
        f"Bearer {exchange(books, code).json()['access_token']}"
    )

    assert books.get("/preferences").status_code == 403


def test_discovery_points_at_this_very_server(books: Caller) -> None:
    base = books.ready["base_url"]

    found = requests.get(f"{base}/.well-known/openid_sandbox_configuration", timeout=10).json()

    assert found["authorization_endpoint"] == f"{base}/connect/oauth2"
    assert found["token_endpoint"] == f"{base}/oauth2/v1/tokens/bearer"
    assert found["revocation_endpoint"] == f"{base}/v2/oauth2/tokens/revoke"


def test_a_token_just_made_has_all_of_its_life() -> None:
    clock = HandClock(START)
    sign_in = QuickBooks(Setting(clock)).sign_in
    access, fresh = sign_in.first_tokens()

    clock.advance(0.004)

    assert sign_in.tokens.seconds_left(access) == HOUR
    assert sign_in.tokens.seconds_left(fresh) == 101 * DAY
