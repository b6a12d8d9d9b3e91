"""People are told once of each change of state, each in the way they chose."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import notices
from accounts.models import Notification, NotificationKind, Role, Tenant, User
from accounts.notices import notify, people_who_may
from accounts.permissions import Action
from accounts.preferences import change_preferences, preferences_of, time_zone_of
from accounts.tenancy import all_tenants
from tests.factories import MembershipFactory, TenantFactory

KIND = NotificationKind.JOB


def of(user: User) -> list[Notification]:
    with all_tenants("a test looks at one person's messages"):
        return list(Notification.objects.filter(user=user).order_by("pk"))


def tell(*users: User, tenant: Tenant, key: str = "job:1", title: str = "Ready") -> int:
    return notify(users, KIND, tenant=tenant, key=key, title=title, body="Text", url="/desk/")


def test_each_person_is_told_once_for_a_key(tenant: Tenant, owner: User, finance: User) -> None:
    assert tell(owner, tenant=tenant) == 1
    assert tell(owner, finance, tenant=tenant) == 1
    assert tell(owner, finance, tenant=tenant) == 0

    (message,) = of(owner)
    assert (message.title, message.body, message.url) == ("Ready", "Text", "/desk/")
    assert message.in_app
    assert message.wants_mail
    assert len(of(finance)) == 1


def test_a_title_is_one_line_that_fits(tenant: Tenant, owner: User) -> None:
    tell(owner, tenant=tenant, title="One\nline " + "x" * 300)

    assert of(owner)[0].title.startswith("One line x")
    assert len(of(owner)[0].title) == 200


@pytest.mark.parametrize("url", ["https://elsewhere.example/", "//elsewhere.example", "/\\a", "a"])
def test_a_message_leads_nowhere_but_here(tenant: Tenant, owner: User, url: str) -> None:
    with pytest.raises(ValueError, match="path"):
        notify([owner], KIND, tenant=tenant, key="k", title="Ready", url=url)


def test_people_hear_in_the_ways_they_chose(tenant: Tenant, owner: User, finance: User) -> None:
    change_preferences(owner, channels={KIND: {"app": True, "mail": False}})
    change_preferences(finance, channels={KIND: {"app": False, "mail": False}})

    assert tell(owner, finance, tenant=tenant) == 1
    assert [(each.in_app, each.wants_mail) for each in of(owner)] == [(True, False)]
    assert of(finance) == []


def test_a_person_without_a_way_in_is_not_told(tenant: Tenant, owner: User) -> None:
    owner.is_active = False

    assert tell(owner, tenant=tenant) == 0


def test_mail_is_asked_for_only_when_somebody_wants_it(
    tenant: Tenant, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(notices, "_postmen", [lambda: asked.append("now")])
    change_preferences(owner, channels={KIND: {"app": True, "mail": False}})
    tell(owner, tenant=tenant)
    assert asked == []

    change_preferences(owner, channels={KIND: {"mail": True}})
    tell(owner, tenant=tenant, key="job:2")

    assert asked == ["now"]


def test_telling_many_takes_as_many_queries_as_telling_one(tenant: Tenant) -> None:
    people = [MembershipFactory.create(tenant=tenant).user for _each in range(5)]
    with CaptureQueriesContext(connection) as one:
        tell(people[0], tenant=tenant, key="one")
    with CaptureQueriesContext(connection) as many:
        tell(*people, tenant=tenant, key="many")

    assert len(one) == len(many)


def test_who_may_is_asked_of_the_tenants_own_people(
    tenant: Tenant, owner: User, finance: User, viewer: User, stranger: User, support: User
) -> None:
    assert people_who_may(tenant, Action.WORK_RECORDS) == [owner, finance]
    assert people_who_may(tenant.pk, Action.GRANT_SUPPORT) == [owner]
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert people_who_may(tenant, Action.VIEW_RECORDS) == [finance, viewer]


def test_preferences_keep_what_was_chosen_before(owner: User) -> None:
    assert preferences_of(owner).digest_hour == 8
    change_preferences(owner, columns={"records": ["key"]}, digest_hour=7)
    change_preferences(owner, columns={"jobs": ["kind"]})

    stored = preferences_of(User.objects.get(pk=owner.pk))
    assert stored.columns == {"records": ["key"], "jobs": ["kind"]}
    assert stored.digest_hour == 7


def test_what_is_no_preference_is_refused(owner: User) -> None:
    with pytest.raises(ValueError, match="digest_made_on"):
        change_preferences(owner, digest_made_on=None)


def test_the_time_zone_is_the_persons_or_the_companys(owner: User) -> None:
    tenant = TenantFactory.create(time_zone="Europe/Rome")
    person = MembershipFactory.create(tenant=tenant, role=Role.VIEWER).user

    assert time_zone_of(person).key == "Europe/Rome"
    assert time_zone_of(owner).key == "UTC"
    assert time_zone_of(owner, tenant).key == "Europe/Rome"
    change_preferences(person, time_zone="Asia/Tokyo")
    assert time_zone_of(person, tenant).key == "Asia/Tokyo"
