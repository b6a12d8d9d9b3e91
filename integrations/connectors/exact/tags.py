"""Our own mark on a document, by which a create whose answer was lost is found again.

Exact has no idempotency keys, and a customer may well be sent the same invoice twice on one day.
The mark is the last line of a text that customers do not see; people are shown the text without it.
"""

import base64
import hashlib
import re

from integrations.connectors.exact.payloads import Payload
from integrations.contract import Value

_LENGTH = 16
_TAG = re.compile(r"(?:^|\s*\n)\[Saldo [a-z2-7]{16}\]\s*$")


def tag_of(key: str) -> str:
    """The mark of the operation with this key."""
    digest = hashlib.sha256(key.encode()).digest()
    return f"[Saldo {base64.b32encode(digest).decode().lower()[:_LENGTH]}]"


def tagged(text: object, key: str) -> str:
    return "\n".join(part for part in (str(text or ""), tag_of(key)) if part)


def untagged(text: object) -> Value:
    return _TAG.sub("", str(text or "")) or None


def has_tag(text: object, key: str) -> bool:
    return tag_of(key) in str(text or "")


def keeping_tag(text: object, present: Payload, column: str) -> str | None:
    """A new text with the mark of the old one."""
    found = _TAG.search(str(present.get(column) or ""))
    parts = [str(text or ""), found.group().strip() if found else ""]
    return "\n".join(filter(None, parts)) or None
