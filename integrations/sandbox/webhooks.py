"""Sending webhooks: a queue of signed posts with retries, shared by the providers."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from integrations.sandbox.core import Clock

TIMEOUT_SECONDS = 5.0


@dataclass
class Delivery:
    """One post under way; `attempt` counts from 0."""

    url: str
    body: bytes
    attempt: int = 0
    due_at: float = 0.0


# Makes the body and the headers of one attempt (signatures carry the time of sending).
Sign = Callable[[Delivery], tuple[bytes, Mapping[str, str]]]


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Post and give the status; 0 when nobody answers in time."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    connect = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = connect(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", target, body, dict(headers))
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


class Outbox:
    """Deliveries waiting for their time; a delivery is dropped after its last retry."""

    def __init__(self, clock: Clock, sign: Sign, retry_after: tuple[float, ...]) -> None:
        self._clock = clock
        self._sign = sign
        self._retry_after = retry_after
        self._lock = threading.Lock()
        self._waiting: list[Delivery] = []
        self.accepted = 0
        self.given_up = 0

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def add(self, url: str, body: bytes) -> None:
        self._wait(Delivery(url, body, due_at=self._clock.time()))

    def take_due(self, force: bool = False) -> list[Delivery]:
        """Remove and return what is due (everything with `force`)."""
        now = self._clock.time()
        with self._lock:
            due = [delivery for delivery in self._waiting if force or delivery.due_at <= now]
            self._waiting = [d for d in self._waiting if not force and d.due_at > now]
        return due

    def send(self, delivery: Delivery) -> bool:
        """Post one delivery, outside any lock; a refused one waits for its retry."""
        body, headers = self._sign(delivery)
        if 200 <= post(delivery.url, body, headers) < 300:
            self.accepted += 1
            return True
        if delivery.attempt >= len(self._retry_after):
            self.given_up += 1
            return False
        delivery.due_at = self._clock.time() + self._retry_after[delivery.attempt]
        delivery.attempt += 1
        self._wait(delivery)
        return False

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def _wait(self, delivery: Delivery) -> None:
        with self._lock:
            self._waiting.append(delivery)
