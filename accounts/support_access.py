"""Our staff's looks at a customer's desk: asked for with a reason, agreed to by an owner, ending.

Whether somebody may is asked by the caller, except that nobody agrees to their own asking.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import NotificationKind, SupportAccess, Tenant, User
from accounts.notices import notify, people_who_may
from accounts.permissions import Action
from accounts.tenancy import TenantQuerySet

MOST_HOURS = 72


class AccessRefused(Exception):
    """It cannot be done; the message is for the person who asked."""


class State(StrEnum):
    ASKED = "asked"
    OPEN = "open"
    REFUSED = "refused"
    ENDED = "ended"
    EXPIRED = "expired"


def state_of(access: SupportAccess, now: datetime | None = None) -> State:
    if access.granted_at is None:
        return State.ASKED if access.ended_at is None else State.REFUSED
    if access.ended_at is not None:
        return State.ENDED
    is_over = access.expires_at is None or access.expires_at <= (now or timezone.now())
    return State.EXPIRED if is_over else State.OPEN


def ask(
    tenant: Tenant, by: User, *, reason: str, hours: int, may_write: bool = False
) -> SupportAccess:
    """Ask the company's owners for a look at its desk, and tell them."""
    if not 1 <= hours <= MOST_HOURS:
        raise AccessRefused(_("Ask for 1 to %(most)s hours.") % {"most": MOST_HOURS})
    owners = people_who_may(tenant, Action.GRANT_SUPPORT)
    if not owners:
        raise AccessRefused(_("This company has no owner who could agree. Invite one first."))
    with transaction.atomic():
        # One after the other: a second press of the button asks nobody twice.
        Tenant.objects.select_for_update().get(pk=tenant.pk)
        if _running(tenant).filter(asked_by=by).exists():
            raise AccessRefused(_("You asked for this already: see below."))
        access = SupportAccess.objects.create(
            tenant=tenant, asked_by=by, reason=reason, hours=hours, may_write=may_write
        )
        _tell_owners(access, owners)
    return access


def agree(access: SupportAccess, by: User) -> None:
    """Open the look; it ends by itself after the hours that were asked for."""
    if access.asked_by_id == by.pk:
        raise AccessRefused(_("Somebody else has to agree to what you asked for."))
    now = timezone.now()
    _answer(access, granted_by=by, granted_at=now, expires_at=now + timedelta(hours=access.hours))
    title = _("%(tenant)s agreed: you may look at its desk") % {"tenant": access.tenant}
    _tell_asker(access, "agreed", title)


def refuse(access: SupportAccess, by: User) -> None:
    """Say no to what was asked; whoever asked may also take it back."""
    _answer(access, ended_by=by, ended_at=timezone.now())
    if access.asked_by_id != by.pk:
        title = _("%(tenant)s did not agree to your look at its desk") % {"tenant": access.tenant}
        _tell_asker(access, "refused", title)


def end(access: SupportAccess, by: User) -> None:
    """End an open look before its time: it is over at the next page that is opened."""
    now = timezone.now()
    open_ = _row(access).filter(granted_at__isnull=False, ended_at=None, expires_at__gt=now)
    if not open_.update(ended_at=now, ended_by=by):
        raise AccessRefused(_("It is over already."))


def _answer(access: SupportAccess, **fields: object) -> None:
    if not _row(access).filter(granted_at=None, ended_at=None).update(**fields):
        raise AccessRefused(_("It was answered already."))


def _running(tenant: Tenant) -> TenantQuerySet[SupportAccess]:
    """Asked and not answered, or open."""
    is_open = Q(granted_at=None) | Q(expires_at__gt=timezone.now())
    return SupportAccess.objects.for_tenant(tenant).filter(is_open, ended_at=None)


def _row(access: SupportAccess) -> TenantQuerySet[SupportAccess]:
    return SupportAccess.objects.for_tenant(access.tenant_id).filter(pk=access.pk)


def _tell_owners(access: SupportAccess, owners: list[User]) -> None:
    title = _("%(person)s of our support asks to look at the desk of %(tenant)s")
    words = {"person": access.asked_by, "tenant": access.tenant}
    notify(
        owners,
        NotificationKind.SUPPORT,
        tenant=access.tenant_id,
        key=f"support:{access.pk}",
        title=title % words,
        body=access.reason,
        url=reverse("desk_support_access"),
    )


def tell_begun(access: SupportAccess) -> None:
    """The owners hear once that it is made use of, with the way to what was seen."""
    title = _("%(person)s of our support looks at the desk of %(tenant)s")
    notify(
        people_who_may(access.tenant, Action.GRANT_SUPPORT),
        NotificationKind.SUPPORT,
        tenant=access.tenant_id,
        key=f"support:{access.pk}:begun",
        title=title % {"person": access.asked_by, "tenant": access.tenant},
        url=reverse("desk_support_visits", args=[access.pk]),
    )


def _tell_asker(access: SupportAccess, answer: str, title: str) -> None:
    notify(
        [access.asked_by],
        NotificationKind.SUPPORT,
        tenant=access.tenant_id,
        key=f"support:{access.pk}:{answer}",
        title=title,
        url=reverse("desk_support_access"),
    )
