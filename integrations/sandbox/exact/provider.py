"""The Exact Online stand-in: gate, service, sign-in, webhooks and the in-process hand."""

from __future__ import annotations

import hashlib
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from integrations.sandbox.core import Meter, Request, Response, Setting
from integrations.sandbox.exact import company, documents, notices, portal_screen, record_screen
from integrations.sandbox.exact.call import Call
from integrations.sandbox.exact.catalogue import ENTITIES
from integrations.sandbox.exact.division import Division, Person, Shared
from integrations.sandbox.exact.gate import Rights, enter, require_rights
from integrations.sandbox.exact.hand import Hand
from integrations.sandbox.exact.messages import Refused, Stopped, error, refusal
from integrations.sandbox.exact.notices import Notices
from integrations.sandbox.exact.oauth import SignIn
from integrations.sandbox.exact.service import Place, Service, place_of
from integrations.sandbox.exact.throttle import Throttle
from integrations.sandbox.faults import KINDS, FaultRule, Kind
from integrations.sandbox.tokens import App

GENERIC = (
    "A problem has occurred. The cause of this issue will be investigated as soon as possible. "
    "Please try again later."
)


class Exact(Hand):
    """One customer of Exact Online with its divisions, and one app connected to it."""

    name = "exact"
    fault_kinds: ClassVar[Mapping[str, Kind]] = {
        **KINDS,
        # Somebody else changes the record just before a write of it.
        "stale_version": Kind("PUT"),
    }

    def __init__(self, setting: Setting) -> None:
        self.lock = threading.RLock()
        self.meter = Meter()
        self._clock = setting.clock
        self.app = App(
            client_id=str(uuid.UUID(_secret(setting.seed, "client")[:32])),
            client_secret=_secret(setting.seed, "secret")[:12],
            redirect_uris=(),
            scopes=(),
        )
        self.webhooks = Notices(
            setting.clock, self.app.client_id, _secret(setting.seed, "webhook")[:24]
        )
        self.shared = Shared(
            setting.clock,
            setting.seed,
            ENTITIES,
            company.people(setting.seed),
            client_id=self.app.client_id,
        )
        self.divisions = company.divisions(self.shared)
        self.shared.listener = self.webhooks.hear
        self.shared.probe = notices.probe
        # The one that the user opened last in Exact's own screens.
        self.current = company.MAIN
        self.rights = Rights()
        self.throttle = Throttle(setting.clock, self.meter, setting.real_limits)
        self.sign_in = SignIn(
            setting.clock, setting.seed, self.app, self.shared.people[0].id, self.meter
        )
        self._service = Service(self.meter)
        access, self._refresh = self.sign_in.first_tokens()
        # What `ready` shows: the same for a seed, so that a reset leaves clients signed in.
        self._access = access.value

    @property
    def user(self) -> Person:
        """Who consented to the app."""
        return self.shared.people[0]

    # What the server asks

    def handle(self, request: Request) -> Response:
        if self.sign_in.handles(request.path):
            self.meter.call(f"{request.method} {request.path}")
            return self.sign_in.handle(request)
        if record_screen.is_screen(request.path):
            with self.lock:
                if portal_screen.is_asked(request):
                    return portal_screen.answer(request, self)
                return record_screen.answer(request, self)
        place = place_of(request.path)
        self.meter.call(f"{request.method} {place.template if place else '/other'}")
        if self.sign_in.tokens.valid("access", request.bearer) is None:
            self._note_expired(place, request)
            return Response(401, b"", (("WWW-Authenticate", "Bearer"),))
        if place is None:
            return error(404, "Resource not found.")
        return self._admitted(place, request)

    def _note_expired(self, place: Place | None, request: Request) -> None:
        """A token that ran out is an error of the endpoint; of any other nobody knows whose."""
        if place is not None and self.sign_in.tokens.find("access", request.bearer):
            self.throttle.note(place.division or self.current, place.resource.path, 401)

    def _admitted(self, place: Place, request: Request) -> Response:
        """Answer a call of a valid token, within the limits."""
        code, endpoint = place.division or self.current, place.resource.path
        refused = self.throttle.admit(code, endpoint)
        if refused is not None:
            return refused
        answer = self._answer(place, code, request)
        self.throttle.note(code, endpoint, answer.status)
        headers = answer.headers + self.throttle.headers(code)
        return Response(answer.status, answer.body, headers)

    def _answer(self, place: Place, code: int, request: Request) -> Response:
        base_url = self._base_url(request)
        try:
            division = enter(self.divisions, code)
            require_rights(self.rights, place.resource, request.method, self.user.language)
            call = Call(request, self.shared, division, self.divisions, self.user, base_url)
            return self._service.answer(place, call)
        except Stopped as stop:
            return error(stop.status, stop.text)
        except Refused as reasons:
            return refusal(reasons, self.user.language)

    def apply_fault(self, rule: FaultRule, request: Request) -> Response | None:
        """Word a requested fault; None lets the request go on to what the fault has prepared."""
        if rule.kind == "expire_token" and request.bearer:
            self.sign_in.tokens.expire("access", request.bearer)
        elif rule.kind == "stale_version":
            self._change_behind(request)
        elif rule.kind == "status":
            return self._status(rule, request)
        return None

    def change(self, path: list[str], wanted: dict[str, Any]) -> dict[str, Any]:
        """Do what a person does on the screens of Exact, or of the app's registration."""
        if path and path[0] in self._controls:
            self._controls[path[0]](path[1:], wanted)
            return {}
        if path and path[0] in documents.CONTROLS:
            division = self.division(wanted.pop("division", None))
            return documents.CONTROLS[path[0]](division, path[1:], wanted)
        match path:
            case ["tokens", "expire"]:
                return {"expired": self.sign_in.expire()}
            case [group, resource]:
                return {"id": self.add(f"{group}/{resource}", **wanted)}
            case [group, resource, record_id]:
                self.update(f"{group}/{resource}", record_id, **wanted)
            case [group, resource, record_id, "delete"]:
                self.delete(f"{group}/{resource}", record_id, **wanted)
            case [group, resource, record_id, button]:
                self.press(f"{group}/{resource}", record_id, button, **wanted)
            case _:
                raise ValueError(f"Exact's screens have no {'/'.join(path)}.")
        return {"id": path[2]}

    @property
    def _controls(self) -> dict[str, Callable[[list[str], dict[str, Any]], None]]:
        return {
            "settings": lambda _, wanted: self.configure(**wanted),
            "rights": lambda _, wanted: self.restrict(**wanted),
            "disconnect": lambda *_: self.sign_in.disconnect(),
            "webhooks": lambda _, wanted: self.subscribe(
                str(wanted["url"]), *map(str, wanted["topics"])
            ),
            "divisions": self._change_division,
        }

    def _change_division(self, path: list[str], wanted: dict[str, Any]) -> None:
        """`divisions/123` changes or founds one, `divisions/123/move` presses a button."""
        match path:
            case [code] if int(code) in self.divisions:
                self.configure_division(int(code), **wanted)
            case [code]:
                self.add_division(int(code), **wanted)
            case [code, "move"]:
                self.move(int(code))
            case [code, "link-hr"]:
                self.link_hr(int(code))
            case [code, "open"]:
                self.current = self.division(int(code)).code
            case _:
                raise ValueError(f"Exact's screens have no divisions/{'/'.join(path)}.")

    # The app's registration and what the customer lets it do

    def configure(self, **wanted: Any) -> None:
        """Settings: language, zone, redirect_uris, minute_calls, day_calls …."""
        if unknown := sorted(set(wanted) - self._settings.keys()):
            raise ValueError(f"Unknown settings: {', '.join(unknown)}.")
        with self.lock:
            for name, value in wanted.items():
                self._settings[name](value)

    @property
    def _settings(self) -> dict[str, Callable[[Any], None]]:
        throttle = self.throttle
        return {
            "language": lambda value: self.speak(str(value)),
            "zone": lambda value: setattr(self.shared, "zone", ZoneInfo(str(value))),
            "redirect_uris": lambda value: self.sign_in.register(tuple(map(str, value))),
            "real_limits": lambda value: setattr(throttle, "is_on", bool(value)),
            "minute_calls": lambda value: throttle.allow(minute_calls=int(value)),
            "day_calls": lambda value: throttle.allow(day_calls=int(value)),
            "blocks_errors": lambda value: setattr(throttle, "blocks_errors", bool(value)),
            "demands_filters": lambda value: setattr(self._service, "demands_filters", bool(value)),
        }

    def restrict(
        self,
        scopes: Mapping[str, str] | None = None,
        resources: Iterable[str] = (),
        unauthorised: Iterable[str] = (),
    ) -> None:
        """Take rights away: scopes of the app ("none" or "read"), resources of the user.

        `unauthorised` resources answer 401 instead of 403. What is not named is given back.
        """
        with self.lock:
            self.rights.scopes = {name: left == "read" for name, left in (scopes or {}).items()}
            self.rights.resources = set(resources)
            self.rights.unauthorised = set(unauthorised)

    def access_token(self) -> str:
        """A fresh access token, so that time may pass in a test."""
        with self.lock:
            return self.sign_in.access_token()

    # State

    def flush_webhooks(self, force: bool = False) -> int:
        due = self.webhooks.outbox.take_due(force)
        return sum(self.webhooks.outbox.send(delivery) for delivery in due)

    def snapshot(self) -> dict[str, Any]:
        return {
            "divisions": [division.snapshot() for division in self.divisions.values()],
            "people": [vars(person).copy() for person in self.shared.people],
            "made": self.shared.made,
            "zone": self.shared.zone.key,
            "current": self.current,
            "rights": self.rights.as_dict(),
            "throttle": self.throttle.as_dict(),
            "sign_in": self.sign_in.snapshot(),
            "ready": [self._access, self._refresh],
        }

    def restore(self, state: dict[str, Any]) -> None:
        self.shared.people[:] = [Person(**each) for each in state["people"]]
        self.shared.made = state["made"]
        self.shared.zone = ZoneInfo(state["zone"])
        restored = (Division.restored(self.shared, each) for each in state["divisions"])
        self.divisions = {division.code: division for division in restored}
        self.current = state["current"]
        self.rights.restore(state["rights"])
        self.sign_in.restore(state["sign_in"])
        self._access, self._refresh = state["ready"]
        self.webhooks.outbox.clear()
        self.throttle.restore(state["throttle"])

    def ready(self, base_url: str) -> dict[str, Any]:
        with self.lock:
            self.webhooks.base_url = base_url
            if self.sign_in.tokens.valid("access", self._access) is None:
                # Not a new consent, which would end the chain that a client lives on.
                self._access = self.sign_in.access_token()
            self._refresh = self.sign_in.latest()
        return {
            "base_url": base_url,
            "account_id": str(company.MAIN),
            "client_id": self.app.client_id,
            "client_secret": self.app.client_secret,
            "access_token": self._access,
            "refresh_token": self._refresh,
            "webhook_secret": self.webhooks.secret,
        }

    def _base_url(self, request: Request) -> str:
        """Where the client sees this server: what it is told to follow must lead there."""
        host = request.header("host")
        if host:
            self.webhooks.base_url = f"http://{host}/{self.name}"
        return self.webhooks.base_url

    def _change_behind(self, request: Request) -> None:
        place = place_of(request.path)
        if place is None or place.resource.path not in ENTITIES:
            return
        division = self.divisions.get(place.division)
        key = place.key.removeprefix("guid").strip("'").lower()
        if division is not None and division.find(place.resource.path, key):
            division.touch(place.resource.path, key)

    def _status(self, rule: FaultRule, request: Request) -> Response:
        place = place_of(request.path)
        self.meter.call(f"{request.method} {place.template if place else '/other'}")
        after = (("Retry-After", rule.retry_after),) if rule.retry_after else ()
        if rule.body is not None:
            return Response(rule.status, rule.body.encode(), after)
        if rule.status in (401, 429):
            return Response(rule.status, b"", after)
        worded = error(rule.status, "Forbidden" if rule.status == 403 else GENERIC)
        return Response(rule.status, worded.body, worded.headers + after)


def _secret(seed: int, use: str) -> str:
    return hashlib.sha256(f"exact {seed} {use}".encode()).hexdigest()
