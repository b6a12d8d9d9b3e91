"""Change data capture: what changed since a moment, at most 30 days and 1,000 objects.

Source: developer.intuit.com, "Change data capture".
"""

from __future__ import annotations

import msgspec

from integrations.sandbox.quickbooks.entities import ENTITIES, OUTSIDE_CDC, UNFILLED
from integrations.sandbox.quickbooks.faults import Refused, missing, refused
from integrations.sandbox.quickbooks.shelf import Shelf
from integrations.sandbox.quickbooks.store import Store
from integrations.sandbox.quickbooks.times import parse_time, stamp

LOOK_BACK_DAYS = 30
MOST_OBJECTS = 1000


def capture(store: Store, entities: str, changed_since: str) -> bytes:
    """The CDCResponse array; raises Refused."""
    names = [name.strip() for name in entities.split(",") if name.strip()]
    if not names:
        raise Refused([missing("entities")])
    since = _since(changed_since, store.clock.time())
    parts, left = [], MOST_OBJECTS
    for name in names:
        part, taken = _changes(store, name, since, left)
        parts.append(part)
        left -= taken
    return b'[{"QueryResponse":[' + b",".join(parts) + b"]}]"


def _since(text: str, now: float) -> int:
    if not text:
        raise Refused([missing("changedSince")])
    since = parse_time(text)
    if since is None:
        raise refused("2060", f"Invalid date format. Supplied value:{text}", "changedSince")
    if since < now - LOOK_BACK_DAYS * 86400:
        raise refused(
            "2190",
            f"changedSince date time older than fixed days is not supported. "
            f"Days: {LOOK_BACK_DAYS}",
            "changedSince",
        )
    return since


def _changes(store: Store, name: str, since: int, most: int) -> tuple[bytes, int]:
    """One member of the answer, and how many objects it holds."""
    if name in UNFILLED - OUTSIDE_CDC:
        return b"{}", 0
    entity = ENTITIES.get(name)
    if entity is None or not entity.in_cdc:
        detail = f"Object Name:{name} is not supported by change data capture"
        raise refused("2000", detail, "entities")
    objects = _objects(store.shelves[name], since)[:most]
    if not objects:
        return b"{}", 0
    count = len(objects)
    head = b'{"%s":[' % name.encode()
    tail = b'],"startPosition":1,"maxResults":%d,"totalCount":%d}' % (count, count)
    return head + b",".join(objects) + tail, count


def _objects(shelf: Shelf, since: int) -> list[bytes]:
    """Live ones in the order of their last update, then the deleted ones."""
    start, _ = shelf.all.between(since, since)
    live = [row.body for row in shelf.all.by_update[start:]]
    gone = [_deleted(record_id, second) for second, record_id in shelf.deleted if second >= since]
    return live + gone


def _deleted(record_id: str, second: int) -> bytes:
    return msgspec.json.encode(
        {
            "domain": "QBO",
            "status": "Deleted",
            "Id": record_id,
            "MetaData": {"LastUpdatedTime": stamp(second)},
        }
    )
