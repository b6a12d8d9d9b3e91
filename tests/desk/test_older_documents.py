"""Documents from before a sync was switched on: chosen, previewed, sent."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Tenant, User
from syncs.models import Status, Sync, SyncRecord
from tests.conftest import ClientOf
from tests.desk.documents import invoice, invoices_sync, older_invoice

pytestmark = pytest.mark.django_db


@pytest.fixture
def sync(tenant: Tenant) -> Sync:
    return invoices_sync(tenant)


def address(sync: Sync) -> str:
    return f"/admin/syncs/sync/{sync.pk}/older/"


def page(client: Client, sync: Sync, **asked: str) -> str:
    answer = client.get(address(sync), asked)
    assert answer.status_code == 200
    return answer.content.decode()


def post(client: Client, sync: Sync, **form: Any) -> str:
    answer = client.post(address(sync), form, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def sent(sync: Sync) -> set[str]:
    rows = SyncRecord.objects.for_tenant(sync.tenant_id).filter(sync=sync, enrolled_by_hand=True)
    return set(rows.values_list("left_title", flat=True))


def test_what_is_held_back_is_listed_and_nothing_else(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    older_invoice(sync, 1)
    invoice(sync, 2, left={}, right={})

    html = page(client_of(finance), sync)

    assert "1 record is from before the sync was switched on" in html
    assert "INV-1" in html
    assert "INV-2" not in html


def test_days_and_amounts_are_told_as_people_write_them(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    record = older_invoice(sync, 1)
    record.left_values |= {
        "hs_invoice_date": "2026-10-19T01:40:00+00:00",
        "hs_amount_billed": "2497.4",
        "hs_currency": "USD",
    }
    record.save(update_fields=["left_values"])

    html = page(client_of(finance), sync)

    assert "2,497.40 USD" in html
    assert "2026-10-19" in html
    assert "01:40" not in html


def test_the_list_is_filtered_by_name(client_of: ClientOf, finance: User, sync: Sync) -> None:
    older_invoice(sync, 1)
    older_invoice(sync, 2)

    html = page(client_of(finance), sync, q="INV-2")

    assert "INV-2" in html
    assert ">INV-1<" not in html
    assert "Preview the only one that matches" in html


def test_nothing_held_back_is_said(client_of: ClientOf, finance: User, sync: Sync) -> None:
    assert "Nothing is held back" in page(client_of(finance), sync)


def test_the_preview_says_what_would_follow_and_sends_nothing(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    record = older_invoice(sync, 1, left_values={"hs_number": "INV-1", "hs_invoice_status": "open"})

    html = post(client_of(finance), sync, chosen=[record.pk])

    assert "Send 1 older record?" in html
    assert "The record names none" in html
    assert sent(sync) == set()


def test_the_chosen_ones_are_sent_once_confirmed(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    record = older_invoice(sync, 1)
    older_invoice(sync, 2)

    html = post(client_of(finance), sync, chosen=[record.pk], step="send")

    assert "1 record is sent." in html
    assert sent(sync) == {"INV-1"}
    record.refresh_from_db()
    assert record.status == Status.PENDING


def test_all_that_match_are_sent_with_one_button(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    for number in (11, 12, 23):
        older_invoice(sync, number)

    post(client_of(finance), sync, all="1", q="INV-1", step="send")

    assert sent(sync) == {"INV-11", "INV-12"}


def test_only_what_is_held_back_can_be_sent_here(
    client_of: ClientOf, finance: User, sync: Sync, other_tenant: Tenant
) -> None:
    in_sync = invoice(sync, 1, left={}, right={})
    foreign = older_invoice(invoices_sync(other_tenant), 2)

    html = post(
        client_of(finance), sync, chosen=[in_sync.pk, foreign.pk, "x", "9" * 30], step="send"
    )

    assert "Choose at least one." in html
    in_sync.refresh_from_db()
    foreign.refresh_from_db()
    assert not in_sync.enrolled_by_hand
    assert not foreign.enrolled_by_hand


def test_an_older_record_has_a_button_that_sends_it(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    record = older_invoice(sync, 1)
    client = client_of(finance)
    html = client.get(f"/admin/syncs/syncrecord/{record.pk}/change/").content.decode()
    assert "Send it now" in html

    client.post(f"/admin/syncs/syncrecord/{record.pk}/enrol/")

    assert sent(sync) == {"INV-1"}


def test_many_are_sent_from_the_record_list(client_of: ClientOf, finance: User, sync: Sync) -> None:
    chosen = [older_invoice(sync, number).pk for number in (1, 2)]

    form = {"_selected_action": chosen, "confirmed": "1"}
    client_of(finance).post("/desk/act/send/", form)

    assert sent(sync) == {"INV-1", "INV-2"}


def test_a_colleague_who_may_not_work_records_is_refused(
    client_of: ClientOf, viewer: User, sync: Sync
) -> None:
    record = older_invoice(sync, 1)
    client = client_of(viewer)

    assert client.get(address(sync)).status_code == 403
    form = {"chosen": [record.pk], "step": "send"}
    assert client.post(address(sync), form).status_code == 403
    assert sent(sync) == set()


def test_a_stranger_finds_nothing(client_of: ClientOf, stranger: User, sync: Sync) -> None:
    older_invoice(sync, 1)

    assert client_of(stranger).get(address(sync)).status_code == 404
    assert client_of(stranger).post(address(sync), {"all": "1", "step": "send"}).status_code == 404
    assert sent(sync) == set()
