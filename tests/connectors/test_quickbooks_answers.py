"""Answers that QuickBooks gives seldom, word for word: what the client makes of them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import responses

from integrations.connectors.quickbooks import settings
from integrations.connectors.quickbooks.connector import QuickBooksConnector
from integrations.connectors.quickbooks.drafts import item_id
from integrations.contract import (
    Batch,
    Category,
    ConnectorError,
    NotAllowed,
    OutcomeStatus,
    RetryLater,
    SignInAgain,
    Suspended,
)
from integrations.http import Http
from tests.connectors.quickbooks_company import create, statuses, update
from tests.connectors.support import ListedCalls, OpenLimiter, PlainTokens

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
HOSTS = settings.HOSTS["live"]
BASE = f"{HOSTS.api}/v3/company/99"
NAMES = ("DisplayName",)
WRITTEN, REFUSED, STALE, UNKNOWN, NOT_SENT = OutcomeStatus


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        yield wire


@pytest.fixture
def connector() -> QuickBooksConnector:
    http = Http(
        HOSTS.api,
        PlainTokens(),
        OpenLimiter(),
        ListedCalls(),
        clock=lambda: NOW,
        sleep=lambda _seconds: None,
    )
    return QuickBooksConnector(http, "99", HOSTS, "live", lambda: NOW)


def fault(code: str, detail: str = "Detail") -> dict[str, Any]:
    error = {"Message": "Refused", "Detail": detail, "code": code}
    return {"Fault": {"Error": [error], "type": "ValidationFault"}}


def entries(batch: Batch, *answers: dict[str, Any]) -> dict[str, Any]:
    """A batch's answer, in another order than the items were sent."""
    numbers = [item_id(operation) for operation in batch.operations]
    named = [{"bId": number, **answer} for number, answer in zip(numbers, answers, strict=False)]
    return {"BatchItemResponse": named[::-1], "time": "2026-11-02T01:00:00.000-08:00"}


def customer(id_: str, name: str, token: str = "0") -> dict[str, Any]:
    return {"Id": id_, "SyncToken": token, "DisplayName": name}


def rows(*found: dict[str, Any]) -> dict[str, Any]:
    return {"QueryResponse": {"Customer": list(found)}, "time": "2026-11-02T01:00:00-08:00"}


def batch_of(*names: str) -> Batch:
    return Batch("key", tuple(create({"DisplayName": name}, key=name) for name in names))


ONE, TWO, THREE = batch_of("Ann"), batch_of("Ann", "Bo"), batch_of("Ann", "Bo", "Cy")
ANN = item_id(ONE.operations[0])


def test_what_goes_out_is_what_intuit_documents(
    wire: responses.RequestsMock, connector: QuickBooksConnector
) -> None:
    wire.post(f"{BASE}/batch", json=entries(ONE, {"Customer": customer("7", "Ann")}))

    connector.write("customer", ONE, NAMES)

    request = wire.calls[0].request
    assert request.url == f"{BASE}/batch?requestid=key&minorversion=75"
    assert request.headers["Authorization"] == "Bearer token-1"
    assert request.headers["Accept"] == "application/json"
    assert request.headers["Content-Type"] == "application/json"
    assert json.loads(request.body or b"") == {
        "BatchItemRequest": [
            {"bId": ANN, "operation": "create", "Customer": {"DisplayName": "Ann"}}
        ]
    }


def test_a_query_goes_out_as_a_body(
    wire: responses.RequestsMock, connector: QuickBooksConnector
) -> None:
    wire.post(f"{BASE}/query", json=rows())

    connector.find("customer", "PrimaryEmailAddr", [r"o'neil\x@example.org", "", "a@b.c"], NAMES)

    request = wire.calls[0].request
    assert request.headers["Content-Type"] == "application/text"
    assert request.body == (
        rb"SELECT * FROM Customer WHERE PrimaryEmailAddr IN ('o\'neil\\x@example.org', 'a@b.c')"
        rb" ORDERBY Id STARTPOSITION 1 MAXRESULTS 1000"
    )


def test_an_item_keeps_its_name_when_only_a_part_of_the_batch_is_sent_again(
    wire: responses.RequestsMock, connector: QuickBooksConnector
) -> None:
    wire.post(f"{BASE}/batch", json=entries(THREE, *(fault("2050") for _ in range(3))))
    connector.write("customer", THREE, NAMES)
    connector.resolve("customer", Batch(THREE.key, THREE.operations[1:]), NAMES)

    sent = [json.loads(call.request.body or b"")["BatchItemRequest"] for call in wire.calls]
    assert sent[1] == sent[0][1:]
    assert all(len(item["bId"]) == 10 for item in sent[0])


def test_entries_are_told_apart_by_their_number_not_their_place(
    wire: responses.RequestsMock, connector: QuickBooksConnector
) -> None:
    answer = entries(
        THREE, {"Customer": customer("7", "Ann")}, fault("2050"), {"Customer": customer("8", "Cy")}
    )
    wire.post(f"{BASE}/batch", json=answer)

    outcomes = connector.write("customer", THREE, NAMES)

    assert statuses(list(outcomes)) == [WRITTEN, REFUSED, WRITTEN]
    assert [o.record.id if o.record else "" for o in outcomes] == ["7", "", "8"]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(200, "", id="empty"),
        pytest.param(200, "<html>proxy</html>", id="no JSON"),
        pytest.param(200, '{"BatchItemResponse":[]}', id="no entry"),
        pytest.param(200, json.dumps(entries(ONE, {})), id="an empty entry"),
        pytest.param(200, json.dumps(entries(ONE, {"Customer": {"x": 1}})), id="no Id"),
        pytest.param(200, json.dumps(fault("10000")), id="the service failed, status 200"),
        pytest.param(400, json.dumps(fault("10000")), id="the service failed, status 400"),
        pytest.param(400, json.dumps(fault("600")), id="the request id was used"),
        pytest.param(
            200, json.dumps(entries(ONE, fault("10000"))), id="an entry failed in the service"
        ),
        pytest.param(500, json.dumps(fault("10000")), id="status 500"),
        pytest.param(503, "<html>busy</html>", id="status 503"),
    ],
)
def test_an_answer_that_does_not_show_the_record_leaves_a_create_open(
    wire: responses.RequestsMock, connector: QuickBooksConnector, status: int, body: str
) -> None:
    wire.post(f"{BASE}/batch", body=body, status=status)

    (outcome,) = connector.write("customer", ONE, NAMES)

    assert outcome.status is UNKNOWN
    assert outcome.fault is not None
    assert outcome.fault.category is Category.OUTCOME_UNKNOWN


@pytest.mark.parametrize("code", ["10000", "600"])
def test_an_entry_that_leaves_open_what_happened_is_settled_by_the_name(
    wire: responses.RequestsMock, connector: QuickBooksConnector, code: str
) -> None:
    wire.post(f"{BASE}/batch", json=entries(TWO, fault(code), fault(code)))
    wire.post(f"{BASE}/query", json=rows(customer("7", "ANN"), customer("8", "Bo")))

    ann, bo = connector.resolve("customer", TWO, NAMES)

    assert (ann.status, bo.status) == (NOT_SENT, WRITTEN)
    assert bo.record is not None
    assert bo.record.id == "8"


def test_a_refusal_of_the_whole_that_comes_with_status_200_is_believed(
    wire: responses.RequestsMock, connector: QuickBooksConnector
) -> None:
    wire.post(f"{BASE}/batch", json=fault("6190", "Subscription ended"))

    with pytest.raises(Suspended, match="Subscription ended"):
        connector.write("customer", ONE, NAMES)


def test_a_stop_in_every_entry_raises(
    wire: responses.RequestsMock, connector: QuickBooksConnector
) -> None:
    wire.post(f"{BASE}/batch", json=entries(TWO, fault("6190"), fault("6190")))

    with pytest.raises(Suspended):
        connector.write("customer", TWO, NAMES)


def test_a_stop_after_something_was_written_means_not_sent(
    wire: responses.RequestsMock, connector: QuickBooksConnector
) -> None:
    wire.post(f"{BASE}/batch", json=entries(TWO, {"Customer": customer("7", "Ann")}, fault("3001")))

    outcomes = connector.write("customer", TWO, NAMES)

    assert statuses(list(outcomes)) == [WRITTEN, NOT_SENT]


def test_item_by_item_stops_when_the_company_is_stopped(
    wire: responses.RequestsMock, connector: QuickBooksConnector
) -> None:
    wire.post(f"{BASE}/batch", status=400, json=fault("2010"))
    wire.post(f"{BASE}/batch", json=entries(THREE, {"Customer": customer("7", "Ann")}))
    wire.post(f"{BASE}/batch", status=403, json={"fault": {"error": [{"code": "3100"}]}})

    outcomes = connector.write("customer", THREE, NAMES)

    assert statuses(list(outcomes)) == [WRITTEN, NOT_SENT, NOT_SENT]
    assert len({call.request.url for call in wire.calls}) == 1


def test_one_item_that_cannot_be_read_is_refused_and_the_others_are_written(
    wire: responses.RequestsMock, connector: QuickBooksConnector
) -> None:
    wire.post(f"{BASE}/batch", status=400, json=fault("2010"))
    wire.post(f"{BASE}/batch", json=entries(THREE, {"Customer": customer("7", "Ann")}))
    wire.post(f"{BASE}/batch", status=400, json=fault("2010"))
    wire.post(f"{BASE}/batch", status=503)

    outcomes = connector.write("customer", THREE, NAMES)

    assert statuses(list(outcomes)) == [WRITTEN, REFUSED, UNKNOWN]
    assert json.loads(wire.calls[2].request.body or b"")["BatchItemRequest"][0]["bId"] == (
        item_id(THREE.operations[1])
    )


def test_the_holder_of_a_name_is_looked_up_where_the_refusal_does_not_tell(
    wire: responses.RequestsMock, connector: QuickBooksConnector
) -> None:
    wire.post(
        f"{BASE}/batch", json=entries(ONE, fault("6240", "The name supplied already exists."))
    )
    wire.post(f"{BASE}/query", json=rows(customer("7", "ANN")))

    (outcome,) = connector.write("customer", ONE, NAMES)

    assert outcome.fault is not None
    assert outcome.fault.existing_id == "7"


def test_a_refusal_stands_when_the_holder_cannot_be_looked_up(
    wire: responses.RequestsMock, connector: QuickBooksConnector
) -> None:
    wire.post(f"{BASE}/batch", json=entries(ONE, fault("6240", "Exists. : Id=7")))
    wire.post(f"{BASE}/query", status=500)

    (outcome,) = connector.write("customer", ONE, NAMES)

    assert outcome.status is REFUSED
    assert outcome.fault is not None
    assert outcome.fault.category is Category.DUPLICATE_KEY


def test_a_stale_version_that_is_held_after_all_is_tried_again(
    wire: responses.RequestsMock, connector: QuickBooksConnector
) -> None:
    batch = Batch("key", (update("7", "3", {"DisplayName": "Anna"}),))
    wire.post(f"{BASE}/batch", json=entries(batch, fault("5010")))
    wire.post(f"{BASE}/query", json=rows(customer("7", "Ann", token="3")))

    (outcome,) = connector.write("customer", batch, NAMES)

    assert outcome.status is NOT_SENT


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        pytest.param(401, "", SignInAgain, id="unauthorised without a body"),
        pytest.param(403, "", NotAllowed, id="forbidden without a body"),
        pytest.param(404, "<html></html>", ConnectorError, id="not found without a reason"),
        pytest.param(200, "<html></html>", ConnectorError, id="a page instead of an answer"),
        pytest.param(400, json.dumps(fault("4001")), ConnectorError, id="a query that is wrong"),
        pytest.param(400, json.dumps(fault("140")), RetryLater, id="company locked"),
        pytest.param(500, json.dumps(fault("10000")), RetryLater, id="the service failed"),
        pytest.param(
            200, '{"fault":{"error":[{"code":"003200"}]}}', SignInAgain, id="gateway, status 200"
        ),
    ],
)
def test_a_reading_that_is_refused_says_what_happens_next(
    wire: responses.RequestsMock,
    connector: QuickBooksConnector,
    status: int,
    body: str,
    error: type[ConnectorError],
) -> None:
    wire.post(f"{BASE}/query", status=status, body=body, headers={"intuit_tid": "1-trace"})

    with pytest.raises(ConnectorError) as refusal:
        connector.read("customer", ["1"], NAMES)

    assert type(refusal.value) is error
    assert refusal.value.fault.correlation_id == "1-trace"


def test_a_fault_keeps_no_e_mail_address_in_its_raw_text(
    wire: responses.RequestsMock, connector: QuickBooksConnector
) -> None:
    refusal = fault("2210", "Supplied value:ann@example.org")
    wire.post(f"{BASE}/batch", json=entries(ONE, refusal))

    (outcome,) = connector.write("customer", ONE, NAMES)

    assert outcome.fault is not None
    assert "Supplied value" in outcome.fault.raw
    assert "ann@example.org" not in outcome.fault.raw


@pytest.mark.parametrize(("code", "error"), [("4001", ConnectorError), ("3100", SignInAgain)])
def test_a_capture_that_is_refused_for_another_reason_than_its_age_raises(
    wire: responses.RequestsMock,
    connector: QuickBooksConnector,
    code: str,
    error: type[ConnectorError],
) -> None:
    wire.post(f"{BASE}/query", json=rows())
    wire.get(f"{BASE}/cdc", status=400, json=fault(code))
    page = connector.changes("customer", "", NAMES)

    with pytest.raises(error):
        connector.changes("customer", page.cursor, NAMES)


def test_an_answer_without_a_time_is_complete_until_the_call(
    wire: responses.RequestsMock, connector: QuickBooksConnector
) -> None:
    wire.post(f"{BASE}/query", json={"QueryResponse": {}})

    page = connector.changes("customer", "", NAMES)

    assert (page.more, page.complete_until) == (False, NOW)
