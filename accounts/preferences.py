"""How each person wants to be told, and how their lists look."""

from dataclasses import asdict, dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import NotificationKind, Preferences, Tenant, User
from accounts.tenancy import all_tenants

CHANGEABLE = frozenset({"time_zone", "digest_hour", "channels", "columns"})


@dataclass(frozen=True, slots=True)
class Channels:
    """Where messages of one kind go."""

    app: bool = True
    mail: bool = True


# The digest is made for the mail: the desk itself shows what it says, and fresher.
DEFAULTS = {NotificationKind.DIGEST: Channels(app=False)}


def preferences_of(user: User) -> Preferences:
    """This person's preferences; unsaved ones with the defaults as long as none were chosen."""
    try:
        return user.preferences
    except Preferences.DoesNotExist:
        return Preferences(user_id=user.pk)


def change_preferences(user: User, **fields: Any) -> Preferences:
    """Store these fields, and no others; a list's columns are kept beside those of other lists."""
    if user.viewing is not None:
        raise PermissionDenied
    unknown = fields.keys() - CHANGEABLE
    if unknown:
        raise ValueError(f"These are no preferences of a person: {', '.join(sorted(unknown))}.")
    with transaction.atomic():
        Preferences.objects.get_or_create(user=user)
        preferences = Preferences.objects.select_for_update().get(user=user)
        for name in fields.keys() & {"channels", "columns"}:
            fields[name] = {**getattr(preferences, name), **fields[name]}
        for name, value in fields.items():
            setattr(preferences, name, value)
        preferences.save(update_fields=list(fields))
    user.preferences = preferences
    return preferences


def channels_of(preferences: Preferences, kind: NotificationKind) -> Channels:
    default = DEFAULTS.get(kind, Channels())
    return Channels(**{**asdict(default), **preferences.channels.get(kind.value, {})})


def time_zone_of(user: User, tenant: Tenant | None = None) -> ZoneInfo:
    """The time zone this person chose; else the company's, or that of their first company."""
    chosen = preferences_of(user).time_zone
    return ZoneInfo(chosen or company_zone_of(user, tenant))


def company_zone_of(user: User, tenant: Tenant | None = None) -> str:
    """Where somebody is as long as they have not said so."""
    if tenant is None:
        with all_tenants("a person's own companies"):
            tenant = user.tenants.order_by("pk").first()
    return tenant.time_zone if tenant else "UTC"
