"""Who opens the overview and its panel; others are told of nothing that is not theirs."""

from typing import Any

from accounts.models import Tenant
from tests.access.pages import ALL, MISSING, Page, make


def _panel(tenant: Tenant) -> dict[str, Any]:
    sync = make("syncs.Sync", tenant)
    return {"path": f"/desk/overview/panel/?status=failing&sync={sync.pk}"}


PAGES: dict[str, Page] = {
    "desk_overview": Page(),
    "desk_overview_panel": Page(allowed=ALL, arguments=_panel, stranger=MISSING),
}
