"""How a cell of a file reads: safe for spreadsheets, with the numbers of the reader's country."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

type Cell = str | int | Decimal | datetime | date | None

# What makes a spreadsheet take a cell for a formula, at its beginning or after what it skips there.
FORMULA_SIGNS = ("=", "+", "-", "@")
# By themselves enough: some programs drop them and look at what follows.
CONTROLS = ("\t", "\r", "\n")
MOMENT = "%Y-%m-%d %H:%M"


@dataclass(frozen=True, slots=True)
class Locale:
    """What a country's spreadsheets expect of a CSV file."""

    title: object
    separator: str
    decimal: str


LOCALES: Mapping[str, Locale] = {
    "en": Locale(_("1234.50, separated by commas (English)"), ",", "."),
    "nl": Locale(_("1234,50, separated by semicolons (most of Europe)"), ";", ","),
    "ch": Locale(_("1234.50, separated by semicolons (Switzerland)"), ";", "."),
}
# Languages whose spreadsheets write a point; all others of ours write a comma.
POINTED = frozenset({"en", "zh", "ja", "ko", "th", "he"})


def locale_of(language: str) -> str:
    """The name of the locale for a language tag such as nl-BE."""
    primary, _dash, country = language.lower().partition("-")
    if country in ("ch", "li"):
        return "ch"
    return "en" if primary in POINTED or not primary else "nl"


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula: such a cell gets a leading apostrophe."""
    return f"'{text}" if _is_formula(text) else text


def _is_formula(text: str) -> bool:
    # Nearly every cell begins with a letter or a digit.
    if not text or text[0].isalnum():
        return False
    if text[0] in CONTROLS:
        return True
    # A full-width sign is the plain one to some programs, a zero-width one is nothing.
    seen = unicodedata.normalize("NFKC", text[:50])
    bare = "".join(sign for sign in seen if unicodedata.category(sign) not in ("Cf", "Cc"))
    return bare.lstrip().startswith(FORMULA_SIGNS)


def as_text(cell: Cell, locale: Locale) -> str:
    """A cell of a CSV file; numbers stay numbers."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return harmless(cell)
    if isinstance(cell, Decimal):
        return f"{plain(cell):f}".replace(".", locale.decimal)
    if isinstance(cell, datetime):
        return cell.strftime(MOMENT)
    return str(cell)


def plain(number: Decimal) -> Decimal:
    """Without the zeros that the database adds, but with whole cents."""
    cents = number.quantize(Decimal("0.01"))
    return cents if cents == number else number.normalize()
