"""How one thing of the source is found again at the target."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from integrations.contract import Choice
from syncs.copying.matching import found_again

# What a person answers to have something left out on purpose.
LEAVE_OUT = "-"


class How(StrEnum):
    """By what it was found again; OPEN: it was not, and nobody said what to do."""

    SAME = "same"
    LABEL = "label"
    CODE = "code"
    VALUE = "value"
    CHOSEN = "chosen"
    LEFT_OUT = "left_out"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Binding:
    """A field, choice, account or code of the source, and what stands for it at the target."""

    key: str
    # What kind of thing it is, in words.
    what: str
    value: str
    label: str
    target: str
    how: How
    candidates: tuple[Choice, ...]
    # A condition hangs on it: left out without a word, the filter would let more through.
    is_needed: bool = False

    @property
    def blocks(self) -> bool:
        return self.is_needed and self.how is How.OPEN

    @property
    def is_gap(self) -> bool:
        return self.how in (How.OPEN, How.LEFT_OUT)


@dataclass(slots=True)
class Binder:
    """Finds things again, each once, and remembers how; what a person chose goes first."""

    chosen: Mapping[str, str]
    found: dict[str, Binding] = field(default_factory=dict)

    def bind(
        self,
        key: str,
        what: str,
        source: Choice,
        candidates: Sequence[Choice],
        *,
        is_needed: bool = False,
    ) -> str | None:
        """The target's value; None when there is none, or it is left out."""
        known = self.found.get(key)
        if known is None or (is_needed and not known.is_needed):
            offered = tuple(choice for choice in candidates if choice.active)
            target, how = self._answer(key, source, offered)
            known = Binding(key, what, source.value, source.label, target, how, offered, is_needed)
            self.found[key] = known
        return None if known.is_gap else known.target

    def _answer(self, key: str, source: Choice, offered: Sequence[Choice]) -> tuple[str, How]:
        asked = self.chosen.get(key, "")
        if asked == LEAVE_OUT:
            return "", How.LEFT_OUT
        target, by = found_again(source, offered)
        if asked and asked != target and asked in {choice.value for choice in offered}:
            return asked, How.CHOSEN
        return target, How(by or How.OPEN)
