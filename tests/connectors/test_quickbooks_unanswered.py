"""Writes without an answer, and batches that are not what they should be."""

import json
from collections.abc import Iterator
from decimal import Decimal
from uuid import uuid4

import pytest

from integrations.contract import (
    Batch,
    Category,
    Misconfigured,
    Operation,
    OutcomeStatus,
    RetryLater,
)
from tests.connectors.quickbooks_company import (
    NAMES,
    Company,
    archive,
    create,
    open_company,
    statuses,
    update,
)

WRITTEN, REFUSED, STALE, UNKNOWN, NOT_SENT = OutcomeStatus


@pytest.fixture
def company() -> Iterator[Company]:
    with open_company() as company:
        yield company


# When no answer comes


def test_an_unanswered_create_is_unknown_then_found_and_not_made_again(company: Company) -> None:
    company.fault(kind="drop_after", path="/batch")
    batch = Batch(str(uuid4()), tuple(create({"DisplayName": f"C {n}"}) for n in range(3)))

    outcomes = company.connector.write("customer", batch, NAMES)
    resolved = company.connector.resolve("customer", batch, NAMES)

    assert statuses(list(outcomes)) == [UNKNOWN] * 3
    assert {o.fault.category for o in outcomes if o.fault} == {Category.OUTCOME_UNKNOWN}
    assert statuses(list(resolved)) == [WRITTEN] * 3
    assert {o.record.id for o in resolved if o.record} == set(company.books.customers)
    assert company.books.meter.writes == 3


def test_a_part_of_a_batch_that_is_still_open_gets_its_own_answers(company: Company) -> None:
    company.fault(kind="drop_after", path="/batch")
    batch = Batch(str(uuid4()), tuple(create({"DisplayName": f"C {n}"}) for n in range(3)))
    company.connector.write("customer", batch, NAMES)

    resolved = company.connector.resolve(
        "customer", Batch(batch.key, batch.operations[1:]), ("DisplayName",)
    )

    assert [o.record.title for o in resolved if o.record] == ["C 1", "C 2"]
    assert company.books.count("Customer") == 3


def test_a_create_that_never_arrived_is_made_when_it_is_resolved(company: Company) -> None:
    company.fault(kind="drop_before", path="/batch")
    batch = Batch(str(uuid4()), (create({"DisplayName": "Ann"}),))

    (outcome,) = company.connector.write("customer", batch, NAMES)
    (resolved,) = company.connector.resolve("customer", batch, NAMES)

    assert (outcome.status, resolved.status) == (UNKNOWN, WRITTEN)
    assert company.books.count("Customer") == 1


def test_a_create_is_found_by_its_name_when_its_request_id_is_forgotten(company: Company) -> None:
    company.fault(kind="drop_after", path="/batch")
    operations = (
        create({"DisplayName": "Ann Ltd ", "PrimaryEmailAddr": "ann@example.org"}),
        create({"GivenName": "Bo", "FamilyName": "Berg"}),
    )
    batch = Batch(str(uuid4()), operations)
    company.connector.write("customer", batch, NAMES)
    company.books._replays.restore([])

    resolved = company.connector.resolve("customer", batch, NAMES)

    assert statuses(list(resolved)) == [WRITTEN] * 2
    assert [o.record.title for o in resolved if o.record] == ["Ann Ltd", "Bo Berg"]
    assert company.books.count("Customer") == 2


def test_a_name_that_somebody_else_took_meanwhile_is_not_ours(company: Company) -> None:
    company.fault(kind="drop_before", path="/batch")
    batch = Batch(str(uuid4()), (create({"DisplayName": "Ann", "GivenName": "Ann"}),))
    company.connector.write("customer", batch, NAMES)
    other = company.books.add_customer(DisplayName="Ann", GivenName="Somebody else")

    (resolved,) = company.connector.resolve("customer", batch, NAMES)

    assert resolved.status is REFUSED
    assert resolved.fault is not None
    assert resolved.fault.existing_id == other


def test_resolving_without_an_answer_waits_since_the_first_may_be_under_way(
    company: Company,
) -> None:
    company.fault(kind="drop_before", path="/batch", times=2)
    batch = Batch(str(uuid4()), (create({"DisplayName": "Ann"}),))
    company.connector.write("customer", batch, NAMES)

    with pytest.raises(RetryLater):
        company.connector.resolve("customer", batch, NAMES)

    (resolved,) = company.connector.resolve("customer", batch, NAMES)
    assert resolved.status is WRITTEN
    assert company.books.count("Customer") == 1


def test_an_unanswered_update_that_was_done_is_stale_with_what_is_there_now(
    company: Company,
) -> None:
    number = company.books.add_customer(DisplayName="Ann")
    company.fault(kind="drop_after", path="/batch")

    (outcome,) = company.write(update(number, "0", {"GivenName": "Ann"}))

    assert outcome.status is STALE
    assert outcome.record is not None
    assert (outcome.record.version, outcome.record.fields["GivenName"]) == ("1", "Ann")


def test_an_unanswered_update_that_was_not_done_is_not_sent(company: Company) -> None:
    number = company.books.add_customer(DisplayName="Ann")
    company.fault(kind="drop_before", path="/batch")

    (outcome,) = company.write(update(number, "0", {"GivenName": "Ann"}))

    assert outcome.status is NOT_SENT


def test_an_unanswered_update_that_cannot_be_looked_at_stays_unknown(company: Company) -> None:
    number = company.books.add_customer(DisplayName="Ann")
    company.fault(kind="drop_after", path="/batch")
    company.fault(kind="drop_before", path="/query", times=3)

    (outcome,) = company.write(update(number, "0", {"GivenName": "Ann"}))

    assert outcome.status is UNKNOWN


# Batches as they are


def test_batches_are_checked_before_anything_is_sent(company: Company) -> None:
    one = create({"DisplayName": "Ann"})
    with pytest.raises(ValueError, match="at most 30"):
        company.write(*[one] * 31)
    with pytest.raises(ValueError, match="must differ"):
        company.write(one, one)
    with pytest.raises(ValueError, match="one kind"):
        company.write(one, archive("1", "0"))
    with pytest.raises(ValueError, match="36 characters"):
        company.write(one, key="x" * 37)
    with pytest.raises(ValueError, match="Only creates"):
        company.connector.resolve("customer", Batch("k", (archive("1", "0"),)), NAMES)
    with pytest.raises(Misconfigured, match="cannot be written"):
        company.write(create({"DisplayName": "Ann", "Balance": Decimal(1)}))
    with pytest.raises(Misconfigured, match="no field"):
        company.write(create({"DisplayName": "Ann"}), names=("Nonsense",))
    assert company.write() == []
    assert company.connector.resolve("customer", Batch("k", ()), NAMES) == ()
    assert company.calls == []


def test_the_same_batch_sent_twice_is_carried_out_once(company: Company) -> None:
    batch = Batch(str(uuid4()), (create({"DisplayName": "Ann"}),))

    first = company.connector.write("customer", batch, NAMES)
    second = company.connector.write("customer", batch, NAMES)

    assert [o.record for o in first] == [o.record for o in second]
    assert company.books.count("Customer") == 1


def test_a_key_of_an_operation_never_reaches_quickbooks(company: Company) -> None:
    secret = Operation("our-own-key-0001", create({}).kind, fields={"DisplayName": "Ann"})

    company.write(secret)

    assert "our-own-key" not in json.dumps(company.books.snapshot())
