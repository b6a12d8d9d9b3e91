"""The desk's pages about connections."""

from integrations.admin import connections, logs

__all__ = ["connections", "logs"]
