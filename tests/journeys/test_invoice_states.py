"""What becomes of an invoice: voided, deleted, paid in part and in full, overdue, sent."""

from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Tenant
from integrations.sandbox.server import SandboxServer
from syncs import services
from syncs.engine.terms import Direction, Removal, Side, Update
from syncs.models import Mapping, Status, SyncRecord
from tests.journeys.invoicing import Billing, agree, amount, billing, days_ago, item, line
from tests.journeys.stories import again

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def books(tenant: Tenant, server: SandboxServer) -> Billing:
    return billing(tenant, server)


def customer_with(books: Billing) -> tuple[str, str]:
    """The sync is on; the ids of its one customer and its one item in QuickBooks."""
    books.contact("Ann")
    books.product("HRS", "50")
    books.switch_on()
    books.settle()
    return next(iter(books.sandbox.quickbooks.customers)), item(books, "HRS")


def excluded(books: Billing, reason: str, **where: Any) -> None:
    row = books.record(**where)
    assert (row.status, row.details["exclusion"]) == (Status.EXCLUDED, reason), books.reasons()


def test_a_void_is_followed_on_the_other_side_in_both_ways(books: Billing) -> None:
    customer, sold = customer_with(books)
    (ann,) = books.sandbox.hubspot.contacts
    (hours,) = books.sandbox.hubspot.products
    ours = books.invoice(ann, line(hours, "2"))
    theirs = books.sandbox.quickbooks.add_invoice(customer, (sold, 3, 50))
    books.settle()
    agree(books, ours)
    booked, mirror = books.record(left_id=ours).right_id, books.record(right_id=theirs).left_id

    books.sandbox.hubspot.void_invoice(ours)
    books.sandbox.quickbooks.void("Invoice", theirs)
    books.settle()

    assert amount(books.sandbox.quickbooks.get("Invoice", booked)) == 0
    assert books.sandbox.hubspot.get("invoices", mirror)["hs_invoice_status"] == "voided"
    excluded(books, "voided", left_id=ours)
    excluded(books, "voided", right_id=theirs)
    # What was voided before it was booked is never made there.
    never = books.invoice(ann, line(hours, "1"), status="voided")
    books.settle()
    excluded(books, "voided", left_id=never)
    assert len(books.sandbox.quickbooks.invoices) == 2
    again(books)


def test_a_void_is_not_followed_where_people_do_not_want_it(books: Billing) -> None:
    customer, sold = customer_with(books)
    (ann,) = books.sandbox.hubspot.contacts
    (hours,) = books.sandbox.hubspot.products
    off = {"left_removed": Removal.UNLINK.value, "right_removed": Removal.UNLINK.value}
    services.change_settings(books.invoices, off)
    books.find_syncs()
    ours = books.invoice(ann, line(hours, "2"))
    theirs = books.sandbox.quickbooks.add_invoice(customer, (sold, 3, 50))
    books.settle()
    booked, mirror = books.record(left_id=ours).right_id, books.record(right_id=theirs).left_id

    books.sandbox.hubspot.void_invoice(ours)
    books.sandbox.quickbooks.void("Invoice", theirs)
    books.settle()

    assert amount(books.sandbox.quickbooks.get("Invoice", booked)) == 100
    assert books.sandbox.hubspot.get("invoices", mirror)["hs_invoice_status"] == "open"
    assert len(books.sandbox.quickbooks.invoices) == 2
    again(books)


def test_a_mirror_is_voided_when_its_invoice_is_deleted_and_ours_is_not_made_twice(
    books: Billing,
) -> None:
    customer, sold = customer_with(books)
    (ann,) = books.sandbox.hubspot.contacts
    (hours,) = books.sandbox.hubspot.products
    ours = books.invoice(ann, line(hours, "2"))
    theirs = books.sandbox.quickbooks.add_invoice(customer, (sold, 3, 50))
    books.settle()
    booked, mirror = books.record(left_id=ours).right_id, books.record(right_id=theirs).left_id

    books.sandbox.quickbooks.delete("Invoice", theirs)
    books.sandbox.quickbooks.delete("Invoice", booked)
    books.settle()

    assert books.sandbox.hubspot.get("invoices", mirror)["hs_invoice_status"] == "voided"
    assert not books.sandbox.quickbooks.invoices
    assert books.record(left_id=ours).status != Status.IN_SYNC
    again(books)


def test_a_mirror_shows_what_is_paid_partly_paid_and_overdue(books: Billing) -> None:
    customer, sold = customer_with(books)
    quickbooks, long_ago = books.sandbox.quickbooks, days_ago(40).isoformat()
    late = quickbooks.add_invoice(customer, (sold, 1, 50), TxnDate=long_ago, DueDate=long_ago)
    part = quickbooks.add_invoice(customer, (sold, 2, 50))
    paid = quickbooks.add_invoice(customer, (sold, 3, 50))
    quickbooks.add_payment(customer, 30, {part: 30})
    payment = quickbooks.add_payment(customer, 150, {paid: 150})

    books.settle()

    assert books.mirrored(late)["hs_due_date"].startswith(long_ago)
    shown: list[tuple[str, Decimal | int]] = [
        (books.mirrored(one)["hs_invoice_status"], Decimal(books.mirrored(one)["hs_balance_due"]))
        for one in (late, part, paid)
    ]
    assert shown == [("open", 50), ("open", 70), ("paid", 0)]
    assert books.statuses() == {"in_sync": 3}, books.reasons()
    again(books)
    # Money given back opens it again.
    quickbooks.delete("Payment", payment)
    books.settle()
    assert books.mirrored(paid)["hs_invoice_status"] == "open"
    assert Decimal(books.mirrored(paid)["hs_balance_due"]) == 150
    again(books)


def test_a_mapping_added_later_brings_old_invoices_up_to_date_after_saying_how_many(
    books: Billing,
) -> None:
    hubspot, quickbooks = books.sandbox.hubspot, books.sandbox.quickbooks
    quickbooks.configure(custom_fields={"1": "PO number"})
    hubspot.add_property(
        "invoices",
        {"name": "mailed", "label": "Mailed", "groupName": "invoiceinformation"}
        | {"type": "string", "fieldType": "text"},
    )
    customer, sold = customer_with(books)
    (ann,) = hubspot.contacts
    (hours,) = hubspot.products
    named = [
        books.invoice(ann, line(hours, str(n)), hs_purchase_order_number=f"PO-{n}") for n in (1, 2)
    ]
    plain = books.invoice(ann, line(hours, "3"))
    mailed = quickbooks.add_invoice(
        customer, (sold, 4, 50), BillEmail={"Address": "ann@example.org"}
    )
    quickbooks.update("Invoice", mailed, EmailStatus="NeedToSend")
    books.settle()
    assert books.statuses() == {"in_sync": 4}, books.reasons()
    own = Mapping.objects.for_tenant(books.tenant).filter(sync=books.invoices)
    new = [
        Mapping(
            key="po",
            left=["hs_purchase_order_number"],
            right=["CustomField.1"],
            direction=Direction.TO_RIGHT.value,
        ),
        Mapping(
            key="mailed", left=["mailed"], right=["EmailStatus"], direction=Direction.TO_LEFT.value
        ),
    ]
    writes = books.sandbox.writes

    rows = SyncRecord.objects.for_tenant(books.tenant).filter(sync=books.invoices)
    shown = services.preview(books.invoices, records=rows.all(), mappings=[*own.all(), *new])
    assert books.sandbox.writes == writes
    services.replace_mappings(books.invoices, [*own.all(), *new])
    books.find_syncs()
    begun = services.progress(books.invoices)

    assert not shown.problems
    # What a preview could not look at yet is named: nobody has read those fields so far.
    assert shown.unread is not None
    assert "CustomField.1" in shown.unread[Side.RIGHT]
    assert (begun.done, begun.total) == (0, 4)
    books.settle()
    books.find_syncs()
    ended = services.progress(books.invoices)
    assert (ended.done, ended.total) == (4, 4)
    told = [books.booked(one)["CustomField"][0].get("StringValue") for one in (*named, plain)]
    assert told == ["PO-1", "PO-2", None]
    assert books.mirrored(mailed)["mailed"] == "NeedToSend"
    agree(books, *named, plain)
    again(books)
    # From now on a preview counts them: those with a number would get another text.
    template = Mapping(
        key="po",
        left=["hs_purchase_order_number"],
        right=["CustomField.1"],
        direction=Direction.TO_RIGHT.value,
        transform="template",
        options={"text": "Order {hs_purchase_order_number}"},
    )
    stored = [one for one in own.all() if one.key != "po"]
    counted = services.preview(books.invoices, records=rows.all(), mappings=[*stored, template])
    changed = {one.record.left_id for one in counted.items if isinstance(one.plan, Update)}
    assert changed == set(named)
    again(books)
