"""Everybody says for themselves how they are told."""

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import NotificationKind, Preferences, Role, SupportAccess, Tenant, User
from accounts.preferences import Channels, change_preferences, channels_of, preferences_of
from tests.conftest import ClientOf
from tests.factories import MembershipFactory, TenantFactory

PAGE = "/desk/preferences/"


def test_each_kind_is_told_in_the_desk_and_by_mail_unless_one_says_otherwise(owner: User) -> None:
    told = {kind: channels_of(preferences_of(owner), kind) for kind in NotificationKind}

    assert told.pop(NotificationKind.DIGEST) == Channels(app=False, mail=True)
    assert set(told.values()) == {Channels(app=True, mail=True)}


def test_what_is_chosen_is_kept_for_oneself(
    client_of: ClientOf, finance: User, owner: User
) -> None:
    given = {"digest_hour": "17", "time_zone": "Europe/Rome", "new_failure_app": "on"}

    response = client_of(finance).post(PAGE, given, follow=True)

    assert "Saved." in response.text
    stored = Preferences.objects.get(user=finance)
    assert (stored.digest_hour, stored.time_zone) == (17, "Europe/Rome")
    assert channels_of(stored, NotificationKind.NEW_FAILURE) == Channels(app=True, mail=False)
    assert channels_of(stored, NotificationKind.JOB) == Channels(app=False, mail=False)
    assert not Preferences.objects.filter(user=owner).exists()


def test_the_page_shows_what_was_chosen_and_where_the_company_is(
    client_of: ClientOf, db: None
) -> None:
    tenant = TenantFactory.create(time_zone="Europe/Copenhagen")
    person = MembershipFactory.create(tenant=tenant, role=Role.VIEWER).user
    client = client_of(person)
    assert "That of the company (Europe/Copenhagen)" in client.get(PAGE).text

    change_preferences(person, time_zone="Asia/Tokyo", digest_hour=6)

    shown = client.get(PAGE).text
    assert '<option value="6" selected>06:00</option>' in shown
    assert '<option value="Asia/Tokyo" selected>' in shown
    assert "That of the company (Europe/Copenhagen)" in shown


@pytest.mark.parametrize(
    "given",
    [
        {"digest_hour": "24", "time_zone": ""},
        {"digest_hour": "8", "time_zone": "Mars/Olympus"},
        {"digest_hour": "8; drop", "time_zone": ""},
    ],
)
def test_what_cannot_be_is_refused(
    client_of: ClientOf, finance: User, given: dict[str, str]
) -> None:
    response = client_of(finance).post(PAGE, given)

    assert "Select a valid choice" in response.text
    assert not Preferences.objects.exists()


def test_whoever_looks_as_a_customer_changes_no_preferences(support: User, tenant: Tenant) -> None:
    support.viewing = SupportAccess(tenant=tenant, asked_by=support)

    with pytest.raises(PermissionDenied):
        change_preferences(support, digest_hour=3)
