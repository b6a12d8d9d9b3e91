"""The mails about getting in."""

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership, User


def send_invitation(membership: Membership, *, by: User, is_new: bool) -> None:
    context = {
        "by": by,
        "tenant": membership.tenant,
        "user": membership.user,
        "role": membership.get_role_display(),
        "url": password_link(membership.user) if is_new else _site("admin:index"),
        "is_new": is_new,
    }
    subject = _("%(by)s invites you to %(tenant)s in Saldo") % {
        "by": by,
        "tenant": membership.tenant,
    }
    _send(membership.user, subject, "accounts/email/invitation.txt", context)


def send_password_link(user: User) -> None:
    context = {"user": user, "url": password_link(user)}
    _send(user, _("Set your password for Saldo"), "accounts/email/password_link.txt", context)


def password_link(user: User) -> str:
    """A link with which whoever reads this person's mail sets the password; lasts three days."""
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    parts = {"uidb36": user_pk_to_url_str(user), "key": token}
    return _site("account_reset_password_from_key", parts)


def _site(name: str, parts: dict[str, str] | None = None) -> str:
    return settings.PUBLIC_URL + reverse(name, kwargs=parts)


def _send(user: User, subject: str, template: str, context: dict[str, object]) -> None:
    body = render_to_string(template, context)
    EmailMessage(" ".join(subject.split()), body, to=[user.email]).send()
