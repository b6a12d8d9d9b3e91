"""What the tests of all connectors do again and again."""

from dataclasses import replace

from integrations.contract import (
    Operation,
    OperationKind,
    Outcome,
    OutcomeStatus,
    Record,
    Values,
)
from tests.connectors.drivers import Driver, Sample
from tests.connectors.rig import Rig

CREATE, UPDATE, ARCHIVE = OperationKind.CREATE, OperationKind.UPDATE, OperationKind.ARCHIVE


def new_values(rig: Rig, sample: Sample, number: int) -> Values:
    return {**sample.values(number), **sample.needed(rig.connector)}


def create(rig: Rig, sample: Sample, *numbers: int) -> list[Record]:
    wanted = [new_values(rig, sample, number) for number in numbers]
    outcomes = rig.write(sample.object_type, rig.operations(CREATE, wanted), sample.fields)
    return [record_of(outcome) for outcome in outcomes]


def add(rig: Rig, driver: Driver, sample: Sample, number: int) -> list[str]:
    """Records made one after the other by a person, a second apart."""
    ids = []
    for each in range(number):
        ids.append(driver.add(rig.sandbox, sample, each))
        rig.clock.advance(1)
    return ids


def record_of(outcome: Outcome) -> Record:
    assert outcome.status is OutcomeStatus.WRITTEN, outcome
    assert outcome.record is not None
    return outcome.record


def update_of(rig: Rig, record: Record, values: Values) -> Operation:
    (operation,) = rig.operations(UPDATE, [values], [record.id])
    return replace(operation, version=record.version)


def read_one(rig: Rig, sample: Sample, id_: str) -> Record:
    (record,) = rig.connector.read(sample.object_type, [id_], sample.fields)
    return record
