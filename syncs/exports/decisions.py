"""Reading a file of decisions: an export that somebody filled in, or a list of their own."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.utils.exceptions import InvalidFileException

# What an export offers empty, and an import reads.
DECISION_HEADINGS = ("assign", "due", "resolve", "link", "retry", "exclude")
KEY_HEADINGS = ("key", "record key")
MOST_ROWS = 5_000
MOST_BYTES = 5_000_000
# A workbook is packed: what it may grow to.
MOST_UNPACKED = 100_000_000
MOST_TEXT = 500
SEPARATORS = (";", ",", "\t", "|")
ENCODINGS = ("utf-8-sig", "cp1252")
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
PACKED = b"PK\x03\x04"

type Row = dict[str, str]


class Unreadable(ValueError):
    """The file is none that can be read; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """The rows in which something is decided, each with its number in the file."""

    rows: tuple[Row, ...]
    # Of all rows under the heading.
    count: int


def read_decisions(content: bytes) -> Decisions:
    """Raises Unreadable."""
    if len(content) > MOST_BYTES:
        raise Unreadable(_("The file is larger than 5 MB. Split it, or leave columns out."))
    lines = iter(_workbook_lines(content) if content.startswith(PACKED) else _csv_lines(content))
    names = [_name(cell) for cell in next(lines, [])]
    _check_names(names)
    rows, count = [], 0
    for number, line in enumerate(islice(lines, MOST_ROWS + 1), start=2):
        if not any(_cell(cell) for cell in line):
            continue
        count += 1
        if count > MOST_ROWS:
            raise Unreadable(_("The file has more than 5,000 rows. Split it into several."))
        row = _row(names, line, number)
        if any(row.get(name) for name in DECISION_HEADINGS):
            rows.append(row)
    return Decisions(tuple(rows), count)


def _row(names: Sequence[str], line: Sequence[Any], number: int) -> Row:
    cells = dict(zip(names, map(_cell, line), strict=False))
    wanted = ("key", *DECISION_HEADINGS)
    return {"row": str(number), **{name: cells[name] for name in wanted if cells.get(name)}}


def _name(heading: Any) -> str:
    name = _cell(heading).lower()
    return "key" if name in KEY_HEADINGS else name


def _check_names(names: Sequence[str]) -> None:
    if "key" not in names:
        raise Unreadable(
            _(
                "There is no column “key” in the first line. Export the records with their key, "
                "and keep the first line as it is."
            )
        )
    if not set(names) & set(DECISION_HEADINGS):
        raise Unreadable(
            _("There is no column of decisions. Name at least one of: %(names)s.")
            % {"names": ", ".join(DECISION_HEADINGS)}
        )
    twice = {name for name in names if name and names.count(name) > 1}
    if twice & {"key", *DECISION_HEADINGS}:
        raise Unreadable(
            _("These columns are there twice: %(names)s. Keep one of each.")
            % {"names": ", ".join(sorted(twice))}
        )


def _cell(value: Any) -> str:
    """A cell as text; dates as 2026-07-31. What the export made harmless is as it was."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    # Excel keeps 1042 as 1042.0.
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()[:MOST_TEXT].replace("\x00", "")
    return text[1:] if text[:1] == "'" and len(text) > 1 and not text[1].isalnum() else text


def _csv_lines(content: bytes) -> Iterable[list[str]]:
    text = _decoded(content)
    first = text.split("\n", 1)[0]
    separator = max(SEPARATORS, key=first.count)
    try:
        return list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=separator), _MOST))
    except csv.Error as error:
        raise Unreadable(_not_readable()) from error


# One more than are taken, and the heading: then it is known that there are too many.
_MOST = MOST_ROWS + 1_000


def _decoded(content: bytes) -> str:
    if content.startswith(UTF_16_MARKS):
        return content.decode("utf-16", errors="replace")
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(_not_readable())


def _workbook_lines(content: bytes) -> Iterator[tuple[Any, ...]]:
    """The first sheet."""
    try:
        _check_size(content)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        yield from sheet.iter_rows(values_only=True, max_row=_MOST)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, IndexError, OSError) as error:
        raise Unreadable(_not_readable()) from error


def _check_size(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if sum(each.file_size for each in packed.infolist()) > MOST_UNPACKED:
            raise Unreadable(_("The workbook is too large. Keep the key and the decisions only."))


def _not_readable() -> str:
    return _("This file cannot be read. Save it as CSV (UTF-8) or as an Excel workbook (XLSX).")
