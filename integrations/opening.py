"""Opening a connection: its connector with tokens, rate limit, call log and pooled session."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from integrations.autocommit import demand_autocommit
from integrations.budgets import budget_for
from integrations.calls import call_book, flush_calls
from integrations.contract import Connector, Identity, SignInAgain
from integrations.day import PEOPLE
from integrations.http import Call, CallLog, Http, RateRule, Tokens, new_session
from integrations.http import utc_now as now
from integrations.limits import limiter_for
from integrations.models import Connection, ConnectionState
from integrations.providers import hosts_of, provider_of
from integrations.quota import quota_for
from integrations.tokens import GONE, StoredTokens

_sessions: dict[int, requests.Session] = {}
_lock = threading.Lock()
# Two processes must not write into one socket.
os.register_at_fork(after_in_child=_sessions.clear)


def open_connector(connection: Connection, spender: str = PEOPLE) -> Connector:
    """The provider, seen through this connection; whoever uses it calls `flush_calls()` after.

    `spender` is the sync whose share of the day's calls is spent. A paused connection can be
    opened, for checking it; a disconnected one raises SignInAgain. Raises Misconfigured when its
    provider or environment is not served here.
    """
    demand_autocommit()
    if connection.state == ConnectionState.DISCONNECTED:
        raise SignInAgain(GONE)
    session = _session_of(connection)
    tokens, calls = StoredTokens(connection), call_book(connection)
    return _assemble(connection, tokens, calls, session, spender)


@contextmanager
def opened(connection: Connection, spender: str = PEOPLE) -> Iterator[Connector]:
    """The connector for the block; its calls are in the log afterwards."""
    try:
        yield open_connector(connection, spender)
    finally:
        flush_calls([call_book(connection)])


def identity_with(unsaved: Connection, access_token: str) -> Identity:
    """Who answers to this token at this id; for a connection that is not stored yet."""
    with new_session(hosts_of(unsaved.provider, unsaved.environment).api) as session:
        return _assemble(unsaved, FixedToken(access_token), NoLog(), session).identity()


def http_with(connection: Connection, access_token: str) -> Http:
    """Calls with this token while a person waits: tried anew at once or not at all."""
    return _http(connection, FixedToken(access_token), NoLog(), sleep=lambda _: None, max_wait=0.0)


@contextmanager
def sign_in_http(provider: str, environment: str, access_token: str) -> Iterator[Http]:
    """A few calls with a fresh token, before it is known whose company it opens."""
    api = hosts_of(provider, environment).api
    with new_session(api) as session:
        yield Http(api, FixedToken(access_token), NoLimit(), NoLog(), session=session)


@contextmanager
def http_of(connection: Connection) -> Iterator[Http]:
    """Calls of the connection that no connector makes; they are in the log afterwards."""
    demand_autocommit()
    session, calls = _session_of(connection), call_book(connection)
    try:
        yield _http(connection, StoredTokens(connection), calls, session=session)
    finally:
        flush_calls([calls])


def close_session(connection_id: int) -> None:
    """Forget this process's pooled sockets of the connection."""
    with _lock:
        session = _sessions.pop(connection_id, None)
    if session is not None:
        session.close()


@dataclass(frozen=True, slots=True)
class FixedToken:
    """The Tokens port for a token that cannot be renewed."""

    token: str

    def current(self) -> str:
        return self.token

    def renew(self, refused: str) -> str:
        raise SignInAgain(GONE)


class NoLimit:
    """The Limiter port for a few calls to nobody's company."""

    def acquire(self, rule: RateRule) -> float:
        return 0.0

    def hold(self, rule: RateRule, seconds: float) -> None:
        return


class NoLog:
    """The CallLog port where there is no connection yet to log for."""

    def record(self, call: Call) -> None:
        return


def _assemble(
    connection: Connection,
    tokens: Tokens,
    calls: CallLog,
    session: requests.Session,
    spender: str = PEOPLE,
) -> Connector:
    hosts = hosts_of(connection.provider, connection.environment)
    http = _http(connection, tokens, calls, spender, session=session)
    provider = provider_of(connection.provider)
    return provider.connector(http, connection.external_id, hosts, connection.environment, now)


def _http(
    connection: Connection,
    tokens: Tokens,
    calls: CallLog,
    spender: str = PEOPLE,
    **options: Any,
) -> Http:
    return Http(
        hosts_of(connection.provider, connection.environment).api,
        tokens,
        limiter_for(connection),
        calls,
        quota=quota_for(connection, spender),
        budget=budget_for(connection),
        **options,
    )


def _session_of(connection: Connection) -> requests.Session:
    with _lock:
        if connection.pk not in _sessions:
            hosts = hosts_of(connection.provider, connection.environment)
            _sessions[connection.pk] = new_session(hosts.api)
        return _sessions[connection.pk]
