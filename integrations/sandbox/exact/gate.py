"""Who may do what: tokens, divisions, scopes of the app and rights of the user."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from integrations.sandbox.exact.division import Division
from integrations.sandbox.exact.messages import Stopped
from integrations.sandbox.exact.resources import Resource

NOT_AUTHORISED = ("Niet gemachtigd", "Not authorized")
NOT_IN_SCOPE = "Forbidden - User division is not within division scope"
NOT_GRANTED = "Forbidden"


@dataclass
class Rights:
    """What was taken away from the app or its user; nothing at first."""

    # Scopes that the app registration lacks, by whether it can still read.
    scopes: dict[str, bool] = field(default_factory=dict)
    # Resources that the user has no rights to.
    resources: set[str] = field(default_factory=set)
    # Resources that answer as if the token were at fault.
    unauthorised: set[str] = field(default_factory=set)

    def as_dict(self) -> dict[str, Any]:
        return {
            "scopes": dict(self.scopes),
            "resources": sorted(self.resources),
            "unauthorised": sorted(self.unauthorised),
        }

    def restore(self, state: dict[str, Any]) -> None:
        self.scopes = dict(state["scopes"])
        self.resources = set(state["resources"])
        self.unauthorised = set(state["unauthorised"])


def enter(divisions: dict[int, Division], code: int) -> Division:
    """The division of an address; raises Stopped (403)."""
    division = divisions.get(code)
    if division is None or not division.books.user_may_enter:
        raise Stopped(403, NOT_IN_SCOPE)
    if not division.books.app_may_enter or division.books.status != 1:
        raise Stopped(403, NOT_GRANTED)
    return division


def require_rights(rights: Rights, resource: Resource, method: str, language: str) -> None:
    """Raises Stopped: 403, or 401 in words where others get an empty one."""
    if resource.path in rights.unauthorised:
        raise Stopped(401, NOT_AUTHORISED[not language.startswith("nl")])
    can_read = rights.scopes.get(resource.scope)
    if resource.scope and can_read is not None and not (can_read and method == "GET"):
        verb = "read" if method == "GET" else "write"
        raise Stopped(403, f"Forbidden - Application Scope Violated. Cannot {verb}")
    if resource.path in rights.resources:
        raise Stopped(403, NOT_GRANTED)
