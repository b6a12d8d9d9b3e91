"""Answers about documents that QuickBooks gives seldom, word for word."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import responses

from integrations.connectors.quickbooks import settings
from integrations.connectors.quickbooks.connector import QuickBooksConnector
from integrations.connectors.quickbooks.drafts import item_id
from integrations.contract import (
    Batch,
    Category,
    Line,
    Operation,
    Outcome,
    OutcomeStatus,
    RetryLater,
    Value,
)
from integrations.http import Http
from tests.connectors.quickbooks_company import archive, create, statuses, update
from tests.connectors.support import ListedCalls, OpenLimiter, PlainTokens

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
HOSTS = settings.HOSTS["live"]
BASE = f"{HOSTS.api}/v3/company/99"
NAMES = ("DocNumber", "lines")
WRITTEN, REFUSED, STALE, UNKNOWN, NOT_SENT = OutcomeStatus
OURS: dict[str, Value] = {
    "CustomerRef": "5",
    "TxnDate": date(2026, 10, 20),
    "lines": (Line(reference="7", amount=Decimal(100), tax="NON"),),
    "PrivateNote": "From the CRM",
}


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        wire.get(f"{BASE}/companyinfo/99", json={"CompanyInfo": {"Country": "US"}})
        home = {"CurrencyPrefs": {"HomeCurrency": {"value": "USD"}}}
        wire.get(f"{BASE}/preferences", json={"Preferences": home})
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


def answered(batch: Batch, *answers: dict[str, Any]) -> dict[str, Any]:
    named = zip(batch.operations, answers, strict=True)
    return {"BatchItemResponse": [{"bId": item_id(op), **answer} for op, answer in named]}


def held(number: str, amount: int = 100, **more: Any) -> dict[str, Any]:
    """An invoice as QuickBooks shows it: with what it worded and worked out itself."""
    detail = {"ItemRef": {"value": "7", "name": "Ware"}, "TaxCodeRef": {"value": "NON"}, "Qty": 1}
    line = {"Id": "1", "Amount": amount, "Description": "Ware", "SalesItemLineDetail": detail}
    usual = {
        "Id": number,
        "SyncToken": "0",
        "DocNumber": f"10{number}",
        "TxnDate": "2026-10-20",
        "CustomerRef": {"value": "5", "name": "Buyer"},
        "TotalAmt": amount,
        "Line": [line, {"Amount": amount, "SubTotalLineDetail": {}}],
    }
    return usual | more


def rows(*found: dict[str, Any]) -> dict[str, Any]:
    return {"QueryResponse": {"Invoice": list(found)}, "time": "2026-11-02T01:00:00-08:00"}


def batch_of(*operations: Operation) -> Batch:
    return Batch("key", operations)


def only(outcomes: Any) -> Outcome:
    (outcome,) = outcomes
    assert isinstance(outcome, Outcome)
    return outcome


def sent(wire: responses.RequestsMock, last: str) -> list[Any]:
    bodies = [call.request.body for call in wire.calls if f"/{last}?" in (call.request.url or "")]
    return [body.decode() if isinstance(body, bytes) else body for body in bodies]


# Resolving


@pytest.mark.parametrize("code", ["10000", "600"])
def test_a_document_is_recognised_where_the_first_answer_is_forgotten(
    wire: responses.RequestsMock, connector: QuickBooksConnector, code: str
) -> None:
    other = OURS | {"lines": (Line(reference="7", amount=Decimal(49)),)}
    batch = batch_of(create(OURS), create(other))
    wire.post(f"{BASE}/batch", json=answered(batch, fault(code), fault(code)))
    wire.post(f"{BASE}/query", json=rows(held("41"), held("42", 12)))

    outcomes = connector.resolve("invoice", batch, NAMES)

    assert statuses(list(outcomes)) == [WRITTEN, NOT_SENT]
    assert outcomes[0].record is not None
    assert outcomes[0].record.id == "41"
    (query,) = sent(wire, "query")
    assert "WHERE CustomerRef IN ('5') AND TxnDate IN ('2026-10-20') ORDERBY Id" in query


def test_one_document_is_not_taken_for_two(
    wire: responses.RequestsMock, connector: QuickBooksConnector
) -> None:
    batch = batch_of(create(OURS), create(OURS))
    wire.post(f"{BASE}/batch", json=answered(batch, {"Invoice": held("41")}, fault("10000")))
    wire.post(f"{BASE}/query", json=rows(held("41")))

    outcomes = connector.resolve("invoice", batch, NAMES)

    assert statuses(list(outcomes)) == [WRITTEN, NOT_SENT]


def test_a_voided_document_is_not_the_one_that_was_made(
    wire: responses.RequestsMock, connector: QuickBooksConnector
) -> None:
    free = {**OURS, "lines": (Line(description="Nothing"),)}
    batch = batch_of(create(free))
    wire.post(f"{BASE}/batch", json=answered(batch, fault("10000")))
    wire.post(f"{BASE}/query", json=rows(held("41", 0, Line=[], PrivateNote="Voided")))

    assert only(connector.resolve("invoice", batch, NAMES)).status is NOT_SENT


def test_a_number_that_is_taken_by_our_own_document_resolves_it(
    wire: responses.RequestsMock, connector: QuickBooksConnector
) -> None:
    batch = batch_of(create(OURS | {"DocNumber": "1041"}))
    wire.post(f"{BASE}/batch", json=answered(batch, fault("6140")))
    wire.post(f"{BASE}/query", json=rows(held("41")))

    assert only(connector.resolve("invoice", batch, NAMES)).status is WRITTEN


def test_without_any_answer_the_question_stays_open(
    wire: responses.RequestsMock, connector: QuickBooksConnector
) -> None:
    batch = batch_of(create({name: OURS[name] for name in ("CustomerRef", "lines")}))
    wire.post(f"{BASE}/batch", status=503)
    wire.post(f"{BASE}/query", json=rows())

    with pytest.raises(RetryLater):
        connector.resolve("invoice", batch, NAMES)

    assert "TxnDate" not in sent(wire, "query")[0]


def test_a_create_that_is_sent_again_is_not_held_back_by_books_closed_since(
    wire: responses.RequestsMock, connector: QuickBooksConnector
) -> None:
    closed = {"AccountingInfoPrefs": {"BookCloseDate": "2026-10-31"}}
    wire.replace(responses.GET, f"{BASE}/preferences", json={"Preferences": closed})
    batch = batch_of(create(OURS))
    wire.post(f"{BASE}/batch", json=answered(batch, {"Invoice": held("41")}))

    assert only(connector.resolve("invoice", batch, NAMES)).status is WRITTEN


# Refusals


@pytest.mark.parametrize(("holder", "existing"), [("41", "41"), ("99", "")])
def test_a_number_that_is_taken_names_the_invoice_that_has_it(
    wire: responses.RequestsMock, connector: QuickBooksConnector, holder: str, existing: str
) -> None:
    batch = batch_of(create(OURS | {"DocNumber": "1041"}))
    detail = (
        "You must specify a different number. This number has already been used."
        f"  DocNumber=1041 is assigned to TxnType=Invoice with TxnId={holder}"
    )
    wire.post(f"{BASE}/batch", json=answered(batch, fault("6140", detail)))
    wire.post(f"{BASE}/query", json=rows(*([held("41")] if existing else [])))

    refused = only(connector.write("invoice", batch, NAMES)).fault

    assert refused is not None
    assert (refused.category, refused.field) == (Category.DUPLICATE_KEY, "DocNumber")
    assert refused.existing_id == existing


@pytest.mark.parametrize("is_new", [True, False])
def test_what_is_not_found_is_what_the_document_refers_to(
    wire: responses.RequestsMock, connector: QuickBooksConnector, is_new: bool
) -> None:
    operation = create(OURS) if is_new else update("41", "0", {"CustomerRef": "6"})
    batch = batch_of(operation)
    wire.post(f"{BASE}/batch", json=answered(batch, fault("610", "Object Not Found")))
    wire.post(f"{BASE}/query", json=rows(held("41")))

    outcome = only(connector.write("invoice", batch, NAMES))

    assert outcome.status is REFUSED
    assert outcome.fault is not None
    assert outcome.fault.category is Category.PARENT_MISSING


# Voiding


def test_a_void_is_an_update_with_an_option_that_cannot_empty_anything(
    wire: responses.RequestsMock, connector: QuickBooksConnector
) -> None:
    batch = batch_of(archive("41", "3"))
    voided = held("41", 0, SyncToken="4", PrivateNote="Voided - Ours")
    wire.post(f"{BASE}/batch", json=answered(batch, {"Invoice": voided}))

    connector.write("invoice", batch, NAMES)

    assert json.loads(sent(wire, "batch")[0])["BatchItemRequest"] == [
        {
            "bId": item_id(batch.operations[0]),
            "operation": "update",
            "optionsData": "void",
            "Invoice": {"Id": "41", "SyncToken": "3", "sparse": True},
        }
    ]


@pytest.mark.parametrize(
    ("now", "status"),
    [
        pytest.param(held("41", SyncToken="4"), REFUSED, id="it was not"),
        pytest.param(
            held("41", 0, SyncToken="4", PrivateNote="Voided"), WRITTEN, id="it was after all"
        ),
    ],
)
def test_a_void_that_the_answer_does_not_show_is_looked_up(
    wire: responses.RequestsMock,
    connector: QuickBooksConnector,
    now: dict[str, Any],
    status: OutcomeStatus,
) -> None:
    batch = batch_of(archive("41", "3"))
    wire.post(f"{BASE}/batch", json=answered(batch, {"Invoice": held("41", SyncToken="4")}))
    wire.post(f"{BASE}/query", json=rows(now))

    assert only(connector.write("invoice", batch, NAMES)).status is status


# What goes out


def test_an_invoice_goes_out_as_intuit_documents_it(
    wire: responses.RequestsMock, connector: QuickBooksConnector
) -> None:
    line = Line(
        reference="7",
        description="Two",
        quantity=Decimal(2),
        unit_price=Decimal("33.333333"),
        amount=Decimal("66.67"),
        tax="TAX",
        service_date=date(2026, 10, 1),
    )
    values: dict[str, Value] = {
        "CustomerRef": "5",
        "TxnDate": date(2026, 10, 20),
        "lines": (line,),
        "CurrencyRef": "USD",
        "TaxCode": "3",
        "BillEmail": "ann@example.org",
        "SalesTermRef": None,
        "DueDate": None,
        "GlobalTaxCalculation": "TaxExcluded",
    }
    batch = batch_of(create(values))
    wire.post(f"{BASE}/batch", json=answered(batch, {"Invoice": held("41")}))

    connector.write("invoice", batch, NAMES)

    assert json.loads(sent(wire, "batch")[0])["BatchItemRequest"][0]["Invoice"] == {
        "CustomerRef": {"value": "5"},
        "TxnDate": "2026-10-20",
        "BillEmail": {"Address": "ann@example.org"},
        "TxnTaxDetail": {"TxnTaxCodeRef": {"value": "3"}},
        "Line": [
            {
                "DetailType": "SalesItemLineDetail",
                "Amount": 66.67,
                "Description": "Two",
                "SalesItemLineDetail": {
                    "ItemRef": {"value": "7"},
                    "Qty": 2,
                    "UnitPrice": 33.333333,
                    "TaxCodeRef": {"value": "TAX"},
                    "ServiceDate": "2026-10-01",
                },
            }
        ],
    }


def test_changed_lines_are_sent_without_the_tax_that_was_worked_out(
    wire: responses.RequestsMock, connector: QuickBooksConnector
) -> None:
    tax = {"TotalTax": 8, "TxnTaxCodeRef": {"value": "3"}, "TaxLine": [{"Amount": 8}]}
    wire.post(f"{BASE}/query", json=rows(held("41", TxnTaxDetail=tax)))
    batch = batch_of(update("41", "0", {"lines": OURS["lines"]}))
    wire.post(f"{BASE}/batch", json=answered(batch, {"Invoice": held("41", SyncToken="1")}))

    connector.write("invoice", batch, NAMES)

    invoice = json.loads(sent(wire, "batch")[0])["BatchItemRequest"][0]["Invoice"]
    assert invoice.keys() == {"Id", "SyncToken", "sparse", "Line"}
