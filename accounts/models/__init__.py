"""Whose things are where: tenants and people, what people are told, and what support may see."""

from accounts.models.notices import Notification, NotificationKind, Preferences
from accounts.models.people import (
    ADMINISTRATORS,
    SUPPORT,
    Membership,
    Role,
    Tenant,
    TenantDirectory,
    User,
    UserManager,
)
from accounts.models.support import SupportAccess, SupportVisit

__all__ = [
    "ADMINISTRATORS",
    "SUPPORT",
    "Membership",
    "Notification",
    "NotificationKind",
    "Preferences",
    "Role",
    "SupportAccess",
    "SupportVisit",
    "Tenant",
    "TenantDirectory",
    "User",
    "UserManager",
]
