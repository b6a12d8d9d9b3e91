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
from integrations import oauth
from integrations.accepting import (
    ConnectRefused,
    accept,
    demand_right,
    identity_changes,
    refusing,
)
from integrations.choosing import offer
from integrations.models import ConnectAttempt, Connection
from integrations.providers import oauth_app, provider_of

__all__ = ["ConnectRefused", "begin_connect", "finish_connect", "identity_changes"]

STATE_LASTS = timedelta(minutes=10)
STATE_SALT = "integrations.connect"
SESSION_KEY = "connect_nonces"
# Windows of one browser in which somebody may be signing in at once.
OPEN_AT_ONCE = 5

type Session = MutableMapping[str, Any]


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
) -> Connection | ConnectAttempt:
    """Turn the provider's answer into a connection, new or renewed; raises ConnectRefused.

    An attempt comes back when the sign-in opens several companies: its choice is open now.
    """
    attempt = _take_attempt(session, user, provider, query.get("state", ""))
    with refusing(attempt):
        return _finish(attempt, query)


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


def _finish(attempt: ConnectAttempt, query: Mapping[str, str]) -> Connection | ConnectAttempt:
    demand_right(attempt)
    if query.get("error") or not query.get("code"):
        raise ConnectRefused(_refusal(query), attempt)
    app = oauth_app(attempt.provider, attempt.environment)
    answer = oauth.exchange(app, query["code"], attempt.verifier)
    # Not before the answer: counted from too early, the first renewal would come too early, too.
    issued_at = timezone.now()
    provider = provider_of(attempt.provider)
    if provider.companies is not None:
        return offer(attempt, answer, issued_at)
    external_id = provider.external_id_from_callback(query, answer)
    if not external_id:
        raise ConnectRefused(_("The provider did not say which company this is."), attempt)
    return accept(attempt, external_id, answer, issued_at)


def _refusal(query: Mapping[str, str]) -> str:
    if query.get("error") == "access_denied":
        return _("You did not allow the access, so nothing was connected.")
    if not query.get("error"):
        return _("The provider sent no code, so nothing was connected.")
    said = query.get("error_description") or query["error"]
    return _("The provider refused: %(reason)s") % {"reason": said[:200]}
