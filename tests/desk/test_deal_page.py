"""The page of a deal that becomes an invoice: what came of it, invoice now, changed afterwards."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Tenant, User
from syncs.models import Status, Sync, SyncRecord
from syncs.recipes.hubspot_exact import PEOPLE
from tests.conftest import ClientOf
from tests.desk.deals import GUID, LOST, account, deal, deals_sync
from tests.desk.documents import line

pytestmark = pytest.mark.django_db


@pytest.fixture
def sync(tenant: Tenant) -> Sync:
    return deals_sync(tenant)


def page(client: Client, record: SyncRecord) -> str:
    answer = client.get(f"/admin/syncs/syncrecord/{record.pk}/change/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def press(client: Client, record: SyncRecord, name: str) -> str:
    answer = client.post(f"/admin/syncs/syncrecord/{record.pk}/{name}/", follow=True)
    assert answer.status_code == 200
    record.refresh_from_db()
    return answer.content.decode()


# --- what came of it ------------------------------------------------------------------------------


def test_amounts_and_states_are_told_in_words(
    client_of: ClientOf, viewer: User, sync: Sync
) -> None:
    html = page(client_of(viewer), deal(sync, right={"PaymentStatus": "overdue"}))

    assert "<dt>Total</dt><dd>Exact Online <b>25.41</b></dd>" in html
    assert "<dt>Status</dt><dd>Exact Online <b>Processed</b></dd>" in html
    assert "<dt>Amount</dt><dd>HubSpot <b>21</b></dd>" in html
    assert "<td>Overdue</td>" in html
    assert "Open in Exact Online" in html


def test_the_customer_is_the_company_and_one_click_away(
    client_of: ClientOf, viewer: User, sync: Sync
) -> None:
    parent = account(sync)
    person = account(sync, PEOPLE, "301")
    record = deal(sync, left={"contact": "301"}, right={})

    html = page(client_of(viewer), record)

    assert f'href="/admin/syncs/syncrecord/{parent.pk}/' in html
    assert f'href="/admin/syncs/syncrecord/{person.pk}/' not in html
    assert "Acme B.V." in html


def test_without_a_company_it_is_the_contact(client_of: ClientOf, viewer: User, sync: Sync) -> None:
    person = account(sync, PEOPLE, "301")
    right = {"OrderedBy": f"{GUID}30"}
    record = deal(sync, left={"company": None, "contact": "301"}, right=right)

    html = page(client_of(viewer), record)

    assert f'href="/admin/syncs/syncrecord/{person.pk}/' in html
    assert 'saldo-differs"> <th scope="row">Ordered by' not in html


def test_an_owner_and_the_user_that_stands_for_him_are_no_difference(
    client_of: ClientOf, viewer: User, sync: Sync
) -> None:
    sync.settings = {**sync.settings, "owners": [["70001", "guid-1", "", "Bob Owner"]]}
    sync.save(update_fields=["settings"])
    mine = {"hubspot_owner_id": "70001"}

    same = page(client_of(viewer), deal(sync, 1, left=mine, right={"Salesperson": "guid-1"}))
    other = page(client_of(viewer), deal(sync, 2, left=mine, right={"Salesperson": "guid-2"}))

    assert "Bob Owner" in same
    assert 'saldo-differs"> <th scope="row">Deal owner' not in same
    assert 'saldo-differs"> <th scope="row">Deal owner' in other


# --- invoice now ----------------------------------------------------------------------------------


def left_out(sync: Sync, **details: Any) -> SyncRecord:
    told = {"exclusion": "filter", **details}
    return deal(sync, left={"pipeline_stage": LOST}, status=Status.EXCLUDED, details=told)


CLAUSE = {"field": "pipeline_stage", "operator": "is_one_of", "values": ["default/closedwon"]}


def test_a_deal_in_another_stage_says_which_setting_and_can_be_invoiced_all_the_same(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    record = left_out(sync, clause={**CLAUSE, "fixed": False, "setting": "stages"})
    client = client_of(finance)

    html = page(client, record)
    assert "settings leave it out: Pipelines and stages" in html
    assert "Invoice now" in html
    assert "It is invoiced within a minute." in press(client, record, "enrol")
    assert record.enrolled_by_hand


@pytest.mark.parametrize(
    "details",
    [
        pytest.param({"exclusion": "gone"}, id="deleted in HubSpot"),
        pytest.param({"clause": {**CLAUSE, "fixed": True}}, id="held back by the recipe"),
    ],
)
def test_what_nobody_can_pass_over_is_not_offered(
    client_of: ClientOf, finance: User, sync: Sync, details: dict[str, Any]
) -> None:
    assert "Invoice now" not in page(client_of(finance), left_out(sync, **details))


def test_a_deal_with_an_invoice_cannot_be_invoiced_again(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    assert "Invoice now" not in page(client_of(finance), deal(sync, right={}))


def test_who_may_only_look_invoices_nothing(client_of: ClientOf, viewer: User, sync: Sync) -> None:
    record = left_out(sync, clause={**CLAUSE, "fixed": False, "setting": "stages"})
    client = client_of(viewer)

    assert "Invoice now" not in page(client, record)
    address = f"/admin/syncs/syncrecord/{record.pk}/enrol/"
    assert client.post(address).status_code == 403


# --- changed after invoicing ----------------------------------------------------------------------

BEFORE = [line("Widget", "2", "10.5", "21", id="1")]
NOW = [line("Widget", "3", "10.5", "31.5", id="1")]


def changed(sync: Sync) -> SyncRecord:
    lock = {
        "mapping": "lines",
        "side": "left",
        "field": "line_items",
        "agreed": BEFORE,
        "now": NOW,
    }
    return deal(
        sync,
        left={"line_items": NOW},
        right={},
        status=Status.FAILING,
        category="state_locked",
        reason="Line items: changed on the left after the document was made on the right.",
        details={"code": "changed_after_creation", "field": "line_items", "locks": [lock]},
    )


def test_a_deal_that_was_changed_afterwards_shows_the_difference(
    client_of: ClientOf, viewer: User, sync: Sync
) -> None:
    html = page(client_of(viewer), changed(sync))

    assert "Changed after invoicing" in html
    assert "changed in HubSpot after the document was made in Exact Online." in html
    assert "<del>2 × Widget at 10.5 = 21</del>" in html
    assert "3 × Widget at 10.5 = 31.5</ins>" in html
    # Only who works on records may leave it so.
    assert "Leave the document as it is</button>" not in html


def test_a_person_leaves_the_document_as_it_is(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    record = changed(sync)
    client = client_of(finance)
    assert "Leave the document as it is</button>" in page(client, record)

    html = press(client, record, "leave")

    assert "The document stays as it is" in html
    assert record.resolutions == {"lines": "right"}
    assert record.status == Status.PENDING


def test_what_is_not_changed_afterwards_cannot_be_left(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    record = deal(sync, right={})

    html = press(client_of(finance), record, "leave")

    assert "Nothing of it was changed" in html
    assert not record.resolutions


def test_strangers_find_no_deal(client_of: ClientOf, stranger: User, sync: Sync) -> None:
    record = changed(sync)
    client = client_of(stranger)

    for name in ("leave", "enrol"):
        address = f"/admin/syncs/syncrecord/{record.pk}/{name}/"
        assert client.post(address).status_code == 404


def test_a_reference_that_was_shortened_is_no_difference(
    client_of: ClientOf, viewer: User, sync: Sync
) -> None:
    long, short = "Order 0336 Hanze Transport & Zn.", "Order 0336 Hanze Transport & Z"
    told = 'saldo-differs"> <th scope="row">Deal name → Your ref'
    record = deal(sync, left={"dealname": long}, right={"YourRef": short})
    record.left_base, record.right_base = record.left_values, record.right_values
    record.save()
    assert told not in page(client_of(viewer), record)

    record.right_values = {**record.right_values, "YourRef": "Something else"}
    record.save()
    assert told in page(client_of(viewer), record)
