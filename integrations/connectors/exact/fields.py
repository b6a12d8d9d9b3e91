"""The words in which fields are declared: what a field is, and where it stands at Exact."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from integrations.connectors.exact import odata
from integrations.connectors.exact.odata import Literal
from integrations.connectors.exact.payloads import Payload
from integrations.connectors.exact.times import day
from integrations.contract import Choice, Field, FieldType, Value

type Read = Callable[[Payload], Value]
type Write = Callable[[Field, Value], Mapping[str, Any]]
"""The members of the body that say this value; raises Unwritable."""


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A field, the columns it is read from, and how it is written and looked up."""

    field: Field
    # What must be selected to read it; the first is the member that is written.
    columns: tuple[str, ...]
    # A code, which comes padded with blanks.
    is_code: bool = False
    # A flag that Exact keeps as 0 or 1.
    is_byte: bool = False
    # Reads what is more than one plain value.
    read: Read | None = None
    write: Write | None = None
    # The literals to compare the column with when a value is looked up; None: it cannot be.
    literals: Callable[[str], tuple[str, ...]] | None = None
    # What Exact's messages call it, in Dutch and in English.
    words: tuple[str, ...] = ()
    # Written by calls of their own after the record: no member of its body.
    is_apart: bool = False

    @property
    def column(self) -> str:
        return self.columns[0] if self.columns else ""


def text(name: str, label: str, max_length: int | None = None, *words: str) -> FieldSpec:
    return FieldSpec(Field(name, label, max_length=max_length), (name,), words=words)


def code(name: str, label: str, max_length: int | None = None, *words: str) -> FieldSpec:
    return replace(text(name, label, max_length, *words), is_code=True)


def typed(name: str, label: str, kind: FieldType, *words: str) -> FieldSpec:
    return FieldSpec(Field(name, label, kind), (name,), words=words)


def flag(name: str, label: str, *words: str) -> FieldSpec:
    """A yes or no that Exact keeps as a byte."""
    return replace(typed(name, label, FieldType.BOOLEAN, *words), is_byte=True)


def chosen(name: str, label: str, choice_list: str, *words: str) -> FieldSpec:
    """An entry of one of the company's lists, by its code or guid."""
    entry = Field(name, label, FieldType.CHOICE, choice_list=choice_list)
    return FieldSpec(entry, (name,), is_code=True, words=words)


def offering(choices: tuple[Choice, ...], name: str, label: str, *words: str) -> FieldSpec:
    return FieldSpec(
        Field(name, label, FieldType.CHOICE, choices=choices), (name,), is_code=True, words=words
    )


def referring(name: str, label: str, object_type: str, *words: str) -> FieldSpec:
    entry = Field(name, label, FieldType.REFERENCE, references=object_type)
    return FieldSpec(entry, (name,), is_code=True, words=words)


def derived(field: Field, read: Read, *columns: str) -> FieldSpec:
    """Worked out from the row as a whole, and never written."""
    return read_only(FieldSpec(field, columns, read=read))


def found_by(spec: FieldSpec, literal: Literal = odata.text) -> FieldSpec:
    """Records can be looked up by it."""
    return replace(spec, literals=lambda value: (literal(value),))


def read_only(spec: FieldSpec) -> FieldSpec:
    return replace(spec, field=replace(spec.field, creatable=False, updatable=False))


def fixed(spec: FieldSpec) -> FieldSpec:
    """Written on creation and never changed."""
    return replace(spec, field=replace(spec.field, updatable=False))


def required(spec: FieldSpec) -> FieldSpec:
    return replace(spec, field=replace(spec.field, required=True))


def unique(spec: FieldSpec) -> FieldSpec:
    return replace(spec, field=replace(spec.field, unique=True))


def whole(spec: FieldSpec) -> FieldSpec:
    """A choice that Exact keeps as a whole number."""

    def write(_field: Field, value: Value) -> Mapping[str, Any]:
        return {spec.column: None if value is None else int(str(value))}

    return replace(spec, write=write)


def times() -> tuple[FieldSpec, ...]:
    return (
        read_only(typed("Created", "Created", FieldType.DATETIME)),
        read_only(typed("Modified", "Last changed", FieldType.DATETIME)),
    )


def plain_text(value: Any) -> Value:
    if type(value) is str:
        return value or None
    return None if value is None else str(value)


def stripped(value: Any) -> Value:
    return None if value is None else str(value).strip() or None


def boolean(value: Any) -> Value:
    if value is None or value is True or value is False:
        return value
    return str(value).strip().lower() in ("1", "true")


def date_of(value: Any) -> Value:
    return day(value) if value else None
