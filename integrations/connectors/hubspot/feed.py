"""What changed: a full read by list, then rounds of search by the modified date.

A cursor goes through the phases list → archived → search → rest, and from rest a new round begins
with archived or search. Before the rest come, for contacts, companies ⇄ members, and for deals and
invoices, lines: what changed beside the records (neighbours.py). Everything is read from the last
value seen ("keyset"), never by offset: offsets skip records that move while they are read.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from integrations.connectors.hubspot import settings
from integrations.connectors.hubspot.client import Client, Filter, Listed
from integrations.connectors.hubspot.companies import Companies
from integrations.connectors.hubspot.cursors import (
    NOT_MOVING,
    RECORD_ID,
    SAME_PAGE_PAUSE,
    Cursor,
    Phase,
    archived_at,
    fresh_of,
    newest,
    next_id,
    parse,
)
from integrations.connectors.hubspot.kinds import Kind
from integrations.connectors.hubspot.neighbours import Neighbours, remember
from integrations.connectors.hubspot.objects import COMPANY, PRIMARY_COMPANY
from integrations.connectors.hubspot.records import Decoder, Payload
from integrations.connectors.hubspot.relations import Relations
from integrations.connectors.hubspot.steps import Steps
from integrations.connectors.hubspot.values import from_milliseconds, milliseconds
from integrations.contract import Page, Record, RetryLater
from integrations.http import Clock

# A search finds a change some time after it was made: delays of 30 seconds are reported. Four
# times that also covers clocks that disagree. Rounds look back so far and leave out what they saw.
OVERLAP = 120_000
# How often the archived records are listed: one call a minute on average, at least every six hours.
SWEEP_PER_PAGE = 60_000
SWEEP_AT_LATEST = 6 * 3_600_000
# Associations and companies are read for so many records or pages of HubSpot's at once.
TOGETHER = 1_000
PAGES_TOGETHER = 10


class Feed:
    """The changes of one object type, page by page."""

    def __init__(
        self, client: Client, decoder: Decoder, companies: Companies, clock: Clock
    ) -> None:
        self._client = client
        self._decoder = decoder
        self._kind: Kind = decoder.kind
        self._companies = companies
        self._clock = clock
        self._relations = Relations(client, decoder)
        self._is_new_round = False
        self._steps = Steps(client, self._keep_time)
        self._neighbours = Neighbours(client, decoder, self._steps)
        self._phases: Mapping[str, Callable[[Cursor], Iterable[Payload]]] = {
            "list": self._list,
            "archived": self._archived,
            "search": self._search,
            "companies": self._changed_companies,
            "members": self._members,
            "lines": self._changed_beside,
        }

    def page(self, text: str) -> Page:
        """The next page with records, or the end of the round."""
        cursor = parse(text)
        if cursor.phase == "rest" or not cursor.started:
            self._begin(cursor, is_first=not cursor.started)
        while True:
            phase = cursor.phase
            records = self._records(self._together(cursor))
            # An empty phase is not worth a page of its own, several empty pages of one are.
            if records or cursor.phase in ("rest", phase):
                return self._page(cursor, records)

    def _together(self, cursor: Cursor) -> list[Payload]:
        """One page of the phase; as many as share their look-ups where these are asked for."""
        phase = cursor.phase
        payloads: list[Payload] = []
        looks_up = self._relations.is_needed or bool(self._decoder.company_properties)
        for _ in range(PAGES_TOGETHER if looks_up else 1):
            payloads += self._phases[phase](cursor)
            if cursor.phase != phase or len(payloads) >= TOGETHER:
                break
        # What changed with two neighbours comes once.
        return list({payload.id: payload for payload in payloads}.values())

    def _page(self, cursor: Cursor, records: Sequence[Record]) -> Page:
        more = cursor.phase != "rest"
        complete = min(cursor.started, cursor.swept) - OVERLAP
        return Page(
            tuple(records),
            msgspec.json.encode(cursor).decode(),
            more,
            None if more else from_milliseconds(complete),
        )

    def _begin(self, cursor: Cursor, *, is_first: bool) -> None:
        now = milliseconds(self._clock())
        self._is_new_round = True
        cursor.base = cursor.position = (now if is_first else cursor.started) - OVERLAP
        cursor.started = now
        if is_first:
            cursor.phase = "list"
            return
        pause = min(cursor.sweep_pages * SWEEP_PER_PAGE, SWEEP_AT_LATEST)
        if now - cursor.swept >= pause:
            self._begin_sweep(cursor, now)
        else:
            self._begin_search(cursor)

    def _keep_time(self, cursor: Cursor, listed: Listed) -> None:
        """A round begins when HubSpot's first answer says so.

        Records are dated by HubSpot's clock: with ours some minutes ahead, the next round would
        look for changes from a time on that those of this minute have not reached.
        """
        if not self._is_new_round:
            return
        self._is_new_round = False
        if listed.time is None:
            return
        cursor.started = milliseconds(listed.time)
        if cursor.phase == "list":
            cursor.base = cursor.position = cursor.started - OVERLAP
        if cursor.phase == "archived":
            cursor.sweep_started = cursor.started

    def _begin_sweep(self, cursor: Cursor, now: int) -> None:
        cursor.phase, cursor.after = "archived", ""
        cursor.sweep_started, cursor.sweep_pages = now, 0

    def _begin_search(self, cursor: Cursor) -> None:
        cursor.phase, cursor.position, cursor.tied = "search", cursor.base, ""
        cursor.delivered = []

    def _records(self, payloads: Sequence[Payload]) -> list[Record]:
        decoder = self._decoder
        if self._relations.is_needed:
            return self._relations.records(payloads)
        if not decoder.company_properties:
            return [decoder.record(payload) for payload in payloads]
        companies = self._companies.of(payloads, decoder)
        return [
            decoder.record(payload, companies.get(decoder.company_id(payload)))
            for payload in payloads
        ]

    def _list(self, cursor: Cursor) -> Iterable[Payload]:
        listed = self._next_page(cursor, archived=False)
        keep_from = cursor.started - OVERLAP
        payloads = self._client.filled(self._kind, listed, self._decoder.properties)
        for payload in payloads:
            modified = milliseconds(self._decoder.modified(payload))
            if modified >= keep_from:
                cursor.seen[payload.id] = modified
        cursor.seen = newest(cursor.seen, keep_from)
        if not cursor.after:
            # Swept as of the beginning: what was archived while we listed may be missing above.
            self._begin_sweep(cursor, cursor.started)
        return payloads

    def _archived(self, cursor: Cursor) -> Iterable[Payload]:
        listed = self._next_page(cursor, archived=True)
        cursor.sweep_pages += 1
        since = 0 if cursor.is_full_read else cursor.swept - OVERLAP
        fresh = [
            payload
            for payload in listed.payloads
            if (at := archived_at(payload)) >= since and cursor.archived_seen.get(payload.id) != at
        ]
        listed.payloads = fresh
        remembered = cursor.archived_seen | {item.id: archived_at(item) for item in fresh}
        # The list is in order of ids: what the last sweep saw may come on any page of this one.
        is_last = cursor.is_full_read or not cursor.after
        keep_from = cursor.sweep_started - OVERLAP if is_last else since
        cursor.archived_seen = newest(remembered, keep_from)
        if not cursor.after:
            cursor.swept = cursor.sweep_started
            self._begin_search(cursor)
        return self._client.filled(self._kind, listed, self._decoder.properties)

    def _next_page(self, cursor: Cursor, *, archived: bool) -> Listed:
        listed = self._client.page(
            self._kind, self._decoder.properties, cursor.after, archived=archived
        )
        self._keep_time(cursor, listed)
        if listed.after and listed.after == cursor.after:
            raise RetryLater(NOT_MOVING, SAME_PAGE_PAUSE)
        cursor.after = listed.after
        return listed

    def _search(self, cursor: Cursor) -> Iterable[Payload]:
        properties = self._decoder.properties
        listed = self._steps.next(cursor, self._kind, properties)
        keep_from = cursor.started - OVERLAP
        listed.payloads, cursor.seen = fresh_of(listed, self._kind, cursor, cursor.seen, keep_from)
        if self._neighbours.is_needed:
            remember(cursor, (payload.id for payload in listed.payloads))
        if not listed.after:
            cursor.phase = self._beside_phase()
            cursor.position, cursor.tied, cursor.companies_done = cursor.base, "", False
            cursor.neighbour = 0
            self._forget_companies(cursor)
        return self._client.filled(self._kind, listed, properties)

    def _beside_phase(self) -> Phase:
        if self._decoder.company_properties:
            return "companies"
        return "lines" if self._neighbours.is_needed else "rest"

    def _forget_companies(self, cursor: Cursor) -> None:
        if not self._decoder.company_properties:
            cursor.companies_seen = {}

    def _changed_companies(self, cursor: Cursor) -> Iterable[Payload]:
        """Companies that changed; their contacts change with them."""
        listed = self._steps.next(cursor, COMPANY, self._companies.properties(self._decoder))
        keep_from = cursor.started - OVERLAP
        fresh, cursor.companies_seen = fresh_of(
            listed, COMPANY, cursor, cursor.companies_seen, keep_from
        )
        self._companies.changed(fresh, is_whole=listed.is_whole)
        cursor.companies_done = not listed.after
        cursor.changed_companies = [payload.id for payload in fresh]
        self._after_members(cursor)
        return ()

    def _after_members(self, cursor: Cursor) -> None:
        if cursor.changed_companies:
            cursor.phase = "members"
        else:
            cursor.phase = "rest" if cursor.companies_done else "companies"

    def _members(self, cursor: Cursor) -> Iterable[Payload]:
        """Contacts of changed companies, a hundred companies and 200 contacts at a time."""
        some = cursor.changed_companies[: settings.BATCH]
        filters: list[Filter] = [
            {"propertyName": PRIMARY_COMPANY, "operator": "IN", "values": some},
            {"propertyName": RECORD_ID, "operator": "GT", "value": cursor.member or "0"},
        ]
        properties = self._decoder.properties
        listed = self._client.search(self._kind, filters, RECORD_ID, properties)
        cursor.member = next_id(listed, cursor.member)
        if not listed.after:
            cursor.changed_companies = cursor.changed_companies[settings.BATCH :]
            cursor.member = ""
            self._after_members(cursor)
        return self._client.filled(self._kind, listed, properties)

    def _changed_beside(self, cursor: Cursor) -> Iterable[Payload]:
        return self._neighbours.changed(cursor, cursor.started - OVERLAP)
