"""What was done: passes of a sync, and what each attempt did to one record."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantModel


class RunState(models.TextChoices):
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    # Stopped early by a limit or trouble at the provider; goes on by itself.
    STOPPED = "stopped", _("stopped early")
    FAILED = "failed", _("failed")


class RunTrigger(models.TextChoices):
    SCHEDULE = "schedule", _("schedule")
    WEBHOOK = "webhook", _("webhook")
    PERSON = "person", _("person")
    CONTINUED = "continued", _("continued")


class Run(TenantModel):
    """One pass of a sync with its totals, counted from outcomes."""

    sync = models.ForeignKey("syncs.Sync", models.CASCADE, related_name="runs")
    trigger = models.CharField(
        _("started by"), max_length=10, choices=RunTrigger.choices, default=RunTrigger.SCHEDULE
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    state = models.CharField(
        _("state"), max_length=10, choices=RunState.choices, default=RunState.RUNNING
    )
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    read_left = models.PositiveIntegerField(_("read left"), default=0)
    read_right = models.PositiveIntegerField(_("read right"), default=0)
    decided = models.PositiveIntegerField(_("decided"), default=0)
    linked = models.PositiveIntegerField(_("linked"), default=0)
    created = models.PositiveIntegerField(_("created"), default=0)
    updated = models.PositiveIntegerField(_("updated"), default=0)
    archived = models.PositiveIntegerField(_("archived"), default=0)
    failed = models.PositiveIntegerField(_("failed"), default=0)
    calls = models.PositiveIntegerField(_("calls"), default=0)
    category = models.CharField(_("category"), max_length=40, blank=True)
    message = models.TextField(_("message"), blank=True)

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        indexes = [
            models.Index(fields=["sync", "-started_at"], name="run_of_sync"),
            models.Index(fields=["tenant", "-started_at"], name="run_of_tenant"),
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M} UTC"


class ActivityAction(models.TextChoices):
    LINKED = "linked", _("linked")
    CREATED = "created", _("created")
    UPDATED = "updated", _("updated")
    ARCHIVED = "archived", _("archived")
    UNLINKED = "unlinked", _("unlinked")
    FAILED = "failed", _("failed")
    WAITING = "waiting", _("waiting")
    EXCLUDED = "excluded", _("excluded")
    SENT = "sent", _("sent, checking")
    AGREED = "agreed", _("in sync")
    RETRIED = "retried", _("retry asked for")
    CHANGED = "changed", _("changed by hand")
    MERGED = "merged", _("merged at the provider")
    NOTED = "noted", _("note")
    ASSIGNED = "assigned", _("assigned")
    RESOLVED = "resolved", _("called dealt with")


class Activity(TenantModel):
    """What one attempt, or one person, did to one record."""

    tenant = models.ForeignKey("accounts.Tenant", models.CASCADE, related_name="+", db_index=False)
    sync = models.ForeignKey("syncs.Sync", models.CASCADE, related_name="+", db_index=False)
    # Its index is the one below.
    record = models.ForeignKey(
        "syncs.SyncRecord", models.CASCADE, related_name="activities", db_index=False
    )
    run = models.ForeignKey(Run, models.SET_NULL, null=True, blank=True, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(_("at"))
    action = models.CharField(_("action"), max_length=10, choices=ActivityAction.choices)
    # Side that was written, empty when none was.
    side = models.CharField(max_length=5, blank=True)
    # A list of objects with field, side, before and after.
    changes = models.JSONField(default=list, blank=True)
    category = models.CharField(_("category"), max_length=40, blank=True)
    message = models.TextField(_("message"), blank=True)
    correlation_id = models.CharField(max_length=100, blank=True)

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        indexes = [
            models.Index(fields=["record", "-id"], name="activity_of_record"),
            models.Index(fields=["tenant", "-id"], name="activity_of_tenant"),
            models.Index(fields=["at"], name="activity_at"),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.at:%Y-%m-%d %H:%M}"


class Heartbeat(models.Model):
    """Signs of life of the machinery; one row per name."""

    name = models.CharField(max_length=60, primary_key=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name
