"""The feeds of invoices and entries: the documents, what is paid of them, and what falls due.

A payment is a change of its document, and so is the day after its due date. The terms of payment
have a feed of their own; a document whose terms changed is read again. What falls due is asked for
once a day.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from integrations.connectors.exact import cursors, times
from integrations.connectors.exact.cursors import VERSION
from integrations.connectors.exact.document_fields import has_facts
from integrations.connectors.exact.feed import TIMESTAMP, Feed, Stream, deletions
from integrations.connectors.exact.invoice_rows import invoice_stream
from integrations.connectors.exact.modified_feed import MODIFIED, ModifiedFeed
from integrations.connectors.exact.payloads import Payload
from integrations.connectors.exact.payments import COLUMNS, RECEIPT, Term, term_of
from integrations.connectors.exact.receivables import ENTRIES, INVOICES, Ledger, fallen_due
from integrations.contract import Page, Record

if TYPE_CHECKING:
    from integrations.connectors.exact.contexts import Context, FeedReader

TERMS = "sync/Cashflow/PaymentTerms"
_TERM_COLUMNS = (TIMESTAMP, MODIFIED, "LineType", *COLUMNS)
_TOLERANCE = timedelta(minutes=10)


class Parts(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far each part of the feed was read, and which is read next."""

    texts: list[str]
    part: int = 0
    # When everything began to be read, and until when the documents are complete in this round.
    began: datetime | None = None
    complete: datetime | None = None
    # What fell due before this day has been told.
    due: date | None = None
    version: int = VERSION


class DocumentFeed:
    """Reads pages for one call of `changes`; keeps nothing between two of them."""

    def __init__(self, context: "Context", ledger: Ledger, documents: "FeedReader") -> None:
        self._context = context
        self._ledger = ledger
        self._documents = documents
        self._has_facts = has_facts(context.names)

    def page(self, text: str) -> Page:
        cursor = self._cursor(text)
        part = self._documents if cursor.part == 0 else Feed(self._context, self._terms(cursor))
        page = part.page(cursor.texts[cursor.part])
        texts = [*cursor.texts]
        texts[cursor.part] = page.cursor
        cursor = replace(cursor, texts=texts)
        if page.anew and cursor.part == 0:
            # The documents come with what is paid of them: old terms are no news.
            anew = [page.cursor, *("" for _ in texts[1:])]
            cursor = replace(cursor, texts=anew, began=self._context.now())
        if page.more:
            return _page(page.records, cursor, anew=page.anew)
        if cursor.part == 0:
            cursor = replace(cursor, complete=page.complete_until)
        if cursor.part + 1 < len(texts):
            return _page(page.records, replace(cursor, part=cursor.part + 1), anew=page.anew)
        return self._end(page, cursor)

    def _cursor(self, text: str) -> Parts:
        count = 2 if self._has_facts else 1
        known = cursors.read(text, Parts)
        if known is not None and len(known.texts) == count:
            return known
        return Parts([""] * count, began=self._context.now(), due=self._context.today())

    def _end(self, page: Page, cursor: Parts) -> Page:
        today, due = self._context.today(), cursor.due
        late: list[Record] = []
        if self._has_facts and due is not None and due < today:
            late = self._of_terms(fallen_due(self._context, due, today))
        ended = replace(cursor, part=0, complete=None, due=today)
        latest = {record.id: record for record in (*page.records, *late)}
        text = cursors.to_text(ended)
        records = tuple(latest.values())
        return Page(records, text, more=False, complete_until=cursor.complete, anew=page.anew)

    def _terms(self, cursor: Parts) -> Stream:
        """Until they have been read once, only those count that changed since we began."""
        known = cursors.from_text(cursor.texts[1])
        since = cursor.began if known.complete is None else None

        def records(rows: Sequence[Payload]) -> list[Record]:
            ours = (row for row in rows if row.get("LineType") == RECEIPT)
            return self._of_terms(term_of(row) for row in ours if self._is_news(row, since))

        return Stream(TERMS, _TERM_COLUMNS, records)

    def _is_news(self, row: Payload, since: datetime | None) -> bool:
        shown = row.get(MODIFIED)
        if since is None or not shown:
            return True
        return times.instant(shown, self._context.zone) >= since - _TOLERANCE

    def _of_terms(self, terms: Iterable[Term]) -> list[Record]:
        """The documents of these terms, as they are now."""
        conditions = self._ledger.documents(list(terms))
        return [self._context.record(row) for row in self._context.rows_where(conditions)]


def _page(records: Sequence[Record], cursor: Parts, *, anew: bool) -> Page:
    return Page(tuple(records), cursors.to_text(cursor), more=True, anew=anew)


def invoice_feed(context: "Context") -> DocumentFeed:
    documents = Feed(context, invoice_stream(context), deletions(context))
    return DocumentFeed(context, INVOICES, documents)


def entry_feed(context: "Context") -> DocumentFeed:
    return DocumentFeed(context, ENTRIES, ModifiedFeed(context))
