"""Kinds of files, and how rows become one: as text in pieces, or as a workbook on disk."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any, Protocol

import msgspec
import xlsxwriter
from django.utils.translation import gettext_lazy as _

from syncs.exports.cells import LOCALES, Cell, Locale, as_text, harmless, plain
from syncs.exports.columns import Table, Totals

# Excel reads a CSV as UTF-8 only when it begins with this mark.
BYTE_ORDER_MARK = "\ufeff"
# What a sheet holds.
SHEET_ROWS = 1_048_576
MOMENT, DAY, AMOUNT = "yyyy-mm-dd hh:mm", "yyyy-mm-dd", "#,##0.00##"


@dataclass(frozen=True, slots=True)
class Format:
    title: Any
    ending: str
    content_type: str


CSV, XLSX, JSON = "csv", "xlsx", "json"
FORMATS: Mapping[str, Format] = {
    CSV: Format(_("CSV"), "csv", "text/csv; charset=utf-8"),
    XLSX: Format(
        _("Excel (XLSX)"),
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    JSON: Format(_("JSON"), "json", "application/json"),
}

type Lines = Sequence[Sequence[Cell]]


class TextFile(Protocol):
    """A file that is written piece by piece, by whoever comes next."""

    def head(self) -> str: ...

    def body(self, lines: Lines, *, is_first: bool) -> str: ...

    def foot(self, totals: Totals) -> str: ...


@dataclass(frozen=True, slots=True)
class CsvFile:
    table: Table
    locale: Locale
    # Empty columns at the end, for decisions.
    extra: tuple[str, ...] = ()

    def head(self) -> str:
        return BYTE_ORDER_MARK + self._written([[*self.table.headings(), *self.extra]])

    def body(self, lines: Lines, *, is_first: bool) -> str:
        return self._written(lines)

    def foot(self, totals: Totals) -> str:
        return self._written(self.table.total_lines(totals))

    def _written(self, lines: Lines) -> str:
        file = io.StringIO()
        writer = csv.writer(file, delimiter=self.locale.separator)
        locale = self.locale
        writer.writerows([as_text(cell, locale) for cell in line] for line in lines)
        return file.getvalue()


@dataclass(frozen=True, slots=True)
class JsonFile:
    """{"records": [{…}, …], "totals": {"count": …, "amounts": {"EUR": …}}}."""

    table: Table

    def head(self) -> str:
        return '{"records": [\n'

    def body(self, lines: Lines, *, is_first: bool) -> str:
        names = [column.name for column in self.table.columns]
        told = ",\n".join(_as_json(dict(zip(names, line, strict=True))) for line in lines)
        return told if is_first or not told else ",\n" + told

    def foot(self, totals: Totals) -> str:
        amounts = {currency: plain(amount) for currency, amount in totals.amounts.items()}
        return f'\n],\n"totals": {_as_json({"count": totals.count, "amounts": amounts})}}}\n'


_encoder = msgspec.json.Encoder(decimal_format="number")


def _as_json(told: Mapping[str, Any]) -> str:
    cells = {
        name: plain(cell) if isinstance(cell, Decimal) else cell for name, cell in told.items()
    }
    return _encoder.encode(cells).decode()


def text_file(kind: str, table: Table, locale: str, extra: tuple[str, ...]) -> TextFile:
    if kind == JSON:
        return JsonFile(table)
    return CsvFile(table, LOCALES.get(locale, LOCALES["en"]), extra)


class Workbook:
    """An XLSX file on disk; each row goes there as soon as the next one begins."""

    def __init__(self, file: IO[bytes], headings: Sequence[str]) -> None:
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "remove_timezone": True,
            "use_zip64": True,
        }
        self._book: Any = xlsxwriter.Workbook(file, options)
        self._headings = headings
        self._bold = self._book.add_format({"bold": True})
        self._moment = self._book.add_format({"num_format": MOMENT})
        self._day = self._book.add_format({"num_format": DAY})
        self._amount = self._book.add_format({"num_format": AMOUNT})
        self._sheet: Any = None
        self._row = SHEET_ROWS

    def add(self, lines: Iterable[Sequence[Cell]]) -> None:
        for line in lines:
            if self._row >= SHEET_ROWS:
                self._begin_sheet()
            for at, cell in enumerate(line):
                self._write(at, cell)
            self._row += 1

    def close(self) -> None:
        if self._sheet is None:
            self._begin_sheet()
        self._book.close()

    def _begin_sheet(self) -> None:
        """The first one, or the next where one is full."""
        self._sheet = self._book.add_worksheet()
        self._sheet.freeze_panes(1, 0)
        self._sheet.write_row(0, 0, self._headings, self._bold)
        self._row = 1

    def _write(self, at: int, cell: Cell) -> None:
        if isinstance(cell, str):
            if cell:
                self._sheet.write_string(self._row, at, harmless(cell))
        elif isinstance(cell, Decimal):
            self._sheet.write_number(self._row, at, cell, self._amount)
        elif isinstance(cell, datetime):
            self._sheet.write_datetime(self._row, at, cell, self._moment)
        elif isinstance(cell, date):
            self._sheet.write_datetime(self._row, at, cell, self._day)
        elif cell is not None:
            self._sheet.write_number(self._row, at, cell)
