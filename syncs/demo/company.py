"""The demo company: its people, its connections to the sandbox, and its two syncs."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts.models import Membership, Role, Tenant, User
from integrations.connecting import identity_changes
from integrations.contract import Choice, Identity
from integrations.models import SANDBOX, Connection
from integrations.services import opened
from syncs import services
from syncs.models import Integration, Sync
from syncs.recipes.hubspot_quickbooks import RECIPES
from syncs.recipes.terms import Recipe

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
    """Both connections, the integration and its syncs, switched on; found again if there."""
    left = connect(tenant, "hubspot", told["hubspot"])
    right = connect(tenant, "quickbooks", told["quickbooks"])
    integration = services.install(left, right, name="HubSpot ⇄ QuickBooks")
    there = {sync.recipe: sync for sync in integration.syncs.all()}
    return [there.get(recipe.code) or _add(integration, recipe, right) for recipe in RECIPES]


def _add(integration: Integration, recipe: Recipe, right: Connection) -> Sync:
    settings = {}
    for setting in recipe.settings:
        with opened(right) as connector:
            settings[setting.name] = _income(connector.choices(setting.choice_list)).value
    sync = services.create_sync(integration, recipe.code, settings=settings)
    services.activate(sync)
    return sync


def _income(accounts: Sequence[Choice]) -> Choice:
    """The account for sales, else the first."""
    named = (each for each in accounts if WANTED_INCOME in each.label.casefold())
    return next(named, accounts[0])
