"""The base of every admin page about tenants' things.

What it holds for all of them: rows of the tenants the user may see and no others (a stranger's
object is a 404), permissions from the one table, choices that never cross tenants, and lists that
stay quick with a million rows. A subclass says which Action each right takes:

    @admin.register(Sync)
    class SyncAdmin(TenantScopedAdmin):
        change_needs = Action.EDIT_MAPPINGS      # view_needs is VIEW_RECORDS unless said
        actions = ("run_now",)

        @admin.action(description=_("Run now"), permissions=["run_syncs"])
        def run_now(self, request, queryset): ...  # only rows where the user may run syncs

`permissions=[...]` takes "view", "add", "change", "delete" or any value of Action. With a mixin
that brings permissions of its own (import-export's), name TenantScopedAdmin first.
"""

import re
from collections.abc import Callable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib.admin.options import ActionLocation
from django.contrib.admin.views.main import SEARCH_VAR
from django.core.exceptions import PermissionDenied
from django.db.models import Field, ForeignKey, Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.inspect import get_func_args
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import Tenant, User
from accounts.paging import CappedPaginator
from accounts.permissions import Action, may, tenants_where, visible_tenants

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin as UntypedModelAdmin

    ModelAdmin = UntypedModelAdmin[Any]
else:
    from unfold.admin import ModelAdmin

ROWS_PER_PAGE = 50


# The largest number that a column holds; SQLite breaks on a larger one instead of finding nothing.
MOST = 2**63 - 1
DIGITS = re.compile(r"\d{19,}")


def _asks_beyond_numbers(request: HttpRequest) -> bool:
    """Whether the address filters by a number that no row can have; words to search may be any."""
    asked = (str(value) for name, value in request.GET.items() if name != SEARCH_VAR)
    return any(int(digits) > MOST for value in asked for digits in DIGITS.findall(value[:1000]))


class SameTenantForm(forms.ModelForm):  # type: ignore[type-arg]  # any model with a tenant
    """Refuses a reference from one tenant's object to another tenant's."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        tenant = cleaned.get("tenant")
        own = tenant.pk if tenant is not None else getattr(self.instance, "tenant_id", None)
        for name, value in list(cleaned.items()):
            other = getattr(value, "tenant_id", None) if isinstance(value, Model) else None
            if own is not None and other is not None and other != own:
                self.add_error(name, _("This belongs to another company."))
        return cleaned


class ActionGuardedAdmin(ModelAdmin):
    """A page whose rights come from the permission table, about things of no one tenant."""

    view_needs: ClassVar[Action | None] = None
    add_needs: ClassVar[Action | None] = None
    change_needs: ClassVar[Action | None] = None
    delete_needs: ClassVar[Action | None] = None

    paginator = CappedPaginator
    list_per_page = ROWS_PER_PAGE
    list_max_show_all = ROWS_PER_PAGE
    show_full_result_count = False

    # --- permissions ----------------------------------------------------------------------

    def needed(self, permission: str) -> Action | None:
        """The action behind a permission's name; None means that nobody has it."""
        own = {
            "view": self.view_needs,
            "add": self.add_needs,
            "change": self.change_needs,
            "delete": self.delete_needs,
        }
        return own[permission] if permission in own else Action(permission)

    def allows(
        self, request: HttpRequest, permission: str, obj: Model | str | int | None = None
    ) -> bool:
        """Whether the user has this permission on the object (or its id), or on any at all."""
        action = self.needed(permission)
        if action is None:
            return False
        return may(request.user, action, self._tenant_id(request, obj))

    def _tenant_id(self, request: HttpRequest, obj: Model | str | int | None) -> int | None:
        return None

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.allows(request, "view")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, "view", obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.allows(request, "add")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, "change", obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, "delete", obj)

    def has_export_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, "export", obj)

    # --- rows and actions -----------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.none() if _asks_beyond_numbers(request) else rows

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The list; "show all" is offered only where a filter or search hides something."""
        listing = super().get_changelist_instance(request)
        if not listing.has_active_filters and not listing.query:
            listing.full_result_count = listing.result_count
        return listing

    def object_or_404(self, request: HttpRequest, object_id: str) -> Any:
        """The object if this user may see it: for extra URLs, on their first line."""
        obj = self.get_object(request, object_id)
        if obj is None:
            raise Http404
        return obj

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: object, object_id: str
    ) -> HttpResponseBase:
        # Django sends people to the index with a message that repeats the id.
        raise Http404

    def get_action_choices(
        self,
        request: HttpRequest,
        default_choices: list[tuple[str, str]] | None = None,
        action_location: ActionLocation = ActionLocation.CHANGE_LIST,
    ) -> list[tuple[str, str]]:
        # The theme's own version knows no location, which Django warns about; so pass it by.
        empty = default_choices or [("", str(_("Select action")))]
        choices = super(ModelAdmin, self).get_action_choices  # type: ignore[misc]  # Django's
        return list(choices(request, empty, action_location))

    def _get_actions_with_action_location(
        self, request: HttpRequest, action_location: ActionLocation = ActionLocation.CHANGE_LIST
    ) -> Any:
        """As Django does for mixins that know no locations (import-export's), unwarned."""
        if "action_location" in get_func_args(self.get_actions):
            return self.get_actions(request, action_location=action_location)
        is_list = action_location == ActionLocation.CHANGE_LIST
        return self.get_actions(request) if is_list else {}

    def get_unfold_action(self, action: str) -> Any:
        """The theme's action on one row or page, allowed per object and not only in general."""
        found = super().get_unfold_action(action)  # type: ignore[misc]  # the theme's, untyped
        found.method = self._guarded(found.method)
        return found

    def _guarded(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            target = kwargs.get("object_id")
            if target is not None:
                self.object_or_404(request, target)
            permissions = getattr(method, "allowed_permissions", ())
            if not all(self.allows(request, name, target) for name in permissions):
                raise PermissionDenied
            return method(request, *args, **kwargs)

        return guarded


class TenantScopedAdmin(ActionGuardedAdmin):
    """A page about tenants' things: see the head of this file."""

    view_needs = Action.VIEW_RECORDS
    # From the model to the id of its tenant, as in a filter.
    tenant_path: ClassVar[str] = "tenant_id"
    form = SameTenantForm

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The list, titled by what it lists and not by what to do with it."""
        title = {"title": capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, {**title, **(extra_context or {})})

    # --- rows -----------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Rows of the tenants whose things this user may see in this list."""
        return self._of_tenants(super().get_queryset(request), self._reach(request, "view"))

    def _of_tenants(
        self, queryset: QuerySet[Any], tenant_ids: frozenset[int] | None
    ) -> QuerySet[Any]:
        if tenant_ids is None:
            return queryset
        return queryset.filter(**{f"{self.tenant_path}__in": tenant_ids})

    def _reach(self, request: HttpRequest, permission: str) -> frozenset[int] | None:
        action = self.needed(permission)
        return frozenset() if action is None else tenants_where(request.user, action)

    def tenant_id_of(self, obj: Model) -> int:
        """The tenant an object belongs to."""
        value: Any = obj
        for step in self.tenant_path.split("__"):
            value = getattr(value, step)
        return int(value)

    def _tenant_id(self, request: HttpRequest, obj: Model | str | int | None) -> int | None:
        if obj is None:
            return None
        found = obj if isinstance(obj, Model) else self.object_or_404(request, str(obj))
        return self.tenant_id_of(found)

    # --- list actions ---------------------------------------------------------------------

    def response_action(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        action_location: ActionLocation = ActionLocation.CHANGE_LIST,
    ) -> Any:
        """Run a list action on those of the chosen rows where the user may run it."""
        names = request.POST.getlist("action")
        for permission in self._permissions_of(request, names):
            queryset = self._of_tenants(queryset, self._reach(request, permission))
        return super().response_action(request, queryset, action_location)

    def _permissions_of(self, request: HttpRequest, names: Sequence[str]) -> set[str]:
        actions: dict[str, Any] = self.get_actions(request)
        chosen = [actions[name] for name in names if name in actions]
        functions = [each[0] if isinstance(each, tuple) else each.func for each in chosen]
        return {name for each in functions for name in getattr(each, "allowed_permissions", ())}

    # --- choices --------------------------------------------------------------------------

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Offer the user's own tenants and their people; rows of tenants are scoped already."""
        if db_field.related_model is Tenant:
            kwargs["queryset"] = tenants_to_choose(request, self.add_needs or self.change_needs)
        elif db_field.related_model is User:
            kwargs["queryset"] = people_to_choose(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(
        self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Nobody chooses between one tenant; nor are tenants made in passing."""
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.related_model is not Tenant or field is None:
            return field
        field.widget = getattr(field.widget, "widget", field.widget)
        tenants = list(field.queryset[:2])
        if len(tenants) == 1:
            field.initial, field.widget = tenants[0].pk, forms.HiddenInput()
        return field

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """An object never moves to another tenant."""
        fields = tuple(super().get_readonly_fields(request, obj))
        return fields if obj is None or "tenant" in fields else (*fields, *self._tenant_field())

    def _tenant_field(self) -> tuple[str, ...]:
        return ("tenant",) if self.tenant_path == "tenant_id" else ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """An object's page does not name the one company that somebody has."""
        found = super().get_fieldsets(request, obj)
        if obj is None:
            return found
        return [
            (title, {**options, "fields": _without_tenant(request, options["fields"])})
            for title, options in found
        ]

    def get_list_display(self, request: HttpRequest) -> Any:
        return _without_tenant(request, super().get_list_display(request))

    def get_list_filter(self, request: HttpRequest) -> Any:
        return _without_tenant(request, super().get_list_filter(request))


def _without_tenant(request: HttpRequest, columns: Sequence[Any]) -> list[Any]:
    """The columns as they are, but without the tenant for somebody who has only one."""
    tenant_ids = visible_tenants(request.user)
    if tenant_ids is None or len(tenant_ids) > 1:
        return list(columns)
    return [each for each in columns if (each[0] if isinstance(each, tuple) else each) != "tenant"]


def person_of(request: HttpRequest) -> User:
    """Who is asking, on a page that only opens to people who are logged in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def tenants_to_choose(request: HttpRequest, action: Action | None) -> QuerySet[Tenant]:
    """The tenants where this user may do this."""
    tenant_ids = frozenset() if action is None else tenants_where(request.user, action)
    tenants = Tenant.objects.all()
    return tenants if tenant_ids is None else tenants.filter(pk__in=tenant_ids)


def people_to_choose(request: HttpRequest) -> QuerySet[User]:
    """The members of the tenants this user may see."""
    tenant_ids = visible_tenants(request.user)
    if tenant_ids is None:
        return User.objects.all()
    return User.objects.filter(memberships__tenant_id__in=tenant_ids).distinct()


def _permission_check(permission: str) -> Callable[..., bool]:
    def check(self: ActionGuardedAdmin, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, permission, obj)

    return check


# Django and the theme look for has_<permission>_permission: one for each action of the table.
for _action in Action:
    if not hasattr(ActionGuardedAdmin, f"has_{_action}_permission"):
        setattr(ActionGuardedAdmin, f"has_{_action}_permission", _permission_check(_action))
