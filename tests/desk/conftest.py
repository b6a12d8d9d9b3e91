"""A company with both syncs installed, fields known, and records as a run would leave them."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from django.utils import timezone

from accounts.models import Tenant
from integrations.contract import Choice, Field, FieldType
from integrations.models import SANDBOX, Connection
from syncs.models import FieldList, MatchValue, Status, Sync, SyncRecord, SyncState
from syncs.setup import create_sync, install

STAGES = (Choice("lead", "Lead"), Choice("customer", "Customer"))
CONTACT = (
    Field("firstname", "First name"),
    Field("lastname", "Last name"),
    Field("email", "Email", unique=True),
    Field("phone", "Phone number"),
    Field("mobilephone", "Mobile phone number"),
    Field("company", "Company name"),
    Field("company.name", "Associated company: name", creatable=False, updatable=False),
    Field("address", "Street"),
    Field("city", "City"),
    Field("state", "State"),
    Field("zip", "Postal code"),
    Field("country", "Country"),
    Field("lifecyclestage", "Lifecycle stage", FieldType.CHOICE, choices=STAGES),
    Field("score", "Score", FieldType.NUMBER),
)
CUSTOMER = (
    Field("DisplayName", "Display name", unique=True, max_length=500),
    Field("GivenName", "First name", max_length=100),
    Field("FamilyName", "Last name", max_length=100),
    Field("PrimaryEmailAddr", "E-mail", max_length=100),
    Field("PrimaryPhone", "Phone", max_length=30),
    Field("Mobile", "Mobile", max_length=30),
    Field("CompanyName", "Company", max_length=100),
    Field("BillAddr.Line1", "Billing street"),
    Field("BillAddr.City", "Billing city"),
    Field("BillAddr.CountrySubDivisionCode", "Billing state"),
    Field("BillAddr.PostalCode", "Billing postal code"),
    Field("BillAddr.Country", "Billing country"),
    Field("Notes", "Notes", max_length=2000),
    Field("Balance", "Balance", FieldType.MONEY, creatable=False, updatable=False),
)

type MakeRecord = Callable[..., SyncRecord]


def connection(tenant: Tenant, provider: str) -> Connection:
    return Connection.objects.create(
        tenant=tenant,
        provider=provider,
        environment=SANDBOX,
        external_id=f"{provider}-{tenant.pk}",
        company_name="Acme",
        access_token="token",  # a made-up one
    )


def know_fields(connection_: Connection, object_type: str, fields: tuple[Field, ...]) -> None:
    FieldList.objects.create(
        tenant_id=connection_.tenant_id,
        connection=connection_,
        object_type=object_type,
        fields=msgspec.to_builtins(fields),
        read_at=timezone.now(),
    )


def contacts_sync(tenant: Tenant) -> Sync:
    left, right = connection(tenant, "hubspot"), connection(tenant, "quickbooks")
    know_fields(left, "contact", CONTACT)
    know_fields(right, "customer", CUSTOMER)
    sync = create_sync(install(left, right), "hubspot_quickbooks_contacts")
    now = timezone.now()
    Sync.objects.for_tenant(tenant).filter(pk=sync.pk).update(
        state=SyncState.ACTIVE, left_read_at=now, right_read_at=now
    )
    sync.refresh_from_db()
    return sync


@pytest.fixture(autouse=True)
def sandbox_address(settings: Any) -> None:
    """Links are made without asking anybody, but they need an address to point at."""
    settings.SANDBOX_URL = "http://127.0.0.1:1"


@pytest.fixture
def sync(tenant: Tenant) -> Sync:
    return contacts_sync(tenant)


@pytest.fixture
def make_record(sync: Sync) -> MakeRecord:
    """A record of the contacts sync; failing unless said otherwise."""

    def make(number: int = 1, **values: Any) -> SyncRecord:
        email = values.pop("email", f"person{number}@example.org")
        usual = {
            "left_id": str(1000 + number),
            "left_title": f"Person {number}",
            "left_values": {"firstname": "Person", "lastname": str(number), "email": email},
            "status": Status.FAILING,
            "category": "duplicate_key",
            "reason": "The name supplied already exists.",
            "first_failed_at": timezone.now(),
            "last_attempt_at": timezone.now(),
        }
        record = SyncRecord.objects.create(
            tenant_id=sync.tenant_id, sync=sync, **{**usual, **values}
        )
        MatchValue.objects.create(
            tenant_id=sync.tenant_id,
            sync=sync,
            record=record,
            side="left",
            rule="email",
            value=email,
        )
        return record

    return make
