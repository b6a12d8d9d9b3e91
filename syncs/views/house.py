"""What happened to a company, its people, connections and syncs, from the log of changed rows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership, Role, Tenant
from integrations.models import Connection
from syncs.models import Integration, Sync
from syncs.views.audit import Line
from syncs.views.ends import NOTHING

WORDS = {
    LogEntry.Action.CREATE: gettext_lazy("added"),
    LogEntry.Action.UPDATE: gettext_lazy("changed"),
    LogEntry.Action.DELETE: gettext_lazy("removed"),
}
# What people understand; the rest is the machinery's own.
TOLD: Mapping[type[Any], tuple[str, ...]] = {
    Tenant: ("name", "currency", "time_zone"),
    Membership: ("role",),
    Connection: ("state", "pause_message", "company_name", "name", "external_id"),
    Integration: ("name",),
    Sync: (),
}


@dataclass(frozen=True, slots=True)
class HouseRow:
    at: datetime
    # Empty: Saldo itself.
    by: str
    what: str
    action: str
    lines: tuple[Line, ...]


def entries_of(tenant: Tenant) -> "QuerySet[LogEntry]":
    """The log's entries about this company, also of members who have left since."""
    kinds = ContentType.objects.get_for_models(*TOLD)
    found = Q(content_type=kinds[Tenant], object_id=tenant.pk)
    # Who left is no row any more; what was written down on coming and going names the company.
    named = Q(changes__tenant__0=str(tenant.pk)) | Q(changes__tenant__1=str(tenant.pk))
    for model in (Membership, Connection, Integration, Sync):
        kind = kinds[model]
        ever = LogEntry.objects.filter(named, content_type=kind).values("object_id")
        there = model.objects.for_tenant(tenant).values("pk")
        found |= Q(content_type=kind) & (Q(object_id__in=there) | Q(object_id__in=ever))
    entries: QuerySet[LogEntry] = LogEntry.objects.filter(found)
    return entries.filter(_is_told(kinds)).select_related("actor", "content_type").order_by("-pk")


def _is_told(kinds: Mapping[Any, ContentType]) -> Q:
    """Entries that say something to people; a connection is touched by each of its runs."""
    told = ~Q(action=LogEntry.Action.UPDATE)
    for model, names in TOLD.items():
        for name in names:
            told |= Q(content_type=kinds[model], changes__has_key=name)
    return told


def house_rows(entries: Iterable[Any]) -> Iterator[HouseRow]:
    for entry in entries:
        model = entry.content_type.model_class()
        yield HouseRow(
            at=entry.timestamp,
            by=str(entry.actor or ""),
            what=f"{capfirst(str(model._meta.verbose_name))}: {entry.object_repr}",
            action=str(WORDS.get(entry.action, "")),
            lines=tuple(_lines(model, entry)),
        )


def _lines(model: Any, entry: Any) -> Iterator[Line]:
    for name in TOLD.get(model, ()):
        before, after = (entry.changes or {}).get(name, (None, None))
        if entry.action == LogEntry.Action.UPDATE and before != after:
            title = capfirst(str(model._meta.get_field(name).verbose_name))
            yield Line(title, _value(model, name, before), _value(model, name, after))


def _value(model: Any, name: str, value: Any) -> str:
    if value in (None, "", "None"):
        return NOTHING
    choices = Role.choices if name == "role" else model._meta.get_field(name).flatchoices
    return str(dict(choices or ()).get(value, value)) or _("unknown")
