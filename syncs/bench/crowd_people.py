"""The people who look at the crowd, and what lies on their desks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Group
from django.db.models import F
from django.utils import timezone

from accounts.models import (
    SUPPORT,
    Membership,
    Notification,
    NotificationKind,
    Role,
    Tenant,
    User,
)
from syncs.models import DeskJob, JobKind, JobState, SavedView, Status, SyncRecord

# Of the largest customer, of one of the small ones, and of our own staff.
PEOPLE = {
    "finance": "finance@bench.example",
    "small": "small@bench.example",
    "support": "support@bench.example",
}
SMALL = "crowd-7"
MESSAGES, JOBS, VIEWS = 1_000, 300, 10
# Of so many failing records (a prime: blocks repeat) one is on somebody's desk.
ASSIGNED = 7


@dataclass(frozen=True, slots=True)
class People:
    """Who looks, and the company that has half of all records."""

    users: dict[str, User]
    largest: Tenant


def add_people(tenants: Sequence[Tenant], password: str | None) -> People:
    """Without a password nobody logs in; a measurement does it for them."""
    users = {name: _person(email, password) for name, email in PEOPLE.items()}
    small = next(tenant for tenant in tenants if tenant.slug == SMALL)
    for name, of in {"finance": tenants[0], "small": small}.items():
        Membership.objects.create(tenant=of, user=users[name], role=Role.FINANCE)
        _fill_desk(users[name], of)
    users["support"].groups.add(Group.objects.get(name=SUPPORT))
    TOTP.activate(users["support"], generate_totp_secret())
    return People(users, tenants[0])


def _person(email: str, password: str | None) -> User:
    user = User.objects.create_user(email, password)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def _fill_desk(user: User, tenant: Tenant) -> None:
    now = timezone.now()
    Notification.objects.bulk_create(
        Notification(
            tenant=tenant,
            user=user,
            kind=NotificationKind.NEW_FAILURE,
            key=f"crowd:{number}",
            title=f"A new kind of failure {number}",
            created_at=now - timedelta(hours=number),
            read_at=now if number > JOBS else None,
        )
        for number in range(MESSAGES)
    )
    jobs = DeskJob.objects.bulk_create(
        DeskJob(by=user, kind=JobKind.RETRY, state=JobState.DONE, total=number, done=number)
        for number in range(JOBS)
    )
    for job in jobs:
        job.tenants.add(tenant)
    SavedView.objects.bulk_create(
        SavedView(tenant=tenant, by=user, name=f"View {number}", query="status=failing")
        for number in range(VIEWS)
    )


def share_out(people: People) -> None:
    """Some failing records to the finance people of the two companies."""
    due = (timezone.now() + timedelta(days=3)).date()
    for user in people.users.values():
        for tenant in user.memberships.values_list("tenant_id", flat=True):
            rows = SyncRecord.objects.for_tenant(tenant).filter(status=Status.FAILING)
            shared = rows.alias(turn=F("pk") % ASSIGNED).filter(turn=0)
            shared.update(assignee=user, due_on=due)
