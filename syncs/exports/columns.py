"""Which columns an export of sync records has, and how a cell reads."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import ModelResource

from syncs import faults
from syncs.models import Status, SyncRecord

type Cell = str | int | datetime

# A spreadsheet runs a cell that begins so as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def plain(value: Any) -> Cell:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return value if isinstance(value, int) else harmless(str(value))


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula: such a cell gets a leading apostrophe."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def status_label(value: str) -> str:
    return str(Status(value).label)


def category_title(value: str) -> str:
    return str(faults.explain(value).title) if value else ""


class Column(Field):
    """A field of the resource that knows how to turn a database value into a cell."""

    def __init__(self, source: str, header: Any, render: Callable[[Any], Cell] = plain) -> None:
        super().__init__(attribute=source, column_name=header, readonly=True)
        self.render = render


class SyncRecordResource(ModelResource):
    """One row per sync record: what it is on both sides, its state, and why."""

    sync = Column("sync__name", _("Sync"))
    status = Column("status", _("Status"), status_label)
    left_title = Column("left_title", _("HubSpot name"))
    left_id = Column("left_id", _("HubSpot id"))
    right_title = Column("right_title", _("Name on the other side"))
    right_id = Column("right_id", _("Id on the other side"))
    category = Column("category", _("Problem"), category_title)
    reason = Column("reason", _("Reason"))
    first_failed_at = Column("first_failed_at", _("Failing since (UTC)"))
    last_attempt_at = Column("last_attempt_at", _("Last attempt (UTC)"))
    synced_at = Column("synced_at", _("Last synced (UTC)"))
    attempts = Column("attempts", _("Attempts"))
    tenant = Column("tenant__name", _("Company"))

    class Meta:
        model = SyncRecord
        fields = (
            "sync",
            "status",
            "left_title",
            "left_id",
            "right_title",
            "right_id",
            "category",
            "reason",
            "first_failed_at",
            "last_attempt_at",
            "synced_at",
            "attempts",
            "tenant",
        )
        export_order = fields
