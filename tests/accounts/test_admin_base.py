"""What every admin page about tenants' things gets from its base."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.core.paginator import EmptyPage
from django.db.models import QuerySet
from django.forms import modelform_factory
from django.http import Http404, HttpRequest
from django.test import RequestFactory
from unfold.decorators import action

from accounts import paging
from accounts.admin_base import SameTenantForm, TenantScopedAdmin, people_to_choose, person_of
from accounts.models import Membership, Role, Tenant, User
from accounts.paging import CappedPaginator
from accounts.permissions import Action
from accounts.tenancy import all_tenants, tenant_scope
from tests.factories import MembershipFactory, UserFactory


class PromotingAdmin(TenantScopedAdmin):
    """A page whose list action and row action are for owners."""

    actions = ("promote",)
    actions_row = ("greet",)
    change_needs = Action.EDIT_MAPPINGS

    @admin.action(description="Promote", permissions=["manage_members"])
    def promote(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        queryset.update(role=Role.FINANCE)

    @action(description="Greet", permissions=["manage_members"])
    def greet(self, request: HttpRequest, object_id: str) -> str:
        return f"Hello {object_id}"


@pytest.fixture
def page() -> PromotingAdmin:
    return PromotingAdmin(Membership, admin.site)


def asked_by(user: Any, **posted: Any) -> HttpRequest:
    request = RequestFactory().post("/", posted) if posted else RequestFactory().get("/")
    request.user = user
    return request


def member(tenant: Tenant, user: User | None = None, role: Role = Role.VIEWER) -> Membership:
    return MembershipFactory.create(tenant=tenant, user=user or UserFactory.create(), role=role)


def test_a_list_action_touches_only_rows_where_the_user_may(
    page: PromotingAdmin, tenant: Tenant, other_tenant: Tenant
) -> None:
    user = UserFactory.create()
    member(tenant, user, Role.OWNER)
    member(other_tenant, user, Role.FINANCE)
    here, there = member(tenant), member(other_tenant)
    chosen = [str(here.pk), str(there.pk)]
    request = asked_by(user, action="promote", _selected_action=chosen)

    with all_tenants("as the middleware would, but wider"):
        page.response_action(request, page.get_queryset(request))

    here.refresh_from_db()
    there.refresh_from_db()
    assert (here.role, there.role) == (Role.FINANCE, Role.VIEWER)


def test_a_row_action_is_decided_for_its_own_row(
    page: PromotingAdmin, tenant: Tenant, other_tenant: Tenant, stranger: User
) -> None:
    user = UserFactory.create()
    member(tenant, user, Role.OWNER)
    member(other_tenant, user, Role.FINANCE)
    here, there = member(tenant), member(other_tenant)
    greet = page.get_unfold_action("greet").method

    with all_tenants("as the middleware would, but wider"):
        assert greet(asked_by(user), object_id=str(here.pk)) == f"Hello {here.pk}"
        with pytest.raises(PermissionDenied):
            greet(asked_by(user), object_id=str(there.pk))
        with pytest.raises(Http404):
            greet(asked_by(stranger), object_id=str(here.pk))


def test_permissions_of_a_page_follow_the_table(
    page: PromotingAdmin, tenant: Tenant, finance: User, viewer: User, other_tenant: Tenant
) -> None:
    ours, theirs = member(tenant), member(other_tenant)

    assert page.has_change_permission(asked_by(finance), ours)
    assert not page.has_change_permission(asked_by(finance), theirs)
    assert not page.has_change_permission(asked_by(viewer), ours)
    assert not page.has_add_permission(asked_by(finance))
    assert page.has_export_permission(asked_by(viewer))
    assert not page.has_module_permission(asked_by(AnonymousUser()))


def test_a_form_refuses_what_belongs_to_another_company(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    form_class = modelform_factory(Membership, form=SameTenantForm, fields=["tenant", "user"])
    form = form_class({"tenant": tenant.pk, "user": UserFactory.create().pk})
    with tenant_scope(tenant):
        assert form.is_valid()

    form.cleaned_data["user"] = member(other_tenant)
    form.clean()

    assert form.errors["user"] == ["This belongs to another company."]


def test_people_to_choose_from_are_colleagues(owner: User, finance: User, stranger: User) -> None:
    assert set(people_to_choose(asked_by(owner))) == {owner, finance}
    assert set(people_to_choose(asked_by(stranger))) == {stranger}


def test_nobody_is_no_person() -> None:
    with pytest.raises(PermissionDenied):
        person_of(asked_by(AnonymousUser()))


def test_a_long_list_is_counted_up_to_the_cap(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "MOST_COUNTED", 4)
    for _ in range(6):
        member(tenant)
    rows = Membership.objects.for_tenant(tenant).order_by("pk")

    pages = CappedPaginator(rows, 2)

    assert (pages.count, pages.is_capped, pages.num_pages) == (4, True, 2)
    assert len(pages.page(2)) == 2
    with pytest.raises(EmptyPage):
        pages.page(3)
    assert not CappedPaginator(rows[:4], 2).is_capped
    assert CappedPaginator([1, 2, 3], 2).count == 3
