"""The sidebar: what each person may open, in the order of a day's work."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Action, may
from syncs.selection import OPEN, query_of


@dataclass(frozen=True)
class Page:
    """The list of one model's objects."""

    model: str
    title: Any
    icon: str
    # The filters it opens with.
    query: str = ""


@dataclass(frozen=True)
class Link:
    """A page that is not the list of one model, by the name of its address."""

    name: str
    title: Any
    icon: str
    needs: Action


SECTIONS: tuple[tuple[Any, tuple[Page | Link, ...]], ...] = (
    (
        _("Work"),
        (
            Link("desk_overview", _("Overview"), "grid_view", Action.VIEW_RECORDS),
            Link("desk_causes", _("Causes"), "report", Action.VIEW_RECORDS),
            Page("syncs.SyncRecord", _("Records"), "fact_check", query_of(OPEN)),
            Page("syncs.Failure", _("Resolved"), "task_alt"),
            Page("syncs.PlannedRetry", _("Retries"), "update"),
            Link("desk_jobs", _("Jobs and exports"), "pending_actions", Action.VIEW_RECORDS),
            Page("syncs.Run", _("Runs"), "history"),
        ),
    ),
    (
        _("Set-up"),
        (
            Page("syncs.Integration", _("Integrations"), "hub"),
            Page("syncs.Sync", _("Syncs"), "sync"),
            Page("syncs.Mapping", _("Mappings"), "swap_horiz"),
            Page("syncs.FilterCondition", _("Filters"), "filter_alt"),
            Page("integrations.Connection", _("Connections"), "link"),
        ),
    ),
    (
        _("Company"),
        (
            Page("accounts.Membership", _("Members"), "group"),
            Page("accounts.Tenant", _("Companies"), "apartment"),
            Link("desk_audit_trail", _("Changes"), "rule", Action.VIEW_AUDIT_TRAIL),
            Link(
                "desk_support_access",
                _("Support access"),
                "support_agent",
                Action.GRANT_SUPPORT,
            ),
        ),
    ),
    (
        _("Support"),
        (
            Link("desk_support_access", _("Support access"), "support_agent", Action.VIEW_AS),
            Link("desk_copy", _("Copy configuration"), "copy_all", Action.COPY_CONFIGURATION),
            Page("integrations.CallRecord", _("Call log"), "receipt_long"),
            Page("integrations.WebhookEvent", _("Webhook events"), "webhook"),
            Page("auditlog.LogEntry", _("Changed rows"), "manage_history"),
            Page("accounts.User", _("Users"), "person"),
            Page("account.EmailAddress", _("E-mail addresses"), "alternate_email"),
            Page("mfa.Authenticator", _("Second factors"), "key"),
        ),
    ),
    (
        _("Queue"),
        (
            Page("django_q.OrmQ", _("Queued tasks"), "queue"),
            Page("django_q.Failure", _("Failed tasks"), "error"),
            Page("django_q.Success", _("Finished tasks"), "task_alt"),
            Page("django_q.Schedule", _("Schedules"), "schedule"),
        ),
    ),
)


def sections(request: HttpRequest) -> list[dict[str, Any]]:
    """The theme's sidebar: home, then every section with a page this person may open."""
    home = {"title": _("Home"), "icon": "home", "link": reverse("admin:index")}
    shown: list[dict[str, Any]] = [{"items": [home]}]
    for title, pages in SECTIONS:
        items = [_item(page) for page in pages if _may_open(request, page)]
        if items:
            shown.append({"title": title, "separator": True, "items": items})
    return shown


def _may_open(request: HttpRequest, page: Page | Link) -> bool:
    if isinstance(page, Link):
        return may(request.user, page.needs)
    registered = {model._meta.label: each for model, each in admin.site._registry.items()}
    found = registered.get(page.model)
    return found is not None and found.has_view_permission(request)


def _item(page: Page | Link) -> dict[str, Any]:
    query = page.query if isinstance(page, Page) else ""
    link = reverse(_address(page)) + (f"?{query}" if query else "")
    return {"title": page.title, "icon": page.icon, "link": link}


def _address(page: Page | Link) -> str:
    if isinstance(page, Link):
        return page.name
    return f"admin:{page.model.lower().replace('.', '_')}_changelist"
