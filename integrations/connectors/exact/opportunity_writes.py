"""Writing opportunities: their mark in the notes, and their probability as Exact keeps it."""

from decimal import Decimal
from typing import Any

from integrations.connectors.exact import odata
from integrations.connectors.exact.client import Client
from integrations.connectors.exact.document_writes import DocumentWriter
from integrations.connectors.exact.payloads import Payload, refusal
from integrations.connectors.exact.tags import keeping_tag, tagged
from integrations.contract import Category, Fault, Operation

NOTES, CHANCE = "Notes", "Probability"
_SCALE = "scale of probabilities"
_HUNDRED = Decimal(100)


class OpportunityWriter(DocumentWriter):
    """Opportunities are no books: they are changed and deleted at any time."""

    sought_by = "Name"
    marks = (NOTES,)

    def literal(self, value: str) -> str:
        return odata.text(value)

    def body(self, operation: Operation, row: Payload | None) -> dict[str, Any]:
        body = super().body(operation, row)
        notes = operation.fields.get(NOTES)
        if row is None:
            body[NOTES] = tagged(notes, operation.key)
        elif NOTES in operation.fields:
            body[NOTES] = keeping_tag(notes, row, NOTES)
        chance = operation.fields.get(CHANCE)
        if isinstance(chance, Decimal):
            body[CHANCE] = self._chance(chance)
        return body

    def problem(self, operation: Operation, row: Payload | None) -> Fault | None:
        return None

    def _chance(self, value: Decimal) -> Decimal:
        """A fraction, or per cent where this company has those."""
        fraction = value / _HUNDRED if value > 1 else value
        if not 0 <= fraction <= 1:
            field = self.definition.spec(CHANCE).field
            raise refusal(Category.FIELD_INVALID, "no_probability", field, "from 0 to 100 %.")
        return fraction * _HUNDRED if in_per_cent(self.client) else fraction


def in_per_cent(client: Client) -> bool:
    """Whether probabilities are kept in per cent, which no page of Exact's tells.

    One above 1 can be nothing else; asked once per connection and run.
    """
    if _SCALE not in client.shelf:
        found = client.page("crm/Opportunities", ("ID",), f"{CHANCE} gt 1", top=1)
        client.shelf[_SCALE] = bool(found.rows)
    return bool(client.shelf[_SCALE])
