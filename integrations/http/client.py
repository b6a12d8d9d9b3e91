"""One call after another, each in its turn."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
import requests

from integrations.contract import OutcomeUnknown, RetryLater
from integrations.http import troubles
from integrations.http.pauses import LEAST_PAUSE_SECONDS, standard_pause, standard_refusal
from integrations.http.redacting import plain_path, without_nul
from integrations.http.session import CONNECT_SECONDS, READ_SECONDS, new_session
from integrations.http.terms import (
    Call,
    CallLog,
    Clock,
    ErrorBudget,
    ErrorRule,
    Limiter,
    OpenDoor,
    Pause,
    Quota,
    RateRule,
    Refuses,
    Response,
    Sleep,
    Tokens,
)
from integrations.http.troubles import TRIES, NoAnswer

MAX_WAIT_SECONDS = 5.0
# Rounding leaves waits of less than a clock can tell; they must not turn into a busy loop.
LEAST_WAIT_SECONDS = 0.001


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Wish:
    """A call as the connector wants it."""

    method: str
    url: str
    path: str
    params: Mapping[str, str] | None
    body: bytes | None
    headers: Mapping[str, str]
    rules: Sequence[RateRule]
    endpoint: str
    errors: ErrorRule | None
    refuses: Refuses
    repeatable: bool
    correlation_header: str
    pause: Pause
    timeout: float


@dataclass(slots=True)
class _Stay:
    """What is known at the end of a visit to an endpoint."""

    refused: bool = False


class _Patience:
    """The seconds that one call may still spend waiting."""

    def __init__(self, seconds: float, sleep: Sleep) -> None:
        self._left = seconds
        self._sleep = sleep

    def wait(self, seconds: float) -> bool:
        """Sleep, or answer False when that would be too long."""
        if seconds > self._left:
            return False
        self._left -= seconds
        self._sleep(seconds)
        return True


class Http:
    """Calls to one base address with one connection's token and limits."""

    def __init__(  # noqa: PLR0913 - ports and the means of tests, by keyword
        self,
        base_url: str,
        tokens: Tokens,
        limiter: Limiter,
        calls: CallLog,
        *,
        quota: Quota | None = None,
        budget: ErrorBudget | None = None,
        session: requests.Session | None = None,
        clock: Clock = utc_now,
        sleep: Sleep = time.sleep,
        max_wait: float = MAX_WAIT_SECONDS,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._tokens = tokens
        self._limiter = limiter
        self._calls = calls
        self._quota = quota or OpenDoor()
        self._budget = budget or OpenDoor()
        self._session = session or new_session(base_url)
        self._clock = clock
        self._sleep = sleep
        self._max_wait = max_wait

    def send(  # noqa: PLR0913 - what may be said of a call, by keyword
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        body: bytes | None = None,
        content_type: str = "",
        headers: Mapping[str, str] | None = None,
        rules: Sequence[RateRule] = (),
        endpoint: str = "",
        errors: ErrorRule | None = None,
        refuses: Refuses = standard_refusal,
        repeatable: bool,
        correlation_header: str = "",
        pause: Pause = standard_pause,
        timeout: float = READ_SECONDS,
    ) -> Response:
        """The answer, whatever its status, except those that say "later" or "no idea".

        A refused token is renewed once and the call repeated. Raises RetryLater when nothing was
        done (no turn within `max_wait`, nothing left of the day's calls or of the endpoint's
        errors, the provider is busy, no connection; for a repeatable call also after broken
        answers), OutcomeUnknown when a call that must not be repeated was sent and no usable
        answer came. `errors` are counted for the `endpoint`, by its name.
        """
        if json is not None:
            body, content_type = msgspec.json.encode(json), "application/json"
        wish = _Wish(
            method=method,
            url=self._base_url + path,
            path=plain_path(path),
            params=params,
            body=body,
            headers=_headers(content_type, headers),
            rules=rules,
            endpoint=endpoint,
            errors=errors,
            refuses=refuses,
            repeatable=repeatable,
            correlation_header=correlation_header.lower(),
            pause=pause,
            timeout=timeout,
        )
        return self._carry_out(wish)

    def _carry_out(self, wish: _Wish) -> Response:
        patience = _Patience(self._max_wait, self._sleep)
        failures = 0
        renewed = False
        while True:
            try:
                token, response = self._call(wish, patience)
            except NoAnswer as trouble:
                failures += 1
                self._back_off(wish, trouble, failures, patience)
                continue
            if response.status == 401 and not renewed:
                renewed = True
                if self._tokens.renew(token) != token:
                    continue
            if not self._asked_to_pause(wish, response, patience):
                return response

    def _call(self, wish: _Wish, patience: _Patience) -> tuple[str, Response]:
        """One call in its turn, and the token it went with; raises NoAnswer."""
        with self._visit(wish, patience) as stay:
            self._wait_for_turn(wish.rules, patience)
            self._quota.take()
            token = self._tokens.current()
            response = self._attempt(wish, token)
            stay.refused = wish.refuses(response)
        self._quota.learn(response)
        return token, response

    @contextmanager
    def _visit(self, wish: _Wish, patience: _Patience) -> Iterator[_Stay]:
        """While inside, the call counts against the endpoint's errors, and afterwards if refused.

        A call without an answer is not counted: a bad line would close every endpoint.
        """
        stay = _Stay()
        if wish.errors is None:
            yield stay
            return
        ticket = self._enter(wish.endpoint, wish.errors, patience)
        try:
            yield stay
        finally:
            self._budget.leave(wish.endpoint, wish.errors, ticket, refused=stay.refused)

    def _enter(self, endpoint: str, rule: ErrorRule, patience: _Patience) -> str:
        while (visit := self._budget.enter(endpoint, rule)).wait > 0:
            if not patience.wait(max(visit.wait, LEAST_WAIT_SECONDS)):
                raise troubles.resting(endpoint, rule, visit, self._clock())
        return visit.ticket

    def _wait_for_turn(self, rules: Sequence[RateRule], patience: _Patience) -> None:
        for rule in rules:
            while (seconds := self._limiter.acquire(rule)) > 0:
                if not patience.wait(max(seconds, LEAST_WAIT_SECONDS)):
                    raise troubles.out_of_turn(rule.bucket, seconds)

    def _attempt(self, wish: _Wish, token: str) -> Response:
        """One call, logged; raises NoAnswer for a broken one and for a 5xx that is no refusal."""
        at, started = self._clock(), time.perf_counter()
        try:
            answer = self._session.request(
                wish.method,
                wish.url,
                params=wish.params,
                data=wish.body,
                headers={**wish.headers, "Authorization": f"Bearer {token}"},
                timeout=(CONNECT_SECONDS, wish.timeout),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            self._record(wish, 0, at, started, error=type(error).__name__)
            raise troubles.broken(error) from error
        response = Response(
            answer.status_code,
            {name.lower(): value for name, value in answer.headers.items()},
            without_nul(answer.content),
        )
        correlation_id = response.headers.get(wish.correlation_header, "")
        self._record(wish, response.status, at, started, correlation_id)
        if response.status >= 500 and not wish.refuses(response):
            raise troubles.failed(response, correlation_id)
        return response

    def _record(
        self,
        wish: _Wish,
        status: int,
        at: datetime,
        started: float,
        correlation_id: str = "",
        error: str = "",
    ) -> None:
        milliseconds = round((time.perf_counter() - started) * 1000)
        self._calls.record(
            Call(wish.method, wish.path, status, milliseconds, at, correlation_id, error)
        )

    def _back_off(self, wish: _Wish, trouble: NoAnswer, failures: int, patience: _Patience) -> None:
        """Wait before the next try, or raise when there is none."""
        if trouble.sent and not wish.repeatable:
            raise OutcomeUnknown(trouble.fault) from trouble
        seconds = troubles.back_off_seconds(failures)
        if failures >= TRIES:
            raise RetryLater(trouble.fault, max(trouble.after, seconds)) from trouble
        if trouble.after > seconds:
            if not patience.wait(trouble.after):
                raise RetryLater(trouble.fault, trouble.after) from trouble
            return
        self._sleep(seconds)

    def _asked_to_pause(self, wish: _Wish, response: Response, patience: _Patience) -> bool:
        """Whether the call was refused as too early and has now waited; raises if for too long."""
        self._heed_closing(wish, response)
        seconds = wish.pause(response)
        if seconds <= 0:
            return False
        for rule in wish.rules:
            self._limiter.hold(rule, seconds)
        if response.status < 400:
            return False
        seconds = max(seconds, LEAST_PAUSE_SECONDS)
        if not patience.wait(seconds):
            raise troubles.asked_to_wait(response, wish.correlation_header, seconds)
        return True

    def _heed_closing(self, wish: _Wish, response: Response) -> None:
        """Raises RetryLater when this answer says that the endpoint is shut for us."""
        if wish.errors is None:
            return
        seconds = wish.errors.closed(response)
        if seconds > 0:
            self._budget.close(wish.endpoint, wish.errors, seconds)
            raise troubles.shut(wish.endpoint, response, seconds, self._clock())


def _headers(content_type: str, headers: Mapping[str, str] | None) -> dict[str, str]:
    named = {"Accept": "application/json", "User-Agent": "Saldo/1.0"}
    if content_type:
        named["Content-Type"] = content_type
    return named | dict(headers or {})
