"""HubSpot's changes: ties, lag, long property lists, archived records."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import responses

from integrations.connectors.hubspot import cursors
from integrations.contract import Misconfigured, Record, RecordState, RetryLater
from tests.connectors.rig import Rig, wired
from tests.connectors.support import SpacingLimiter

FIELDS = ("email", "lastname")
MINUTE = timedelta(minutes=1)


def load(rig: Rig, number: int, **values: str) -> list[str]:
    """Contacts that all carry the present moment as their modified date."""
    rows = ({"lastname": f"Number {each}", **values} for each in range(number))
    return rig.sandbox.hubspot.load("contacts", rows, rig.clock.now())


def read(rig: Rig, cursor: str = "", fields: tuple[str, ...] = FIELDS) -> tuple[list[Record], str]:
    return rig.read_all("contact", fields, cursor)


def names(records: list[Record]) -> list[str]:
    return sorted(str(record.fields["lastname"]) for record in records)


def searches(rig: Rig) -> int:
    meter = rig.sandbox.hubspot.meter
    return sum(count for name, count in meter.calls.items() if name.endswith("/search"))


@pytest.mark.parametrize("number", [200, 201, 450, 10_050])
def test_records_with_one_modified_date_are_all_seen_once(hubspot: Rig, number: int) -> None:
    _, cursor = read(hubspot)
    hubspot.advance()
    ids = load(hubspot, number)
    hubspot.advance()
    before = searches(hubspot)

    records, cursor = read(hubspot, cursor)

    assert sorted(record.id for record in records) == sorted(ids)
    # A page of 200 to find the tie, then all of them by id.
    assert searches(hubspot) - before <= number // 200 + 4
    hubspot.advance()
    assert read(hubspot, cursor)[0] == []


def test_a_tie_inside_the_overlap_is_delivered_once(hubspot: Rig) -> None:
    _, cursor = read(hubspot)
    hubspot.advance()
    load(hubspot, 700)
    hubspot.advance(timedelta(seconds=2))

    first, cursor = read(hubspot, cursor)
    second, cursor = read(hubspot, cursor)
    hubspot.advance(MINUTE)
    third, cursor = read(hubspot, cursor)

    assert (len(first), second, third) == (700, [], [])


def test_what_is_changed_between_two_pages_is_not_skipped(hubspot: Rig) -> None:
    """Paging by offset would skip a record for each one that moves to the end."""
    _, cursor = read(hubspot)
    hubspot.advance()
    ids = []
    for number in range(500):
        ids.append(hubspot.sandbox.hubspot.add_contact(lastname=f"Number {number}"))
        hubspot.clock.advance(0.01)
    hubspot.advance(timedelta(seconds=1))
    seen: list[Record] = []
    more = True
    while more:
        page = hubspot.connector.changes("contact", cursor, FIELDS)
        seen += page.records
        cursor, more = page.cursor, page.more
        if len(seen) == 200:
            hubspot.clock.advance(1)
            for id_ in ids[:5]:
                hubspot.sandbox.hubspot.update("contacts", id_, lastname="Moved")

    assert {record.id for record in seen} == set(ids)
    assert names(seen).count("Moved") == 5


def test_a_change_that_the_index_shows_late_is_not_lost(hubspot: Rig) -> None:
    (id_,) = load(hubspot, 1)
    hubspot.advance()
    _, cursor = read(hubspot)
    hubspot.sandbox.hubspot.set_search_lag(30)
    hubspot.advance()
    hubspot.sandbox.hubspot.update("contacts", id_, lastname="Late")
    changed_at = hubspot.clock.now()

    hubspot.clock.advance(5)
    page = hubspot.connector.changes("contact", cursor, FIELDS)
    assert page.records == ()
    assert page.complete_until is not None
    assert page.complete_until < changed_at

    hubspot.clock.advance(40)
    records, _ = read(hubspot, page.cursor)
    assert names(records) == ["Late"]


def test_the_end_of_a_feed_is_complete_up_to_the_overlap(hubspot: Rig) -> None:
    page = hubspot.connector.changes("contact", "", FIELDS)

    assert not page.more
    assert page.complete_until == hubspot.clock.now() - timedelta(minutes=2)


def test_more_recent_changes_than_a_cursor_holds_are_still_all_read(
    hubspot: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cursors, "REMEMBERED", 100)
    _, cursor = read(hubspot)
    hubspot.advance()
    ids = load(hubspot, 350)

    records, cursor = read(hubspot, cursor)

    assert {record.id for record in records} == set(ids)
    assert len(json.loads(cursor)["seen"]) == 100


def long_names(rig: Rig, number: int) -> list[str]:
    """Custom properties whose names together are too long for an address and a search body."""
    made = [f"a_property_with_a_long_name_that_somebody_chose_{each}" for each in range(number)]
    for name in made:
        definition = {
            "name": name, "label": name, "type": "string", "fieldType": "text",
            "groupName": "contactinformation",
        }  # fmt: skip
        rig.sandbox.hubspot.add_property("contacts", definition)
    return made


def test_long_lists_of_properties_are_read_all_the_same(hubspot: Rig) -> None:
    wanted = long_names(hubspot, 150)
    made = hubspot.sandbox.hubspot.add_contact(lastname="One", **{wanted[149]: "Here"})
    gone = hubspot.sandbox.hubspot.add_contact(lastname="Two", **{wanted[149]: "Gone"})
    hubspot.sandbox.hubspot.delete("contacts", gone)
    hubspot.advance()

    records, cursor = read(hubspot, fields=tuple(wanted))
    hubspot.advance()
    hubspot.sandbox.hubspot.update("contacts", made, **{wanted[0]: "New"})
    hubspot.advance()
    changed, _ = read(hubspot, cursor, fields=tuple(wanted))

    by_id = {record.id: record for record in records}
    assert by_id[made].fields[wanted[149]] == "Here"
    assert by_id[gone].fields[wanted[149]] == "Gone"
    assert by_id[gone].state is RecordState.ARCHIVED
    (record,) = changed
    assert (record.fields[wanted[0]], record.fields[wanted[149]]) == ("New", "Here")


def test_archived_records_are_swept_as_often_as_they_are_few(hubspot: Rig) -> None:
    for id_ in load(hubspot, 250):
        hubspot.sandbox.hubspot.delete("contacts", id_)
    hubspot.advance()
    records, cursor = read(hubspot)
    assert {record.state for record in records} == {RecordState.ARCHIVED}
    costs = []
    for _ in range(4):
        hubspot.advance(MINUTE)
        before = hubspot.calls
        again, cursor = read(hubspot, cursor)
        assert again == []
        costs.append(hubspot.calls - before)

    # Three pages, every three minutes; in between the search alone.
    assert costs == [1, 1, 4, 1]


def test_the_end_is_no_more_complete_than_the_last_sweep(hubspot: Rig) -> None:
    for id_ in load(hubspot, 250):
        hubspot.sandbox.hubspot.delete("contacts", id_)
    hubspot.advance()
    _, cursor = read(hubspot)
    swept = hubspot.clock.now()
    hubspot.advance(timedelta(seconds=100))

    page = hubspot.connector.changes("contact", cursor, FIELDS)

    assert page.complete_until == swept - timedelta(minutes=2)


def test_a_restored_record_is_alive_again(hubspot: Rig) -> None:
    (id_,) = load(hubspot, 1)
    hubspot.sandbox.hubspot.delete("contacts", id_)
    hubspot.advance()
    _, cursor = read(hubspot)
    hubspot.advance()
    hubspot.sandbox.hubspot.restore_record("contacts", id_)
    hubspot.sandbox.hubspot.update("contacts", id_, lastname="Back")
    hubspot.advance()

    records, _ = read(hubspot, cursor)

    assert [(one.id, one.state) for one in records] == [(id_, RecordState.LIVE)]


@pytest.mark.parametrize("new_record", [False, True])
def test_a_survivor_names_the_ids_that_went_into_it(hubspot: Rig, new_record: bool) -> None:
    first, second = load(hubspot, 2)
    hubspot.advance()
    _, cursor = read(hubspot)
    hubspot.advance()
    survivor = hubspot.sandbox.hubspot.merge("contacts", first, second, new_record=new_record)
    hubspot.advance()

    records, _ = read(hubspot, cursor)

    by_id = {record.id: record for record in records}
    losers = {first, second} - {survivor}
    assert losers <= set(by_id[survivor].merged_ids)


def test_a_purged_record_is_gone(hubspot: Rig) -> None:
    (id_,) = load(hubspot, 1)
    hubspot.sandbox.hubspot.delete_for_good("contacts", id_)

    (record,) = hubspot.connector.read("contact", [id_], FIELDS)

    assert record.state is RecordState.GONE
    assert dict(record.fields) == dict.fromkeys(FIELDS)


def test_a_cursor_of_another_version_begins_anew(hubspot: Rig) -> None:
    load(hubspot, 3)
    hubspot.advance()

    records, _ = read(hubspot, '{"version": 0, "something": "else"}')

    assert len(records) == 3


@pytest.mark.parametrize("text", ["nonsense", "{}", '{"version":1,"phase":"dance"}'])
def test_a_text_that_never_was_a_cursor_is_refused(hubspot: Rig, text: str) -> None:
    with pytest.raises(Misconfigured, match="read everything again"):
        hubspot.connector.changes("contact", text, FIELDS)


def test_a_list_that_does_not_move_on_is_not_read_for_ever(hubspot: Rig) -> None:
    load(hubspot, 250)
    page = hubspot.connector.changes("contact", "", FIELDS)
    after = json.loads(page.cursor)["after"]
    answer = {"results": [], "paging": {"next": {"after": after}}}

    with responses.RequestsMock() as web:
        web.get(f"{hubspot.server.base_url('hubspot')}/crm/objects/2026-03/contacts", json=answer)
        with pytest.raises(RetryLater, match="same page"):
            hubspot.connector.changes("contact", page.cursor, FIELDS)


def test_a_search_that_does_not_move_on_is_not_read_for_ever(hubspot: Rig) -> None:
    _, cursor = read(hubspot)
    old = {"id": "101", "updatedAt": "2020-01-01T00:00:00Z", "properties": {}}
    answer = {"results": [old], "paging": {"next": {"after": "200"}}}
    hubspot.clock.advance(30)

    with responses.RequestsMock() as web:
        url = f"{hubspot.server.base_url('hubspot')}/crm/objects/2026-03/contacts/search"
        web.post(url, json=answer)
        with pytest.raises(RetryLater, match="same page"):
            hubspot.connector.changes("contact", cursor, FIELDS)


@pytest.fixture
def limited() -> Iterator[Rig]:
    with wired("hubspot", real_limits=True) as rig:
        limiter = SpacingLimiter(rig.clock.time)
        rig.connector._client._http._limiter = limiter  # type: ignore[attr-defined]
        yield rig


def test_a_full_read_uses_the_quota_without_passing_it(limited: Rig) -> None:
    load(limited, 15_000)
    limited.advance()
    limited.connector.fields("contact")
    started, before = limited.clock.time(), limited.calls

    records, _ = read(limited)

    seconds, calls = limited.clock.time() - started, limited.calls - before
    assert len(records) == 15_000
    assert limited.sandbox.violations == 0
    assert calls / seconds >= 0.95 * 11


def test_searching_uses_the_quota_without_passing_it(limited: Rig) -> None:
    _, cursor = read(limited)
    limited.advance()
    for _ in range(80):
        load(limited, 100)
        limited.clock.advance(1)
    limited.advance()
    started, before = limited.clock.time(), searches(limited)

    records, _ = read(limited, cursor)

    seconds, calls = limited.clock.time() - started, searches(limited) - before
    assert len(records) == 8_000
    assert limited.sandbox.violations == 0
    assert calls / seconds >= 0.95 * 5 - 0.01


@pytest.mark.parametrize("ahead", [timedelta(minutes=5), timedelta(minutes=-5)])
def test_a_clock_of_ours_that_is_wrong_loses_no_change(hubspot: Rig, ahead: timedelta) -> None:
    (ann,) = load(hubspot, 1)

    def wrong() -> datetime:
        return hubspot.clock.now() + ahead

    cursor = ""
    for name in ("", "Anna", "Anne"):
        if name:
            hubspot.sandbox.hubspot.update("contacts", ann, lastname=name)
        hubspot.clock.advance(60)
        hubspot.connector._clock = wrong  # type: ignore[attr-defined]  # a wrong one on purpose
        records, cursor = read(hubspot, cursor)
        if name:
            assert names(records) == [name]
