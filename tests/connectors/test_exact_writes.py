"""Writing to Exact: one call a record, read back and compared, and never twice."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from integrations.connectors.exact.own import own_reference
from integrations.contract import (
    Batch,
    Category,
    Fault,
    Misconfigured,
    OperationKind,
    Outcome,
    OutcomeStatus,
    RecordState,
    RetryLater,
    Value,
    Values,
)
from tests.connectors.rig import Rig, wired
from tests.connectors.steps import ARCHIVE, CREATE, UPDATE, record_of, update_of

RESTORE = OperationKind.RESTORE
WRITTEN, REFUSED = OutcomeStatus.WRITTEN, OutcomeStatus.REFUSED
UNKNOWN, NOT_SENT = OutcomeStatus.UNKNOWN, OutcomeStatus.NOT_SENT
ACCOUNT = ("Name", "Email", "SalesVATCode", "SalesCurrency", "Blocked", "Website")
ITEM = ("Code", "Description", "Unit", "SalesPrice")
CONTACT = ("Account", "FirstName", "LastName", "Email")


@pytest.fixture
def rig() -> Iterator[Rig]:
    with wired("exact") as rig:
        yield rig


def create(rig: Rig, object_type: str, fields: Sequence[str], *wanted: Values) -> list[Outcome]:
    return rig.write(object_type, rig.operations(CREATE, wanted), fields)


def fault_of(outcome: Outcome) -> Fault:
    assert outcome.fault is not None, outcome
    return outcome.fault


def item(code: str = "A", **fields: Value) -> Values:
    return {"Code": code, "Description": f"Item {code}", **fields}


def prices(rig: Rig) -> Mapping[str, Mapping[str, Any]]:
    return rig.sandbox.exact.all("logistics/SalesItemPrices")


# What Exact did not take


def test_a_field_that_exact_dropped_is_named_and_the_record_is_known(rig: Rig) -> None:
    """A currency that is not in use is emptied without a word (reference page CRMAccounts)."""
    wanted = {"Name": "Relatie", "SalesCurrency": "XXX"}

    (outcome,) = create(rig, "account", ACCOUNT, wanted)

    fault = fault_of(outcome)
    assert outcome.status is REFUSED
    assert (fault.category, fault.code) == (Category.CURRENCY, "not_kept")
    assert fault.field == "SalesCurrency"
    assert outcome.record is not None
    assert outcome.record.id in rig.sandbox.exact.all("crm/Accounts")


def test_what_a_create_leaves_open_exact_may_fill(rig: Rig) -> None:
    (made,) = create(rig, "item", ITEM, item(Unit=None))

    assert record_of(made).fields["Unit"] == "pc"


def test_a_record_that_vanishes_before_it_is_changed_is_gone(rig: Rig) -> None:
    (made,) = create(rig, "account", ACCOUNT, {"Name": "Relatie"})
    rig.fault("status", status=404, method="PUT")

    (outcome,) = rig.write("account", [update_of(rig, record_of(made), {"Name": "A"})], ACCOUNT)

    assert (outcome.status, fault_of(outcome).category) == (REFUSED, Category.GONE)


def test_a_field_may_be_emptied(rig: Rig) -> None:
    (made,) = create(rig, "account", ACCOUNT, {"Name": "Relatie", "Email": "a@example.org"})

    emptied = update_of(rig, record_of(made), {"Email": None})
    (outcome,) = rig.write("account", [emptied], ACCOUNT)

    assert record_of(outcome).fields["Email"] is None


# What is refused here and costs no call


@pytest.mark.parametrize(
    ("object_type", "fields", "values", "category", "field"),
    [
        ("account", ACCOUNT, {"Email": "a@example.org"}, Category.FIELD_MISSING, "Name"),
        (
            "account",
            ("Name", "Status"),
            {"Name": "A", "Status": "X"},
            Category.FIELD_INVALID,
            "Status",
        ),
        ("item", ITEM, item(Description="x" * 61), Category.FIELD_INVALID, "Description"),
        ("item", ITEM, item(SalesPrice="much"), Category.FIELD_INVALID, "SalesPrice"),
        (
            "contact",
            CONTACT,
            {"Account": "00000000-0000-4000-8000-000000000001", "Email": "a@example.org"},
            Category.FIELD_MISSING,
            "LastName",
        ),
    ],
)
def test_what_exact_would_refuse_is_refused_before_it_is_sent(
    rig: Rig,
    object_type: str,
    fields: Sequence[str],
    values: Values,
    category: Category,
    field: str,
) -> None:
    before = rig.writes

    (outcome,) = create(rig, object_type, fields, values)

    assert outcome.status is REFUSED
    assert (fault_of(outcome).category, fault_of(outcome).field) == (category, field)
    assert rig.writes == before
    assert not [call for call in rig.log.calls if call.method == "POST"]


def test_a_field_that_nobody_may_write_is_a_matter_of_configuration(rig: Rig) -> None:
    with pytest.raises(Misconfigured):
        create(rig, "account", ("Name",), {"Name": "A", "IsSales": True})


def test_the_same_wrong_value_is_not_sent_twice(rig: Rig) -> None:
    wanted = [{"Name": f"Relatie {n}", "SalesVATCode": "99"} for n in range(15)]
    good = {"Name": "Goed", "SalesVATCode": "4"}

    outcomes = create(rig, "account", ACCOUNT, *wanted, good)

    assert [outcome.status for outcome in outcomes] == [REFUSED] * 15 + [WRITTEN]
    assert {fault_of(outcome).field for outcome in outcomes[:15]} == {"SalesVATCode"}
    assert {fault_of(outcome).category for outcome in outcomes[:15]} == {Category.TAX}
    assert len([call for call in rig.log.calls if call.method == "POST"]) <= 3


# Codes


def test_a_code_that_is_taken_is_told_without_asking_exact_to_refuse_it(rig: Rig) -> None:
    taken = rig.sandbox.exact.add("crm/Accounts", Name="Eerste", Code="1068")

    (outcome,) = create(rig, "account", ("Name", "Code"), {"Name": "Tweede", "Code": "1068"})

    fault = fault_of(outcome)
    assert (fault.category, fault.existing_id) == (Category.DUPLICATE_KEY, taken)
    assert not [call for call in rig.log.calls if call.method == "POST"]


def test_an_account_is_found_by_its_code_without_the_blanks(rig: Rig) -> None:
    made = rig.sandbox.exact.add("crm/Accounts", Name="Eerste", Code="1068")

    (found,) = rig.connector.find("account", "Code", ["1068"], ("Code",))

    assert (found.id, found.fields["Code"]) == (made, "1068")


# Prices


def test_a_price_is_made_changed_and_taken_away(rig: Rig) -> None:
    (made,) = create(rig, "item", ITEM, item(SalesPrice=Decimal("12.50")))
    assert [price["Price"] for price in prices(rig).values()] == [12.5]
    rig.clock.advance(1)

    dearer = update_of(rig, record_of(made), {"SalesPrice": Decimal(13)})
    (changed,) = rig.write("item", [dearer], ITEM)
    assert record_of(changed).fields["SalesPrice"] == 13
    assert [price["Price"] for price in prices(rig).values()] == [13]

    nothing = update_of(rig, record_of(changed), {"SalesPrice": None})
    (emptied,) = rig.write("item", [nothing], ITEM)
    assert record_of(emptied).fields["SalesPrice"] is None
    assert not prices(rig)


def test_a_price_that_was_lost_on_its_way_is_written_when_the_item_is_found(rig: Rig) -> None:
    batch = rig.batch(rig.operations(CREATE, [item(SalesPrice=Decimal("12.50"))]))
    rig.fault("drop_before", method="POST", path="SalesItemPrices")

    (lost,) = rig.connector.write("item", batch, ITEM)
    (found,) = rig.connector.resolve("item", batch, ITEM)

    assert lost.status is UNKNOWN
    assert record_of(found).fields["SalesPrice"] == Decimal("12.5")
    assert len(rig.sandbox.exact.all("logistics/Items")) == 1
    assert len(prices(rig)) == 1


# Never twice


def test_what_we_make_bears_a_mark_of_ours(rig: Rig) -> None:
    (operation,) = rig.operations(CREATE, [{"Name": "Relatie"}])

    (outcome,) = rig.write("account", [operation], ACCOUNT)

    held = rig.sandbox.exact.get("crm/Accounts", record_of(outcome).id)
    assert held["SearchCode"] == own_reference(operation.key)


def test_a_mapped_search_code_is_left_alone_and_the_record_found_by_its_values(rig: Rig) -> None:
    values = {"Name": "O'Brien & Zn.", "SearchCode": "OBRIEN"}
    rig.sandbox.exact.add("crm/Accounts", Name="O'Brien & Zn.", SearchCode="ANOTHER")
    batch = rig.batch(rig.operations(CREATE, [values]))
    rig.fault("drop_after", method="POST", path="crm/Accounts")

    (lost,) = rig.connector.write("account", batch, ("Name", "SearchCode"))
    (found,) = rig.connector.resolve("account", batch, ("Name", "SearchCode"))

    assert lost.status is UNKNOWN
    assert dict(record_of(found).fields) == values
    assert len(rig.sandbox.exact.all("crm/Accounts")) == 2


def test_what_may_still_be_under_way_is_not_called_lost(rig: Rig) -> None:
    operations = tuple(rig.operations(CREATE, [{"Name": "Relatie"}]))
    batch = Batch("key", operations, sent_at=rig.clock.now())

    with pytest.raises(RetryLater):
        rig.connector.resolve("account", batch, ACCOUNT)
    rig.clock.advance(121)
    (outcome,) = rig.connector.resolve("account", batch, ACCOUNT)

    assert outcome.status is NOT_SENT


def test_an_old_contact_that_is_alike_is_not_taken_for_ours(rig: Rig) -> None:
    employer = rig.sandbox.exact.add("crm/Accounts", Name="Werkgever")
    values = {"Account": employer, "FirstName": "Ann", "LastName": "Jansen"}
    rig.sandbox.exact.add("crm/Contacts", **values)  # type: ignore[arg-type] # plain texts
    rig.clock.advance(3600)
    batch = replace(rig.batch(rig.operations(CREATE, [values])), sent_at=rig.clock.now())
    rig.clock.advance(300)

    (outcome,) = rig.connector.resolve("contact", batch, CONTACT)

    assert outcome.status is NOT_SENT


def test_twins_are_made_once_each(rig: Rig) -> None:
    employer = rig.sandbox.exact.add("crm/Accounts", Name="Werkgever")
    values = {"Account": employer, "FirstName": "Ann", "LastName": "Jansen"}
    batch = rig.batch(rig.operations(CREATE, [values, values]))

    first = rig.connector.write("contact", batch, CONTACT)
    again = rig.connector.write("contact", batch, CONTACT)

    ids = [record_of(outcome).id for outcome in first]
    assert ids == [record_of(outcome).id for outcome in again]
    assert len(set(ids)) == len(rig.sandbox.exact.all("crm/Contacts")) == 2


def test_a_record_that_cannot_be_read_back_is_looked_for_later(rig: Rig) -> None:
    batch = rig.batch(rig.operations(CREATE, [{"Name": "Relatie"}]))
    # The look before it and the write are let through; the reading is not.
    rig.limiter.waits = [0, 0, 3600]

    (lost,) = rig.connector.write("account", batch, ACCOUNT)
    (found,) = rig.connector.resolve("account", batch, ACCOUNT)

    assert lost.status is UNKNOWN
    assert record_of(found).fields["Name"] == "Relatie"
    assert len(rig.sandbox.exact.all("crm/Accounts")) == 1


def test_an_update_whose_answer_was_lost_is_told_by_the_record_itself(rig: Rig) -> None:
    made = create(rig, "account", ACCOUNT, {"Name": "Een"}, {"Name": "Twee"})
    updates = [update_of(rig, record_of(one), {"Email": "a@example.org"}) for one in made]
    rig.fault("drop_after", method="PUT", path="crm/Accounts")

    done, left = rig.write("account", updates, ACCOUNT)

    assert record_of(done).fields["Email"] == "a@example.org"
    assert left.status is NOT_SENT


# In and out of use


def test_a_record_taken_out_of_use_has_its_last_day_and_may_come_back(rig: Rig) -> None:
    (made,) = create(rig, "item", ITEM, item())
    record = record_of(made)

    (gone,) = rig.write("item", rig.operations(ARCHIVE, [{}], [record.id]), ITEM)
    again = rig.write("item", rig.operations(RESTORE, [{}], [record.id]), ITEM)

    assert record_of(gone).state is RecordState.ARCHIVED
    assert record_of(again[0]).state is RecordState.LIVE
    assert rig.sandbox.exact.get("logistics/Items", record.id).get("EndDate") is None


# Limits


def test_a_batch_that_is_stopped_in_the_middle_keeps_what_was_done(rig: Rig) -> None:
    # The look before them and two of four.
    rig.limiter.waits = [0, 0, 0, 3600]
    wanted = [{"Name": f"Relatie {n}"} for n in range(4)]

    outcomes = create(rig, "account", ACCOUNT, *wanted)

    assert [outcome.status for outcome in outcomes] == [WRITTEN, WRITTEN, NOT_SENT, NOT_SENT]
    assert fault_of(outcomes[3]).category is Category.RATE_LIMITED


def test_nothing_is_written_while_the_record_changes_behind_our_back(rig: Rig) -> None:
    (made,) = create(rig, "account", ACCOUNT, {"Name": "Relatie"})
    rig.clock.advance(timedelta(minutes=1).total_seconds())
    rig.sandbox.exact.update("crm/Accounts", record_of(made).id, Website="https://example.org")
    update = update_of(rig, record_of(made), {"Name": "Anders"})

    (outcome,) = rig.write("account", [update], ACCOUNT)

    assert outcome.status is OutcomeStatus.STALE
    assert rig.sandbox.exact.get("crm/Accounts", record_of(made).id)["Name"] == "Relatie"
    assert update.kind is UPDATE
