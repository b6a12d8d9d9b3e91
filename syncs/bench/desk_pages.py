"""The addresses of the desk that are measured: every page, every filter, every order, searches."""

from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from accounts.tenancy import TenantQuerySet
from integrations.contract import Category
from syncs.bench.crowd_people import SMALL
from syncs.models import Status, Sync, SyncRecord
from syncs.selection import ORDERS, PARAMETERS, list_url

# Which of the failing records is opened and searched for.
LOOKED_AT = 5
# A name of one letter more than an index of three letters helps with, and names of each rarity.
MANY, NOBODY, SHORT = "Brouwer", "Xylophon", "xy"


@dataclass(frozen=True, slots=True)
class Sight:
    """What one person looks at: a failing customer, and an invoice that fails for one."""

    customer: SyncRecord
    invoice: SyncRecord


def sight_of(person: str) -> Sight:
    """Records that this person may see; needs a scope of all tenants."""
    syncs = Sync.objects.order_by("pk")
    if person == "small":
        syncs = syncs.filter(tenant__slug=SMALL)
    customers, invoices = syncs[:2]
    failing = SyncRecord.objects.filter(status=Status.FAILING).order_by("pk")
    orphans = failing.filter(sync=invoices, category=Category.PARENT_MISSING)
    return Sight(_one(failing.filter(sync=customers)), _one(orphans))


def _one(records: TenantQuerySet[SyncRecord]) -> SyncRecord:
    """Not the first, if there are several: that is where every index begins."""
    return list(records[: LOOKED_AT + 1])[-1]


def addresses(sight: Sight) -> dict[str, str]:
    """Name -> address; the record list's pages are followed from its own links."""
    panel = reverse("desk_overview_panel")
    sync = sight.invoice.sync_id
    return {
        "home": reverse("admin:index"),
        "overview": reverse("desk_overview"),
        "overview, one object": f"{reverse('desk_overview')}?object=invoice",
        "panel: failing": f"{panel}?sync={sync}&status=failing",
        "panel: in sync": f"{panel}?sync={sync}&status=in_sync",
        "causes": reverse("desk_causes"),
        "causes, one sync": f"{reverse('desk_causes')}?sync={sync}",
        "record page: customer": _page_of(sight.customer),
        "record page: invoice": _page_of(sight.invoice),
        "resolved": reverse("admin:syncs_failure_changelist"),
        "retries": reverse("admin:syncs_plannedretry_changelist"),
        "jobs": reverse("desk_jobs"),
        "inbox": reverse("desk_inbox"),
        "changes": reverse("desk_audit_trail"),
        "sync page": reverse("admin:syncs_sync_change", args=[sync]),
        "syncs": reverse("admin:syncs_sync_changelist"),
        "runs": reverse("admin:syncs_run_changelist"),
        "records": list_url(),
        **_orders(),
        **_filters(sight),
        **_common_pairs(sight),
        **_searches(sight.customer),
    }


def _page_of(record: SyncRecord) -> str:
    return reverse("admin:syncs_syncrecord_change", args=[record.pk])


def _orders() -> dict[str, str]:
    return {
        f"records by {name}{', last first' if sign else ''}": list_url(o=f"{sign}{name}")
        for name in ORDERS
        for sign in ("", "-")
    }


# Each person is measured with values of their own: their lines are told apart by number.
OWN = frozenset({"category", "cause", "parent", "sync", "integration", "tenant"})


def _filters(sight: Sight) -> dict[str, str]:
    """Each parameter alone, with every kind of value it takes; a new one has to be added here."""
    values = _values(sight)
    missing = set(PARAMETERS) - {"q"} - set(values)
    if missing:
        raise LookupError(f"There is no value to measure these filters with: {missing}.")
    return {
        f"records: {name} {number if name in OWN else each}": list_url(**{name: each})
        for name, several in values.items()
        for number, each in enumerate(several, start=1)
    }


def _values(sight: Sight) -> dict[str, tuple[object, ...]]:
    now = timezone.now()
    today, week = now.date(), (now - timedelta(days=7)).date()
    record = sight.invoice
    return {
        "status": (*Status.values, "failing,waiting"),
        "category": (sight.customer.category, Category.PARENT_MISSING.value),
        "cause": (record.cause, sight.customer.cause),
        "parent": (f"{record.parent_type}|{record.parent_id}",),
        "sync": (record.sync_id,),
        "integration": (record.sync.integration_id,),
        "object": ("invoice", "contact"),
        "tenant": (record.tenant_id,),
        "assignee": ("me", "none"),
        "currency": ("GBP", "CHF"),
        "amount_from": ("4990",),
        "amount_to": ("11",),
        "failing": ("day", "week", "month", "older"),
        "failed_from": (week,),
        "failed_to": (week,),
        "attempted_from": (today,),
        "attempted_to": (week,),
        "created_from": ((now - timedelta(days=203)).date(),),
        "created_to": ((now - timedelta(days=399)).date(),),
        "due": ("overdue", "week", "none"),
        "snoozed": ("yes", "no"),
        "retry": ("planned",),
    }


def _common_pairs(sight: Sight) -> dict[str, str]:
    """What people combine, as the desk's own numbers and tabs do."""
    sync = sight.invoice.sync_id
    category = sight.invoice.category
    week = (timezone.now() - timedelta(days=7)).date()
    failing = {"status": "failing"}
    return {
        "records: sync, failing": list_url(sync=sync, **failing),
        "records: sync, failing, category": list_url(sync=sync, category=category, **failing),
        "records: failing, longest first": list_url(o="first_failed_at", **failing),
        "records: failing, dearest first": list_url(o="-amount", **failing),
        "records: failing, open": list_url(snoozed="no", **failing),
        "records: failing this week": list_url(failed_from=week, **failing),
        "records: failing, mine": list_url(assignee="me", **failing),
    }


def _searches(one: SyncRecord) -> dict[str, str]:
    words = {
        "a name that one has": one.left_title,
        "a name that many have": MANY,
        "a name that nobody has": NOBODY,
        "two letters": SHORT,
        "e-mail": f"person{one.left_id}@crowd.example",
        "an e-mail that nobody has": "nobody@crowd.example",
        "id": one.left_id,
        "an id that nobody has": "987654321987",
        "address": f"https://app.hubspot.com/contacts/1/record/0-1/{one.left_id}",
    }
    found = {f"search: {name}": list_url(q=text) for name, text in words.items()}
    return found | {"search among the failing": list_url(q=MANY, status="failing")}
