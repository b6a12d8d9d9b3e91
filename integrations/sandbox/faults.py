"""Faults on request: which call goes wrong, how, and how often."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TIMEOUT_SECONDS = 60.0
LONGEST_SECONDS = 3_600.0
SETTINGS = frozenset(
    {"provider", "kind", "method", "path", "status", "seconds", "times", "rate", "after", "body",
     "retry_after"}
)  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """One kind of trouble; which calls it can strike where that is not all of them."""

    method: str = ""
    path: re.Pattern[str] | None = None

    def can_strike(self, method: str, path: str) -> bool:
        if self.method and self.method != method:
            return False
        return self.path is None or self.path.search(path) is not None


# What the core does, and the two that each provider words. Further kinds are the provider's own.
KINDS: Mapping[str, Kind] = {
    name: Kind()
    for name in ("slow", "timeout", "drop_before", "drop_after", "status", "expire_token")
}


@dataclass
class FaultRule:
    """One kind of trouble for the calls it matches, `times` often or at a seeded `rate`."""

    provider: str
    kind: str
    method: str = ""
    path: re.Pattern[str] | None = None
    status: int = 0
    seconds: float = 0.0
    times: int | None = 1
    rate: float | None = None
    # Calls that pass before the first is struck.
    after: int = 0
    body: str | None = None
    retry_after: str | None = None
    hits: int = 0
    dice: random.Random = field(default_factory=lambda: random.Random(1), repr=False)
    strikable: Kind = field(default_factory=Kind, repr=False)

    def matches(self, provider: str, method: str, path: str) -> bool:
        if self.provider != provider or self.times == 0:
            return False
        if not self.strikable.can_strike(method, path):
            return False
        return Kind(self.method, self.path).can_strike(method, path)

    def strikes(self) -> bool:
        """Whether it happens this time; uses up one of `times`."""
        if self.after:
            self.after -= 1
            return False
        if self.rate is not None and self.dice.random() >= self.rate:
            return False
        if self.times is not None:
            self.times -= 1
        self.hits += 1
        return True

    def as_dict(self) -> dict[str, Any]:
        names = ("provider", "kind", "method", "status", "seconds", "times", "rate", "after",
                 "hits")  # fmt: skip
        return {name: getattr(self, name) for name in names} | {
            "path": self.path.pattern if self.path else None
        }


class FaultBook:
    """The rules in force; the first that matches and strikes is taken."""

    def __init__(self, kinds: Mapping[str, Mapping[str, Kind]], seed: int = 1) -> None:
        # The kinds of trouble that each provider can make.
        self._kinds = kinds
        self._seed = seed
        self._rules: list[FaultRule] = []
        self._lock = threading.Lock()

    def add(self, *wanted: Mapping[str, Any]) -> list[FaultRule]:
        """Add rules from their JSON form; raises ValueError with the reason and adds none."""
        rules = [parse_rule(each, self._kinds, self._seed) for each in wanted]
        with self._lock:
            self._rules += rules
        return rules

    def take(self, provider: str, method: str, path: str) -> FaultRule | None:
        if not self._rules:
            return None
        with self._lock:
            for rule in self._rules:
                if rule.matches(provider, method, path) and rule.strikes():
                    return rule
        return None

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def as_list(self) -> list[dict[str, Any]]:
        with self._lock:
            return [rule.as_dict() for rule in self._rules]


def parse_rule(
    wanted: Mapping[str, Any], kinds: Mapping[str, Mapping[str, Kind]], seed: int = 1
) -> FaultRule:
    if unknown := sorted(set(wanted) - SETTINGS):
        raise ValueError(f"Unknown fault setting: {', '.join(unknown)}.")
    provider = str(wanted.get("provider") or "")
    kind = str(wanted.get("kind") or ("status" if "status" in wanted else ""))
    strikable = _kind(provider, kind, kinds)
    rate = _rate(wanted)
    return FaultRule(
        provider=provider,
        kind=kind,
        method=_method(wanted, kind, strikable),
        path=_pattern(wanted.get("path")),
        status=_status(wanted, kind),
        seconds=_seconds(wanted, kind),
        times=_times(wanted, rate),
        rate=rate,
        after=_after(wanted),
        body=wanted.get("body"),
        retry_after=None if wanted.get("retry_after") is None else str(wanted["retry_after"]),
        dice=random.Random(seed),
        strikable=strikable,
    )


def _kind(provider: str, kind: str, kinds: Mapping[str, Mapping[str, Kind]]) -> Kind:
    if not provider:
        raise ValueError("A fault needs a provider.")
    if provider not in kinds:
        raise ValueError(f"There is no provider {provider!r}; there are: {', '.join(kinds)}.")
    if kind not in kinds[provider]:
        known = ", ".join(kinds[provider])
        raise ValueError(f"Unknown kind of fault {kind!r}; {provider} knows: {known}.")
    return kinds[provider][kind]


def _method(wanted: Mapping[str, Any], kind: str, strikable: Kind) -> str:
    method = str(wanted.get("method") or "").upper()
    if method and strikable.method not in ("", method):
        raise ValueError(f"A {kind} fault strikes {strikable.method} only, never {method}.")
    return method


def _status(wanted: Mapping[str, Any], kind: str) -> int:
    if kind != "status":
        if "status" in wanted:
            raise ValueError(f"A {kind} fault has no status of its own.")
        return 0
    status = _number(wanted.get("status", 0), "status", int)
    if not 400 <= status <= 599:
        raise ValueError("A status fault needs a status from 400 to 599.")
    return status


def _seconds(wanted: Mapping[str, Any], kind: str) -> float:
    usual = TIMEOUT_SECONDS if kind == "timeout" else 0.0
    seconds = _number(wanted.get("seconds", usual), "number of seconds", float)
    if not 0 <= seconds <= LONGEST_SECONDS:
        raise ValueError(f"The seconds lie between 0 and {LONGEST_SECONDS:.0f}.")
    if kind == "slow" and not seconds:
        raise ValueError("A slow fault needs seconds.")
    return seconds


def _rate(wanted: Mapping[str, Any]) -> float | None:
    if wanted.get("rate") is None:
        return None
    rate = _number(wanted["rate"], "rate", float)
    if not 0 <= rate <= 1:
        raise ValueError("A rate lies between 0 and 1.")
    return rate


def _after(wanted: Mapping[str, Any]) -> int:
    after = _number(wanted.get("after") or 0, "number of calls", int)
    if after < 0:
        raise ValueError("No fewer than 0 calls can pass before a fault.")
    return after


def _number[N: (int, float)](value: Any, name: str, number: type[N]) -> N:
    """From JSON or from a command line; raises ValueError for anything but a number."""
    try:
        return number(str(value))
    except ValueError as error:
        raise ValueError(f"{value!r} is no {name}.") from error


def _pattern(path: str | None) -> re.Pattern[str] | None:
    if not path:
        return None
    try:
        return re.compile(path)
    except re.error as error:
        raise ValueError(f"The path {path!r} is no regular expression: {error}.") from error


def _times(wanted: Mapping[str, Any], rate: float | None) -> int | None:
    """Once, unless a number or a rate is given; a rate alone goes on for ever."""
    if wanted.get("times") is None:
        return None if rate is not None else 1
    times = _number(wanted["times"], "number of times", int)
    if times < 1:
        raise ValueError("A fault happens at least once: times is 1 or more.")
    return times


def parse_fault_flag(text: str) -> dict[str, Any]:
    """The JSON form of a command line fault such as "hubspot:status=500:rate=0.1"."""
    provider, *parts = text.split(":")
    wanted: dict[str, Any] = {"provider": provider}
    for part in parts:
        name, equals, value = part.partition("=")
        wanted |= {name: value} if equals else {"kind": name}
    return wanted
