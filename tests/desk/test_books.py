"""“Do the books agree?”: sums, differences in sentences that lead to the record, and the file."""

import csv
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Tenant, User
from syncs.models import Status, Sync
from syncs.views import books
from tests.conftest import ClientOf
from tests.desk.documents import customer, invoice, invoices_sync

pytestmark = pytest.mark.django_db


@pytest.fixture
def sync(tenant: Tenant) -> Sync:
    return invoices_sync(tenant)


def page(client: Client, sync: Sync, **asked: str) -> str:
    answer = client.get(f"/admin/syncs/sync/{sync.pk}/books/", asked)
    assert answer.status_code == 200
    return answer.content.decode()


def test_books_that_agree_say_so(client_of: ClientOf, viewer: User, sync: Sync) -> None:
    customer(sync)
    invoice(sync, 1, left={}, right={})

    html = page(client_of(viewer), sync)

    assert "They agree." in html
    assert "21.00 USD" in html
    assert "1 day of a customer agrees" in html


def test_days_without_documents_are_no_agreement(
    client_of: ClientOf, viewer: User, sync: Sync
) -> None:
    html = page(client_of(viewer), sync, first="2020-01-01", last="2020-01-31")

    assert "Neither side has anything in these days." in html
    assert "They agree." not in html


@pytest.mark.parametrize(
    ("values", "kind", "sentence"),
    [
        pytest.param(
            {"left": {}, "right": {"TotalAmt": "20.99"}},
            "The amounts differ",
            "21.00 USD in HubSpot, 20.99 USD in QuickBooks Online: 0.01 USD more in HubSpot.",
            id="amount",
        ),
        pytest.param(
            {"left": {}, "right": {"CurrencyRef": "EUR"}},
            "The currencies differ",
            "21.00 USD in HubSpot, 21.00 EUR in QuickBooks Online.",
            id="currency",
        ),
        pytest.param(
            {"left": {}, "right": {}, "right_state": "voided"},
            "Voided on one side only",
            "21.00 USD in HubSpot, voided in QuickBooks Online.",
            id="voided",
        ),
        pytest.param(
            {"left": {}, "right": {"TxnDate": "2020-01-01"}},
            "Booked on different days",
            "in HubSpot, 2020-01-01 in QuickBooks Online.",
            id="day",
        ),
        pytest.param(
            {"left": {}, "status": Status.FAILING, "reason": "No item."},
            "Only in HubSpot",
            "21.00 USD in HubSpot, nothing in QuickBooks Online.",
            id="only left",
        ),
        pytest.param(
            {"right": {}},
            "Only in QuickBooks Online",
            "21.00 USD in QuickBooks Online, nothing in HubSpot.",
            id="only right",
        ),
    ],
)
def test_each_difference_is_a_sentence_that_leads_to_its_record(
    client_of: ClientOf,
    viewer: User,
    sync: Sync,
    values: dict[str, Any],
    kind: str,
    sentence: str,
) -> None:
    record = invoice(sync, 1, **values)
    customer(sync)

    html = page(client_of(viewer), sync)

    assert kind in html
    assert sentence in html
    assert f'href="/admin/syncs/syncrecord/{record.pk}/change/"' in html
    assert "They do not agree." in html


def test_customers_have_names(client_of: ClientOf, viewer: User, sync: Sync) -> None:
    customer(sync)
    invoice(sync, 1, left={}, right={})

    assert "Acme Ltd" in page(client_of(viewer), sync)


def test_a_page_lists_no_more_than_it_can_and_counts_the_rest(
    client_of: ClientOf, viewer: User, sync: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(books, "MOST", 2)
    for number in range(5):
        invoice(sync, number, left={})

    html = page(client_of(viewer), sync)

    assert html.count("nothing in QuickBooks Online.") == 2
    assert "And 3 more: the file has them all." in html


def test_the_file_has_every_difference_and_no_formula(
    client_of: ClientOf, finance: User, sync: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(books, "MOST", 1)
    invoice(sync, 1, left={}, left_title="=1+1")
    invoice(sync, 2, left={"hs_amount_billed": "-5"})

    answer = client_of(finance).get(f"/admin/syncs/sync/{sync.pk}/books/", {"format": "csv"})

    text = b"".join(answer).decode("utf-8-sig")
    heads, *lines = list(csv.reader(StringIO(text)))
    assert heads[5:7] == ["HubSpot", "QuickBooks Online"]
    assert {line[1] for line in lines} == {"'=1+1", "INV-2"}
    assert {line[5] for line in lines} == {"21", "-5"}


def test_a_wrong_period_is_refused_in_words(client_of: ClientOf, viewer: User, sync: Sync) -> None:
    html = page(client_of(viewer), sync, first="2026-02-01", last="2026-01-01")

    assert "The last day is before the first." in html


def test_last_month_is_one_click_away(client_of: ClientOf, viewer: User, sync: Sync) -> None:
    last = books.usual_periods(timezone.now().date())[1]

    assert f'href="{last.query.replace("&", "&amp;")}"' in page(client_of(viewer), sync)


def test_a_sync_without_amounts_has_no_such_page(
    client_of: ClientOf, owner: User, sync: Sync
) -> None:
    Sync.objects.for_tenant(sync.tenant_id).filter(pk=sync.pk).update(
        recipe="hubspot_quickbooks_contacts"
    )

    assert client_of(owner).get(f"/admin/syncs/sync/{sync.pk}/books/").status_code == 404


def test_a_stranger_finds_nothing(client_of: ClientOf, stranger: User, sync: Sync) -> None:
    assert client_of(stranger).get(f"/admin/syncs/sync/{sync.pk}/books/").status_code == 404
