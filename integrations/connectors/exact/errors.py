"""What a refusal says, in whichever of Exact's spellings it comes.

The REST API answers `{"error": {"code": "", "message": {"lang": "", "value": "…"}}}` with several
messages in one value, each on a line of its own; its gateway `{"error": "…", "error_description":
"…"}`, a page of HTML or nothing at all, and at times words in the header `Reason`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from integrations.connectors.exact.payloads import from_json
from integrations.http import Response
from integrations.http.pauses import REFUSALS

REASON_HEADER = "reason"
# Said of what went wrong on their side: nothing is known of what became of the call.
_GENERIC = re.compile(
    r"problem has occurr?ed|cause of this issue will be investigated"
    r"|probleem opgetreden|oorzaak .{0,40}onderzocht|internal server error",
    re.IGNORECASE,
)
_LONGEST_LINE = 500


@dataclass(frozen=True, slots=True)
class Message:
    """One line of a refusal; "Verplicht: Naam" has the kind "Verplicht" and is about "Naam"."""

    text: str

    @property
    def kind(self) -> str:
        return self.text.partition(":")[0].strip()

    @property
    def subject(self) -> str:
        return self.text.partition(":")[2].strip()


def messages_in(response: Response) -> tuple[Message, ...]:
    """The lines of a refusal; none when it names no reason."""
    lines = _value(response.body).splitlines() or [response.headers.get(REASON_HEADER, "")]
    texts = (line.strip()[:_LONGEST_LINE] for line in lines)
    return tuple(Message(text) for text in dict.fromkeys(texts) if text)


def refuses(response: Response) -> bool:
    """Whether the request is at fault: a 5xx may say so, too, as validation errors do."""
    if response.status < 500:
        return response.status in REFUSALS
    value = _value(response.body)
    return bool(value) and _GENERIC.search(value) is None


def _value(body: bytes) -> str:
    try:
        answer = from_json(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    error = answer.get("error") if isinstance(answer, dict) else None
    if isinstance(error, Mapping):
        return _worded(error.get("message"))
    if isinstance(error, str):
        return str(answer.get("error_description") or error)
    return ""


def _worded(message: Any) -> str:
    if isinstance(message, Mapping):
        message = message.get("value")
    return message if isinstance(message, str) else ""
