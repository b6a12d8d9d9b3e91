"""What must not be touched at all: closed books, deposited money, linked documents.

Sources: developer.intuit.com, "Handling common errors" and the error code table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrations.sandbox.quickbooks.faults import refused

if TYPE_CHECKING:
    from integrations.sandbox.quickbooks.drafts import Draft

_CLOSED = (
    "The account period has closed and the account books cannot be updated through the "
    "QBO Services API. Please use the QBO website to make these changes."
)
_DEPOSITED = (
    "This transaction has been deposited. If you want to change or delete it, you must edit the "
    "deposit it appears on and remove it first."
)


def books_are_open(draft: Draft) -> None:
    """Nothing dated on or before the closing date comes, goes or changes, but by a person."""
    closed = draft.store.preference("AccountingInfoPrefs", "BookCloseDate")
    if not closed or draft.by_person:
        return
    dates = [record.get("TxnDate") for record in (draft.before, draft.after) if record]
    if any(date and date <= closed for date in dates):
        code = "6210" if draft.store.switches.closing_password else "6200"
        raise refused(code, _CLOSED)


def is_not_deposited(draft: Draft) -> None:
    """A payment that is part of a deposit is frozen, for people too."""
    links = draft.was("LinkedTxn") or []
    if any(link["TxnType"] == "Deposit" for link in links):
        raise refused("6540", _DEPOSITED)


def has_no_links(draft: Draft) -> None:
    """What is paid cannot be deleted before its payments are taken off it."""
    if draft.operation == "Delete" and draft.was("LinkedTxn"):
        raise refused("800", "Cannot delete object : unlink the linked transactions first.")
