"""What became of creates whose answer was lost.

First the same request again: QuickBooks repeats its first answer instead of creating twice
(developer.intuit.com, "Learn basic field definitions", requestid). How long it remembers is not
documented, so that the unique name is the second net: a record that bears it and all the values we
sent is ours.
"""

from collections.abc import Mapping

from integrations.connectors.quickbooks.client import Client
from integrations.connectors.quickbooks.drafts import by_item_id
from integrations.connectors.quickbooks.faults import UNSURE
from integrations.connectors.quickbooks.lookup import Lookup
from integrations.connectors.quickbooks.objects import Definition
from integrations.connectors.quickbooks.records import Decode, Payload, compile_decoder
from integrations.connectors.quickbooks.writes import (
    NO_ENTITY,
    Writer,
    rows_by_name,
    unique_name,
)
from integrations.contract import (
    Batch,
    Category,
    Fault,
    Operation,
    Outcome,
    OutcomeStatus,
    RetryLater,
)

TRY_AGAIN_SECONDS = 60.0
# Answers that say nothing, but after which the request is no longer under way.
_ANSWERED = UNSURE | {NO_ENTITY}


class Resolver:
    """Settles unanswered creates of one object type."""

    def __init__(self, client: Client, definition: Definition, decode: Decode) -> None:
        self._definition = definition
        self._decode = decode
        self._writer = Writer(client, definition, decode)
        self._lookup = Lookup(client, definition)

    def resolve(self, batch: Batch) -> list[Outcome]:
        """WRITTEN, REFUSED or NOT_SENT for each; raises RetryLater when there is still no answer
        and nothing to be found, since the first request may yet be under way."""
        operations = by_item_id(batch.operations)
        outcomes = self._writer.send_again(batch)
        open_ones = {p: op for p, op in operations.items() if _is_open(outcomes[p])}
        if not open_ones:
            return [outcomes[bid] for bid in operations]
        rows = self._rows(open_ones)
        settled = {
            bid: self._settle(operation, outcomes[bid], rows.get(bid))
            for bid, operation in open_ones.items()
        }
        return [(outcomes | settled)[bid] for bid in operations]

    def _rows(self, operations: Mapping[str, Operation]) -> dict[str, Payload]:
        """The records that bear the names of these operations, by bId."""
        names = {p: unique_name(self._definition, op) for p, op in operations.items()}
        by_name = rows_by_name(self._lookup, self._definition, names.values())
        found = {bid: by_name.get(name.casefold()) for bid, name in names.items()}
        return {bid: row for bid, row in found.items() if row is not None}

    def _settle(self, operation: Operation, outcome: Outcome, row: Payload | None) -> Outcome:
        if row is not None and self._is_ours(operation, row):
            return Outcome(operation.key, OutcomeStatus.WRITTEN, self._decode(row))
        if outcome.status is OutcomeStatus.REFUSED:
            return outcome
        if outcome.fault is not None and outcome.fault.code not in _ANSWERED:
            raise RetryLater(outcome.fault, TRY_AGAIN_SECONDS)
        return Outcome(operation.key, OutcomeStatus.NOT_SENT, fault=outcome.fault)

    def _is_ours(self, operation: Operation, row: Payload) -> bool:
        sent = {name: value for name, value in operation.fields.items() if value is not None}
        held = compile_decoder(self._definition, tuple(sent))(row).fields
        return all(_same(value, held[name]) for name, value in sent.items())


def _same(sent: object, held: object) -> bool:
    """Equal but for the blanks around a text, which QuickBooks takes away."""
    if isinstance(sent, str) and isinstance(held, str):
        return sent.strip() == held.strip()
    return sent == held


def _is_open(outcome: Outcome) -> bool:
    if outcome.status is OutcomeStatus.UNKNOWN:
        return True
    fault: Fault | None = outcome.fault
    return fault is not None and fault.category is Category.DUPLICATE_KEY
