"""Faults on request: which call goes wrong, how, and how often."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# The first five are done by the core; the rest are worded by the provider it strikes.
KINDS = (
    "slow",
    "timeout",
    "drop_before",
    "drop_after",
    "status",
    "expire_token",
    "stale_version",
    "xml_429",
)
TIMEOUT_SECONDS = 60.0


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
    body: str | None = None
    retry_after: str | None = None
    hits: int = 0
    dice: random.Random = field(default_factory=lambda: random.Random(1), repr=False)

    def matches(self, provider: str, method: str, path: str) -> bool:
        if self.provider != provider or self.times == 0:
            return False
        if self.method and self.method != method:
            return False
        return self.path is None or self.path.search(path) is not None

    def strikes(self) -> bool:
        """Whether it happens this time; uses up one of `times`."""
        if self.rate is not None and self.dice.random() >= self.rate:
            return False
        if self.times is not None:
            self.times -= 1
        self.hits += 1
        return True

    def as_dict(self) -> dict[str, Any]:
        names = ("provider", "kind", "method", "status", "seconds", "times", "rate", "hits")
        return {name: getattr(self, name) for name in names} | {
            "path": self.path.pattern if self.path else None
        }


class FaultBook:
    """The rules in force; the first that matches and strikes is taken."""

    def __init__(self, seed: int = 1) -> None:
        self._seed = seed
        self._rules: list[FaultRule] = []
        self._lock = threading.Lock()

    def add(self, wanted: Mapping[str, Any]) -> FaultRule:
        """Add a rule from its JSON form; raises ValueError with the reason when it is wrong."""
        rule = parse_rule(wanted, self._seed)
        with self._lock:
            self._rules.append(rule)
        return rule

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


def parse_rule(wanted: Mapping[str, Any], seed: int = 1) -> FaultRule:
    known = {"provider", "kind", "method", "path", "status", "seconds", "times", "rate", "body"}
    unknown = sorted(set(wanted) - known - {"retry_after"})
    if unknown:
        raise ValueError(f"Unknown fault setting: {', '.join(unknown)}.")
    if not wanted.get("provider"):
        raise ValueError("A fault needs a provider.")
    kind = str(wanted.get("kind") or ("status" if "status" in wanted else ""))
    if kind not in KINDS:
        raise ValueError(f"Unknown kind of fault {kind!r}; known are: {', '.join(KINDS)}.")
    if kind == "status" and not 400 <= int(wanted.get("status", 0)) <= 599:
        raise ValueError("A status fault needs a status from 400 to 599.")
    rate = None if wanted.get("rate") is None else float(wanted["rate"])
    if rate is not None and not 0 <= rate <= 1:
        raise ValueError("A rate lies between 0 and 1.")
    return FaultRule(
        provider=str(wanted["provider"]),
        kind=kind,
        method=str(wanted.get("method") or "").upper(),
        path=_pattern(wanted.get("path")),
        status=int(wanted.get("status", 0)),
        seconds=float(wanted.get("seconds", TIMEOUT_SECONDS if kind == "timeout" else 0)),
        times=_times(wanted, rate),
        rate=rate,
        body=wanted.get("body"),
        retry_after=None if wanted.get("retry_after") is None else str(wanted["retry_after"]),
        dice=random.Random(seed),
    )


def _pattern(path: str | None) -> re.Pattern[str] | None:
    if not path:
        return None
    try:
        return re.compile(path)
    except re.error as error:
        raise ValueError(f"The path {path!r} is no regular expression: {error}.") from error


def _times(wanted: Mapping[str, Any], rate: float | None) -> int | None:
    """Once, unless a number or a rate is given; a rate alone goes on for ever."""
    times = wanted.get("times")
    if times is not None:
        return int(times)
    return None if rate is not None else 1


def parse_fault_flag(text: str) -> dict[str, Any]:
    """The JSON form of a command line fault such as "hubspot:status=500:rate=0.1"."""
    provider, *parts = text.split(":")
    wanted: dict[str, Any] = {"provider": provider}
    for part in parts:
        name, equals, value = part.partition("=")
        wanted |= {name: value} if equals else {"kind": name}
    return wanted
