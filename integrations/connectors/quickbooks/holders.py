"""Which record bears a name or number that was refused because it is taken."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from integrations.connectors.quickbooks import queries
from integrations.connectors.quickbooks.definitions import Definition
from integrations.connectors.quickbooks.faults import TAKEN
from integrations.connectors.quickbooks.lookup import Lookup
from integrations.connectors.quickbooks.payloads import Payload
from integrations.contract import ConnectorError, Fault, Operation, Outcome


class Holders:
    """Looks up who bears a name, among the records of one object type."""

    def __init__(self, lookup: Lookup, definition: Definition) -> None:
        self._lookup = lookup
        self._definition = definition

    def named(
        self, operations: Mapping[str, Operation], outcomes: dict[str, Outcome]
    ) -> dict[str, Outcome]:
        """The outcomes, saying which record bears a name already, if it is one of this type.

        Names are shared with vendors and employees, whose ids would lead nowhere.
        """
        taken = {
            bid: outcome.fault
            for bid, outcome in outcomes.items()
            if outcome.fault is not None and outcome.fault.code in TAKEN
        }
        if not taken or not self._definition.unique:
            return outcomes
        try:
            holders = self._holders(operations, taken)
        except ConnectorError:
            # Only a hint is lost; the refusal stands.
            return outcomes
        return outcomes | {
            bid: replace(outcomes[bid], fault=replace(fault, existing_id=holders.get(bid, "")))
            for bid, fault in taken.items()
        }

    def _holders(
        self, operations: Mapping[str, Operation], taken: Mapping[str, Fault]
    ) -> dict[str, str]:
        told = {p: fault.existing_id for p, fault in taken.items() if fault.existing_id}
        rows = self._lookup.by_id(told.values())
        holders = {bid: holder for bid, holder in told.items() if holder in rows}
        names = {
            bid: unique_name(self._definition, operations[bid]) for bid in taken if bid not in told
        }
        by_name = rows_by_name(self._lookup, self._definition, names.values())
        named = {bid: by_name.get(name.casefold()) for bid, name in names.items()}
        return holders | {bid: row["Id"] for bid, row in named.items() if row}


def unique_name(definition: Definition, operation: Operation) -> str:
    """The name a record will bear: the one sent, or the one QuickBooks builds from its parts."""
    name = operation.fields.get(definition.unique)
    if isinstance(name, str):
        return name.strip()
    parts = (operation.fields.get(part) for part in definition.name_parts)
    return " ".join(part.strip() for part in parts if isinstance(part, str))


def rows_by_name(
    lookup: Lookup, definition: Definition, names: Iterable[str]
) -> dict[str, Payload]:
    """Records by their unique name in lower case, inactive ones too."""
    wanted: Sequence[str] = [name for name in names if name]
    if not wanted:
        return {}
    rows = lookup.by_value(definition.unique, wanted, *queries.any_state(definition))
    return {str(row.get(definition.unique, "")).casefold(): row for row in rows}
