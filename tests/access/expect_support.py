"""Who may open the pages of support: looks at customers, changes of configuration, copying."""

from typing import Any

from accounts.models import SUPPORT, SupportAccess, Tenant
from syncs.models import ChangeKind, ConfigurationChange
from tests.access.expect_syncs import sync
from tests.access.pages import ALL, LEADERS, MISSING, NOBODY, POST_ONLY, STAFF, WORKERS, Page
from tests.factories import staff_member


def _access(tenant: Tenant) -> dict[str, Any]:
    asker = staff_member(SUPPORT)
    made = SupportAccess.objects.create(tenant=tenant, asked_by=asker, reason=str(tenant))
    return {"access_id": made.pk}


def _change(tenant: Tenant) -> dict[str, Any]:
    made = ConfigurationChange.objects.create(
        tenant=tenant,
        sync=sync(tenant),
        sync_name=str(tenant),
        kind=ChangeKind.SETTINGS,
        before={"settings": {"name": "Old"}},
        after={"settings": {"name": str(tenant)}},
    )
    return {"change_id": made.pk}


POSTED = frozenset({POST_ONLY})
PAGES: dict[str, Page] = {
    "desk_support_access": Page(allowed=LEADERS),
    "desk_support_visits": Page(allowed=LEADERS, arguments=_access, stranger=MISSING),
    # Whoever asked may take it back too; this is none of the five.
    "desk_support_answer": Page(
        allowed=frozenset({"owner"}), status=POSTED, arguments=_access, stranger=MISSING
    ),
    "desk_view_as": Page(allowed=NOBODY, arguments=_access),
    "desk_copy": Page(allowed=STAFF),
    "desk_audit_trail": Page(allowed=WORKERS),
    "desk_company_changes": Page(allowed=LEADERS),
    "desk_change": Page(allowed=WORKERS, arguments=_change, stranger=MISSING),
    "desk_change_revert": Page(allowed=WORKERS, arguments=_change, stranger=MISSING),
    "desk_view_as_leave": Page(allowed=ALL, status=POSTED),
}
