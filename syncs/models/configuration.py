"""What a tenant set up: integrations, their syncs, mappings and filters."""

from auditlog.registry import auditlog
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantModel
from syncs.engine.terms import (
    Direction,
    Leaving,
    Operator,
    Policy,
    Removal,
    Side,
    TransformKind,
)

DIRECTIONS = [
    (Direction.BOTH, _("both ways")),
    (Direction.TO_RIGHT, _("left to right")),
    (Direction.TO_LEFT, _("right to left")),
]
REMOVALS = [
    (Removal.UNLINK, _("unlink")),
    (Removal.ARCHIVE, _("archive the other")),
    (Removal.NOTHING, _("do nothing")),
]


class Integration(TenantModel):
    """A pair of connections that a tenant keeps in step."""

    name = models.CharField(_("name"), max_length=200)
    left = models.ForeignKey(
        "integrations.Connection", models.PROTECT, related_name="left_of", verbose_name=_("left")
    )
    right = models.ForeignKey(
        "integrations.Connection", models.PROTECT, related_name="right_of", verbose_name=_("right")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("integration")
        verbose_name_plural = _("integrations")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "left", "right"], name="integration_pair_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SyncState(models.TextChoices):
    ACTIVE = "active", _("active")
    # Stopped by us, with a reason; goes on by itself once that is mended.
    PAUSED = "paused", _("paused")
    # Switched off by a person.
    OFF = "off", _("off")


class Sync(TenantModel):
    """A tenant's instance of a recipe, its progress on both sides and who works on it now."""

    integration = models.ForeignKey(
        Integration, models.CASCADE, related_name="syncs", verbose_name=_("integration")
    )
    recipe = models.CharField(_("recipe"), max_length=100)
    name = models.CharField(_("name"), max_length=200)
    direction = models.CharField(
        _("direction"),
        max_length=10,
        choices=DIRECTIONS,
        default=Direction.BOTH,
    )
    policy = models.CharField(
        _("when both sides differ"),
        max_length=10,
        choices=[
            (Policy.LEFT, _("left wins")),
            (Policy.RIGHT, _("right wins")),
            (Policy.ASK, _("ask a person")),
        ],
        default=Policy.LEFT,
    )
    leaving = models.CharField(
        _("when a record leaves the filter"),
        max_length=10,
        choices=[(Leaving.STOP, _("stop updating it")), (Leaving.KEEP, _("keep updating it"))],
        default=Leaving.STOP,
    )
    left_removed = models.CharField(
        _("when the left record is removed"),
        max_length=10,
        choices=REMOVALS,
        default=Removal.UNLINK,
    )
    right_removed = models.CharField(
        _("when the right record is removed"),
        max_length=10,
        choices=REMOVALS,
        default=Removal.UNLINK,
    )
    # Values of the recipe's settings, such as the income account for new items.
    settings = models.JSONField(_("settings"), default=dict, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=SyncState.choices, default=SyncState.OFF
    )
    # When it was first switched on: what is older than that is sent by hand only, where the recipe
    # says so.
    started_at = models.DateTimeField(_("first switched on"), null=True, blank=True)
    # When people were told how its first pass went; only later kinds of failure are news by
    # themselves.
    first_told_at = models.DateTimeField(null=True, blank=True)
    pause_category = models.CharField(max_length=40, blank=True)
    pause_message = models.TextField(blank=True)
    # Raised on every change of mappings, filters or settings: all records are decided anew.
    revision = models.PositiveIntegerField(default=1)
    # The revision that all records have been marked due for, and how far the marking of a newer
    # one (by record id) has come: it goes in slices.
    decided_revision = models.PositiveIntegerField(default=1)
    marking_revision = models.PositiveIntegerField(default=0)
    marked_until = models.BigIntegerField(default=0)

    left_cursor = models.TextField(blank=True)
    right_cursor = models.TextField(blank=True)
    # Fields that the stored values hold; when a mapping needs more, that side is read anew.
    left_fields = models.JSONField(default=list, blank=True)
    right_fields = models.JSONField(default=list, blank=True)
    # Set once a side was read whole; nothing is decided before both are.
    left_read_at = models.DateTimeField(null=True, blank=True)
    right_read_at = models.DateTimeField(null=True, blank=True)
    # The feed had more when it was last read: reading goes on before anything else.
    left_more = models.BooleanField(default=True)
    right_more = models.BooleanField(default=True)
    # The last webhook event whose record was read again.
    left_event = models.BigIntegerField(default=0)
    right_event = models.BigIntegerField(default=0)
    # "Complete up to": no change before this moment is missing.
    left_complete_until = models.DateTimeField(null=True, blank=True)
    right_complete_until = models.DateTimeField(null=True, blank=True)

    # When each side is looked at again, and the earlier of both; null is "at once".
    left_due_at = models.DateTimeField(null=True, blank=True)
    right_due_at = models.DateTimeField(null=True, blank=True)
    next_run_at = models.DateTimeField(_("next run"), null=True, blank=True)
    last_run_at = models.DateTimeField(_("last run"), null=True, blank=True)
    # What safe writing needs at the providers was made; null asks for it again.
    prepared_at = models.DateTimeField(null=True, blank=True)
    # Consecutive runs that ended early, and until when the sync therefore rests.
    stalls = models.PositiveIntegerField(default=0)
    held_until = models.DateTimeField(null=True, blank=True)
    # Set while a message for it waits in the queue, so that a full queue is not filled further.
    queued_at = models.DateTimeField(null=True, blank=True)
    # The worker that has it now; a claim that ran out is anybody's.
    claimed_by = models.CharField(max_length=60, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    # Ids of the records in that worker's hands: suspects, should it die on them.
    in_hand = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("sync")
        verbose_name_plural = _("syncs")
        indexes = [models.Index(fields=["state", "next_run_at"], name="sync_due")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_read(self) -> bool:
        """Whether both sides were read whole; before that nothing is decided."""
        return self.left_read_at is not None and self.right_read_at is not None

    def cursor(self, side: Side) -> str:
        return self.left_cursor if side is Side.LEFT else self.right_cursor

    def stored_fields(self, side: Side) -> frozenset[str]:
        return frozenset(self.left_fields if side is Side.LEFT else self.right_fields)

    def connection_id(self, side: Side) -> int:
        """The connection of this side; needs `integration`."""
        pair = self.integration
        return pair.left_id if side is Side.LEFT else pair.right_id


class Mapping(TenantModel):
    """One field mapping of a sync; `key` is stable because the bases of records belong to it."""

    sync = models.ForeignKey(Sync, models.CASCADE, related_name="mappings")
    key = models.CharField(max_length=100)
    # Names of one field, or of several that together feed the other side.
    left = models.JSONField(_("left fields"), default=list)
    right = models.JSONField(_("right fields"), default=list)
    direction = models.CharField(
        _("direction"),
        max_length=10,
        choices=DIRECTIONS,
        default=Direction.BOTH,
    )
    enabled = models.BooleanField(_("on"), default=True)
    # Needed by the recipe: shown with a lock, can be neither edited nor switched off.
    locked = models.BooleanField(_("locked"), default=False)
    transform = models.CharField(
        _("transform"),
        max_length=20,
        choices=[(kind.value, kind.value.replace("_", " ")) for kind in TransformKind],
        default=TransformKind.COPY,
    )
    # text, table, length, object_type of engine.terms.Transform.
    options = models.JSONField(_("options"), default=dict, blank=True)
    erase = models.BooleanField(_("may empty the other side"), default=False)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("mapping")
        verbose_name_plural = _("mappings")
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["sync", "key"], name="mapping_key_once")]

    def __str__(self) -> str:
        return self.in_words("⇄")

    def in_words(self, arrow: str) -> str:
        return f"{' + '.join(self.left) or '—'} {arrow} {' + '.join(self.right) or '—'}"


class FilterCondition(TenantModel):
    """One clause of a sync's filter: OR between groups, AND inside a group."""

    sync = models.ForeignKey(Sync, models.CASCADE, related_name="conditions")
    # The side whose records are filtered.
    side = models.CharField(
        _("side"),
        max_length=5,
        choices=[(Side.LEFT, _("left")), (Side.RIGHT, _("right"))],
        default=Side.LEFT,
    )
    group = models.PositiveIntegerField(_("group"), default=1)
    field = models.CharField(_("field"), max_length=200)
    operator = models.CharField(
        _("operator"),
        max_length=20,
        choices=[(operator.value, operator.value.replace("_", " ")) for operator in Operator],
    )
    values = models.JSONField(_("values"), default=list, blank=True)
    # Set by the recipe: holds besides all groups and is edited by nobody.
    fixed = models.BooleanField(_("fixed"), default=False)

    class Meta:
        verbose_name = _("filter condition")
        verbose_name_plural = _("filter conditions")
        ordering = ["side", "group", "id"]

    def __str__(self) -> str:
        return f"{self.field} {self.operator} {', '.join(self.values)}".strip()


class FieldList(TenantModel):
    """The fields of an object type as a connection's provider described them last.

    Kept so that decisions, previews and editors need no call; read again when it is old.
    """

    connection = models.ForeignKey("integrations.Connection", models.CASCADE, related_name="+")
    object_type = models.CharField(max_length=100)
    # contract.Field as JSON.
    fields = models.JSONField(default=list)
    read_at = models.DateTimeField()

    class Meta:
        verbose_name = _("field list")
        verbose_name_plural = _("field lists")
        constraints = [
            models.UniqueConstraint(fields=["connection", "object_type"], name="field_list_once"),
        ]

    def __str__(self) -> str:
        return self.object_type


# Who made them and who took them away; how a sync works is kept by syncs.changes.
auditlog.register(Integration, include_fields=["tenant", "name"])
auditlog.register(Sync, include_fields=["tenant", "name"])
