"""Texts that mappings make: templates whose parts may be missing, and cuts at a length."""

import re
import unicodedata
from collections.abc import Callable, Mapping

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_SEPARATOR = re.compile(r"[\s,;:/|·•&+\-–—]*")
_JOINER = "\u200d"
_EXTENDING = frozenset({"Mn", "Mc", "Me", "Sk", "Cf"})


def placeholders(template: str) -> tuple[str, ...]:
    """The names of the fields that a template names, each once, in order."""
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(template)))


def filler(template: str) -> Callable[[Mapping[str, str]], str]:
    """A function that fills the template from texts by name.

    A missing part goes together with the blanks and separators that tied it to its neighbour;
    without any part nothing is left, whatever words stand between.
    """
    pieces = _PLACEHOLDER.split(template)
    literals, names = pieces[::2], pieces[1::2]

    def fill(parts: Mapping[str, str]) -> str:
        if not any(parts.get(name) for name in names):
            return ""
        text, pending = literals[0], ""
        for name, literal in zip(names, literals[1:], strict=True):
            part = parts.get(name, "")
            if part:
                text += pending + part
                pending = literal
            else:
                pending = _joined(pending, literal, starts=not text)
        return (text + pending).strip() if _keeps(pending) else text.strip()

    return fill


def _keeps(literal: str) -> bool:
    """Whether a literal stands for itself: words and brackets do, blanks and commas only join."""
    return _SEPARATOR.fullmatch(literal) is None


def _joined(before: str, after: str, *, starts: bool) -> str:
    """What is left of the literals on both sides of a missing part."""
    if _keeps(before) and _keeps(after):
        return f"{before.rstrip()} {after.lstrip()}"
    if _keeps(before) or _keeps(after):
        return before if _keeps(before) else after
    return "" if starts else before or after


def _belongs_to_previous(text: str, at: int) -> bool:
    sign = text[at]
    return unicodedata.category(sign) in _EXTENDING or sign == _JOINER or text[at - 1] == _JOINER


def _splits_flag(text: str, at: int) -> bool:
    """Whether a cut falls inside a flag, which is a pair of regional letters."""
    start = at
    while start > 0 and "\U0001f1e6" <= text[start - 1] <= "\U0001f1ff":
        start -= 1
    return "\U0001f1e6" <= text[at] <= "\U0001f1ff" and (at - start) % 2 == 1


def shorten(text: str, length: int) -> str:
    """The text cut to so many characters at most, never inside a character and without end blanks.

    An accent, a skin tone or a joined emoji takes several code points and is kept or dropped whole.
    """
    if len(text) <= length:
        return text
    cut = length
    while cut > 0 and (_belongs_to_previous(text, cut) or _splits_flag(text, cut)):
        cut -= 1
    return text[:cut].rstrip()
