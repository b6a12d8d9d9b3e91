"""Where a provider is reached: live, at a country's site, at one of a sandbox's companies."""

import pytest
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from integrations.contract import Misconfigured
from integrations.environments import environment_name
from integrations.providers import (
    environments,
    hosts_of,
    oauth_app,
    registration,
    variables,
    webhook_secrets,
)
from integrations.sandbox.server import SandboxServer
from tests.conftest import ClientOf
from tests.integrations.conftest import MakeConnection


@pytest.fixture
def belgian(settings: Settings) -> None:
    settings.EXACT_CLIENT_ID, settings.EXACT_CLIENT_SECRET = "nl-id", "nl-secret"
    settings.EXACT_WEBHOOK_TOKEN = "nl-word"
    settings.EXACT_BE_CLIENT_ID, settings.EXACT_BE_CLIENT_SECRET = "be-id", "be-secret"
    settings.EXACT_BE_WEBHOOK_TOKEN = ""


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ("nl", ("EXACT_CLIENT_ID", "EXACT_CLIENT_SECRET")),
        ("be", ("EXACT_BE_CLIENT_ID", "EXACT_BE_CLIENT_SECRET")),
        ("uk", ("EXACT_UK_CLIENT_ID", "EXACT_UK_CLIENT_SECRET")),
    ],
)
def test_each_country_has_an_application_of_its_own(
    environment: str, expected: tuple[str, str]
) -> None:
    assert variables("exact", environment) == expected


def test_only_countries_with_an_application_are_offered(belgian: None) -> None:
    assert environments("exact") == ("nl", "be")
    assert registration("exact", "be").client_id == "be-id"
    with pytest.raises(Misconfigured, match="EXACT_DE_CLIENT_ID and EXACT_DE_CLIENT_SECRET"):
        registration("exact", "de")


def test_the_sign_in_goes_to_the_countrys_own_site(belgian: None) -> None:
    assert "exactonline.be" in oauth_app("exact", "be").authorize_url
    assert hosts_of("exact", "nl").api == "https://start.exactonline.nl"


def test_a_country_without_a_webhook_word_takes_no_webhooks(belgian: None) -> None:
    assert webhook_secrets("exact") == {"nl": "nl-word"}


def test_countries_are_offered_by_name(belgian: None, owner: User, client_of: ClientOf) -> None:
    page = client_of(owner).get(reverse("integrations:connect_provider", args=["exact"]))

    text = page.content.decode()
    assert "Netherlands" in text
    assert "Belgium" in text
    assert "Germany" not in text


def test_an_environment_that_is_served_no_more_says_so() -> None:
    with pytest.raises(Misconfigured, match="not served in 'mars'"):
        hosts_of("exact", "mars")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ("live", "Live"),
        ("be", "Belgium"),
        ("sandbox", "Sandbox"),
        ("sandbox-nl", "Sandbox (nl)"),
        ("pt", "PT"),
    ],
)
def test_environments_have_names(environment: str, expected: str) -> None:
    assert environment_name(environment) == expected


def test_a_sandbox_serves_a_second_company_under_its_own_name(
    sandbox: SandboxServer, make_connection: MakeConnection
) -> None:
    ready = sandbox.ready()["hubspot-nl"]

    assert hosts_of("hubspot", "sandbox-nl").api == f"{sandbox.url}/hubspot-nl"
    assert registration("hubspot", "sandbox-nl").client_id == ready["client_id"]
    secrets = webhook_secrets("hubspot")
    assert secrets["sandbox-nl"] == ready["webhook_secret"]
    assert secrets["sandbox"] == sandbox.ready()["hubspot"]["webhook_secret"]
