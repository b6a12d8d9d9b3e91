"""The errors inside an answer, whichever of QuickBooks' spellings they come in.

The data service answers {"Fault": {"Error": [{"Message", "Detail", "code", "element"}]}}, also
with status 200; its gateway the same in lower case, or XML although JSON was asked for
(developer.intuit.com, "Error codes", "Limits and throttles").
"""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from integrations.connectors.quickbooks.payloads import from_json

_CODE_IN_MESSAGE = re.compile(r"errorCode=(\d+)")
_XML_ERROR = re.compile(r"<Error\b([^>]*)>(.*?)</Error>", re.IGNORECASE | re.DOTALL)
_XML_ATTRIBUTE = re.compile(r"""(\w+)\s*=\s*["']([^"']*)["']""")
_XML_PART = re.compile(r"<(Message|Detail)\b[^>]*>(.*?)</\1>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class ProviderError:
    """One error as QuickBooks worded it; the code without leading zeros."""

    code: str
    message: str = ""
    detail: str = ""
    element: str = ""

    @property
    def text(self) -> str:
        if self.detail in ("", self.message):
            return self.message
        return f"{self.message}: {self.detail}" if self.message else self.detail


def errors_in(body: bytes) -> tuple[ProviderError, ...]:
    """The errors of an answer; none when it holds no fault."""
    try:
        payload = from_json(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _errors_in_xml(body.decode("utf-8", "replace"))
    return errors_of(payload)


def errors_of(payload: Any) -> tuple[ProviderError, ...]:
    """The errors of a decoded answer or of one entry of a batch."""
    if not isinstance(payload, dict):
        return ()
    fault = payload.get("Fault") or payload.get("fault")
    if not isinstance(fault, dict):
        return ()
    found = _any_case(fault, "error")
    entries: Sequence[Any] = found if isinstance(found, list) else [found]
    errors = tuple(_error(entry) for entry in entries if isinstance(entry, dict))
    # A fault that names no error is a fault nevertheless.
    return errors or (ProviderError("", str(_any_case(fault, "type"))),)


def _error(entry: Mapping[str, Any]) -> ProviderError:
    return _made(*(_any_case(entry, name) for name in ("code", "message", "detail", "element")))


def _any_case(entry: Mapping[str, Any], name: str) -> Any:
    """The member in lower case or as the data service spells it."""
    for spelling in (name, name.capitalize(), name.upper()):
        if entry.get(spelling) is not None:
            return entry[spelling]
    return ""


def _made(code: Any, message: Any, detail: Any, element: Any = "") -> ProviderError:
    in_message = _CODE_IN_MESSAGE.search(str(message))
    digits = str(code) or (in_message.group(1) if in_message else "")
    return ProviderError(digits.lstrip("0"), str(message), str(detail), str(element))


def _errors_in_xml(text: str) -> tuple[ProviderError, ...]:
    return tuple(_xml_error(*match.groups()) for match in _XML_ERROR.finditer(text))


def _xml_error(attributes: str, content: str) -> ProviderError:
    named = {name.lower(): value for name, value in _XML_ATTRIBUTE.findall(attributes)}
    parts = {name.lower(): html.unescape(text) for name, text in _XML_PART.findall(content)}
    return _made(
        named.get("code", ""),
        parts.get("message", "").strip(),
        parts.get("detail", "").strip(),
        named.get("element", ""),
    )
