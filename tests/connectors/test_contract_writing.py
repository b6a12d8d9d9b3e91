"""How every connector writes, tried against the sandbox over real HTTP."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from integrations.contract import (
    Batch,
    Category,
    Outcome,
    OutcomeStatus,
    RecordState,
    RetryLater,
)
from tests.connectors.drivers import Driver, Sample
from tests.connectors.rig import Rig
from tests.connectors.steps import (
    ARCHIVE,
    CREATE,
    UPDATE,
    create,
    new_values,
    read_one,
    record_of,
    update_of,
)

WRITTEN, REFUSED = OutcomeStatus.WRITTEN, OutcomeStatus.REFUSED
NOT_SENT = OutcomeStatus.NOT_SENT
UNICODE = 'Søren O\'Brien “Ünïcode” 株式会社 🦊 <&> \\ "quoted" %25 line\nbreak'
# For a text of which nobody says how long it may be.
LONG = 3000


def titles(outcomes: list[Outcome]) -> list[str]:
    return [outcome.status.value for outcome in outcomes]


def test_creates_are_answered_in_order_with_what_the_provider_holds(
    rig: Rig, driver: Driver, sample: Sample
) -> None:
    wanted = [new_values(rig, sample, number) for number in range(5)]
    wanted.insert(2, {**sample.bad(90), **sample.needed(rig.connector)})
    wanted.append({**sample.bad(91), **sample.needed(rig.connector)})
    operations = rig.operations(CREATE, wanted)

    outcomes = rig.write(sample.object_type, operations, sample.fields)

    assert [outcome.key for outcome in outcomes] == [each.key for each in operations]
    expected = ["written", "written", "refused", "written", "written", "written", "refused"]
    assert titles(outcomes) == expected
    assert driver.count(rig.sandbox, sample) == 5
    for outcome, values in zip(outcomes, wanted, strict=True):
        if outcome.status is WRITTEN:
            record = record_of(outcome)
            assert record == read_one(rig, sample, record.id)
            assert {name: values[name] for name in sample.fields} == dict(record.fields)
    fault = outcomes[2].fault
    assert fault is not None
    assert fault.category is sample.bad_as
    assert fault.code
    assert fault.message


def test_a_full_batch_makes_few_calls(rig: Rig, sample: Sample) -> None:
    types = {each.name: each for each in rig.connector.object_types()}
    size = types[sample.object_type].write_batch
    create(rig, sample, 0)
    rig.connector.fields(sample.object_type)
    before = rig.calls

    create(rig, sample, *range(1, size + 1))

    # The write, at most one call to read what was made, and what `needed` asks. Where each record
    # is a call of its own, few look for it before and read it afterwards.
    in_batches = 2 + size * bool(sample.needed(rig.connector))
    assert rig.calls - before <= (size * sample.calls_each + 6 if sample.calls_each else in_batches)


def test_updates_change_only_what_they_name(rig: Rig, sample: Sample) -> None:
    first, second = create(rig, sample, 1, 2)

    outcomes = rig.write(
        sample.object_type,
        [update_of(rig, first, {sample.text: "New"}), update_of(rig, second, {sample.text: None})],
        sample.fields,
    )

    changed, emptied = (record_of(outcome) for outcome in outcomes)
    assert dict(changed.fields) == {**first.fields, sample.text: "New"}
    assert dict(emptied.fields) == {**second.fields, sample.text: None}
    assert changed.version != ""
    assert changed == read_one(rig, sample, first.id)
    assert emptied == read_one(rig, sample, second.id)


def test_an_update_of_a_record_that_is_gone_stops_no_other(rig: Rig, sample: Sample) -> None:
    (record,) = create(rig, sample, 1)
    operations = [
        *rig.operations(UPDATE, [{sample.text: "Nobody"}], ["999999999"]),
        update_of(rig, record, {sample.text: "Somebody"}),
    ]

    outcomes = rig.write(sample.object_type, operations, sample.fields)

    assert titles(outcomes) == ["refused", "written"]
    assert outcomes[0].fault is not None
    assert outcomes[0].fault.category is Category.GONE
    assert read_one(rig, sample, record.id).fields[sample.text] == "Somebody"


def test_records_are_archived(rig: Rig, driver: Driver, sample: Sample) -> None:
    first, second, third = create(rig, sample, 1, 2, 3)
    operations = [
        replace(operation, version=record.version)
        for operation, record in zip(
            rig.operations(ARCHIVE, [{}, {}], [first.id, second.id]), (first, second), strict=True
        )
    ]

    outcomes = rig.write(sample.object_type, operations, sample.fields)

    assert titles(outcomes) == ["written", "written"]
    assert {record_of(outcome).state for outcome in outcomes} == {sample.archived_as}
    assert read_one(rig, sample, first.id).state is sample.archived_as
    assert read_one(rig, sample, third.id).state is RecordState.LIVE
    assert driver.count(rig.sandbox, sample) == 1


@pytest.mark.parametrize("kind", ["unicode", "longest"])
def test_what_is_written_is_what_is_read(rig: Rig, sample: Sample, kind: str) -> None:
    fields = {field.name: field for field in rig.connector.fields(sample.object_type)}
    longest = fields[sample.text].max_length or LONG
    text = UNICODE if kind == "unicode" else "æ" * longest

    (record,) = create(rig, sample, 1)
    (outcome,) = rig.write(
        sample.object_type, [update_of(rig, record, {sample.text: text})], sample.fields
    )

    assert record_of(outcome).fields[sample.text] == text
    assert read_one(rig, sample, record.id).fields[sample.text] == text


def test_a_record_changed_in_between_is_not_overwritten(
    rig: Rig, driver: Driver, sample: Sample
) -> None:
    if not sample.has_versions:
        pytest.skip("The provider has no versions to write against.")
    first, second = create(rig, sample, 1, 2)
    rig.clock.advance(1)
    driver.edit(rig.sandbox, sample, first.id, "By hand")

    stale, written = rig.write(
        sample.object_type,
        [update_of(rig, one, {sample.text: "By us"}) for one in (first, second)],
        sample.fields,
    )

    assert (stale.status, written.status) == (OutcomeStatus.STALE, WRITTEN)
    assert stale.record is not None
    assert stale.record.fields[sample.text] == "By hand"
    assert stale.record == read_one(rig, sample, first.id)


def test_a_create_repeated_with_its_key_creates_once(
    rig: Rig, driver: Driver, sample: Sample
) -> None:
    batch = rig.batch(rig.operations(CREATE, [new_values(rig, sample, n) for n in (1, 2)]))

    once = rig.connector.write(sample.object_type, batch, sample.fields)
    twice = rig.connector.write(sample.object_type, batch, sample.fields)

    assert [record_of(one).id for one in once] == [record_of(one).id for one in twice]
    assert driver.count(rig.sandbox, sample) == 2


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_create_without_an_answer_is_resolved_and_made_once(
    rig: Rig, driver: Driver, sample: Sample, kind: str
) -> None:
    create(rig, sample, 0)
    batch = rig.batch(rig.operations(CREATE, [new_values(rig, sample, n) for n in (1, 2)]))
    rig.fault(kind, method="POST", path=sample.writes_to)

    outcomes = rig.connector.write(sample.object_type, batch, sample.fields)

    # Where each record is a call of its own, nothing more is sent after a lost answer.
    assert outcomes[0].status is OutcomeStatus.UNKNOWN
    assert outcomes[1].status is (NOT_SENT if sample.calls_each else OutcomeStatus.UNKNOWN)
    resolved = rig.connector.resolve(sample.object_type, batch, sample.fields)
    assert [outcome.key for outcome in resolved] == [each.key for each in batch.operations]
    assert {outcome.status for outcome in resolved} <= {WRITTEN, NOT_SENT}
    if resolved[0].status is NOT_SENT:
        assert kind == "drop_before"
    if NOT_SENT in {outcome.status for outcome in resolved}:
        resolved = rig.connector.write(sample.object_type, batch, sample.fields)
    ids = [record_of(outcome).id for outcome in resolved]
    assert len(set(ids)) == 2
    assert driver.count(rig.sandbox, sample) == 3


def test_a_server_error_leaves_a_write_unknown(rig: Rig, driver: Driver, sample: Sample) -> None:
    create(rig, sample, 0)
    operations = rig.operations(CREATE, [new_values(rig, sample, 1)])
    rig.fault("status", status=500, method="POST", path=sample.writes_to)

    (outcome,) = rig.write(sample.object_type, operations, sample.fields)

    assert outcome.status is OutcomeStatus.UNKNOWN
    assert outcome.fault is not None
    assert driver.count(rig.sandbox, sample) == 1


def test_a_value_that_must_be_unique_names_who_has_it(rig: Rig, sample: Sample) -> None:
    if not sample.unique:
        pytest.skip(f"A {sample.object_type} has no unique field.")
    (holder,) = create(rig, sample, 1)
    twin = {**new_values(rig, sample, 2), sample.unique: holder.fields[sample.unique]}
    operations = rig.operations(CREATE, [new_values(rig, sample, 3), twin])

    good, refused = rig.write(sample.object_type, operations, sample.fields)

    assert (good.status, refused.status) == (WRITTEN, REFUSED)
    assert refused.fault is not None
    assert refused.fault.category is Category.DUPLICATE_KEY
    assert refused.fault.field == sample.unique
    assert refused.fault.existing_id == holder.id


def test_faults_keep_no_tokens_and_no_addresses(rig: Rig, sample: Sample) -> None:
    operations = rig.operations(CREATE, [{**sample.bad(1), **sample.needed(rig.connector)}])

    (outcome,) = rig.write(sample.object_type, operations, sample.fields)

    assert outcome.fault is not None
    assert rig.tokens.access_token not in outcome.fault.raw
    assert "@example.org" not in outcome.fault.raw


def test_prepare_may_be_called_again_and_by_several(rig: Rig, sample: Sample) -> None:
    rig.connector.prepare(sample.object_type)
    before = rig.calls

    rig.connector.prepare(sample.object_type)

    assert rig.calls == before


def test_records_are_made_once_although_a_third_of_the_calls_fail(
    rig: Rig, driver: Driver, sample: Sample
) -> None:
    operations = rig.operations(CREATE, [new_values(rig, sample, each) for each in range(60)])
    rig.connector.prepare(sample.object_type)
    rig.fault("status", status=503, rate=0.1)
    rig.fault("drop_before", rate=0.1)
    rig.fault("drop_after", rate=0.1)
    made: set[str] = set()

    for start in range(0, 60, 5):
        batch = rig.batch(operations[start : start + 5])
        made |= {record_of(outcome).id for outcome in until_done(rig, sample, batch)}

    assert len(made) == 60
    assert driver.count(rig.sandbox, sample) == 60
    assert sum(rule["hits"] for rule in rig.sandbox.faults.as_list()) > 0


def until_done(rig: Rig, sample: Sample, batch: Batch) -> Sequence[Outcome]:
    """Write and look up, as a worker does, until nothing of the batch is open."""
    ask = rig.connector.write
    for _ in range(100):
        try:
            outcomes = ask(sample.object_type, batch, sample.fields)
        except RetryLater as later:
            rig.clock.advance(later.after)
            continue
        statuses = {outcome.status for outcome in outcomes}
        if statuses == {WRITTEN}:
            return outcomes
        is_open = OutcomeStatus.UNKNOWN in statuses
        ask = rig.connector.resolve if is_open else rig.connector.write
    raise AssertionError("The batch stays open for ever.")
