"""Before a mapping is saved: how many records that are linked already it would update."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Tenant, User
from syncs.models import Mapping, Sync, SyncState
from syncs.views import effect
from tests.conftest import ClientOf
from tests.desk.documents import customer, invoice, invoices_sync, item

pytestmark = pytest.mark.django_db
FORM = {
    "left": ["po_number"],
    "direction": "to_right",
    "right": ["PrivateNote"],
    "enabled": "on",
    "transform": "copy",
    "text": "",
    "table": "",
    "length": "0",
}


@pytest.fixture
def sync(tenant: Tenant) -> Sync:
    made = invoices_sync(tenant)
    customer(made)
    item(made)
    for number, po_number in enumerate(("PO-7", "PO-8", None)):
        invoice(made, number, left={"po_number": po_number}, right={})
    return made


def add(client: Client, sync: Sync, **form: Any) -> str:
    address = f"/admin/syncs/mapping/add/?sync={sync.pk}"
    answer = client.post(address, {**FORM, **form}, follow=True)
    return " ".join(answer.content.decode().split())


def is_saved(sync: Sync) -> bool:
    own = Mapping.objects.for_tenant(sync.tenant_id).filter(sync=sync, right=["PrivateNote"])
    return own.exists()


def test_it_says_how_many_records_are_brought_up_to_date_and_saves_nothing(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    html = add(client_of(finance), sync)

    assert "2 of 3 linked records are brought up to date" in html
    assert "<ins>PO-7</ins>" in html
    assert not is_saved(sync)


def test_confirmed_it_is_saved_as_it_was_asked_for(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    client = client_of(finance)
    html = add(client, sync)
    assert '<input type="hidden" name="left" value="po_number">' in html

    after = add(client, sync, _confirmed="1")

    assert "All records of this sync are decided anew" in after
    assert is_saved(sync)


def test_of_many_records_some_are_looked_at(
    client_of: ClientOf, finance: User, sync: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(effect, "LOOKED_AT", 2)

    html = add(client_of(finance), sync)

    # The newest one has no number.
    assert "At least 1 of 3 linked records is brought up to date" in html
    assert "The newest 2 were looked at." in html


def test_a_field_that_was_never_read_is_named(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    known = [name for name in sync.left_fields if name != "po_number"]
    Sync.objects.for_tenant(sync.tenant_id).filter(pk=sync.pk).update(left_fields=known)

    html = add(client_of(finance), sync)

    assert "Up to 3 linked records are brought up to date" in html
    assert "HubSpot: PO number" in html


@pytest.mark.parametrize(
    "form",
    [
        pytest.param({"left": ["hs_due_date"]}, id="no record has a value"),
        pytest.param({"enabled": ""}, id="switched off"),
    ],
)
def test_nobody_is_asked_when_no_record_changes(
    client_of: ClientOf, finance: User, sync: Sync, form: dict[str, Any]
) -> None:
    add(client_of(finance), sync, **form)

    assert is_saved(sync)


def test_a_record_that_would_fail_because_of_it_is_counted(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    invoice(sync, 9, left={"po_number": "7" * 5000}, right={})
    # This one fails anyway.
    invoice(sync, 10, left={"po_number": "PO-10"}, right={"TotalAmt": "20"})

    html = add(client_of(finance), sync)

    assert "1 record that is in sync now would fail." in html


def test_nobody_is_asked_while_the_sync_is_off(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    rows = Sync.objects.for_tenant(sync.tenant_id).filter(pk=sync.pk)
    rows.update(state=SyncState.OFF)

    add(client_of(finance), sync)

    assert is_saved(sync)


def test_a_colleague_without_the_right_learns_nothing(
    client_of: ClientOf, viewer: User, sync: Sync
) -> None:
    html = add(client_of(viewer), sync)

    assert "brought up to date" not in html
    assert not is_saved(sync)


def test_a_stranger_finds_nothing(client_of: ClientOf, stranger: User, sync: Sync) -> None:
    address = f"/admin/syncs/mapping/add/?sync={sync.pk}"

    assert client_of(stranger).post(address, FORM).status_code == 404
    assert not is_saved(sync)
