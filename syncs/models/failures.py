"""What failed and went away again, why it failed, and how each day ended."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantModel


class Outcome(models.TextChoices):
    """How a failure went away."""

    PASSED = "passed", _("went away by itself")
    SOURCE = "source", _("the record was changed")
    PARENT = "parent", _("what it refers to was mended")
    CONFIGURATION = "configuration", _("mapping, filter or setting was changed")
    RETRIED = "retried", _("tried again by hand")
    DECIDED = "decided", _("decided by hand")
    RESOLVED = "resolved", _("called dealt with")
    EXCLUDED = "excluded", _("left out")
    GONE = "gone", _("the record is gone")


class Failure(TenantModel):
    """One time that a record failed, from the first refusal until it went away."""

    tenant = models.ForeignKey("accounts.Tenant", models.CASCADE, related_name="+", db_index=False)
    sync = models.ForeignKey("syncs.Sync", models.CASCADE, related_name="+", db_index=False)
    record = models.ForeignKey(
        "syncs.SyncRecord", models.CASCADE, related_name="failures", db_index=False
    )
    opened_at = models.DateTimeField(_("failed"))
    # The last of its faults.
    category = models.CharField(_("category"), max_length=40)
    code = models.CharField(max_length=100, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    cause = models.CharField(max_length=160, blank=True)
    closed_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    outcome = models.CharField(_("how"), max_length=15, choices=Outcome.choices, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # What the person said who called it dealt with.
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("failure")
        verbose_name_plural = _("failures")
        constraints = [
            models.UniqueConstraint(
                fields=["record"], condition=Q(closed_at=None), name="failure_open_once"
            ),
        ]
        indexes = [
            models.Index(fields=["record", "-id"], name="failure_of_record"),
            models.Index(
                fields=["tenant", "-closed_at", "-id"],
                condition=Q(closed_at__isnull=False),
                name="failure_resolved",
            ),
            models.Index(fields=["tenant", "-opened_at"], name="failure_opened"),
            models.Index(fields=["sync", "-closed_at"], name="failure_of_sync"),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.opened_at:%Y-%m-%d %H:%M}"


class KnownCause(TenantModel):
    """A kind of failure of a sync: people are told when it appears, not for each record."""

    sync = models.ForeignKey("syncs.Sync", models.CASCADE, related_name="causes")
    cause = models.CharField(max_length=160)
    opened_at = models.DateTimeField()
    # No record fails for it any more.
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("cause")
        verbose_name_plural = _("causes")
        constraints = [models.UniqueConstraint(fields=["sync", "cause"], name="cause_once")]

    def __str__(self) -> str:
        return self.cause


class DailyFigure(TenantModel):
    """How a sync stood at the end of a day, and what happened on it; the current day's grows."""

    tenant = models.ForeignKey("accounts.Tenant", models.CASCADE, related_name="+", db_index=False)
    sync = models.ForeignKey("syncs.Sync", models.CASCADE, related_name="days")
    # In UTC, as all days that are counted.
    day = models.DateField(_("day"))
    # Records written or linked; failures that began; failures that went away.
    synced = models.PositiveIntegerField(_("synced"), default=0)
    failed = models.PositiveIntegerField(_("failed"), default=0)
    mended = models.PositiveIntegerField(_("resolved"), default=0)
    # As counted last.
    in_sync = models.PositiveIntegerField(_("in sync"), default=0)
    failing = models.PositiveIntegerField(_("failing"), default=0)
    waiting = models.PositiveIntegerField(_("waiting"), default=0)
    pending = models.PositiveIntegerField(_("pending"), default=0)
    excluded = models.PositiveIntegerField(_("excluded"), default=0)
    # Currency -> amount as text, of failing and waiting records.
    at_risk = models.JSONField(default=dict, blank=True)
    counted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("day")
        verbose_name_plural = _("days")
        constraints = [models.UniqueConstraint(fields=["sync", "day"], name="day_of_sync_once")]
        indexes = [models.Index(fields=["tenant", "day"], name="day_of_tenant")]

    def __str__(self) -> str:
        return f"{self.day}"
