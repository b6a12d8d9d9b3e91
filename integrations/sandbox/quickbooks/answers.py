"""Answers in JSON, and in XML for whoever does not ask for JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import msgspec

from integrations.sandbox.core import Headers, Response
from integrations.sandbox.quickbooks.faults import GatewayRefused, Refused
from integrations.sandbox.quickbooks.times import answer_time

JSON: Headers = (("Content-Type", "application/json;charset=UTF-8"),)
XML: Headers = (("Content-Type", "application/xml;charset=UTF-8"),)
_NAMESPACE = "http://schema.intuit.com/finance/v3"
_RECORD_ATTRIBUTES = ("domain", "status", "sparse")
_ATTRIBUTES: dict[str, tuple[str, ...]] = {"Fault": ("type",), "Error": ("code", "element")}


def wrap(members: Mapping[str, bytes], now: datetime) -> bytes:
    """One JSON object of members that are JSON already, and the time."""
    parts = [b'"%s":%s' % (name.encode(), value) for name, value in members.items()]
    parts.append(b'"time":"%s"' % answer_time(now).encode())
    return b"{" + b",".join(parts) + b"}"


def answer(body: bytes, wants_json: bool, status: int = 200) -> Response:
    """A JSON body, rewritten as XML where JSON was not asked for."""
    if wants_json:
        return Response(status, body, JSON)
    return Response(status, to_xml(msgspec.json.decode(body)), XML)


def fault_body(refusal: Refused, now: datetime) -> bytes:
    return wrap({"Fault": msgspec.json.encode(refusal.as_json())}, now)


def gateway_answer(refusal: GatewayRefused, now: datetime, wants_json: bool) -> Response:
    """The gateway's answer. A throttled call gets XML even when it asked for JSON."""
    if wants_json and refusal.status != 429:
        milliseconds = int(now.timestamp() * 1000)
        return Response(refusal.status, msgspec.json.encode(refusal.as_json(milliseconds)), JSON)
    fault = (
        f'<Fault type="{refusal.kind}"><Error code="{refusal.code}">'
        f"<Message>{escape(refusal.message)}</Message>"
        f"<Detail>{escape(refusal.detail)}</Detail></Error></Fault>"
    )
    return Response(refusal.status, _document(answer_time(now), fault), XML)


def to_xml(body: Mapping[str, Any]) -> bytes:
    """The XML form of a JSON answer: references carry their name as an attribute."""
    inside = "".join(
        "".join(_elements(name, value)) for name, value in body.items() if name != "time"
    )
    return _document(str(body.get("time", "")), inside)


def _document(time: str, inside: str) -> bytes:
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    opened = f'<IntuitResponse xmlns="{_NAMESPACE}" time={quoteattr(time)}>'
    return f"{head}{opened}{inside}</IntuitResponse>".encode()


def _elements(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _elements(name, each)
    elif isinstance(value, dict):
        yield _element(name, value)
    elif value is not None:
        yield f"<{name}>{escape(_text(value))}</{name}>"


def _element(name: str, value: Mapping[str, Any]) -> str:
    if "value" in value:
        shown = f" name={quoteattr(str(value['name']))}" if value.get("name") else ""
        return f"<{name}{shown}>{escape(str(value['value']))}</{name}>"
    own = _ATTRIBUTES.get(name, _RECORD_ATTRIBUTES)
    attributes = "".join(
        f" {key}={quoteattr(_text(value[key]))}" for key in own if value.get(key) is not None
    )
    inside = "".join("".join(_elements(k, v)) for k, v in value.items() if k not in own)
    return f"<{name}{attributes}>{inside}</{name}>"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
