"""The file of an export: for the person who asked for it, for a while, by a signed link."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import signing
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Notification, User
from accounts.tenancy import all_tenants
from syncs import pruning
from syncs.desk_jobs import job_url, run_job, submit
from syncs.desk_jobs.files import SALT, file_url
from syncs.models import DeskJob, FilePart, JobKind, JobState, Sync
from syncs.selection import Selection
from tests.conftest import ClientOf
from tests.desk.conftest import MakeRecord

pytestmark = pytest.mark.django_db
COLUMNS = ["left_title", "amount"]


@pytest.fixture
def job(viewer: User, make_record: MakeRecord) -> DeskJob:
    make_record(1, left_title="Ann Zwijgzaam", amount="5", currency="EUR")
    options = {"format": "csv", "columns": COLUMNS, "locale": "en"}
    made = submit(JobKind.EXPORT, by=viewer, selection=Selection("status=failing"), options=options)
    run_job(made.pk)
    made.refresh_from_db()
    return made


def content(client: Client, url: str) -> str:
    answer: Any = client.get(url)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode("utf-8-sig")


def test_the_person_downloads_it(client_of: ClientOf, viewer: User, job: DeskJob) -> None:
    answer: Any = client_of(viewer).get(file_url(job))

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert f'filename="{job.file_name}"' in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert text.splitlines()[1] == "Ann Zwijgzaam,5.00"


def test_the_message_and_the_pages_lead_to_it(
    client_of: ClientOf, viewer: User, job: DeskJob
) -> None:
    client = client_of(viewer)
    with all_tenants("a test"):
        told = Notification.objects.get(user=viewer)

    assert told.title == "Your export is ready"
    assert "opens for you only" in told.body
    assert told.wants_mail
    assert "Ann Zwijgzaam" in content(client, told.url)
    for page in ("/desk/jobs/", job_url(job)):
        assert f"/desk/files/{job.uuid}/?token=" in client.get(page).content.decode()


def test_nobody_else_downloads_it(
    client_of: ClientOf, owner: User, stranger: User, support: User, job: DeskJob
) -> None:
    for other in (owner, stranger, support):
        assert client_of(other).get(file_url(job)).status_code == 404
    assert Client().get(file_url(job)).status_code == 302


def test_who_left_the_company_downloads_nothing(
    client_of: ClientOf, viewer: User, other_tenant: Any, job: DeskJob
) -> None:
    client = client_of(viewer)
    with all_tenants("a test"):
        Membership.objects.filter(user=viewer).delete()
    assert client.get(file_url(job)).status_code in (302, 403)

    Membership.objects.create(tenant=other_tenant, user=viewer)
    assert client.get(file_url(job)).status_code == 404


def test_a_link_that_is_not_ours_opens_nothing(
    client_of: ClientOf, viewer: User, job: DeskJob
) -> None:
    client = client_of(viewer)
    foreign = signing.dumps("another job", salt=SALT)
    unsalted = signing.dumps(str(job.uuid))

    for token in ("", "nonsense", foreign, unsalted):
        assert client.get(f"/desk/files/{job.uuid}/", {"token": token}).status_code == 404


def test_an_old_link_says_so_and_leads_to_a_new_export(
    client_of: ClientOf, viewer: User, job: DeskJob
) -> None:
    url = file_url(job)

    with time_machine.travel(timezone.now() + timedelta(days=30, minutes=1), tick=True):
        answer = client_of(viewer).get(url)

    assert answer.status_code == 410
    assert "/desk/export/?status=failing" in answer.content.decode()


def test_a_file_is_pruned_and_who_exported_stays_known(
    client_of: ClientOf, viewer: User, owner: User, job: DeskJob
) -> None:
    pruning.prune(timezone.now() + timedelta(days=29))
    assert FilePart.objects.count() == 1

    pruning.prune(timezone.now() + timedelta(days=31))

    assert not FilePart.objects.exists()
    assert viewer.email in client_of(owner).get("/desk/jobs/").content.decode()


def test_what_a_cancelled_export_had_written_is_pruned(
    viewer: User, job: DeskJob, make_record: MakeRecord
) -> None:
    DeskJob.objects.update(state=JobState.CANCELLED, expires_at=None)

    pruning.prune()

    assert not FilePart.objects.exists()


def test_a_draft_of_decisions_is_pruned_soon(viewer: User) -> None:
    DeskJob.objects.create(by=viewer, kind=JobKind.DECISIONS, state=JobState.DRAFT)

    pruning.prune(timezone.now() + timedelta(hours=23))
    assert DeskJob.objects.count() == 1
    pruning.prune(timezone.now() + timedelta(hours=25))
    assert not DeskJob.objects.exists()


# --- who exported what ----------------------------------------------------------------------------


def test_owners_see_who_exported_what_but_not_the_file(
    client_of: ClientOf, owner: User, viewer: User, job: DeskJob
) -> None:
    page = client_of(owner).get("/desk/jobs/").content.decode()

    assert viewer.email in page
    assert "Status: failing" in page
    assert str(job.uuid) not in page


def test_others_see_no_list_of_exports(
    client_of: ClientOf, finance: User, stranger: User, viewer: User, job: DeskJob
) -> None:
    assert "Exports of your company" not in client_of(finance).get("/desk/jobs/").content.decode()
    assert viewer.email not in client_of(stranger).get("/desk/jobs/").content.decode()


def test_the_list_of_exports_takes_a_fixed_number_of_queries(
    client_of: ClientOf, owner: User, sync: Sync, django_assert_max_num_queries: Any
) -> None:
    client = client_of(owner)

    def queries(count: int) -> int:
        for _ in range(count):
            query = f"sync={sync.pk}&assignee={owner.pk}&status=failing"
            options = {"format": "csv", "columns": COLUMNS}
            run_job(
                submit(JobKind.EXPORT, by=owner, selection=Selection(query), options=options).pk
            )
            DeskJob.objects.latest("pk").tenants.add(sync.tenant_id)
        with django_assert_max_num_queries(100) as seen:
            page = client.get("/desk/jobs/").content.decode()
        assert f"Sync: {sync.name}" in page
        assert f"Assigned to: {owner}" in page
        return len(seen)

    assert queries(1) == queries(5)
