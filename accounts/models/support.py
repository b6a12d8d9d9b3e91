"""Our support's look at a customer's desk: asked for, consented, ending, and written down."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User
from accounts.tenancy import TenantModel


class SupportAccess(TenantModel):
    """One look that one of our staff asked for; it opens once an owner of the tenant agrees."""

    asked_by = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("asked by"))
    reason = models.CharField(_("reason"), max_length=500)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    # For so long from the moment of consent.
    hours = models.PositiveSmallIntegerField(_("hours"), default=8)
    # Read-only unless it was asked for and agreed to.
    may_write = models.BooleanField(_("may change things"), default=False)
    granted_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("agreed by")
    )
    granted_at = models.DateTimeField(_("agreed"), null=True, blank=True)
    expires_at = models.DateTimeField(_("ends"), null=True, blank=True)
    # Refused before it began, or ended early by either.
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )

    class Meta:
        verbose_name = _("support access")
        verbose_name_plural = _("support access")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.asked_by}: {self.reason}"


class SupportVisit(TenantModel):
    """A page that was opened during a support access; the customer sees these."""

    access = models.ForeignKey(SupportAccess, models.CASCADE, related_name="visits")
    at = models.DateTimeField(_("at"), default=timezone.now)
    method = models.CharField(_("method"), max_length=10)
    path = models.CharField(_("page"), max_length=500)
    # False: refused, because the access is read-only.
    allowed = models.BooleanField(_("allowed"), default=True)

    class Meta:
        verbose_name = _("support visit")
        verbose_name_plural = _("support visits")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"
