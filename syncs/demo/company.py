"""The demo company: its people, its connections to the sandbox, and its syncs."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts.models import Membership, Role, Tenant, User
from integrations.connecting import identity_changes
from integrations.contract import Choice, Connector, Identity
from integrations.models import SANDBOX, Connection
from integrations.services import opened
from syncs import services
from syncs.models import Integration, Sync
from syncs.recipes import recipe_of
from syncs.recipes.hubspot_quickbooks_documents import CONTACTS, INVOICES, PAYMENTS, PRODUCTS

SLUG = "demo"
NAME = "Brouwer & Søn Trading"
# Not a secret: the demo holds made-up companies and refuses to run in production.
PASSWORD = "saldo-demo"  # noqa: S105
PEOPLE = {
    Role.FINANCE: ("finance@demo.example", "Fenna Finance"),
    Role.OWNER: ("owner@demo.example", "Olav Owner"),
    Role.VIEWER: ("viewer@demo.example", "Vera Viewer"),
}
WANTED_INCOME = "sales"
FORGOTTEN = "Seattle"
# Since when, in days, the company has had its invoices in step; its invoices are made for it.
STARTED = 30
# What is built on comes first.
ORDER = (CONTACTS, PRODUCTS, INVOICES, PAYMENTS, "hubspot_quickbooks_payment_notes")


def demo_tenant() -> Tenant:
    tenant, _created = Tenant.objects.get_or_create(
        slug=SLUG, defaults={"name": NAME, "currency": "USD", "is_demo": True}
    )
    for role, (email, name) in PEOPLE.items():
        _person(tenant, role, email, name)
    return tenant


def _person(tenant: Tenant, role: Role, email: str, name: str) -> None:
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, PASSWORD, full_name=name)
    EmailAddress.objects.get_or_create(
        user=user, email=email, defaults={"verified": True, "primary": True}
    )
    Membership.objects.for_tenant(tenant).get_or_create(
        tenant=tenant, user=user, defaults={"role": role}
    )


def connect(tenant: Tenant, provider: str, told: Mapping[str, str]) -> Connection:
    """The connection to the sandbox, with the tokens that the sandbox has ready."""
    connection, _created = Connection.objects.for_tenant(tenant).update_or_create(
        tenant=tenant,
        provider=provider,
        environment=SANDBOX,
        external_id=str(told["account_id"]),
        defaults={
            "access_token": told["access_token"],
            "refresh_token": told["refresh_token"],
            # Early enough that the demo also shows a refresh; the real time is not told.
            "access_expires_at": timezone.now() + timedelta(minutes=25),
        },
    )
    with opened(connection) as connector:
        identity: Identity = connector.identity()
    Connection.objects.for_tenant(tenant).filter(pk=connection.pk).update(
        **identity_changes(identity)
    )
    connection.refresh_from_db()
    return connection


def install(tenant: Tenant, told: Mapping[str, Mapping[str, str]]) -> list[Sync]:
    """Both connections, the integration and its syncs, switched on; found again if there.

    They come in the order in which one builds on the other.
    """
    left = connect(tenant, "hubspot", told["hubspot"])
    right = connect(tenant, "quickbooks", told["quickbooks"])
    integration = services.install(left, right, name="HubSpot ⇄ QuickBooks")
    with opened(left) as hubspot, opened(right) as quickbooks:
        found = settings_for(hubspot, quickbooks)
    for code in (CONTACTS, PRODUCTS, INVOICES):
        _switch_on(integration, code, found.get(code, {}))
    rows = Sync.objects.for_tenant(tenant).filter(integration=integration)
    return sorted(rows, key=lambda sync: ORDER.index(sync.recipe))


def _switch_on(integration: Integration, code: str, settings: Mapping[str, Any]) -> None:
    there = Sync.objects.for_tenant(integration.tenant_id).filter(integration=integration)
    if there.filter(recipe=code).exists():
        return
    sync = services.create_sync(integration, code, settings=settings)
    if recipe_of(code).starts:
        # This company has had Saldo for a while: what HubSpot invoiced in that time counts.
        started = timezone.now() - timedelta(days=STARTED)
        there.filter(pk=sync.pk).update(started_at=started)
        sync.refresh_from_db()
    services.activate(sync, with_needs=True)


def settings_for(hubspot: Connector, quickbooks: Connector) -> dict[str, dict[str, Any]]:
    """What the company chose: an account for sales, and tax codes for two of its rates."""
    income = _income(quickbooks.choices("income_accounts")).value
    rates = hubspot.choices("tax_rates")
    taxes = [[each.value, "TAX", str(each.rate), each.label] for each in rates if _is_mapped(each)]
    return {
        PRODUCTS: {"income_account": income},
        INVOICES: {"income_account": income, "taxes": taxes},
    }


def _is_mapped(rate: Choice) -> bool:
    """One is forgotten, as happens."""
    return FORGOTTEN not in rate.label


def _income(accounts: Sequence[Choice]) -> Choice:
    """The account for sales, else the first."""
    named = (each for each in accounts if WANTED_INCOME in each.label.casefold())
    return next(named, accounts[0])
