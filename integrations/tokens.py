"""A connection's tokens: kept encrypted, renewed ahead of time, by one worker at a time.

Some providers replace the refresh token and treat a second refresh with the old one as theft, so
a refresh is claimed in the row first, and the new refresh token is stored before it is used.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q

from integrations import oauth
from integrations.autocommit import demand_autocommit
from integrations.contract import Category, ConnectorError, Fault, RetryLater, SignInAgain
from integrations.http import Clock, Sleep, utc_now
from integrations.models import Connection, ConnectionQuerySet, ConnectionState
from integrations.oauth import KeepToken, NoAnswer, OAuthApp, TokenAnswer
from integrations.pausing import pause
from integrations.providers import learn_from, oauth_app

# Renewed when this is left, or a fifth of the token's life if that is less.
SKEW = timedelta(minutes=5)
SKEW_PART = 5
# Longer than a refresh call and its repetition can take.
CLAIM_LASTS = timedelta(seconds=90)
LOOK_AGAIN_SECONDS = 0.1
WAIT_SECONDS = 20.0
FOREVER = datetime.max.replace(tzinfo=UTC)
# After a refresh without an answer, while the old token still serves.
NEXT_TRY = timedelta(seconds=60)

GONE = Fault(
    Category.CONNECTION_REAUTH,
    "disconnected",
    "This connection was disconnected. Connect it again.",
)
BUSY = Fault(Category.TRANSIENT, "renewing", "Another worker is renewing the sign-in.")
TOO_EARLY = Fault(
    Category.TRANSIENT,
    "too_early",
    "The provider renews the sign-in only after some minutes. Saldo waits for that.",
)


@dataclass(frozen=True, slots=True)
class Held:
    """The access token this process last saw, and until when it is good enough to send."""

    access_token: str
    renew_at: datetime
    expires_at: datetime


class StoredTokens:
    """The Tokens port of `http` for one connection."""

    def __init__(
        self,
        connection: Connection,
        *,
        app: Callable[[], OAuthApp] | None = None,
        clock: Clock = utc_now,
        sleep: Sleep = time.sleep,
    ) -> None:
        self._pk, self._tenant_id = connection.pk, connection.tenant_id
        self._app = app or (lambda: oauth_app(connection.provider, connection.environment))
        self._clock = clock
        self._sleep = sleep
        self._held: Held | None = None

    def current(self) -> str:
        """An access token that is good for minutes yet. Raises SignInAgain, RetryLater."""
        now = self._clock()
        if self._held and now < self._held.renew_at:
            return self._held.access_token
        row = self._read()
        self._held = held = hold(row)
        if now < held.renew_at:
            return held.access_token
        if now >= held.expires_at:
            return self._renewed(held.access_token, patience=WAIT_SECONDS)
        if self._is_young(row, now):
            return self._held_until_due(row, held)
        return self._renewed_early(held)

    def renew(self, refused: str) -> str:
        """A token other than the refused one, unless that is too young to be renewed.

        Raises SignInAgain, RetryLater.
        """
        row = self._read()
        if row.access_token == refused and self._is_young(row, self._clock()):
            return refused
        return self._renewed(refused, patience=WAIT_SECONDS)

    def _is_young(self, row: Connection, now: datetime) -> bool:
        """Whether the provider would refuse to renew this token for being too new."""
        earliest = self._app().earliest_refresh
        if not earliest or row.refreshed_at is None:
            return False
        return now - row.refreshed_at < timedelta(seconds=earliest)

    def _held_until_due(self, row: Connection, held: Held) -> str:
        """The token serves until its provider lets us renew it."""
        due = (row.refreshed_at or held.renew_at) + timedelta(seconds=self._app().earliest_refresh)
        self._held = Held(held.access_token, min(due, held.expires_at), held.expires_at)
        return held.access_token

    def _renewed_early(self, held: Held) -> str:
        """The old token still serves, so nobody waits and no trouble with the renewal matters."""
        try:
            return self._renewed(held.access_token, patience=0.0)
        except RetryLater:
            next_try = min(held.expires_at, self._clock() + NEXT_TRY)
            self._held = Held(held.access_token, next_try, held.expires_at)
            return held.access_token

    def _renewed(self, stale: str, patience: float) -> str:
        """A token that is not `stale`: another worker's, or by a refresh of our own."""
        demand_autocommit()
        while not (claim := self._claim()):
            row = self._read()
            if row.access_token != stale:
                return self._keep(hold(row))
            self._heed_delay(row)
            if patience <= 0:
                raise RetryLater(BUSY, LOOK_AGAIN_SECONDS)
            self._sleep(LOOK_AGAIN_SECONDS)
            patience -= LOOK_AGAIN_SECONDS
        return self._refresh(stale, claim)

    def _refresh(self, stale: str, claim: datetime) -> str:
        # Read after claiming: another worker may just have finished.
        row = self._read()
        if row.access_token != stale:
            self._release(claim)
            return self._keep(hold(row))
        try:
            answer = self._ask(row.refresh_token)
        except KeepToken as early:
            kept = self._rows().exclude(state=ConnectionState.DISCONNECTED)
            kept.update(refresh_token=early.refresh_token)
            self._delay(claim, early.after)
            raise
        except SignInAgain as refusal:
            return self._refused(row, refusal)
        except RetryLater as trouble:
            # No answer: the old refresh token is tried again, for most providers keep it valid.
            self._delay(claim, trouble.after)
            raise
        except ConnectorError as trouble:
            self._release(claim)
            learn_from(trouble)
            raise
        return self._store(row, answer)

    def _ask(self, refresh_token: str) -> TokenAnswer:
        """A refresh, asked a second time where the answer to the first was lost.

        Only at providers that refuse an early refresh: there a token that was given out and lost
        may stand in the way of the next one for minutes.
        """
        app = self._app()
        try:
            return oauth.refresh(app, refresh_token)
        except NoAnswer:
            if not app.earliest_refresh:
                raise
            return oauth.refresh(app, refresh_token)

    def _delay(self, claim: datetime, seconds: float) -> None:
        """Nobody asks before the provider lets us: the claim stays that long."""
        if not self._app().earliest_refresh or seconds <= CLAIM_LASTS.total_seconds():
            self._release(claim)
            return
        until = self._clock() + timedelta(seconds=seconds)
        self._rows().filter(refresh_claimed_until=claim).update(refresh_claimed_until=until)

    def _heed_delay(self, row: Connection) -> None:
        """Raises RetryLater when the renewal is put off, instead of waiting for a worker."""
        until, now = row.refresh_claimed_until, self._clock()
        if until is not None and until - now > CLAIM_LASTS:
            raise RetryLater(TOO_EARLY, (until - now).total_seconds())

    def _refused(self, row: Connection, refusal: SignInAgain) -> str:
        """Final, unless our claim ran out and another worker renewed with the same token."""
        newer = self._read()
        if newer.refresh_token != row.refresh_token:
            return self._keep(hold(newer))
        pause(row, refusal.fault)
        self._rows().update(refresh_claimed_until=None)
        raise refusal

    def _store(self, row: Connection, answer: TokenAnswer) -> str:
        changes = token_changes(answer, self._clock())
        kept = self._rows().exclude(state=ConnectionState.DISCONNECTED)
        if not kept.update(refresh_claimed_until=None, **changes):
            # Disconnected while we asked: what we were given must not outlive that.
            oauth.revoke(self._app(), answer.refresh_token)
            raise SignInAgain(GONE)
        for name, value in changes.items():
            setattr(row, name, value)
        return self._keep(hold(row))

    def _claim(self) -> datetime | None:
        """Take the renewal for this worker; None when another has it."""
        now = self._clock()
        until = now + CLAIM_LASTS
        free = Q(refresh_claimed_until=None) | Q(refresh_claimed_until__lt=now)
        return until if self._rows().filter(free).update(refresh_claimed_until=until) else None

    def _release(self, claim: datetime) -> None:
        self._rows().filter(refresh_claimed_until=claim).update(refresh_claimed_until=None)

    def _keep(self, held: Held) -> str:
        self._held = held
        return held.access_token

    def _read(self) -> Connection:
        """The row as it is now; raises SignInAgain when there is nothing left to renew."""
        row = self._rows().first()
        if row is None or row.state == ConnectionState.DISCONNECTED or not row.access_token:
            raise SignInAgain(GONE)
        return row

    def _rows(self) -> ConnectionQuerySet:
        return Connection.objects.for_tenant(self._tenant_id).filter(pk=self._pk)


def hold(row: Connection) -> Held:
    """The row's access token with the moment from which it should be renewed."""
    expires_at = row.access_expires_at
    if expires_at is None:
        # A token of a kind that never runs out.
        return Held(row.access_token, FOREVER, FOREVER)
    life = expires_at - (row.refreshed_at or expires_at)
    skew = min(SKEW, life / SKEW_PART) if life else SKEW
    return Held(row.access_token, expires_at - skew, expires_at)


def token_changes(answer: TokenAnswer, now: datetime) -> dict[str, Any]:
    """What a token answer changes in the connection's row."""
    changes: dict[str, Any] = {
        "access_token": answer.access_token,
        "refresh_token": answer.refresh_token,
        "refreshed_at": now,
        "access_expires_at": now + timedelta(seconds=answer.expires_in),
    }
    if answer.refresh_expires_in is not None:
        changes["refresh_expires_at"] = now + timedelta(seconds=answer.refresh_expires_in)
    return changes
