"""The page of an invoice or a payment: lines, totals, what it belongs to, and what was changed."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Tenant, User
from integrations.contract import Field, FieldType
from syncs.models import Status, Sync, SyncRecord
from syncs.setup import create_sync
from syncs.views.documents import _pairs
from tests.conftest import ClientOf
from tests.desk.conftest import know_fields
from tests.desk.documents import customer, invoice, invoices_sync, line

pytestmark = pytest.mark.django_db


@pytest.fixture
def sync(tenant: Tenant) -> Sync:
    return invoices_sync(tenant)


def page(client: Client, record: SyncRecord) -> str:
    answer = client.get(f"/admin/syncs/syncrecord/{record.pk}/change/")
    assert answer.status_code == 200
    # One blank between words, so that tests can read rows.
    return " ".join(answer.content.decode().split())


def test_lines_stand_side_by_side_and_what_differs_is_marked(
    client_of: ClientOf, viewer: User, sync: Sync
) -> None:
    mine = [line("Widget", "2", "10.5", "21", sku="W-1"), line("Bolt", "1", "4", "4", tax="t21")]
    yours = [line("Bolt of steel", "1", "5", "5", tax="5"), line("Widget", "2", "10.5", "21")]
    record = invoice(
        sync,
        1,
        left={"lines": mine, "hs_amount_billed": "25"},
        right={"lines": yours, "TotalAmt": "26"},
    )
    taxes = {"taxes": [["t21", "5", "21", "VAT high"]]}
    Sync.objects.for_tenant(sync.tenant_id).filter(pk=sync.pk).update(settings=taxes)

    html = page(client_of(viewer), record)

    table = html[html.index('id="lines-title"') : html.index("</table>", html.index("lines-title"))]
    same, other = table[table.index("<tbody>") : table.index("</tbody>")].split("</tr>")[:2]
    assert "saldo-differs" not in same
    assert same.count("Widget") == 2
    assert "W-1" in same
    assert "saldo-differs" in other
    assert "Bolt of steel" in other
    assert "VAT high" in other
    assert "Sum of the lines" in table
    assert "(differs)" in table
    assert "Total (differs)" in html
    assert "<b>25</b>" in html
    assert "<b>26</b>" in html


def test_the_customer_is_named_and_one_click_away(
    client_of: ClientOf, viewer: User, sync: Sync
) -> None:
    parent = customer(sync)
    record = invoice(sync, 1, left={}, right={})

    html = page(client_of(viewer), record)

    assert f'Belongs to <a class="saldo-link" href="/admin/syncs/syncrecord/{parent.pk}/' in html
    assert "Contact <span" not in html
    assert 'saldo-differs"> <th scope="row">Contact' not in html


def test_the_wrong_customer_is_marked(client_of: ClientOf, viewer: User, sync: Sync) -> None:
    customer(sync)
    record = invoice(sync, 1, left={}, right={"CustomerRef": "77"})

    assert 'saldo-differs"> <th scope="row">Contact' in page(client_of(viewer), record)


def test_mappings_of_the_other_birth_are_not_shown(
    client_of: ClientOf, viewer: User, sync: Sync
) -> None:
    record = invoice(sync, 1, left={}, right={}, born="left")

    html = page(client_of(viewer), record)

    assert html.count('<th scope="row">Due date') == 1


def test_a_status_that_means_the_same_is_no_difference(
    client_of: ClientOf, viewer: User, sync: Sync
) -> None:
    same = invoice(sync, 1, left={}, right={"Status": "partly_paid"}, born="right")
    other = invoice(sync, 2, left={}, right={"Status": "paid"}, born="right")
    told = 'saldo-differs"> <th scope="row">Invoice status'

    assert told not in page(client_of(viewer), same)
    assert told in page(client_of(viewer), other)


LOCK = {
    "mapping": "lines",
    "side": "right",
    "field": "lines",
    "agreed": [line("Widget", "2", "10.5", "21", id="1"), line("Bolt", "1", "4", "4", id="2")],
    "now": [line("Bolt", "1", "4", "4", id="8"), line("Widget", "3", "10.5", "31.5", id="9")],
}


def test_what_was_changed_where_it_does_not_belong_is_a_diff(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    record = invoice(
        sync,
        1,
        left={},
        right={},
        status=Status.FAILING,
        category="state_locked",
        details={"code": "changed_elsewhere", "field": "lines", "locks": [LOCK]},
    )

    html = page(client_of(finance), record)

    assert "Changed where it was not made" in html
    assert "Now in QuickBooks Online" in html
    assert "<del>2 × Widget at 10.5 = 21</del>" in html
    assert "3 × Widget at 10.5 = 31.5</ins>" in html
    assert "<del>1 × Bolt" not in html
    assert "Undo it in QuickBooks Online, change it in HubSpot." in html


def payment(sync: Sync, **values: Any) -> SyncRecord:
    payments = create_sync(sync.integration, "hubspot_quickbooks_payments")
    pair = sync.integration
    know_fields(pair.left, "payment", (Field("lines", "Invoices", FieldType.LINES),))
    know_fields(pair.right, "payment", (Field("lines", "Invoices", FieldType.LINES),))
    return SyncRecord.objects.create(
        tenant_id=sync.tenant_id, sync=payments, left_id="501", left_title="25 USD", **values
    )


def test_a_payment_says_how_much_goes_to_which_invoice(
    client_of: ClientOf, viewer: User, sync: Sync
) -> None:
    first, second = (invoice(sync, number, left={}, right={}) for number in (1, 2))
    record = payment(
        sync,
        right_id="601",
        left_values={"lines": [{"reference": "1001"}, {"reference": "1002"}], "received": "25"},
        right_values={
            "lines": [
                {"reference": "2002", "amount": "4"},
                {"reference": "2001", "amount": "21"},
                {"name": "CreditMemo 12", "amount": "1"},
            ],
            "TotalAmt": "25",
        },
    )

    html = page(client_of(viewer), record)

    table = html[html.index('id="allocations-title"') :]
    rows = table[table.index("<tbody>") : table.index("</tbody>")].split("</tr>")
    assert f"/{first.pk}/change/" in rows[0]
    assert "as much as is open" in rows[0]
    assert ">21</td>" in rows[0]
    assert f"/{second.pk}/change/" in rows[1]
    assert ">4</td>" in rows[1]
    assert "CreditMemo 12" in rows[2]
    assert "Amount (differs)" not in html


def test_a_payment_on_account_says_so(client_of: ClientOf, viewer: User, sync: Sync) -> None:
    record = payment(sync, left_values={"received": "25"})

    assert "It is not applied to any invoice" in page(client_of(viewer), record)


def test_the_list_names_the_fault_as_precisely_as_the_page(
    client_of: ClientOf, viewer: User, sync: Sync
) -> None:
    invoice(
        sync, 1, left={}, status=Status.FAILING, category="tax", details={"code": "totals_differ"}
    )

    html = client_of(viewer).get("/admin/syncs/syncrecord/").content.decode()

    assert "Totals differ" in html


def test_a_stranger_finds_nothing(client_of: ClientOf, stranger: User, sync: Sync) -> None:
    record = invoice(sync, 1, left={}, right={})

    address = f"/admin/syncs/syncrecord/{record.pk}/change/"
    assert client_of(stranger).get(address).status_code == 404


def test_hundreds_of_lines_find_each_other_quickly() -> None:
    """Each is compared by what it is alike in, not with every other one."""
    left = [line(f"Left {number}", "1", "1", str(number)) for number in range(2_000)]
    right = [line(f"Right {number}", "2", "1", str(5_000 + number)) for number in range(2_000)]
    right.append(line("Elsewhere", "3", "1", "7"))
    looked_at = 0

    class Counted(dict[str, str]):
        def get(self, *args: Any) -> Any:
            nonlocal looked_at
            looked_at += 1
            return super().get(*args)

    pairs = list(_pairs([Counted(one) for one in left], [Counted(one) for one in right]))

    assert looked_at < 20 * len(right)
    assert pairs[7][1] == right[-1]
    assert pairs[-1] == (None, right[1_999])
    assert len(pairs) == len(right)
