"""What becomes of the operations of a batch, each of which is a call of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from integrations.contract import (
    Category,
    ConnectorError,
    Fault,
    Operation,
    Outcome,
    OutcomeStatus,
)


@dataclass(slots=True)
class Progress:
    """What has become of the operations of a batch so far."""

    operations: Mapping[str, Operation]
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    # By key: the id of the record that was written, still to be read.
    written: dict[str, str] = field(default_factory=dict)
    # Written, but something of it was refused.
    faults: dict[str, Fault] = field(default_factory=dict)
    # Sent, and the answer of an update got lost: the record itself tells.
    doubtful: dict[str, Fault] = field(default_factory=dict)
    stop: ConnectorError | None = None

    @property
    def open(self) -> list[Operation]:
        return [
            operation
            for key, operation in self.operations.items()
            if key not in self.outcomes and key not in self.written
        ]

    def refuse(self, operation: Operation, fault: Fault) -> None:
        self.outcomes[operation.key] = Outcome(operation.key, OutcomeStatus.REFUSED, fault=fault)

    def lose(self, operation: Operation, fault: Fault) -> None:
        unknown = replace(fault, category=Category.OUTCOME_UNKNOWN)
        self.outcomes[operation.key] = Outcome(operation.key, OutcomeStatus.UNKNOWN, fault=unknown)

    def leave(self, fault: Fault) -> None:
        """Nothing more is sent in this batch."""
        for operation in self.open:
            outcome = Outcome(operation.key, OutcomeStatus.NOT_SENT, fault=fault)
            self.outcomes[operation.key] = outcome

    @property
    def nothing_done(self) -> bool:
        statuses = {outcome.status for outcome in self.outcomes.values()}
        return not self.written and statuses <= {OutcomeStatus.NOT_SENT}
