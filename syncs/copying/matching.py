"""Which entry of another company's list is the same thing: decided by what people call it.

Ids say nothing here: account 79 of one company's books is another account in the next one's.
"""

import re
from collections.abc import Iterable, Sequence

from integrations.contract import Choice

# A code that people gave an entry, in front of its name: "8000 Sales".
_CODED = re.compile(r"(\d[\dA-Za-z.-]*)\s+(\S.*)")
# An internal name in words, such as "closedwon": it means the same everywhere. Ids do not.
_IN_WORDS = re.compile(r"[A-Za-z][A-Za-z_ /-]*")


def found_again(source: Choice, offered: Sequence[Choice]) -> tuple[str, str]:
    """The value at the target and by what it was found; both empty when nothing is sure."""
    named = [one for one in offered if _plain(one.label) == _plain(source.label)]
    if len(named) == 1:
        return named[0].value, "same" if named[0].value == source.value else "label"
    if _IN_WORDS.fullmatch(source.value) and source.value in {one.value for one in offered}:
        return source.value, "same" if named else "value"
    # Several of that name are for a person to tell apart.
    return ("", "") if named else _by_part(source, offered)


def _by_part(source: Choice, offered: Iterable[Choice]) -> tuple[str, str]:
    """By code alone, then by name alone, where either stands for one entry only."""
    own = _CODED.fullmatch(source.label.strip())
    if own is None:
        return "", ""
    split = [(one.value, _CODED.fullmatch(one.label.strip())) for one in offered]
    for part, by in ((1, "code"), (2, "label")):
        same = [
            value for value, found in split if found and _plain(found[part]) == _plain(own[part])
        ]
        if len(same) == 1:
            return same[0], by
    return "", ""


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
