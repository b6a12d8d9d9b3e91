"""An invoice sync and what it builds on, with fields known, and invoices as a run leaves them."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from accounts.models import Tenant
from integrations.contract import Choice, Field, FieldType
from syncs.models import Status, Sync, SyncRecord, SyncState
from syncs.setup import create_sync, install
from tests.desk.conftest import connection, know_fields

STATUSES = tuple(Choice(one, one.title()) for one in ("draft", "open", "paid", "voided"))
LEFT = (
    Field("contact", "Contact", FieldType.REFERENCE, references="contact"),
    Field("deal", "Deal", FieldType.REFERENCE, references="deal", creatable=False, updatable=False),
    Field("lines", "Line items", FieldType.LINES, references="product"),
    Field("hs_number", "Number"),
    Field("hs_currency", "Currency"),
    Field("hs_invoice_date", "Invoice date", FieldType.DATE),
    Field("hs_due_date", "Due date", FieldType.DATE),
    Field("hs_comments", "Comments"),
    Field("po_number", "PO number"),
    Field("hs_amount_billed", "Amount billed", FieldType.MONEY),
    Field("hs_invoice_status", "Invoice status", FieldType.CHOICE, choices=STATUSES),
    Field("hs_invoice_billable", "Billable", FieldType.BOOLEAN),
    Field("hs_invoice_source", "Source"),
    Field("hs_lastmodifieddate", "Last modified", FieldType.DATETIME, creatable=False),
    Field("order_adjustments", "Order adjustments", creatable=False, updatable=False),
)
RIGHT = (
    Field("CustomerRef", "Customer", FieldType.REFERENCE, references="customer", required=True),
    Field("lines", "Lines", FieldType.LINES, references="item"),
    Field("DocNumber", "Number"),
    Field("CurrencyRef", "Currency"),
    Field("TxnDate", "Date", FieldType.DATE),
    Field("DueDate", "Due date", FieldType.DATE),
    Field("CustomerMemo", "Message"),
    Field("PrivateNote", "Memo", max_length=4000),
    Field("SalesTermRef", "Terms"),
    Field("TotalAmt", "Total", FieldType.MONEY, creatable=False, updatable=False),
    Field("Balance", "Balance", FieldType.MONEY, creatable=False, updatable=False),
    Field("Status", "Status", creatable=False, updatable=False),
    Field("MetaData.CreateTime", "Created", FieldType.DATETIME, creatable=False, updatable=False),
    Field(
        "CustomField.9",
        "Delivered",
        creatable=False,
        updatable=False,
        unavailable="Only text and number fields can be mapped.",
    ),
)


def invoices_sync(tenant: Tenant, **values: Any) -> Sync:
    left, right = connection(tenant, "hubspot"), connection(tenant, "quickbooks")
    know_fields(left, "invoice", LEFT)
    know_fields(right, "invoice", RIGHT)
    sync = create_sync(install(left, right), "hubspot_quickbooks_invoices")
    now = timezone.now()
    usual: dict[str, Any] = {
        "state": SyncState.ACTIVE,
        "started_at": now,
        "left_read_at": now,
        "right_read_at": now,
        "left_fields": [field.name for field in LEFT],
        "right_fields": [field.name for field in RIGHT],
    }
    Sync.objects.for_tenant(tenant).filter(pk=sync.pk).update(**usual | values)
    sync.refresh_from_db()
    return sync


def customer(sync: Sync) -> SyncRecord:
    """Contact 101 is customer 58."""
    contacts = create_sync(sync.integration, "hubspot_quickbooks_contacts")
    return _linked(contacts, ("101", "Ann Lee"), ("58", "Acme Ltd"))


def item(sync: Sync) -> SyncRecord:
    """Product p1 is item 7."""
    products = create_sync(sync.integration, "hubspot_quickbooks_products")
    return _linked(products, ("p1", "Widget"), ("7", "Widget"))


def _linked(sync: Sync, left: tuple[str, str], right: tuple[str, str]) -> SyncRecord:
    return SyncRecord.objects.create(
        tenant_id=sync.tenant_id,
        sync=sync,
        left_id=left[0],
        left_title=left[1],
        right_id=right[0],
        right_title=right[1],
        status=Status.IN_SYNC,
        linked_at=timezone.now(),
    )


def line(name: str, quantity: str, price: str, amount: str, **more: str) -> dict[str, str]:
    return {"name": name, "quantity": quantity, "unit_price": price, "amount": amount, **more}


def invoice(
    sync: Sync,
    number: int,
    *,
    left: Mapping[str, Any] | None = None,
    right: Mapping[str, Any] | None = None,
    **values: Any,
) -> SyncRecord:
    """Invoice `number` of 21.00 on both sides, in sync; a side of None is not there."""
    day = timezone.now().date().isoformat()
    mine = {
        "contact": "101",
        "hs_number": f"INV-{number}",
        "hs_currency": "USD",
        "hs_invoice_date": day,
        "hs_invoice_status": "open",
        "hs_amount_billed": "21",
        "hs_lastmodifieddate": timezone.now().isoformat(),
        "lines": [line("Widget", "2", "10.5", "21", sku="W-1", reference="p1")],
    }
    yours = {
        "CustomerRef": "58",
        "DocNumber": f"INV-{number}",
        "CurrencyRef": "USD",
        "TxnDate": day,
        "TotalAmt": "21",
        "Balance": "21",
        "Status": "open",
        "lines": [line("Widget", "2", "10.5", "21", reference="7")],
    }
    usual: dict[str, Any] = {"status": Status.IN_SYNC, "linked_at": timezone.now()}
    if left is not None:
        usual |= {"left_id": f"{1000 + number}", "left_title": f"INV-{number}"}
        usual["left_values"] = {**mine, **left}
    if right is not None:
        usual |= {"right_id": f"{2000 + number}", "right_title": f"INV-{number}"}
        usual["right_values"] = {**yours, **right}
        usual["right_base"] = {**yours, **right}
        usual["left_base"] = {**mine, **(left or {})}
    return SyncRecord.objects.create(tenant_id=sync.tenant_id, sync=sync, **usual | values)


def older_invoice(sync: Sync, number: int, **values: Any) -> SyncRecord:
    """Held back: from before the sync was switched on."""
    usual: dict[str, Any] = {
        "status": Status.EXCLUDED,
        "details": {"exclusion": "before_start"},
        "linked_at": None,
    }
    left = {"hs_lastmodifieddate": "2020-01-01T00:00:00+00:00"}
    return invoice(sync, number, left=left, **usual | values)
