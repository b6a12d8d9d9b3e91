from django.contrib.admin.apps import AdminConfig


class DeskConfig(AdminConfig):
    """Django's admin with our own site, so that `@admin.register` reaches it."""

    default_site = "config.admin.Desk"
