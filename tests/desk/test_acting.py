"""Doing something to chosen records: asked first where that is due, at once or by a worker."""

from datetime import date
from typing import Any

import pytest
from django.contrib.messages import get_messages

from accounts.models import Notification, User
from accounts.tenancy import all_tenants
from syncs.desk_jobs import run_job
from syncs.models import DeskJob, JobKind, Status
from syncs.pages import acting
from tests.conftest import ClientOf
from tests.desk.conftest import MakeRecord

pytestmark = pytest.mark.django_db
ACROSS = {"select_across": "1", "query": "status=failing"}


def url(kind: JobKind) -> str:
    return f"/desk/act/{kind.value}/"


def told(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_a_few_are_tried_again_at_once(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    one, two, other = make_record(1), make_record(2), make_record(3)

    answer = client_of(finance).post(
        url(JobKind.RETRY), {"_selected_action": [one.pk, two.pk], "query": "o=-amount"}
    )

    assert answer["Location"] == "/admin/syncs/syncrecord/?o=-amount"
    assert told(answer) == ["2 records are tried again."]
    assert not DeskJob.objects.exists()
    other.refresh_from_db()
    assert other.status == Status.FAILING


def test_everything_filtered_is_confirmed_and_then_a_job(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    for number in range(3):
        make_record(number)
    client = client_of(finance)

    page = client.post(url(JobKind.RETRY), ACROSS).content.decode()
    assert "3 records, all that are filtered" in page
    assert "<dt>Status</dt><dd>failing</dd>" in page
    assert not DeskJob.objects.exists()

    answer = client.post(url(JobKind.RETRY), {**ACROSS, "confirmed": "1"})
    job = DeskJob.objects.get()
    assert answer["Location"] == f"/desk/jobs/{job.uuid}/"
    assert (job.kind, job.query, job.ids) == (JobKind.RETRY, "status=failing", None)
    run_job(job.pk)
    job.refresh_from_db()
    assert job.changed == 3


def test_more_than_a_few_are_a_job(
    client_of: ClientOf, finance: User, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acting, "MOST_AT_ONCE", 1)
    ids = [make_record(1).pk, make_record(2).pk]

    client_of(finance).post(url(JobKind.RETRY), {"_selected_action": ids})

    assert DeskJob.objects.get().ids == ids


def test_leaving_out_is_asked_about_even_for_one(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    record = make_record(1)
    client = client_of(finance)
    chosen = {"_selected_action": [record.pk]}

    page = client.post(url(JobKind.EXCLUDE), chosen).content.decode()
    assert "1 chosen record" in page
    assert "Nothing is changed on either side." in page
    record.refresh_from_db()
    assert not record.excluded_by_hand

    client.post(url(JobKind.EXCLUDE), {**chosen, "confirmed": "1"})
    record.refresh_from_db()
    assert record.excluded_by_hand


def test_sending_is_asked_about_since_a_document_stays(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    record = make_record(1)
    client = client_of(finance)
    chosen = {"_selected_action": [record.pk]}

    assert "deals are invoiced" in client.post(url(JobKind.SEND), chosen).content.decode()
    record.refresh_from_db()
    assert not record.enrolled_by_hand

    client.post(url(JobKind.SEND), {**chosen, "confirmed": "1"})
    record.refresh_from_db()
    assert record.enrolled_by_hand


def test_dealt_with_needs_a_reason(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    record = make_record(1)
    client = client_of(finance)
    chosen = {"_selected_action": [record.pk], "confirmed": "1"}

    page = client.post(url(JobKind.RESOLVE), {**chosen, "reason": " "}).content.decode()
    assert "This field is required" in page

    client.post(url(JobKind.RESOLVE), {**chosen, "reason": "Booked by hand"})
    record.refresh_from_db()
    assert record.details["exclusion"] == "resolved"


def test_a_colleague_is_chosen_and_told_once(
    client_of: ClientOf,
    finance: User,
    owner: User,
    viewer: User,
    stranger: User,
    make_record: MakeRecord,
) -> None:
    ids = [make_record(1).pk, make_record(2).pk]
    client = client_of(finance)

    page = client.post(url(JobKind.ASSIGN), {"_selected_action": ids}).content.decode()
    assert f'<option value="{finance.pk}" selected>' in page
    assert f'<option value="{owner.pk}">' in page
    # Who may only look cannot work on it, and others do not even show.
    assert f'<option value="{viewer.pk}">' not in page
    assert f'<option value="{stranger.pk}">' not in page

    chosen = {"assignee": owner.pk, "due_on": "2026-12-31", "confirmed": "1"}
    client.post(url(JobKind.ASSIGN), {"_selected_action": ids, **chosen})
    record = make_record(3).__class__.objects.for_tenant(owner.tenants.get()).get(pk=ids[0])
    assert (record.assignee, record.due_on) == (owner, date(2026, 12, 31))
    with all_tenants("a test"):
        assert Notification.objects.filter(user=owner).count() == 1


def test_a_stranger_cannot_be_posted_as_the_assignee(
    client_of: ClientOf, finance: User, stranger: User, make_record: MakeRecord
) -> None:
    record = make_record(1)
    chosen = {"_selected_action": [record.pk], "confirmed": "1", "assignee": stranger.pk}

    client_of(finance).post(url(JobKind.ASSIGN), chosen)

    record.refresh_from_db()
    assert record.assignee is None


def test_snoozed_until_a_day_that_is_to_come(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    record = make_record(1)
    client = client_of(finance)
    chosen = {"_selected_action": [record.pk], "confirmed": "1"}

    page = client.post(url(JobKind.SNOOZE), {**chosen, "until": "2020-01-01"}).content.decode()
    assert "still to come" in page

    client.post(url(JobKind.SNOOZE), {**chosen, "until": "2099-01-01"})
    record.refresh_from_db()
    assert record.snoozed_until is not None
    assert record.snoozed_until.date() == date(2099, 1, 1)


@pytest.mark.parametrize("kind", list(acting.TITLES))
def test_every_kind_asks_about_everything(
    client_of: ClientOf, finance: User, make_record: MakeRecord, kind: JobKind
) -> None:
    make_record(1)

    page = client_of(finance).post(url(kind), ACROSS)

    assert page.status_code == 200
    assert "1 record, all that is filtered" in page.content.decode()
    assert not DeskJob.objects.exists()


def test_nothing_is_done_to_others_records(
    client_of: ClientOf, stranger: User, make_record: MakeRecord
) -> None:
    record = make_record(1)

    answer = client_of(stranger).post(url(JobKind.RETRY), {"_selected_action": [record.pk]})

    assert told(answer) == ["Choose at least one record first."]
    record.refresh_from_db()
    assert record.status == Status.FAILING


def test_who_may_only_look_does_nothing(
    client_of: ClientOf, viewer: User, make_record: MakeRecord
) -> None:
    chosen = {"_selected_action": [make_record(1).pk]}

    assert client_of(viewer).post(url(JobKind.RETRY), chosen).status_code == 403
    assert client_of(viewer).get(url(JobKind.RETRY)).status_code == 403


def test_looking_at_the_address_does_nothing(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    record = make_record(1)

    page = client_of(finance).get(url(JobKind.RETRY), {"_selected_action": record.pk})

    assert page.status_code == 200
    record.refresh_from_db()
    assert record.status == Status.FAILING


@pytest.mark.parametrize("named", ["abc", str(10**24), "\u00b2", "-1"])
def test_a_number_that_no_record_has_is_passed_over(
    client_of: ClientOf, finance: User, make_record: MakeRecord, named: str
) -> None:
    answer = client_of(finance).post(url(JobKind.RETRY), {"_selected_action": [named]})

    assert answer.status_code == 302


def test_one_is_led_back_to_pages_of_this_site_only(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    chosen = {"_selected_action": [make_record(1).pk]}
    client = client_of(finance)

    here = client.post(url(JobKind.RETRY), {**chosen, "next": "/desk/overview/"})
    away = client.post(url(JobKind.RETRY), {**chosen, "next": "https://example.org/"})

    assert here["Location"] == "/desk/overview/"
    assert away["Location"].startswith("/admin/syncs/syncrecord/")


@pytest.mark.parametrize("kind", ["export", "decisions", "delete"])
def test_a_kind_that_is_none_is_not_found(client_of: ClientOf, finance: User, kind: str) -> None:
    assert client_of(finance).post(f"/desk/act/{kind}/").status_code == 404


def test_only_the_lists_own_parameters_are_kept(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    make_record(1)
    posted = {"select_across": "1", "query": "x=1&status__exact=failing&csrf=2", "confirmed": "1"}

    client_of(finance).post(url(JobKind.RETRY), posted)

    assert DeskJob.objects.get().query == "status=failing"
