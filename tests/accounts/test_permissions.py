"""The permission table, written out a second time, the other way round."""

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import Membership, Role, Tenant, User
from accounts.permissions import Action, may, may_enter, tenants_where, visible_tenants
from tests.conftest import People
from tests.factories import MembershipFactory, UserFactory

EVERYBODY = {"viewer", "finance", "owner", "support", "administrator"}
WORKERS = EVERYBODY - {"viewer"}
LEADERS = {"owner", "support", "administrator"}
STAFF = {"support", "administrator"}

MAY = {
    Action.VIEW_RECORDS: EVERYBODY,
    Action.EXPORT: EVERYBODY,
    Action.VIEW_CALLS: WORKERS,
    Action.WORK_RECORDS: WORKERS,
    Action.RUN_SYNCS: WORKERS,
    Action.EDIT_MAPPINGS: WORKERS,
    Action.MANAGE_SYNCS: LEADERS,
    Action.MANAGE_CONNECTIONS: LEADERS,
    Action.VIEW_MEMBERS: LEADERS,
    Action.MANAGE_MEMBERS: {"owner", "administrator"},
    Action.EDIT_TENANT: {"owner", "administrator"},
    Action.SEE_ALL_TENANTS: STAFF,
    Action.VIEW_CHANGES: STAFF,
    Action.VIEW_AUDIT_TRAIL: WORKERS,
    Action.VIEW_EXPORT_LOG: LEADERS,
    # Only a customer lets our support look.
    Action.GRANT_SUPPORT: {"owner"},
    Action.VIEW_AS: STAFF,
    Action.COPY_CONFIGURATION: STAFF,
    Action.CREATE_TENANTS: {"administrator"},
    Action.MANAGE_STAFF: {"administrator"},
    Action.MANAGE_QUEUE: {"administrator"},
}


def test_every_action_has_a_line_here() -> None:
    assert set(MAY) == set(Action)


@pytest.mark.parametrize("action", Action)
def test_who_may(action: Action, people: People, tenant: Tenant) -> None:
    allowed = {name for name, person in people.items() if may(person, action, tenant)}

    assert allowed == MAY[action]


@pytest.mark.parametrize("action", Action)
def test_a_stranger_may_nothing_with_our_things(
    action: Action, stranger: User, nobody_special: User, tenant: Tenant
) -> None:
    assert not may(stranger, action, tenant)
    assert not may(nobody_special, action, tenant)
    assert not may(AnonymousUser(), action, tenant)


def test_somebody_switched_off_may_nothing(owner: User, tenant: Tenant) -> None:
    owner.is_active = False

    assert not may(owner, Action.VIEW_RECORDS, tenant)
    assert not may_enter(owner)
    assert visible_tenants(owner) == frozenset()


def test_a_role_holds_in_its_own_tenant_only(tenant: Tenant, other_tenant: Tenant) -> None:
    user = UserFactory.create()
    MembershipFactory.create(tenant=tenant, user=user, role=Role.OWNER)
    MembershipFactory.create(tenant=other_tenant, user=user, role=Role.VIEWER)

    assert tenants_where(user, Action.MANAGE_MEMBERS) == frozenset({tenant.pk})
    assert visible_tenants(user) == frozenset({tenant.pk, other_tenant.pk})
    assert may(user, Action.MANAGE_MEMBERS)
    assert not may(user, Action.MANAGE_MEMBERS, other_tenant)


def test_support_sees_all_tenants_and_superusers_may_everything_but_consent(
    support: User, tenant: Tenant
) -> None:
    root = User.objects.create_superuser("root@example.org")

    assert visible_tenants(support) is None
    assert all(may(root, action, tenant) for action in Action if action != Action.GRANT_SUPPORT)


def test_a_former_member_may_nothing(owner: User, tenant: Tenant) -> None:
    Membership.objects.for_tenant(tenant).delete()

    assert not may(User.objects.get(pk=owner.pk), Action.VIEW_RECORDS, tenant)
