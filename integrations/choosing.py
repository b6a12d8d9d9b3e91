"""Choosing one of the companies that a sign-in opens.

The sign-in waits in the attempt, encrypted, for minutes: long enough to choose, and shorter than
the first access token lives. Only who began it may choose, once, and only from what was offered.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from integrations.accepting import ConnectRefused, accept, demand_right, refusing
from integrations.contract import Company
from integrations.models import ConnectAttempt, Connection, ConnectionState
from integrations.oauth import TokenAnswer
from integrations.opening import sign_in_http
from integrations.providers import provider_of

CHOICE_LASTS = timedelta(minutes=10)


class SignIn(msgspec.Struct):
    """What the provider gave, as it waits for the choice."""

    answer: TokenAnswer
    issued_at: datetime


def offer(
    attempt: ConnectAttempt, answer: TokenAnswer, issued_at: datetime
) -> Connection | ConnectAttempt:
    """The connection where there is nothing to choose, else the attempt with its choice open.

    Raises ConnectRefused, ConnectorError.
    """
    companies = _companies(attempt, answer)
    if not companies:
        raise ConnectRefused(_("This sign-in opens no company at the provider."), attempt)
    if attempt.connection is not None:
        return _renewed(attempt, attempt.connection, companies, answer, issued_at)
    if len(companies) == 1:
        return accept(attempt, companies[0].external_id, answer, issued_at)
    attempt.choice_key = secrets.token_urlsafe(32)
    attempt.sign_in = msgspec.json.encode(SignIn(answer, issued_at)).decode()
    attempt.companies = [msgspec.to_builtins(company) for company in companies]
    attempt.expires_at = issued_at + CHOICE_LASTS
    attempt.save(update_fields=["choice_key", "sign_in", "companies", "expires_at"])
    return attempt


def _companies(attempt: ConnectAttempt, answer: TokenAnswer) -> Sequence[Company]:
    companies = provider_of(attempt.provider).companies
    if companies is None:
        return ()
    with sign_in_http(attempt.provider, attempt.environment, answer.access_token) as http:
        return companies(http)


def _renewed(
    attempt: ConnectAttempt,
    connection: Connection,
    companies: Sequence[Company],
    answer: TokenAnswer,
    issued_at: datetime,
) -> Connection:
    """Back to its own company, whichever others this sign-in opens."""
    wanted = connection.external_id
    if wanted not in {company.external_id for company in companies}:
        message = _(
            "This sign-in does not open %(wanted)s. Nothing was changed. Sign in as somebody who "
            "may enter that company, or add a new connection for another one."
        )
        raise ConnectRefused(message % {"wanted": connection.company_name or wanted}, attempt)
    return accept(attempt, wanted, answer, issued_at)


def open_choice(user: User, key: str) -> ConnectAttempt | None:
    """This person's attempt that waits for a choice; also one that has waited too long."""
    waiting = ConnectAttempt.objects.filter(choice_key=key, user=user, chosen_at=None)
    return waiting.select_related("tenant", "connection").first()


def companies_of(attempt: ConnectAttempt) -> tuple[Company, ...]:
    return tuple(msgspec.convert(attempt.companies, list[Company]))


def connected_companies(attempt: ConnectAttempt) -> frozenset[str]:
    """Those of the tenant's that are connected already."""
    same = Connection.objects.for_tenant(attempt.tenant_id).filter(
        provider=attempt.provider, environment=attempt.environment
    )
    alive = same.exclude(state=ConnectionState.DISCONNECTED)
    return frozenset(alive.values_list("external_id", flat=True))


def choose_company(attempt: ConnectAttempt, external_id: str) -> Connection:
    """Connect the chosen company; the sign-in is spent by this. Raises ConnectRefused."""
    demand_right(attempt)
    if external_id not in {company.external_id for company in companies_of(attempt)}:
        raise ConnectRefused(_("This sign-in does not open that company."), attempt)
    sign_in = _take(attempt)
    with refusing(attempt):
        return accept(attempt, external_id, sign_in.answer, sign_in.issued_at)


def _take(attempt: ConnectAttempt) -> SignIn:
    """What the provider gave, for the first who asks; raises ConnectRefused."""
    now = timezone.now()
    if attempt.is_over(now):
        raise ConnectRefused(_("Choosing took longer than ten minutes. Begin again."), attempt)
    held: Any = attempt.sign_in
    waiting = ConnectAttempt.objects.for_tenant(attempt.tenant_id).filter(
        pk=attempt.pk, chosen_at=None
    )
    if not waiting.update(chosen_at=now, sign_in=""):
        raise ConnectRefused(_("This sign-in was used already. Look at your connections."))
    return msgspec.json.decode(held, type=SignIn)
