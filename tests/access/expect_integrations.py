"""Who may open the pages about connections."""

from django.db.models import Model
from django.utils import timezone

from accounts.models import Tenant
from integrations.models import SANDBOX, CallRecord, Connection, WebhookEvent
from tests.access.pages import (
    ALL,
    LEADERS,
    MISSING,
    POST_ONLY,
    SENT_ON,
    STAFF,
    WORKERS,
    Page,
    Rights,
    object_of,
    object_page,
)

RIGHTS = {
    "integrations.Connection": Rights(view=ALL, change=LEADERS),
    "integrations.CallRecord": Rights(view=WORKERS),
    "integrations.WebhookEvent": Rights(view=STAFF),
}
# An answer that belongs to no sign-in of ours.
NOT_OURS = 400


@object_of("integrations.Connection")
def connection(tenant: Tenant, provider: str = "hubspot") -> Connection:
    return Connection.objects.create(
        tenant=tenant,
        provider=provider,
        environment=SANDBOX,
        external_id=f"portal of {tenant}",
        company_name=str(tenant),
        access_token="access",
        refresh_token="refresh",
    )


@object_of("integrations.CallRecord")
def call(tenant: Tenant) -> Model:
    return CallRecord.objects.create(
        tenant=tenant,
        connection=connection(tenant),
        at=timezone.now(),
        method="GET",
        path="/crm/objects",
        status=200,
        milliseconds=1,
    )


@object_of("integrations.WebhookEvent")
def webhook_event(tenant: Tenant) -> Model:
    return WebhookEvent.objects.create(
        tenant=tenant,
        connection=connection(tenant),
        provider="hubspot",
        key="k",
        object_type="contact",
        record_id="1",
        at=timezone.now(),
    )


def _hubspot(tenant: Tenant) -> dict[str, object]:
    return {"provider": "hubspot"}


PAGES = {
    "integrations:connect": Page(allowed=LEADERS),
    "integrations:connect_provider": Page(allowed=LEADERS, arguments=_hubspot),
    "integrations:connected": Page(
        allowed=LEADERS,
        stranger=MISSING,
        arguments=lambda tenant: {"uuid": connection(tenant).uuid},
    ),
    # Only who signed in may choose, whatever others may do: tested with that person elsewhere.
    "integrations:choose_company": Page(
        status=frozenset({MISSING}),
        stranger=MISSING,
        arguments=lambda _tenant: {"key": "of-nobodys-sign-in"},
    ),
    "integrations:callback": Page(status=frozenset({NOT_OURS}), arguments=_hubspot),
    # For the providers' machines; whoever they are, the signature tells.
    "integrations:webhook": Page(
        status=frozenset({POST_ONLY}), nobody=POST_ONLY, arguments=_hubspot
    ),
    "admin:integrations_connection_connect_new": Page(allowed=LEADERS, status=frozenset({SENT_ON})),
    "admin:integrations_connection_reconnect": object_page(
        "integrations.Connection", allowed=LEADERS, status=frozenset({SENT_ON})
    ),
    "admin:integrations_connection_disconnect": object_page(
        "integrations.Connection", allowed=LEADERS
    ),
}
