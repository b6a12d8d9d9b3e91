"""A client's view of the stand-in HubSpot account, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import requests

from integrations.sandbox.core import HandClock
from integrations.sandbox.hubspot.provider import HubSpot
from integrations.sandbox.server import SandboxServer

OBJECTS = "/crm/objects/2026-03"


class Account:
    """Calls the account over HTTP as an installed app does."""

    def __init__(self, server: SandboxServer, clock: HandClock) -> None:
        self.server = server
        self.clock = clock
        self.ready = server.ready()["hubspot"]
        self.session = requests.Session()
        self.session.trust_env = False
        self.use(self.ready["access_token"])

    @property
    def hubspot(self) -> HubSpot:
        return self.server.sandbox.hubspot

    def use(self, access_token: str) -> None:
        self.session.headers["Authorization"] = f"Bearer {access_token}"

    def call(self, method: str, path: str, **arguments: Any) -> requests.Response:
        address = f"{self.ready['base_url']}{path}"
        return self.session.request(method, address, timeout=10, **arguments)

    def get(self, path: str, **query: Any) -> requests.Response:
        return self.call("GET", path, params=query)

    def post(self, path: str, body: Any = None) -> requests.Response:
        return self.call("POST", path, json=body)

    def patch(self, path: str, body: Any) -> requests.Response:
        return self.call("PATCH", path, json=body)

    def put(self, path: str, body: Any = None) -> requests.Response:
        return self.call("PUT", path, json=body)

    def delete(self, path: str) -> requests.Response:
        return self.call("DELETE", path)

    def form(self, path: str, **fields: str) -> requests.Response:
        """A form-encoded post without a token."""
        address = f"{self.ready['base_url']}{path}"
        return requests.post(address, data=fields, timeout=10, allow_redirects=False)

    def control(self, method: str, path: str, body: Any = None) -> requests.Response:
        return requests.request(method, f"{self.server.url}/_control/{path}", json=body, timeout=10)

    def create(self, object_type: str, **properties: Any) -> str:
        answer = self.post(f"{OBJECTS}/{object_type}", {"properties": properties})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def batch(
        self, object_type: str, operation: str, inputs: Iterable[Any], **more: Any
    ) -> requests.Response:
        body = {"inputs": list(inputs)} | more
        return self.post(f"{OBJECTS}/{object_type}/batch/{operation}", body)

    def search(self, object_type: str, *filters: dict[str, Any], **more: Any) -> requests.Response:
        groups = [{"filters": list(filters)}] if filters else []
        body = {"filterGroups": groups} | more
        return self.post(f"{OBJECTS}/{object_type}/search", body)

    def found(self, object_type: str, *filters: dict[str, Any], **more: Any) -> list[str]:
        """The ids that a search finds, in its order."""
        answer = self.search(object_type, *filters, **more)
        assert answer.status_code == 200, answer.text
        return [row["id"] for row in answer.json()["results"]]


def where(name: str, operator: str, value: Any = None, **more: Any) -> dict[str, Any]:
    """A search filter."""
    one = {"propertyName": name, "operator": operator} | more
    return one if value is None else one | {"value": value}
