"""How every connector reads, tried against the sandbox over real HTTP."""

import json
from datetime import timedelta

import pytest

from integrations.contract import (
    Misconfigured,
    RecordState,
    RetryLater,
)
from tests.connectors.drivers import Driver, Sample
from tests.connectors.rig import Rig
from tests.connectors.steps import (
    add,
    read_one,
)


def test_the_first_read_brings_every_record_once(rig: Rig, driver: Driver, sample: Sample) -> None:
    ids = add(rig, driver, sample, sample.page + 30)
    driver.archive(rig.sandbox, sample, ids[7])
    rig.advance()

    records, cursor = rig.read_all(sample.object_type, sample.fields)

    left = ids if sample.tells_removed else [*ids[:7], *ids[8:]]
    assert sorted(record.id for record in records) == sorted(left)
    states = {record.id: record.state for record in records}
    assert states.pop(ids[7], sample.removed_as) is sample.removed_as
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
    removed = {ids[2]} if sample.tells_removed else set()
    assert set(seen) == {ids[1], *removed, born}
    assert len(records) == len(seen)
    assert seen[ids[1]].fields[sample.text] == "Edited"
    assert {seen[each].state for each in removed} <= {sample.removed_as}
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
        archived: sample.removed_as,
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
    rig.clock.advance(rig.tokens.app.earliest_refresh)
    rig.fault("expire_token")

    records, _ = rig.read_all(sample.object_type, sample.fields, page.cursor)

    assert len(page.records) + len(records) == sample.page + 5
    assert rig.tokens.renewals == 1


def test_cursors_are_json(rig: Rig, sample: Sample) -> None:
    _, cursor = rig.read_all(sample.object_type, sample.fields)

    assert isinstance(json.loads(cursor), dict)
    assert len(cursor) < 1000


def test_a_cursor_that_is_none_of_ours_is_refused(rig: Rig, sample: Sample) -> None:
    with pytest.raises(Misconfigured):
        rig.connector.changes(sample.object_type, '{"what": 1', sample.fields)


def test_a_feed_is_read_whole_although_a_fifth_of_the_calls_fail(
    rig: Rig, driver: Driver, sample: Sample
) -> None:
    ids = add(rig, driver, sample, sample.page * 2 + 10)
    rig.advance()
    rig.fault("status", status=500, rate=0.1)
    rig.fault("drop_after", rate=0.05)
    rig.fault("status", status=429, retry_after="1", rate=0.05)
    seen: set[str] = set()
    cursor, rounds = "", 0

    while rounds < 10:
        try:
            page = rig.connector.changes(sample.object_type, cursor, sample.fields)
        except RetryLater as later:
            rig.clock.advance(later.after)
            continue
        seen |= {record.id for record in page.records}
        cursor, rounds = page.cursor, rounds + (not page.more)

    assert seen == set(ids)
    assert sum(rule["hits"] for rule in rig.sandbox.faults.as_list()) > 0
