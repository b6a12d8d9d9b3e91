"""The daily digest: at each person's hour, what changed in their companies since the last one.

Made by whichever worker looks first: the day it was made for is stored together with it. Late, it
still tells of the same hours; nothing changed, and there is none that day.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from accounts.models import Membership, NotificationKind, Preferences, Tenant, User
from accounts.notices import notify
from accounts.preferences import channels_of, preferences_of
from accounts.tenancy import all_tenants
from syncs import clock
from syncs.digest_parts import (
    CompanyNews,
    Window,
    company_news,
    is_news,
    own_news,
    text_of,
    title_of,
)
from syncs.models import Status
from syncs.queue import enqueue
from syncs.selection import list_url

logger = logging.getLogger(__name__)

DIGESTS = "syncs.tasks.make_digests"
KIND = NotificationKind.DIGEST
DAY = timedelta(days=1)
# Later than this it is left out: the next one tells it all.
LATE = timedelta(hours=6)
# Whoever had none for long is told of the last days only.
LONGEST = timedelta(days=7)
# A task may take five minutes; what is left then is another task's.
SECONDS = 120.0

type NewsOf = Callable[[int, Window], CompanyNews]


@dataclass(frozen=True, slots=True)
class Turn:
    """One person whose digest is due, with the companies that it is about."""

    user: User
    tenants: tuple[Tenant, ...]
    window: Window


def make_due(now: datetime | None = None, *, seconds: float = SECONDS) -> int:
    """Make the digests whose hour has come; how many said something."""
    now, until = now or clock.now(), time.monotonic() + seconds
    news_of = cache(company_news)
    made = 0
    with all_tenants("each digest is made of the companies of one person"):
        for user, memberships in _people():
            if time.monotonic() > until:
                enqueue(DIGESTS)
                break
            try:
                turn = _turn(user, memberships, now)
                made += turn is not None and _make(turn, news_of)
            except Exception:
                # One person's trouble keeps nobody else's digest.
                logger.exception("The digest of person %s could not be made.", user.pk)
    return made


def moment_of(day: date, hour: int, zone: ZoneInfo) -> datetime:
    """When that hour begins there on that day: the first one where clocks are put back, and where
    the hour is skipped, when it would have begun.
    """
    return datetime(day.year, day.month, day.day, hour, tzinfo=zone).astimezone(UTC)


def _people() -> Iterator[tuple[User, list[Membership]]]:
    """Everybody who can log in with their memberships, the oldest company first."""
    found = Membership.objects.filter(user__is_active=True).order_by("tenant_id")
    theirs: dict[int, list[Membership]] = defaultdict(list)
    for membership in found.select_related("tenant", "user__preferences"):
        theirs[membership.user_id].append(membership)
    for memberships in theirs.values():
        yield memberships[0].user, memberships


def _turn(user: User, memberships: Sequence[Membership], now: datetime) -> Turn | None:
    """None for who wants none, or has had that of the last hour, or missed it by far."""
    preferences = preferences_of(user)
    channels = channels_of(preferences, KIND)
    if not (channels.app or channels.mail):
        return None
    zone = ZoneInfo(preferences.time_zone or memberships[0].tenant.time_zone)
    day, until = _last_hour(now, preferences.digest_hour, zone)
    made_on, since = preferences.digest_made_on, preferences.digest_until or until - DAY
    if now - until > LATE or (made_on is not None and made_on >= day):
        return None
    tenants = tuple(each.tenant for each in memberships if each.created_at < until)
    window = Window(max(since, until - LONGEST), until, day)
    return Turn(user, tenants, window) if tenants and since < until else None


def _last_hour(now: datetime, hour: int, zone: ZoneInfo) -> tuple[date, datetime]:
    """The last day on which that hour began there, and when it did."""
    day = now.astimezone(zone).date()
    if moment_of(day, hour, zone) > now:
        day -= DAY
    return day, moment_of(day, hour, zone)


def _make(turn: Turn, news_of: NewsOf) -> bool:
    messages = list(_messages(turn, news_of))
    with transaction.atomic():
        if not _claim(turn):
            return False
        for tenant, title, body in messages:
            notify(
                [turn.user],
                KIND,
                tenant=tenant,
                key=f"digest:{turn.window.day}:{tenant.pk}",
                title=title,
                body=body,
                url=list_url(
                    status=Status.FAILING.value,
                    tenant=tenant.pk if len(turn.tenants) > 1 else None,
                ),
            )
    return bool(messages)


def _messages(turn: Turn, news_of: NewsOf) -> Iterator[tuple[Tenant, str, str]]:
    for tenant in turn.tenants:
        company = news_of(tenant.pk, turn.window)
        own = own_news(turn.user, tenant.pk, turn.window)
        if is_news(company, own):
            yield tenant, title_of(company, own), text_of(company, own)


def _claim(turn: Turn) -> bool:
    """Whether this day's digest of this person is ours; False when another worker made it."""
    Preferences.objects.get_or_create(user=turn.user)
    day = turn.window.day
    unmade = Q(digest_made_on=None) | Q(digest_made_on__lt=day)
    row = Preferences.objects.filter(unmade, user=turn.user)
    return bool(row.update(digest_made_on=day, digest_until=turn.window.until))
