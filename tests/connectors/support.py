"""The ports of the HTTP layer as tests fill them: token, limiter, call log."""

from collections.abc import Callable
from dataclasses import dataclass, field

from integrations.http import Call, RateRule


@dataclass
class PlainTokens:
    """One token; `renewal` says what comes after a refusal."""

    token: str = "token-1"
    renewal: Callable[[str], str] = lambda refused: refused + "+"
    renewed: list[str] = field(default_factory=list)

    def current(self) -> str:
        return self.token

    def renew(self, refused: str) -> str:
        self.renewed.append(refused)
        self.token = self.renewal(refused)
        return self.token


@dataclass
class OpenLimiter:
    """Everybody may call, except for the waits and holds that a test sets."""

    waits: list[float] = field(default_factory=list)
    acquired: list[str] = field(default_factory=list)
    held: list[tuple[str, float]] = field(default_factory=list)

    def acquire(self, rule: RateRule) -> float:
        if self.waits:
            return self.waits.pop(0)
        self.acquired.append(rule.bucket)
        return 0.0

    def hold(self, rule: RateRule, seconds: float) -> None:
        self.held.append((rule.bucket, seconds))


@dataclass
class SpacingLimiter:
    """A limiter that keeps the rules, as the shared one does; `time` is the clock of the test."""

    time: Callable[[], float]
    due: dict[str, float] = field(default_factory=dict)

    def acquire(self, rule: RateRule) -> float:
        now, spacing = self.time(), rule.seconds / rule.calls
        due = max(self.due.get(rule.bucket, 0.0), now)
        wait = due - (rule.burst - 1) * spacing - now
        if wait > 1e-9:
            return wait
        self.due[rule.bucket] = due + spacing
        return 0.0

    def hold(self, rule: RateRule, seconds: float) -> None:
        spacing = rule.seconds / rule.calls
        until = self.time() + seconds + (rule.burst - 1) * spacing
        self.due[rule.bucket] = max(self.due.get(rule.bucket, 0.0), until)


@dataclass
class ListedCalls:
    """The call log as a list."""

    calls: list[Call] = field(default_factory=list)

    def record(self, call: Call) -> None:
        self.calls.append(call)
