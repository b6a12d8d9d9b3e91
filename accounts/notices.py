"""Telling people: one message per person and change of state, in the desk and by mail."""

from collections.abc import Callable, Iterable

from django.db import transaction

from accounts.models import Membership, Notification, NotificationKind, Preferences, Tenant, User
from accounts.permissions import Action, roles_where
from accounts.preferences import channels_of, time_zone_of
from accounts.tenancy import all_tenants

__all__ = ["notify", "on_mail", "people_who_may", "time_zone_of"]

TITLE_LENGTH = 200

type Postman = Callable[[], None]
"""Somebody who has the mails sent that are due; called inside the transaction that made them."""

_postmen: list[Postman] = []


def on_mail(postman: Postman) -> Postman:
    """Call this when there are mails to send; lets the queue listen without being imported."""
    if postman not in _postmen:
        _postmen.append(postman)
    return postman


def notify(
    users: Iterable[User],
    kind: NotificationKind,
    *,
    tenant: Tenant | int,
    key: str,
    title: str,
    body: str = "",
    url: str = "",
) -> int:
    """Tell these people, each as they chose and once for a key; how many had not heard of it."""
    if url and not _is_path(url):
        raise ValueError("A message leads to a page of this site: its url is a path.")
    message = Notification(
        tenant_id=tenant if isinstance(tenant, int) else tenant.pk,
        kind=kind,
        key=key,
        title=" ".join(title.split())[:TITLE_LENGTH],
        body=body,
        url=url,
    )
    with transaction.atomic(), all_tenants("a message names its tenant itself"):
        return _store(message, [user for user in users if user.is_active])


def people_who_may(tenant: Tenant | int, action: Action) -> list[User]:
    """The tenant's own people with this right; our staff are nobody's members."""
    active = User.objects.filter(is_active=True).order_by("pk")
    with all_tenants("the tenant is named"):
        members = Membership.objects.for_tenant(tenant).filter(role__in=roles_where(action))
        return list(active.filter(pk__in=members.values("user_id")))


def _store(message: Notification, users: list[User]) -> int:
    told = Notification.objects.filter(user__in=users, key=message.key)
    fresh = {user.pk for user in users} - set(told.values_list("user_id", flat=True))
    chosen = {each.user_id: each for each in Preferences.objects.filter(user_id__in=fresh)}
    rows = [_for_one(message, pk, chosen.get(pk) or Preferences()) for pk in sorted(fresh)]
    rows = [row for row in rows if row.in_app or row.wants_mail]
    # Told by another worker at this very moment: once is enough.
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    if any(row.wants_mail for row in rows):
        for postman in _postmen:
            postman()
    return len(rows)


def _for_one(message: Notification, user_id: int, preferences: Preferences) -> Notification:
    channels = channels_of(preferences, NotificationKind(message.kind))
    return Notification(
        user_id=user_id,
        tenant_id=message.tenant_id,
        kind=message.kind,
        key=message.key,
        title=message.title,
        body=message.body,
        url=message.url,
        in_app=channels.app,
        wants_mail=channels.mail,
    )


def _is_path(url: str) -> bool:
    # "//host" and "/\host" are other sites for a browser.
    return url.startswith("/") and url[1:2] not in ("/", "\\")
