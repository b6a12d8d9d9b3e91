"""Reading a query statement.

    SELECT * [, field …] | COUNT(*) FROM Entity
        [WHERE condition AND …] [ORDERBY field [ASC | DESC]]
        [STARTPOSITION n] [MAXRESULTS n]

Source: developer.intuit.com, "Data queries". There is no OR, no join, no grouping and no list of
fields without the star.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from integrations.sandbox.quickbooks.faults import Refused, refused

DEFAULT_ROWS = 100
MOST_ROWS = 1000
OPERATORS = frozenset({"=", "<", ">", "<=", ">="})
_TOKEN = re.compile(
    r"""\s*(?:
        '(?P<string>(?:[^'\\]|\\.)*)'
      | (?P<operator><=|>=|=|<|>)
      | (?P<number>\d+(?![\w.]))
      | (?P<name>[A-Za-z][\w.]*)
      | (?P<sign>[*(),])
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True)
class Condition:
    """One comparison; `values` has one member but for IN."""

    field: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Statement:
    """A query, as written: names are not looked up yet."""

    entity: str
    counts: bool = False
    # Named besides the star.
    extra: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    order_by: str = ""
    descending: bool = False
    start: int = 1
    most: int = DEFAULT_ROWS


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    at: int

    @property
    def word(self) -> str:
        """The token as a keyword: unquoted words in capitals."""
        return self.text.upper() if self.kind in ("name", "sign") else ""


def parse(text: str) -> Statement:
    """The statement; raises Refused with 4000 (cannot be parsed) or 4001 (invalid)."""
    return _Parser(_tokens(text)).statement()


def _tokens(text: str) -> list[Token]:
    tokens, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            rest = text[at:].lstrip()
            raise _unexpected(rest[:1], len(text) - len(rest))
        kind = str(match.lastgroup)
        value = match[kind]
        tokens.append(Token(kind, _ESCAPE.sub(r"\1", value) if kind == "string" else value, at))
        at = match.end()
    tokens.append(Token("end", "<EOF>", at))
    return tokens


def _unexpected(text: str, at: int) -> Refused:
    detail = f'QueryParserError: Encountered "{text}" at line 1, column {at + 1}.'
    return refused("4000", detail)


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def statement(self) -> Statement:
        self._expect("SELECT")
        counts, extra = self._selection()
        self._expect("FROM")
        entity = self._name()
        conditions = self._conditions()
        order_by, descending = self._order()
        start = self._count("STARTPOSITION", 1)
        most = self._count("MAXRESULTS", DEFAULT_ROWS)
        if self._next.kind != "end":
            raise self._wrong()
        _check_page(start, most)
        return Statement(entity, counts, extra, conditions, order_by, descending, start, most)

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _wrong(self) -> Refused:
        return _unexpected(self._next.text, self._next.at)

    def _accept(self, word: str) -> bool:
        if self._next.word != word:
            return False
        self._at += 1
        return True

    def _expect(self, word: str) -> None:
        if not self._accept(word):
            raise self._wrong()

    def _name(self) -> str:
        if self._next.kind != "name":
            raise self._wrong()
        return self._take().text

    def _selection(self) -> tuple[bool, tuple[str, ...]]:
        if self._accept("COUNT"):
            for sign in "(*)":
                self._expect(sign)
            return True, ()
        self._expect("*")
        extra = []
        while self._accept(","):
            extra.append(self._name())
        return False, tuple(extra)

    def _conditions(self) -> tuple[Condition, ...]:
        if not self._accept("WHERE"):
            return ()
        found = [self._condition()]
        while self._accept("AND"):
            found.append(self._condition())
        return tuple(found)

    def _condition(self) -> Condition:
        field = self._name()
        if self._accept("IN"):
            return Condition(field, "IN", self._list())
        if self._accept("LIKE"):
            return Condition(field, "LIKE", (self._value(),))
        if self._next.text not in OPERATORS or self._next.kind != "operator":
            raise self._wrong()
        return Condition(field, self._take().text, (self._value(),))

    def _list(self) -> tuple[str, ...]:
        self._expect("(")
        values = [self._value()]
        while self._accept(","):
            values.append(self._value())
        self._expect(")")
        return tuple(values)

    def _value(self) -> str:
        """A quoted value; only true and false stand without quotes."""
        if self._next.kind == "string" or self._next.word in ("TRUE", "FALSE"):
            return self._take().text
        raise self._wrong()

    def _order(self) -> tuple[str, bool]:
        # The grammar has one word; published clients send two, which is understood as well.
        if self._next.word == "ORDER" and self._tokens[self._at + 1].word == "BY":
            self._at += 2
        elif not self._accept("ORDERBY"):
            return "", False
        field = self._name()
        descending = self._accept("DESC")
        if not descending:
            self._accept("ASC")
        return field, descending

    def _count(self, word: str, otherwise: int) -> int:
        if not self._accept(word):
            return otherwise
        if self._next.kind != "number":
            raise self._wrong()
        return int(self._take().text)


def _check_page(start: int, most: int) -> None:
    if start < 1:
        raise refused("4001", "QueryValidationError: startPosition should be greater than 0")
    if most < 1:
        raise refused("4001", "QueryValidationError: maxResults should be greater than 0")
    if most > MOST_ROWS:
        raise refused(
            "4001",
            f"QueryValidationError: value {most} is too large. Max allowed value is {MOST_ROWS}.",
        )
