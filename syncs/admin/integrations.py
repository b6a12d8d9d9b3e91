"""Integrations: which two connections a tenant keeps in step."""

from django.contrib import admin

from accounts.admin_base import TenantScopedAdmin
from syncs.models import Integration


@admin.register(Integration)
class IntegrationAdmin(TenantScopedAdmin):
    list_display = ("name", "tenant", "left", "right", "created_at")
    list_select_related = ("tenant", "left", "right")
    search_fields = ("name",)
    readonly_fields = ("left", "right", "created_at")
