"""Connections to the providers and what is kept about them."""

import uuid
from datetime import datetime
from typing import Self

from auditlog.registry import auditlog
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Tenant
from accounts.tenancy import TenantManager, TenantModel, TenantQuerySet
from integrations import environments
from integrations.environments import environment_name
from integrations.registry import PROVIDERS
from integrations.secrets import EncryptedTextField

LIVE, TEST, SANDBOX = environments.LIVE, environments.TEST, environments.SANDBOX
# Their values never leave the model: not to the audit log, not to a page, not to an export.
TOKEN_FIELDS = ("access_token", "refresh_token")


class ConnectionState(models.TextChoices):
    ACTIVE = "active", _("Connected")
    PAUSED = "paused", _("Paused")
    DISCONNECTED = "disconnected", _("Disconnected")


class ConnectionQuerySet(TenantQuerySet["Connection"]):
    def active(self) -> Self:
        return self.filter(state=ConnectionState.ACTIVE)

    def at(self, provider: str, environment: str, external_id: str) -> Self:
        return self.filter(provider=provider, environment=environment, external_id=external_id)


class Connection(TenantModel):
    """A tenant's authorised access to one company at a provider."""

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="connections", verbose_name=_("company")
    )
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # No choices: a new provider, or a new country of one, must need no migration.
    provider = models.CharField(_("provider"), max_length=40)
    environment = models.CharField(_("environment"), max_length=40, default=LIVE)
    name = models.CharField(_("name"), max_length=200, blank=True)
    external_id = models.CharField(_("id at the provider"), max_length=100)
    company_name = models.CharField(_("company at the provider"), max_length=1024, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    country = models.CharField(_("country"), max_length=60, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    url = models.URLField(_("address"), max_length=500, blank=True)
    scopes = models.JSONField(_("granted scopes"), default=list, blank=True)

    state = models.CharField(
        _("state"),
        max_length=12,
        choices=ConnectionState.choices,
        default=ConnectionState.ACTIVE,
    )
    pause_category = models.CharField(_("reason"), max_length=40, blank=True)
    pause_message = models.TextField(_("what the provider said"), blank=True)
    paused_at = models.DateTimeField(_("paused since"), null=True, blank=True)

    access_token = EncryptedTextField(blank=True, default="")
    refresh_token = EncryptedTextField(blank=True, default="")
    refreshed_at = models.DateTimeField(null=True, blank=True, editable=False)
    access_expires_at = models.DateTimeField(null=True, blank=True, editable=False)
    refresh_expires_at = models.DateTimeField(
        _("sign-in lasts until"), null=True, blank=True, editable=False
    )
    # While it lies ahead, one worker is renewing the tokens and the others wait.
    refresh_claimed_until = models.DateTimeField(null=True, blank=True, editable=False)

    connected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("connected by"),
    )
    connected_at = models.DateTimeField(_("connected since"), default=timezone.now)
    last_call_at = models.DateTimeField(_("last call"), null=True, blank=True)
    # Of providers whose webhooks each company must ask for.
    webhooks_kept_at = models.DateTimeField(_("webhooks looked after"), null=True, blank=True)
    webhooks_trouble = models.CharField(_("trouble with webhooks"), max_length=500, blank=True)

    objects = TenantManager.from_queryset(ConnectionQuerySet)()  # type: ignore[misc]  # of its own

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")
        ordering = ("tenant", "provider", "company_name", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["tenant", "provider", "environment", "external_id"],
                name="connection_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ConnectionState.values), name="connection_state_known"
            ),
        )
        # Webhooks come with the provider's id alone.
        indexes = (models.Index(fields=["provider", "external_id"], name="connection_external"),)

    def __str__(self) -> str:
        return f"{self.provider_label}: {self.name or self.company_name or self.external_id}"

    @property
    def provider_label(self) -> str:
        """The provider's own name; its code when this version no longer serves it."""
        known = PROVIDERS.get(self.provider)
        return known.label if known else self.provider

    @property
    def environment_name(self) -> str:
        return environment_name(self.environment)

    @property
    def is_active(self) -> bool:
        return self.state == ConnectionState.ACTIVE


class CallRecord(TenantModel):
    """One call to a provider; without tokens, parameters or bodies."""

    connection = models.ForeignKey(
        Connection, models.CASCADE, related_name="calls", verbose_name=_("connection")
    )
    at = models.DateTimeField(_("time"))
    method = models.CharField(_("method"), max_length=8)
    path = models.CharField(_("path"), max_length=300)
    # 0: no answer came.
    status = models.PositiveSmallIntegerField(_("status"))
    milliseconds = models.PositiveIntegerField(_("milliseconds"))
    correlation_id = models.CharField(_("correlation id"), max_length=100, blank=True)
    error = models.CharField(_("error"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ("-at", "-pk")
        indexes = (
            models.Index(fields=["connection", "-at"], name="call_connection_at"),
            models.Index(fields=["tenant", "-at", "-id"], name="call_tenant_at"),
            models.Index(fields=["-at", "-id"], name="call_at"),
            models.Index(fields=["correlation_id"], name="call_correlation"),
            models.Index(
                fields=["tenant", "-at"],
                condition=Q(status__gte=400) | Q(status=0),
                name="call_failed_at",
            ),
        )

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status}"


class RateBucket(models.Model):
    """When the next call under one rate rule would be on time (GCRA).

    Not a tenant's: two tenants that connect one company share the provider's limit.
    """

    key = models.CharField(max_length=255, primary_key=True)
    # Theoretical arrival time in seconds since the epoch, by the database's own clock.
    tat = models.FloatField()

    def __str__(self) -> str:
        return self.key


class SharedState(models.Model):
    """A small state that processes change by turns, such as what was spent of a day's calls.

    Not a tenant's: two tenants that connect one company share the provider's limits.
    """

    key = models.CharField(max_length=255, primary_key=True)
    # JSON; empty at first.
    value = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return self.key


class WebhookEvent(TenantModel):
    """A provider's hint that a record changed, kept until the sync has looked."""

    connection = models.ForeignKey(
        Connection, models.CASCADE, related_name="webhook_events", verbose_name=_("connection")
    )
    provider = models.CharField(_("provider"), max_length=40)
    # Names the event for ever: providers deliver some twice.
    key = models.CharField(_("key"), max_length=255)
    object_type = models.CharField(_("object type"), max_length=60)
    record_id = models.CharField(_("record"), max_length=200)
    merged_into = models.CharField(_("merged into"), max_length=200, blank=True)
    at = models.DateTimeField(_("changed"))
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    handled_at = models.DateTimeField(_("handled"), null=True, blank=True)

    class Meta:
        verbose_name = _("webhook event")
        verbose_name_plural = _("webhook events")
        ordering = ("-received_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=["connection", "key"], name="webhook_event_once"),
        )
        indexes = (
            models.Index(fields=["-received_at", "-id"], name="webhook_received"),
            models.Index(
                fields=["connection", "received_at"],
                condition=Q(handled_at=None),
                name="webhook_open",
            ),
        )

    def __str__(self) -> str:
        return f"{self.object_type} {self.record_id}"


class ConnectAttempt(TenantModel):
    """Somebody was sent to a provider's consent page; good for one return within minutes.

    Where the sign-in opens several companies it then waits, once more minutes, for the choice.
    """

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+")
    nonce = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    provider = models.CharField(max_length=40)
    environment = models.CharField(max_length=40)
    # Set when an existing connection is to be renewed.
    connection = models.ForeignKey(
        Connection, models.CASCADE, null=True, blank=True, related_name="+"
    )
    # PKCE verifier; empty where the provider has no PKCE.
    verifier = EncryptedTextField(blank=True, default="")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    # Signed in, and now one of several companies is to be chosen; the key is the page's address.
    choice_key = models.CharField(max_length=64, null=True, blank=True, unique=True)
    # The token answer as JSON.
    sign_in = EncryptedTextField(blank=True, default="")
    companies = models.JSONField(default=list, blank=True)
    chosen_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.provider} ({self.environment})"

    def is_over(self, now: datetime) -> bool:
        return self.expires_at <= now


auditlog.register(
    Connection,
    exclude_fields=[
        *TOKEN_FIELDS,
        "refreshed_at",
        "access_expires_at",
        "refresh_expires_at",
        "refresh_claimed_until",
        "last_call_at",
        "webhooks_kept_at",
        "webhooks_trouble",
    ],
)
