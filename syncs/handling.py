"""What people do about failing records besides trying again: whose turn it is, and when not.

One transaction each; whether somebody may is asked by the caller. Nothing is sent anywhere.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership, NotificationKind, Tenant, User
from accounts.notices import notify
from accounts.tenancy import TenantQuerySet, all_tenants
from syncs import clock
from syncs.dependants import wake_children
from syncs.figures import count_again
from syncs.marking import MOST_NOTES, NotPossible, set_going
from syncs.models import (
    Activity,
    ActivityAction,
    Failure,
    Outcome,
    Status,
    Sync,
    SyncRecord,
)
from syncs.settle import CALM, resolved_values

type Rows = TenantQuerySet[SyncRecord]

TEXT_LENGTH = 4000
# Ids in one statement.
CHUNK = 5_000


def assign(
    records: Rows,
    to: User | None,
    by: User,
    due_on: date | None = None,
    *,
    is_told: bool = True,
) -> int:
    """Make it this person's turn, or nobody's; how many records.

    Untold, the caller says it once for many calls (`tell_of_assignment`). Raises NotPossible for a
    person who is neither a member of the records' company nor our staff.
    """
    rows = records.order_by()
    with transaction.atomic():
        tenant_ids = list(rows.values_list("tenant_id", flat=True).distinct())
        if to is not None:
            _check_can_see(to, tenant_ids)
        told = _told_of_assignment(to, due_on)
        ids = _noted(rows, ActivityAction.ASSIGNED, told, by)
        changed = rows.update(assignee=to, due_on=due_on)
        if to is not None and is_told and tenant_ids:
            only = ids[0] if changed == 1 and ids else None
            tell_of_assignment(to, by, tenant_ids[0], changed, only)
    return changed


def snooze(records: Rows, until: datetime | None, by: User) -> int:
    """Keep records out of what needs people until then; None: show them again now."""
    if until is not None and until <= clock.now():
        raise NotPossible(_("Choose a time that is still to come."))
    when = date_format(timezone.localtime(until), "DATETIME_FORMAT") if until else ""
    told = _("Snoozed until %(when)s.") % {"when": when} if until else _("No longer snoozed.")
    rows = records.order_by()
    with transaction.atomic():
        _noted(rows, ActivityAction.NOTED, told, by)
        return rows.update(snoozed_until=until)


def note(record: SyncRecord, text: str, by: User) -> None:
    """Keep a colleague's words in the record's timeline."""
    text = text.strip()
    if not text:
        raise NotPossible(_("Write the note first."))
    one = SyncRecord.objects.for_tenant(record.tenant_id).filter(pk=record.pk)
    _noted(one, ActivityAction.NOTED, text[:TEXT_LENGTH], by)


def resolve(records: Rows, reason: str, by: User) -> int:
    """Call failing records dealt with; how many were. Others are left as they are.

    The same fault is not shown again until the record changes on a side or somebody tries it again;
    another fault is.
    """
    reason = reason.strip()[:TEXT_LENGTH]
    if not reason:
        raise NotPossible(_("Say how it was dealt with."))
    with transaction.atomic():
        rows = _in_nobodys_hands(records.order_by().filter(status=Status.FAILING))
        found = list(rows.values_list("pk", "tenant_id", "sync_id", "cause"))
        _note_all(found, ActivityAction.RESOLVED, reason, by)
        for cause in {row[3] for row in found}:
            ids = [row[0] for row in found if row[3] == cause]
            for part in _chunks(ids):
                _resolve(part, cause, reason, by)
        count_again({row[2] for row in found})
    return len(found)


def cancel_retries(records: Rows, by: User) -> int:
    """Have Saldo not try these again by itself; how many. They fail until something changes."""
    with transaction.atomic():
        planned = records.order_by().filter(status=Status.FAILING, due_at__gt=clock.now())
        rows = _in_nobodys_hands(planned)
        _noted(rows, ActivityAction.CHANGED, _("Retries cancelled."), by)
        # Not touched: should a worker take one up just now, what comes of it counts.
        return rows.update(due_at=None)


def _resolve(ids: Sequence[int], cause: str, reason: str, by: User) -> None:
    with all_tenants("the ids were chosen among the rows the caller may reach"):
        changes = {**CALM, **resolved_values(cause)}
        SyncRecord.objects.filter(pk__in=ids).update(
            **changes,
            status=Status.EXCLUDED,
            assignee=None,
            due_on=None,
            snoozed_until=None,
        )
        Failure.objects.filter(record_id__in=ids, closed_at=None).update(
            closed_at=clock.now(), outcome=Outcome.RESOLVED, by=by, note=reason
        )
        set_going(_wake_children(ids), by)


def _wake_children(ids: Sequence[int]) -> set[int]:
    """What refers to these records is told that they are left out now; the syncs that have work."""
    moved: dict[int, set[str]] = defaultdict(set)
    rows = SyncRecord.objects.filter(pk__in=ids).values_list("sync_id", "left_id", "right_id")
    for sync_id, left_id, right_id in rows:
        moved[sync_id] |= {left_id, right_id} - {""}
    syncs = Sync.objects.filter(pk__in=moved).order_by("pk")
    return {child for sync in syncs for child in wake_children(sync, moved[sync.pk])}


def _check_can_see(person: User, tenant_ids: Sequence[int]) -> None:
    if not person.is_active:
        raise NotPossible(_("%(person)s cannot log in any more.") % {"person": person})
    if person.is_support or person.is_administrator:
        return
    with all_tenants("the tenants are named"):
        own = Membership.objects.filter(user=person, tenant_id__in=tenant_ids)
        strange = set(tenant_ids) - set(own.values_list("tenant_id", flat=True))
    if strange:
        names = ", ".join(Tenant.objects.filter(pk__in=strange).values_list("name", flat=True))
        text = _("%(person)s is not a member of %(companies)s.")
        raise NotPossible(text % {"person": person, "companies": names})


def _told_of_assignment(to: User | None, due_on: date | None) -> str:
    if to is None:
        return _("Assigned to nobody.")
    if due_on is None:
        return _("Assigned to %(person)s.") % {"person": to}
    day = date_format(due_on, "DATE_FORMAT")
    return _("Assigned to %(person)s, to be done by %(day)s.") % {"person": to, "day": day}


def tell_of_assignment(
    to: User, by: User, tenant_id: int, count: int, only: int | None = None
) -> None:
    """One message for all of them; `only` is the id of a single one."""
    if to == by or not count:
        return
    title = ngettext(
        "%(by)s assigned a record to you", "%(by)s assigned %(count)s records to you", count
    ) % {"by": by, "count": count}
    url = reverse("admin:syncs_syncrecord_change", args=[only]) if only else ""
    notify(
        [to],
        NotificationKind.ASSIGNED,
        tenant=tenant_id,
        key=f"assigned:{clock.now().isoformat()}:{by.pk}:{count}",
        title=title,
        body=_named(only, tenant_id) if only else "",
        url=url or reverse("admin:syncs_syncrecord_changelist") + "?assignee=me",
    )


def _named(record_id: int, tenant_id: int) -> str:
    record = SyncRecord.objects.for_tenant(tenant_id).filter(pk=record_id).first()
    return f"{record}\n{record.reason}".strip() if record else ""


def _noted(rows: Rows, action: ActivityAction, text: str, by: User) -> list[int]:
    """Note it on each of them, unless they are very many; the ids that were noted."""
    found = list(rows.values_list("pk", "tenant_id", "sync_id")[: MOST_NOTES + 1])
    _note_all(found, action, text, by)
    return [row[0] for row in found]


def _note_all(
    found: Sequence[tuple[int, ...] | tuple[int, int, int, str]],
    action: ActivityAction,
    text: str,
    by: User,
) -> None:
    if len(found) > MOST_NOTES:
        return
    now = clock.now()
    Activity.objects.bulk_create(
        (
            Activity(
                tenant_id=row[1],
                sync_id=row[2],
                record_id=row[0],
                by=by,
                at=now,
                action=action,
                message=text,
            )
            for row in found
        ),
        batch_size=500,
    )


def _in_nobodys_hands(rows: Rows) -> Rows:
    """Without those that a worker holds now: what it writes back would undo this."""
    sync_ids = list(rows.values_list("sync_id", flat=True).distinct())
    held: set[int] = set()
    with all_tenants("the syncs of these rows are of their tenants"):
        # Every step of a worker begins with a write to this row.
        locked = Sync.objects.select_for_update().filter(
            pk__in=sync_ids, claimed_until__gt=clock.now()
        )
        for in_hand in locked.order_by("pk").values_list("in_hand", flat=True):
            held.update(in_hand)
    return rows.exclude(Q(pk__in=held)) if held else rows


def _chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
