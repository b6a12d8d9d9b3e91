"""Messages go by mail once, to people who still belong there, whatever the mail server does."""

import smtplib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from accounts import letters
from accounts.letters import send_due
from accounts.models import Membership, Notification, NotificationKind, Role, Tenant, User
from accounts.notices import notify
from accounts.tenancy import all_tenants
from tests.factories import MembershipFactory, TenantFactory, UserFactory

NOW = timezone.now


@pytest.fixture(autouse=True)
def everybodys() -> Iterator[None]:
    with all_tenants("the tests look at messages of all"):
        yield


def tell(user: User, tenant: Tenant, key: str = "job:1", **options: Any) -> Notification:
    fields = {"kind": NotificationKind.JOB, "title": "Export ready", "url": "/desk/jobs/"}
    notify([user], tenant=tenant, key=key, **{**fields, **options})
    return Notification.objects.get(user=user, key=key)


def letter(number: int = 0) -> EmailMultiAlternatives:
    found = mail.outbox[number]
    assert isinstance(found, EmailMultiAlternatives)
    return found


def refuse(monkeypatch: pytest.MonkeyPatch, *troubles: Exception | None) -> None:
    """Have the mail server answer these, one for each letter; None is taken."""
    left = list(troubles)
    send = EmailBackend.send_messages

    def answer(self: EmailBackend, messages: Any) -> int:
        trouble = left.pop(0) if left else None
        if trouble is not None:
            raise trouble
        return send(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", answer)


def test_a_letter_says_what_it_is_about_where_it_leads_and_how_to_stop_it(
    finance: User, tenant: Tenant
) -> None:
    tell(finance, tenant, body="312 rows & totals")

    assert send_due() == 1

    sent = letter()
    assert sent.to == [finance.email]
    assert sent.subject == f"{tenant}: Export ready"
    body = str(sent.body)
    assert "312 rows & totals" in body
    assert "http://127.0.0.1:8000/desk/jobs/" in body
    assert "An export or a job of mine is ready" in body
    assert "http://127.0.0.1:8000/desk/preferences/" in body
    page, _kind = sent.alternatives[0]
    assert "312 rows &amp; totals" in str(page)
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"


def test_a_subject_is_one_line(finance: User) -> None:
    tenant = TenantFactory.create(name="Bakery\r\nBcc: thief@example.org")
    MembershipFactory.create(tenant=tenant, user=finance)
    tell(finance, tenant)

    send_due()

    assert letter().subject == "Bakery Bcc: thief@example.org: Export ready"
    assert letter().recipients() == [finance.email]


def test_a_letter_is_sent_once(finance: User, tenant: Tenant) -> None:
    tell(finance, tenant)

    assert [send_due(), send_due()] == [1, 0]
    assert len(mail.outbox) == 1


def test_of_two_workers_one_sends_it(
    finance: User, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(finance, tenant)
    look = letters._may_get

    def while_another_works(batch: Any) -> frozenset[tuple[int, int]]:
        monkeypatch.setattr(letters, "_may_get", look)
        assert send_due() == 1
        return look(batch)

    monkeypatch.setattr(letters, "_may_get", while_another_works)

    assert send_due() == 0
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(ConnectionRefusedError("no"), id="not there"),
        pytest.param(smtplib.SMTPServerDisconnected("gone"), id="gone in the middle"),
        pytest.param(smtplib.SMTPAuthenticationError(535, b"no"), id="our sign-in is wrong"),
    ],
)
def test_when_the_server_fails_all_wait_for_the_next_look(
    finance: User, owner: User, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    tell(finance, tenant)
    tell(owner, tenant)
    refuse(monkeypatch, trouble)

    assert send_due() == 0
    assert mail.outbox == []
    assert send_due() == 2


def test_a_server_that_does_not_answer_costs_one_try(
    finance: User, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = tell(finance, tenant)

    def refuse_to_open(self: EmailBackend) -> None:
        raise TimeoutError("no answer")

    monkeypatch.setattr(EmailBackend, "open", refuse_to_open)
    assert send_due() == 0

    message.refresh_from_db()
    assert message.wants_mail
    assert message.mailed_at is None


def test_an_address_that_is_refused_for_good_is_left_and_the_others_are_served(
    finance: User, owner: User, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = tell(finance, tenant)
    tell(owner, tenant)
    refuse(monkeypatch, smtplib.SMTPRecipientsRefused({finance.email: (550, b"unknown")}))

    assert send_due() == 1
    assert letter().to == [owner.email]
    refused.refresh_from_db()
    assert not refused.wants_mail
    assert send_due() == 0


def test_a_letter_that_is_refused_for_now_comes_with_the_next_look(
    finance: User, owner: User, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(finance, tenant)
    tell(owner, tenant)
    refuse(monkeypatch, smtplib.SMTPRecipientsRefused({finance.email: (450, b"later")}))

    assert send_due() == 1
    assert send_due() == 1
    assert {sent.to[0] for sent in mail.outbox} == {finance.email, owner.email}


def test_only_those_who_belong_there_get_it(tenant: Tenant, support: User) -> None:
    left = MembershipFactory.create(tenant=tenant).user
    closed = MembershipFactory.create(tenant=tenant).user
    unconfirmed = MembershipFactory.create(tenant=tenant).user
    everybody = [left, closed, unconfirmed, support]
    notify(everybody, NotificationKind.JOB, tenant=tenant, key="job:1", title="Ready")
    Membership.objects.filter(user=left).delete()
    User.objects.filter(pk=closed.pk).update(is_active=False)
    EmailAddress.objects.filter(user=unconfirmed).update(verified=False)

    assert send_due() == 1
    assert letter().to == [support.email]
    assert not Notification.objects.filter(wants_mail=True, mailed_at=None).exists()


def test_an_address_that_was_changed_and_not_confirmed_gets_nothing(tenant: Tenant) -> None:
    person = UserFactory.create()
    MembershipFactory.create(tenant=tenant, user=person, role=Role.OWNER)
    User.objects.filter(pk=person.pk).update(email="somebody.else@example.org")
    tell(person, tenant)

    assert send_due() == 0


def test_a_digest_of_several_companies_is_one_letter_with_a_part_for_each(
    finance: User, tenant: Tenant
) -> None:
    other = TenantFactory.create(name="Second company")
    MembershipFactory.create(tenant=other, user=finance)
    digest = {"kind": NotificationKind.DIGEST, "body": "3 new"}
    tell(finance, tenant, key="digest:1", title="Here", **digest)
    tell(finance, other, key="digest:2", title="There", **digest)
    tell(finance, tenant, key="job:1")

    assert send_due() == 2
    assert [sent.subject for sent in mail.outbox] == [
        "Daily digest for 2 companies",
        f"{tenant}: Export ready",
    ]
    body = str(letter().body)
    assert body.index(f"== {tenant} ==") < body.index("Here") < body.index("== Second company ==")
    assert send_due() == 0


def test_digests_of_two_days_that_wait_are_one_letter(finance: User, tenant: Tenant) -> None:
    for day in ("Monday", "Tuesday"):
        tell(finance, tenant, key=day, title=day, kind=NotificationKind.DIGEST)

    assert send_due() == 1
    assert letter().subject == f"{tenant}: Daily digest"
    assert str(letter().body).index("Monday") < str(letter().body).index("Tuesday")


def test_news_that_could_not_be_sent_for_days_is_no_news(finance: User, tenant: Tenant) -> None:
    message = tell(finance, tenant)

    assert send_due(NOW() + timedelta(days=4)) == 0
    message.refresh_from_db()
    assert not message.wants_mail


def test_a_sweep_ends_in_time_and_the_next_goes_on(finance: User, tenant: Tenant) -> None:
    tell(finance, tenant, key="one")
    tell(finance, tenant, key="two")

    assert send_due(seconds=-1) == 0
    assert send_due() == 2
