"""What became of creates whose answer was lost.

First the same request again: QuickBooks repeats its first answer instead of creating twice
(developer.intuit.com, "Learn basic field definitions", requestid). How long it remembers is not
documented, so that there is a second net: a record that bears the unique name and all the values
we sent is ours. Documents have no such name: of them, the newest of the same customer and day with
the same number, amounts and lines is taken.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from integrations.connectors.quickbooks import queries
from integrations.connectors.quickbooks.books import Books
from integrations.connectors.quickbooks.client import Client
from integrations.connectors.quickbooks.definitions import Definition
from integrations.connectors.quickbooks.drafts import by_item_id
from integrations.connectors.quickbooks.faults import UNSURE
from integrations.connectors.quickbooks.holders import rows_by_name, unique_name
from integrations.connectors.quickbooks.lookup import Lookup
from integrations.connectors.quickbooks.payloads import Payload
from integrations.connectors.quickbooks.records import Decode, compile_decoder
from integrations.connectors.quickbooks.writes import NO_ENTITY, Writer
from integrations.contract import (
    Batch,
    Category,
    Fault,
    Line,
    Operation,
    Outcome,
    OutcomeStatus,
    RecordState,
    RetryLater,
    Value,
)

TRY_AGAIN_SECONDS = 60.0
# Answers that say nothing, but after which the request is no longer under way.
_ANSWERED = UNSURE | {NO_ENTITY}


class Resolver:
    """Settles unanswered creates of one object type."""

    def __init__(
        self,
        client: Client,
        definition: Definition,
        decode: Decode,
        books: Books | None = None,
    ) -> None:
        self._definition = definition
        self._decode = decode
        self._writer = Writer(client, definition, decode, books)
        self._lookup = Lookup(client, definition)

    def resolve(self, batch: Batch) -> list[Outcome]:
        """WRITTEN, REFUSED or NOT_SENT for each; raises RetryLater when there is still no answer
        and nothing to be found, since the first request may yet be under way."""
        operations = by_item_id(batch.operations)
        outcomes = self._writer.send_again(batch)
        open_ones = {p: op for p, op in operations.items() if _is_open(outcomes[p])}
        if not open_ones:
            return [outcomes[bid] for bid in operations]
        find = self._documents if self._definition.is_document else self._named
        rows = find(open_ones, _ids(outcomes.values()))
        settled = {
            bid: self._settle(operation, outcomes[bid], rows.get(bid))
            for bid, operation in open_ones.items()
        }
        return [(outcomes | settled)[bid] for bid in operations]

    def _named(self, operations: Mapping[str, Operation], _made: set[str]) -> dict[str, Payload]:
        """The records that bear the names of these operations and their values, by bId."""
        names = {p: unique_name(self._definition, op) for p, op in operations.items()}
        by_name = rows_by_name(self._lookup, self._definition, names.values())
        found = {bid: by_name.get(name.casefold()) for bid, name in names.items()}
        return {
            bid: row
            for bid, row in found.items()
            if row is not None and self._is_ours(operations[bid], row)
        }

    def _documents(self, operations: Mapping[str, Operation], made: set[str]) -> dict[str, Payload]:
        """The documents that these operations made, by bId; each belongs to one at most."""
        rows = sorted(self._candidates(operations), key=lambda row: int(row["Id"]), reverse=True)
        found: dict[str, Payload] = {}
        for bid, operation in operations.items():
            free = (row for row in rows if row["Id"] not in made)
            row = next((row for row in free if self._is_ours(operation, row)), None)
            if row is not None:
                found[bid] = row
                made.add(row["Id"])
        return found

    def _candidates(self, operations: Mapping[str, Operation]) -> list[Payload]:
        """The documents of the customers and days in question."""
        conditions = [
            queries.among(name, sorted(values))
            for name in ("CustomerRef", "TxnDate")
            if (values := _told(name, operations.values()))
        ]
        return list(self._lookup.where(*conditions)) if conditions else []

    def _settle(self, operation: Operation, outcome: Outcome, row: Payload | None) -> Outcome:
        if row is not None:
            return Outcome(operation.key, OutcomeStatus.WRITTEN, self._decode(row))
        if outcome.status is OutcomeStatus.REFUSED:
            return outcome
        if outcome.fault is not None and outcome.fault.code not in _ANSWERED:
            raise RetryLater(outcome.fault, TRY_AGAIN_SECONDS)
        return Outcome(operation.key, OutcomeStatus.NOT_SENT, fault=outcome.fault)

    def _is_ours(self, operation: Operation, row: Payload) -> bool:
        told = self._definition.identity or tuple(operation.fields)
        sent = {name: operation.fields.get(name) for name in told}
        sent = {name: value for name, value in sent.items() if value is not None}
        held = compile_decoder(self._definition, tuple(sent))(row)
        if held.state is RecordState.VOIDED:
            return False
        return all(_same(value, held.fields[name]) for name, value in sent.items())


def _told(name: str, operations: Iterable[Operation]) -> set[str]:
    """The values of a field that every operation names; none when one leaves it open."""
    values = [operation.fields.get(name) for operation in operations]
    return set() if None in values else {str(value) for value in values}


def _ids(outcomes: Iterable[Outcome]) -> set[str]:
    return {outcome.record.id for outcome in outcomes if outcome.record is not None}


def _same(sent: Value, held: Value) -> bool:
    """Equal but for the blanks around a text, which QuickBooks takes away, and for what of a line
    is worded or worked out there."""
    if isinstance(sent, str) and isinstance(held, str):
        return sent.strip() == held.strip()
    if isinstance(sent, tuple) and isinstance(held, tuple):
        return _sums(sent) == _sums(held)
    return sent == held


def _sums(lines: tuple[object, ...]) -> list[tuple[str, Decimal | None]]:
    return sorted(
        (line.reference, line.amount)
        for line in lines
        if isinstance(line, Line) and line.amount is not None
    )


def _is_open(outcome: Outcome) -> bool:
    if outcome.status is OutcomeStatus.UNKNOWN:
        return True
    fault: Fault | None = outcome.fault
    return fault is not None and fault.category is Category.DUPLICATE_KEY
