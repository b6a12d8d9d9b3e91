"""How far a feed was read: the cursor, and what it remembers of the pages behind it."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from integrations.connectors.hubspot.client import Listed
from integrations.connectors.hubspot.kinds import Kind
from integrations.connectors.hubspot.records import Payload
from integrations.connectors.hubspot.values import milliseconds, moment
from integrations.contract import Category, Fault, Misconfigured, RetryLater

# Records of the overlap that a cursor remembers; what it forgets is only delivered twice.
REMEMBERED = 5_000
# Raised when the fields of a cursor change their meaning.
VERSION = 1
RECORD_ID = "hs_object_id"
SAME_PAGE_PAUSE = 30.0
NOT_MOVING = Fault(
    Category.TRANSIENT, "NO_PROGRESS", "HubSpot answered with the same page again and again."
)
type Phase = Literal["list", "archived", "search", "companies", "members", "lines", "rest"]


class _Versioned(msgspec.Struct):
    version: int


class Cursor(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """How far a feed was read; times in epoch milliseconds."""

    phase: Phase = "list"
    # When the round began and from where its searches look; where this phase's search has come to.
    started: int = 0
    base: int = 0
    position: int = 0
    # Of several records with one modified date: up to which id they were read.
    tied: str = ""
    # Page of a list.
    after: str = ""
    # Archived records: when the last finished sweep began, its pages, and when the present one did.
    swept: int = 0
    sweep_pages: int = 0
    sweep_started: int = 0
    # Modified (or archived) dates of what the overlap will show again, by id.
    seen: dict[str, int] = {}
    archived_seen: dict[str, int] = {}
    companies_seen: dict[str, int] = {}
    # Companies whose contacts are still to be looked up, and the contact they have come to.
    changed_companies: list[str] = []
    member: str = ""
    companies_done: bool = False
    # Deals and invoices: which of their neighbours is looked through, dates of line items that the
    # overlap will show again, and what this round delivered.
    neighbour: int = 0
    lines_seen: dict[str, int] = {}
    delivered: list[str] = []
    version: int = 0

    @property
    def is_full_read(self) -> bool:
        return not self.swept


def parse(text: str) -> Cursor:
    """The cursor of a stored text; one of another version begins anew, which loses nothing.

    Raises Misconfigured for a text that never was a cursor.
    """
    if not text:
        return Cursor(version=VERSION)
    try:
        if msgspec.json.decode(text, type=_Versioned).version != VERSION:
            return Cursor(version=VERSION)
        return msgspec.json.decode(text, type=Cursor)
    except msgspec.DecodeError as error:
        message = "The stored position in HubSpot's changes cannot be read; read everything again."
        raise Misconfigured(Fault(Category.CONFIGURATION, "BAD_CURSOR", message)) from error


def modified_of(kind: Kind, payload: Payload) -> int:
    return milliseconds(moment(payload.properties.get(kind.modified) or payload.updated_at))


def archived_at(payload: Payload) -> int:
    return milliseconds(moment(payload.archived_at or payload.updated_at))


def next_id(listed: Listed, last: str) -> str:
    """The id to go on after; raises RetryLater when the page does not lead on."""
    if not listed.payloads:
        return last
    found = listed.payloads[-1].id
    if listed.after and int(found) <= int(last or 0):
        raise RetryLater(NOT_MOVING, SAME_PAGE_PAUSE)
    return found


def fresh_of(
    listed: Listed, kind: Kind, cursor: Cursor, seen: Mapping[str, int], keep_from: int
) -> tuple[list[Payload], dict[str, int]]:
    """The payloads not seen with this date, and what to remember from now on."""
    dated = [(payload, modified_of(kind, payload)) for payload in listed.payloads]
    fresh = [payload for payload, at in dated if seen.get(payload.id) != at]
    remembered = {**seen, **{payload.id: at for payload, at in dated}}
    position = cursor.position if listed.after else keep_from
    return fresh, newest(remembered, min(position, keep_from))


def newest(seen: dict[str, int], keep_from: int) -> dict[str, int]:
    """What is not older than that, at most as many as a cursor may hold."""
    kept = {id_: at for id_, at in seen.items() if at >= keep_from}
    if len(kept) <= REMEMBERED:
        return kept
    latest = sorted(kept, key=kept.__getitem__)[-REMEMBERED:]
    return {id_: kept[id_] for id_ in latest}
