"""Signing in at Exact: consent, codes, ten-minute tokens and refresh tokens that rotate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.sandbox.exact_calls import Caller, caller

BACK = "http://127.0.0.1:8000/oauth/exact/callback/"
DAY = 86_400
EARLY = "Rate limit exceeded: access_token not expired"


class Client:
    """An app that signs in and out."""

    def __init__(self, found: Caller) -> None:
        self.found = found
        self.ready = found.ready
        self.url = f"{self.ready['base_url']}/api/oauth2"

    def ask(self, method: str = "GET", **changed: str) -> requests.Response:
        """The consent page, or its answer."""
        sent = {
            "client_id": self.ready["client_id"],
            "redirect_uri": BACK,
            "response_type": "code",
            "state": "s1",
        } | changed
        url = f"{self.url}/auth"
        if method == "GET":
            return requests.get(url, params=sent, timeout=10)
        return requests.post(url, data=sent, allow_redirects=False, timeout=10)

    def code(self, **changed: str) -> str:
        answer = self.ask("POST", action="allow", **changed)
        return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]

    def token(self, **sent: str) -> requests.Response:
        own = {
            "client_id": self.ready["client_id"],
            "client_secret": self.ready["client_secret"],
        }
        return requests.post(f"{self.url}/token", data=own | sent, timeout=10)

    def exchange(self, code: str, **changed: str) -> requests.Response:
        sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
        return self.token(**(sent | changed))

    def refresh(self, value: str) -> requests.Response:
        return self.token(grant_type="refresh_token", refresh_token=value)

    def signed_in(self) -> dict[str, Any]:
        answer = self.exchange(self.code())
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def works(self, access_token: str) -> bool:
        headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/json"}
        url = f"{self.found.root}/current/Me"
        return requests.get(url, headers=headers, timeout=10).status_code == 200

    def wait(self, seconds: float) -> None:
        self.found.clock.advance(seconds)


@pytest.fixture
def client() -> Iterator[Client]:
    with caller() as found:
        yield Client(found)


def refused(answer: requests.Response) -> tuple[int, str, str]:
    content = answer.json()
    return answer.status_code, content["error"], content["error_description"]


def test_a_person_consents_and_the_app_gets_its_tokens(client: Client) -> None:
    page = client.ask()
    allowed = client.ask("POST", action="allow")

    assert (page.status_code, "Toestaan" in page.text) == (200, True)
    back = urlsplit(allowed.headers["Location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == BACK
    assert parse_qs(back.query)["state"] == ["s1"]
    answer = client.exchange(parse_qs(back.query)["code"][0]).json()
    assert answer.keys() == {"access_token", "token_type", "expires_in", "refresh_token"}
    assert (answer["expires_in"], answer["token_type"]) == ("600", "bearer")
    assert client.works(answer["access_token"])


def test_a_person_may_refuse(client: Client) -> None:
    answer = client.ask("POST", action="deny")

    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert query == {"error": ["access_denied"], "state": ["s1"]}


def test_a_client_id_may_have_braces(client: Client) -> None:
    assert client.ask(client_id=f"{{{client.ready['client_id']}}}").status_code == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "someone-else"},
        {"redirect_uri": "https://elsewhere.example/"},
        {"redirect_uri": "ftp://127.0.0.1/"},
        {"response_type": "token"},
        {"force_login": "yes"},
    ],
)
def test_a_wrong_request_gets_no_consent_page(client: Client, changed: dict[str, str]) -> None:
    assert client.ask(**changed).status_code == 400


def test_an_address_can_be_registered(client: Client) -> None:
    client.found.exact.configure(redirect_uris=["https://saldo.example/back"])

    assert client.ask(redirect_uri="https://saldo.example/back").status_code == 200


def test_a_code_works_once(client: Client) -> None:
    code = client.code()

    assert client.exchange(code).status_code == 200
    assert client.exchange(code).status_code == 400


@pytest.mark.parametrize(("seconds", "status"), [(179, 200), (180, 400)])
def test_a_code_lasts_three_minutes(client: Client, seconds: int, status: int) -> None:
    code = client.code()
    client.wait(seconds)

    assert client.exchange(code).status_code == status


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": "http://127.0.0.1/other"},
        {"client_secret": "wrong"},
        {"client_id": "wrong"},
        {"grant_type": "client_credentials"},
    ],
)
def test_a_wrong_exchange_is_refused(client: Client, changed: dict[str, str]) -> None:
    assert client.exchange(client.code(), **changed).status_code == 400


def test_credentials_in_a_header_are_not_read(client: Client) -> None:
    own = (client.ready["client_id"], client.ready["client_secret"])
    sent = {"grant_type": "refresh_token", "refresh_token": client.ready["refresh_token"]}

    answer = requests.post(f"{client.url}/token", data=sent, auth=own, timeout=10)

    assert refused(answer)[1] == "invalid_client"


@pytest.mark.parametrize(("seconds", "works"), [(599, True), (600, False)])
def test_an_access_token_lasts_ten_minutes(client: Client, seconds: int, works: bool) -> None:
    tokens = client.signed_in()
    client.wait(seconds)

    assert client.works(tokens["access_token"]) is works


def test_a_refresh_before_its_time_is_refused(client: Client) -> None:
    tokens = client.signed_in()
    client.wait(569)

    answer = client.refresh(tokens["refresh_token"])

    assert refused(answer) == (400, "access_denied", EARLY)
    assert answer.headers["Reason"].startswith("TooEarlyToRefreshTokens:")
    assert client.found.exact.meter.violations == {"token_too_early": 1}
    client.wait(1)
    assert client.refresh(tokens["refresh_token"]).status_code == 200


def test_every_refresh_gives_another_refresh_token(client: Client) -> None:
    first = client.signed_in()
    client.wait(580)
    second = client.refresh(first["refresh_token"]).json()
    client.wait(580)
    third = client.refresh(second["refresh_token"]).json()

    assert len({each["refresh_token"] for each in (first, second, third)}) == 3
    assert client.works(third["access_token"])
    assert client.found.exact.meter.tokens_refreshed == 2


def test_the_old_refresh_token_works_until_the_new_one_was_used(client: Client) -> None:
    first = client.signed_in()
    client.wait(580)
    # The answer is lost.
    client.refresh(first["refresh_token"])
    client.wait(580)

    again = client.refresh(first["refresh_token"])
    assert again.status_code == 200
    client.wait(580)
    assert client.refresh(again.json()["refresh_token"]).status_code == 200
    client.wait(580)

    assert refused(client.refresh(first["refresh_token"])) == (
        401,
        "unauthorized_client",
        "Old refresh token used.",
    )


def test_a_lost_refresh_token_is_replaced_by_the_repeated_one(client: Client) -> None:
    first = client.signed_in()
    client.wait(580)
    lost = client.refresh(first["refresh_token"]).json()
    client.wait(580)
    client.refresh(first["refresh_token"])
    client.wait(580)

    assert refused(client.refresh(lost["refresh_token"]))[2] == "Old refresh token used."


def test_a_refresh_token_lasts_thirty_days(client: Client) -> None:
    tokens = client.signed_in()
    client.wait(30 * DAY)

    answer = client.refresh(tokens["refresh_token"])

    assert refused(answer) == (
        400,
        "invalid_request",
        "The refresh token expired at 7/25/2026 02:31:00 PM and it is now 7/25/2026 02:31:00 PM.",
    )


def test_a_refresh_token_that_is_used_lives_on(client: Client) -> None:
    tokens = client.signed_in()
    for _ in range(3):
        client.wait(29 * DAY)
        tokens = client.refresh(tokens["refresh_token"]).json()

    assert client.works(tokens["access_token"])


def test_a_second_consent_ends_the_first_chain(client: Client) -> None:
    first, second = client.signed_in(), client.signed_in()
    client.wait(580)

    answer = client.refresh(first["refresh_token"])

    assert refused(answer) == (
        400,
        "invalid_grant",
        "Token is not allowed, because of invalid or empty chainId",
    )
    assert client.refresh(second["refresh_token"]).status_code == 200


def test_an_unknown_refresh_token_is_refused(client: Client) -> None:
    assert refused(client.refresh("made-up"))[1] == "invalid_grant"


def test_two_hundred_token_calls_a_day_are_answered(client: Client) -> None:
    for _ in range(200):
        assert "Rate limit" not in client.refresh("made-up").text

    assert "Rate limit exceeded" in client.refresh("made-up").text
    client.wait(DAY)
    assert "Rate limit" not in client.refresh("made-up").text


def test_a_disconnected_app_has_no_access(client: Client) -> None:
    tokens = client.signed_in()

    client.found.exact.change(["disconnect"], {})

    assert not client.works(tokens["access_token"])
    client.wait(580)
    assert refused(client.refresh(tokens["refresh_token"]))[1] == "invalid_grant"
    assert client.works(client.signed_in()["access_token"])


def test_tokens_expired_by_hand_may_be_refreshed_at_once(client: Client) -> None:
    tokens = client.signed_in()

    assert client.found.exact.change(["tokens", "expire"], {}) == {"expired": 2}

    assert not client.works(tokens["access_token"])
    assert client.works(client.refresh(tokens["refresh_token"]).json()["access_token"])


def test_the_ready_tokens_are_renewed_when_they_ran_out(client: Client) -> None:
    client.wait(700)

    assert client.works(client.found.server.ready()["exact"]["access_token"])


def test_asking_what_is_ready_leaves_a_client_signed_in(client: Client) -> None:
    tokens = client.signed_in()
    client.wait(700)

    ready = client.found.server.ready()["exact"]

    assert ready["refresh_token"] == tokens["refresh_token"]
    assert client.refresh(tokens["refresh_token"]).status_code == 200


def test_what_is_ready_after_a_disconnection_works(client: Client) -> None:
    client.found.exact.change(["disconnect"], {})

    ready = client.found.server.ready()["exact"]

    assert client.works(ready["access_token"])
    client.wait(600)
    assert client.refresh(ready["refresh_token"]).status_code == 200


def test_only_get_and_post_are_known(client: Client) -> None:
    assert requests.get(f"{client.url}/token", timeout=10).status_code == 405
