"""What people do at the desk: views they keep, work they hand to a worker, changes they made."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantModel


class SavedView(TenantModel):
    """Filters, search, order and columns of the record list under a name."""

    name = models.CharField(_("name"), max_length=100)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    # Seen by all colleagues of the tenant; else only by the person who made it.
    shared = models.BooleanField(_("shared with colleagues"), default=False)
    # The list's own parameters (syncs.selection), as in an address.
    query = models.CharField(max_length=2000, blank=True)
    columns = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "by", "name"], name="view_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class JobState(models.TextChoices):
    # Uploaded and shown, not handed in.
    DRAFT = "draft", _("not applied yet")
    QUEUED = "queued", _("queued")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


class JobKind(models.TextChoices):
    RETRY = "retry", _("Try again")
    EXCLUDE = "exclude", _("Leave out of the sync")
    INCLUDE = "include", _("Take into the sync")
    SEND = "send", _("Send now")
    ASSIGN = "assign", _("Assign")
    RESOLVE = "resolve", _("Call dealt with")
    SNOOZE = "snooze", _("Snooze")
    CANCEL_RETRY = "cancel_retry", _("Cancel retries")
    EXPORT = "export", _("Export")
    DECISIONS = "decisions", _("Import decisions")


class DeskJob(models.Model):
    """Work over many records that a worker does for one person, with its progress and result.

    It belongs to the person who asked; only `of(user)` reaches it. What it touches is decided anew
    by that person's rights when it runs.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    # The companies whose records it touches: for their owners, who see who exported what.
    tenants = models.ManyToManyField("accounts.Tenant", related_name="+", blank=True)
    kind = models.CharField(_("kind"), max_length=15, choices=JobKind.choices)
    # The record list's parameters (syncs.selection), and ids when rows were chosen one by one.
    query = models.TextField(blank=True)
    ids = models.JSONField(null=True, blank=True)
    # Of the kind: assignee, reason, format, columns, …
    options = models.JSONField(default=dict, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=JobState.choices, default=JobState.QUEUED
    )
    total = models.PositiveIntegerField(_("records"), default=0)
    done = models.PositiveIntegerField(_("done"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    # Where a worker goes on: the last record's id that is done.
    position = models.BigIntegerField(default=0)
    message = models.TextField(_("message"), blank=True)
    # Up to so many lines on records that were left as they are, with the reason.
    refusals = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    # A worker has it until then; a claim that ran out is anybody's.
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    file_name = models.CharField(_("file"), max_length=200, blank=True)
    file_size = models.PositiveBigIntegerField(_("bytes"), default=0)
    content_type = models.CharField(max_length=100, blank=True)
    expires_at = models.DateTimeField(_("kept until"), null=True, blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes = [
            models.Index(fields=["by", "-id"], name="job_of_person"),
            models.Index(fields=["state", "claimed_until"], name="job_to_do"),
            models.Index(fields=["expires_at"], name="job_expires"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.created_at:%Y-%m-%d %H:%M}"


class FilePart(models.Model):
    """A piece of a job's file, so that every web machine can hand it out."""

    job = models.ForeignKey(DeskJob, models.CASCADE, related_name="parts", db_index=False)
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        verbose_name = _("file part")
        verbose_name_plural = _("file parts")
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="file_part_once")]
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.job_id}/{self.number}"


class ChangeKind(models.TextChoices):
    MAPPINGS = "mappings", _("mappings")
    CONDITIONS = "conditions", _("filter")
    SETTINGS = "settings", _("settings")
    STATE = "state", _("switched on or off")
    COPIED = "copied", _("copied from another company")


class ConfigurationChange(TenantModel):
    """One change of a sync's configuration by a person: what was, what is, and who."""

    tenant = models.ForeignKey("accounts.Tenant", models.CASCADE, related_name="+", db_index=False)
    sync = models.ForeignKey(
        "syncs.Sync", models.SET_NULL, null=True, blank=True, related_name="changes"
    )
    # Stays readable when the sync is gone.
    sync_name = models.CharField(_("sync"), max_length=200)
    kind = models.CharField(_("what"), max_length=15, choices=ChangeKind.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    # As the service takes them, so that they can be put back.
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    reverts = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="reverted_by"
    )

    class Meta:
        verbose_name = _("configuration change")
        verbose_name_plural = _("configuration changes")
        indexes = [models.Index(fields=["tenant", "-id"], name="change_of_tenant")]

    def __str__(self) -> str:
        return f"{self.sync_name}: {self.get_kind_display()}"
