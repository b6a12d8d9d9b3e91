"""The one way out: pooled connections, waiting for one's turn, renewal, retries and the call log.

Pure: the shared rate limit, the token store and the call log are ports that the application fills.
A connector says of each call which rate rules it counts against and whether repeating it is
harmless; what a refusal *means* is left to that connector's `faults`.
"""

import os
import random
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, overload

import msgspec
import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError, ProxyError
from urllib3.exceptions import SSLError as HandshakeError

from integrations.contract import Category, Fault, OutcomeUnknown, RetryLater

CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
MAX_WAIT_SECONDS = 5.0
TRIES = 3
FIRST_BACK_OFF_SECONDS = 0.5
# A "come back later" without a number, and the least we wait when the number is nought.
UNSAID_PAUSE_SECONDS = 10.0
LEAST_PAUSE_SECONDS = 0.1
# Rounding leaves waits of less than a clock can tell; they must not turn into a busy loop.
LEAST_WAIT_SECONDS = 0.001
RAW_LENGTH = 4000

type Clock = Callable[[], datetime]
type Sleep = Callable[[float], None]
type Pause = Callable[["Response"], float]
"""Seconds for which the provider wants no call: from a refusal, or from its limit headers."""


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class RateRule:
    """A limit: `calls` in `seconds`, of which `burst` may follow each other without a gap.

    One bucket per connection and name; a call may count against several.
    """

    bucket: str
    calls: int
    seconds: float
    burst: int = 1


class Limiter(Protocol):
    """Whose turn it is, over all workers that share a connection."""

    def acquire(self, rule: RateRule) -> float:
        """0.0 when the call may go now, else the seconds to wait (and nothing was taken)."""
        ...

    def hold(self, rule: RateRule, seconds: float) -> None:
        """Nobody calls for so long: the provider's own word counts more than our reckoning."""
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

        Raises SignInAgain when the provider no longer accepts us.
        """
        ...


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


# An escaped NUL inside JSON; pairs of backslashes before it are backslashes of the text.
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")


def without_nul(body: bytes) -> bytes:
    """The JSON without NUL characters: they mean nothing in a text, and PostgreSQL refuses them."""
    return _NUL.sub(rb"\1", body) if b"\\u0000" in body else body


_SECRETS = re.compile(
    r"""(?ix) (\b(?:bearer|basic)\s+
      | (?<![a-z_]) (?:access_token|refresh_token|id_token|client_secret|token) ["']?\s*[:=]\s*["']?
      # Of a sign-in, as in a form; in JSON a "code" says what went wrong.
      | (?<![a-z_]) code=)
      [^\s"'&,}]+"""
)
_EMAILS = re.compile(r"[^\s@\"'<>=:,;&]+@[^\s@\"'<>,;&]+\.[a-z]{2,}", re.IGNORECASE)
_IDS = re.compile(r"(?<=/)\d+(?=/|$)")


def redact(text: str, limit: int = RAW_LENGTH) -> str:
    """The text without tokens and e-mail addresses, cut to a length that can be kept."""
    return _EMAILS.sub("***@***", _SECRETS.sub(r"\1***", text))[:limit]


def retry_after(response: Response) -> float | None:
    """The seconds of a Retry-After header; None when there is none that is a number."""
    try:
        return max(0.0, float(response.headers["retry-after"]))
    except (KeyError, ValueError):
        return None


def standard_pause(response: Response) -> float:
    """Only a 429 asks for a pause, as long as its Retry-After says."""
    if response.status != 429:
        return 0.0
    asked = retry_after(response)
    return UNSAID_PAUSE_SECONDS if asked is None else max(asked, LEAST_PAUSE_SECONDS)


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
    repeatable: bool
    correlation_header: str
    pause: Pause
    timeout: float


class _NoAnswer(Exception):
    """No usable answer; `sent` is False when the provider certainly never saw the call."""

    def __init__(self, fault: Fault, *, sent: bool, after: float = 0.0) -> None:
        super().__init__(fault.message)
        self.sent = sent
        self.fault = fault
        self.after = after


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


def new_session(base_url: str) -> requests.Session:
    """A session that takes the environment's proxy and certificates once, not for every call."""
    session = requests.Session()
    # Otherwise each call reads the environment, and a .netrc entry would replace our token.
    session.trust_env = False
    session.proxies.update(get_environ_proxies(base_url))
    session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
    adapter = HTTPAdapter(pool_connections=2, pool_maxsize=8, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


class Http:
    """Calls to one base address with one connection's token and limits."""

    def __init__(  # noqa: PLR0913 - ports and the means of tests, by keyword
        self,
        base_url: str,
        tokens: Tokens,
        limiter: Limiter,
        calls: CallLog,
        *,
        session: requests.Session | None = None,
        clock: Clock = utc_now,
        sleep: Sleep = time.sleep,
        max_wait: float = MAX_WAIT_SECONDS,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._tokens = tokens
        self._limiter = limiter
        self._calls = calls
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
        repeatable: bool,
        correlation_header: str = "",
        pause: Pause = standard_pause,
        timeout: float = READ_SECONDS,
    ) -> Response:
        """The answer, whatever its status, except those that say "later" or "no idea".

        A refused token is renewed once and the call repeated. Raises RetryLater when nothing was
        done (no turn within `max_wait`, the provider is busy, no connection; for a repeatable call
        also after broken answers), OutcomeUnknown when a call that must not be repeated was sent
        and no usable answer came.
        """
        if json is not None:
            body, content_type = msgspec.json.encode(json), "application/json"
        wish = _Wish(
            method=method,
            url=self._base_url + path,
            path=_IDS.sub("{id}", path),
            params=params,
            body=body,
            headers=_headers(content_type, headers),
            rules=rules,
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
            self._wait_for_turn(wish.rules, patience)
            token = self._tokens.current()
            try:
                response = self._attempt(wish, token)
            except _NoAnswer as trouble:
                failures += 1
                self._back_off(wish, trouble, failures, patience)
                continue
            if response.status == 401 and not renewed:
                self._tokens.renew(token)
                renewed = True
                continue
            if not self._asked_to_pause(wish, response, patience):
                return response

    def _wait_for_turn(self, rules: Sequence[RateRule], patience: _Patience) -> None:
        for rule in rules:
            while (seconds := self._limiter.acquire(rule)) > 0:
                if not patience.wait(max(seconds, LEAST_WAIT_SECONDS)):
                    raise RetryLater(_waiting(rule.bucket), seconds)

    def _attempt(self, wish: _Wish, token: str) -> Response:
        """One call, logged; raises _NoAnswer for a broken one and for every 5xx."""
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
            raise _broken(error) from error
        response = Response(
            answer.status_code,
            {name.lower(): value for name, value in answer.headers.items()},
            without_nul(answer.content),
        )
        correlation_id = response.headers.get(wish.correlation_header, "")
        self._record(wish, response.status, at, started, correlation_id)
        if response.status >= 500:
            raise _failed(response, correlation_id)
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

    def _back_off(
        self, wish: _Wish, trouble: _NoAnswer, failures: int, patience: _Patience
    ) -> None:
        """Wait before the next try, or raise when there is none."""
        if trouble.sent and not wish.repeatable:
            raise OutcomeUnknown(trouble.fault) from trouble
        seconds = _back_off_seconds(failures)
        if failures >= TRIES:
            raise RetryLater(trouble.fault, max(trouble.after, seconds)) from trouble
        if trouble.after > seconds:
            if not patience.wait(trouble.after):
                raise RetryLater(trouble.fault, trouble.after) from trouble
            return
        self._sleep(seconds)

    def _asked_to_pause(self, wish: _Wish, response: Response, patience: _Patience) -> bool:
        """Whether the call was refused as too early and has now waited; raises if for too long."""
        seconds = wish.pause(response)
        if seconds <= 0:
            return False
        for rule in wish.rules:
            self._limiter.hold(rule, seconds)
        if response.status < 400:
            return False
        seconds = max(seconds, LEAST_PAUSE_SECONDS)
        if not patience.wait(seconds):
            raise RetryLater(_asked_to_wait(response, wish.correlation_header), seconds)
        return True


def _headers(content_type: str, headers: Mapping[str, str] | None) -> dict[str, str]:
    named = {"Accept": "application/json", "User-Agent": "Saldo/1.0"}
    if content_type:
        named["Content-Type"] = content_type
    return named | dict(headers or {})


def _back_off_seconds(failures: int) -> float:
    """Doubling, each between half and the whole: workers that failed together part."""
    longest: float = FIRST_BACK_OFF_SECONDS * 2.0**failures
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - keeps workers apart, no secret


def _broken(error: requests.RequestException) -> _NoAnswer:
    sent = not _never_connected(error)
    message = "The connection broke before an answer came."
    if isinstance(error, requests.Timeout):
        message = "No answer came in time."
    if not sent:
        message = "The provider could not be reached."
    return _NoAnswer(Fault(Category.TRANSIENT, type(error).__name__, message), sent=sent)


def _never_connected(error: requests.RequestException) -> bool:
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return isinstance(
        reason, NewConnectionError | ConnectTimeoutError | HandshakeError | ProxyError
    )


def _failed(response: Response, correlation_id: str) -> _NoAnswer:
    message = f"The provider answered with an error of its own ({response.status})."
    fault = Fault(
        Category.TRANSIENT,
        str(response.status),
        message,
        correlation_id=correlation_id,
        raw=redact(response.text),
    )
    return _NoAnswer(fault, sent=True, after=retry_after(response) or 0.0)


def _waiting(bucket: str) -> Fault:
    message = "Our share of the provider's limit is used up for the moment."
    return Fault(Category.RATE_LIMITED, f"limit:{bucket}", message)


def _asked_to_wait(response: Response, correlation_header: str) -> Fault:
    limited = response.status == 429
    return Fault(
        Category.RATE_LIMITED if limited else Category.TRANSIENT,
        str(response.status),
        "The provider asks us to wait before the next call.",
        correlation_id=response.headers.get(correlation_header, ""),
        raw=redact(response.text),
    )
