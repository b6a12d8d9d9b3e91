"""One folder per provider; here is what they have in common to declare themselves with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from integrations.contract import Company, Connector, Event, WebhookRequest
from integrations.http import Clock, DayRule, Http
from integrations.oauth import OAuthApp, TokenAnswer


@dataclass(frozen=True, slots=True)
class Hosts:
    """The addresses of one environment of a provider, without a slash at the end."""

    # Base of the API calls, and of the screens that people use.
    api: str
    app: str
    # Whole addresses of the consent page and of the token calls; no revoke call: empty.
    authorize: str
    token: str
    revoke: str = ""


class OpenConnector(Protocol):
    """Makes a connector for one connection; `http` already calls `hosts.api`."""

    def __call__(
        self, http: Http, external_id: str, hosts: Hosts, environment: str, clock: Clock
    ) -> Connector: ...


@dataclass(frozen=True, slots=True)
class Provider:
    """What the application needs to know of a provider before there is a connection."""

    code: str
    label: str
    connector: OpenConnector
    # By environment: "live", and "test" where the provider has test companies of its own; or by
    # country ("nl", "be" …) where each country has a site of its own, our first one first.
    hosts: Mapping[str, Hosts]
    # The same addresses at a sandbox; takes its address including the provider's mount.
    hosts_at: Callable[[str], Hosts]
    scopes: tuple[str, ...]
    # (hosts, client id, client secret, redirect address)
    oauth: Callable[[Hosts, str, str, str], OAuthApp]
    # (request, secret, now) -> events; raises BadSignature.
    webhook_events: Callable[[WebhookRequest, str, datetime], Sequence[Event]]
    # (query of the callback, token answer) -> the provider's id of the connected account.
    external_id_from_callback: Callable[[Mapping[str, str], TokenAnswer], str]
    # Webhooks are signed with a word of their own instead of with the client secret.
    has_webhook_token: bool = False
    # Takes our application out of the connected account; raises ConnectorError.
    uninstall: Callable[[Http], None] | None = None
    # The day's calls of a company, where the provider counts them.
    day: DayRule | None = None
    # The companies that a fresh sign-in opens, where one sign-in may open several; then nobody
    # asks `external_id_from_callback`. Raises ConnectorError.
    companies: Callable[[Http], Sequence[Company]] | None = None
    # (calls, company, our address) Makes sure that the company's webhooks come to our address:
    # what is there stays, what is missing is made. Raises ConnectorError.
    subscribe: Callable[[Http, str, str], None] | None = None
