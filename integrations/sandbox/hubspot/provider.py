"""The stand-in HubSpot account: routes calls, checks tokens and limits, keeps the state."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, ClassVar

from integrations.sandbox.core import Headers, Meter, Request, Response, Setting
from integrations.sandbox.faults import KINDS, FaultRule, Kind
from integrations.sandbox.hubspot import record_screen
from integrations.sandbox.hubspot.account import Account
from integrations.sandbox.hubspot.billing_desk import ACCOUNT_SETTINGS
from integrations.sandbox.hubspot.call import Call
from integrations.sandbox.hubspot.crm import Crm
from integrations.sandbox.hubspot.desk_control import run_change
from integrations.sandbox.hubspot.events import Events
from integrations.sandbox.hubspot.oauth_api import ACCESS_SECONDS, CODE_SECONDS, REFRESH_SECONDS
from integrations.sandbox.hubspot.refusals import (
    Refusal,
    method_not_allowed,
    missing_scopes,
    not_authenticated,
    not_found,
    rate_limited,
    token_expired,
    unsupported_media_type,
    uri_too_long,
)
from integrations.sandbox.hubspot.rendering import Renderer
from integrations.sandbox.hubspot.routes import Route, find_route
from integrations.sandbox.hubspot.sales_desk import SalesDesk
from integrations.sandbox.hubspot.search import Searcher
from integrations.sandbox.limits import RollingWindow
from integrations.sandbox.tokens import App, Grant, TokenStore

SEARCH_LAG_SECONDS = 0.4
# HubSpot names no length; long lists of properties are known to reach it.
MAX_ADDRESS = 8_192
CALLS = 110
CALLS_SECONDS = 10
SEARCHES = 5
OBJECTS = ("contacts", "companies", "deals", "products", "line_items", "invoices",
           "commercepayments", "quotes")  # fmt: skip
SCOPES = (
    "oauth",
    *(f"crm.objects.{name}.{right}" for name in OBJECTS for right in ("read", "write")),
    *(f"crm.schemas.{name}.{right}" for name in OBJECTS for right in ("read", "write")),
    "crm.objects.owners.read",
    "e-commerce",
    "settings.currencies.read",
    "tax_rates.read",
    "files",
    "automation",
    "timeline",
)


class HubSpot(SalesDesk):
    """One account with one app installed in it."""

    fault_kinds: ClassVar[Mapping[str, Kind]] = KINDS

    def __init__(
        self, setting: Setting, name: str = "hubspot", account: Account | None = None
    ) -> None:
        self.name = name
        self.setting = setting
        self.clock = setting.clock
        self.lock = threading.RLock()
        self.meter = Meter()
        account = account or Account()
        # One application, whatever account it is installed in.
        self.app = App(
            client_id=f"hubspot-client-{setting.seed}",
            client_secret=f"hubspot-secret-{setting.seed}",
            redirect_uris=(),
            scopes=SCOPES,
            app_id=4100001,
        )
        # What the app demands of every installation, and what the account's subscription has.
        self.required_scopes: frozenset[str] = frozenset()
        self.account_scopes: frozenset[str] = frozenset(SCOPES)
        self.rotate_refresh_tokens = False
        self.base_url = "https://api.hubapi.com"
        self.tokens = TokenStore(self.clock, setting.seed, name)
        lag = SEARCH_LAG_SECONDS if setting.real_limits else 0.0
        events = Events(self.clock, account.portal_id, self.app.app_id, self.app.client_secret)
        self.crm = Crm(self.clock, events, self.meter, lag, account)
        self.renderer = Renderer(self.crm, account.portal_id)
        self.searcher = Searcher(self.crm)
        self.window = RollingWindow(self.clock, CALLS, CALLS_SECONDS)
        self.search_window = RollingWindow(self.clock, SEARCHES, 1)
        refresh = self.issue("refresh", SCOPES, REFRESH_SECONDS)
        access = self.issue("access", SCOPES, ACCESS_SECONDS, refresh.sign_in)
        self.refresh_token, self.access_token = refresh.value, access.value

    @property
    def account(self) -> Account:
        return self.crm.account

    # Calls --------------------------------------------------------------------------------

    def handle(self, request: Request) -> Response:
        """Answer one call; the path is HubSpot's own."""
        if record_screen.is_screen(request.path):
            with self.lock:
                return record_screen.answer(self, request)
        route, parts, other_method = find_route(request.method, request.path)
        if route is None:
            self.meter.call(f"{request.method} (unknown)")
            return (method_not_allowed() if other_method else not_found()).response()
        self.meter.call(self._template(route, parts))
        extra: Headers = ()
        try:
            if len(request.path) + len(request.raw_query) > MAX_ADDRESS:
                raise uri_too_long()
            call = Call(self, request, None, parts)
            if route.access:
                call.grant = self._authenticate(request)
                extra = self._count(route)
                self._check_scope(route, call)
                _check_media_type(request)
            answer = route.handler(call)
        except Refusal as refusal:
            answer = refusal.response()
        if not extra:
            return answer
        return Response(answer.status, answer.body, answer.headers + extra)

    def _template(self, route: Route, parts: Sequence[str]) -> str:
        if "{type}" not in route.shape:
            return route.template("")
        name = self.crm.names.get(parts[0].lower(), "{type}")
        return route.template(name)

    def _authenticate(self, request: Request) -> Grant:
        value = request.bearer
        if not value:
            raise not_authenticated()
        grant = self.tokens.find("access", value)
        now = self.clock.time()
        if grant is None:
            # A token HubSpot cannot read is told to have expired in 1970.
            raise token_expired(0, now)
        if self.tokens.is_expired(grant):
            raise token_expired(grant.expires_at, now)
        return grant

    def _count(self, route: Route) -> Headers:
        """Count the call against its limit; the headers that tell of it."""
        if not self.setting.real_limits:
            return ()
        if route.shape[-1:] == ("search",):
            # Search has a limit of its own, is exempt from the other, and tells of neither.
            if not self.search_window.take():
                raise self._limited("SECONDLY")
            return ()
        if not self.window.take():
            raise self._limited("TEN_SECONDLY_ROLLING", self._limit_headers())
        return self._limit_headers()

    def _limit_headers(self) -> Headers:
        return (
            ("X-HubSpot-RateLimit-Max", str(CALLS)),
            ("X-HubSpot-RateLimit-Remaining", str(self.window.remaining)),
            ("X-HubSpot-RateLimit-Interval-Milliseconds", str(CALLS_SECONDS * 1000)),
        )

    def _limited(self, policy: str, headers: Headers = ()) -> Refusal:
        self.meter.violate(policy)
        return rate_limited(policy, headers)

    def _check_scope(self, route: Route, call: Call) -> None:
        any_of = self._scopes_for(route, call)
        if call.grant is not None and any_of.isdisjoint(call.grant.scopes):
            raise missing_scopes(sorted(any_of))

    def _scopes_for(self, route: Route, call: Call) -> frozenset[str]:
        if "." in route.access or route.access == "oauth":
            return frozenset({route.access})
        definition = call.store.definition
        needed = {
            "read": definition.any_read_scope,
            "write": definition.any_write_scope,
            "schema read": definition.any_schema_read_scope,
            "schema write": definition.any_schema_write_scope,
        }
        return frozenset(needed[route.access])

    # Tokens -------------------------------------------------------------------------------

    def issue(self, kind: str, scopes: Sequence[str], lasts: float, sign_in: str = "") -> Grant:
        return self.tokens.issue(
            kind,
            client_id=self.app.client_id,
            account_id=str(self.account.portal_id),
            scopes=scopes,
            lasts=lasts,
            sign_in=sign_in,
        )

    def issue_code(self, scopes: Sequence[str], redirect_uri: str) -> str:
        """An authorisation code, as the consent page gives after "allow"."""
        code = self.issue("code", scopes, CODE_SECONDS)
        code.redirect_uri = redirect_uri
        return code.value

    def expire_tokens(self) -> int:
        """Let all access tokens run out now."""
        with self.lock:
            return self.tokens.expire("access")

    def uninstall(self) -> None:
        """The customer removes the app: nobody is told, its tokens are dead."""
        with self.lock:
            self.tokens.clear()
            self.crm.events.forget()

    # The sandbox's own --------------------------------------------------------------------

    def apply_fault(self, rule: FaultRule, request: Request) -> Response | None:
        if rule.kind == "expire_token" and request.bearer:
            self.tokens.expire("access", request.bearer)
            return None
        if rule.kind != "status":
            return None
        route, parts, _ = find_route(request.method, request.path)
        self.meter.call(self._template(route, parts) if route else f"{request.method} (unknown)")
        return fault_response(rule)

    def change(self, path: list[str], wanted: dict[str, Any]) -> dict[str, Any]:
        if path == ["settings"]:
            return self._set(wanted)
        if path == ["tokens", "expire"]:
            return {"expired": self.expire_tokens()}
        if path == ["uninstall"]:
            self.uninstall()
            return {}
        return run_change(self, path, wanted)

    def _set(self, wanted: dict[str, Any]) -> dict[str, Any]:
        known = {"rotate_refresh_tokens", "search_lag_seconds", "account_scopes",
                 "required_scopes", "redirect_uris", *ACCOUNT_SETTINGS}  # fmt: skip
        if unknown := sorted(set(wanted) - known):
            raise ValueError(f"Unknown settings: {', '.join(unknown)}.")
        if "rotate_refresh_tokens" in wanted:
            self.rotate_refresh_tokens = bool(wanted["rotate_refresh_tokens"])
        if "search_lag_seconds" in wanted:
            self.set_search_lag(float(wanted["search_lag_seconds"]))
        if "account_scopes" in wanted:
            self.account_scopes = frozenset(map(str, wanted["account_scopes"]))
        if "required_scopes" in wanted:
            self.required_scopes = frozenset(map(str, wanted["required_scopes"]))
        if "redirect_uris" in wanted:
            self.app = replace(self.app, redirect_uris=tuple(map(str, wanted["redirect_uris"])))
        self.set_account(wanted)
        return {}

    def set_search_lag(self, seconds: float) -> None:
        """How long search does not see a change."""
        with self.lock:
            for store in self.crm.stores.values():
                store.set_lag(seconds)

    def flush_webhooks(self, force: bool = False) -> int:
        with self.lock:
            self.crm.events.collect()
            due = self.crm.events.outbox.take_due(force)
        return sum([self.crm.events.outbox.send(delivery) for delivery in due])

    def ready(self, base_url: str) -> dict[str, Any]:
        self.base_url = base_url
        return {
            "base_url": base_url,
            "account_id": str(self.account.portal_id),
            "client_id": self.app.client_id,
            "client_secret": self.app.client_secret,
            "access_token": self.access_token,
            "refresh_token": self.refresh_token,
            "webhook_secret": self.app.client_secret,
        }

    def snapshot(self) -> dict[str, Any]:
        return {
            "app": asdict(self.app),
            "tokens": self.tokens.snapshot(),
            "ready": [self.access_token, self.refresh_token],
            "rotate_refresh_tokens": self.rotate_refresh_tokens,
            "account_scopes": sorted(self.account_scopes),
            "required_scopes": sorted(self.required_scopes),
            "crm": self.crm.snapshot(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        app = state["app"]
        self.app = App(**app | {"redirect_uris": tuple(app["redirect_uris"]),
                                "scopes": tuple(app["scopes"])})  # fmt: skip
        self.tokens.restore(state["tokens"])
        self.access_token, self.refresh_token = state["ready"]
        self._renew_ready_token()
        self.rotate_refresh_tokens = state["rotate_refresh_tokens"]
        self.account_scopes = frozenset(state["account_scopes"])
        self.required_scopes = frozenset(state["required_scopes"])
        self.crm.restore(state["crm"])
        self.renderer.forget_columns()
        self.searcher = Searcher(self.crm)

    def _renew_ready_token(self) -> None:
        """A state that lay for a while still has an access token to begin with."""
        refresh = self.tokens.valid("refresh", self.refresh_token)
        if refresh is not None and self.tokens.valid("access", self.access_token) is None:
            access = self.issue("access", refresh.scopes, ACCESS_SECONDS, refresh.sign_in)
            self.access_token = access.value


def _check_media_type(request: Request) -> None:
    if request.body and not request.header("content-type").startswith("application/json"):
        raise unsupported_media_type()


def fault_response(rule: FaultRule) -> Response:
    """A requested failure in HubSpot's words."""
    headers: Headers = (("Retry-After", rule.retry_after),) if rule.retry_after else ()
    if rule.body is not None:
        json_type = (("Content-Type", "application/json;charset=utf-8"),)
        return Response(rule.status, rule.body.encode(), json_type + headers)
    if rule.status == 429:
        return rate_limited("TEN_SECONDLY_ROLLING", headers).response()
    category, message = FAULT_WORDS.get(rule.status, ("ERROR", "There was a problem."))
    return Refusal(rule.status, {"message": message, "category": category}, headers).response()


FAULT_WORDS = {
    401: ("EXPIRED_AUTHENTICATION", "The OAuth token used to make this call expired."),
    403: ("MISSING_SCOPES", "This app hasn't been granted all required scopes to make this call."),
    404: ("OBJECT_NOT_FOUND", "resource not found"),
    409: ("CONFLICT", "The record was changed by another call."),
    423: ("LOCKED", "The record is locked by other writes; try again in a moment."),
    477: ("MIGRATION_IN_PROGRESS", "This account is being moved to another data centre."),
    500: ("INTERNAL_ERROR", "internal error"),
    502: ("BAD_GATEWAY", "bad gateway"),
    503: ("SERVICE_UNAVAILABLE", "The service is temporarily unavailable."),
    504: ("GATEWAY_TIMEOUT", "The request timed out."),
}
