"""Connecting to every provider: consent page, tokens, revocation, at the sandbox."""

from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests

from integrations import oauth
from integrations.contract import SignInAgain
from integrations.oauth import OAuthApp
from integrations.registry import PROVIDERS, provider_for
from tests.connectors.drivers import DRIVERS
from tests.connectors.rig import CALLBACK, Rig, wired


@pytest.fixture(params=sorted(DRIVERS))
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    with wired(request.param) as rig:
        yield rig


@pytest.fixture
def app(rig: Rig) -> OAuthApp:
    return rig.tokens.app


class Form(HTMLParser):
    """The consent page's form, as pressing "allow" sends it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.action, self.method = "", "get"
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form" and not self.action:
            self.action, self.method = values.get("action", ""), values.get("method", "get")
        if tag == "input" and "name" in values:
            self.fields[values["name"]] = values.get("value", "")
        if tag == "button" and "name" in values:
            self.fields.setdefault(values["name"], values.get("value", ""))


def consent(url: str) -> dict[str, str]:
    """Press "allow" on the consent page; the query of the callback."""
    with requests.Session() as browser:
        page = browser.get(url, timeout=5, allow_redirects=False)
        if page.is_redirect:
            answer = page
        else:
            form = Form(page.text)
            answer = browser.request(
                form.method.upper(),
                urljoin(page.url, form.action),
                data=form.fields if form.method.lower() == "post" else None,
                params=form.fields if form.method.lower() == "get" else None,
                timeout=5,
                allow_redirects=False,
            )
        location = urlsplit(answer.headers["Location"])
    assert f"{location.scheme}://{location.netloc}{location.path}" == CALLBACK
    return {name: values[0] for name, values in parse_qs(location.query).items()}


def connected(rig: Rig, query: dict[str, str], answer: oauth.TokenAnswer) -> str:
    """The id of the account that was connected; the first, where a person may choose one."""
    if rig.provider.companies is not None:
        return rig.provider.companies(rig.http)[0].external_id
    return rig.provider.external_id_from_callback(query, answer)


def test_a_person_connects_an_account(rig: Rig, app: OAuthApp) -> None:
    query = consent(oauth.authorize_url(app, "the state"))
    answer = oauth.exchange(app, query["code"])

    assert query["state"] == "the state"
    account_id = rig.server.ready()[rig.provider.code]["account_id"]
    assert answer.expires_in > 0
    assert not answer.scopes or set(answer.scopes) >= set(rig.provider.scopes)
    rig.tokens.access_token = answer.access_token
    assert connected(rig, query, answer) == account_id
    assert rig.connector.identity().external_id == account_id


def test_a_code_works_once(rig: Rig, app: OAuthApp) -> None:
    code = consent(oauth.authorize_url(app, "state"))["code"]
    oauth.exchange(app, code)

    with pytest.raises(SignInAgain):
        oauth.exchange(app, code)


def test_a_refreshed_token_works(rig: Rig, app: OAuthApp) -> None:
    rig.clock.advance(app.earliest_refresh)

    answer = oauth.refresh(app, rig.tokens.refresh_token)

    assert answer.access_token != rig.tokens.access_token
    rig.tokens.access_token = answer.access_token
    assert rig.connector.identity().external_id


def test_a_revoked_consent_asks_to_sign_in_again(rig: Rig, app: OAuthApp) -> None:
    if not app.revoke_url:
        pytest.skip("The provider has no call for it.")
    oauth.revoke(app, rig.tokens.refresh_token)

    with pytest.raises(SignInAgain):
        oauth.refresh(app, rig.tokens.refresh_token)
    oauth.revoke(app, rig.tokens.refresh_token)


def test_an_unknown_provider_names_those_that_exist() -> None:
    with pytest.raises(LookupError, match="hubspot, quickbooks"):
        provider_for("abacus")


def test_every_provider_says_who_it_is() -> None:
    for code, provider in PROVIDERS.items():
        assert provider.code == code
        assert provider.label
        assert provider.hosts
        for hosts in provider.hosts.values():
            for address in (hosts.api, hosts.app, hosts.authorize, hosts.token):
                assert address.startswith("https://")
                assert not address.endswith("/")
