"""Who may open what belongs to the record list: kept views, columns, what unfolds under a row."""

from typing import Any

from accounts.models import Tenant
from syncs.models import SavedView
from tests.access.expect_syncs import record
from tests.access.pages import ALL, MISSING, NOBODY, POST_ONLY, Page
from tests.factories import UserFactory


def _record(tenant: Tenant) -> dict[str, Any]:
    return {"pk": record(tenant).pk}


def _private_view(tenant: Tenant) -> dict[str, Any]:
    """Somebody's own, which nobody else may know of."""
    view = SavedView.objects.create(tenant=tenant, by=UserFactory.create(), name="Mine")
    return {"pk": view.pk}


PAGES = {
    "desk_views": Page(status=frozenset({POST_ONLY})),
    "desk_columns": Page(status=frozenset({POST_ONLY})),
    "desk_unfolded": Page(allowed=ALL, arguments=_record, stranger=MISSING),
    "desk_view": Page(allowed=NOBODY, arguments=_private_view, stranger=MISSING),
}
