"""What finance staff did at the desk: so that it looks lived in the first time it is opened.

Through the services that the desk's own buttons call; nothing is sent to a provider.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice

from django.utils import timezone

from accounts.models import Role, Tenant, User
from accounts.tenancy import TenantQuerySet
from syncs import services
from syncs.demo.company import Company
from syncs.desk_jobs import run_job, submit
from syncs.models import JobKind, SavedView, Status, Sync, SyncRecord
from syncs.selection import Selection

NOTE = "Called the customer: they send the corrected address this week."
DEALT_WITH = "Booked by hand in the books; the customer was told."
# Records of each kind of work.
DONE = {"assigned": 4, "given by the owner": 2, "snoozed": 3, "resolved": 2}
VIEWS = {
    "Failing, mine": "status=failing&assignee=me",
    "Failing over 1,000": "status=failing&amount_from=1000&o=-amount",
}
FAILING = "status=failing"


def happen(company: Company, tenant: Tenant, syncs: Sequence[Sync]) -> None:
    """Once, after the first sync; needs the tenant's scope."""
    finance = _person(company, Role.FINANCE)
    owner = _person(company, Role.OWNER)
    work = iter(list(_failing(tenant, syncs)))
    mine = _some(tenant, work, "assigned")
    today = timezone.now().date()
    services.assign(mine, finance, finance, today + timedelta(days=2))
    for record in mine[:1]:
        services.note(record, NOTE, finance)
    given = _some(tenant, work, "given by the owner")
    services.assign(given, finance, owner, today - timedelta(days=1))
    until = timezone.now() + timedelta(days=7)
    services.snooze(_some(tenant, work, "snoozed"), until, finance)
    services.resolve(_some(tenant, work, "resolved"), DEALT_WITH, finance)
    _keep_views(tenant, finance)
    _export(finance)


def _person(company: Company, role: Role) -> User:
    email, _name = company.people[role]
    return User.objects.get(email=email)


def _failing(tenant: Tenant, syncs: Sequence[Sync]) -> Iterator[SyncRecord]:
    """From each sync in turn, so that not all of it is of one kind."""
    rows = SyncRecord.objects.for_tenant(tenant).filter(status=Status.FAILING)
    columns = [list(rows.filter(sync=sync).order_by("pk")) for sync in reversed(syncs)]
    for place in range(max(map(len, columns), default=0)):
        yield from (column[place] for column in columns if place < len(column))


def _some(tenant: Tenant, work: Iterator[SyncRecord], name: str) -> TenantQuerySet[SyncRecord]:
    ids = [record.pk for record in islice(work, DONE[name])]
    return SyncRecord.objects.for_tenant(tenant).filter(pk__in=ids)


def _keep_views(tenant: Tenant, user: User) -> None:
    SavedView.objects.bulk_create(
        SavedView(tenant=tenant, by=user, name=name, query=query, shared=True)
        for name, query in VIEWS.items()
    )


def _export(user: User) -> None:
    """Worked off here: there may be no worker."""
    options = {"format": "csv", "locale": "en"}
    job = submit(JobKind.EXPORT, by=user, selection=Selection(FAILING), options=options)
    run_job(job.pk)
