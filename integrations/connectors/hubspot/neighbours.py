"""What changed beside deals and invoices, which the dates of these need not tell.

Line items that changed stand for their deal or invoice; companies and contacts that swallowed
others stand for the deals that now belong to them. Nothing says of either that HubSpot moves the
date of the deal or invoice with it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from integrations.connectors.hubspot import settings
from integrations.connectors.hubspot.associations import Associations
from integrations.connectors.hubspot.client import Client, Filter
from integrations.connectors.hubspot.cursors import REMEMBERED, Cursor, fresh_of, modified_of
from integrations.connectors.hubspot.deals import COMPANY_FIELD, CONTACT_FIELD, LINE_ITEMS
from integrations.connectors.hubspot.documents import LINES
from integrations.connectors.hubspot.kinds import Kind
from integrations.connectors.hubspot.objects import (
    COMPANY,
    CONTACT,
    DEAL,
    INVOICE,
    LINE_ITEM,
    MERGED_IDS,
)
from integrations.connectors.hubspot.records import Decoder, Payload
from integrations.connectors.hubspot.steps import Steps


@dataclass(frozen=True, slots=True)
class _Neighbour:
    """Records of one kind that matter to those that have this field."""

    kind: Kind
    filters: tuple[Filter, ...] = ()


_LINE_ITEMS = _Neighbour(LINE_ITEM)
_MERGED: Filter = {"propertyName": MERGED_IDS, "operator": "HAS_PROPERTY"}
_BY_FIELD = {
    INVOICE.name: {LINES: _LINE_ITEMS},
    DEAL.name: {
        LINE_ITEMS: _LINE_ITEMS,
        COMPANY_FIELD: _Neighbour(COMPANY, (_MERGED,)),
        CONTACT_FIELD: _Neighbour(CONTACT, (_MERGED,)),
    },
}


class Neighbours:
    """Finds the records of one kind that changed with a neighbour, kind by kind of these."""

    def __init__(self, client: Client, decoder: Decoder, steps: Steps) -> None:
        self._client = client
        self._kind = decoder.kind
        self._properties = decoder.properties
        self._steps = steps
        of_fields = _BY_FIELD.get(decoder.kind.name, {})
        self._watched = [held for name, held in of_fields.items() if name in decoder.beside]

    @property
    def is_needed(self) -> bool:
        return bool(self._watched)

    def changed(self, cursor: Cursor, keep_from: int) -> Sequence[Payload]:
        """The next records that changed so; afterwards the cursor rests when these were all.

        What this round's search delivered was read, with its neighbours, after the round began.
        """
        if cursor.neighbour >= len(self._watched):
            _rest(cursor)
            return ()
        neighbour = self._watched[cursor.neighbour]
        fresh = self._fresh(cursor, neighbour, keep_from)
        ids = [item.id for item in fresh]
        near = Associations(self._client).of(neighbour.kind, self._kind, ids)
        delivered = set(cursor.delivered)
        wanted = {
            id_
            for item in fresh
            for id_ in near.get(item.id, ())
            if id_ not in delivered or modified_of(neighbour.kind, item) >= cursor.started
        }
        remember(cursor, wanted - delivered)
        if cursor.neighbour == len(self._watched):
            _rest(cursor)
        return self._client.batch_read(self._kind, sorted(wanted), self._properties)

    def _fresh(self, cursor: Cursor, neighbour: _Neighbour, keep_from: int) -> list[Payload]:
        """Neighbours that changed, as many as one look-up of their records takes."""
        kind = neighbour.kind
        fresh: list[Payload] = []
        for _ in range(settings.ASSOCIATION_READ // settings.SEARCH_PAGE):
            listed = self._steps.next(cursor, kind, [kind.modified], *neighbour.filters)
            # Of merged records nothing is remembered: they are rare, and the overlap is short.
            seen = cursor.lines_seen if kind is LINE_ITEM else {}
            some, seen = fresh_of(listed, kind, cursor, seen, keep_from)
            if kind is LINE_ITEM:
                cursor.lines_seen = seen
            fresh += some
            if not listed.after:
                cursor.neighbour += 1
                cursor.position, cursor.tied = cursor.base, ""
                break
        return fresh


def remember(cursor: Cursor, ids: Iterable[str]) -> None:
    """What this round has delivered."""
    cursor.delivered = [*cursor.delivered, *sorted(ids)][-REMEMBERED:]


def _rest(cursor: Cursor) -> None:
    cursor.phase, cursor.neighbour, cursor.delivered = "rest", 0, []
