"""Thirty days in figures: what failed at the end of each, and what was synced on it."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Tenant, User
from syncs.models import DailyFigure, Sync
from syncs.setup import create_sync
from syncs.views.trend import DAYS, trend
from tests.conftest import ClientOf
from tests.desk.conftest import contacts_sync

pytestmark = pytest.mark.django_db
TODAY = timezone.now().date()


def figure(sync: Sync, days_ago: int, *, failing: int = 0, synced: int = 0) -> None:
    DailyFigure.objects.create(
        tenant_id=sync.tenant_id,
        sync=sync,
        day=TODAY - timedelta(days=days_ago),
        failing=failing,
        synced=synced,
    )


def numbers(sync: Sync) -> tuple[list[int], list[int]]:
    """Failing and synced, the oldest day first."""
    found = trend({sync.tenant_id}, TODAY)
    assert found is not None
    return [day.failing for day in found.days], [day.synced for day in found.days]


def test_a_day_without_figures_keeps_what_failed_and_synced_nothing(sync: Sync) -> None:
    figure(sync, 3, failing=5, synced=10)
    figure(sync, 1, failing=2, synced=4)

    failing, synced = numbers(sync)

    assert failing == [0] * (DAYS - 4) + [5, 5, 2, 2]
    assert synced == [0] * (DAYS - 4) + [10, 0, 4, 0]


def test_what_failed_before_the_first_day_fails_on_it(sync: Sync) -> None:
    figure(sync, 90, failing=1)
    figure(sync, 45, failing=7, synced=100)
    figure(sync, 2, failing=6)

    failing, synced = numbers(sync)

    assert failing == [7] * (DAYS - 3) + [6, 6, 6]
    assert sum(synced) == 0


def test_syncs_are_added_up_and_other_companies_are_not(sync: Sync, other_tenant: Tenant) -> None:
    products = create_sync(sync.integration, "hubspot_quickbooks_products")
    figure(sync, 2, failing=5)
    figure(products, 1, failing=3, synced=1)
    figure(contacts_sync(other_tenant), 1, failing=100, synced=100)

    failing, synced = numbers(sync)

    assert failing[-3:] == [5, 8, 8]
    assert synced[-2:] == [1, 0]
    of_all = trend(None, TODAY)
    assert of_all is not None
    assert of_all.days[-1].failing == 108


def test_there_is_no_trend_before_the_first_figures(sync: Sync) -> None:
    assert trend({sync.tenant_id}, TODAY) is None


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        (5, 5, "As many fail as 30 days ago."),
        (5, 4, "1 fewer fails than 30 days ago."),
        (1, 1_500, "1,499 more fail than 30 days ago."),
    ],
)
def test_the_trend_is_told_in_words_too(sync: Sync, first: int, last: int, told: str) -> None:
    figure(sync, 60, failing=first)
    figure(sync, 0, failing=last, synced=2)

    found = trend({sync.tenant_id}, TODAY)

    assert found is not None
    assert found.failing_words == told
    assert found.synced_words == "2 records synced in 30 days."
    assert json.loads(found.failing_chart)["datasets"][0]["data"][-1] == last


def test_home_draws_it_and_gives_a_table_of_the_same(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    assert "There is nothing to draw" in client_of(finance).get("/admin/").text

    figure(sync, 60, failing=3)

    html = client_of(finance).get("/admin/").text
    assert html.count('role="img"') == 2
    assert "As many fail as 30 days ago." in html
    assert html.count('<td class="saldo-number">3</td>') == DAYS
