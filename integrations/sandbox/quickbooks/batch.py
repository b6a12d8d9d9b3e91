"""Batches: up to 30 independent items, each with its own answer.

Source: developer.intuit.com, "Batch", and the reference of the batch endpoint.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from integrations.sandbox.quickbooks import query, writes
from integrations.sandbox.quickbooks.entities import ENTITIES, UNFILLED
from integrations.sandbox.quickbooks.faults import Refused, missing, refused, unparsable
from integrations.sandbox.quickbooks.fields import Entity
from integrations.sandbox.quickbooks.replays import LONGEST_ITEM, Replays, malformed
from integrations.sandbox.quickbooks.store import Store

MOST_ITEMS = 30
_ITEM_MEMBERS = frozenset({"bId", "operation", "optionsData", "Query"})


class Batch:
    """Answers the items of batches over one store."""

    def __init__(self, store: Store, replays: Replays, count_write: Callable[[], None]) -> None:
        self._store = store
        self._replays = replays
        self._count_write = count_write

    def answer(self, body: Any, key: str) -> bytes:
        """The BatchItemResponse array; raises Refused when the batch itself is wrong."""
        if not isinstance(body, Mapping) or body.keys() - {"BatchItemRequest"}:
            raise unparsable()
        items = body.get("BatchItemRequest")
        if not isinstance(items, list) or not items:
            raise Refused([missing("BatchItemRequest")])
        if len(items) > MOST_ITEMS:
            raise refused("1040", f"The batch limit size is {MOST_ITEMS}")
        if not all(isinstance(item, Mapping) for item in items):
            raise unparsable()
        return b"[" + b",".join(self._item(item, key) for item in items) + b"]"

    def _item(self, item: Mapping[str, Any], key: str) -> bytes:
        number = item.get("bId")
        own_key = f"{key}\n{number}" if key else ""
        kept = self._replays.find(own_key)
        if kept is not None:
            return kept[1]
        content = self._content(item, key)
        shown = b"" if number is None else b',"bId":%s' % msgspec.json.encode(str(number))
        answer = b"{" + content + shown + b"}"
        self._replays.keep(own_key, 200, answer)
        return answer

    def _content(self, item: Mapping[str, Any], key: str) -> bytes:
        try:
            _check_number(item, key)
            return self._execute(item)
        except Refused as refusal:
            return b'"Fault":' + msgspec.json.encode(refusal.as_json())

    def _execute(self, item: Mapping[str, Any]) -> bytes:
        if "Query" in item:
            result = query.run(self._store, str(item["Query"]))
            return b'"QueryResponse":' + result.body()
        names = item.keys() - _ITEM_MEMBERS
        if len(names) != 1:
            raise unparsable()
        name = names.pop()
        entity = entity_named(name)
        body = b'"%s":' % name.encode() + self._write(entity, item, item[name])
        self._count_write()
        return body

    def _write(self, entity: Entity, item: Mapping[str, Any], body: Any) -> bytes:
        operation = item.get("operation")
        if item.get("optionsData") == "void":
            return writes.void(self._store, entity, body).body
        if operation == "delete":
            return deleted(writes.delete(self._store, entity, body).id)
        if operation not in ("create", "update"):
            raise refused("500", f"Operation {operation} is not supported.")
        if not isinstance(body, Mapping):
            raise unparsable()
        if operation == "update" and not body.get("Id"):
            raise Refused([missing("Id")])
        if operation == "create" and body.get("Id"):
            raise refused("2600", "A record to be created must not have an Id", "Id")
        return writes.write(self._store, entity, body).body


def entity_named(name: str) -> Entity:
    entity = ENTITIES.get(name)
    if entity is None and name in UNFILLED:
        raise refused("500", f"Operation on {name} is not supported by this stand-in.")
    if entity is None:
        raise refused("2000", f"The specified object name is unsupported. Object Name:{name}")
    return entity


def deleted(record_id: str) -> bytes:
    return msgspec.json.encode({"domain": "QBO", "status": "Deleted", "Id": record_id})


def _check_number(item: Mapping[str, Any], key: str) -> None:
    number = item.get("bId")
    if number is None:
        raise Refused([missing("bId")])
    if key and len(str(number)) > LONGEST_ITEM:
        raise malformed(f"bId must have at most {LONGEST_ITEM} characters with a requestid")
