"""What people are told, and how each of them wants to be told."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User
from accounts.tenancy import TenantModel
from accounts.validators import validate_time_zone


class NotificationKind(models.TextChoices):
    NEW_FAILURE = "new_failure", _("A new kind of failure")
    CONNECTION = "connection", _("Connection trouble")
    JOB = "job", _("An export or a job of mine is ready")
    ASSIGNED = "assigned", _("Records assigned to me")
    SUPPORT = "support", _("Support asks to look, or looks")
    DIGEST = "digest", _("Daily digest")


class Preferences(models.Model):
    """How one person wants to be told, and how their lists look; made when first changed."""

    user = models.OneToOneField(User, models.CASCADE, related_name="preferences")
    # Empty: that of the company.
    time_zone = models.CharField(
        _("time zone"), max_length=64, blank=True, validators=[validate_time_zone]
    )
    digest_hour = models.PositiveSmallIntegerField(
        _("hour of the daily digest"), default=8, validators=[MaxValueValidator(23)]
    )
    # The day, in the person's time zone, of the last digest that was made.
    digest_made_on = models.DateField(null=True, blank=True)
    # Up to when it told what happened: the next one goes on from there.
    digest_until = models.DateTimeField(null=True, blank=True)
    # Kind -> {"app": bool, "mail": bool}; what is missing has the default.
    channels = models.JSONField(default=dict, blank=True)
    # List name -> names of its columns in order.
    columns = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("preferences")
        verbose_name_plural = _("preferences")

    def __str__(self) -> str:
        return str(self.user)


class Notification(TenantModel):
    """One message to one person about one change of state; read in the desk, perhaps mailed."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(_("kind"), max_length=20, choices=NotificationKind.choices)
    # Names the change of state: the same person is told once.
    key = models.CharField(max_length=200)
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"), blank=True)
    # A path of this site, never another address.
    url = models.CharField(max_length=500, blank=True)
    # Shown in the person's inbox; false: only mailed.
    in_app = models.BooleanField(default=True)
    created_at = models.DateTimeField(_("at"), default=timezone.now)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    # To be mailed, and mailed.
    wants_mail = models.BooleanField(default=False)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="notification_once"),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="notification_inbox"),
            models.Index(
                fields=["user"],
                condition=Q(read_at=None, in_app=True),
                name="notification_unread",
            ),
            models.Index(
                fields=["id"],
                condition=Q(wants_mail=True, mailed_at=None),
                name="notification_to_mail",
            ),
        ]

    def __str__(self) -> str:
        return self.title
