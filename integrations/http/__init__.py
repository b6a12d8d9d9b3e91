"""The one way out: pooled connections, waiting for one's turn, renewal, retries and the call log.

Pure: the shared limits, the token store and the call log are ports that the application fills.
A connector says of each call which rules it counts against and whether repeating it is harmless;
what a refusal *means* is left to that connector's `faults`.
"""

from integrations.http.client import MAX_WAIT_SECONDS, Http, utc_now
from integrations.http.pauses import (
    LEAST_PAUSE_SECONDS,
    UNSAID_PAUSE_SECONDS,
    retry_after,
    standard_pause,
    standard_refusal,
)
from integrations.http.redacting import RAW_LENGTH, redact, without_nul
from integrations.http.session import CONNECT_SECONDS, READ_SECONDS, new_session
from integrations.http.terms import (
    Call,
    CallLog,
    Clock,
    DayCount,
    DayRule,
    ErrorBudget,
    ErrorRule,
    Limiter,
    Pause,
    Quota,
    RateRule,
    Refuses,
    Response,
    Sleep,
    Tokens,
    Visit,
)
from integrations.http.troubles import TRIES

__all__ = [
    "CONNECT_SECONDS",
    "LEAST_PAUSE_SECONDS",
    "MAX_WAIT_SECONDS",
    "RAW_LENGTH",
    "READ_SECONDS",
    "TRIES",
    "UNSAID_PAUSE_SECONDS",
    "Call",
    "CallLog",
    "Clock",
    "DayCount",
    "DayRule",
    "ErrorBudget",
    "ErrorRule",
    "Http",
    "Limiter",
    "Pause",
    "Quota",
    "RateRule",
    "Refuses",
    "Response",
    "Sleep",
    "Tokens",
    "Visit",
    "new_session",
    "redact",
    "retry_after",
    "standard_pause",
    "standard_refusal",
    "utc_now",
    "without_nul",
]
