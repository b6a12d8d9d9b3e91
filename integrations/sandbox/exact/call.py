"""One call of the API, once the gate has let it in."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.sandbox.core import Request
from integrations.sandbox.exact.division import Division, Person, Shared


@dataclass(frozen=True)
class Call:
    """Who asks what of which division."""

    request: Request
    shared: Shared
    division: Division
    divisions: dict[int, Division]
    person: Person
    # The address that the API is reached at: "http://127.0.0.1:9000/exact".
    base_url: str

    @property
    def api_url(self) -> str:
        return f"{self.base_url}/api/v1/{self.division.code}"
