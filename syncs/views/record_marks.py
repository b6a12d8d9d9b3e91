"""Where two texts differ: each cut into parts, of which those that the other lacks are marked."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

# Up to so many signs are compared sign by sign, longer ones word by word; beyond, only their ends.
BY_SIGNS, BY_WORDS = 80, 4_000
# Two texts that have less in common are two texts, and marked whole.
ALIKE = 0.5
# Shorter ones are taken in at a glance.
SHORT = 4

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Part:
    text: str
    changed: bool = False


type Parts = tuple[Part, ...]


def whole(text: str, *, changed: bool = False) -> Parts:
    return (Part(text, changed),) if text else ()


def marked(one: str, two: str) -> tuple[Parts, Parts]:
    """Both texts in parts; equal ones, and one beside nothing, are left whole."""
    if one == two or not one or not two:
        return whole(one), whole(two)
    if min(len(one), len(two)) <= SHORT:
        return whole(one, changed=True), whole(two, changed=True)
    if max(len(one), len(two)) > BY_WORDS:
        return _by_ends(one, two)
    by_signs = max(len(one), len(two)) <= BY_SIGNS
    return _by_tokens(*((list(text) if by_signs else _WORDS.findall(text)) for text in (one, two)))


def _by_tokens(one: Sequence[str], two: Sequence[str]) -> tuple[Parts, Parts]:
    matcher = SequenceMatcher(None, one, two, autojunk=False)
    if matcher.ratio() < ALIKE:
        return whole("".join(one), changed=True), whole("".join(two), changed=True)
    codes = matcher.get_opcodes()
    left = ((one[a:b], tag != "equal") for tag, a, b, _c, _d in codes)
    right = ((two[c:d], tag != "equal") for tag, _a, _b, c, d in codes)
    return _joined(left), _joined(right)


def _joined(pieces: Iterable[tuple[Sequence[str], bool]]) -> Parts:
    return tuple(Part("".join(tokens), changed) for tokens, changed in pieces if tokens)


def _by_ends(one: str, two: str) -> tuple[Parts, Parts]:
    """What stands between the beginning and the end that both have."""
    start = _common(one, two)
    end = min(_common(one[::-1], two[::-1]), len(one) - start, len(two) - start)
    return tuple(_cut(one, start, end)), tuple(_cut(two, start, end))


def _common(one: str, two: str) -> int:
    pairs = enumerate(zip(one, two, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(two)))


def _cut(text: str, start: int, end: int) -> Iterator[Part]:
    pieces = ((text[:start], False), (text[start : len(text) - end], True))
    for piece, changed in (*pieces, (text[len(text) - end :], False)):
        if piece:
            yield Part(piece, changed)
