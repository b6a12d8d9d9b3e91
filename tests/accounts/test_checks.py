"""The system checks find models and pages that forget whose rows they show."""

from collections.abc import Iterator

import pytest
from django import forms
from django.contrib import admin
from django.db import models
from django.test.utils import isolate_apps

from accounts.admin_base import ActionGuardedAdmin, TenantScopedAdmin
from accounts.checks import _manager_faults, _page_faults, check_admin_pages, check_managers
from accounts.models import Membership, Tenant
from accounts.tenancy import TenantManager, TenantModel


def ids(faults: Iterator[object]) -> list[str]:
    return [fault.id for fault in faults]  # type: ignore[attr-defined]  # CheckMessages


def test_the_project_itself_has_no_such_fault() -> None:
    assert check_managers() == []
    assert check_admin_pages() == []


@isolate_apps("accounts")
def test_a_tenants_model_with_a_plain_manager_is_found() -> None:
    class Open(models.Model):  # noqa: DJ008 (never shown)
        tenant = models.ForeignKey(Tenant, models.CASCADE)

        class Meta:
            app_label = "accounts"

    assert ids(_manager_faults(Open)) == ["saldo.E002"]


@isolate_apps("accounts")
def test_a_second_unguarded_manager_is_found() -> None:
    class HalfOpen(TenantModel):
        everything = models.Manager()

        class Meta:
            app_label = "accounts"

    assert ids(_manager_faults(HalfOpen)) == ["saldo.E002"]


@isolate_apps("accounts")
def test_a_manager_of_an_unguarded_queryset_is_found() -> None:
    class Slipped(TenantModel):
        objects = TenantManager.from_queryset(models.QuerySet)()

        class Meta:
            app_label = "accounts"

    assert ids(_manager_faults(Slipped)) == ["saldo.E002"]


@isolate_apps("accounts")
def test_a_tenant_by_another_name_is_found() -> None:
    class Odd(models.Model):  # noqa: DJ008 (never shown)
        customer = models.ForeignKey(Tenant, models.CASCADE)
        objects = TenantManager()

        class Meta:
            app_label = "accounts"

    assert ids(_manager_faults(Odd)) == ["saldo.E001"]


class Unscoped(ActionGuardedAdmin):
    pass


class OwnForm(TenantScopedAdmin):
    form = forms.ModelForm  # type: ignore[assignment]  # what the check is for


class OpenActions(TenantScopedAdmin):
    actions = ("shout",)
    actions_row = ("whisper",)
    actions_detail = ({"title": "More", "items": ["hum"]},)

    @admin.action(description="Shout", permissions=["change"])
    def shout(self, request: object, queryset: object) -> None: ...

    def whisper(self, request: object, object_id: str) -> None: ...

    def hum(self, request: object, object_id: str) -> None: ...


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        pytest.param(TenantScopedAdmin, [], id="a scoped page"),
        pytest.param(Unscoped, ["saldo.E003"], id="a page that is not scoped"),
        pytest.param(OwnForm, ["saldo.E004"], id="a form that lets references cross tenants"),
        pytest.param(OpenActions, ["saldo.E005"] * 2, id="actions open to anybody"),
    ],
)
def test_pages(page: "type[admin.ModelAdmin[Membership]]", expected: list[str]) -> None:
    assert ids(_page_faults(page(Membership, admin.site))) == expected
