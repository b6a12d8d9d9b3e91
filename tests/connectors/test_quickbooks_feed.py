"""The change feed, against a company that people keep working in."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest

from integrations.connectors.quickbooks import cursors
from integrations.contract import Misconfigured, Record, RecordState
from tests.connectors.quickbooks_company import ITEM_NAMES, Company, bulk, open_company

LONG_AGO = 1_700_000_000


@pytest.fixture
def company() -> Iterator[Company]:
    with open_company() as company:
        yield company


def ids(records: list[Record]) -> list[str]:
    return [record.id for record in records]


def later(company: Company, seconds: float = 3600) -> None:
    company.clock.advance(seconds)


def test_an_empty_company_gives_one_empty_page(company: Company) -> None:
    records, page = company.read_all()

    assert records == []
    assert page.complete_until == company.clock.now()


def test_the_first_reading_hands_over_every_record_once(company: Company) -> None:
    loaded = company.books.load("Customer", bulk(2500), range(LONG_AGO, LONG_AGO + 2500))

    records, page = company.read_all()

    assert sorted(ids(records), key=int) == loaded
    assert len(company.calls) == 3
    assert page.complete_until == company.clock.now()


def test_inactive_records_are_handed_over_without_the_suffix_of_their_names(
    company: Company,
) -> None:
    number = company.books.add_customer(DisplayName="Old Customer Ltd")
    company.books.deactivate("Customer", number)

    (record,), _ = company.read_all()

    assert company.books.get("Customer", number)["DisplayName"] == "Old Customer Ltd (deleted)"
    assert record.state is RecordState.ARCHIVED
    assert record.title == record.fields["DisplayName"] == "Old Customer Ltd"
    assert record.fields["Active"] is False


def test_an_idle_run_is_one_call_and_no_records(company: Company) -> None:
    company.books.load("Customer", bulk(1500), range(LONG_AGO, LONG_AGO + 1500))
    _, page = company.read_all()

    for _ in range(3):
        later(company, 60)
        cursor = page.cursor
        calls = company.count_calls(lambda cursor=cursor: company.read_all(cursor))  # type: ignore[misc]  # bound now
        records, page = company.read_all(cursor)
        assert records == []
        assert calls == ["cdc"]


def test_a_change_is_handed_over_once_although_the_overlap_brings_it_again(
    company: Company,
) -> None:
    number = company.books.add_customer(DisplayName="Ann Bergström")
    _, page = company.read_all()
    later(company)
    company.books.update("Customer", number, GivenName="Ann")

    changed, page = company.read_all(page.cursor)
    later(company, 30)
    again, page = company.read_all(page.cursor)
    company.books.update("Customer", number, GivenName="Anna")
    once_more, page = company.read_all(page.cursor)

    assert [record.fields["GivenName"] for record in changed] == ["Ann"]
    assert again == []
    assert [record.fields["GivenName"] for record in once_more] == ["Anna"]
    assert page.complete_until == company.clock.now()


def test_two_changes_within_one_second_are_both_seen(company: Company) -> None:
    number = company.books.add_customer(DisplayName="Quick Ltd")
    _, page = company.read_all()
    company.books.update("Customer", number, GivenName="One")
    first, page = company.read_all(page.cursor)

    company.books.update("Customer", number, GivenName="Two")
    second, _ = company.read_all(page.cursor)

    assert [r.fields["GivenName"] for r in first + second] == ["One", "Two"]


def test_no_record_is_skipped_while_people_change_records_between_pages(company: Company) -> None:
    company.books.load("Customer", bulk(3300), range(LONG_AGO, LONG_AGO + 3300))
    dice = Random(4)
    changed: dict[str, str] = {}

    def people_work(page: int) -> None:
        later(company, 1)
        if page > 3:
            return
        for number in dice.sample(range(1, 3301), 200):
            changed[str(number)] = f"Page {page}"
            company.books.update("Customer", str(number), GivenName=f"Page {page}")
        company.books.add_customer(DisplayName=f"New on page {page}")

    records, page = company.read_all(between=people_work)
    later(company, 60)
    rest, _ = company.read_all(page.cursor)

    last_seen = {record.id: record.fields["GivenName"] for record in records + rest}
    assert set(last_seen) == set(company.books.customers)
    assert {number: last_seen[number] for number in changed} == changed


def test_more_records_than_a_page_in_one_second_are_all_read(company: Company) -> None:
    same = [LONG_AGO] * 2700
    loaded = company.books.load(
        "Customer", bulk(3000), [*same, *range(LONG_AGO + 1, LONG_AGO + 301)]
    )

    records, _ = company.read_all()

    assert set(ids(records)) == set(loaded)


def test_a_full_page_of_one_second_ends(company: Company) -> None:
    loaded = company.books.load("Customer", bulk(1000), [LONG_AGO] * 1000)

    records, _ = company.read_all()

    assert set(ids(records)) == set(loaded)


def test_records_that_leave_a_crowded_second_while_it_is_read_hide_no_others(
    company: Company,
) -> None:
    loaded = company.books.load("Customer", bulk(2700), [LONG_AGO] * 2700)

    def somebody_edits(page: int) -> None:
        later(company, 1)
        if page in (2, 3):
            # Those at the front go, so that the rest moves up past our position.
            for number in loaded[page * 10 : page * 10 + 10]:
                company.books.update("Customer", number, GivenName="Edited")

    records, _ = company.read_all(between=somebody_edits)

    assert set(ids(records)) == set(loaded)
    edited = {r.id for r in records if r.fields["GivenName"] == "Edited"}
    assert len(edited) == 20


def test_more_changes_than_a_capture_holds_are_read_from_the_list(company: Company) -> None:
    company.books.load("Customer", bulk(2400), range(LONG_AGO, LONG_AGO + 2400))
    _, page = company.read_all()
    later(company)
    for number in range(1, 1301):
        company.books.update("Customer", str(number), GivenName="New")
        later(company, 0.1)

    calls = company.count_calls(lambda: company.read_all(page.cursor))
    records, page = company.read_all(page.cursor)

    assert calls[0] == "cdc"
    assert set(calls[1:]) == {"query"}
    assert {r.id for r in records if r.fields["GivenName"] == "New"} == set(
        map(str, range(1, 1301))
    )
    later(company, 1)
    cursor = page.cursor
    assert company.read_all(cursor)[0] == []
    assert company.count_calls(lambda: company.read_all(cursor)) == ["cdc"]


@pytest.mark.parametrize("days", [24, 26, 40])
def test_a_long_silence_loses_nothing(company: Company, days: int) -> None:
    company.books.load("Customer", bulk(50), range(LONG_AGO, LONG_AGO + 50))
    _, page = company.read_all()
    later(company)
    company.books.update("Customer", "7", GivenName="Early")
    later(company, timedelta(days=days).total_seconds())
    company.books.update("Customer", "8", GivenName="Late")

    calls = company.count_calls(lambda: company.read_all(page.cursor))
    records, _ = company.read_all(page.cursor)

    assert calls == (["cdc"] if days == 24 else ["query"])
    assert {r.id: r.fields["GivenName"] for r in records} == {"7": "Early", "8": "Late"}


def test_a_capture_refused_as_too_old_is_replaced_by_the_list(company: Company) -> None:
    company.books.add_customer(DisplayName="Ann")
    _, page = company.read_all()
    later(company)
    company.books.update("Customer", "1", GivenName="Ann")
    company.fault(
        kind="status",
        status=400,
        path="/cdc",
        body='{"Fault":{"Error":[{"Message":"Invalid","Detail":"changedSince date time older than'
        ' fixed days is not supported","code":"2190"}],"type":"ValidationFault"}}',
    )

    records, _ = company.read_all(page.cursor)

    assert ids(records) == ["1"]


def test_a_record_reported_as_deleted_is_gone_only_when_it_cannot_be_read(
    company: Company,
) -> None:
    alive = company.books.add_customer(DisplayName="Still here")
    lost = company.books.add_customer(DisplayName="Lost")
    _, page = company.read_all()
    later(company)
    shelf = company.books.store.shelves["Customer"]
    shelf.drop(lost)
    now = int(company.clock.time())
    shelf.deleted += [(now, alive), (now, lost)]

    records, page = company.read_all(page.cursor)

    assert {record.id: record.state for record in records} == {
        alive: RecordState.LIVE,
        lost: RecordState.GONE,
    }
    (gone,) = (record for record in records if record.id == lost)
    assert set(gone.fields.values()) == {None}
    later(company, 60)
    assert company.count_calls(lambda: company.read_all(page.cursor)) == ["cdc"]
    assert company.read_all(page.cursor)[0] == []


def test_a_deletion_during_a_long_first_reading_is_seen_afterwards(company: Company) -> None:
    loaded = company.books.load("Customer", bulk(3500), range(LONG_AGO, LONG_AGO + 3500))

    def somebody_deletes(page: int) -> None:
        if page == 1:
            shelf = company.books.store.shelves["Customer"]
            shelf.drop(loaded[0])
            shelf.deleted.append((int(company.clock.time()), loaded[0]))
        later(company, 600)

    records, page = company.read_all(between=somebody_deletes)
    rest, _ = company.read_all(page.cursor)

    assert loaded[0] in ids(records)
    assert [(r.id, r.state) for r in rest] == [(loaded[0], RecordState.GONE)]


def test_items_come_with_their_sku(company: Company) -> None:
    company.books.add_item(Name="Anvil", Sku="ACME-1", UnitPrice=19.99)

    (record,), _ = company.read_all(object_type="item", names=ITEM_NAMES)

    assert record.fields["Sku"] == "ACME-1"
    assert record.title == "Anvil"
    assert str(record.fields["UnitPrice"]) == "19.99"


def test_a_killed_reader_goes_on_where_its_last_page_was_stored(company: Company) -> None:
    loaded = company.books.load("Customer", bulk(2500), range(LONG_AGO, LONG_AGO + 2500))
    first = company.connector.changes("customer", "", ("DisplayName",))
    company.connector.changes("customer", first.cursor, ("DisplayName",))  # never stored

    rest, _ = company.read_all(first.cursor, names=("DisplayName",))

    assert {r.id for r in first.records} | {r.id for r in rest} == set(loaded)


def test_a_cursor_of_another_version_begins_anew(company: Company) -> None:
    company.books.add_customer(DisplayName="Ann")

    records, _ = company.read_all('{"version":99,"elsewhere":true}')

    assert len(records) == 1


@pytest.mark.parametrize("text", ["nonsense", "{", '{"version":1,"phase":"dance"}'])
def test_a_text_that_never_was_a_cursor_is_refused(company: Company, text: str) -> None:
    with pytest.raises(Misconfigured, match="no cursor"):
        company.connector.changes("customer", text, ("DisplayName",))


def test_a_flood_shortens_the_look_back_to_what_is_remembered() -> None:
    now = cursors.moment(LONG_AGO)
    flood = {str(n): ("0", LONG_AGO - 200 + n // 10) for n in range(2000)}

    cursor = cursors.following(flood, now)

    assert len(cursor.known) <= cursors.MOST_KNOWN
    assert all(second >= cursors.second_of(cursor.at) for _, second in cursor.known.values())
    handed_over_again = [n for n, (_, s) in flood.items() if s >= cursors.second_of(cursor.at)]
    assert set(handed_over_again) == set(cursor.known)


def test_the_cursor_survives_its_text_form() -> None:
    cursor = cursors.following({"1": ("3", LONG_AGO)}, cursors.moment(LONG_AGO))

    assert cursors.from_text(cursors.to_text(cursor)) == cursor
