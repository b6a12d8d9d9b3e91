"""How far a change feed has been read, as text."""

from datetime import datetime

import msgspec

from integrations.contract import Category, Fault, Misconfigured

VERSION = 1


class Paging(msgspec.Struct, frozen=True, omit_defaults=True):
    """In the middle of a stream: where its next page is, and which timestamps were seen."""

    stream: str
    # The address that the last page named.
    address: str
    # The highest timestamp of the first page, and of all pages.
    first: int = 0
    highest: int = 0
    # Whether timestamps rose from row to row, so that all below the highest are read.
    in_order: bool = True
    # A check sum of the columns that the address asks for.
    columns: int = 0


class Cursor(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the next page begins: the timestamp up to which each stream was read."""

    marks: dict[str, int] = {}
    # The stream to read next; empty: the first.
    stream: str = ""
    paging: Paging | None = None
    # When this round began, and the last one that came to its end.
    began: datetime | None = None
    complete: datetime | None = None
    # When the division was looked at, and its state then.
    looked: datetime | None = None
    division: str = ""
    version: int = VERSION


def to_text(cursor: msgspec.Struct) -> str:
    return msgspec.json.encode(cursor).decode()


def from_text(text: str) -> Cursor:
    """The cursor; one of another version of this format begins anew, which loses nothing.

    Raises Misconfigured for what never was a cursor.
    """
    return read(text, Cursor) or Cursor()


def read[T](text: str, shape: type[T]) -> T | None:
    """The cursor of this shape; None for none, or for one of another version."""
    if not text:
        return None
    try:
        if msgspec.json.decode(text, type=_Versioned).version != VERSION:
            return None
        return msgspec.json.decode(text, type=shape)
    except msgspec.DecodeError as error:
        message = f"This is no cursor of Exact: {text[:80]!r}"
        raise Misconfigured(Fault(Category.CONFIGURATION, "bad_cursor", message)) from error


class _Versioned(msgspec.Struct):
    version: int = VERSION
