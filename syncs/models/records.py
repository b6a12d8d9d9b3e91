"""What is known of each record: the row that finance staff see, work on and export."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantModel
from integrations.contract import RecordState
from syncs.engine.terms import PartnerChoice, Side


class Status(models.TextChoices):
    IN_SYNC = "in_sync", _("in sync")
    # Known and not decided yet, or sent and not settled yet.
    PENDING = "pending", _("pending")
    WAITING = "waiting", _("waiting")
    FAILING = "failing", _("failing")
    EXCLUDED = "excluded", _("excluded")
    UNLINKED = "unlinked", _("unlinked")


class SyncRecord(TenantModel):
    """One thing known to a sync: its id on one side or on both, how it last looked, its status."""

    # Indexes that begin with the tenant or the sync stand below; more would only slow writing.
    tenant = models.ForeignKey("accounts.Tenant", models.CASCADE, related_name="+", db_index=False)
    sync = models.ForeignKey("syncs.Sync", models.CASCADE, related_name="records", db_index=False)
    # Names the record for ever: creates at a provider carry it.
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    left_id = models.CharField(_("left id"), max_length=200, blank=True)
    right_id = models.CharField(_("right id"), max_length=200, blank=True)
    left_title = models.CharField(_("left name"), max_length=500, blank=True)
    right_title = models.CharField(_("right name"), max_length=500, blank=True)
    left_state = models.CharField(max_length=10, default=RecordState.LIVE)
    right_state = models.CharField(max_length=10, default=RecordState.LIVE)
    # The states when the sides last agreed: a removal is carried out once.
    left_settled_state = models.CharField(max_length=10, default=RecordState.LIVE)
    right_settled_state = models.CharField(max_length=10, default=RecordState.LIVE)
    left_version = models.CharField(max_length=100, blank=True)
    right_version = models.CharField(max_length=100, blank=True)
    # Canonical values as JSON (engine.values); base is null until both sides first agreed.
    left_values = models.JSONField(default=dict)
    right_values = models.JSONField(default=dict)
    left_base = models.JSONField(null=True, blank=True)
    right_base = models.JSONField(null=True, blank=True)
    left_digest = models.CharField(max_length=40, blank=True)
    right_digest = models.CharField(max_length=40, blank=True)
    left_modified_at = models.DateTimeField(null=True, blank=True)
    right_modified_at = models.DateTimeField(null=True, blank=True)
    # The side where it was seen first; that side owns what belongs to its birth.
    born = models.CharField(max_length=5, default=Side.LEFT)
    # Stays when the record is unlinked again: what was parted is not joined by itself.
    linked_at = models.DateTimeField(null=True, blank=True)

    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.PENDING
    )
    category = models.CharField(_("category"), max_length=40, blank=True)
    # Why it is in this state: a fault's message, an exclusion's reason or clause, a parent's name.
    reason = models.TextField(_("reason"), blank=True)
    # The whole of it as JSON: fault, clause, candidates, conflicts, parent.
    details = models.JSONField(default=dict, blank=True)
    # What it has in common with others that fail for the same cause (syncs.causes); empty: none.
    cause = models.CharField(max_length=160, blank=True, default="")
    # What it is worth, where its kind of thing is worth something: an invoice's total.
    amount = models.DecimalField(
        _("amount"), max_digits=20, decimal_places=4, null=True, blank=True
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True, default="")
    # Due for a decision at this moment; null is "nothing to do until something changes".
    due_at = models.DateTimeField(null=True, blank=True)
    # Raised by ingest and by people: settling clears `due_at` only if it did not move meanwhile.
    touched = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    # Times a worker died with it in hand; then it is tried alone, and at last no more.
    crashes = models.PositiveSmallIntegerField(default=0)
    first_failed_at = models.DateTimeField(_("failing since"), null=True, blank=True)
    last_attempt_at = models.DateTimeField(_("last attempt"), null=True, blank=True)
    synced_at = models.DateTimeField(_("last synced"), null=True, blank=True)
    # Parent it waits for or fails on: (object type, id) on the side it is read from.
    parent_type = models.CharField(max_length=100, blank=True)
    parent_id = models.CharField(max_length=200, blank=True)
    # The right object type of the sync that links that parent; empty: whatever it is.
    parent_right_type = models.CharField(max_length=100, blank=True, default="")

    # What people decided.
    excluded_by_hand = models.BooleanField(default=False)
    enrolled_by_hand = models.BooleanField(default=False)
    partner_choice = models.CharField(max_length=10, blank=True, default=PartnerChoice.NONE)
    partner_id = models.CharField(max_length=200, blank=True)
    # Mapping key -> side whose value was chosen in a conflict.
    resolutions = models.JSONField(default=dict, blank=True)
    # Fingerprint of the fault that a person called dealt with; the same one is not shown again.
    resolved_fault = models.CharField(max_length=40, blank=True, default="")
    # What made it due last (syncs.causes.Woken): tells how a failure went away.
    woken_by = models.CharField(max_length=12, blank=True, default="")
    # Whose turn it is, until when, and not before when.
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("assignee"),
    )
    due_on = models.DateField(_("to be done by"), null=True, blank=True)
    snoozed_until = models.DateTimeField(_("snoozed until"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("sync record")
        verbose_name_plural = _("sync records")
        constraints = [
            models.UniqueConstraint(
                fields=["sync", "left_id"], condition=~Q(left_id=""), name="record_left_once"
            ),
            models.UniqueConstraint(
                fields=["sync", "right_id"], condition=~Q(right_id=""), name="record_right_once"
            ),
        ]
        # More are in syncs.indexes: those that each database has in its own way.
        indexes = [
            models.Index(fields=["tenant", "-id"], name="record_newest"),
            models.Index(
                fields=["sync", "due_at", "id"],
                condition=Q(due_at__isnull=False),
                name="record_due",
            ),
            models.Index(fields=["tenant", "status", "-id"], name="record_status"),
            # Of all rows, not only of those that have a value: the list is sorted by it.
            models.Index(fields=["tenant", "category", "-id"], name="record_problem"),
            models.Index(fields=["sync", "status", "-id"], name="record_sync_status"),
            # The status is the same in all its rows; without it SQLite would look it up in each.
            models.Index(
                fields=["sync", "category", "-id", "status"],
                condition=Q(status="failing"),
                name="record_failing",
            ),
            models.Index(fields=["tenant", "-last_attempt_at", "-id"], name="record_last_attempt"),
            # For our staff, who see what has been failing longest over all companies.
            models.Index(
                fields=["first_failed_at", "id"],
                condition=Q(status="failing"),
                name="record_longest_failing",
            ),
            # The money at risk, and the groups of one cause, are read off these alone.
            models.Index(
                fields=["sync", "status", "currency", "amount"],
                condition=Q(status__in=["failing", "waiting"], amount__isnull=False),
                name="record_at_risk",
            ),
            models.Index(
                fields=["sync", "cause", "currency", "amount"],
                condition=~Q(cause=""),
                name="record_cause",
            ),
            models.Index(fields=["tenant", "amount", "-id"], name="record_amount"),
            # The currency first: our staff ask for one over all companies.
            models.Index(
                fields=["currency", "tenant", "-id"],
                condition=~Q(currency=""),
                name="record_currency",
            ),
            models.Index(
                fields=["tenant", "due_on", "-id"],
                condition=Q(due_on__isnull=False),
                name="record_due_on",
            ),
            models.Index(
                fields=["tenant", "snoozed_until", "-id"],
                condition=Q(snoozed_until__isnull=False),
                name="record_snoozed",
            ),
            # Grows at its end only, which costs little.
            models.Index(fields=["created_at"], name="record_created"),
            models.Index(
                fields=["assignee", "status", "-id"],
                condition=Q(assignee__isnull=False),
                name="record_assignee",
            ),
            models.Index(
                fields=["sync", "parent_type", "parent_id"],
                condition=~Q(parent_id=""),
                name="record_parent",
            ),
        ]

    def __str__(self) -> str:
        return self.left_title or self.right_title or self.left_id or self.right_id


class PlannedRetry(SyncRecord):
    """A record that is tried again by itself (selection.planned_retries); no row of its own."""

    class Meta:
        proxy = True
        verbose_name = _("planned retry")
        verbose_name_plural = _("retries")


class MatchValue(TenantModel):
    """A normalised value of a match rule: how partners and rivals are found."""

    tenant = models.ForeignKey("accounts.Tenant", models.CASCADE, related_name="+", db_index=False)
    sync = models.ForeignKey("syncs.Sync", models.CASCADE, related_name="+", db_index=False)
    record = models.ForeignKey(SyncRecord, models.CASCADE, related_name="match_values")
    side = models.CharField(max_length=5)
    rule = models.CharField(max_length=50)
    value = models.CharField(max_length=300)

    class Meta:
        indexes = [models.Index(fields=["sync", "rule", "value"], name="match_value")]

    def __str__(self) -> str:
        return f"{self.rule}={self.value}"


class Intent(TenantModel):
    """A create that was sent and has not settled; committed before the call.

    While it stands, the record's create is sent again only through Connector.resolve().
    """

    sync = models.ForeignKey("syncs.Sync", models.CASCADE, related_name="intents")
    record = models.OneToOneField(SyncRecord, models.CASCADE, related_name="intent")
    side = models.CharField(max_length=5)
    batch_key = models.CharField(max_length=36, db_index=True)
    position = models.PositiveIntegerField()
    # The operation as it was sent: a replay must carry the same content.
    operation = models.JSONField()
    created_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["batch_key", "position"]

    def __str__(self) -> str:
        return f"{self.side} create {self.batch_key}/{self.position}"
