"""Decisions from a file: every row is looked through first, and applied once."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Notification, Role, User
from accounts.tenancy import all_tenants
from syncs.desk_jobs import decisions as applying
from syncs.desk_jobs import run_job
from syncs.engine.terms import PartnerChoice
from syncs.exports.keys import key_of
from syncs.models import DeskJob, FilePart, JobState, Status, SyncRecord
from tests.conftest import ClientOf
from tests.desk.conftest import MakeRecord
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
PAGE = "/desk/decisions/"

type Uploaded = Callable[..., str]


def key(record: SyncRecord) -> str:
    return key_of(record.pk, record.key)


def upload(client: Client, content: str | bytes, name: str = "decisions.csv") -> Any:
    told = content.encode() if isinstance(content, str) else content
    return client.post(PAGE, {"file": SimpleUploadedFile(name, told)})


def preview(client: Client, content: str, show: str = "") -> str:
    """What the page says after an upload."""
    answer = upload(client, content)
    assert answer.status_code == 302, answer.content.decode()
    return str(client.get(answer["Location"], {"show": show}).content.decode())


def apply(client: Client, content: str) -> DeskJob:
    address = upload(client, content)["Location"]
    client.post(address)
    job = DeskJob.objects.latest("pk")
    while run_job(job.pk, seconds=0) == "more":
        pass
    job.refresh_from_db()
    return job


@pytest.fixture
def client(client_of: ClientOf, finance: User) -> Client:
    return client_of(finance)


def test_each_kind_of_decision_is_shown_and_then_carried_out(
    client: Client, owner: User, make_record: MakeRecord
) -> None:
    given, dealt, tried, left = (make_record(number) for number in range(4))
    content = (
        "key;HubSpot name;assign;due;resolve;retry;exclude\r\n"
        f"{key(given)};x;{owner.email};2026-12-31;;;\r\n"
        f"{key(dealt)};x;;;Booked by hand;;\r\n"
        f"{key(tried)};x;;;;yes;\r\n"
        f"{key(left)};x;;;;;ja\r\n"
    )

    page = preview(client, content)
    for words in (f"assign to {owner}", "2026-12-31", "call dealt with", "try again", "leave out"):
        assert words in page
    with all_tenants("a test"):
        assert not SyncRecord.objects.exclude(assignee=None).exists()

    job = apply(client, content)

    assert (job.state, job.total, job.done, job.changed) == (JobState.DONE, 4, 4, 4)
    for record in (given, dealt, tried, left):
        record.refresh_from_db()
    assert (given.assignee, given.due_on) == (owner, date(2026, 12, 31))
    assert (dealt.status, dealt.details["exclusion"]) == (Status.EXCLUDED, "resolved")
    assert tried.status == Status.PENDING
    assert left.excluded_by_hand


def test_records_are_linked_by_the_id_of_the_other_side(
    client: Client, make_record: MakeRecord
) -> None:
    left = make_record(1)
    make_record(2, left_id="", right_id="77", right_title="Ann")
    content = f"key,link\n{key(left)},77\n"

    assert "link to Ann" in preview(client, content)
    apply(client, content)

    left.refresh_from_db()
    assert (left.partner_choice, left.partner_id) == (PartnerChoice.PICK, "77")


def test_nothing_is_done_before_it_is_applied(client: Client, make_record: MakeRecord) -> None:
    record = make_record(1)

    preview(client, f"key,exclude\n{key(record)},yes\n")

    record.refresh_from_db()
    assert not record.excluded_by_hand
    assert DeskJob.objects.get().state == JobState.DRAFT


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ("assign=nobody@example.org", "no colleague who may work"),
        ("due=31st of May", "Write it as 2026-07-31"),
        ("link=404", "no record with the id 404"),
        ("retry=perhaps", "takes “yes”"),
        ("retry=yes;exclude=yes", "Choose one of"),
    ],
)
def test_what_cannot_be_done_is_told_with_its_row(
    client: Client, make_record: MakeRecord, cells: str, words: str
) -> None:
    record = make_record(1)
    told = dict(cell.split("=") for cell in cells.split(";"))
    content = f"key,{','.join(told)}\n{key(record)},{','.join(told.values())}\n"

    page = preview(client, content)

    assert words in page
    assert '<td class="saldo-number">2</td>' in page
    assert "disabled" in page


def test_a_record_of_another_company_is_unknown(
    client_of: ClientOf, stranger: User, make_record: MakeRecord
) -> None:
    record = make_record(1, left_title="Zwijgzaam")
    strange = client_of(stranger)
    content = f"key,exclude\n{key(record)},yes\n"

    page = preview(strange, content)
    assert "No record has this key" in page
    assert "Zwijgzaam" not in page
    apply(strange, content)

    record.refresh_from_db()
    assert not record.excluded_by_hand


def test_a_guessed_key_is_unknown(client: Client, make_record: MakeRecord) -> None:
    record = make_record(1)

    for guess in (f"S{record.pk}-00000000", str(record.pk), "=1+1", "S" + "9" * 40 + "-00000000"):
        assert "No record has this key" in preview(client, f"key,exclude\n{guess},yes\n")


def test_somebody_of_another_company_cannot_be_assigned_to(
    client: Client, stranger: User, viewer: User, make_record: MakeRecord
) -> None:
    record = make_record(1)

    for person in (stranger, viewer):
        content = f"key,assign\n{key(record)},{person.email}\n"
        assert "no colleague who may work" in preview(client, content)


def test_records_that_are_linked_already_are_told(client: Client, make_record: MakeRecord) -> None:
    both = make_record(1, right_id="11")
    lone, second = make_record(2), make_record(3)
    make_record(4, left_id="", right_id="12")

    page = preview(
        client,
        f"key,link\n{key(both)},12\n{key(lone)},11\n{key(second)},12\n",
    )
    assert "linked to another one already" in page
    assert "11 is linked to another record already" in page
    assert "it is so already" in preview(client, f"key,link\n{key(both)},11\n", "nothing")


def test_two_rows_want_the_same(client: Client, make_record: MakeRecord) -> None:
    first, second = make_record(1), make_record(2)
    make_record(4, left_id="", right_id="12")

    page = preview(client, f"key,link\n{key(first)},12\n{key(second)},12\n{key(first)},12\n")

    assert "Row 2 links to 12 too" in page
    assert "Row 2 is about this record too" in page


def test_the_same_file_changes_nothing_the_second_time(
    client: Client, owner: User, make_record: MakeRecord
) -> None:
    given, dealt, tried, left = (make_record(number) for number in range(4))
    content = (
        "key,assign,resolve,retry,exclude\n"
        f"{key(given)},{owner.email},,,\n{key(dealt)},,Booked,,\n"
        f"{key(tried)},,,yes,\n{key(left)},,,,x\n"
    )
    apply(client, content)
    # It was tried and failed once more.
    with all_tenants("a test"):
        SyncRecord.objects.filter(pk=tried.pk).update(status=Status.FAILING, due_at=None)
        before = list(SyncRecord.objects.order_by("pk").values())

    page = preview(client, content)
    assert "This very file was applied" in page
    assert "There is nothing to apply" in page
    assert apply(client, content).changed == 0

    with all_tenants("a test"):
        assert list(SyncRecord.objects.order_by("pk").values()) == before


def test_empty_cells_and_other_columns_count_for_nothing(
    client: Client, finance: User, make_record: MakeRecord
) -> None:
    one = make_record(1, assignee=finance)
    two = make_record(2, assignee=finance)

    job = apply(client, f"key,Status,assign,due\n{key(one)},x,,\n{key(two)},x,-,\nTotal: 2,,,\n")

    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.assignee, two.assignee) == (finance, None)
    assert job.total == 1


def test_a_new_date_leaves_the_assignee(
    client: Client, finance: User, make_record: MakeRecord
) -> None:
    record = make_record(1, assignee=finance)

    apply(client, f"key,due\n{key(record)},31-12-2026\n")

    record.refresh_from_db()
    assert (record.assignee, record.due_on) == (finance, date(2026, 12, 31))


def test_each_person_is_told_once_how_many_are_theirs(
    client: Client,
    finance: User,
    owner: User,
    make_record: MakeRecord,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(applying, "SLICE", 2)
    rows = "".join(f"{key(make_record(number))},{owner.email}\n" for number in range(5))

    apply(client, f"key,assign\n{rows}")

    with all_tenants("a test"):
        told = Notification.objects.filter(user=owner).values_list("title", flat=True)
        assert list(told) == [f"{finance} assigned 5 records to you"]


def test_a_killed_worker_does_no_row_twice(
    client: Client, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "SLICE", 2)
    rows = "".join(f"{key(make_record(number))},yes\n" for number in range(5))
    address = upload(client, f"key,exclude\n{rows}")["Location"]
    client.post(address)
    job = DeskJob.objects.get()
    assert run_job(job.pk, seconds=0) == "more"
    DeskJob.objects.update(state=JobState.RUNNING, claimed_until=job.created_at)

    while run_job(job.pk, seconds=0) == "more":
        pass

    job.refresh_from_db()
    assert (job.done, job.changed) == (5, 5)


def test_rows_that_became_impossible_are_told_in_the_result(
    client: Client, make_record: MakeRecord
) -> None:
    record, gone = make_record(1), make_record(2)
    content = f"key,resolve\n{key(record)},Booked\n{key(gone)},Booked\n"
    address = upload(client, content)["Location"]
    with all_tenants("a test"):
        SyncRecord.objects.filter(pk=gone.pk).update(status=Status.IN_SYNC)
    client.post(address)
    job = DeskJob.objects.get()
    run_job(job.pk)

    page = client.get(f"/desk/jobs/{job.uuid}/").content.decode()
    assert "1 decision is carried out; 1 was refused." in page
    assert "Row 3: Person 2" in page


def test_applied_once_however_often_it_is_pressed(client: Client, make_record: MakeRecord) -> None:
    address = upload(client, f"key,exclude\n{key(make_record(1))},yes\n")["Location"]
    client.post(address)
    run_job(DeskJob.objects.get().pk)

    assert client.post(address)["Location"].startswith("/desk/jobs/")
    assert DeskJob.objects.get().state == JobState.DONE


def test_nobody_else_sees_or_applies_an_upload(
    client: Client, client_of: ClientOf, owner: User, stranger: User, make_record: MakeRecord
) -> None:
    address = upload(client, f"key,exclude\n{key(make_record(1))},yes\n")["Location"]

    for other in (owner, stranger):
        assert client_of(other).get(address).status_code == 404
        assert client_of(other).post(address).status_code == 404
    assert DeskJob.objects.get().state == JobState.DRAFT


def test_who_may_only_look_uploads_nothing(client_of: ClientOf, viewer: User) -> None:
    assert upload(client_of(viewer), "key,retry\nx,yes\n").status_code == 403


def test_rights_in_one_company_decide_nothing_in_another(
    client: Client, finance: User, other_tenant: Any, make_record: MakeRecord, client_of: ClientOf
) -> None:
    """Finance here, viewer there: a file from there has unknown keys only."""
    colleague = MembershipFactory.create(tenant=other_tenant, role=Role.FINANCE).user
    MembershipFactory.create(tenant=finance.tenants.get(), user=colleague, role=Role.VIEWER)
    record = make_record(1)

    assert "No record has this key" in preview(
        client_of(colleague), f"key,retry\n{key(record)},yes\n"
    )


def test_many_rows_take_a_fixed_number_of_queries(
    client: Client, owner: User, make_record: MakeRecord, django_assert_max_num_queries: Any
) -> None:
    def queries(count: int, start: int) -> int:
        rows = "".join(
            f"{key(make_record(start + number))},{owner.email}\n" for number in range(count)
        )
        address = upload(client, f"key,assign\n{rows}")["Location"]
        with django_assert_max_num_queries(100) as seen:
            client.get(address)
        return sum("SAVEPOINT" not in query["sql"] for query in seen.captured_queries)

    assert queries(2, 0) == queries(12, 100)


def test_a_file_without_decisions_says_so(client: Client, make_record: MakeRecord) -> None:
    answer = upload(client, f"key,retry\n{key(make_record(1))},\n")

    assert "Nothing is decided in it" in answer.content.decode()
    assert not FilePart.objects.exists()
