"""Reading decisions from what people upload: workbooks, separators, encodings, and what is none."""

import io
from datetime import date
from typing import Any

import openpyxl
import pytest

from syncs.exports import decisions as reading
from syncs.exports.decisions import Unreadable, read_decisions


def test_an_excel_file_is_read_with_its_dates_and_numbers() -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(["Key", "Name", "due", "link"])
    sheet.append(["S1-00000000", "x", date(2026, 7, 31), 1042])
    file = io.BytesIO()
    book.save(file)

    found = read_decisions(file.getvalue())

    assert found.rows == ({"row": "2", "key": "S1-00000000", "due": "2026-07-31", "link": "1042"},)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separator_and_encoding_are_found_out(encoding: str, separator: str) -> None:
    lines = [["key", "resolve"], ["S1-00000000", "Geboekt: één, twee"]]
    text = "\r\n".join(separator.join(f'"{cell}"' for cell in line) for line in lines)

    found = read_decisions(text.encode(encoding))

    assert found.rows[0]["resolve"] == "Geboekt: één, twee"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no column “key”"),
        (b"name,assign\nx,y\n", "no column “key”"),
        (b"key,name\nx,y\n", "no column of decisions"),
        (b"key,assign,assign\nx,y,z\n", "there twice"),
        (b"PK\x03\x04 no workbook", "cannot be read"),
        (b"\x81\x8d\x8f", "cannot be read"),
        (b"x" * 5_000_001, "larger than 5 MB"),
    ],
)
def test_a_file_that_is_none_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        read_decisions(content)


def test_more_rows_than_are_taken_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "S1-00000000,yes\n"
    monkeypatch.setattr(reading, "MOST_ROWS", 3)

    assert read_decisions(f"key,retry\n{rows * 3}".encode()).count == 3
    with pytest.raises(Unreadable, match="more than 5,000 rows"):
        read_decisions(f"key,retry\n{rows * 4}".encode())


def test_a_packed_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_UNPACKED", 100)
    file = io.BytesIO()
    openpyxl.Workbook().save(file)

    with pytest.raises(Unreadable, match="too large"):
        read_decisions(file.getvalue())
