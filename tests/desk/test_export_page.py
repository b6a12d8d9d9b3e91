"""The page that asks which columns and what kind of file, and hands the rest to a worker."""

import pytest

from accounts.models import User
from syncs.desk_jobs import exporting
from syncs.models import DeskJob, JobState
from tests.conftest import ClientOf
from tests.desk.conftest import MakeRecord
from tests.desk.exports import exported

pytestmark = pytest.mark.django_db
EXPORT = "/desk/export/"


def test_the_page_says_how_many_and_what_they_are_worth(
    client_of: ClientOf, viewer: User, make_record: MakeRecord
) -> None:
    make_record(1, amount="1200", currency="EUR", category="tax")
    make_record(2, amount="34.5", currency="EUR", category="tax")
    make_record(3)

    page = client_of(viewer).get(EXPORT + "?category=tax").content.decode()

    assert "2 records, exactly as filtered" in page
    assert "1,234.50 EUR" in page
    assert "Tax does not fit" in page


def test_posted_it_is_a_job_and_the_choice_is_remembered(
    client_of: ClientOf, viewer: User, make_record: MakeRecord
) -> None:
    make_record(1)
    client = client_of(viewer)
    chosen = {"columns": ["left_title"], "format": "xlsx", "locale": "nl"}

    answer = client.post(
        EXPORT, {"confirmed": "1", "query": "status=failing", "select_across": "1", **chosen}
    )

    job = DeskJob.objects.get()
    assert answer["Location"] == f"/desk/jobs/{job.uuid}/"
    assert (job.query, job.ids, job.options["format"]) == ("status=failing", None, "xlsx")
    page = client.get(EXPORT).content.decode()
    assert '<option value="xlsx" selected>' in page
    assert page.count("checked") == 1


def test_the_browsers_language_chooses_the_separators(
    client_of: ClientOf, viewer: User, make_record: MakeRecord
) -> None:
    make_record(1)
    page = client_of(viewer).get(EXPORT, headers={"accept-language": "nl-NL,nl;q=0.9,en;q=0.8"})

    assert '<option value="nl" selected>' in page.content.decode()


def test_rows_chosen_one_by_one_are_exported_alone(
    client_of: ClientOf, viewer: User, make_record: MakeRecord
) -> None:
    record, _other = make_record(1), make_record(2)
    client = client_of(viewer)

    page = client.post(EXPORT, {"_selected_action": [record.pk]}).content.decode()
    assert "1 chosen record" in page
    client.post(
        EXPORT,
        {
            "confirmed": "1",
            "_selected_action": [record.pk],
            "columns": ["left_title"],
            "format": "csv",
            "locale": "en",
        },
    )

    assert DeskJob.objects.get().ids == [record.pk]


def test_decisions_need_a_kind_of_file_that_comes_back(
    client_of: ClientOf, viewer: User, make_record: MakeRecord
) -> None:
    make_record(1)
    chosen = {"columns": ["left_title"], "locale": "en", "decisions": "on"}
    posted = {"confirmed": "1", "select_across": "1", **chosen}
    client = client_of(viewer)

    assert "choose one" in client.post(EXPORT, {**posted, "format": "json"}).content.decode()
    client.post(EXPORT, {**posted, "format": "csv"})

    assert DeskJob.objects.get().options["columns"] == ["key", "left_title"]


def test_a_workbook_that_would_be_too_long_is_refused_in_words(
    client_of: ClientOf,
    viewer: User,
    make_record: MakeRecord,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exporting, "MOST_XLSX_ROWS", 1)
    make_record(1)
    make_record(2)
    chosen = {"columns": ["left_title"], "format": "xlsx", "locale": "en"}
    posted = {"confirmed": "1", "select_across": "1", **chosen}

    page = client_of(viewer).post(EXPORT, posted).content.decode()

    assert "choose CSV, or filter further" in page
    assert not DeskJob.objects.exists()
    job, _content = exported(viewer, "xlsx")
    assert (job.state, "choose CSV" in job.message) == (JobState.FAILED, True)
