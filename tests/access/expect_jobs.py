"""Who may open the pages of jobs, exports and decisions."""

from typing import Any

from accounts.models import Tenant
from tests.access.pages import ALL, MISSING, OPEN, SENT_ON, WORKERS, Page

# A job belongs to the person who asked; to everybody else there is none.
NO_SUCH = "00000000-0000-4000-8000-000000000000"
NONE = frozenset({MISSING})


def _nobodys(_tenant: Tenant) -> dict[str, Any]:
    return {"uuid": NO_SUCH}


PAGES: dict[str, Page] = {
    # Without a record to do it to, one is led back to the list.
    "desk_act": Page(
        allowed=WORKERS,
        status=frozenset({OPEN, SENT_ON}),
        arguments=lambda _tenant: {"kind": "retry"},
    ),
    "desk_export": Page(),
    "desk_jobs": Page(),
    "desk_job": Page(allowed=ALL, status=NONE, arguments=_nobodys),
    "desk_job_progress": Page(allowed=ALL, status=NONE, arguments=_nobodys),
    "desk_job_cancel": Page(allowed=ALL, status=NONE, arguments=_nobodys),
    "desk_decisions": Page(allowed=WORKERS),
    "desk_decisions_preview": Page(allowed=WORKERS, status=NONE, arguments=_nobodys),
    "desk_file": Page(allowed=ALL, status=NONE, arguments=_nobodys),
}
