"""Exports hold exactly what is filtered, and nothing that a spreadsheet would run."""

import csv
import io
from typing import Any

import openpyxl
import pytest
from django.test import Client

from accounts.models import User
from syncs.exports import files
from syncs.exports.columns import SyncRecordResource, harmless
from tests.conftest import ClientOf
from tests.desk.conftest import MakeRecord

pytestmark = pytest.mark.django_db
EXPORT = "/admin/syncs/syncrecord/export/"
CSV, XLSX = "0", "1"
SECRET = "Zwijgzaam Geheim"


def export(client: Client, kind: str, query: str = "", only: tuple[str, ...] = ()) -> Any:
    names = only or tuple(SyncRecordResource.fields)
    chosen = {f"syncrecordresource_{name}": "on" for name in names}
    return client.post(EXPORT + query, {"format": kind, "resource": "0", **chosen})


def lines(answer: Any) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_has_exactly_what_is_filtered(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    make_record(1, category="tax", reason="No code for 21 %.")
    make_record(2, category="currency")

    found = lines(export(client_of(finance), CSV, "?category=tax"))

    assert [line["HubSpot name"] for line in found] == ["Person 1"]
    assert found[0]["Problem"] == "Tax does not fit"
    assert found[0]["Reason"] == "No code for 21 %."
    assert found[0]["Status"] == "failing"


def test_csv_opens_as_utf_8_in_excel(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    make_record(1, left_title="Þóra Ångström 張")

    answer = export(client_of(finance), CSV)
    content = b"".join(answer.streaming_content)

    assert content.startswith(b"\xef\xbb\xbf")
    assert "Þóra Ångström 張" in content.decode("utf-8-sig")
    assert answer["Content-Disposition"].endswith('.csv"')


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_begins_as_a_formula(
    client_of: ClientOf, finance: User, make_record: MakeRecord, start: str
) -> None:
    make_record(1, left_title=f"{start}HYPERLINK(1)")

    found = lines(export(client_of(finance), CSV))

    assert found[0]["HubSpot name"].startswith("'")
    assert harmless("plain") == "plain"


def test_only_the_chosen_columns_are_written(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    make_record(1)

    found = lines(export(client_of(finance), CSV, only=("left_title", "reason")))

    assert set(found[0]) == {"HubSpot name", "Reason"}


def test_xlsx_holds_the_same_with_real_dates(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    make_record(1, left_title="=1+1")

    answer = export(client_of(finance), XLSX)
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    sheet: Any = book.active

    header = [cell.value for cell in sheet[1]]
    row = dict(zip(header, [cell.value for cell in sheet[2]], strict=True))
    assert sheet.max_row == 2
    assert row["HubSpot name"] == "'=1+1"
    assert row["Failing since (UTC)"].year >= 2026


def test_an_xlsx_that_would_be_too_long_is_refused_in_words(
    client_of: ClientOf, finance: User, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "XLSX_ROWS", 1)
    make_record(1)
    make_record(2)

    answer = export(client_of(finance), XLSX)

    assert "choose CSV, or filter further" in answer.content.decode()


def test_selected_records_alone_can_be_exported(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    record, _other = make_record(1), make_record(2)

    page = client_of(finance).post(
        "/admin/syncs/syncrecord/",
        {"action": "export_admin_action", "_selected_action": [record.pk]},
    )

    assert page.status_code == 200
    assert f'value="{record.pk}"' in page.content.decode()


def test_a_stranger_exports_nothing_of_others(
    client_of: ClientOf, stranger: User, make_record: MakeRecord
) -> None:
    make_record(1)

    assert lines(export(client_of(stranger), CSV)) == []


def test_a_stranger_exports_nothing_by_naming_others_records(
    client_of: ClientOf, stranger: User, finance: User, make_record: MakeRecord
) -> None:
    record = make_record(1, left_title=SECRET)
    chosen = {f"syncrecordresource_{name}": "on" for name in SyncRecordResource.fields}
    wanted = {"format": CSV, "resource": "0", "export_items": [str(record.pk)], **chosen}

    theirs = client_of(stranger).post(EXPORT, wanted)
    own = client_of(finance).post(EXPORT, wanted)

    assert SECRET not in content_of(theirs)
    assert SECRET in content_of(own)


@pytest.mark.parametrize("named", ["abc", str(10**24), "\u00b2"])
def test_a_number_that_no_record_has_exports_nothing(
    client_of: ClientOf, finance: User, make_record: MakeRecord, named: str
) -> None:
    make_record(1, left_title=SECRET)
    chosen = {f"syncrecordresource_{name}": "on" for name in SyncRecordResource.fields}

    answer = client_of(finance).post(
        EXPORT, {"format": CSV, "resource": "0", "export_items": [named], **chosen}
    )

    assert SECRET not in content_of(answer)


def content_of(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(content.decode("utf-8-sig"))
