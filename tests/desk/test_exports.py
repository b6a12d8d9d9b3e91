"""Exports by a worker: exactly what is filtered, safe in a spreadsheet, in constant memory."""

import io
import json
import tracemalloc
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from accounts.models import Membership, Preferences, User
from accounts.tenancy import all_tenants
from syncs.desk_jobs import exporting, run_job, submit
from syncs.desk_jobs.files import pieces
from syncs.exports import formats
from syncs.exports.cells import LOCALES, as_text, harmless, locale_of
from syncs.exports.columns import COLUMNS, USUAL
from syncs.models import DeskJob, FilePart, JobKind, JobState, Sync, SyncRecord
from syncs.selection import Selection
from tests.desk.conftest import MakeRecord
from tests.desk.exports import ALL, exported, rows_of

pytestmark = pytest.mark.django_db


def test_csv_has_exactly_what_is_filtered_and_a_line_of_totals(
    finance: User, make_record: MakeRecord
) -> None:
    make_record(1, category="tax", reason="No code for 21 %.", amount="12.50", currency="EUR")
    make_record(2, category="tax", amount="100.00", currency="EUR")
    make_record(3, category="currency", amount="7", currency="EUR")

    job, content = exported(finance, selection=Selection("category=tax"))
    found = rows_of(content)

    assert content.startswith(b"\xef\xbb\xbf")
    assert [row["HubSpot name"] for row in found] == [
        "Person 1",
        "Person 2",
        "Total: 2 records",
    ]
    assert found[0]["Problem"] == "Tax does not fit"
    assert found[0]["Reason"] == "No code for 21 %."
    assert found[0]["Status"] == "failing"
    assert found[0]["Object"] == "Contacts and customers"
    assert (found[0]["Amount"], found[2]["Amount"], found[2]["Currency"]) == (
        "12.50",
        "112.50",
        "EUR",
    )
    assert (job.state, job.done, job.total) == (JobState.DONE, 2, 2)
    assert job.file_size == len(content)
    assert job.file_name.endswith(".csv")


def test_each_currency_has_its_own_total(finance: User, make_record: MakeRecord) -> None:
    make_record(1, amount="10", currency="USD")
    make_record(2, amount="0.1", currency="EUR")
    make_record(3, amount="0.2", currency="EUR")

    _job, content = exported(finance)

    totals = [(row["Amount"], row["Currency"]) for row in rows_of(content)[3:]]
    assert totals == [("0.30", "EUR"), ("10.00", "USD")]


def test_a_european_file_has_semicolons_and_decimal_commas(
    finance: User, make_record: MakeRecord
) -> None:
    make_record(1, amount="-1234.50", currency="EUR")

    _job, content = exported(finance, locale="nl")

    assert rows_of(content, ";")[0]["Amount"] == "-1234,50"


@pytest.mark.parametrize(
    ("language", "separator", "decimal"),
    [
        ("nl-BE", ";", ","),
        ("nl", ";", ","),
        ("de-DE", ";", ","),
        ("fr", ";", ","),
        ("de-CH", ";", "."),
        ("en-GB", ",", "."),
        ("", ",", "."),
    ],
)
def test_the_language_says_how_numbers_are_written(
    language: str, separator: str, decimal: str
) -> None:
    found = LOCALES[locale_of(language)]

    assert (found.separator, found.decimal) == (separator, decimal)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+31 20",
        "-2",
        "@SUM(A1)",
        "\t=1",
        "\rx",
        "\nx",
        "  =1",
        "\u00a0=1",
        "\u3000=1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        " ＝1",
        "\u200b=1",
        "\ufeff=1",
        "\x00=1",
    ],
)
def test_no_text_begins_as_a_formula(text: str) -> None:
    assert as_text(text, LOCALES["en"]) == f"'{text}"


@pytest.mark.parametrize("text", ["", "plain", "Þóra", "(=1)", "12-3", "“=1”", "#1", "張"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_numbers_stay_numbers() -> None:
    assert as_text(Decimal("-12.5000"), LOCALES["nl"]) == "-12,50"
    assert as_text(Decimal("0.12345"), LOCALES["en"]) == "0.12345"
    assert as_text(-3, LOCALES["en"]) == "-3"


def test_times_are_the_persons_own_and_name_their_zone(
    finance: User, make_record: MakeRecord
) -> None:
    Preferences.objects.create(user=finance, time_zone="Europe/Amsterdam")
    make_record(1, first_failed_at=datetime(2026, 7, 1, 22, 30, tzinfo=UTC))

    _job, content = exported(finance)

    assert rows_of(content)[0]["Failing since (Europe/Amsterdam)"] == "2026-07-02 00:30"


def test_only_the_chosen_columns_are_written(finance: User, make_record: MakeRecord) -> None:
    make_record(1)

    _job, content = exported(finance, columns=["reason", "left_title"])

    assert list(rows_of(content)[0]) == ["HubSpot name", "Reason"]


def test_every_column_can_be_written(finance: User, make_record: MakeRecord) -> None:
    record = make_record(1, assignee=finance, amount="1", currency="EUR")

    _job, content = exported(finance, columns=list(COLUMNS))
    row = rows_of(content)[0]

    assert row["Key"] == f"S{record.pk}-{record.key.hex[:8]}"
    assert row["Assigned to"] == finance.email
    assert row["Address in Saldo"].endswith(f"/admin/syncs/syncrecord/{record.pk}/change/")
    assert len(row) == len(COLUMNS)


def test_a_reason_names_the_systems_and_not_their_sides(
    finance: User, make_record: MakeRecord
) -> None:
    make_record(1, reason="It was changed on the right.", details={"code": "changed_elsewhere"})

    _job, content = exported(finance)

    assert rows_of(content)[0]["Reason"] == "It was changed in QuickBooks Online."


def test_xlsx_holds_the_same_with_real_dates_and_numbers(
    finance: User, make_record: MakeRecord
) -> None:
    make_record(1, left_title="=1+1", amount="-12.50", currency="EUR")

    _job, content = exported(finance, "xlsx")
    sheet: Any = openpyxl.load_workbook(io.BytesIO(content)).active
    header = [cell.value for cell in sheet[1]]
    row = dict(zip(header, [cell.value for cell in sheet[2]], strict=True))

    assert sheet.max_row == 3
    assert row["HubSpot name"] == "'=1+1"
    assert row["Amount"] == -12.5
    assert row["Failing since (UTC)"].year >= 2026
    assert "Total: 1 record" in [cell.value for cell in sheet[3]]


def test_a_workbook_goes_on_on_another_sheet(
    finance: User, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formats, "SHEET_ROWS", 3)
    for number in range(5):
        make_record(number)

    _job, content = exported(finance, "xlsx")
    book = openpyxl.load_workbook(io.BytesIO(content))

    assert [sheet.max_row for sheet in book.worksheets] == [3, 3, 3]
    assert all(sheet.cell(1, 1).value == "Key" for sheet in book.worksheets)


def test_json_can_be_read_and_has_its_totals_apart(finance: User, make_record: MakeRecord) -> None:
    make_record(1, left_title='=Quote "x"', amount="12.50", currency="EUR")
    make_record(2)

    _job, content = exported(finance, "json")
    told = json.loads(content, parse_float=Decimal)

    assert told["totals"] == {"count": 2, "amounts": {"EUR": Decimal("12.50")}}
    assert [row["left_title"] for row in told["records"]] == ['=Quote "x"', "Person 2"]
    assert told["records"][0]["amount"] == Decimal("12.50")
    assert told["records"][1]["amount"] is None


def test_an_empty_export_is_a_good_file_too(finance: User, make_record: MakeRecord) -> None:
    nothing = Selection("category=tax")

    assert json.loads(exported(finance, "json", nothing)[1])["records"] == []
    assert len(rows_of(exported(finance, "csv", nothing)[1])) == 1


def test_a_killed_worker_leaves_no_gap_and_no_double(
    finance: User, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "ROWS", 2)
    for number in range(7):
        make_record(number, amount="1", currency="EUR")
    options = {"format": "csv", "columns": ["left_title", "amount"], "locale": "en"}
    job = submit(JobKind.EXPORT, by=finance, selection=ALL, options=options)
    run_job(job.pk, seconds=0)
    # A worker took it up, stored a piece that nobody noted, and died.
    past = datetime.now(UTC) - timedelta(seconds=1)
    FilePart.objects.create(job=job, number=1, content=b"half")
    DeskJob.objects.update(state=JobState.RUNNING, claimed_until=past)

    while run_job(job.pk, seconds=0) == "more":
        pass

    job.refresh_from_db()
    found = rows_of(b"".join(pieces(job)))
    assert [row["HubSpot name"] for row in found] == [
        *(f"Person {number}" for number in range(7)),
        "Total: 7 records",
    ]
    assert found[-1]["Amount"] == "7.00"


def test_others_records_are_in_no_file(
    finance: User, stranger: User, make_record: MakeRecord
) -> None:
    record = make_record(1, left_title="Zwijgzaam")

    for selection in (ALL, Selection("", (record.pk,))):
        assert b"Zwijgzaam" not in exported(stranger, selection=selection)[1]
        assert b"Zwijgzaam" in exported(finance, selection=selection)[1]


def test_nothing_is_exported_for_somebody_shown_out_meanwhile(
    finance: User, make_record: MakeRecord
) -> None:
    make_record(1)
    options = {"format": "csv", "columns": list(USUAL)}
    job = submit(JobKind.EXPORT, by=finance, selection=ALL, options=options)
    with all_tenants("a test"):
        Membership.objects.filter(user=finance).delete()

    assert run_job(job.pk) == "failed"
    assert not FilePart.objects.exists()


@pytest.mark.parametrize("kind", ["csv", "json", "xlsx"])
def test_memory_does_not_grow_with_the_rows(
    finance: User, sync: Sync, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(exporting, "ROWS", 200)
    _fill(sync, 400)
    small = _peak(finance, kind)
    _fill(sync, 3_600)

    assert _peak(finance, kind) < small * 1.5 + 500_000


def _fill(sync: Sync, count: int) -> None:
    SyncRecord.objects.bulk_create(
        (
            SyncRecord(tenant_id=sync.tenant_id, sync=sync, left_title="x" * 50)
            for _ in range(count)
        ),
        batch_size=1_000,
    )


def _peak(by: User, kind: str) -> int:
    options = {"format": kind, "columns": list(USUAL), "locale": "en"}
    job = submit(JobKind.EXPORT, by=by, selection=ALL, options=options)
    tracemalloc.start()
    while run_job(job.pk, seconds=300) == "more":
        pass
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak
