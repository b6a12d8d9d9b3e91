"""What every stand-in provider shares: requests, answers, the clock and the counters."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, cast
from urllib.parse import parse_qs

import msgspec

if TYPE_CHECKING:
    from integrations.sandbox.exact.provider import Exact
    from integrations.sandbox.faults import FaultBook, FaultRule, Kind
    from integrations.sandbox.hubspot.provider import HubSpot
    from integrations.sandbox.quickbooks.provider import QuickBooks

Headers = tuple[tuple[str, str], ...]
JSON_HEADERS: Headers = (("Content-Type", "application/json;charset=utf-8"),)


# A second account at HubSpot, of a Dutch company.
HUBSPOT_NL = "hubspot-nl"


class BadRequest(ValueError):
    """The body or query cannot be read; the provider words the answer."""


class NotUtf8(BadRequest):
    """The body is no text in UTF-8."""


class DropConnection(Exception):
    """The connection is closed without an answer."""


@dataclass(slots=True)
class Request:
    """One HTTP request: header names lower-case, the path without its mount and not decoded."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes = b""
    raw_query: str = ""

    def first(self, name: str, default: str = "") -> str:
        values = self.query.get(name)
        return values[0] if values else default

    def header(self, name: str, default: str = "") -> str:
        return self.headers.get(name, default)

    def json(self) -> Any:
        """The decoded body; raises BadRequest when it is no JSON, NotUtf8 when it is no text."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self.text()
            raise BadRequest(str(error)) from error

    def text(self) -> str:
        """The body; raises NotUtf8."""
        try:
            return self.body.decode()
        except UnicodeDecodeError as error:
            raise NotUtf8(str(error)) from error

    def form(self) -> dict[str, str]:
        """The first value of each field of a form-encoded body."""
        fields = parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True)
        return {name: values[0] for name, values in fields.items()}

    @property
    def bearer(self) -> str:
        """The bearer token, empty when there is none."""
        scheme, _, token = self.header("authorization").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""


@dataclass(slots=True)
class Response:
    """One HTTP answer; Content-Length and Date are added by the server."""

    status: int
    body: bytes = b""
    headers: Headers = ()

    def json(self) -> Any:
        return json.loads(self.body)


def json_response(status: int, content: Any, headers: Headers = ()) -> Response:
    return Response(status, msgspec.json.encode(content), JSON_HEADERS + headers)


def html_response(status: int, page: str) -> Response:
    return Response(status, page.encode(), (("Content-Type", "text/html; charset=utf-8"),))


def redirect(location: str) -> Response:
    return Response(302, b"", (("Location", location),))


class Clock(Protocol):
    """Where the sandbox reads the time; `ahead` is how far it was put forward."""

    ahead: float

    def now(self) -> datetime: ...

    def time(self) -> float:
        """Seconds since the epoch."""
        ...

    def advance(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's clock, which a person may put forward."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.ahead)

    def time(self) -> float:
        return time.time() + self.ahead

    def advance(self, seconds: float) -> None:
        self.ahead += seconds


class HandClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self.ahead = 0.0

    def now(self) -> datetime:
        return self._now

    def time(self) -> float:
        return self._now.timestamp()

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self.ahead += seconds


class Meter:
    """The counters of one provider; written under that provider's lock."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.writes = 0
        self.tokens_refreshed = 0
        self.violations: Counter[str] = Counter()

    def call(self, template: str) -> None:
        """Count one call, e.g. "GET /crm/objects/{type}"."""
        self.calls[template] += 1

    def write(self, records: int = 1) -> None:
        """Count records that the API really created, changed or removed."""
        self.writes += records

    def violate(self, policy: str) -> None:
        """Count one call refused because a rate limit was passed."""
        self.violations[policy] += 1

    def as_dict(self) -> dict[str, Any]:
        return {
            "calls": self.calls.total(),
            "calls_by_template": dict(sorted(self.calls.items())),
            "writes": self.writes,
            "tokens_refreshed": self.tokens_refreshed,
            "violations": self.violations.total(),
            "violations_by_policy": dict(sorted(self.violations.items())),
        }

    def clear(self) -> None:
        self.calls.clear()
        self.violations.clear()
        self.writes = self.tokens_refreshed = 0


@dataclass(frozen=True)
class Setting:
    """What a provider is built from."""

    clock: Clock = field(default_factory=SystemClock)
    seed: int = 1
    # False: no rate limit and no indexing lag, for tests and benchmarks of something else.
    real_limits: bool = False


class Provider(Protocol):
    """One stand-in, mounted under /<name>; `handle` and `apply_fault` run under `lock`."""

    name: str
    # The kinds of trouble that can be asked for, and which calls each can strike.
    fault_kinds: ClassVar[Mapping[str, Kind]]
    lock: threading.RLock
    meter: Meter

    def handle(self, request: Request) -> Response:
        """Answer a request; counts itself in `meter`."""
        ...

    def apply_fault(self, rule: FaultRule, request: Request) -> Response | None:
        """Word a requested fault as the provider would; None lets the request go on."""
        ...

    def change(self, path: list[str], wanted: dict[str, Any]) -> dict[str, Any]:
        """Do what a person does in the provider's own screens: POST /_control/data/<name>/<path>.

        Raises ValueError with a clear message when it cannot be done.
        """
        ...

    def flush_webhooks(self, force: bool = False) -> int:
        """Send the webhooks that are due (all of them with `force`); how many were accepted."""
        ...

    def snapshot(self) -> dict[str, Any]:
        """The whole state, JSON-safe."""
        ...

    def restore(self, state: dict[str, Any]) -> None: ...

    def ready(self, base_url: str) -> dict[str, Any]:
        """base_url, account_id, client_id, client_secret, the ready tokens and webhook_secret."""
        ...


class Sandbox:
    """The providers behind one port, with their faults and counters."""

    def __init__(
        self, clock: Clock, faults: FaultBook, build: Callable[[], Mapping[str, Provider]]
    ) -> None:
        self.clock = clock
        self.faults = faults
        self._build = build
        self.providers = dict(build())
        # Fills the fresh providers; set by whoever knows the data set.
        self.fill: Callable[[Sandbox], None] = lambda _: None

    def reset(self) -> None:
        """Start anew: fresh providers with the same data set and secrets, no faults."""
        self.faults.clear()
        self.providers = dict(self._build())
        self.fill(self)

    @property
    def hubspot(self) -> HubSpot:
        return cast("HubSpot", self.providers["hubspot"])

    @property
    def hubspot_nl(self) -> HubSpot:
        """The account of the Dutch company."""
        return cast("HubSpot", self.providers[HUBSPOT_NL])

    @property
    def quickbooks(self) -> QuickBooks:
        return cast("QuickBooks", self.providers["quickbooks"])

    @property
    def exact(self) -> Exact:
        return cast("Exact", self.providers["exact"])

    @property
    def writes(self) -> int:
        """Records changed through the APIs, over all providers."""
        return sum(provider.meter.writes for provider in self.providers.values())

    @property
    def calls(self) -> int:
        return sum(provider.meter.calls.total() for provider in self.providers.values())

    @property
    def violations(self) -> int:
        return sum(provider.meter.violations.total() for provider in self.providers.values())

    def handle(self, name: str, request: Request) -> Response:
        """Let one provider answer; raises DropConnection when a fault says so."""
        provider = self.providers[name]
        rule = self.faults.take(name, request.method, request.path)
        if rule is None:
            with provider.lock:
                return provider.handle(request)
        return self._handle_with_fault(provider, rule, request)

    def _handle_with_fault(self, provider: Provider, rule: FaultRule, request: Request) -> Response:
        if rule.kind == "drop_before":
            raise DropConnection
        if rule.seconds:
            # Outside the lock: a slow answer must not slow the others.
            time.sleep(rule.seconds)
        with provider.lock:
            refusal = provider.apply_fault(rule, request)
            answer = provider.handle(request) if refusal is None else refusal
        if rule.kind == "drop_after":
            raise DropConnection
        return answer

    def snapshot(self) -> dict[str, Any]:
        states = {}
        for name, provider in self.providers.items():
            with provider.lock:
                states[name] = provider.snapshot()
        return {"version": 1, "clock_ahead": self.clock.ahead, "providers": states}

    def restore(self, state: Mapping[str, Any]) -> None:
        if state.get("version") != 1:
            raise ValueError("This snapshot was not made by this version of the sandbox.")
        self.clock.advance(state.get("clock_ahead", 0.0) - self.clock.ahead)
        for name, provider in self.providers.items():
            if name in state["providers"]:
                with provider.lock:
                    provider.restore(state["providers"][name])

    def clear_counters(self) -> None:
        for provider in self.providers.values():
            with provider.lock:
                provider.meter.clear()
