"""Other ways of writing the same thing."""

from __future__ import annotations

import unicodedata

# Letters that are no plain letter with a sign on it.
_OTHERS = str.maketrans("æøœßþđłıð", "aoospdlid")


def letters(text: str) -> str:
    """What is left of a name in an address: plain small letters and digits."""
    parts = unicodedata.normalize("NFKD", text.lower()).translate(_OTHERS)
    return "".join(sign for sign in parts if sign.isascii() and sign.isalnum()) or "x"


def respelled(phone: str, number: int) -> str:
    """The same telephone number, as somebody else would write it."""
    digits = "".join(sign for sign in phone if sign.isdigit())
    area, middle, end = digits[:3], digits[3:6], digits[6:]
    spellings = (
        f"+1 {area} {middle} {end}",
        f"{area}.{middle}.{end}",
        f"1-{area}-{middle}-{end}",
        f"{area}{middle}{end}",
    )
    return spellings[number % len(spellings)]
