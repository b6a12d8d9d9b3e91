"""Closed by default: a query that does not say whose rows it wants raises."""

from collections.abc import Callable

import pytest
from django.db.models import Exists, Max, OuterRef, QuerySet

from accounts.models import Membership, Role, Tenant, User
from accounts.tenancy import TenantNotSet, all_tenants, tenant_scope
from tests.factories import MembershipFactory

type Rows = QuerySet[Membership]


@pytest.fixture
def ours(tenant: Tenant) -> Membership:
    return MembershipFactory.create(tenant=tenant, role=Role.OWNER)


@pytest.fixture
def theirs(other_tenant: Tenant) -> Membership:
    return MembershipFactory.create(tenant=other_tenant, role=Role.OWNER)


RUNS: dict[str, Callable[[Rows], object]] = {
    "list": list,
    "get": lambda rows: rows.get(pk=1),
    "first": lambda rows: rows.first(),
    "count": lambda rows: rows.count(),
    "exists": lambda rows: rows.exists(),
    "iterator": lambda rows: next(rows.iterator(), None),
    "values_list": lambda rows: list(rows.values_list("pk")),
    "aggregate": lambda rows: rows.aggregate(Max("pk")),
    "in_bulk": lambda rows: rows.in_bulk([1]),
    "update": lambda rows: rows.update(role=Role.VIEWER),
    "delete": lambda rows: rows.delete(),
    "raw delete": lambda rows: rows._raw_delete("default"),
    "get_or_create": lambda rows: rows.get_or_create(pk=1),
    "select_for_update": lambda rows: list(rows.select_for_update(of=())),
    "explain": lambda rows: rows.explain(),
    "filtered by tenant by hand": lambda rows: list(rows.filter(tenant_id=1)),
    "in a subquery": lambda rows: list(Tenant.objects.filter(pk__in=rows.values("tenant"))),
    "in exists()": lambda rows: list(
        Tenant.objects.filter(Exists(rows.filter(tenant=OuterRef("pk"))))
    ),
    "united with known rows": lambda rows: list(Membership.objects.for_tenant(1).union(rows)),
    "or-ed with known rows": lambda rows: list(Membership.objects.for_tenant(1) | rows),
}


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS.keys())
def test_a_query_without_a_tenant_raises(ours: Membership, run: Callable[[Rows], object]) -> None:
    with pytest.raises(TenantNotSet, match="Membership"):
        run(Membership.objects.all())


def test_building_a_query_raises_nothing_yet(db: None) -> None:
    rows = Membership.objects.filter(role=Role.OWNER).order_by("pk")

    assert list(rows.none()) == []


def test_for_tenant_finds_only_its_rows(ours: Membership, theirs: Membership) -> None:
    assert list(Membership.objects.for_tenant(ours.tenant)) == [ours]
    assert list(Membership.objects.for_tenant(ours.tenant_id)) == [ours]
    assert Membership.objects.for_tenants([ours.tenant, theirs.tenant]).count() == 2


def test_inside_a_scope_every_query_is_narrowed(ours: Membership, theirs: Membership) -> None:
    with tenant_scope(ours.tenant):
        assert list(Membership.objects.all()) == [ours]
        assert Membership.objects.update(role=Role.FINANCE) == 1

    theirs.refresh_from_db()
    assert theirs.role == Role.OWNER


def test_a_scope_cannot_be_left_by_naming_another_tenant(
    ours: Membership, theirs: Membership
) -> None:
    with tenant_scope(ours.tenant):
        assert not Membership.objects.for_tenant(theirs.tenant).exists()


def test_scopes_nest_and_close_again(ours: Membership, theirs: Membership) -> None:
    with tenant_scope(ours.tenant):
        with tenant_scope(theirs.tenant):
            assert list(Membership.objects.all()) == [theirs]
        assert list(Membership.objects.all()) == [ours]

    with pytest.raises(TenantNotSet):
        list(Membership.objects.all())


def test_a_scope_closes_after_an_error(ours: Membership) -> None:
    with pytest.raises(ZeroDivisionError), tenant_scope(ours.tenant):
        _ = 1 / 0

    with pytest.raises(TenantNotSet):
        Membership.objects.count()


def test_a_scope_of_no_tenant_finds_nothing(ours: Membership) -> None:
    with tenant_scope():
        assert not Membership.objects.exists()


def test_a_query_built_before_a_scope_stays_closed_inside_it(ours: Membership) -> None:
    rows = Membership.objects.all()

    with tenant_scope(ours.tenant), pytest.raises(TenantNotSet):
        list(rows)


def test_all_tenants_needs_a_reason(ours: Membership, theirs: Membership) -> None:
    with all_tenants("a test of it"):
        assert Membership.objects.count() == 2

    with pytest.raises(ValueError, match="reason"), all_tenants("  "):
        pass


def test_a_relation_from_an_object_at_hand_is_open(ours: Membership, theirs: Membership) -> None:
    assert list(ours.tenant.memberships.all()) == [ours]
    assert list(ours.user.memberships.filter(role=Role.OWNER)) == [ours]
    assert ours.tenant.memberships.update(role=Role.VIEWER) == 1

    theirs.refresh_from_db()
    assert theirs.role == Role.OWNER


def test_relations_can_be_prefetched(ours: Membership, theirs: Membership) -> None:
    found = Tenant.objects.prefetch_related("memberships").order_by("pk")

    assert [list(each.memberships.all()) for each in found] == [[ours], [theirs]]


def test_djangos_own_work_on_an_object_is_open(ours: Membership) -> None:
    ours.role = Role.FINANCE
    ours.save(update_fields=["role"])
    ours.refresh_from_db()

    assert ours.user.tenants.get() == ours.tenant
    assert ours.tenant.delete()[0] >= 2
    assert not User.objects.get(pk=ours.user_id).roles


def test_rows_are_created_without_a_scope(tenant: Tenant, nobody_special: User) -> None:
    made = Membership.objects.bulk_create([Membership(tenant=tenant, user=nobody_special)])

    assert list(Membership.objects.for_tenant(tenant)) == made


def test_tenants_themselves_are_narrowed_too(ours: Membership, theirs: Membership) -> None:
    assert Tenant.objects.count() == 2

    with tenant_scope(ours.tenant):
        assert list(Tenant.objects.all()) == [ours.tenant]
