"""The API itself: from an address to a resource, and from a verb to what it does."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from integrations.sandbox.core import BadRequest, Meter, Request, Response, json_response
from integrations.sandbox.exact import query, writes
from integrations.sandbox.exact.call import Call
from integrations.sandbox.exact.catalogue import RESOURCES
from integrations.sandbox.exact.checks import read_body
from integrations.sandbox.exact.fields import Edm
from integrations.sandbox.exact.messages import Stopped
from integrations.sandbox.exact.rendering import emptied, lines_of, rendered
from integrations.sandbox.exact.resources import Action, Entity, Resource
from integrations.sandbox.exact.rows import Shown, one
from integrations.sandbox.exact.shelf import Row

_PLACE = re.compile(r"/api/v1/(?P<division>\d+|current)/(?P<rest>.+?)/?")
_REST = re.compile(r"(?P<path>[A-Za-z/]+?)(?:\((?P<key>[^)]*)\))?(?:/(?P<tail>\$?\w+))?")
_GUID = re.compile(r"guid'([0-9a-fA-F-]{36})'")
LARGEST_BODY = 10 * 1024 * 1024
_ATOM = b'<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"/>'


@dataclass(frozen=True)
class Place:
    """What an address means; division 0 is whichever the user last worked in."""

    division: int
    resource: Resource
    key: str = ""
    tail: str = ""

    @property
    def template(self) -> str:
        """The address without its ids, for the counters."""
        key = "/{id}" if self.key else ""
        return f"/{self.resource.path}{key}" + (f"/{self.tail}" if self.tail else "")


def place_of(path: str) -> Place | None:
    """What a path names; None when there is nothing there."""
    found = _PLACE.fullmatch(unquote(path))
    if found is None:
        return None
    is_current = found["division"] == "current"
    rest = f"current/{found['rest']}" if is_current else found["rest"]
    place = _resource(rest)
    if place is None or is_current != place[0].path.startswith("current/"):
        return None
    return Place(0 if is_current else int(found["division"]), *place)


def _resource(rest: str) -> tuple[Resource, str, str] | None:
    if rest in RESOURCES:
        return RESOURCES[rest], "", ""
    parts = _REST.fullmatch(rest)
    if parts is None or parts["path"] not in RESOURCES:
        return None
    return RESOURCES[parts["path"]], parts["key"] or "", parts["tail"] or ""


class Service:
    """Answers calls that the gate has let in."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self.demands_filters = True

    def answer(self, place: Place, call: Call) -> Response:
        """Raises Stopped and Refused."""
        method = call.request.method
        if method not in place.resource.methods:
            raise Stopped(405, f"Method '{method}' is not allowed for this resource.")
        if method == "GET":
            return self._read(place, call)
        if method == "POST":
            return self._post(place, call)
        resource = place.resource
        if not isinstance(resource, Entity) or not place.key:
            raise Stopped(400, query.NO_KEY)
        row = _row(resource, place, call)
        if method == "PUT":
            body = _body(call.request)
            writes.update(call.division, resource, row, body, _writer(call))
        else:
            writes.delete(call.division, resource, row, _writer(call))
        self._meter.write()
        return Response(204)

    def _read(self, place: Place, call: Call) -> Response:
        resource = place.resource
        if place.tail == "$count":
            return query.counted(resource, call, must_filter=self.demands_filters)
        if "application/json" not in call.request.header("accept"):
            # Without being asked for JSON the service speaks Atom.
            return Response(200, _ATOM, (("Content-Type", "application/atom+xml"),))
        if not place.key:
            return query.listed(resource, call, must_filter=self.demands_filters)
        shown = one(resource, call, _key(resource, place.key))
        if shown is None:
            raise _not_found(resource)
        if place.tail:
            lines = lines_of(resource, call, place.tail, str(shown.key))
            return json_response(200, {"d": {"results": lines}})
        options = query.read_options(resource, call.request.query)
        content = rendered(resource, call, shown, options.names, options.expanded)
        return json_response(200, {"d": content})

    def _post(self, place: Place, call: Call) -> Response:
        resource = place.resource
        if place.key or place.tail:
            raise Stopped(405, "Method 'POST' is not allowed for this resource.")
        body = _body(call.request)
        if isinstance(resource, Action):
            values = read_body(resource, body, call.shared.zone)
            done = resource.perform(call.division, values, call.person.id)
            self._meter.write()
            shown = Shown(done.get(resource.key), done.get)
            content = rendered(resource, call, shown, resource.fields)
            return json_response(201, {"d": content})
        if not isinstance(resource, Entity):
            raise Stopped(405, "Method 'POST' is not allowed for this resource.")
        row = writes.create(call.division, resource, body, _writer(call))
        self._meter.write()
        return json_response(201, {"d": _created(resource, call, row)})


def _created(entity: Entity, call: Call, row: Row) -> dict[str, Any]:
    shown = one(entity, call, row.id)
    if shown is None:
        # Nothing in the books removes what it has just stored.
        raise AssertionError(f"{entity.path} {row.id} is gone")
    wants_all = "return=representation" in call.request.header("prefer")
    if entity.answers_full or wants_all:
        return rendered(entity, call, shown, entity.fields) | dict.fromkeys(entity.late)
    return emptied(entity, call, shown)


def _row(entity: Entity, place: Place, call: Call) -> Row:
    row = call.division.find(entity.path, _key(entity, place.key))
    if row is None:
        raise _not_found(entity)
    return row


def _key(resource: Resource, text: str) -> Any:
    """The key out of an address: guid'…', a number or a text; raises Stopped (400)."""
    field = resource.key_field
    bare = text.strip()
    try:
        if field.type is Edm.GUID:
            # Only guid'…' is read, without braces.
            return str(uuid.UUID(_GUID.sub(r"\1", bare) if _GUID.fullmatch(bare) else ""))
        if field.type is Edm.STRING:
            return bare.strip("'").replace("''", "'")
        return int(bare.rstrip("L"))
    except ValueError as error:
        raise Stopped(400, f"Bad Request - Error in query syntax: '{text}'.") from error


def _not_found(resource: Resource) -> Stopped:
    name = resource.path.rpartition("/")[2]
    return Stopped(404, f"Resource not found for the segment '{name}'.")


def _writer(call: Call) -> writes.Writer:
    return writes.Writer(call.person.id)


def _body(request: Request) -> Any:
    if len(request.body) > LARGEST_BODY:
        raise Stopped(413, "The request body is too large.")
    if "application/json" not in request.header("content-type"):
        raise Stopped(415, "Unsupported media type requested.")
    try:
        return request.json()
    except BadRequest as error:
        raise Stopped(400, "Error processing request stream.") from error
