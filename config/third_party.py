"""Pages that libraries bring along, in our theme and under our permission table."""

from typing import Any

from auditlog.mixins import LogEntryAdminMixin
from auditlog.models import LogEntry
from django.contrib import admin
from django.template.defaultfilters import truncatechars
from django.utils.translation import gettext_lazy as _
from django_q.models import Failure, OrmQ, Schedule, Success

from accounts.admin_base import ActionGuardedAdmin
from accounts.permissions import Action

LONGEST_RESULT = 200

for model in (Failure, LogEntry, OrmQ, Schedule, Success):
    # With Redis as the queue, the library leaves OrmQ out.
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class QueueAdmin(ActionGuardedAdmin):
    """To look at only: a schedule or task that could be edited here would run any function."""

    view_needs = Action.MANAGE_QUEUE


@admin.register(OrmQ)
class QueuedAdmin(QueueAdmin):
    list_display = ("id", "key", "name", "func", "lock")
    fields = ("key", "name", "func", "lock")


@admin.register(Success, Failure)
class TaskAdmin(QueueAdmin):
    list_display = ("name", "func", "group", "started", "stopped", "time_taken", "short_result")
    fields = ("name", "func", "group", "started", "stopped", "attempt_count", "result")
    search_fields = ("name", "func", "group")

    @admin.display(description=_("Result"))
    def short_result(self, task: Success | Failure) -> str:
        return truncatechars(str(task.result or ""), LONGEST_RESULT)


@admin.register(Schedule)
class ScheduleAdmin(QueueAdmin):
    list_display = ("name", "func", "schedule_type", "minutes", "next_run", "repeats")
    fields = ("name", "func", "schedule_type", "minutes", "cron", "next_run", "repeats", "args")


@admin.register(LogEntry)
class ChangeAdmin(ActionGuardedAdmin, LogEntryAdminMixin):
    """Who changed what in the configuration."""

    view_needs = Action.VIEW_CHANGES
    list_display = ("timestamp", "actor", "resource", "action", "msg_short")
    list_filter = ("action", ("content_type", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("content_type", "actor")
    search_fields = ("object_repr", "actor__email")
    fields = readonly_fields = ("timestamp", "actor", "resource", "action", "msg")

    @admin.display(description=_("What"))
    def resource(self, entry: Any) -> str:
        return f"{entry.content_type.name}: {entry.object_repr}"
