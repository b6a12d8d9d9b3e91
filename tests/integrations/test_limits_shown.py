"""What is left of a day's calls, and what is left alone, where people look for it."""

import time

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Tenant, User
from integrations import quota, services
from integrations.budgets import budget_for
from integrations.http import ErrorRule
from integrations.models import SANDBOX, Connection
from syncs.models import Integration, Sync, SyncState
from tests.conftest import ClientOf
from tests.integrations.conftest import MakeConnection

ERRORS = ErrorRule(9)


@pytest.fixture
def browser(owner: User, client_of: ClientOf) -> Client:
    return client_of(owner)


@pytest.fixture
def exact(make_connection: MakeConnection) -> Connection:
    """A company that Redis has not heard of."""
    return make_connection(provider="exact", environment="be", external_id=f"test-{time.time_ns()}")


def spend(connection: Connection, spender: str, calls: int) -> None:
    port = quota.quota_for(connection, spender)
    assert port is not None
    for _ in range(calls):
        port.take()


def shown(browser: Client, address: str) -> str:
    return " ".join(browser.get(address).content.decode().split())


def page_of(connection: Connection) -> str:
    return reverse("admin:integrations_connection_change", args=[connection.pk])


def test_the_page_of_a_connection_shows_the_days_calls(browser: Client, exact: Connection) -> None:
    spend(exact, "", 12)

    text = shown(browser, page_of(exact))

    assert "12 of 5,000 calls (0 %)" in text
    assert "Pages and checks: 12" in text
    assert 'max="5000" value="12"' in text
    assert "Belgium" in text


def test_a_provider_that_counts_no_days_says_so(browser: Client, connection: Connection) -> None:
    assert "counts no days" in shown(browser, page_of(connection))


def test_the_page_says_why_an_endpoint_rests_and_until_when(
    browser: Client, exact: Connection
) -> None:
    budget = budget_for(exact)
    for _ in range(9):
        visit = budget.enter("SalesInvoices", ERRORS)
        budget.leave("SalesInvoices", ERRORS, visit.ticket, refused=True)

    text = shown(browser, page_of(exact))

    assert "<b>SalesInvoices</b> refused 9 calls within an hour." in text
    assert f"asked again at {services.resting(exact)[0].until:%H:%M} UTC" in text


def test_home_shows_the_days_calls_once_for_each_connection(
    browser: Client, tenant: Tenant, exact: Connection, connection: Connection
) -> None:
    integration = Integration.objects.create(tenant=tenant, left=connection, right=exact)
    for recipe in ("hubspot_exact_companies", "hubspot_exact_products"):
        Sync.objects.create(
            tenant=tenant, integration=integration, recipe=recipe, state=SyncState.ACTIVE
        )
    spend(exact, "", 7)

    text = shown(browser, reverse("admin:index"))

    assert text.count("7 of 5,000 calls to Exact Online: Bakery Bright today") == 1


def test_environments_in_use_can_be_filtered_by(
    browser: Client, exact: Connection, make_connection: MakeConnection
) -> None:
    make_connection(environment=SANDBOX, company_name="Trial and Error")
    page = reverse("admin:integrations_connection_changelist")

    assert "Trial and Error" not in shown(browser, f"{page}?environment=be")
    assert "Trial and Error" in shown(browser, f"{page}?environment=sandbox")
