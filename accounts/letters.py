"""The messages that go by mail: which are due, to whom they may go, and how they read.

The rows are the truth: a message that wants mail and has none is due, whoever looks. A row is
marked as mailed before its letter leaves, and unmarked when the mail server would not take it: a
letter that a dying worker may have sent is not sent again.
"""

import logging
import smtplib
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage, mailers
from django.db.models import Q
from django.utils import timezone

from accounts.mail import notice_letter
from accounts.models import (
    ADMINISTRATORS,
    SUPPORT,
    Membership,
    Notification,
    NotificationKind,
    User,
)
from accounts.tenancy import TenantQuerySet, all_tenants

logger = logging.getLogger(__name__)

# At the mail server's pace, and well within the time that a task may take.
SECONDS = 60.0
BATCH = 50
REFUSALS = (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError)
# What could not be sent for so long is no news any more; the desk still shows it.
GIVE_UP_AFTER = timedelta(days=3)


def send_due(now: datetime | None = None, *, seconds: float = SECONDS) -> int:
    """Send the letters that are due; how many went out. Several workers may do so at once."""
    now = now or timezone.now()
    with all_tenants("letters are sent to everybody"):
        _due().filter(created_at__lt=now - GIVE_UP_AFTER).update(wants_mail=False)
        if not _due().exists():
            return 0
        with _open_mailer() as mailer:
            return 0 if mailer is None else _send_for(mailer, time.monotonic() + seconds)


def _due() -> TenantQuerySet[Notification]:
    return Notification.objects.filter(wants_mail=True, mailed_at=None)


@contextmanager
def _open_mailer() -> Iterator[Any]:
    """One connection for all letters; None when the server does not answer now."""
    mailer = mailers.default
    try:
        mailer.open()
    except OSError as trouble:
        logger.warning("The mail server does not answer: %s", trouble)
        yield None
        return
    try:
        yield mailer
    finally:
        mailer.close()


def _send_for(mailer: Any, until: float) -> int:
    sent = position = 0
    while batch := list(_due().filter(pk__gt=position).order_by("pk")[:BATCH]):
        position = batch[-1].pk
        may_get = _may_get(batch)
        for head in batch:
            if time.monotonic() > until:
                return sent
            try:
                sent += _send_one(mailer, head, may_get)
            except OSError as trouble:
                logger.warning("The mail server stopped taking letters: %s", trouble)
                return sent
    return sent


def _send_one(mailer: Any, head: Notification, may_get: frozenset[tuple[int, int]]) -> bool:
    """Send the letter that begins with this message, unless another worker has it."""
    if not _due().filter(pk=head.pk).update(mailed_at=timezone.now()):
        return False
    parts = _parts(head)
    told = [part for part in parts if (part.user_id, part.tenant_id) in may_get]
    if not told:
        _rows(parts).update(wants_mail=False, mailed_at=None)
        return False
    return _hand_over(mailer, notice_letter(told), parts)


def _parts(head: Notification) -> list[Notification]:
    """The messages of one letter: a digest has one for each company."""
    parts = [head]
    if head.kind == NotificationKind.DIGEST:
        more = _due().filter(user=head.user_id, kind=head.kind).order_by("pk")
        taken = [
            part for part in more if _due().filter(pk=part.pk).update(mailed_at=timezone.now())
        ]
        parts += taken
    return list(_rows(parts).select_related("user", "tenant").order_by("pk"))


def _hand_over(mailer: Any, letter: EmailMessage, parts: list[Notification]) -> bool:
    try:
        mailer.send_messages([letter])
    except REFUSALS as refusal:
        # About this letter alone: the others are tried, and this one again unless it is final.
        is_final = all(code >= 500 for code in _codes(refusal))
        logger.warning("A letter was refused: %s", type(refusal).__name__)
        _rows(parts).update(wants_mail=not is_final, mailed_at=None)
        return False
    except OSError:
        _rows(parts).update(mailed_at=None)
        raise
    return True


def _codes(refusal: smtplib.SMTPException) -> list[int]:
    if isinstance(refusal, smtplib.SMTPRecipientsRefused):
        return [code for code, _reason in refusal.recipients.values()]
    return [refusal.smtp_code] if isinstance(refusal, smtplib.SMTPResponseException) else []


def _rows(parts: Sequence[Notification]) -> TenantQuerySet[Notification]:
    return Notification.objects.filter(pk__in=[part.pk for part in parts])


def _may_get(batch: Sequence[Notification]) -> frozenset[tuple[int, int]]:
    """(person, company) of those who still belong there, at an address that was confirmed."""
    wanted = {message.user_id for message in batch}
    people = User.objects.filter(pk__in=wanted, is_active=True)
    verified = EmailAddress.objects.filter(user__in=wanted, verified=True)
    confirmed = set(verified.values_list("user_id", "email"))
    reached = {person.pk for person in people if (person.pk, person.email) in confirmed}
    is_staff = Q(is_superuser=True) | Q(groups__name__in=(SUPPORT, ADMINISTRATORS))
    staff = set(people.filter(is_staff, pk__in=reached).values_list("pk", flat=True))
    members = Membership.objects.filter(user__in=reached).values_list("user_id", "tenant_id")
    theirs = {(each.user_id, each.tenant_id) for each in batch if each.user_id in staff}
    return frozenset(members) | theirs
