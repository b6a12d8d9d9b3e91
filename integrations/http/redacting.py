"""What may be kept of an answer: no tokens, no addresses of people, no signs a database refuses."""

import re

RAW_LENGTH = 4000

# An escaped NUL inside JSON; pairs of backslashes before it are backslashes of the text.
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
_SECRETS = re.compile(
    r"""(?ix) (\b(?:bearer|basic)\s+
      | (?<![a-z_]) (?:access_token|refresh_token|id_token|client_secret|token) ["']?\s*[:=]\s*["']?
      # Of a sign-in, as in a form; in JSON a "code" says what went wrong.
      | (?<![a-z_]) code=)
      [^\s"'&,}]+"""
)
_EMAILS = re.compile(r"[^\s@\"'<>=:,;&]+@[^\s@\"'<>,;&]+\.[a-z]{2,}", re.IGNORECASE)
# A number between slashes, or an OData key.
_IDS = re.compile(r"(?<=/)\d+(?=/|$)|(?<=\()guid'[^']*'(?=\))", re.IGNORECASE)


def without_nul(body: bytes) -> bytes:
    """The JSON without NUL characters: they mean nothing in a text, and PostgreSQL refuses them."""
    return _NUL.sub(rb"\1", body) if b"\\u0000" in body else body


def redact(text: str, limit: int = RAW_LENGTH) -> str:
    """The text without tokens and e-mail addresses, cut to a length that can be kept."""
    return _EMAILS.sub("***@***", _SECRETS.sub(r"\1***", text))[:limit]


def plain_path(path: str) -> str:
    """The path as the log keeps it: without ids, and without a query that came with it."""
    return _IDS.sub("{id}", path.partition("?")[0])
