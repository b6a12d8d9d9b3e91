"""A sync that makes invoices of deals, with fields known, and deals as a run leaves them."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from accounts.models import Tenant
from integrations.contract import Choice, Field, FieldType
from syncs.models import Integration, Status, Sync, SyncRecord, SyncState
from syncs.recipes.hubspot_exact import COMPANIES, PEOPLE
from syncs.recipes.hubspot_exact_documents import INVOICES, STAGE_SINCE
from syncs.setup import create_sync, install
from tests.desk.conftest import connection, know_fields
from tests.desk.documents import line

WON, LOST = "default/closedwon", "default/closedlost"
GUID = "8f1c0c7e-0000-4000-8000-0000000000"
DEAL = (
    Field("dealname", "Deal name"),
    Field("amount", "Amount", FieldType.MONEY),
    Field("deal_currency_code", "Currency"),
    Field("description", "Deal description"),
    Field("closedate", "Close date", FieldType.DATETIME),
    Field("hubspot_owner_id", "Deal owner", FieldType.CHOICE, choice_list="owners"),
    Field("line_items", "Line items", FieldType.LINES, references="product", creatable=False),
    Field("company", "Primary company", FieldType.REFERENCE, references="company", creatable=False),
    Field("contact", "First contact", FieldType.REFERENCE, references="contact", creatable=False),
    Field("pipeline_stage", "Pipeline and stage", FieldType.CHOICE, choice_list="deal_stages"),
    Field(STAGE_SINCE, "Date entered current stage", FieldType.DATETIME, creatable=False),
)
PAID = tuple(Choice(one, one.title()) for one in ("draft", "open", "paid", "overdue"))
INVOICE = (
    Field("OrderedBy", "Ordered by", FieldType.REFERENCE, references="account", required=True),
    Field("OrderedByContactPerson", "Contact", FieldType.REFERENCE, references="contact"),
    Field("SalesInvoiceLines", "Lines", FieldType.LINES, references="item", required=True),
    Field("Currency", "Currency"),
    Field("YourRef", "Your reference", max_length=30),
    Field("Description", "Description", max_length=60),
    Field("Remarks", "Remarks"),
    Field("Salesperson", "Salesperson", FieldType.CHOICE, choice_list="users"),
    Field("Journal", "Journal", FieldType.CHOICE, choice_list="sales_journals", required=True),
    Field("PaymentCondition", "Payment condition", FieldType.CHOICE),
    Field("Processing", "Processing", FieldType.CHOICE, updatable=False),
    Field("InvoiceNumber", "Invoice number", FieldType.NUMBER, creatable=False, updatable=False),
    Field("PaymentStatus", "Payment", FieldType.CHOICE, creatable=False, choices=PAID),
    Field("AmountOpen", "Amount open", FieldType.MONEY, creatable=False, updatable=False),
    Field("AmountPaid", "Amount paid", FieldType.MONEY, creatable=False, updatable=False),
    Field("PaidOn", "Paid on", FieldType.DATE, creatable=False, updatable=False),
    Field("DueDate", "Due date", FieldType.DATE),
    Field("AmountFC", "Total", FieldType.MONEY, creatable=False, updatable=False),
    Field(
        "Status",
        "Status",
        FieldType.CHOICE,
        creatable=False,
        updatable=False,
        choices=(Choice("20", "Draft"), Choice("50", "Processed")),
    ),
)
CHOSEN: dict[str, Any] = {
    "stages": [WON],
    "journal": "70",
    "unit": "pc",
    "item_group": "group-1",
    "unmatched_lines": "custom",
}


def pair(tenant: Tenant) -> Integration:
    return install(connection(tenant, "hubspot"), connection(tenant, "exact"))


def deals_sync(tenant: Tenant, **values: Any) -> Sync:
    """The sync of invoices, switched on."""
    integration = pair(tenant)
    know_fields(integration.left, "deal", DEAL)
    know_fields(integration.right, "sales_invoice", INVOICE)
    sync = create_sync(integration, INVOICES, settings=CHOSEN)
    now = timezone.now()
    usual: dict[str, Any] = {
        "state": SyncState.ACTIVE,
        "started_at": now,
        "left_read_at": now,
        "right_read_at": now,
        "left_fields": [field.name for field in DEAL],
        "right_fields": [field.name for field in INVOICE],
    }
    Sync.objects.for_tenant(tenant).filter(pk=sync.pk).update(**usual | values)
    sync.refresh_from_db()
    return sync


def account(sync: Sync, recipe: str = COMPANIES, left_id: str = "201") -> SyncRecord:
    """Company 201 (or a person) is an account."""
    own = create_sync(sync.integration, recipe)
    name = "Acme B.V." if recipe != PEOPLE else "Ann Lee"
    return SyncRecord.objects.create(
        tenant_id=sync.tenant_id,
        sync=own,
        left_id=left_id,
        left_title=name,
        right_id=f"{GUID}{left_id[:2]}",
        right_title=name,
        status=Status.IN_SYNC,
        linked_at=timezone.now(),
    )


def deal(
    sync: Sync,
    number: int = 1,
    *,
    left: Mapping[str, Any] | None = None,
    right: Mapping[str, Any] | None = None,
    **values: Any,
) -> SyncRecord:
    """A won deal of 21.00; without `right` no invoice was made of it."""
    lines = [line("Widget", "2", "10.5", "21", sku="W-1", reference="p1")]
    mine = {
        "dealname": f"Deal {number}",
        "amount": "21",
        "deal_currency_code": "EUR",
        "company": "201",
        "pipeline_stage": WON,
        "line_items": lines,
        STAGE_SINCE: timezone.now().isoformat(),
    }
    usual: dict[str, Any] = {
        "left_id": f"{5000 + number}",
        "left_title": f"Deal {number}",
        "left_values": {**mine, **(left or {})},
        "status": Status.IN_SYNC if right is not None else Status.PENDING,
    }
    if right is not None:
        yours = {
            "OrderedBy": f"{GUID}20",
            "Currency": "EUR",
            "YourRef": f"Deal {number}",
            "InvoiceNumber": "260001",
            "PaymentStatus": "open",
            "AmountOpen": "25.41",
            "AmountPaid": "0",
            "AmountFC": "25.41",
            "Status": "50",
            "SalesInvoiceLines": [line("Widget", "2", "10.5", "21")],
        }
        usual |= {
            "right_id": f"{GUID}9{number}",
            "right_title": "260001",
            "right_values": {**yours, **right},
            "right_base": {**yours, **right},
            "left_base": mine,
            "linked_at": timezone.now(),
        }
    return SyncRecord.objects.create(tenant_id=sync.tenant_id, sync=sync, **usual | values)
