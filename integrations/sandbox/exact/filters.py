"""$filter: reading an expression, asking it of rows, and finding rows by what it names.

Source: odata.org, "OData Version 2.0: URI Conventions", of which Exact takes a part.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from integrations.sandbox.exact import times
from integrations.sandbox.exact.fields import INTEGERS, Edm, Field
from integrations.sandbox.exact.messages import Stopped
from integrations.sandbox.exact.resources import Resource

# Reads one field of the row that is asked about.
Get = Callable[[str], Any]
NOT_SUPPORTED = "This $filter parameter is not supported for this resource"
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<literal>(?:guid|datetime)'[^']*')
    | (?P<string>'(?:[^']|'')*')
    | (?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?[LlMmDdFf]?(?![\w-]))
    | (?P<word>[A-Za-z_][\w/]*)
    | (?P<sign>[(),])
    )""",
    re.VERBOSE,
)
_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda left, right: bool(left == right),
    "ne": lambda left, right: bool(left != right),
    "gt": lambda left, right: None not in (left, right) and left > right,
    "ge": lambda left, right: None not in (left, right) and left >= right,
    "lt": lambda left, right: None not in (left, right) and left < right,
    "le": lambda left, right: None not in (left, right) and left <= right,
}
_CHANGING: Mapping[str, Callable[[str], str]] = {
    "trim": str.strip,
    "tolower": str.lower,
    "toupper": str.upper,
}
_TESTING: Mapping[str, Callable[[str, str], bool]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    "substringof": lambda whole, part: part in whole,
}
_FAMILY = {Edm.GUID: "Guid", Edm.STRING: "String", Edm.BINARY: "Binary", Edm.BOOLEAN: "Boolean",
           Edm.DATETIME: "DateTime", Edm.DOUBLE: "Number"}  # fmt: skip


@dataclass(frozen=True)
class Expression:
    """Something that holds for a row or not."""

    holds: Callable[[Get], bool]
    fields: frozenset[str]
    # Field and text one of which a row must hold; None: any row may do.
    candidates: frozenset[tuple[str, str]] | None = None
    # What a row version must exceed; None where that is not asked.
    above: int | None = None


@dataclass(frozen=True)
class Operand:
    """A field, perhaps changed by a function, or a literal."""

    family: str
    read: Callable[[Get], Any]
    field: str = ""
    # The literal, or nothing.
    value: Any = None
    is_plain: bool = False


def parse(text: str, resource: Resource) -> Expression:
    """Raises Stopped (400) for what is wrong or not supported."""
    reader = _Reader(_tokens(text), resource)
    found = reader.either()
    reader.end()
    return found


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at, text = [], 0, text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise Stopped(400, f"Syntax error at position {at} in '{text}'.")
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found


class _Reader:
    """Goes through the tokens: or, and, not, brackets, comparisons and functions."""

    def __init__(self, tokens: list[tuple[str, str]], resource: Resource) -> None:
        self._tokens = tokens
        self._at = 0
        self._resource = resource

    def end(self) -> None:
        if self._at < len(self._tokens):
            raise Stopped(400, f"Syntax error at '{self._tokens[self._at][1]}' in $filter.")

    def either(self) -> Expression:
        found = [self._both()]
        while self._skips("or"):
            found.append(self._both())
        return found[0] if len(found) == 1 else _any(found)

    def _both(self) -> Expression:
        found = [self._single()]
        while self._skips("and"):
            found.append(self._single())
        return found[0] if len(found) == 1 else _all(found)

    def _single(self) -> Expression:
        if self._skips("not"):
            inner = self._single()
            return Expression(lambda get: not inner.holds(get), inner.fields)
        if self._skips("("):
            inner = self.either()
            self._expect(")")
            return inner
        kind, word = self._peek()
        if kind == "word" and word in _TESTING:
            return self._test(word)
        return self._comparison()

    def _test(self, name: str) -> Expression:
        self._at += 1
        self._expect("(")
        first = self._operand()
        self._expect(",")
        second = self._operand()
        self._expect(")")
        if self._skips("eq") and not self._skips("true"):
            raise Stopped(400, NOT_SUPPORTED)
        # substringof alone has the text before the field.
        text, whole = (first, second) if name == "substringof" else (second, first)
        if text.field or not whole.field or {text.family, whole.family} != {"String"}:
            raise Stopped(400, f"No applicable function found for '{name}'.")
        test = _TESTING[name]
        wanted = _comparable(text.value)
        fields = frozenset({whole.field})
        return Expression(lambda get: test(_comparable(whole.read(get)) or "", wanted), fields)

    def _comparison(self) -> Expression:
        left = self._operand()
        kind, operator = self._next()
        if kind != "word" or operator not in _OPERATORS:
            raise Stopped(400, f"Syntax error at '{operator}' in $filter.")
        right = self._operand()
        if not left.field or right.field:
            raise Stopped(400, NOT_SUPPORTED)
        if right.family not in ("null", left.family):
            raise Stopped(
                400,
                f"Operator '{operator}' incompatible with operand types "
                f"'Edm.{left.family}' and 'Edm.{right.family}' at position {self._at}.",
            )
        return _compared(left, operator, right)

    def _operand(self) -> Operand:
        kind, text = self._next()
        if kind == "word" and text in _CHANGING:
            return self._changed(text)
        if kind == "word" and text not in ("null", "true", "false"):
            return self._field(text)
        return _literal(kind, text)

    def _changed(self, name: str) -> Operand:
        self._expect("(")
        inner = self._operand()
        self._expect(")")
        if inner.family != "String":
            raise Stopped(400, f"No applicable function found for '{name}'.")
        change = _CHANGING[name]
        return Operand("String", lambda get: change(inner.read(get) or ""), inner.field)

    def _field(self, name: str) -> Operand:
        field = self._resource.fields.get(name)
        if field is None:
            kind = self._resource.type
            raise Stopped(
                400, f"No property '{name}' exists in type 'Exact.Web.Api.Models.{kind}'."
            )
        _require_filterable(self._resource, field)
        return Operand(_family(field), lambda get: get(name), name, is_plain=True)

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def _next(self) -> tuple[str, str]:
        found = self._peek()
        self._at += 1
        return found

    def _skips(self, text: str) -> bool:
        is_next = self._peek()[1] == text and self._peek()[0] in ("word", "sign")
        self._at += is_next
        return is_next

    def _expect(self, sign: str) -> None:
        if not self._skips(sign):
            raise Stopped(400, f"Syntax error: '{sign}' expected in $filter.")


def _require_filterable(resource: Resource, field: Field) -> None:
    if resource.only_filters and field.name not in resource.only_filters:
        raise Stopped(400, f"Filtering on these fields is not supported: {field.name}")
    if not field.filterable or field.type in (Edm.COLLECTION, Edm.BINARY):
        raise Stopped(400, NOT_SUPPORTED)


def _family(field: Field) -> str:
    return "Number" if field.type in INTEGERS else _FAMILY[field.type]


def _literal(kind: str, text: str) -> Operand:
    family, value = _LITERALS.get(kind, _unreadable)(text)
    return Operand(family, lambda _: value, value=value)


def _unreadable(text: str) -> tuple[str, Any]:
    raise Stopped(400, f"Syntax error at '{text}' in $filter.")


def _word(text: str) -> tuple[str, Any]:
    return ("null", None) if text == "null" else ("Boolean", text == "true")


def _number(text: str) -> tuple[str, Any]:
    bare = text.rstrip("LlMmDdFf")
    return "Number", int(bare) if re.fullmatch(r"-?\d+", bare) else float(bare)


def _prefixed(text: str) -> tuple[str, Any]:
    prefix, _, rest = text.partition("'")
    inner = rest.removesuffix("'")
    if prefix == "guid":
        # Braces are not read here, wherever else they are.
        if re.fullmatch(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", inner) is None:
            raise Stopped(400, f"Unrecognized 'Edm.Guid' literal '{text}' in $filter.")
        return "Guid", str(uuid.UUID(inner))
    # A literal has no zone of its own: it is the server's wall clock.
    has_zone = re.search(r"(?:[zZ]|[+-]\d\d:?\d\d)$", inner.partition("T")[2]) is not None
    moment = None if has_zone else times.parse(inner, times.NO_ZONE)
    if moment is None:
        raise Stopped(400, f"Unrecognized 'Edm.DateTime' literal '{text}' in $filter.")
    return "DateTime", moment


_LITERALS: Mapping[str, Callable[[str], tuple[str, Any]]] = {
    "literal": _prefixed,
    "string": lambda text: ("String", text[1:-1].replace("''", "'")),
    "number": _number,
    "word": _word,
}


def _comparable(value: Any) -> Any:
    """Texts are alike whatever their capitals and the spaces behind them, as in the database."""
    return value.rstrip().casefold() if isinstance(value, str) else value


def _compared(left: Operand, operator: str, right: Operand) -> Expression:
    wanted, test = _comparable(right.value), _OPERATORS[operator]
    fields = frozenset({left.field})
    candidates, above = None, None
    if operator == "eq" and left.is_plain and isinstance(wanted, str):
        candidates = frozenset({(left.field, wanted)})
    if operator == "gt" and left.field == "Timestamp":
        above = wanted
    return Expression(
        lambda get: test(_comparable(left.read(get)), wanted), fields, candidates, above
    )


def _any(parts: list[Expression]) -> Expression:
    named = [part.candidates for part in parts if part.candidates is not None]
    candidates = frozenset().union(*named) if len(named) == len(parts) else None
    tests = [part.holds for part in parts]
    return Expression(lambda get: any(test(get) for test in tests), _fields(parts), candidates)


def _all(parts: list[Expression]) -> Expression:
    candidates = next((part.candidates for part in parts if part.candidates is not None), None)
    above = next((part.above for part in parts if part.above is not None), None)
    tests = [part.holds for part in parts]
    return Expression(
        lambda get: all(test(get) for test in tests), _fields(parts), candidates, above
    )


def _fields(parts: list[Expression]) -> frozenset[str]:
    return frozenset().union(*(part.fields for part in parts))
