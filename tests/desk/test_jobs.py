"""Jobs: done slice by slice, exactly once, with the rights of the person who asked."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership, Notification, Role, SupportAccess, User
from accounts.tenancy import all_tenants
from syncs.desk_jobs import cancel, enqueue_lost, job_url, jobs_of, run_job, submit
from syncs.desk_jobs import records as slices
from syncs.models import Activity, DeskJob, JobKind, JobState, Status, SyncRecord
from syncs.queue import forget_messages
from syncs.selection import Selection
from tests.conftest import ClientOf
from tests.desk.conftest import MakeRecord
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
FAILING = Selection("status=failing")


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "SLICE", 2)


def run_out(job: DeskJob, seconds: float = 20) -> DeskJob:
    """As workers would, message by message."""
    for _ in range(50):
        if run_job(job.pk, seconds=seconds) != "more":
            break
    job.refresh_from_db()
    return job


def statuses() -> dict[str, int]:
    with all_tenants("a test counts"):
        rows = SyncRecord.objects.values_list("status", flat=True)
        return {status: list(rows).count(status) for status in set(rows)}


def notes() -> int:
    with all_tenants("a test counts"):
        return Activity.objects.count()


def test_all_that_are_filtered_are_done_although_they_leave_the_filter(
    finance: User, make_record: MakeRecord
) -> None:
    for number in range(7):
        make_record(number)
    make_record(20, status=Status.IN_SYNC, category="")

    job = run_out(submit(JobKind.RETRY, by=finance, selection=FAILING))

    assert (job.state, job.done, job.total, job.changed) == (JobState.DONE, 7, 7, 7)
    assert statuses() == {"pending": 7, "in_sync": 1}


def test_records_that_came_later_are_not_touched(finance: User, make_record: MakeRecord) -> None:
    make_record(1)
    job = submit(JobKind.RETRY, by=finance, selection=FAILING)
    make_record(2)

    assert run_out(job).done == 1
    assert statuses() == {"pending": 1, "failing": 1}


def test_a_job_goes_on_in_slices(finance: User, make_record: MakeRecord) -> None:
    for number in range(5):
        make_record(number)
    job = submit(JobKind.EXCLUDE, by=finance, selection=FAILING)

    assert run_job(job.pk, seconds=0) == "more"
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == (JobState.QUEUED, 2, 5)

    assert run_out(job, seconds=0).changed == 5


def test_what_a_killed_worker_did_is_not_done_again(finance: User, make_record: MakeRecord) -> None:
    for number in range(4):
        make_record(number)
    job = submit(JobKind.EXCLUDE, by=finance, selection=FAILING)
    run_job(job.pk, seconds=0)
    noted = notes()
    # The next worker takes it up and dies at once.
    DeskJob.objects.filter(pk=job.pk).update(
        state=JobState.RUNNING, claimed_until=timezone.now() + timedelta(minutes=4)
    )
    assert run_job(job.pk) == "idle"

    DeskJob.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    job = run_out(job)

    assert (job.state, job.done, job.changed) == (JobState.DONE, 4, 4)
    assert notes() == noted * 2


def test_a_slice_that_breaks_leaves_nothing_half_done(
    finance: User, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_record(1)
    job = submit(JobKind.EXCLUDE, by=finance, selection=FAILING)
    monkeypatch.setattr("syncs.services.change_many", _break_after(monkeypatch))

    assert run_job(job.pk) == "more"
    job.refresh_from_db()
    assert (job.done, job.position, job.state) == (0, 0, JobState.QUEUED)
    assert statuses() == {"failing": 1}


def _break_after(monkeypatch: pytest.MonkeyPatch) -> Any:
    from syncs import marking

    real = marking.change_many

    def breaks(*arguments: Any, **changes: Any) -> int:
        real(*arguments, **changes)
        raise RuntimeError("the power went out")

    return breaks


def test_a_job_that_always_breaks_is_given_up_in_words(
    finance: User, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_record(1)
    job = submit(JobKind.EXCLUDE, by=finance, selection=FAILING)
    monkeypatch.setattr("syncs.services.change_many", _break_after(monkeypatch))

    job = run_out(job)

    assert job.state == JobState.FAILED
    assert "support" in job.message


def test_a_lost_job_is_enqueued_again(finance: User, make_record: MakeRecord) -> None:
    make_record(1)
    job = submit(JobKind.RETRY, by=finance, selection=FAILING)
    assert enqueue_lost() == 0

    DeskJob.objects.filter(pk=job.pk).update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert enqueue_lost() == 1
    assert enqueue_lost() == 0
    assert run_out(job).state == JobState.DONE
    assert enqueue_lost() == 0


def test_somebody_who_was_shown_out_changes_nothing(finance: User, make_record: MakeRecord) -> None:
    make_record(1)
    job = submit(JobKind.RETRY, by=finance, selection=FAILING)
    with all_tenants("a test"):
        Membership.objects.filter(user=finance).delete()

    job = run_out(job)

    assert job.state == JobState.FAILED
    assert "rights were changed" in job.message
    assert statuses() == {"failing": 1}


def test_somebody_who_may_only_look_now_changes_nothing(
    finance: User, make_record: MakeRecord
) -> None:
    make_record(1)
    job = submit(JobKind.RETRY, by=finance, selection=FAILING)
    with all_tenants("a test"):
        Membership.objects.filter(user=finance).update(role=Role.VIEWER)

    assert run_out(job).state == JobState.FAILED
    assert statuses() == {"failing": 1}


def test_ids_of_another_company_are_not_touched(stranger: User, make_record: MakeRecord) -> None:
    record = make_record(1)

    job = run_out(submit(JobKind.RETRY, by=stranger, selection=Selection("", (record.pk,))))

    assert (job.state, job.done) == (JobState.DONE, 0)
    assert statuses() == {"failing": 1}


def test_refused_ones_are_named_with_the_reason(
    support: User, make_record: MakeRecord, stranger: User
) -> None:
    """Somebody of another company is assigned to."""
    make_record(1)
    make_record(2)
    options = {"assignee": stranger.pk, "due_on": None}

    job = run_out(submit(JobKind.ASSIGN, by=support, selection=FAILING, options=options))

    assert (job.state, job.changed) == (JobState.DONE, 0)
    assert [line["record"] for line in job.refusals] == ["Person 1", "Person 2"]
    assert "not a member" in job.refusals[0]["reason"]


def test_the_assigned_person_is_told_once_for_all_slices(
    owner: User, finance: User, make_record: MakeRecord
) -> None:
    for number in range(5):
        make_record(number)
    options = {"assignee": finance.pk, "due_on": None}

    run_out(submit(JobKind.ASSIGN, by=owner, selection=FAILING, options=options))

    with all_tenants("a test"):
        told = Notification.objects.filter(user=finance)
        assert [message.title for message in told] == [f"{owner} assigned 5 records to you"]


def test_a_cancelled_job_stops_and_keeps_what_is_done(
    finance: User, make_record: MakeRecord
) -> None:
    for number in range(4):
        make_record(number)
    job = submit(JobKind.EXCLUDE, by=finance, selection=FAILING)
    run_job(job.pk, seconds=0)

    assert cancel(job)
    assert run_job(job.pk) == "idle"
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.CANCELLED, 2)
    assert not cancel(job)


def test_the_person_is_told_once_that_it_is_done(finance: User, make_record: MakeRecord) -> None:
    make_record(1)

    job = run_out(submit(JobKind.RETRY, by=finance, selection=FAILING))

    with all_tenants("a test"):
        told = Notification.objects.get(user=finance)
    assert told.title == "Try again: done"
    assert told.body == "1 record is tried again."
    assert told.url == job_url(job)


# --- pages ----------------------------------------------------------------------------------------


def test_the_page_shows_progress_and_asks_again_until_it_is_over(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    for number in range(3):
        make_record(number)
    job = submit(JobKind.EXCLUDE, by=finance, selection=FAILING)
    run_job(job.pk, seconds=0)
    client = client_of(finance)

    page = client.get(job_url(job)).content.decode()
    assert "2 of 3" in page
    assert "hx-get" in page

    run_out(job)
    progress = client.get(job_url(job) + "progress/").content.decode()
    assert "3 records are left out." in progress
    assert "hx-get" not in progress


def test_nobody_else_sees_or_cancels_a_job(
    client_of: ClientOf, finance: User, owner: User, stranger: User, make_record: MakeRecord
) -> None:
    make_record(1)
    job = submit(JobKind.RETRY, by=finance, selection=FAILING)
    for other in (owner, stranger):
        client = client_of(other)
        assert client.get(job_url(job)).status_code == 404
        assert client.get(job_url(job) + "progress/").status_code == 404
        assert client.post(job_url(job) + "cancel/").status_code == 404

    assert client_of(finance).get(job_url(job) + "cancel/").status_code == 405
    assert client_of(finance).post(job_url(job) + "cancel/").status_code == 302
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED


def test_the_list_has_only_ones_own_and_says_when_it_is_empty(
    client_of: ClientOf, finance: User, viewer: User, make_record: MakeRecord
) -> None:
    make_record(1)
    job = submit(JobKind.RETRY, by=finance, selection=FAILING)

    assert list(jobs_of(finance)) == [job]
    assert job_url(job) in client_of(finance).get("/desk/jobs/").content.decode()
    theirs = client_of(viewer).get("/desk/jobs/").content.decode()
    assert job_url(job) not in theirs
    assert "Nothing yet" in theirs


def test_the_list_has_a_fixed_number_of_queries(
    client_of: ClientOf,
    owner: User,
    make_record: MakeRecord,
    django_assert_max_num_queries: Any,
) -> None:
    make_record(1)
    client = client_of(owner)
    for _ in range(3):
        run_out(submit(JobKind.RETRY, by=owner, selection=FAILING))
    with django_assert_max_num_queries(60) as few:
        client.get("/desk/jobs/")
    for _ in range(6):
        run_out(submit(JobKind.RETRY, by=owner, selection=FAILING))
    with django_assert_max_num_queries(60) as many:
        client.get("/desk/jobs/")

    assert len(many) == len(few)


def test_rights_somebody_has_in_one_of_two_companies_hold_there_only(
    finance: User, make_record: MakeRecord, other_tenant: Any
) -> None:
    make_record(1)
    MembershipFactory.create(tenant=other_tenant, user=finance, role=Role.VIEWER)

    assert run_out(submit(JobKind.RETRY, by=finance, selection=FAILING)).changed == 1


def test_somebody_who_looks_as_a_customer_reaches_that_customer_only(
    support: User, make_record: MakeRecord, other_tenant: Any
) -> None:
    make_record(1)
    support.viewing = SupportAccess(tenant=other_tenant)

    job = run_out(submit(JobKind.RETRY, by=support, selection=FAILING))

    assert (job.state, job.done) == (JobState.DONE, 0)
    assert statuses() == {"failing": 1}
    # What they keep for themselves is no part of the customer's desk.
    assert not jobs_of(support).exists()


def test_a_queue_that_was_emptied_loses_no_job(finance: User, make_record: MakeRecord) -> None:
    make_record(1)
    submit(JobKind.RETRY, by=finance, selection=FAILING)

    forget_messages()

    assert enqueue_lost() == 1
