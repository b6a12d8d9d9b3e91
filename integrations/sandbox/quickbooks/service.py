"""The data service: which path and method does what, once a call is let in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from integrations.sandbox.core import BadRequest, Meter, NotUtf8, Request
from integrations.sandbox.quickbooks import changes, query, writes
from integrations.sandbox.quickbooks.answers import fault_body, wrap
from integrations.sandbox.quickbooks.batch import Batch, deleted
from integrations.sandbox.quickbooks.drafts import PERSON
from integrations.sandbox.quickbooks.entities import BY_PATH, UNFILLED_PATHS
from integrations.sandbox.quickbooks.faults import (
    Refused,
    missing,
    not_found,
    not_utf8,
    refused,
    unparsable,
)
from integrations.sandbox.quickbooks.fields import Entity
from integrations.sandbox.quickbooks.replays import LONGEST_IN_BATCH, Replays, request_key
from integrations.sandbox.quickbooks.store import Store

# The JSON members of an answer besides the time.
Members = dict[str, bytes]
_STATEMENT = "application/text"


class Service:
    """Answers the calls below /v3/company/<realm>."""

    def __init__(self, store: Store, replays: Replays, meter: Meter) -> None:
        self._store = store
        self._replays = replays
        self._meter = meter
        self._batch = Batch(store, replays, meter.write)

    def answer(self, request: Request, parts: list[str], realm: str) -> tuple[int, bytes]:
        """Status and JSON body; refusals of the data service are worded here."""
        try:
            return self._route(request, parts, realm)
        except Refused as refusal:
            return refusal.status, fault_body(refusal, self._store.clock.now())
        except NotUtf8:
            return 400, fault_body(not_utf8(), self._store.clock.now())
        except BadRequest:
            return 400, fault_body(unparsable(), self._store.clock.now())

    def _route(self, request: Request, parts: list[str], realm: str) -> tuple[int, bytes]:
        if parts == ["query"]:
            return self._done({"QueryResponse": self._query(request)})
        if request.method == "POST" and parts == ["batch"]:
            return self._run_batch(request)
        if request.method == "POST" and len(parts) == 1:
            return self._once(request, lambda: self._write(request, self._entity(parts[0])))
        if request.method == "POST" and parts[2:] == ["send"]:
            return self._once(request, lambda: self._send(request, *parts[:2]))
        if request.method != "GET":
            raise refused("500", f"Operation {request.method} is not supported.")
        return self._done(self._look(request, parts, realm))

    def _look(self, request: Request, parts: list[str], realm: str) -> Members:
        match parts:
            case ["cdc"]:
                return {"CDCResponse": self._changes(request)}
            case ["preferences"]:
                return self._read(self._entity("preferences"), "1")
            case ["companyinfo", number] if number == realm:
                return self._read(self._entity("companyinfo"), "1")
            case [path, number]:
                return self._read(self._entity(path), number)
        raise refused("500", f"Operation read is not supported for {'/'.join(parts)}.")

    def _done(self, members: Members) -> tuple[int, bytes]:
        return 200, wrap(members, self._store.clock.now())

    def _entity(self, path: str) -> Entity:
        entity = BY_PATH.get(path)
        if entity is not None:
            return entity
        if path in UNFILLED_PATHS:
            name = UNFILLED_PATHS[path]
            raise refused("500", f"Operation on {name} is not supported by this stand-in.")
        raise refused("2000", f"The specified object name is unsupported. Object Name:{path}")

    def _query(self, request: Request) -> bytes:
        if request.method == "GET":
            statement = request.first("query")
        else:
            require_content_type(request, _STATEMENT)
            statement = request.text()
        if not statement.strip():
            raise Refused([missing("query")])
        return query.run(self._store, statement).body()

    def _changes(self, request: Request) -> bytes:
        since = request.first("changedSince")
        return changes.capture(self._store, request.first("entities"), since)

    def _read(self, entity: Entity, number: str) -> Members:
        row = self._store.find(entity.name, number)
        if row is None:
            if not number.isdigit():
                detail = f"Id should be a valid number. Supplied value:{number}"
                raise refused("2030", detail, "Id")
            raise not_found(is_document=entity.deletable)
        return {entity.name: row.body}

    def _write(self, request: Request, entity: Entity) -> Members:
        require_content_type(request, "application/json")
        body = request.json()
        options = frozenset(request.first("include").split(",")) - {PERSON}
        match _operation(request):
            case "delete":
                answer = deleted(writes.delete(self._store, entity, body, options).id)
            case "void":
                answer = writes.void(self._store, entity, body, options).body
            case _:
                answer = writes.write(self._store, entity, body, options).body
        self._meter.write()
        return {entity.name: answer}

    def _send(self, request: Request, path: str, number: str) -> Members:
        """Mail a document to its own address, or to another, which becomes its own."""
        require_content_type(request, "application/octet-stream")
        entity = self._entity(path)
        answer = writes.send(self._store, entity, number, request.first("sendTo")).body
        self._meter.write()
        return {entity.name: answer}

    def _run_batch(self, request: Request) -> tuple[int, bytes]:
        key = request_key(request.query, LONGEST_IN_BATCH)
        require_content_type(request, "application/json")
        items = self._batch.answer(request.json(), key)
        return self._done({"BatchItemResponse": items})

    def _once(self, request: Request, run: Callable[[], Members]) -> tuple[int, bytes]:
        """Run a write, or give the answer its requestid had the first time."""
        key = request_key(request.query)
        kept = self._replays.find(key)
        if kept is not None:
            return kept
        try:
            answer = self._done(run())
        except Refused as refusal:
            answer = refusal.status, fault_body(refusal, self._store.clock.now())
        self._replays.keep(key, *answer)
        return answer


def _operation(request: Request) -> str:
    operation = request.first("operation", "update")
    if operation == "update" and request.first("include") == "void":
        return "void"
    if operation not in ("update", "create", "delete", "void"):
        raise refused("500", f"Operation {operation} is not supported.")
    return operation


def require_content_type(request: Request, wanted: str) -> None:
    sent = request.header("content-type").partition(";")[0].strip().lower()
    if sent != wanted:
        raise refused("1050", f"Content-Type must be {wanted}. Supplied value:{sent}")


def sent_records(request: Request) -> list[tuple[str, Any]]:
    """The (path or name, Id) of every record that a write means; none when it cannot be read."""
    try:
        body = msgspec.json.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return []
    name = request.path.rpartition("/")[2]
    if name != "batch":
        return [(name, body.get("Id"))] if isinstance(body, dict) else []
    items = body.get("BatchItemRequest", []) if isinstance(body, dict) else []
    return [
        (member, content["Id"])
        for item in items
        for member, content in item.items()
        if isinstance(content, dict) and "Id" in content
    ]
