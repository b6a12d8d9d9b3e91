"""HubSpot's refusals in HubSpot's words, each a function that makes the exception to raise.

Shapes: developers.hubspot.com/docs/api-reference/latest/error-handling
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from integrations.sandbox.core import Headers, Response, json_response

AUTH_MESSAGE = (
    "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can "
    "find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
)
SCOPES_MESSAGE = (
    "This app hasn't been granted all required scopes to make this call. Read more about required "
    "scopes here: https://developers.hubspot.com/scopes."
)


class Refusal(Exception):
    """An answer that is no success; `body` is what the client reads, less its correlation id."""

    def __init__(self, status: int, body: dict[str, Any], headers: Headers = ()) -> None:
        super().__init__(body.get("message", ""))
        self.status = status
        self.body = body
        self.headers = headers

    def response(self) -> Response:
        body = {"status": "error"} | self.body | {"correlationId": str(uuid.uuid4())}
        return json_response(self.status, body, self.headers)

    def as_batch_error(self, context: dict[str, list[str]]) -> dict[str, Any]:
        """The entry of this refusal in the `errors` of a 207 answer."""
        return {
            "status": "error",
            "category": self.body.get("category", "VALIDATION_ERROR"),
            "message": self.body["message"],
            "context": self.body.get("context", {}) | context,
            "errors": self.body.get("errors", []),
            "links": self.body.get("links", {}),
        }


@dataclass(frozen=True)
class BadValue:
    """One property value that was not accepted."""

    name: str
    code: str
    message: str


def crm_error(status: int, category: str, message: str, **extra: Any) -> Refusal:
    return Refusal(status, {"message": message, "category": category} | extra)


def validation(message: str, **extra: Any) -> Refusal:
    return crm_error(400, "VALIDATION_ERROR", message, **extra)


def values_not_valid(bad_values: Sequence[BadValue]) -> Refusal:
    """The list of bad values, as JSON text inside the message and once more in `errors`."""
    rows = [
        {"isValid": False, "message": bad.message, "error": bad.code, "name": bad.name}
        for bad in bad_values
    ]
    details = [
        {"message": bad.message, "code": bad.code, "context": {"propertyName": [bad.name]}}
        for bad in bad_values
    ]
    text = msgspec.json.encode(rows).decode()
    return validation(f"Property values were not valid: {text}", errors=details)


def unknown_property(name: str) -> BadValue:
    return BadValue(name, "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist')


def read_only(name: str) -> BadValue:
    message = f'"{name}" is a read only property; its value cannot be set.'
    return BadValue(name, "READ_ONLY_VALUE", message)


def required_missing(singular: str, names: Iterable[str]) -> Refusal:
    """A create without the properties that the object needs."""
    return validation(
        f"Error creating {singular.upper()}. Some required properties were not set.",
        context={"properties": list(names)},
    )


def contact_exists(existing: int) -> Refusal:
    """The id is only in the text."""
    return crm_error(409, "CONFLICT", f"Contact already exists. Existing ID: {existing}")


def unique_taken(object_type_id: str, name: str, value: str, owner: int) -> Refusal:
    message = (
        f"Cannot set PropertyValueCoordinates{{objectTypeId={object_type_id}, "
        f"propertyName={name}, value={value}}}. {owner} already has that value."
    )
    return values_not_valid([BadValue(name, "CONFLICTING_UNIQUE_VALUE", message)])


def object_not_found(wanted: str) -> Refusal:
    if wanted.isdigit():
        message = "resource not found"
    else:
        # Two spaces, as HubSpot sends it.
        message = "Object not found.  objectId are usually numeric."
    return crm_error(404, "OBJECT_NOT_FOUND", message, context={"id": [wanted]})


def not_found(message: str = "resource not found") -> Refusal:
    return crm_error(404, "OBJECT_NOT_FOUND", message)


def unknown_object_type(name: str) -> Refusal:
    return validation(f"Unable to infer object type from: {name}", context={"type": [name]})


def bad_json(reason: str) -> Refusal:
    return validation(f"Invalid input JSON on line 1, column 1: {reason}")


def missing_fields(names: Sequence[str]) -> Refusal:
    listed = ", ".join(names)
    message = (
        f"Invalid input JSON on line 1, column 2. Some required fields were not set: [{listed}]"
    )
    return validation(message, errors=[{"message": "Required", "context": {"fields": list(names)}}])


def not_authenticated() -> Refusal:
    return crm_error(401, "INVALID_AUTHENTICATION", AUTH_MESSAGE)


def token_expired(expired_at: float, now: float) -> Refusal:
    """Also the answer to a token HubSpot cannot read: it then names the year 1970."""
    at = datetime.fromtimestamp(expired_at, UTC).isoformat(timespec="milliseconds")
    return crm_error(
        401,
        "EXPIRED_AUTHENTICATION",
        f"The OAuth token used to make this call expired {_ago(now - expired_at)} ago.",
        context={"expire time": [at.replace("+00:00", "Z")]},
    )


def _ago(seconds: float) -> str:
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}(s)"
    return f"{int(seconds)} second(s)"


def missing_scopes(any_of: Sequence[str]) -> Refusal:
    """`any_of`: one of them would be enough."""
    detail = {
        "message": "One or more of the following scopes are required.",
        "context": {"requiredGranularScopes": list(any_of)},
    }
    return crm_error(
        403,
        "MISSING_SCOPES",
        SCOPES_MESSAGE,
        errors=[detail],
        links={"scopes": "https://developers.hubspot.com/scopes"},
    )


def rate_limited(policy: str, headers: Headers = ()) -> Refusal:
    """A body of its own, without `category`: it is not written by the CRM."""
    body = {
        "message": f"You have reached your {policy.lower()} limit.",
        "errorType": "RATE_LIMIT",
        "policyName": policy,
        "requestId": uuid.uuid4().hex,
    }
    return Refusal(429, body, headers)


def uri_too_long() -> Refusal:
    return Refusal(414, {"message": "URI Too Long"})


def unsupported_media_type() -> Refusal:
    return Refusal(415, {"message": "Unsupported Media Type"})


def method_not_allowed() -> Refusal:
    return Refusal(405, {"message": "HTTP 405 Method Not Allowed"})


def oauth_error(error: str, status: str, message: str, http_status: int = 400) -> Refusal:
    """RFC 6749 with HubSpot's own extras; not the CRM shape.

    developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens
    """
    body = {"error": error, "error_description": message, "status": status, "message": message}
    return Refusal(http_status, body)
