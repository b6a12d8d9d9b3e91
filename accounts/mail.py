"""The mails about getting in, and those about news at the desk."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership, Notification, User


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


def notice_letter(parts: Sequence[Notification]) -> EmailMessage:
    """One person's letter about one message, or about several of one kind: a part for each."""
    first = parts[0]
    context = {
        "user": first.user,
        "parts": [{"notice": part, "url": _there(part.url)} for part in parts],
        "is_one": len(parts) == 1,
        "kind": first.get_kind_display(),
        "preferences": _site("desk_preferences"),
    }
    letter = EmailMultiAlternatives(
        _notice_subject(parts),
        render_to_string("accounts/email/notice.txt", context),
        to=[first.user.email],
        headers=_notice_headers(first),
    )
    letter.attach_alternative(render_to_string("accounts/email/notice.html", context), "text/html")
    return letter


def _notice_subject(parts: Sequence[Notification]) -> str:
    first, companies = parts[0], {part.tenant_id for part in parts}
    if len(companies) == 1:
        title = first.title if len(parts) == 1 else first.get_kind_display()
        return " ".join(f"{first.tenant}: {title}".split())
    words = _("%(kind)s for %(count)d companies")
    return words % {"kind": first.get_kind_display(), "count": len(companies)}


def _notice_headers(first: Notification) -> dict[str, str]:
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    # The same each time: a letter that a mail server took and did not confirm is known again.
    # And nobody's holiday message is wanted in answer.
    return {"Message-ID": f"<notice-{first.pk}@{host}>", "Auto-Submitted": "auto-generated"}


def _there(path: str) -> str:
    return settings.PUBLIC_URL + path if path else _site("desk_inbox")


def _site(name: str, parts: dict[str, str] | None = None) -> str:
    return settings.PUBLIC_URL + reverse(name, kwargs=parts)


def _send(user: User, subject: str, template: str, context: dict[str, object]) -> None:
    body = render_to_string(template, context)
    EmailMessage(" ".join(subject.split()), body, to=[user.email]).send()
