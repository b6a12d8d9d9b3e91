"""Reading from an answer whether it says "later" or "no", as most providers do."""

from integrations.http.terms import Response

# A "come back later" without a number, and the least we wait when the number is nought.
UNSAID_PAUSE_SECONDS = 10.0
LEAST_PAUSE_SECONDS = 0.1
REFUSALS = frozenset({400, 401, 403, 404})


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


def standard_refusal(response: Response) -> bool:
    return response.status in REFUSALS
