"""Who may open the pages of jobs, exports and decisions."""

from typing import Any

from accounts.models import Tenant
from tests.access.pages import ALL, MISSING, WORKERS, Page

# A job belongs to the person who asked; to everybody else there is none.
NO_SUCH = "00000000-0000-4000-8000-000000000000"
NONE = frozenset({MISSING})


def _nobodys(_tenant: Tenant) -> dict[str, Any]:
    return {"uuid": NO_SUCH}


PAGES: dict[str, Page] = {
    "desk_act": Page(allowed=WORKERS, arguments=lambda _tenant: {"kind": "retry"}),
    "desk_export": Page(),
    "desk_jobs": Page(),
    "desk_job": Page(allowed=ALL, status=NONE, arguments=_nobodys),
    "desk_job_progress": Page(allowed=ALL, status=NONE, arguments=_nobodys),
    "desk_job_cancel": Page(allowed=ALL, status=NONE, arguments=_nobodys),
    "desk_file": Page(allowed=ALL, status=NONE, arguments=_nobodys),
}
