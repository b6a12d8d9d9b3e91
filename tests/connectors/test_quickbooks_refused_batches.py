"""Refusals of a whole batch: read or unread, of the company or of the moment."""

import json
from collections.abc import Iterator
from uuid import uuid4

import pytest

from integrations.contract import (
    Batch,
    Category,
    ConnectorError,
    OutcomeStatus,
    RetryLater,
    SignInAgain,
    Suspended,
)
from tests.connectors.quickbooks_company import NAMES, Company, create, open_company, statuses


@pytest.fixture
def company() -> Iterator[Company]:
    with open_company() as company:
        yield company


def fault_body(code: str, detail: str = "") -> str:
    error = {"Message": "Refused", "Detail": detail, "code": code}
    return json.dumps({"Fault": {"Error": [error], "type": "ValidationFault"}})


def test_a_batch_that_was_refused_unread_is_sent_item_by_item(company: Company) -> None:
    company.fault(kind="status", status=400, path="/batch", body=fault_body("2010", "unread"))
    batch = Batch(str(uuid4()), tuple(create({"DisplayName": f"C {n}"}) for n in range(3)))

    outcomes = company.connector.write("customer", batch, NAMES)
    company.fault(kind="status", status=400, path="/batch", body=fault_body("2010", "unread"))
    again = company.connector.resolve("customer", batch, NAMES)

    assert statuses(list(outcomes)) == [OutcomeStatus.WRITTEN] * 3
    assert [o.record for o in again] == [o.record for o in outcomes]
    assert company.books.count("Customer") == 3


def test_a_single_item_that_was_refused_unread_is_refused(company: Company) -> None:
    company.fault(kind="status", status=400, path="/batch", body=fault_body("2010", "unread"))

    (outcome,) = company.write(create({"DisplayName": "Ann"}))

    assert outcome.status is OutcomeStatus.REFUSED
    assert outcome.fault is not None
    assert outcome.fault.category is Category.CONFIGURATION


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        pytest.param({"kind": "xml_429"}, RetryLater, id="throttled"),
        pytest.param({"kind": "status", "status": 403}, SignInAgain, id="not authorised"),
        pytest.param(
            {"kind": "status", "status": 400, "body": fault_body("6190")}, Suspended, id="suspended"
        ),
        pytest.param(
            {"kind": "status", "status": 401, "times": 2}, SignInAgain, id="signed out for good"
        ),
    ],
)
def test_a_refusal_of_the_whole_company_raises_and_nothing_is_written(
    company: Company, fault: dict[str, object], error: type[ConnectorError]
) -> None:
    company.fault(path="/batch", **fault)

    with pytest.raises(error):
        company.write(create({"DisplayName": "Ann"}))

    assert company.books.count("Customer") == 0


def test_an_expired_token_is_renewed_and_the_batch_repeated(company: Company) -> None:
    company.fault(kind="expire_token", path="/batch")

    (outcome,) = company.write(create({"DisplayName": "Ann"}))

    assert outcome.status is OutcomeStatus.WRITTEN
    assert [call.status for call in company.calls] == [401, 200]


def test_a_throttled_company_rests_as_a_whole(company: Company) -> None:
    company.fault(kind="xml_429", path="/batch")

    with pytest.raises(RetryLater) as busy:
        company.write(create({"DisplayName": "Ann"}))

    assert busy.value.after == 60
    assert {bucket for bucket, _ in company.limiter.held} == {"batches", "second", "minute"}
