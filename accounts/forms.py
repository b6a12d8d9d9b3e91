from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminTextInputWidget

from accounts import services
from accounts.admin_base import SameTenantForm
from accounts.models import Membership, Role


class InvitationForm(SameTenantForm):
    email = forms.EmailField(
        label=_("E-mail address"),
        widget=UnfoldAdminEmailInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("We mail a link with which this person sets a password."),
    )
    full_name = forms.CharField(
        label=_("Name"),
        max_length=200,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )

    class Meta:
        model = Membership
        fields = ("tenant", "email", "full_name", "role")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        tenant, email = cleaned.get("tenant"), cleaned.get("email")
        if tenant and email and tenant.users.filter(email__iexact=email).exists():
            self.add_error("email", _("This person is a member already."))
        return cleaned


class RoleForm(SameTenantForm):
    class Meta:
        model = Membership
        fields = ("role",)

    def clean_role(self) -> Role:
        role = Role(self.cleaned_data["role"])
        if role is not Role.OWNER and services.is_last_owner(self.instance):
            raise ValidationError(_("Appoint another owner first: a company needs one."))
        return role
