"""OAuth: consent, codes, refreshing, introspection, revoking, uninstalling."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests

from tests.sandbox.hubspot_account import OBJECTS, Account

REDIRECT = "https://app.example.com/connect/hubspot"
SCOPES = "oauth crm.objects.contacts.read crm.objects.contacts.write"


class Form(HTMLParser):
    """The fields and the address of the form on a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.buttons: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = found["action"]
        elif tag == "input":
            self.fields[found["name"]] = found["value"]
        elif tag == "button":
            self.buttons.append(found["value"])


def ask(account: Account, path: str = "/oauth/authorize", **changes: str) -> requests.Response:
    query = {
        "client_id": account.ready["client_id"],
        "redirect_uri": REDIRECT,
        "scope": SCOPES,
        "state": "a b&c",
    } | changes
    return requests.get(f"{account.ready['base_url']}{path}", params=query, timeout=10)


def press(page: requests.Response, decision: str) -> dict[str, str]:
    """What the redirect after a button brings to the app."""
    form = Form(page.text)
    assert form.buttons == ["allow", "deny"]
    answer = requests.post(
        urljoin(page.url, form.action),
        data=form.fields | {"decision": decision},
        timeout=10,
        allow_redirects=False,
    )
    assert answer.status_code == 302
    location = answer.headers["Location"]
    assert location.startswith(REDIRECT)
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def exchange(
    account: Account, code: str, path: str = "/oauth/2026-03/token", **changes: str
) -> Any:
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT,
        "client_id": account.ready["client_id"],
        "client_secret": account.ready["client_secret"],
    } | changes
    return account.form(path, **fields)


def refresh(account: Account, token: str, path: str = "/oauth/2026-03/token") -> requests.Response:
    return account.form(
        path,
        grant_type="refresh_token",
        refresh_token=token,
        client_id=account.ready["client_id"],
        client_secret=account.ready["client_secret"],
    )


@pytest.mark.parametrize("version", ["2026-03", "v1"])
@pytest.mark.parametrize("prefix", ["", "/{hub}"])
def test_the_whole_way_from_consent_to_a_call(account: Account, version: str, prefix: str) -> None:
    path = f"/oauth{prefix.format(hub=account.ready['account_id'])}/authorize"
    back = press(ask(account, path), "allow")

    body = exchange(account, back["code"], f"/oauth/{version}/token").json()

    assert back["state"] == "a b&c"
    assert body["expires_in"] == 1_800
    assert str(body["hub_id"]) == account.ready["account_id"]
    assert set(body["scopes"]) == set(SCOPES.split())
    account.use(body["access_token"])
    assert account.get(f"{OBJECTS}/contacts").status_code == 200
    assert account.get(f"{OBJECTS}/companies").status_code == 403


def test_a_refusal_brings_the_error_back(account: Account) -> None:
    back = press(ask(account), "deny")

    assert back["error"] == "access_denied"
    assert back["error_description"]
    assert back["state"] == "a b&c"
    assert "code" not in back


def test_optional_scopes_that_the_account_lacks_are_dropped(account: Account) -> None:
    account.control(
        "POST",
        "data/hubspot/settings",
        {"account_scopes": [*SCOPES.split(), "crm.objects.products.read"]},
    )
    optional = "crm.objects.products.read crm.objects.invoices.read"

    back = press(ask(account, optional_scope=optional), "allow")

    granted = exchange(account, back["code"]).json()["scopes"]
    assert "crm.objects.products.read" in granted
    assert "crm.objects.invoices.read" not in granted


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"client_id": "nobody"}, "client_id", id="unknown app"),
        pytest.param({"redirect_uri": ""}, "redirect_uri", id="no address"),
        pytest.param({"redirect_uri": "http://example.com/"}, "https", id="no https"),
        pytest.param({"scope": ""}, "scope", id="no scope"),
        pytest.param({"scope": "crm.objects.unicorns.read"}, "unicorns", id="unknown scope"),
    ],
)
def test_a_request_for_consent_that_is_wrong_stays_on_the_page(
    account: Account, changes: dict[str, str], words: str
) -> None:
    page = ask(account, **changes)

    assert page.status_code == 400
    assert words in page.text


def test_required_scopes_must_all_be_asked_for(account: Account) -> None:
    settings = {"required_scopes": ["crm.objects.companies.read"]}
    account.control("POST", "data/hubspot/settings", settings)

    assert ask(account).status_code == 400
    assert ask(account, scope=f"{SCOPES} crm.objects.companies.read").status_code == 200


def test_registered_addresses_are_compared_whole(account: Account) -> None:
    account.control("POST", "data/hubspot/settings", {"redirect_uris": [REDIRECT]})

    assert ask(account).status_code == 200
    assert ask(account, redirect_uri=f"{REDIRECT}/").status_code == 400


def test_another_account_cannot_be_preselected(account: Account) -> None:
    assert ask(account, "/oauth/99/authorize").status_code == 400


def test_a_code_works_once(account: Account) -> None:
    code = press(ask(account), "allow")["code"]

    first, second = exchange(account, code), exchange(account, code)

    assert (first.status_code, second.status_code) == (200, 400)
    body = second.json()
    assert (body["error"], body["status"]) == ("invalid_grant", "BAD_AUTH_CODE")
    assert body["message"] == body["error_description"] == "missing or unknown auth code"
    assert "category" not in body


def test_a_code_lasts_only_minutes(account: Account) -> None:
    code = press(ask(account), "allow")["code"]
    account.clock.advance(301)

    assert exchange(account, code).json()["status"] == "BAD_AUTH_CODE"


@pytest.mark.parametrize(
    ("changes", "error", "status"),
    [
        ({"redirect_uri": "https://other.example.com"}, "invalid_grant", "BAD_REDIRECT_URI"),
        ({"client_id": "nobody"}, "invalid_client", "BAD_CLIENT_ID"),
        ({"client_secret": "guess"}, "invalid_client", "BAD_CLIENT_SECRET"),
        ({"grant_type": "password"}, "unsupported_grant_type", "BAD_GRANT_TYPE"),
    ],
)
def test_an_exchange_that_is_wrong_leaves_the_code(
    account: Account, changes: dict[str, str], error: str, status: str
) -> None:
    code = press(ask(account), "allow")["code"]

    wrong = exchange(account, code, **changes)

    assert wrong.status_code == 400
    assert (wrong.json()["error"], wrong.json()["status"]) == (error, status)
    assert exchange(account, code).status_code == 200


def test_only_a_form_in_the_body_counts(account: Account) -> None:
    address = f"{account.ready['base_url']}/oauth/2026-03/token"
    fields = {"grant_type": "refresh_token", "refresh_token": account.ready["refresh_token"]}

    assert requests.post(address, json=fields, timeout=10).status_code == 415
    in_query = requests.post(address, params=fields, data={"x": "1"}, timeout=10)
    assert in_query.json()["status"] == "BAD_GRANT_TYPE"


def test_refreshing_gives_a_new_access_token_and_the_old_lives_on(account: Account) -> None:
    body = refresh(account, account.ready["refresh_token"]).json()

    assert body["access_token"] != account.ready["access_token"]
    assert body["refresh_token"] == account.ready["refresh_token"]
    for token in (body["access_token"], account.ready["access_token"]):
        account.use(token)
        assert account.get(f"{OBJECTS}/contacts").status_code == 200
    assert account.hubspot.meter.tokens_refreshed == 1


def test_refresh_tokens_can_be_made_to_rotate(account: Account) -> None:
    account.control("POST", "data/hubspot/settings", {"rotate_refresh_tokens": True})

    body = refresh(account, account.ready["refresh_token"]).json()

    assert body["refresh_token"] != account.ready["refresh_token"]
    assert refresh(account, account.ready["refresh_token"]).json()["status"] == "BAD_REFRESH_TOKEN"
    assert refresh(account, body["refresh_token"]).status_code == 200


def test_a_refused_refresh_names_the_grant(account: Account) -> None:
    answer = refresh(account, "nonsense")

    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_grant"
    assert answer.json()["status"] == "BAD_REFRESH_TOKEN"


@pytest.mark.parametrize("field", ["token", "access_token"])
def test_introspection_tells_of_an_access_token(account: Account, field: str) -> None:
    account.clock.advance(100)

    body = account.form(
        "/oauth/2026-03/token/introspect",
        **{field: account.ready["access_token"], "token_type_hint": "access_token"},
    ).json()

    assert body["active"] is True
    assert body["expires_in"] == 1_700
    assert body["token_use"] == "access_token"
    assert str(body["hub_id"]) == account.ready["account_id"]


def test_introspection_of_what_is_over(account: Account) -> None:
    account.clock.advance(1_800)

    def introspect(token: str) -> Any:
        return account.form("/oauth/2026-03/token/introspect", token=token).json()

    assert introspect(account.ready["access_token"]) == {"active": False}
    assert introspect(account.ready["refresh_token"])["token_use"] == "refresh_token"
    old = account.get(f"/oauth/v1/access-tokens/{account.ready['access_token']}")
    assert old.status_code == 404


def test_version_1_tells_of_tokens_by_path(account: Account) -> None:
    access = account.get(f"/oauth/v1/access-tokens/{account.ready['access_token']}").json()
    held = account.get(f"/oauth/v1/refresh-tokens/{account.ready['refresh_token']}").json()

    assert (access["token_type"], held["token_type"]) == ("access", "refresh")
    assert access["user"] == held["user"]


@pytest.mark.parametrize("version", ["2026-03", "v1"])
def test_revoking_ends_refreshing_but_not_the_access_token(account: Account, version: str) -> None:
    token = account.ready["refresh_token"]
    if version == "v1":
        answer = account.delete(f"/oauth/v1/refresh-tokens/{token}")
    else:
        answer = account.form(
            "/oauth/2026-03/token/revoke",
            token=token,
            token_type_hint="refresh_token",
            client_id=account.ready["client_id"],
            client_secret=account.ready["client_secret"],
        )

    assert answer.status_code in (200, 204)
    assert refresh(account, token).json()["status"] == "BAD_REFRESH_TOKEN"
    assert account.get(f"{OBJECTS}/contacts").status_code == 200


@pytest.mark.parametrize("by", ["the app", "the customer"])
def test_uninstalling_ends_every_token(account: Account, by: str) -> None:
    account.hubspot.subscribe("https://app.example.com/hooks")
    if by == "the app":
        assert account.delete("/appinstalls/2026-03/external-install").status_code == 204
    else:
        account.control("POST", "data/hubspot/uninstall", {})

    assert account.get(f"{OBJECTS}/contacts").status_code == 401
    assert refresh(account, account.ready["refresh_token"]).status_code == 400
    assert account.hubspot.crm.events.subscriptions == []
    back = press(ask(account), "allow")
    assert exchange(account, back["code"]).status_code == 200
