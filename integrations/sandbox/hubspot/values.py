"""What a property accepts, and the text in which it comes back.

developers.hubspot.com/docs/api-reference/latest/crm/properties/guide
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integrations.sandbox.hubspot.definitions import Property
from integrations.sandbox.hubspot.refusals import BadValue

MAX_TEXT = 65_536
# Far beyond any amount; without it an exponent could fill the memory with zeros.
MAX_MAGNITUDE = 100
EMAIL = re.compile(r"[^@\s,;<>()\[\]\\\"]+@(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_][\w-]*[^\W_]")
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
DAY_MS = 86_400_000
# Invisible characters that HubSpot refuses at the ends of values that are no text.
INVISIBLE = " \t\r\n\v\f\u00a0\u1680\u2000-\u200f\u2028\u2029\u202f\u205f\u3000\ufeff"
PADDED = re.compile(f"^[{INVISIBLE}]|[{INVISIBLE}]$")


class Unacceptable(ValueError):
    """A value that the property does not take."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def accept(prop: Property, given: Any) -> str | BadValue:
    """The stored text, "" for a value that is cleared, or what is wrong with it."""
    try:
        return _accept(prop, _as_text(given))
    except Unacceptable as refused:
        return BadValue(prop.name, refused.code, str(refused))


def _as_text(given: Any) -> str:
    if given is None:
        return ""
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, str):
        return given
    if isinstance(given, int | float):
        return repr(given)
    raise Unacceptable("INVALID_VALUE", f"{given} is not a text, a number or a boolean")


def _accept(prop: Property, given: str) -> str:
    if given == "":
        return ""
    if prop.type != "string" and PADDED.search(given):
        message = f'"{given}" includes leading or trailing whitespace.'
        raise Unacceptable("LEADING_TRAILING_WHITESPACE", message)
    if prop.type == "enumeration":
        return _enumeration(prop, given)
    check = SPECIAL.get(prop.name) or BY_TYPE[prop.type]
    return check(given)


def _text(given: str) -> str:
    if len(given) > MAX_TEXT:
        message = f"The value is too long: {len(given)} characters, at most {MAX_TEXT}."
        raise Unacceptable("PROPERTY_VALUE_TOO_LONG", message)
    return given


def _number(given: str) -> str:
    number = Decimal(given) if NUMBER.fullmatch(given) else None
    if number is None or abs(number.adjusted()) > MAX_MAGNITUDE:
        raise Unacceptable("INVALID_NUMBER", f"{given} was not a valid number.")
    return plain(number)


def plain(value: Decimal) -> str:
    """The number without an exponent and with the digits it was given."""
    return format(value, "f")


def _bool(given: str) -> str:
    if given.lower() not in ("true", "false"):
        raise Unacceptable("INVALID_OPTION", _not_allowed(given, ["true", "false"]))
    return given.lower()


def _date(given: str) -> str:
    if DIGITS.fullmatch(given):
        return _date_of_milliseconds(given)
    try:
        moment = datetime.fromisoformat(given)
    except ValueError as error:
        message = f"{given} was not a valid date. Expected YYYY-MM-DD or epoch milliseconds."
        raise Unacceptable("INVALID_DATE", message) from error
    if DAY.fullmatch(given) is None:
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return _date_of_milliseconds(str(int(aware.timestamp() * 1000)))
    return given


def _date_of_milliseconds(given: str) -> str:
    milliseconds = int(given)
    if milliseconds % DAY_MS:
        moment = _moment_of(milliseconds)
        at = f"{moment.hour}:{moment.minute}:{moment.second}.{moment.microsecond // 1000}"
        raise Unacceptable("INVALID_DATE", f"{given} is at {at} UTC, not midnight!")
    return _moment_of(milliseconds).date().isoformat()


def _datetime(given: str) -> str:
    if DIGITS.fullmatch(given):
        return iso(int(given))
    try:
        moment = datetime.fromisoformat(given)
    except ValueError as error:
        raise Unacceptable("INVALID_LONG", f"{given} was not a valid long.") from error
    if moment.tzinfo is None and DAY.fullmatch(given) is None:
        raise Unacceptable("INVALID_LONG", f"{given} was not a valid long.")
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return iso(round(aware.timestamp() * 1000))


DIGITS = re.compile(r"-?[0-9]{1,18}")


def _moment_of(milliseconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise Unacceptable("INVALID_LONG", f"{milliseconds} was not a valid long.") from error


def iso(milliseconds: int) -> str:
    """ISO 8601 in UTC with milliseconds and a Z."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{_moment_of(seconds * 1000).isoformat()[:19]}.{rest:03d}Z"


def milliseconds_of(text: str) -> int:
    """Epoch milliseconds of an ISO text or of digits; raises ValueError."""
    if DIGITS.fullmatch(text):
        return int(text)
    moment = datetime.fromisoformat(text)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(aware.timestamp() * 1000)


def _enumeration(prop: Property, given: str) -> str:
    if prop.external_options:
        return given
    allowed = [option.value for option in prop.options]
    wanted = given.strip(";").split(";") if prop.is_multiple else [given]
    for value in wanted:
        if value not in allowed:
            raise Unacceptable("INVALID_OPTION", _not_allowed(value, allowed))
    # A leading semicolon adds to the value instead of replacing it; the store joins them.
    return given if given.startswith(";") else ";".join(wanted)


def _not_allowed(value: str, allowed: list[str]) -> str:
    return f"{value} was not one of the allowed options: [{', '.join(allowed)}]"


def _email(given: str) -> str:
    email = given.strip().lower()
    if EMAIL.fullmatch(email) is None or len(email) > 254:
        raise Unacceptable("INVALID_EMAIL", f"Email address {given} is invalid")
    return email


def _emails(given: str) -> str:
    wanted = [part for part in given.split(";") if part.strip()]
    return ";".join(dict.fromkeys(_email(part) for part in wanted))


BY_TYPE: dict[str, Callable[[str], str]] = {
    "string": _text,
    "phone_number": _text,
    "number": _number,
    "bool": _bool,
    "date": _date,
    "datetime": _datetime,
}
SPECIAL: dict[str, Callable[[str], str]] = {
    "email": _email,
    "hs_additional_emails": _emails,
}
