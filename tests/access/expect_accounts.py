"""Who may open the pages about people, of the libraries, and for signing in."""

from dataclasses import replace

from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from auditlog.models import LogEntry
from django.db.models import Model
from django.utils import timezone
from django_q.models import Failure, OrmQ, Schedule, Success
from django_q.signing import SignedPackage

from accounts.models import SUPPORT, Role, Tenant
from tests.access.pages import (
    ADMINISTRATORS,
    ALL,
    LEADERS,
    MISSING,
    NOBODY,
    OPEN,
    OWNERS,
    POST_ONLY,
    SENT_ON,
    STAFF,
    Page,
    Rights,
    object_of,
)
from tests.factories import MembershipFactory, UserFactory, staff_member

RIGHTS = {
    "accounts.Tenant": Rights(view=ALL, add=ADMINISTRATORS, change=OWNERS),
    "accounts.Membership": Rights(view=LEADERS, add=OWNERS, change=OWNERS, delete=OWNERS),
    "accounts.User": Rights(view=ADMINISTRATORS, add=ADMINISTRATORS, change=ADMINISTRATORS),
    "account.EmailAddress": Rights(view=ADMINISTRATORS),
    "mfa.Authenticator": Rights(view=ADMINISTRATORS, delete=ADMINISTRATORS),
    "auditlog.LogEntry": Rights(view=STAFF),
    "django_q.OrmQ": Rights(view=ADMINISTRATORS),
    "django_q.Success": Rights(view=ADMINISTRATORS),
    "django_q.Failure": Rights(view=ADMINISTRATORS),
    "django_q.Schedule": Rights(view=ADMINISTRATORS),
}


@object_of("accounts.Tenant")
def tenant_itself(tenant: Tenant) -> Model:
    return tenant


@object_of("accounts.Membership")
def membership(tenant: Tenant) -> Model:
    return MembershipFactory.create(tenant=tenant, role=Role.FINANCE)


@object_of("accounts.User")
def user(tenant: Tenant) -> Model:
    return UserFactory.create()


@object_of("account.EmailAddress")
def email_address(tenant: Tenant) -> Model:
    return EmailAddress.objects.get(user=UserFactory.create())


@object_of("mfa.Authenticator")
def authenticator(tenant: Tenant) -> Model:
    return Authenticator.objects.filter(user=staff_member(SUPPORT))[0]


@object_of("auditlog.LogEntry")
def log_entry(tenant: Tenant) -> Model:
    return LogEntry.objects.get_for_object(tenant).latest("id")


@object_of("django_q.OrmQ")
def queued(tenant: Tenant) -> Model:
    task = {"id": "x", "name": "n", "func": "f", "args": (), "kwargs": {}}
    return OrmQ.objects.create(key="saldo", payload=SignedPackage.dumps(task))


def _task(model: type[Success] | type[Failure], *, success: bool) -> Model:
    now = timezone.now()
    return model.objects.create(
        id=f"task-{success}", name="n", func="f", started=now, stopped=now, success=success
    )


@object_of("django_q.Success")
def finished(tenant: Tenant) -> Model:
    return _task(Success, success=True)


@object_of("django_q.Failure")
def failed(tenant: Tenant) -> Model:
    return _task(Failure, success=False)


@object_of("django_q.Schedule")
def schedule(tenant: Tenant) -> Model:
    return Schedule.objects.create(func="f", name="n")


LEADS_ON = frozenset({SENT_ON})
# About oneself only; what one meets depends on one's own second factors.
OWN = Page(status=frozenset({OPEN, SENT_ON, MISSING}))
# For somebody who is not inside yet.
ENTRANCE = Page(nobody=OPEN, status=frozenset({OPEN, SENT_ON}))


def _of_another(tenant: Tenant) -> dict[str, object]:
    return {"pk": authenticator(tenant).pk}


def _reset_key(tenant: Tenant) -> dict[str, object]:
    return {"uidb36": user_pk_to_url_str(UserFactory.create()), "key": "not-a-key"}


PAGES = {
    "home": Page(status=LEADS_ON),
    "admin:index": Page(),
    "admin:search": Page(),
    "admin:login": Page(status=LEADS_ON),
    "admin:logout": Page(status=frozenset({POST_ONLY})),
    "admin:password_change": Page(status=LEADS_ON),
    "admin:password_change_done": Page(),
    "admin:jsi18n": Page(),
    "admin:autocomplete": Page(allowed=NOBODY),
    "admin:view_on_site": Page(
        allowed=NOBODY, arguments=lambda _tenant: {"content_type_id": 1, "object_id": 1}
    ),
    "admin:app_list": Page(arguments=lambda _tenant: {"app_label": "accounts"}),
    "admin/(?P<url>.*)$": Page(
        allowed=NOBODY, arguments=lambda _tenant: {"path": "/admin/no/such/page/"}
    ),
    "account_login": ENTRANCE,
    "account_logout": Page(),
    "account_inactive": ENTRANCE,
    "account_signup": ENTRANCE,
    "account_reauthenticate": OWN,
    "account_email": OWN,
    "account_email_verification_sent": ENTRANCE,
    "account_change_password": OWN,
    "account_set_password": OWN,
    "account_reset_password": ENTRANCE,
    "account_reset_password_done": ENTRANCE,
    "account_reset_password_from_key": replace(ENTRANCE, arguments=_reset_key),
    "account_reset_password_from_key_done": ENTRANCE,
    "account_confirm_email": replace(ENTRANCE, arguments=lambda _tenant: {"key": "not-a-key"}),
    "account_confirm_login_code": replace(OWN, nobody=SENT_ON),
    "mfa_index": OWN,
    "mfa_authenticate": OWN,
    "mfa_reauthenticate": OWN,
    "mfa_activate_totp": OWN,
    "mfa_deactivate_totp": OWN,
    "mfa_view_recovery_codes": OWN,
    "mfa_generate_recovery_codes": OWN,
    "mfa_download_recovery_codes": OWN,
    "mfa_list_webauthn": OWN,
    "mfa_add_webauthn": OWN,
    "mfa_reauthenticate_webauthn": OWN,
    "mfa_remove_webauthn": Page(allowed=NOBODY, arguments=_of_another),
    "mfa_edit_webauthn": Page(allowed=NOBODY, arguments=_of_another),
    "mfa_login_webauthn": OWN,
    "usersessions_list": OWN,
}
