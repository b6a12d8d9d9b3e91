"""Calls that brought no usable answer or must not go: why, and when to try again."""

import random
from datetime import datetime, timedelta

import requests
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError, ProxyError
from urllib3.exceptions import SSLError as HandshakeError

from integrations.contract import Category, Fault, RetryLater
from integrations.http.pauses import retry_after
from integrations.http.redacting import redact
from integrations.http.terms import ErrorRule, Response, Visit

TRIES = 3
FIRST_BACK_OFF_SECONDS = 0.5


class NoAnswer(Exception):
    """No usable answer; `sent` is False when the provider certainly never saw the call."""

    def __init__(self, fault: Fault, *, sent: bool, after: float = 0.0) -> None:
        super().__init__(fault.message)
        self.sent = sent
        self.fault = fault
        self.after = after


def back_off_seconds(failures: int) -> float:
    """Doubling, each between half and the whole: workers that failed together part."""
    longest: float = FIRST_BACK_OFF_SECONDS * 2.0**failures
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - keeps workers apart, no secret


def broken(error: requests.RequestException) -> NoAnswer:
    sent = not _never_connected(error)
    message = "The connection broke before an answer came."
    if isinstance(error, requests.Timeout):
        message = "No answer came in time."
    if not sent:
        message = "The provider could not be reached."
    return NoAnswer(Fault(Category.TRANSIENT, type(error).__name__, message), sent=sent)


def _never_connected(error: requests.RequestException) -> bool:
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return isinstance(
        reason, NewConnectionError | ConnectTimeoutError | HandshakeError | ProxyError
    )


def failed(response: Response, correlation_id: str) -> NoAnswer:
    message = f"The provider answered with an error of its own ({response.status})."
    fault = Fault(
        Category.TRANSIENT,
        str(response.status),
        message,
        correlation_id=correlation_id,
        raw=redact(response.text),
    )
    return NoAnswer(fault, sent=True, after=retry_after(response) or 0.0)


def out_of_turn(bucket: str, seconds: float) -> RetryLater:
    message = "Our share of the provider's limit is used up for the moment."
    return RetryLater(Fault(Category.RATE_LIMITED, f"limit:{bucket}", message), seconds)


def asked_to_wait(response: Response, correlation_header: str, seconds: float) -> RetryLater:
    limited = response.status == 429
    fault = Fault(
        Category.RATE_LIMITED if limited else Category.TRANSIENT,
        str(response.status),
        "The provider asks us to wait before the next call.",
        correlation_id=response.headers.get(correlation_header, ""),
        raw=redact(response.text),
    )
    return RetryLater(fault, seconds)


def resting(endpoint: str, rule: ErrorRule, visit: Visit, now: datetime) -> RetryLater:
    """The endpoint's error budget is spent, or all that is left of it is under way."""
    if visit.refused < rule.calls:
        message = f"Other calls to {endpoint} are under way."
        return RetryLater(Fault(Category.RATE_LIMITED, "error_budget_busy", message), visit.wait)
    message = (
        f"{endpoint} refused {visit.refused} calls within {_span(rule.seconds)}. More would make "
        f"the provider shut it for us, so Saldo asks it again at {_clock(now, visit.wait)}."
    )
    return RetryLater(Fault(Category.RATE_LIMITED, "error_budget", message), visit.wait)


def shut(endpoint: str, response: Response, seconds: float, now: datetime) -> RetryLater:
    """The provider itself closed the endpoint."""
    message = (
        f"The provider has shut {endpoint} for us after too many refused calls. Saldo asks it "
        f"again at {_clock(now, seconds)}."
    )
    fault = Fault(Category.RATE_LIMITED, "endpoint_shut", message, raw=redact(response.text))
    return RetryLater(fault, seconds)


def _span(seconds: float) -> str:
    return "an hour" if seconds == 3600 else f"{seconds / 60:.0f} minutes"


def _clock(now: datetime, seconds: float) -> str:
    # A minute later: the time shown must not lie before the true one.
    at = now + timedelta(seconds=seconds + 59)
    return f"{at:%H:%M} UTC"
