"""Who may press what on the page of one record, and read on in what happened to it."""

from tests.access.pages import ALL, POST_ONLY, WORKERS, Page, object_page

BUTTONS = ("assign", "note", "snooze", "dealt", "cancel_retry")
PARTS = ("timeline", "failures")
PAGES: dict[str, Page] = {
    f"admin:syncs_syncrecord_{name}": object_page(
        "syncs.SyncRecord", allowed=WORKERS, status=frozenset({POST_ONLY})
    )
    for name in BUTTONS
} | {
    f"admin:syncs_syncrecord_{name}": object_page("syncs.SyncRecord", allowed=ALL) for name in PARTS
}
