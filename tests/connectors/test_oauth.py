"""OAuth: the address of the consent page, the token calls, and what refusals mean."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import responses

from integrations import oauth
from integrations.contract import Category, ConnectorError, Misconfigured, RetryLater, SignInAgain
from integrations.oauth import OAuthApp

APP = OAuthApp(
    client_id="the-id",
    client_secret="the-secret",
    redirect_uri="https://saldo.example.org/callback",
    authorize_url="https://provider.example.org/authorize",
    token_url="https://provider.example.org/token",
    revoke_url="https://provider.example.org/revoke",
    scopes=("read", "write"),
)
TOKENS = {
    "access_token": "access-1",
    "refresh_token": "refresh-1",
    "expires_in": 1800,
    "hub_id": 4711,
    "token_type": "bearer",
    "scopes": ["read", "write"],
}


@pytest.fixture
def web() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as web:
        yield web


def form(call: Any) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(call.request.body).items()}


def test_the_consent_page_gets_state_scopes_and_challenge() -> None:
    app = replace(APP, pkce=True, extra={"prompt": "login"}, optional_scopes=("more",))

    url = urlsplit(oauth.authorize_url(app, "the state", "the-challenge"))

    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert f"{url.scheme}://{url.netloc}{url.path}" == app.authorize_url
    assert query == {
        "client_id": "the-id",
        "redirect_uri": "https://saldo.example.org/callback",
        "response_type": "code",
        "scope": "read write",
        "optional_scope": "more",
        "state": "the state",
        "prompt": "login",
        "code_challenge": "the-challenge",
        "code_challenge_method": "S256",
    }


def test_a_provider_without_pkce_gets_no_challenge() -> None:
    assert "challenge" not in oauth.authorize_url(APP, "state", "the-challenge")


def test_the_challenge_is_the_one_of_the_standard() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

    assert oauth.challenge_for(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert len(oauth.new_verifier()) >= 43
    assert oauth.new_verifier() != oauth.new_verifier()


def test_a_code_is_exchanged_in_the_form(web: responses.RequestsMock) -> None:
    web.post(APP.token_url, json=TOKENS)

    answer = oauth.exchange(replace(APP, pkce=True), "the-code", "the-verifier")

    assert form(web.calls[0]) == {
        "grant_type": "authorization_code",
        "code": "the-code",
        "redirect_uri": APP.redirect_uri,
        "client_id": "the-id",
        "client_secret": "the-secret",
        "code_verifier": "the-verifier",
    }
    assert (answer.access_token, answer.refresh_token) == ("access-1", "refresh-1")
    assert (answer.expires_in, answer.refresh_expires_in) == (1800, None)
    assert answer.scopes == ("read", "write")
    assert answer.raw_extra == {"expires_in": "1800", "hub_id": "4711", "token_type": "bearer"}


def test_a_provider_with_basic_auth_gets_no_secret_in_the_form(
    web: responses.RequestsMock,
) -> None:
    web.post(APP.token_url, json=TOKENS | {"x_refresh_token_expires_in": 8726400, "scope": "a b"})

    answer = oauth.refresh(replace(APP, basic_auth=True), "refresh-0")

    assert form(web.calls[0]) == {"grant_type": "refresh_token", "refresh_token": "refresh-0"}
    expected = base64.b64encode(b"the-id:the-secret").decode()
    assert web.calls[0].request.headers["Authorization"] == f"Basic {expected}"
    assert answer.refresh_expires_in == 8726400


def test_an_answer_without_a_refresh_token_keeps_the_old_one(web: responses.RequestsMock) -> None:
    web.post(APP.token_url, json={"access_token": "access-2", "expires_in": 60})

    assert oauth.refresh(APP, "refresh-0").refresh_token == "refresh-0"


def test_tokens_do_not_show_in_the_representation(web: responses.RequestsMock) -> None:
    web.post(APP.token_url, json=TOKENS)

    shown = repr(oauth.exchange(APP, "code")) + repr(APP)

    assert not [word for word in ("access-1", "refresh-1", "the-secret") if word in shown]


@pytest.mark.parametrize(
    ("status", "answer", "expected", "category"),
    [
        pytest.param(
            400, {"error": "invalid_grant", "status": "BAD_REFRESH_TOKEN"},
            SignInAgain, Category.CONNECTION_REAUTH, id="consent withdrawn",
        ),
        pytest.param(
            400, {"status": "BAD_AUTH_CODE", "message": "missing or unknown auth code"},
            SignInAgain, Category.CONNECTION_REAUTH, id="code spent",
        ),
        pytest.param(
            401, {"error": "invalid_client"},
            Misconfigured, Category.CONFIGURATION, id="wrong secret",
        ),
        pytest.param(
            400, {"error": "redirect_uri_mismatch"},
            Misconfigured, Category.CONFIGURATION, id="wrong redirect",
        ),
        pytest.param(
            403, None, Misconfigured, Category.CONFIGURATION, id="refused without a word"
        ),
        pytest.param(429, {}, RetryLater, Category.TRANSIENT, id="busy"),
        pytest.param(503, {"error": "invalid_grant"}, RetryLater, Category.TRANSIENT, id="broken"),
        pytest.param(200, {"ok": 1}, RetryLater, Category.TRANSIENT, id="no token in it"),
    ],
)  # fmt: skip
def test_what_a_refusal_means(
    web: responses.RequestsMock,
    status: int,
    answer: dict[str, str] | None,
    expected: type[ConnectorError],
    category: Category,
) -> None:
    if answer is None:
        web.post(APP.token_url, status=status, body="<html>no</html>")
    else:
        web.post(APP.token_url, status=status, json=answer)

    with pytest.raises(expected) as raised:
        oauth.refresh(APP, "refresh-0")

    assert raised.value.fault.category is category


def test_a_busy_service_says_how_long(web: responses.RequestsMock) -> None:
    web.post(APP.token_url, status=429, headers={"Retry-After": "33"})

    with pytest.raises(RetryLater) as raised:
        oauth.refresh(APP, "refresh-0")

    assert raised.value.after == 33.0


def test_a_service_that_is_not_there_is_tried_later(web: responses.RequestsMock) -> None:
    web.post(APP.token_url, body=requests.ConnectionError("no route"))

    with pytest.raises(RetryLater):
        oauth.refresh(APP, "refresh-0")


def test_the_refusal_keeps_no_token(web: responses.RequestsMock) -> None:
    web.post(APP.token_url, status=400, json={"error": "invalid_grant", "refresh_token": "abc123"})

    with pytest.raises(SignInAgain) as raised:
        oauth.refresh(APP, "refresh-0")

    assert "abc123" not in raised.value.fault.raw


def test_a_token_is_revoked_by_form(web: responses.RequestsMock) -> None:
    web.post(APP.revoke_url, status=204)

    oauth.revoke(APP, "refresh-1")

    assert form(web.calls[0])["token"] == "refresh-1"
    assert form(web.calls[0])["client_secret"] == "the-secret"


def test_a_token_is_revoked_by_json_where_the_provider_wants_it(
    web: responses.RequestsMock,
) -> None:
    web.post(APP.revoke_url, status=200)

    oauth.revoke(replace(APP, revoke_json=True, basic_auth=True), "refresh-1")

    assert web.calls[0].request.body == b'{"token": "refresh-1"}'


@pytest.mark.parametrize("code", ["invalid_grant", "invalid_token", "invalid_request"])
def test_a_dead_token_counts_as_revoked(web: responses.RequestsMock, code: str) -> None:
    web.post(APP.revoke_url, status=400, json={"error": code})

    oauth.revoke(APP, "refresh-1")

    assert len(web.calls) == 1


def test_a_revocation_by_a_stranger_is_told(web: responses.RequestsMock) -> None:
    web.post(APP.revoke_url, status=401, json={"error": "invalid_client"})

    with pytest.raises(Misconfigured):
        oauth.revoke(APP, "refresh-1")


def test_a_revocation_that_did_not_happen_is_told(web: responses.RequestsMock) -> None:
    web.post(APP.revoke_url, status=500)

    with pytest.raises(RetryLater):
        oauth.revoke(APP, "refresh-1")


def test_a_provider_without_revocation_is_not_called() -> None:
    oauth.revoke(replace(APP, revoke_url=""), "refresh-1")
