"""Invoicing a deal from the sync's page, by its id or by the address of its page."""

import pytest
from django.test import Client

from accounts.models import Tenant, User
from syncs.models import Sync, SyncRecord, SyncState
from tests.conftest import ClientOf
from tests.desk.conftest import contacts_sync
from tests.desk.deals import deal, deals_sync

pytestmark = pytest.mark.django_db
PORTAL = "http://127.0.0.1:1/hubspot/contacts/148000001/record"


@pytest.fixture
def sync(tenant: Tenant) -> Sync:
    return deals_sync(tenant)


def send(client: Client, sync: Sync, typed: str) -> str:
    answer = client.post(f"/admin/syncs/sync/{sync.pk}/send/", {"record": typed}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def records(sync: Sync) -> list[SyncRecord]:
    return list(SyncRecord.objects.for_tenant(sync.tenant_id).filter(sync=sync))


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("5001", id="an id"),
        pytest.param("  5001 ", id="with blanks"),
        pytest.param(f"{PORTAL}/0-3/5001", id="an address"),
        pytest.param(f"{PORTAL}/0-3/5001/?eschref=%2Fx%2F77#tab", id="with what comes after it"),
        pytest.param("https://app.hubspot.com/contacts/1/deal/5001", id="an older address"),
    ],
)
def test_a_deal_is_named_by_its_id_or_its_page(
    client_of: ClientOf, finance: User, sync: Sync, typed: str
) -> None:
    html = send(client_of(finance), sync, typed)

    assert "It is invoiced within a minute." in html
    (record,) = records(sync)
    assert record.left_id == "5001"
    assert record.enrolled_by_hand


def test_pressed_twice_it_is_one(client_of: ClientOf, finance: User, sync: Sync) -> None:
    client = client_of(finance)
    send(client, sync, "5001")
    send(client, sync, "5001")

    assert len(records(sync)) == 1


def test_what_has_its_invoice_gets_no_second_one(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    record = deal(sync, 1, right={})

    html = send(client_of(finance), sync, "5001")

    assert "It has its invoice already; no second one is made." in html
    record.refresh_from_db()
    assert not record.enrolled_by_hand


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        pytest.param("", "Enter the id of a deal in HubSpot", id="nothing"),
        pytest.param("Big deal", "Enter the id of a deal in HubSpot", id="a name"),
        pytest.param(f"{PORTAL}/0-1/5001", "not the address of a deal", id="a contact's page"),
        pytest.param("https://example.org/", "Enter the id of a deal", id="another site"),
        pytest.param("https://example.org/a/b", "not the address of a deal", id="another page"),
    ],
)
def test_anything_else_is_refused_in_words(
    client_of: ClientOf, finance: User, sync: Sync, typed: str, words: str
) -> None:
    assert words in send(client_of(finance), sync, typed)
    assert not records(sync)


def test_the_form_stands_on_the_page_of_a_sync_that_is_on(
    client_of: ClientOf, finance: User, viewer: User, sync: Sync
) -> None:
    def page(user: User) -> str:
        return client_of(user).get(f"/admin/syncs/sync/{sync.pk}/change/").content.decode()

    assert "Invoice now" in page(finance)
    assert 'id="send-one"' in page(finance)
    assert 'id="send-one"' not in page(viewer)
    Sync.objects.for_tenant(sync.tenant_id).update(state=SyncState.OFF)
    assert 'id="send-one"' not in page(finance)


def test_only_who_works_on_records_may(
    client_of: ClientOf, viewer: User, stranger: User, sync: Sync
) -> None:
    address = f"/admin/syncs/sync/{sync.pk}/send/"

    assert client_of(viewer).post(address, {"record": "5001"}).status_code == 403
    assert client_of(stranger).post(address, {"record": "5001"}).status_code == 404
    assert not records(sync)


def test_other_syncs_have_no_such_page(client_of: ClientOf, finance: User, tenant: Tenant) -> None:
    contacts = contacts_sync(tenant)

    address = f"/admin/syncs/sync/{contacts.pk}/send/"
    assert client_of(finance).post(address, {"record": "1"}).status_code == 404


def test_it_is_posted(client_of: ClientOf, finance: User, sync: Sync) -> None:
    assert client_of(finance).get(f"/admin/syncs/sync/{sync.pk}/send/").status_code == 405
