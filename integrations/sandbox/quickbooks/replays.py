"""Answers kept by requestid, so that a repeated request is not executed again.

Whether faults are replayed, and how long an answer is kept, is not documented. Here a fault is
replayed like any answer, which is the harder case for a client; the oldest answers go first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.sandbox.quickbooks.faults import Refused, refused

MOST_KEPT = 50_000
LONGEST = 50
LONGEST_IN_BATCH = 36
LONGEST_ITEM = 10


class Replays:
    """The first answer to each requestid (in a batch: requestid and bId)."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[int, bytes]] = {}

    def find(self, key: str) -> tuple[int, bytes] | None:
        """Status and body of the first answer; None when the key is new or empty."""
        return self._kept.get(key) if key else None

    def keep(self, key: str, status: int, body: bytes) -> None:
        if not key:
            return
        self._kept[key] = (status, body)
        if len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]

    def snapshot(self) -> list[list[Any]]:
        return [[key, status, body.decode()] for key, (status, body) in self._kept.items()]

    def restore(self, state: list[list[Any]]) -> None:
        self._kept = {key: (status, body.encode()) for key, status, body in state}


def request_key(query: Mapping[str, list[str]], longest: int = LONGEST) -> str:
    """The requestid of a call, empty when there is none; raises Refused when it is malformed."""
    if "requestid" not in query:
        return ""
    key = query["requestid"][0]
    if not 0 < len(key) <= longest:
        raise malformed(f"requestid must have 1 to {longest} characters")
    return key


def malformed(detail: str) -> Refused:
    return refused("2130", detail, "requestid")
