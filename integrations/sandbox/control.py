"""The sandbox's own endpoint, /_control: counters, faults, clock, data, snapshots."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from integrations.sandbox.core import BadRequest, Request, Response, Sandbox, json_response
from integrations.sandbox.state_file import save_state


class Control:
    """Answers /_control/…; wrong requests get a 400 that says what is wrong."""

    def __init__(
        self,
        sandbox: Sandbox,
        state_path: Path | None = None,
        ready: Callable[[], dict[str, Any]] = dict,
    ) -> None:
        self.sandbox = sandbox
        self.state_path = state_path
        # What --json prints: where each provider is and which application it knows.
        self.ready = ready

    def handle(self, request: Request) -> Response:
        path = [part for part in request.path.split("/") if part]
        try:
            body = request.json() if request.body else {}
            return json_response(200, self._answer(request.method, path, body))
        except (BadRequest, ValueError, KeyError, TypeError) as error:
            reason = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
            return json_response(400, {"error": reason})

    def _answer(self, method: str, path: list[str], body: Any) -> dict[str, Any]:
        if method == "POST" and path[:1] == ["data"] and len(path) > 1:
            return self._change(path[1], path[2:], body)
        operation = self._operations.get(f"{method} {'/'.join(path)}")
        if operation is None:
            known = ", ".join([*self._operations, "POST data/<provider>/…"])
            raise ValueError(f"There is no {method} {'/'.join(path)}; there are: {known}.")
        return operation(body) or {}

    @property
    def _operations(self) -> dict[str, Callable[[Any], dict[str, Any] | None]]:
        sandbox = self.sandbox
        return {
            "GET state": lambda _: self._state(),
            "GET ready": lambda _: self.ready(),
            "GET faults": lambda _: {"faults": sandbox.faults.as_list()},
            "POST faults": self._add_faults,
            "DELETE faults": lambda _: sandbox.faults.clear(),
            "POST clock": self._move_clock,
            "POST webhooks/flush": lambda _: {"accepted": self._flush()},
            "POST counters/clear": lambda _: sandbox.clear_counters(),
            "POST reset": lambda _: sandbox.reset(),
            "GET snapshot": lambda _: sandbox.snapshot(),
            "POST snapshot": self._take_or_save,
        }

    def _move_clock(self, body: Any) -> dict[str, Any]:
        self.sandbox.clock.advance(float(body["advance"]))
        return {"now": self.sandbox.clock.now().isoformat()}

    def _state(self) -> dict[str, Any]:
        providers = self.sandbox.providers
        return {
            "now": self.sandbox.clock.now().isoformat(),
            "calls": self.sandbox.calls,
            "writes": self.sandbox.writes,
            "violations": self.sandbox.violations,
            "faults": self.sandbox.faults.as_list(),
            "providers": {name: each.meter.as_dict() for name, each in providers.items()},
        }

    def _add_faults(self, body: Any) -> dict[str, Any]:
        wanted = body if isinstance(body, list) else [body]
        if not all(isinstance(rule, Mapping) for rule in wanted):
            raise TypeError("A fault must be an object, or a list of them.")
        return {"faults": [rule.as_dict() for rule in self.sandbox.faults.add(*wanted)]}

    def _change(self, name: str, path: list[str], wanted: Any) -> dict[str, Any]:
        provider = self.sandbox.providers.get(name)
        if provider is None:
            raise ValueError(f"There is no provider {name!r}.")
        if not isinstance(wanted, dict):
            raise TypeError("The body must be an object.")
        with provider.lock:
            return provider.change(path, wanted)

    def _flush(self) -> int:
        providers = self.sandbox.providers.values()
        return sum([provider.flush_webhooks(force=True) for provider in providers])

    def _take_or_save(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """A body is a snapshot to go back to; without one the state is saved to its file."""
        if body:
            self.sandbox.restore(body)
            return {}
        if self.state_path is None:
            raise ValueError("The sandbox has no state file; start it with --state FILE.")
        save_state(self.sandbox, self.state_path)
        return {"saved": str(self.state_path)}
