"""The pages about people: companies, their members, all users, and second factors."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import services
from accounts.admin_base import ActionGuardedAdmin, TenantScopedAdmin, person_of
from accounts.forms import InvitationForm, RoleForm
from accounts.models import Membership, Role, Tenant, User
from accounts.permissions import Action

type AnyForm = ModelForm[Any]

# Groups hold no rights of their own; who is in them is chosen on a user's page.
for model in (Group, EmailAddress, Authenticator, UserSession):
    admin.site.unregister(model)


@admin.register(Tenant)
class TenantAdmin(TenantScopedAdmin):
    tenant_path = "pk"
    add_needs = Action.CREATE_TENANTS
    change_needs = Action.EDIT_TENANT
    list_display = ("name", "currency", "time_zone", "is_demo", "created_at")
    search_fields = ("name", "slug")
    fields = ("name", "slug", "currency", "time_zone", "public_id", "is_demo", "created_at")
    readonly_fields = ("public_id", "is_demo", "created_at")
    prepopulated_fields = {"slug": ("name",)}

    def get_readonly_fields(self, request: HttpRequest, obj: Tenant | None = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return fields if obj is None else (*fields, "slug")

    def get_prepopulated_fields(self, request: HttpRequest, obj: Tenant | None = None) -> Any:
        return super().get_prepopulated_fields(request, obj) if obj is None else {}


@admin.register(Membership)
class MembershipAdmin(TenantScopedAdmin):
    view_needs = Action.VIEW_MEMBERS
    add_needs = change_needs = delete_needs = Action.MANAGE_MEMBERS
    list_display = ("person", "email", "role", "tenant", "created_at")
    list_filter = ("role", "tenant")
    list_select_related = ("user", "tenant")
    search_fields = ("user__email", "user__full_name")
    ordering = ("tenant__name", "user__email")
    # Members leave one by one, so that the last owner is noticed.
    actions = None

    @admin.display(description=_("Name"), ordering="user__full_name")
    def person(self, membership: Membership) -> str:
        return str(membership.user)

    @admin.display(description=_("E-mail address"), ordering="user__email")
    def email(self, membership: Membership) -> str:
        return membership.user.email

    def get_form(
        self,
        request: HttpRequest,
        obj: Membership | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> type[AnyForm]:
        kwargs["form"] = RoleForm if change else InvitationForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Membership | None = None) -> Any:
        if obj is None:
            return ("tenant", "email", "full_name", "role")
        return ("tenant", "user", "email", "role", "created_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> Any:
        return () if obj is None else ("tenant", "user", "email", "created_at")

    def save_model(
        self, request: HttpRequest, obj: Membership, form: AnyForm, change: bool
    ) -> None:
        if change:
            services.change_role(obj, Role(form.cleaned_data["role"]))
            return
        invitation = services.Invitation(
            tenant=obj.tenant,
            email=form.cleaned_data["email"],
            role=Role(form.cleaned_data["role"]),
            full_name=form.cleaned_data["full_name"],
        )
        made = services.invite(invitation, by=person_of(request))
        obj.pk, obj.user, obj._state.adding = made.pk, made.user, False

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except services.LastOwner:
            text = _("Appoint another owner first: a company needs one.")
            self.message_user(request, text, messages.ERROR)
            page = reverse("admin:accounts_membership_change", args=[object_id])
            return HttpResponseRedirect(page)

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        services.remove_member(obj)


@admin.register(User)
class UserAdmin(ActionGuardedAdmin):
    """Everybody who can log in, for our administrators. Nobody is deleted, only switched off."""

    view_needs = add_needs = change_needs = Action.MANAGE_STAFF
    list_display = ("email", "full_name", "is_active", "last_login")
    list_filter = ("is_active", "groups", "is_superuser")
    search_fields = ("email", "full_name")
    fields = ("email", "full_name", "is_active", "groups", "is_superuser", "last_login")
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ("groups",)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        fields = tuple(super().get_readonly_fields(request, obj))
        fixed = () if person_of(request).is_superuser else ("is_superuser",)
        # Another address is confirmed by its reader, on their own page.
        return (*fields, *fixed) if obj is None else (*fields, *fixed, "email")

    def has_change_permission(self, request: HttpRequest, obj: User | str | None = None) -> bool:
        target = obj if isinstance(obj, User) else None
        if target is not None and target.is_superuser and not person_of(request).is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: User, form: AnyForm, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if not change:
            services.invite_staff(obj)
            text = _("We mailed a link with which this person sets a password.")
            self.message_user(request, text)


@admin.register(Authenticator)
class AuthenticatorAdmin(ActionGuardedAdmin):
    """Second factors, so that somebody who lost a phone can be let in again."""

    view_needs = delete_needs = Action.MANAGE_STAFF
    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__email",)
    # Never "data": it holds the seed.
    fields = readonly_fields = ("user", "type", "created_at", "last_used_at")


@admin.register(EmailAddress)
class EmailAddressAdmin(ActionGuardedAdmin):
    view_needs = Action.MANAGE_STAFF
    list_display = ("email", "user", "primary", "verified")
    list_filter = ("verified",)
    list_select_related = ("user",)
    search_fields = ("email",)
