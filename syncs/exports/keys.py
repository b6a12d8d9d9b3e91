"""The name of a record in a file: found at once, and not to be guessed."""

import re
from uuid import UUID

KEY = re.compile(r"S(\d{1,18})-([0-9a-f]{8})", re.IGNORECASE)
SIGNS = 8


def key_of(pk: int, key: UUID) -> str:
    """Such as S412-9f3c2a1b: text for every spreadsheet, with the beginning of the record's key."""
    return f"S{pk}-{key.hex[:SIGNS]}"


def pk_in(text: str) -> int | None:
    """The number in a key; None for what is none."""
    found = KEY.fullmatch(text.strip())
    return int(found[1]) if found else None


def is_key_of(text: str, pk: int, key: UUID) -> bool:
    return text.strip().lower() == key_of(pk, key).lower()
