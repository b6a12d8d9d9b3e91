from django.contrib.admin.apps import AdminConfig


class DeskConfig(AdminConfig):
    """Django's admin with our own site, so that `@admin.register` reaches it."""

    default_site = "config.admin.Desk"

    def ready(self) -> None:
        super().ready()
        from config import third_party  # noqa: F401, PLC0415 (after the libraries' own pages)
