"""The sandbox's own endpoint: its counters, its clock, and changes as people make them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

import requests

TIMEOUT = 120.0


@dataclass(frozen=True, slots=True)
class Counters:
    """What one provider was asked since the counters were cleared."""

    calls: int
    writes: int
    violations: int
    by_template: Mapping[str, int]

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        return cls(
            told["calls"], told["writes"], told["violations"], dict(told["calls_by_template"])
        )

    def matching(self, *parts: str) -> int:
        """The calls whose template holds one of these."""
        return sum(
            number
            for template, number in self.by_template.items()
            if any(part in template for part in parts)
        )


class Control:
    """The sandbox's own endpoint."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/_control"
        self._session = requests.Session()
        self._session.trust_env = False

    def counters(self) -> dict[str, Counters]:
        told = self._ask("GET", "state")["providers"]
        return {name: Counters.of(each) for name, each in told.items()}

    def clear_counters(self) -> None:
        self._ask("POST", "counters/clear")

    def now(self) -> datetime:
        return datetime.fromisoformat(self._ask("GET", "state")["now"]).astimezone(UTC)

    def advance(self, seconds: float) -> None:
        self._ask("POST", "clock", {"advance": seconds})

    def change(self, provider: str, path: str, fields: Mapping[str, Any]) -> str:
        """As a person changes a record on the provider's screens; not counted as a write.

        Answers the id of what was created, if anything was.
        """
        told = self._ask("POST", f"data/{provider}/{path}", fields)
        return str(told.get("id", ""))

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        answer = self._session.request(
            method, f"{self._url}/{path}", json=dict(body or {}), timeout=TIMEOUT
        )
        if answer.status_code >= 400:
            raise RuntimeError(f"The sandbox refuses {path}: {answer.text}")
        return answer.json()
