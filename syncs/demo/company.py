"""What the demo's companies have in common: people, connections to the sandbox, syncs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts.models import Membership, Role, Tenant, User
from integrations.connecting import identity_changes
from integrations.contract import Identity
from integrations.models import SANDBOX, Connection
from integrations.services import opened
from syncs import services
from syncs.models import Integration, Sync
from syncs.recipes import recipe_of

# Not a secret: the demo holds made-up companies and refuses to run in production.
PASSWORD = "saldo-demo"  # noqa: S105
# Since when, in days, the companies have had their documents in step; these are made for it.
STARTED = 30

type Told = Mapping[str, Mapping[str, str]]
"""What the sandbox tells of each of its providers."""


@dataclass(frozen=True, slots=True)
class Company:
    """One of the demo's companies."""

    slug: str
    name: str
    currency: str
    # By role the e-mail address and the name.
    people: Mapping[Role, tuple[str, str]]
    # Connects both sides and switches the syncs on; found again if they are there. They come in
    # the order in which one builds on the other.
    install: Callable[[Tenant, Told], list[Sync]]
    # What people do after the first sync; takes the sandbox's address.
    work_on: Callable[[Tenant, list[Sync], str], None]

    @property
    def finance(self) -> str:
        return self.people[Role.FINANCE][0]

    def tenant(self) -> Tenant:
        tenant, _created = Tenant.objects.get_or_create(
            slug=self.slug,
            defaults={"name": self.name, "currency": self.currency, "is_demo": True},
        )
        for role, (email, name) in self.people.items():
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


def connect(
    tenant: Tenant, provider: str, told: Mapping[str, str], environment: str = SANDBOX
) -> Connection:
    """The connection to the sandbox, with the tokens that the sandbox has ready."""
    connection, _created = Connection.objects.for_tenant(tenant).update_or_create(
        tenant=tenant,
        provider=provider,
        environment=environment,
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


def switch_on(
    integration: Integration,
    code: str,
    settings: Mapping[str, Any],
    prepare: Callable[[Sync], None] = lambda _: None,
) -> None:
    """A sync of this recipe, unless there is one; `prepare` sees it before it is on."""
    there = Sync.objects.for_tenant(integration.tenant_id).filter(integration=integration)
    if there.filter(recipe=code).exists():
        return
    recipe = recipe_of(code)
    sync = services.create_sync(
        integration, code, direction=recipe.directions[0], settings=settings
    )
    if recipe.starts:
        # This company has had Saldo for a while: what was sold in that time counts.
        started = timezone.now() - timedelta(days=STARTED)
        there.filter(pk=sync.pk).update(started_at=started)
        sync.refresh_from_db()
    prepare(sync)
    services.activate(sync, with_needs=True)


def in_order(integration: Integration, order: Sequence[str]) -> list[Sync]:
    """The integration's syncs in the order of these recipes."""
    rows = Sync.objects.for_tenant(integration.tenant_id).filter(integration=integration)
    return sorted(rows, key=lambda sync: order.index(sync.recipe))
