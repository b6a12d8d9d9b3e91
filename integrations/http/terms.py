"""What a call is told and answers, and the ports that the application fills."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, overload

import msgspec

type Clock = Callable[[], datetime]
type Sleep = Callable[[float], None]
type Pause = Callable[["Response"], float]
"""Seconds for which the provider wants no call: from a refusal, or from its limit headers."""
type Refuses = Callable[["Response"], bool]
"""Whether the provider understood the call and said no, which it counts as an error of ours.

A 5xx of which this is true is an answer for the connector to read, not a breakdown to repeat.
"""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer; header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @overload
    def json(self) -> Any: ...
    @overload
    def json[T](self, shape: type[T]) -> T: ...
    def json(self, shape: Any = Any) -> Any:
        """The decoded body; raises msgspec.DecodeError when it is not JSON of that shape."""
        return msgspec.json.decode(self.body, type=shape)

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


# --- rules: what a provider allows -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RateRule:
    """A limit: `calls` in `seconds`, of which `burst` may follow each other without a gap.

    One bucket per connection and name; a call may count against several.
    """

    bucket: str
    calls: int
    seconds: float
    burst: int = 1


def _never(response: Response) -> float:  # noqa: ARG001 - a rule may ask for more
    return 0.0


@dataclass(frozen=True, slots=True)
class ErrorRule:
    """After `calls` refused calls to one endpoint within `seconds` we stop asking it ourselves."""

    calls: int
    seconds: float = 3600.0
    # For how long the provider itself has closed the endpoint, by this answer.
    closed: Pause = _never


@dataclass(frozen=True, slots=True)
class DayCount:
    """What an answer tells of the day's calls; None for what it does not tell."""

    limit: int | None = None
    remaining: int | None = None
    resets_at: datetime | None = None


def _untold(response: Response) -> DayCount | None:  # noqa: ARG001 - a rule may read more
    return None


@dataclass(frozen=True, slots=True)
class DayRule:
    """Calls that one connected company has from midnight to midnight, UTC.

    `reserve` is kept for what people wait for, such as a list on a page; syncs share the rest.
    """

    calls: int
    reserve: int = 0
    # The provider's own count, which other applications of the company may share.
    told: Callable[[Response], DayCount | None] = _untold


# --- ports: what all workers share -------------------------------------------------------------


class Limiter(Protocol):
    """Whose turn it is, over all workers that share a connection."""

    def acquire(self, rule: RateRule) -> float:
        """0.0 when the call may go now, else the seconds to wait (and nothing was taken)."""
        ...

    def hold(self, rule: RateRule, seconds: float) -> None:
        """Nobody calls for so long: the provider's own word counts more than our reckoning."""
        ...


@dataclass(frozen=True, slots=True)
class Visit:
    """A call that may go to an endpoint under its error rule, or the seconds until one may."""

    ticket: str = ""
    wait: float = 0.0
    # Refused calls that are remembered; fewer than the rule allows while others are under way.
    refused: int = 0


class ErrorBudget(Protocol):
    """How often each endpoint refused us lately, over all workers that share a connection.

    A call under way counts as refused until it is known not to be, so that calls at the same time
    cannot overspend together.
    """

    def enter(self, endpoint: str, rule: ErrorRule) -> Visit: ...

    def leave(self, endpoint: str, rule: ErrorRule, ticket: str, *, refused: bool) -> None: ...

    def close(self, endpoint: str, rule: ErrorRule, seconds: float) -> None:
        """Nobody calls the endpoint for so long."""
        ...


class Quota(Protocol):
    """The day's calls of a connection, shared between those who spend them."""

    def take(self) -> None:
        """Count a call; raises RetryLater when none is left for this spender now."""
        ...

    def learn(self, response: Response) -> None:
        """Take the provider's own count over from an answer."""
        ...


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it is kept in the log; without tokens, ids, parameters or bodies."""

    method: str
    path: str
    # 0: no answer came.
    status: int
    milliseconds: int
    at: datetime
    correlation_id: str = ""
    error: str = ""


class CallLog(Protocol):
    def record(self, call: Call) -> None: ...


class Tokens(Protocol):
    """The access token of one connection."""

    def current(self) -> str:
        """A valid access token, refreshed ahead of its expiry."""
        ...

    def renew(self, refused: str) -> str:
        """Another token after the provider refused this one; one refresh over all workers.

        The refused token itself where the provider forbids a refresh so soon. Raises SignInAgain
        when the provider no longer accepts us.
        """
        ...


class OpenDoor:
    """The ErrorBudget and Quota ports where nobody counts."""

    def enter(self, endpoint: str, rule: ErrorRule) -> Visit:
        return Visit()

    def leave(self, endpoint: str, rule: ErrorRule, ticket: str, *, refused: bool) -> None:
        return

    def close(self, endpoint: str, rule: ErrorRule, seconds: float) -> None:
        return

    def take(self) -> None:
        return

    def learn(self, response: Response) -> None:
        return
