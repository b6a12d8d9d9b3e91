"""Who works here: tenants (our customers), users, and which user works for which tenant."""

import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from auditlog.registry import auditlog
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantModel, all_tenants, current_scope
from accounts.validators import validate_time_zone

if TYPE_CHECKING:
    from accounts.models.support import SupportAccess

SUPPORT = "Support"
ADMINISTRATORS = "Administrators"


class TenantDirectory(models.Manager["Tenant"]):
    """Tenants themselves: those within the scope, where there is one; else all of them."""

    def get_queryset(self) -> models.QuerySet["Tenant"]:
        tenants = super().get_queryset()
        scope = current_scope()
        ids = scope.tenant_ids() if scope else None
        return tenants if ids is None else tenants.filter(pk__in=ids)


class Tenant(models.Model):
    """A customer of ours: one company. All data belongs to exactly one tenant."""

    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(_("short name"), unique=True)
    public_id = models.UUIDField(_("public id"), default=uuid.uuid4, unique=True, editable=False)
    currency = models.CharField(
        _("currency"),
        max_length=3,
        default="EUR",
        validators=[RegexValidator(r"^[A-Z]{3}$", _("Three capital letters, such as EUR."))],
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_time_zone]
    )
    is_demo = models.BooleanField(_("demo"), default=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = TenantDirectory()

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user; without a password nobody can log in until one is set by mail."""
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, **{**fields, "is_superuser": True})

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who logs in with an e-mail address: a customer's or one of ours."""

    email = models.EmailField(_("e-mail address"), unique=True)
    full_name = models.CharField(_("name"), max_length=200, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)
    tenants = models.ManyToManyField(
        Tenant, through="Membership", related_name="users", verbose_name=_("companies")
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    # Set for the length of a request in which one of our staff looks as a customer does
    # (accounts.viewing): their own rights rest, and they have a role in that one tenant.
    viewing: "SupportAccess | None" = None

    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ("email",)
        constraints = (
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_once",
                violation_error_message=_("This e-mail address is taken."),
            ),
        )

    def __str__(self) -> str:
        return self.full_name or self.email

    def clean(self) -> None:
        self.email = self.email.strip().lower()

    @cached_property
    def group_names(self) -> frozenset[str]:
        return frozenset(self.groups.values_list("name", flat=True)) if self.pk else frozenset()

    @property
    def is_support(self) -> bool:
        return self.viewing is None and SUPPORT in self.group_names

    @property
    def is_administrator(self) -> bool:
        if self.viewing is not None:
            return False
        return self.is_superuser or ADMINISTRATORS in self.group_names

    @property
    def is_staff(self) -> bool:
        """Whether this person works for us, not for a customer."""
        return self.is_administrator or self.is_support

    @property
    def roles(self) -> dict[int, "Role"]:
        """This person's role by tenant id."""
        if self.viewing is None:
            return self._own_roles
        role = Role.FINANCE if self.viewing.may_write else Role.VIEWER
        return {self.viewing.tenant_id: role}

    @cached_property
    def _own_roles(self) -> dict[int, "Role"]:
        if not self.pk:
            return {}
        with all_tenants("a person's scope is made from this"):
            rows = list(self.memberships.values_list("tenant_id", "role"))
        return {tenant_id: Role(role) for tenant_id, role in rows}

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Django's own rights, which only a superuser has; they rest as the others do."""
        return self.viewing is None and super().has_perm(perm, obj)

    def has_module_perms(self, app_label: str) -> bool:
        return self.viewing is None and super().has_module_perms(app_label)

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name.split(" ")[0] or self.email


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    FINANCE = "finance", _("Finance")
    VIEWER = "viewer", _("Viewer")


class Membership(TenantModel):
    """A user works for a tenant, in one role."""

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="memberships", verbose_name=_("company")
    )
    user = models.ForeignKey(
        User, models.CASCADE, related_name="memberships", verbose_name=_("user")
    )
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.VIEWER)
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering = ("tenant", "user")
        constraints = (
            models.UniqueConstraint(
                fields=["tenant", "user"],
                name="membership_once",
                violation_error_message=_("This person is a member already."),
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="membership_role_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"


auditlog.register(Tenant)
auditlog.register(User, exclude_fields=["password", "last_login"], m2m_fields={"groups"})
auditlog.register(Membership)
