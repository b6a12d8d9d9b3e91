"""Words in which only documents are declared: our own switches, lines, and facts of payment."""

from dataclasses import replace

from integrations.connectors.exact.fields import FieldSpec, Read, derived
from integrations.connectors.exact.payloads import Payload
from integrations.connectors.exact.payments import FACTS, OPEN, PAID, PAID_ON, STATUS, STATUSES
from integrations.connectors.exact.tags import untagged
from integrations.contract import Choice, Field, FieldType, Value

# Member of a row in which the facts of payment are kept once they are looked up.
KNOWN_FACTS = "_facts"


def nothing(_row: Payload) -> Value:
    return None


def switch(field: Field, read: Read = nothing, *columns: str) -> FieldSpec:
    """Says how a document is made; no member of it, and never changed."""
    return FieldSpec(replace(field, updatable=False), columns, read=read, is_apart=True)


def picked(name: str, label: str, choice_list: str) -> Field:
    return Field(name, label, FieldType.CHOICE, choice_list=choice_list)


def lined(name: str, references: str, read: Read, *words: str) -> FieldSpec:
    """The lines, which are made with the document and never changed by us."""
    field = Field(name, "Lines", FieldType.LINES, updatable=False, required=True)
    return FieldSpec(
        replace(field, references=references), (name,), read=read, words=words, is_apart=True
    )


def marked(spec: FieldSpec) -> FieldSpec:
    """A text that also bears our mark."""
    column = spec.column
    return replace(spec, read=lambda row: untagged(row.get(column)))


def facts(*columns: str) -> tuple[FieldSpec, ...]:
    """The payment facts; `columns` are those of the document that they are worked out of."""
    fields = (
        Field(STATUS, "Payment status", FieldType.CHOICE, choices=STATUSES),
        Field(OPEN, "Amount still open", FieldType.MONEY),
        Field(PAID, "Amount paid", FieldType.MONEY),
        Field(PAID_ON, "Paid on", FieldType.DATE),
    )
    return tuple(derived(field, _fact(field.name), *columns) for field in fields)


def _fact(name: str) -> Read:
    def read(row: Payload) -> Value:
        known: dict[str, Value] = row.get(KNOWN_FACTS) or {}
        return known.get(name)

    return read


def has_facts(names: tuple[str, ...]) -> bool:
    return not set(FACTS).isdisjoint(names)


def labelled(**labels: str) -> tuple[Choice, ...]:
    """Choices whose values are numbers at Exact."""
    return tuple(Choice(value.removeprefix("_"), label) for value, label in labels.items())
