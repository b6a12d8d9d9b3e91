"""What every connector must hold, tried against the sandbox over real HTTP.

Each test runs for every object type of every provider; what differs stands in drivers.py.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from integrations.contract import (
    Category,
    FieldType,
    Misconfigured,
    NotAllowed,
    Operation,
    OperationKind,
    Outcome,
    OutcomeStatus,
    Record,
    RecordState,
    RetryLater,
    SignInAgain,
    Values,
)
from integrations.registry import PROVIDERS
from tests.connectors.drivers import DRIVERS, Driver, Sample
from tests.connectors.rig import Rig

CREATE, UPDATE, ARCHIVE = OperationKind.CREATE, OperationKind.UPDATE, OperationKind.ARCHIVE
WRITTEN, REFUSED = OutcomeStatus.WRITTEN, OutcomeStatus.REFUSED
# Paths of records, so that a fault spares the token calls.
API = "crm|v3/company"
UNICODE = 'Søren O\'Brien “Ünïcode” 株式会社 🦊 <&> \\ "quoted" %25 line\nbreak'


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
    assert outcome.status is WRITTEN, outcome
    assert outcome.record is not None
    return outcome.record


def update_of(rig: Rig, record: Record, values: Values) -> Operation:
    (operation,) = rig.operations(UPDATE, [values], [record.id])
    return replace(operation, version=record.version)


def read_one(rig: Rig, sample: Sample, id_: str) -> Record:
    (record,) = rig.connector.read(sample.object_type, [id_], sample.fields)
    return record


def titles(outcomes: list[Outcome]) -> list[str]:
    return [outcome.status.value for outcome in outcomes]


def test_every_provider_has_a_driver() -> None:
    assert DRIVERS.keys() == PROVIDERS.keys()


def test_every_object_type_has_a_sample(rig: Rig, driver: Driver) -> None:
    names = {each.name for each in rig.connector.object_types()}

    assert names == {each.object_type for each in driver.samples}


def test_object_types_are_well_formed(rig: Rig) -> None:
    for each in rig.connector.object_types():
        names = {field.name for field in rig.connector.fields(each.name)}
        assert each.name
        assert each.label
        assert each.plural
        assert each.write_batch >= 1
        assert each.read_batch >= 1
        assert each.find_by <= names


def test_fields_are_well_formed(rig: Rig, sample: Sample) -> None:
    fields = rig.connector.fields(sample.object_type)

    names = [field.name for field in fields]
    assert len(names) == len(set(names))
    assert set(sample.fields) <= set(names)
    types = {each.name for each in rig.connector.object_types()}
    for field in fields:
        assert field.label
        assert not field.references or field.references in types
        assert not (field.required and not field.creatable), field.name
        is_reference = field.type is FieldType.REFERENCE
        assert is_reference == bool(field.references), field.name
        if field.choice_list:
            assert rig.connector.choices(field.choice_list) is not None


def test_the_identity_names_the_connected_account(rig: Rig) -> None:
    identity = rig.connector.identity()

    account_id = rig.server.ready()[rig.provider.code]["account_id"]
    assert identity.external_id == account_id
    assert identity.name


def test_an_unknown_object_type_or_field_is_a_matter_of_configuration(
    rig: Rig, sample: Sample
) -> None:
    with pytest.raises(Misconfigured):
        rig.connector.changes("unicorn", "", ["name"])
    with pytest.raises(Misconfigured):
        rig.connector.changes(sample.object_type, "", [*sample.fields, "no_such_field"])


def test_the_first_read_brings_every_record_once(rig: Rig, driver: Driver, sample: Sample) -> None:
    ids = add(rig, driver, sample, sample.page + 30)
    driver.archive(rig.sandbox, sample, ids[7])
    rig.advance()

    records, cursor = rig.read_all(sample.object_type, sample.fields)

    assert sorted(record.id for record in records) == sorted(ids)
    states = {record.id: record.state for record in records}
    assert states.pop(ids[7]) is RecordState.ARCHIVED
    assert set(states.values()) == {RecordState.LIVE}
    by_id = {record.id: record for record in records}
    for number in (0, 20, sample.page + 29):
        record = by_id[ids[number]]
        assert dict(record.fields) == dict(sample.values(number))
        assert record.title
        assert record.version
        assert record.modified_at is not None
        assert record.modified_at.tzinfo is not None
    again, _ = rig.read_all(sample.object_type, sample.fields, cursor)
    assert again == []


def test_records_carry_exactly_the_fields_asked_for(
    rig: Rig, driver: Driver, sample: Sample
) -> None:
    id_ = driver.add(rig.sandbox, sample, 1)
    asked = sample.fields[1:3]
    rig.advance()

    (listed,), _ = rig.read_all(sample.object_type, asked)
    (read,) = rig.connector.read(sample.object_type, [id_], asked)

    assert set(listed.fields) == set(read.fields) == set(asked)


def test_each_change_is_seen_once(rig: Rig, driver: Driver, sample: Sample) -> None:
    ids = add(rig, driver, sample, 6)
    rig.advance()
    _, cursor = rig.read_all(sample.object_type, sample.fields)
    rig.advance()
    driver.edit(rig.sandbox, sample, ids[1], "Edited")
    driver.archive(rig.sandbox, sample, ids[2])
    born = driver.add(rig.sandbox, sample, 77)
    rig.advance(timedelta(minutes=20))

    records, cursor = rig.read_all(sample.object_type, sample.fields, cursor)

    seen = {record.id: record for record in records}
    assert set(seen) == {ids[1], ids[2], born}
    assert len(records) == 3
    assert seen[ids[1]].fields[sample.text] == "Edited"
    assert seen[ids[2]].state is RecordState.ARCHIVED
    assert dict(seen[born].fields) == dict(sample.values(77))
    for _ in range(3):
        rig.advance(timedelta(minutes=3))
        records, cursor = rig.read_all(sample.object_type, sample.fields, cursor)
        assert records == []


def test_changes_made_while_the_feed_is_read_are_not_lost(
    rig: Rig, driver: Driver, sample: Sample
) -> None:
    ids = add(rig, driver, sample, sample.page + 20)
    rig.advance()
    page = rig.connector.changes(sample.object_type, "", sample.fields)
    assert page.more
    rig.advance(timedelta(seconds=5))
    # One that was read already, one that is still to come.
    driver.edit(rig.sandbox, sample, ids[0], "Early")
    driver.edit(rig.sandbox, sample, ids[-1], "Late")

    records, cursor = rig.read_all(sample.object_type, sample.fields, page.cursor)
    rig.advance(timedelta(minutes=10))
    more, _ = rig.read_all(sample.object_type, sample.fields, cursor)

    latest = {record.id: record.fields[sample.text] for record in [*page.records, *records, *more]}
    assert set(latest) == set(ids)
    assert (latest[ids[0]], latest[ids[-1]]) == ("Early", "Late")


def test_a_page_read_twice_brings_the_same(rig: Rig, driver: Driver, sample: Sample) -> None:
    add(rig, driver, sample, sample.page + 5)
    rig.advance()
    first = rig.connector.changes(sample.object_type, "", sample.fields)

    once = rig.connector.changes(sample.object_type, first.cursor, sample.fields)
    twice = rig.connector.changes(sample.object_type, first.cursor, sample.fields)

    assert once.records == twice.records


def test_an_idle_round_costs_the_same_whatever_the_number_of_records(
    rig: Rig, driver: Driver, sample: Sample
) -> None:
    costs = []
    made = 0
    for more in (3, 300):
        for _ in range(more):
            driver.add(rig.sandbox, sample, made)
            made += 1
        rig.advance()
        _, cursor = rig.read_all(sample.object_type, sample.fields)
        rig.advance()
        before = rig.calls
        rig.read_all(sample.object_type, sample.fields, cursor)
        costs.append(rig.calls - before)

    assert costs[0] == costs[1] <= 4


def test_a_merge_is_told_by_the_survivor_or_the_loser(
    rig: Rig, driver: Driver, sample: Sample
) -> None:
    if not sample.can_merge:
        pytest.skip(f"A {sample.object_type} cannot be merged.")
    ids = add(rig, driver, sample, 3)
    rig.advance()
    _, cursor = rig.read_all(sample.object_type, sample.fields)
    rig.advance()
    survivor = driver.merge(rig.sandbox, sample, ids[0], ids[1])
    rig.advance()

    records, _ = rig.read_all(sample.object_type, sample.fields, cursor)

    seen = {record.id: record for record in records}
    assert survivor in seen
    loser = read_one(rig, sample, ids[1])
    assert loser.state in (RecordState.GONE, RecordState.ARCHIVED)
    assert ids[1] in seen[survivor].merged_ids or ids[1] in seen


def test_reading_by_id_tells_what_is_gone_or_archived(
    rig: Rig, driver: Driver, sample: Sample
) -> None:
    alive, archived = (driver.add(rig.sandbox, sample, number) for number in (1, 2))
    driver.archive(rig.sandbox, sample, archived)

    records = rig.connector.read(sample.object_type, [alive, archived, "999999999"], sample.fields)

    states = {record.id: record.state for record in records}
    assert states == {
        alive: RecordState.LIVE,
        archived: RecordState.ARCHIVED,
        "999999999": RecordState.GONE,
    }
    assert all(set(record.fields) == set(sample.fields) for record in records)


def test_records_are_found_by_their_key_whatever_its_case(
    rig: Rig, driver: Driver, sample: Sample
) -> None:
    ids = add(rig, driver, sample, 120)
    wanted = [str(sample.values(number)[sample.key]) for number in range(0, 120, 2)]
    before = rig.calls

    records = rig.connector.find(
        sample.object_type, sample.key, [*wanted, "nobody", "it's"], sample.fields
    )

    assert sorted(record.id for record in records) == sorted(ids[0:120:2])
    assert rig.calls - before <= 6


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

    # The write, at most one call to read what was made, and what `needed` asks.
    assert rig.calls - before <= 2 + size * bool(sample.needed(rig.connector))


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
    assert {record_of(outcome).state for outcome in outcomes} == {RecordState.ARCHIVED}
    assert read_one(rig, sample, first.id).state is RecordState.ARCHIVED
    assert read_one(rig, sample, third.id).state is RecordState.LIVE
    assert driver.count(rig.sandbox, sample) == 1


@pytest.mark.parametrize("kind", ["unicode", "longest"])
def test_what_is_written_is_what_is_read(rig: Rig, sample: Sample, kind: str) -> None:
    fields = {field.name: field for field in rig.connector.fields(sample.object_type)}
    longest = fields[sample.text].max_length
    assert longest is not None
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
    rig.fault(kind, method="POST", path="batch")

    outcomes = rig.connector.write(sample.object_type, batch, sample.fields)

    assert {outcome.status for outcome in outcomes} == {OutcomeStatus.UNKNOWN}
    resolved = rig.connector.resolve(sample.object_type, batch, sample.fields)
    assert [outcome.key for outcome in resolved] == [each.key for each in batch.operations]
    assert {outcome.status for outcome in resolved} <= {WRITTEN, OutcomeStatus.NOT_SENT}
    if resolved[0].status is OutcomeStatus.NOT_SENT:
        assert kind == "drop_before"
        resolved = rig.connector.write(sample.object_type, batch, sample.fields)
    ids = [record_of(outcome).id for outcome in resolved]
    assert len(set(ids)) == 2
    assert driver.count(rig.sandbox, sample) == 3


def test_a_server_error_leaves_a_write_unknown(rig: Rig, driver: Driver, sample: Sample) -> None:
    create(rig, sample, 0)
    operations = rig.operations(CREATE, [new_values(rig, sample, 1)])
    rig.fault("status", status=500, method="POST", path="batch")

    (outcome,) = rig.write(sample.object_type, operations, sample.fields)

    assert outcome.status is OutcomeStatus.UNKNOWN
    assert outcome.fault is not None
    assert driver.count(rig.sandbox, sample) == 1


def test_reads_are_repeated_after_server_errors_and_dropped_connections(
    rig: Rig, driver: Driver, sample: Sample
) -> None:
    driver.add(rig.sandbox, sample, 1)
    rig.advance()
    rig.fault("status", status=503)
    rig.fault("drop_after")

    records, _ = rig.read_all(sample.object_type, sample.fields)

    assert len(records) == 1
    assert len(rig.slept) == 2


def test_a_token_that_expires_in_the_middle_is_renewed_once(
    rig: Rig, driver: Driver, sample: Sample
) -> None:
    add(rig, driver, sample, sample.page + 5)
    rig.advance()
    page = rig.connector.changes(sample.object_type, "", sample.fields)
    rig.fault("expire_token")

    records, _ = rig.read_all(sample.object_type, sample.fields, page.cursor)

    assert len(page.records) + len(records) == sample.page + 5
    assert rig.tokens.renewals == 1


def test_a_connection_that_is_not_accepted_any_more_is_told(rig: Rig, sample: Sample) -> None:
    # The call and its repetition; renewing works.
    rig.fault("status", status=401, times=2, path=API)

    with pytest.raises(SignInAgain):
        rig.connector.changes(sample.object_type, "", sample.fields)


def test_a_missing_permission_is_told(rig: Rig, sample: Sample) -> None:
    rig.fault("status", status=403)

    # Where nothing but a new consent can help, that is asked for.
    with pytest.raises((NotAllowed, SignInAgain)):
        rig.connector.changes(sample.object_type, "", sample.fields)


def read_something(rig: Rig, sample: Sample) -> None:
    rig.connector.changes(sample.object_type, "", sample.fields)


def write_something(rig: Rig, sample: Sample) -> None:
    values = {**sample.values(1), **sample.needed(rig.connector)}
    rig.write(sample.object_type, rig.operations(CREATE, [values]), sample.fields)


@pytest.mark.parametrize("act", [read_something, write_something])
def test_a_rate_limit_is_obeyed(
    rig: Rig, driver: Driver, sample: Sample, act: Callable[[Rig, Sample], None]
) -> None:
    create(rig, sample, 0)
    rig.fault("status", status=429, retry_after="60")

    with pytest.raises(RetryLater) as raised:
        act(rig, sample)

    assert raised.value.fault.category is Category.RATE_LIMITED
    assert raised.value.after >= 60
    assert rig.limiter.held
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


def test_calls_are_logged_with_their_outcome(rig: Rig, sample: Sample) -> None:
    rig.connector.changes(sample.object_type, "", sample.fields)

    assert rig.log.calls
    assert {call.status for call in rig.log.calls} == {200}
    account_id = rig.server.ready()[rig.provider.code]["account_id"]
    assert not [call for call in rig.log.calls if account_id in call.path]


def test_prepare_may_be_called_again_and_by_several(rig: Rig, sample: Sample) -> None:
    rig.connector.prepare(sample.object_type)
    before = rig.calls

    rig.connector.prepare(sample.object_type)

    assert rig.calls == before


def test_the_link_opens_the_record(rig: Rig, driver: Driver, sample: Sample) -> None:
    id_ = driver.add(rig.sandbox, sample, 1)

    link = rig.connector.link(sample.object_type, id_)

    assert link.startswith(rig.provider.hosts_at(rig.server.base_url(driver.code)).app)
    assert " " not in link
    for hosts in rig.provider.hosts.values():
        assert hosts.app.startswith("https://")


def test_cursors_are_json(rig: Rig, sample: Sample) -> None:
    _, cursor = rig.read_all(sample.object_type, sample.fields)

    assert isinstance(json.loads(cursor), dict)
    assert len(cursor) < 1000


def test_a_cursor_that_is_none_of_ours_is_refused(rig: Rig, sample: Sample) -> None:
    with pytest.raises(Misconfigured):
        rig.connector.changes(sample.object_type, '{"what": 1', sample.fields)
