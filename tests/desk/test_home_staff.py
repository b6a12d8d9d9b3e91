"""The home page of our own staff: all companies, the worst first, from their last counts."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from integrations.models import ConnectionState
from syncs.models import DailyFigure, Sync, SyncRecord, SyncState
from syncs.selection import list_url
from tests.conftest import ClientOf
from tests.desk.conftest import contacts_sync
from tests.factories import TenantFactory

pytestmark = pytest.mark.django_db
HOME = "/admin/"


def company(name: str, failing: int = 0, **at_risk: str) -> Sync:
    sync = contacts_sync(TenantFactory.create(name=name))
    now = timezone.now()
    for days, count in ((3, failing + 100), (0, failing)):
        DailyFigure.objects.create(
            tenant_id=sync.tenant_id,
            sync=sync,
            day=(now - timedelta(days=days)).date(),
            failing=count,
            waiting=1,
            at_risk=at_risk,
            counted_at=now,
        )
    return sync


def text_of(client_of: ClientOf, user: User, path: str = HOME) -> str:
    return " ".join(client_of(user).get(path).text.split())


def order_of(html: str, *names: str) -> list[str]:
    table = html[html.index('id="companies"') :]
    return sorted(names, key=lambda name: table.index(f">{name}<"))


def test_the_worst_comes_first(client_of: ClientOf, support: User) -> None:
    company("Alpha", failing=2)
    company("Bravo", failing=9)
    company("Charlie", failing=2, EUR="12000.50")
    delta = company("Delta")
    delta.integration.left.state = ConnectionState.PAUSED
    delta.integration.left.save()

    html = text_of(client_of, support)

    assert order_of(html, "Alpha", "Bravo", "Charlie", "Delta") == [
        "Delta", "Bravo", "Charlie", "Alpha",
    ]  # fmt: skip
    assert "13 records did not make it" in html
    assert "in 3 companies" in html
    assert "12,000.50 EUR" in html
    assert "HubSpot needs somebody" in html
    assert 'href="/desk/causes/"' in html


def test_a_company_leads_to_its_records(client_of: ClientOf, support: User) -> None:
    sync = company("Alpha", failing=2)

    html = text_of(client_of, support)

    assert f"/desk/overview/?tenant={sync.tenant_id}" in html
    assert f"?status=failing&amp;tenant={sync.tenant_id}" in html
    assert f"?status=waiting&amp;tenant={sync.tenant_id}" in html


def test_a_paused_sync_stands_still_for_its_own_sake(client_of: ClientOf, support: User) -> None:
    sync = company("Alpha")
    sync.state = SyncState.PAUSED
    sync.save()

    assert "1 sync is paused" in text_of(client_of, support)


def test_a_company_is_found_by_its_name(client_of: ClientOf, support: User) -> None:
    company("Alpha", failing=2)
    company("Bravo", failing=3)

    html = text_of(client_of, support, f"{HOME}?company=brav")

    assert ">Bravo<" in html
    assert ">Alpha<" not in html
    assert "No company is called “xyz”." in text_of(client_of, support, f"{HOME}?company=xyz")


def test_more_companies_are_shown_on_request(
    client_of: ClientOf, support: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.home.SHOWN", 1)
    monkeypatch.setattr("syncs.views.companies.SHOWN", 1)
    company("Alpha", failing=2)
    company("Bravo", failing=3)

    html = text_of(client_of, support)

    assert ">Alpha<" not in html
    assert "1 of 2" in html
    assert f'href="{HOME}?shown=2#companies"' in html
    assert ">Alpha<" in text_of(client_of, support, f"{HOME}?shown=2")
    assert client_of(support).get(f"{HOME}?shown=-9x").status_code == 200


def test_without_companies_it_says_so(client_of: ClientOf, support: User) -> None:
    assert "No company has connected anything yet." in text_of(client_of, support)


def test_what_was_not_counted_is_not_called_calm(client_of: ClientOf, support: User) -> None:
    contacts_sync(TenantFactory.create(name="Alpha"))

    html = text_of(client_of, support)

    assert "Nothing was counted yet." in html
    assert "Nothing fails." not in html

    company("Bravo")

    assert "Nothing fails." in text_of(client_of, support)


def test_colleagues_of_a_company_see_no_list_of_companies(
    client_of: ClientOf, finance: User
) -> None:
    company("Alpha", failing=2)

    html = text_of(client_of, finance)

    assert "Companies, the worst first" not in html
    assert "Alpha" not in html


def test_the_number_of_queries_does_not_grow(client_of: ClientOf, support: User) -> None:
    client = client_of(support)
    company("Alpha", failing=2)
    few = _queries(client)
    for number in range(5):
        company(f"Other {number}", failing=number)

    assert _queries(client) == few


def test_a_cause_of_many_companies_is_one_line(client_of: ClientOf, support: User) -> None:
    cause = "tax|6000|TaxCodeRef"
    for number, name in enumerate(("Alpha", "Bravo"), start=1):
        sync = company(name, failing=number)
        for record in range(number):
            SyncRecord.objects.create(
                tenant_id=sync.tenant_id,
                sync=sync,
                left_id=str(record),
                status="failing",
                category="tax",
                cause=cause,
                amount="100.25",
                currency="EUR",
            )

    html = text_of(client_of, support)

    assert "3 contacts · in 2 companies" in html
    assert "300.75 EUR" in html
    assert f'href="{list_url(cause=cause)}"' in html


def _queries(client: Any) -> int:
    client.get(HOME)
    with CaptureQueriesContext(database) as found:
        assert client.get(HOME).status_code == 200
    return len(found)
