"""What HubSpot's refusals mean: one closed table on (code, wording, object type).

Shapes: developers.hubspot.com/docs/api-reference/latest/error-handling. Every field of an error may
be missing; failures of single properties also come as JSON text inside the message.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from integrations.contract import (
    Category,
    ConnectorError,
    Fault,
    Misconfigured,
    NotAllowed,
    RetryLater,
    SignInAgain,
)
from integrations.http import Response, redact, retry_after

TEN_SECONDS = 10.0
ONE_SECOND = 1.0
# The daily allowance returns at midnight in the account's own time zone: look again every hour.
DAILY_PAUSE = 3600.0
LOCKED_PAUSE = 2.0
# An account on its way to another data centre, up to 24 hours; when HubSpot does not say how long.
MOVING_PAUSE = 600.0
BREATH = 0.5
_PAUSES = {"DAILY": DAILY_PAUSE, "SECONDLY": ONE_SECOND, "TEN_SECONDLY_ROLLING": TEN_SECONDS}


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table; an empty pattern or object type fits all, "a|b" fits both."""

    code: str
    category: Category
    pattern: re.Pattern[str] | None = None
    object_type: str = ""

    def fits(self, code: str, message: str, object_type: str) -> bool:
        if self.object_type and object_type not in self.object_type.split("|"):
            return False
        if re.fullmatch(self.code, code) is None:
            return False
        return self.pattern is None or self.pattern.search(message) is not None


def _says(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


EXISTING = re.compile(r"Existing ID:\s*(\d+)|(?:^|\s)(\d+) already has that value", re.IGNORECASE)
_NAMED = re.compile(r"propertyName=([\w.]+)|Property \"([\w.]+)\"")

_INVALID = r"INVALID_(?!AUTHENTICATION|PROPERTY_\w+)[A-Z_]+"
_LOCKED = _says(
    r"(another|a different) (app|integration)|by the app that|"
    r"(cannot|can't|can not|may not) be (changed|edited|modified|updated|deleted|moved|voided)"
)
_LACKS = _says(r"without associated|INVOICE_TO_(LINE_ITEM|CONTACT)|at least one")
_DOCUMENTS = "invoice|payment|line_item"

# The first line that fits counts. What fits none is Category.UNKNOWN, with HubSpot's own words.
TABLE: tuple[Rule, ...] = (
    # Failures of one property, by the code inside the message or in `errors`.
    Rule("PROPERTY_DOESNT_EXIST", Category.CONFIGURATION),
    Rule("READ_ONLY_VALUE", Category.CONFIGURATION),
    Rule("CONFLICTING_UNIQUE_VALUE", Category.DUPLICATE_KEY),
    Rule("REQUIRED|MISSING_REQUIRED_\\w+|REQUIRED_\\w+", Category.FIELD_MISSING),
    Rule("PROPERTY_VALUE_TOO_LONG|VALUE_TOO_LONG", Category.FIELD_INVALID),
    Rule("LEADING_TRAILING_WHITESPACE", Category.FIELD_INVALID),
    # HubSpot publishes the rules of documents (invoices, commerce payments and line items guides),
    # not how it words a refusal by them: these patterns are wide.
    Rule(_INVALID, Category.CURRENCY, _says("currency"), _DOCUMENTS),
    Rule(_INVALID, Category.TAX, _says("hs_tax_rate_group_id"), "line_item"),
    Rule("VALIDATION_ERROR|CONFLICT", Category.STATE_LOCKED, _LOCKED, _DOCUMENTS),
    Rule("VALIDATION_ERROR", Category.FIELD_MISSING, _LACKS, "invoice"),
    Rule("VALIDATION_ERROR", Category.CONFIGURATION, _says("set up to collect"), "payment"),
    # Also the rules that an account's administrators set up, such as INVALID_ALPHA.
    Rule(_INVALID, Category.FIELD_INVALID),
    # Whole records.
    Rule("CONFLICT", Category.DUPLICATE_KEY, _says(r"already (exists|has)"), "contact"),
    Rule("CONFLICT|VALIDATION_ERROR", Category.DUPLICATE_KEY, _says("already has that value")),
    Rule("CONFLICT", Category.CONFLICT),
    Rule("OBJECT_NOT_FOUND|NOT_FOUND", Category.CONFIGURATION, _says("(property|group) .* exist")),
    Rule("OBJECT_NOT_FOUND|NOT_FOUND", Category.GONE),
    Rule("VALIDATION_ERROR", Category.FIELD_MISSING, _says("required propert")),
    Rule("VALIDATION_ERROR", Category.CONFIGURATION, _says("unable to infer object type")),
    Rule("VALIDATION_ERROR", Category.CONFIGURATION, _says("non-unique .*property")),
    Rule("VALIDATION_ERROR", Category.CONFIGURATION, _says("property .* does not exist")),
    Rule("VALIDATION_ERROR", Category.CURRENCY, _says("currency")),
    Rule("VALIDATION_ERROR", Category.GONE, _says("(object|resource) not found")),
    # The connection.
    Rule("MISSING_SCOPES", Category.CONNECTION_PERMISSION),
    Rule("EXPIRED_AUTHENTICATION|INVALID_AUTHENTICATION", Category.CONNECTION_REAUTH),
    Rule("invalid_grant|invalid_token", Category.CONNECTION_REAUTH),
    Rule("BAD_REFRESH_TOKEN|BAD_AUTH_CODE", Category.CONNECTION_REAUTH),
    Rule("invalid_client|BAD_CLIENT_ID|BAD_CLIENT_SECRET", Category.CONFIGURATION),
    Rule("RATE_LIMITS?|DAILY|SECONDLY|TEN_SECONDLY_ROLLING", Category.RATE_LIMITED),
    # Answers without a code of their own, by status.
    Rule("HTTP_401", Category.CONNECTION_REAUTH),
    Rule("HTTP_403", Category.CONNECTION_PERMISSION),
    Rule("HTTP_404", Category.GONE),
    Rule("HTTP_409", Category.CONFLICT),
    Rule("HTTP_414", Category.STATE_LOCKED, _says("merge|identit")),
    Rule("HTTP_429", Category.RATE_LIMITED),
    Rule("HTTP_(423|477|5\\d\\d)", Category.TRANSIENT),
)


# These concern the connection or the whole call: no part of a batch would fare better.
OF_THE_WHOLE = frozenset(
    {
        Category.CONNECTION_REAUTH,
        Category.CONNECTION_PERMISSION,
        Category.CONNECTION_SUSPENDED,
        Category.RATE_LIMITED,
        Category.TRANSIENT,
    }
)


def pause(response: Response) -> float:
    """Seconds for which HubSpot wants no call.

    It sends no Retry-After with a 429: the policy in the body tells (the published Node client
    waits the same). 423 is a record locked by heavy writes, 477 an account being moved.
    """
    if response.status < 400:
        # Somebody used up this window; the next call leaves it in a tenth of a second or so.
        return BREATH if response.headers.get("x-hubspot-ratelimit-remaining") == "0" else 0.0
    asked = retry_after(response)
    if response.status == 429:
        policy = str(_body(response).get("policyName", ""))
        return _PAUSES.get(policy, TEN_SECONDS) if asked is None else asked
    if response.status == 423:
        return LOCKED_PAUSE if asked is None else max(asked, LOCKED_PAUSE)
    if response.status == 477:
        return MOVING_PAUSE if asked is None else asked
    return 0.0


def fault_of(response: Response, object_type: str = "") -> Fault:
    """A refused call, classified."""
    return classify(_body(response), response.status, object_type, redact(response.text))


def classify(body: Mapping[str, Any], status: int, object_type: str = "", raw: str = "") -> Fault:
    """An error object, from a whole answer or out of the `errors` of a 207, classified."""
    message = str(body.get("message") or f"HubSpot refused the call ({status or 'batch'}).")
    failures = list(_failures(body, message))
    codes = [failure.code for failure in failures if failure.code]
    for name in ("subCategory", "category", "error", "errorType", "policyName"):
        codes += _codes(body.get(name))
    code, category = _look_up([*codes, f"HTTP_{status}"], message, object_type)
    existing = EXISTING.search(message)
    return Fault(
        category=category,
        code=code,
        message=_wording(body, message, failures),
        field=_field(body, message, failures),
        existing_id=next((group for group in existing.groups() if group), "") if existing else "",
        correlation_id=str(body.get("correlationId") or ""),
        raw=raw or redact(msgspec.json.encode(body).decode()),
    )


def error_of(response: Response, object_type: str = "") -> ConnectorError:
    """The error to raise for a refusal that concerns the whole call."""
    fault = fault_of(response, object_type)
    if fault.category is Category.CONNECTION_REAUTH:
        return SignInAgain(fault)
    if fault.category is Category.CONNECTION_PERMISSION:
        return NotAllowed(fault)
    if fault.category in (Category.RATE_LIMITED, Category.TRANSIENT):
        return RetryLater(fault, pause(response) or TEN_SECONDS)
    if fault.category is Category.UNKNOWN:
        return ConnectorError(fault)
    return Misconfigured(fault)


@dataclass(frozen=True, slots=True)
class _Failure:
    """What is wrong with one property."""

    code: str
    name: str
    message: str


def _body(response: Response) -> dict[str, Any]:
    try:
        body = response.json()
    except msgspec.DecodeError:
        return {}
    return body if isinstance(body, dict) else {}


def _look_up(codes: Sequence[str], message: str, object_type: str) -> tuple[str, Category]:
    for code in codes:
        for rule in TABLE:
            if rule.fits(code, message, object_type):
                return code.removeprefix("HTTP_"), rule.category
    return codes[0].removeprefix("HTTP_"), Category.UNKNOWN


def _codes(value: Any) -> list[str]:
    """A code as text; the last part of one such as "CrmBatch.INVALID_EMAIL"."""
    return [value.rpartition(".")[2]] if isinstance(value, str) and value else []


def _failures(body: Mapping[str, Any], message: str) -> Iterator[_Failure]:
    yield from _failures_in_text(message)
    for detail in body.get("errors") or ():
        if not isinstance(detail, Mapping):
            continue
        context = detail.get("context") or {}
        names = context.get("propertyName") or context.get("properties") or ()
        name = names if isinstance(names, str) else next(iter(names), "")
        text = str(detail.get("message") or "")
        codes = _codes(detail.get("code")) or _codes(detail.get("subCategory"))
        yield _Failure(codes[0] if codes else "", str(name), text)
        yield from _failures_in_text(text)


def _failures_in_text(message: str) -> Iterator[_Failure]:
    """The JSON list in "Property values were not valid: [{…}]"."""
    start = message.find("[{")
    if start < 0:
        return
    try:
        rows = msgspec.json.decode(message[start : message.rfind("]") + 1])
    except msgspec.DecodeError:
        return
    for row in rows:
        if isinstance(row, dict):
            name, text = str(row.get("name") or ""), str(row.get("message") or "")
            yield _Failure(str(row.get("error") or ""), name, text)


def _wording(body: Mapping[str, Any], message: str, failures: Sequence[_Failure]) -> str:
    """HubSpot's own words: of the properties where it names them, with the scopes it misses."""
    scopes = [
        str(scope)
        for detail in body.get("errors") or ()
        if isinstance(detail, Mapping)
        for scope in (detail.get("context") or {}).get("requiredGranularScopes") or ()
    ]
    if scopes:
        return f"{message} ({' / '.join(scopes)})"
    spoken = list(dict.fromkeys(item.message for item in failures if item.name and item.message))
    return " ".join(spoken) or message


def _field(body: Mapping[str, Any], message: str, failures: Sequence[_Failure]) -> str:
    for failure in failures:
        if failure.name:
            return failure.name
    context = body.get("context")
    names = context.get("properties") or context.get("propertyName") if context else None
    if names:
        return str(names if isinstance(names, str) else names[0])
    if found := _NAMED.search(message):
        return found[1] or found[2]
    return "email" if "contact already exists" in message.lower() else ""
