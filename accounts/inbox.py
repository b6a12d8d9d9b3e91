"""What somebody was told in the desk: only their own, and only of companies they still see."""

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import Notification, User
from accounts.tenancy import TenantQuerySet, all_tenants

# Nobody counts further, and a badge has no room for more.
MOST_COUNTED = 99
KEPT = timedelta(days=90)
BATCH = 5_000


def inbox_of(user: User) -> TenantQuerySet[Notification]:
    """Newest first. The request's scope leaves out the companies that the person has left."""
    return Notification.objects.filter(user=user, in_app=True).order_by("-pk")


def unread_of(user: User) -> int:
    """How many are unread, read off an index; one more than MOST_COUNTED when there are more."""
    unread = inbox_of(user).filter(read_at=None).order_by()
    return unread[: MOST_COUNTED + 1].count()


def mark_read(messages: TenantQuerySet[Notification]) -> int:
    return messages.filter(read_at=None).update(read_at=timezone.now())


def prune(now: datetime) -> int:
    """Delete what was told long ago; how many."""
    deleted = 0
    with all_tenants("old messages are deleted for everybody"):
        # In the order of ids, which is that of time: no index on the time is needed.
        old = Notification.objects.order_by("pk").values_list("pk", "created_at")
        while batch := [pk for pk, at in old[:BATCH] if at < now - KEPT]:
            Notification.objects.filter(pk__in=batch).delete()
            deleted += len(batch)
    return deleted
