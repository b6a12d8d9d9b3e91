"""Who may open the inbox and the preferences: everybody their own, and nobody another's."""

from typing import Any

from accounts.models import Notification, NotificationKind, Tenant
from tests.access.pages import ALL, MISSING, NOBODY, POST_ONLY, Page
from tests.factories import UserFactory


def _of_another(tenant: Tenant) -> dict[str, Any]:
    message = Notification.objects.create(
        tenant=tenant,
        user=UserFactory.create(),
        kind=NotificationKind.JOB,
        key="job:1",
        title="Export ready",
        url="/admin/",
    )
    return {"pk": message.pk}


PAGES = {
    "desk_inbox": Page(),
    "desk_inbox_open": Page(
        allowed=NOBODY, otherwise=frozenset({MISSING, POST_ONLY}), arguments=_of_another
    ),
    "desk_inbox_read": Page(allowed=ALL, status=frozenset({POST_ONLY})),
    "desk_bell": Page(),
    "desk_preferences": Page(),
}
