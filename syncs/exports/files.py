"""Rows to CSV and XLSX without ever holding the list: a million rows cost no more than ten."""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import IO, Any

import xlsxwriter
from django.db.models import QuerySet

from syncs.exports.columns import Cell, Column

ROWS_AT_ONCE = 2_000
# A sheet holds 1,048,576 rows; building so many takes longer than a page may.
XLSX_ROWS = 200_000
# Excel reads a CSV as UTF-8 only when it begins with this mark.
BYTE_ORDER_MARK = "\ufeff"


class TooManyRows(ValueError):
    """More rows than this kind of file takes."""


class _Echo:
    """A file that hands back what is written: csv writes lines, the response sends them."""

    def write(self, text: str) -> str:
        return text


def rows(queryset: QuerySet[Any], columns: Sequence[Column]) -> Iterator[list[Cell]]:
    """The cells of each record, read in slices."""
    renders = [column.render for column in columns]
    values = queryset.values_list(*(column.attribute for column in columns))
    for row in values.iterator(chunk_size=ROWS_AT_ONCE):
        yield [render(value) for render, value in zip(renders, row, strict=True)]


def headers(columns: Sequence[Column]) -> list[str]:
    return [str(column.column_name) for column in columns]


def csv_lines(queryset: QuerySet[Any], columns: Sequence[Column]) -> Iterator[str]:
    """The lines of a CSV file, ready for a streaming response."""
    writer = csv.writer(_Echo())
    yield BYTE_ORDER_MARK + writer.writerow(headers(columns))
    for lines in _in_slices(rows(queryset, columns)):
        yield "".join(writer.writerow([_as_text(cell) for cell in line]) for line in lines)


def xlsx_file(queryset: QuerySet[Any], columns: Sequence[Column]) -> IO[bytes]:
    """A workbook in a temporary file that goes away when it is closed."""
    # Asked before anything is written: a workbook cannot be given up half way.
    if queryset.order_by()[: XLSX_ROWS + 1].count() > XLSX_ROWS:
        raise TooManyRows(XLSX_ROWS)
    file = tempfile.TemporaryFile()  # noqa: SIM115  # the response closes it
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "remove_timezone": True,
    }
    with xlsxwriter.Workbook(file, options) as book:
        _fill(book, queryset, columns)
    file.seek(0)
    return file


def _fill(book: Any, queryset: QuerySet[Any], columns: Sequence[Column]) -> None:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet.write_row(0, 0, headers(columns), book.add_format({"bold": True}))
    for number, cells in enumerate(rows(queryset, columns), start=1):
        for column, cell in enumerate(cells):
            form = (moment,) if isinstance(cell, datetime) else ()
            sheet.write(number, column, cell, *form)


def _as_text(cell: Cell) -> str | int:
    return cell.strftime("%Y-%m-%d %H:%M") if isinstance(cell, datetime) else cell


def _in_slices(lines: Iterable[list[Cell]]) -> Iterator[list[list[Cell]]]:
    part: list[list[Cell]] = []
    for line in lines:
        part.append(line)
        if len(part) == ROWS_AT_ONCE:
            yield part
            part = []
    if part:
        yield part
