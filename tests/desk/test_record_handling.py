"""Whose turn a record is: given to somebody, put to sleep, noted, called dealt with."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Role, Tenant, User
from syncs.models import Activity, ActivityAction, Failure, Status, SyncRecord
from tests.conftest import ClientOf
from tests.desk.conftest import MakeRecord
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


def page(client: Client, record: SyncRecord) -> str:
    html = client.get(f"/admin/syncs/syncrecord/{record.pk}/change/").content.decode()
    return " ".join(html.split())


def press(client: Client, record: SyncRecord, name: str, **form: str) -> str:
    answer = client.post(f"/admin/syncs/syncrecord/{record.pk}/{name}/", form, follow=True)
    assert answer.status_code == 200
    record.refresh_from_db()
    return " ".join(answer.content.decode().split())


@pytest.fixture
def colleague(tenant: Tenant) -> User:
    return MembershipFactory.create(tenant=tenant, role=Role.FINANCE).user


def test_a_colleague_gets_it_with_a_day(
    client_of: ClientOf, finance: User, colleague: User, make_record: MakeRecord
) -> None:
    record, client = make_record(1), client_of(finance)

    html = press(client, record, "assign", assignee=str(colleague.pk), due_on="2999-12-31")

    assert record.assignee == colleague
    assert record.due_on == date(2999, 12, 31)
    assert f"{colleague} has it now." in html
    assert f"<dt>Assigned to</dt><dd>{colleague}</dd>" in html
    assert "2999-12-31" in html
    assert "overdue" not in html

    press(client, record, "assign", assignee="", due_on="")
    assert record.assignee is None


def test_what_is_late_is_called_overdue(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    record = make_record(1, assignee=finance, due_on=date(2020, 1, 1))

    html = page(client_of(finance), record)

    assert f"{finance} (you)" in html
    assert "2020-01-01 (overdue)" in html


def test_a_stranger_cannot_be_given_it_and_is_not_named(
    client_of: ClientOf, finance: User, stranger: User, make_record: MakeRecord
) -> None:
    record = make_record(1)

    html = press(client_of(finance), record, "assign", assignee=str(stranger.pk))

    assert record.assignee is None
    assert "Choose somebody of the list." in html
    assert str(stranger) not in html


def test_a_day_that_is_none_is_refused_in_words(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    record = make_record(1)
    client = client_of(finance)

    assert "Enter the day" in press(client, record, "assign", assignee="", due_on="soon")
    assert "Choose a day." in press(client, record, "snooze", until="soon")
    assert "still to come" in press(client, record, "snooze", until="2020-01-01")
    assert record.snoozed_until is None


def test_it_sleeps_until_the_morning_in_the_persons_own_time(
    client_of: ClientOf, finance: User, tenant: Tenant, make_record: MakeRecord
) -> None:
    tenant.time_zone = "Europe/Amsterdam"
    tenant.save(update_fields=["time_zone"])
    record, client = make_record(1), client_of(finance)

    html = press(client, record, "snooze", until="2999-01-31")

    assert record.snoozed_until == datetime(2999, 1, 31, 7, tzinfo=UTC)
    assert record.status == Status.FAILING
    assert "Snoozed until: <time" in html
    assert "2999-01-31 07:00 UTC" in html

    press(client, record, "snooze", until="wake")
    assert record.snoozed_until is None


@pytest.mark.parametrize(("until", "most"), [("tomorrow", 2), ("week", 8)])
def test_it_sleeps_for_a_day_or_until_next_week(
    client_of: ClientOf, finance: User, make_record: MakeRecord, until: str, most: int
) -> None:
    record = make_record(1)

    press(client_of(finance), record, "snooze", until=until)

    assert record.snoozed_until is not None
    assert timezone.now() < record.snoozed_until < timezone.now() + timedelta(days=most)


def test_a_note_stands_in_what_happened(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    record, client = make_record(1), client_of(finance)

    html = press(client, record, "note", text="Called the customer <b>twice</b>.")

    assert "Called the customer &lt;b&gt;twice&lt;/b&gt;." in html
    assert f"· {finance}" in html
    assert "Write the note first." in press(client, record, "note", text=" ")
    told = Activity.objects.for_tenant(record.tenant_id)
    assert told.filter(action=ActivityAction.NOTED).count() == 1


def test_calling_it_dealt_with_needs_words_and_shows_them(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    record = make_record(1)
    Failure.objects.create(
        tenant_id=record.tenant_id,
        sync=record.sync,
        record=record,
        opened_at=timezone.now(),
        category=record.category,
    )
    client = client_of(finance)

    assert "Say how it was dealt with." in press(client, record, "dealt", reason="")
    assert record.status == Status.FAILING

    html = press(client, record, "dealt", reason="Entered by hand")

    assert record.status == Status.EXCLUDED
    assert "Somebody called it dealt with." in html
    assert f"{finance}: “Entered by hand”" in html
    assert "It does not fail any more" in press(client, record, "dealt", reason="Again")


def test_a_planned_try_is_shown_and_cancelled(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    soon = timezone.now() + timedelta(hours=1)
    record, client = make_record(1, category="transient", due_at=soon), client_of(finance)
    assert "Next try: <time datetime=" in page(client, record)

    html = press(client, record, "cancel_retry")

    assert record.due_at is None
    assert record.status == Status.FAILING
    assert "Next try: <time" not in html
    assert "No next try is planned" in press(client, record, "cancel_retry")


@pytest.mark.parametrize("name", ["assign", "note", "snooze", "dealt", "cancel_retry"])
def test_a_viewer_sees_whose_turn_it_is_and_changes_nothing(
    client_of: ClientOf, viewer: User, finance: User, make_record: MakeRecord, name: str
) -> None:
    record, client = make_record(1, assignee=finance), client_of(viewer)

    html = page(client, record)
    assert f"{finance} has it." in html
    assert 'name="assignee"' not in html
    assert "popovertarget" not in html
    answer = client.post(f"/admin/syncs/syncrecord/{record.pk}/{name}/", {"text": "x"})
    assert answer.status_code == 403


def test_careful_buttons_ask_first(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    html = page(client_of(finance), make_record(1, right_id="58"))

    for name in ("dealt", "exclude", "unlink"):
        assert f'popovertarget="ask-{name}"' in html
        assert f'id="ask-{name}" popover' in html
