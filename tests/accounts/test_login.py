"""Getting in: by password and second factor, never past either, never without an invitation."""

import re
import time
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.adapter import EncryptedMfaAdapter
from accounts.models import ADMINISTRATORS, SUPPORT, User
from tests.conftest import ClientOf
from tests.factories import PASSWORD, UserFactory, staff_member

LOGIN = "/accounts/login/"


def sign_in(client: Client, email: str, password: str = PASSWORD) -> str:
    """Where signing in leads; empty when it was refused."""
    response = client.post(LOGIN, {"login": email, "password": password})
    return response.headers.get("Location", "")


def current_code(user: User) -> str:
    """What the person's authenticator app shows now."""
    stored = Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP).data["secret"]
    seed = EncryptedMfaAdapter().decrypt(stored)
    return str(format_hotp_value(hotp_value(seed, int(time.time()) // 30)))


def test_a_member_signs_in_with_address_and_password(client: Client, owner: User) -> None:
    assert sign_in(client, owner.email.upper()) == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_a_wrong_password_is_refused(client: Client, owner: User) -> None:
    assert sign_in(client, owner.email, "wrong") == ""
    assert client.get("/admin/").status_code == 302


def test_the_sixth_wrong_try_in_a_row_is_refused_even_if_right(client: Client, owner: User) -> None:
    for _ in range(5):
        assert sign_in(client, owner.email, "wrong") == ""

    assert sign_in(client, owner.email) == ""
    assert (
        "Too many failed login attempts"
        in client.post(LOGIN, {"login": owner.email, "password": PASSWORD}).text
    )

    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert sign_in(client, owner.email) == "/admin/"


def test_tries_against_one_person_do_not_lock_out_another(
    client: Client, owner: User, finance: User
) -> None:
    for _ in range(5):
        sign_in(client, owner.email, "wrong")

    assert sign_in(client, finance.email) == "/admin/"


def test_an_address_that_was_never_confirmed_gets_a_mail_first(client: Client, db: None) -> None:
    user = UserFactory.create(verified=False)

    assert sign_in(client, user.email) == "/accounts/confirm-email/"
    assert user.email in mail.outbox[0].to


def test_the_admin_has_no_login_form_of_its_own(client: Client, owner: User) -> None:
    response = client.post("/admin/login/", {"username": owner.email, "password": PASSWORD})

    assert response.headers["Location"].startswith(LOGIN)
    assert "_auth_user_id" not in client.session


def test_the_admin_sends_back_where_one_wanted_to_go(client: Client, owner: User) -> None:
    page = reverse("admin:accounts_membership_changelist")

    response = client.get(page, follow=True)
    assert response.redirect_chain[-1][0] == f"{LOGIN}?next=/admin/accounts/membership/".replace(
        "/admin/accounts/membership/", "%2Fadmin%2Faccounts%2Fmembership%2F"
    )
    signed_in = client.post(
        LOGIN, {"login": owner.email, "password": PASSWORD, "next": page}, follow=True
    )
    assert signed_in.request["PATH_INFO"] == page


def test_the_admin_login_sends_nobody_to_another_site(client: Client) -> None:
    response = client.get("/admin/login/?next=https://evil.example/")

    assert response.headers["Location"] == f"{LOGIN}?next=%2Fadmin%2F"


def test_a_second_factor_is_asked_for_and_checked(client: Client, db: None) -> None:
    user = staff_member(SUPPORT)

    assert sign_in(client, user.email) == "/accounts/2fa/authenticate/"
    assert client.get("/admin/").status_code == 302
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert client.get("/admin/").status_code == 302
    client.post("/accounts/2fa/authenticate/", {"code": current_code(user)})
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize("group", [SUPPORT, ADMINISTRATORS])
def test_our_staff_set_up_a_second_factor_before_anything_else(
    group: str, client_of: ClientOf, db: None
) -> None:
    client = client_of(staff_member(group, second_factor=False))

    for path in ("/admin/", "/admin/accounts/tenant/", "/accounts/email/", "/accounts/sessions/"):
        assert client.get(path).headers["Location"] == "/accounts/2fa/"
    assert client.get("/accounts/2fa/").status_code == 200
    assert client.get("/accounts/logout/").status_code == 200


def test_superusers_are_our_staff_too(client_of: ClientOf, db: None) -> None:
    root = User.objects.create_superuser("root@example.org", PASSWORD)

    assert client_of(root).get("/admin/").headers["Location"] == "/accounts/2fa/"


def test_members_choose_for_themselves_whether_to_have_one(
    client_of: ClientOf, owner: User
) -> None:
    assert client_of(owner).get("/admin/").status_code == 200


def test_seeds_of_codes_are_stored_encrypted(support: User) -> None:
    stored = Authenticator.objects.get(user=support, type=Authenticator.Type.TOTP).data["secret"]

    # A Fernet token; a plain seed is 32 letters.
    assert stored.startswith("gAAAA")


def test_nobody_signs_up_uninvited(client: Client, db: None) -> None:
    form = {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD}

    response = client.post("/accounts/signup/", form)

    assert "Closed" in response.text
    assert not User.objects.filter(email="new@example.org").exists()
    assert "sign up" not in client.get(LOGIN).text


def test_a_forgotten_password_is_set_anew_by_mail(client: Client, owner: User) -> None:
    client.post("/accounts/password/reset/", {"email": owner.email})
    link = re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    assert link

    form_page = client.get(link[1], follow=True)
    new = "another long password"
    client.post(form_page.request["PATH_INFO"], {"password1": new, "password2": new})

    assert sign_in(client, owner.email, new) == "/admin/"
    assert client.get(link[1], follow=True).context.get("token_fail")


def test_asking_for_a_password_does_not_tell_who_is_known(client: Client, owner: User) -> None:
    known = client.post("/accounts/password/reset/", {"email": owner.email})
    unknown = client.post("/accounts/password/reset/", {"email": "who@example.org"})

    assert known.headers["Location"] == unknown.headers["Location"]


def test_somebody_without_a_company_is_told_so(client_of: ClientOf, nobody_special: User) -> None:
    response = client_of(nobody_special).get("/admin/", follow=True)

    assert response.status_code == 403
    assert EmailAddress.objects.filter(user=nobody_special, verified=True).exists()
