"""Connecting: to the provider's consent page and back.

The way back is trusted only for somebody who left from this browser, within minutes, once: the
signed `state` names a stored attempt, whose nonce the browser's session holds as well.
"""

import secrets
from collections.abc import Mapping, MutableMapping
from datetime import timedelta
from typing import Any

from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Tenant, User
from accounts.permissions import Action, may
from integrations import events, oauth
from integrations.contract import ConnectorError, Identity, SignInAgain
from integrations.models import ConnectAttempt, Connection, ConnectionState
from integrations.oauth import TokenAnswer
from integrations.opening import identity_with
from integrations.providers import learn_from, oauth_app, provider_of
from integrations.tokens import token_changes

STATE_LASTS = timedelta(minutes=10)
STATE_SALT = "integrations.connect"
SESSION_KEY = "connect_nonces"
# Windows of one browser in which somebody may be signing in at once.
OPEN_AT_ONCE = 5

type Session = MutableMapping[str, Any]


class ConnectRefused(Exception):
    """Connecting did not succeed; the message tells the person why and what to do."""

    def __init__(self, message: str, attempt: ConnectAttempt | None = None) -> None:
        super().__init__(message)
        self.message = message
        # To begin again with the same choice; None when it is not known whose attempt it was.
        self.attempt = attempt


def begin_connect(
    session: Session,
    user: User,
    tenant: Tenant,
    provider: str,
    environment: str,
    connection: Connection | None = None,
) -> str:
    """The consent page's address; with a connection, only its company may come back.

    Raises Misconfigured when this provider cannot be connected in this environment.
    """
    app = oauth_app(provider, environment)
    verifier = oauth.new_verifier() if app.pkce else ""
    attempt = ConnectAttempt.objects.create(
        tenant=tenant,
        nonce=secrets.token_urlsafe(32),
        user=user,
        provider=provider,
        environment=environment,
        connection=connection,
        verifier=verifier,
        expires_at=timezone.now() + STATE_LASTS,
    )
    session[SESSION_KEY] = [*session.get(SESSION_KEY, []), attempt.nonce][-OPEN_AT_ONCE:]
    state = signing.dumps({"nonce": attempt.nonce, "tenant": tenant.pk}, salt=STATE_SALT)
    return oauth.authorize_url(app, state, oauth.challenge_for(verifier) if verifier else "")


def finish_connect(
    session: Session, user: User, provider: str, query: Mapping[str, str]
) -> Connection:
    """Turn the provider's answer into a connection, new or renewed; raises ConnectRefused."""
    attempt = _take_attempt(session, user, provider, query.get("state", ""))
    try:
        return _finish(attempt, query)
    except SignInAgain as error:
        message = _("The provider says that this sign-in is spent or too old. Begin again.")
        raise ConnectRefused(message, attempt) from error
    except ConnectorError as error:
        learn_from(error)
        message = _("Connecting failed: %(reason)s") % {"reason": error.fault.message}
        raise ConnectRefused(message, attempt) from error


def _take_attempt(session: Session, user: User, provider: str, state: str) -> ConnectAttempt:
    """The attempt this answer belongs to, used up by this; raises ConnectRefused."""
    try:
        named = signing.loads(state, salt=STATE_SALT, max_age=STATE_LASTS)
    except signing.SignatureExpired as error:
        raise ConnectRefused(_("Signing in took longer than ten minutes. Begin again.")) from error
    except signing.BadSignature as error:
        raise ConnectRefused(
            _("This does not belong to a sign-in begun here. Begin again.")
        ) from error
    nonces = session.get(SESSION_KEY, [])
    own = ConnectAttempt.objects.for_tenant(named["tenant"]).filter(
        nonce=named["nonce"], user=user, provider=provider
    )
    if named["nonce"] not in nonces or not own.exists():
        raise ConnectRefused(_("This sign-in was begun in another browser. Begin again here."))
    session[SESSION_KEY] = [nonce for nonce in nonces if nonce != named["nonce"]]
    if not own.filter(used_at=None).update(used_at=timezone.now()):
        raise ConnectRefused(_("This sign-in was used already. Look at your connections."))
    return own.select_related("tenant", "connection").get()


def _finish(attempt: ConnectAttempt, query: Mapping[str, str]) -> Connection:
    if not may(attempt.user, Action.MANAGE_CONNECTIONS, attempt.tenant):
        raise ConnectRefused(_("You may not connect anything for this company any more."), attempt)
    if query.get("error") or not query.get("code"):
        raise ConnectRefused(_refusal(query), attempt)
    app = oauth_app(attempt.provider, attempt.environment)
    answer = oauth.exchange(app, query["code"], attempt.verifier)
    external_id = provider_of(attempt.provider).external_id_from_callback(query, answer)
    if not external_id:
        raise ConnectRefused(_("The provider did not say which company this is."), attempt)
    _demand_same_company(attempt, external_id)
    wanted = Connection(
        tenant=attempt.tenant,
        provider=attempt.provider,
        environment=attempt.environment,
        external_id=external_id,
    )
    # The id may have come through the browser: only what the provider itself says about the
    # token makes it this company's.
    identity = identity_with(wanted, answer.access_token)
    if identity.external_id != external_id:
        raise ConnectRefused(_("The provider's answers name two different companies."), attempt)
    granted = answer.scopes or identity.scopes
    _demand_scopes(attempt, app.scopes, granted)
    return _store(attempt, wanted, identity, answer, granted)


def _refusal(query: Mapping[str, str]) -> str:
    if query.get("error") == "access_denied":
        return _("You did not allow the access, so nothing was connected.")
    if not query.get("error"):
        return _("The provider sent no code, so nothing was connected.")
    said = query.get("error_description") or query["error"]
    return _("The provider refused: %(reason)s") % {"reason": said[:200]}


def _demand_same_company(attempt: ConnectAttempt, external_id: str) -> None:
    renewed = attempt.connection
    if renewed is None or renewed.external_id == external_id:
        return
    message = _(
        "You signed in to another company (%(found)s) than this connection is for (%(wanted)s). "
        "Nothing was changed. To connect the other company, add a new connection."
    )
    names = {"found": external_id, "wanted": renewed.company_name or renewed.external_id}
    raise ConnectRefused(message % names, attempt)


def _demand_scopes(
    attempt: ConnectAttempt, required: tuple[str, ...], granted: tuple[str, ...]
) -> None:
    """Some providers drop scopes silently; others (QuickBooks) do not tell what they granted."""
    missing = sorted(set(required) - set(granted)) if granted else []
    if not missing:
        return
    message = _(
        "The access is not complete, so nothing was connected. Missing: %(scopes)s. Begin again "
        "and allow everything on the provider's page; it may need an administrator there."
    )
    raise ConnectRefused(message % {"scopes": ", ".join(missing)}, attempt)


def _store(
    attempt: ConnectAttempt,
    wanted: Connection,
    identity: Identity,
    answer: TokenAnswer,
    granted: tuple[str, ...],
) -> Connection:
    now = timezone.now()
    values: dict[str, Any] = {
        **identity_changes(identity),
        **token_changes(answer, now),
        "scopes": list(granted),
        "state": ConnectionState.ACTIVE,
        "pause_category": "",
        "pause_message": "",
        "paused_at": None,
        "refresh_claimed_until": None,
        "connected_by": attempt.user,
        "connected_at": now,
    }
    connection, _created = Connection.objects.for_tenant(attempt.tenant).update_or_create(
        tenant=attempt.tenant,
        provider=wanted.provider,
        environment=wanted.environment,
        external_id=wanted.external_id,
        defaults=values,
    )
    events.tell_state(connection)
    return connection


def identity_changes(identity: Identity) -> dict[str, Any]:
    """What an identity answer changes in the connection's row."""
    return {
        "company_name": identity.name[:1024],
        "currency": identity.currency[:3],
        "country": identity.country[:60],
        "time_zone": identity.time_zone[:64],
        "url": identity.url[:500],
    }
