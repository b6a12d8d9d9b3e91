"""The QuickBooks Online stand-in: gate, service, sign-in, webhooks and the in-process hand."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Mapping
from typing import Any, ClassVar

from integrations.sandbox.core import JSON_HEADERS, Meter, Request, Response, Setting
from integrations.sandbox.faults import KINDS, FaultRule, Kind
from integrations.sandbox.quickbooks import company, document_screen, record_screen
from integrations.sandbox.quickbooks.answers import answer, fault_body, gateway_answer
from integrations.sandbox.quickbooks.entities import BY_PATH, ENTITIES
from integrations.sandbox.quickbooks.faults import (
    GatewayRefused,
    not_authorised,
    system_failure,
    throttled,
    token_expired,
)
from integrations.sandbox.quickbooks.hand import Hand
from integrations.sandbox.quickbooks.notices import CLOUD_EVENTS, OLD_FORM, Notices
from integrations.sandbox.quickbooks.oauth import SCOPE, SCOPES, SignIn
from integrations.sandbox.quickbooks.replays import Replays
from integrations.sandbox.quickbooks.screens import Screens
from integrations.sandbox.quickbooks.service import Service, sent_records
from integrations.sandbox.quickbooks.store import Store
from integrations.sandbox.quickbooks.throttle import Throttle
from integrations.sandbox.tokens import App


class QuickBooks(Hand):
    """One company at QuickBooks Online, with one app connected to it."""

    name = "quickbooks"
    fault_kinds: ClassVar[Mapping[str, Kind]] = {
        **KINDS,
        # Somebody else is faster: only a write can notice.
        "stale_version": Kind("POST", re.compile(r"^/v3/company/[^/]+/(?!query$)[^/]+$")),
        "xml_429": Kind(),
    }

    def __init__(self, setting: Setting) -> None:
        self.lock = threading.RLock()
        self.meter = Meter()
        self.realm = company.REALM
        self._setting = setting
        self._clock = setting.clock
        self.store = Store(setting.clock)
        self.throttle = Throttle(setting.clock, self.meter, setting.real_limits)
        self.app = App(
            client_id=f"ABsandbox{_secret(setting.seed, 'client')[:32]}",
            client_secret=_secret(setting.seed, "secret")[:40],
            redirect_uris=(),
            scopes=tuple(sorted(SCOPES)),
        )
        self.sign_in = SignIn(setting.clock, setting.seed, self.app, self.realm, self.meter)
        self.webhooks = Notices(setting.clock, self.realm, _secret(setting.seed, "verifier"))
        self.store.listener = self.webhooks.hear
        self._replays = Replays()
        self._service = Service(self.store, self._replays, self.meter)
        self._screens = Screens(self.store)
        self._count = 0
        # What `ready` shows: the same for a seed, so that a reset leaves clients signed in.
        self._access, self._refresh = (grant.value for grant in self.sign_in.first_tokens())
        company.open_books(self.store, self.realm)

    # What the server asks

    def handle(self, request: Request) -> Response:
        if self.sign_in.handles(request.path):
            self.meter.call(f"{request.method} {request.path}")
            return self._traced(self.sign_in.handle(request))
        if document_screen.is_screen(request.path):
            with self.lock:
                return document_screen.answer(request, self._screens)
        if record_screen.is_screen(request.path):
            with self.lock:
                return record_screen.answer(
                    request, self._screens.get, self._screens.update, self.all
                )
        parts = self._count_call(request)
        wants_json = "application/json" in request.header("accept")
        try:
            self._admit(request, parts)
        except GatewayRefused as refusal:
            return self._traced(gateway_answer(refusal, self._clock.now(), wants_json))
        status, body = self._service.answer(request, parts[3:], self.realm)
        return self._traced(answer(body, wants_json, status))

    def apply_fault(self, rule: FaultRule, request: Request) -> Response | None:
        """Word a requested fault; None lets the request go on to what the fault has prepared."""
        if rule.kind == "expire_token" and request.bearer:
            self.sign_in.tokens.expire("access", request.bearer)
        elif rule.kind == "stale_version":
            self._change_behind(request)
        elif rule.kind == "xml_429":
            return self._refusal(throttled(), rule, request)
        elif rule.kind == "status":
            return self._status(rule, request)
        return None

    def change(self, path: list[str], wanted: dict[str, Any]) -> dict[str, Any]:
        """Do what a person does on the screens of QuickBooks, or of the app's settings."""
        match path:
            case ["webhooks"]:
                self.subscribe(str(wanted["target_url"]), str(wanted.get("form", CLOUD_EVENTS)))
            case ["company"]:
                self.configure(**wanted)
            case ["settings"]:
                self._set(wanted)
            case ["tokens", "expire"]:
                return {"expired": self.sign_in.tokens.expire("access")}
            case ["disconnect"]:
                self.disconnect()
            case _:
                return self._screens.change(path, wanted)
        return {}

    def _set(self, wanted: dict[str, Any]) -> None:
        if unknown := sorted(set(wanted) - {"redirect_uris"}):
            raise ValueError(f"Unknown settings: {', '.join(unknown)}.")
        self.sign_in.register(tuple(map(str, wanted.get("redirect_uris", ()))))

    def flush_webhooks(self, force: bool = False) -> int:
        with self.lock:
            self.webhooks.gather()
            due = self.webhooks.outbox.take_due(force)
        return sum(self.webhooks.outbox.send(delivery) for delivery in due)

    def snapshot(self) -> dict[str, Any]:
        return {
            "store": self.store.snapshot(),
            "sign_in": self.sign_in.snapshot(),
            "ready": [self._access, self._refresh],
            "webhooks": self.webhooks.snapshot(),
            "replays": self._replays.snapshot(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        self.store.restore(state["store"])
        self.sign_in.restore(state["sign_in"])
        self._access, self._refresh = state["ready"]
        self.webhooks.restore(state["webhooks"])
        self._replays.restore(state["replays"])
        self.throttle.clear()

    def ready(self, base_url: str) -> dict[str, Any]:
        with self.lock:
            if self.sign_in.tokens.valid("access", self._access) is None:
                self._access, self._refresh = (g.value for g in self.sign_in.first_tokens())
        return {
            "base_url": base_url,
            "account_id": self.realm,
            "client_id": self.app.client_id,
            "client_secret": self.app.client_secret,
            "access_token": self._access,
            "refresh_token": self._refresh,
            "webhook_secret": self.webhooks.secret,
        }

    # What concerns the app

    def disconnect(self) -> None:
        """The company takes the app's access back: every token is dead at once."""
        with self.lock:
            self.sign_in.tokens.clear()

    def subscribe(self, target_url: str, form: str = CLOUD_EVENTS) -> None:
        """Where changes are told from now on, and in which form; an empty URL ends it."""
        if form not in (CLOUD_EVENTS, OLD_FORM):
            raise ValueError(f"Unknown form of webhooks {form!r}.")
        with self.lock:
            self.webhooks.url, self.webhooks.form = target_url, form

    def access_token(self) -> str:
        """A token that works now, without going through the consent page."""
        with self.lock:
            return self.sign_in.first_tokens()[0].value

    # Inside

    def _admit(self, request: Request, parts: list[str]) -> None:
        grant = self.sign_in.tokens.valid("access", request.bearer)
        if grant is None:
            raise token_expired()
        is_api = parts[:2] == ["v3", "company"] and len(parts) > 3
        if not is_api or parts[2] != grant.account_id or SCOPE not in grant.scopes:
            raise not_authorised()
        self.throttle.admit(parts[3:] == ["batch"])

    def _traced(self, response: Response) -> Response:
        """Every answer names its trace, which Intuit's support asks for."""
        self._count += 1
        trace = _secret(self._setting.seed, f"trace {self._count}")
        intuit_tid = f"1-{trace[:8]}-{trace[8:32]}"
        return Response(
            response.status, response.body, (*response.headers, ("intuit_tid", intuit_tid))
        )

    def _change_behind(self, request: Request) -> None:
        """Let somebody else change the records that a write means, just before it."""
        for name, record_id in sent_records(request):
            entity = ENTITIES.get(name) or BY_PATH.get(name)
            row = self.store.find(entity.name, str(record_id)) if entity else None
            if entity is not None and row is not None:
                self.store.save(entity, row.record(), row, "Update")

    def _count_call(self, request: Request) -> list[str]:
        """Note a call in the meter; the parts of its path."""
        parts = request.path.strip("/").split("/")
        self.meter.call(_template(request.method, parts))
        return parts

    def _status(self, rule: FaultRule, request: Request) -> Response:
        if rule.body is not None:
            self._count_call(request)
            return self._traced(Response(rule.status, rule.body.encode(), _after(rule)))
        gateway = {401: token_expired, 403: not_authorised, 429: throttled}.get(rule.status)
        if gateway is not None:
            return self._refusal(gateway(), rule, request)
        self._count_call(request)
        body = fault_body(system_failure(rule.status), self._clock.now())
        return self._traced(Response(rule.status, body, JSON_HEADERS + _after(rule)))

    def _refusal(self, refusal: GatewayRefused, rule: FaultRule, request: Request) -> Response:
        self._count_call(request)
        wants_json = "application/json" in request.header("accept")
        shown = gateway_answer(refusal, self._clock.now(), wants_json)
        return self._traced(Response(shown.status, shown.body, shown.headers + _after(rule)))


def _after(rule: FaultRule) -> tuple[tuple[str, str], ...]:
    return (("Retry-After", rule.retry_after),) if rule.retry_after else ()


def _template(method: str, parts: list[str]) -> str:
    """The call without its ids, for the counters."""
    if parts[:2] != ["v3", "company"] or len(parts) < 4:
        return f"{method} /other"
    known = parts[3] in BY_PATH or parts[3] in ("query", "cdc", "batch")
    name = parts[3] if known else "{entity}"
    return f"{method} /v3/company/{{realm}}/{name}" + ("/{id}" if len(parts) > 4 else "")


def _secret(seed: int, use: str) -> str:
    return hashlib.sha256(f"quickbooks {seed} {use}".encode()).hexdigest()
