"""Who may do what: the one table that every page, action and command asks."""

from enum import StrEnum
from typing import TypeGuard

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from accounts.models import Role, Tenant, User


class Action(StrEnum):
    """What a person can want to do with a tenant's things, or with all of them."""

    VIEW_RECORDS = "view_records"
    EXPORT = "export"
    VIEW_CALLS = "view_calls"
    WORK_RECORDS = "work_records"
    RUN_SYNCS = "run_syncs"
    EDIT_MAPPINGS = "edit_mappings"
    MANAGE_SYNCS = "manage_syncs"
    MANAGE_CONNECTIONS = "manage_connections"
    VIEW_MEMBERS = "view_members"
    MANAGE_MEMBERS = "manage_members"
    EDIT_TENANT = "edit_tenant"
    SEE_ALL_TENANTS = "see_all_tenants"
    CREATE_TENANTS = "create_tenants"
    VIEW_CHANGES = "view_changes"
    VIEW_AUDIT_TRAIL = "view_audit_trail"
    VIEW_EXPORT_LOG = "view_export_log"
    GRANT_SUPPORT = "grant_support"
    VIEW_AS = "view_as"
    COPY_CONFIGURATION = "copy_configuration"
    MANAGE_STAFF = "manage_staff"
    MANAGE_QUEUE = "manage_queue"


class Who(StrEnum):
    """The five kinds of people. The first three are roles in a tenant, the others our staff."""

    VIEWER = "viewer"
    FINANCE = "finance"
    OWNER = "owner"
    SUPPORT = "support"
    ADMINISTRATOR = "administrator"


_READ = frozenset({Action.VIEW_RECORDS, Action.EXPORT})
_WORK = _READ | {
    Action.WORK_RECORDS,
    Action.RUN_SYNCS,
    Action.EDIT_MAPPINGS,
    Action.VIEW_CALLS,
    Action.VIEW_AUDIT_TRAIL,
}

TABLE: dict[Who, frozenset[Action]] = {
    Who.VIEWER: _READ,
    Who.FINANCE: _WORK,
    Who.OWNER: _WORK
    | {
        Action.MANAGE_SYNCS,
        Action.MANAGE_CONNECTIONS,
        Action.VIEW_MEMBERS,
        Action.MANAGE_MEMBERS,
        Action.EDIT_TENANT,
        Action.VIEW_EXPORT_LOG,
        Action.GRANT_SUPPORT,
    },
    # Support mends things for a customer, but lets nobody into a customer's books.
    Who.SUPPORT: _WORK
    | {
        Action.MANAGE_SYNCS,
        Action.MANAGE_CONNECTIONS,
        Action.VIEW_MEMBERS,
        Action.SEE_ALL_TENANTS,
        Action.VIEW_CHANGES,
        Action.VIEW_EXPORT_LOG,
        Action.VIEW_AS,
        Action.COPY_CONFIGURATION,
    },
    # Consent to a look is the customer's own to give.
    Who.ADMINISTRATOR: frozenset(Action) - {Action.GRANT_SUPPORT},
}

_ROLES = {Role.VIEWER: Who.VIEWER, Role.FINANCE: Who.FINANCE, Role.OWNER: Who.OWNER}

type Person = AbstractBaseUser | AnonymousUser


def may(user: Person, action: Action, tenant: Tenant | int | None = None) -> bool:
    """Whether this person may do this to this tenant's things; without one, anywhere at all."""
    if not _can_log_in(user):
        return False
    if any(action in TABLE[who] for who in _staff_kinds(user)):
        return True
    if tenant is None:
        return any(action in TABLE[_ROLES[role]] for role in user.roles.values())
    role = user.roles.get(tenant if isinstance(tenant, int) else tenant.pk)
    return role is not None and action in TABLE[_ROLES[role]]


def tenants_where(user: Person, action: Action) -> frozenset[int] | None:
    """Ids of the tenants where this person may do this; None means everywhere."""
    if not _can_log_in(user):
        return frozenset()
    if any(action in TABLE[who] for who in _staff_kinds(user)):
        return None
    return frozenset(pk for pk, role in user.roles.items() if action in TABLE[_ROLES[role]])


def visible_tenants(user: Person) -> frozenset[int] | None:
    """Ids of the tenants whose things this person may see; None means all of them."""
    return tenants_where(user, Action.VIEW_RECORDS)


def roles_where(action: Action) -> frozenset[Role]:
    """The roles in a tenant that may do this to the tenant's things."""
    return frozenset(role for role, who in _ROLES.items() if action in TABLE[who])


def may_enter(user: Person) -> bool:
    """Whether the desk opens for this person at all."""
    return _can_log_in(user) and (user.is_staff or bool(user.roles))


def _can_log_in(user: Person) -> TypeGuard[User]:
    return isinstance(user, User) and user.is_active


def _staff_kinds(user: User) -> tuple[Who, ...]:
    kinds = ((user.is_administrator, Who.ADMINISTRATOR), (user.is_support, Who.SUPPORT))
    return tuple(who for holds, who in kinds if holds)
