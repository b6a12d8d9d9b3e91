"""Answers about documents that Exact gives seldom: half of it done, or other than it was meant."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import unquote_plus

import pytest
import responses

from integrations.connectors.exact import settings
from integrations.connectors.exact.connector import ExactConnector
from integrations.contract import (
    Batch,
    Category,
    Line,
    Operation,
    OperationKind,
    Outcome,
    OutcomeStatus,
    Value,
)
from integrations.http import Http
from tests.connectors.support import ListedCalls, OpenLimiter, PlainTokens

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
HOSTS = settings.HOSTS["nl"]
BASE = f"{HOSTS.api}/api/v1/123"
INVOICES = f"{BASE}/salesinvoice/SalesInvoices"
PRINTED = f"{BASE}/salesinvoice/PrintedSalesInvoices"
OPPORTUNITIES = f"{BASE}/crm/Opportunities"
ID = "5f0d3a8e-6a6c-4f59-8f22-9b8f0d0c1a01"
BUYER = "c0ffee00-0000-4000-8000-000000000001"
ITEM = "c0ffee00-0000-4000-8000-000000000002"
NAMES = ("Status", "AmountFC")
WRITTEN, REFUSED, STALE, UNKNOWN, NOT_SENT = OutcomeStatus


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        furnish(wire)
        yield wire


def furnish(wire: responses.RequestsMock) -> None:
    """A customer, a journal and an item that nothing is wrong with."""
    account = {"ID": BUYER, "Name": "Bakkerij Jansen", "Status": "C", "Blocked": False}
    item = {"ID": ITEM, "Code": "WARE", "IsSalesItem": True, "SalesVatCode": "4  "}
    wire.get(f"{BASE}/crm/Accounts", json=rows(account))
    wire.get(f"{BASE}/logistics/Items", json={"d": [item]})
    wire.get(f"{BASE}/financial/Journals", json={"d": [{"Code": "70", "IsBlocked": False}]})


@pytest.fixture
def connector() -> ExactConnector:
    http = Http(
        HOSTS.api,
        PlainTokens(),
        OpenLimiter(),
        ListedCalls(),
        clock=lambda: NOW,
        sleep=lambda _seconds: None,
    )
    return ExactConnector(http, "123", HOSTS, "nl", lambda: NOW)


def rows(*found: dict[str, Any]) -> dict[str, Any]:
    return {"d": {"results": list(found)}}


def held(**more: Any) -> dict[str, Any]:
    """An invoice as it is read back: 2 pieces of 50."""
    line = {"ID": "l", "LineNumber": 1, "Item": ITEM, "Quantity": 2.0, "NetPrice": 50.0,
            "UnitPrice": 50.0, "AmountFC": 100.0, "VATAmountFC": 21.0}  # fmt: skip
    usual = {
        "InvoiceID": ID,
        "OrderedBy": BUYER,
        "Journal": "70",
        "Status": 20,
        "AmountFC": 121.0,
        "Modified": "/Date(1795341600000)/",
        "SalesInvoiceLines": {"results": [line]},
    }
    return usual | more


def wanted(**more: Value) -> Batch:
    line = Line(reference=ITEM, quantity=Decimal(2), unit_price=Decimal(50), amount=Decimal(100))
    usual: dict[str, Value] = {"OrderedBy": BUYER, "Journal": "70", "SalesInvoiceLines": (line,)}
    return Batch("batch", (Operation("key", OperationKind.CREATE, fields=usual | more),))


def error(*lines: str) -> dict[str, Any]:
    return {"error": {"code": "", "message": {"lang": "", "value": "\r\n".join(lines)}}}


def only(outcomes: Any) -> Outcome:
    (outcome,) = outcomes
    assert isinstance(outcome, Outcome)
    return outcome


def sent(wire: responses.RequestsMock, method: str) -> list[tuple[str, Any]]:
    """The resources called so, and what was sent."""
    calls = [call.request for call in wire.calls if call.request.method == method]
    return [
        (
            unquote_plus(str(call.url)).removeprefix(BASE).partition("?")[0],
            json.loads(call.body) if call.body else None,
        )
        for call in calls
    ]


@pytest.fixture
def made(wire: responses.RequestsMock) -> responses.RequestsMock:
    """Nothing bears our mark, and the POST is answered."""
    wire.get(INVOICES, json=rows())
    wire.post(INVOICES, status=201, json={"d": {"InvoiceID": ID, "AmountFC": None}})
    wire.delete(f"{INVOICES}(guid'{ID}')", status=204)
    return wire


def test_what_is_sent(made: responses.RequestsMock, connector: ExactConnector) -> None:
    made.get(INVOICES, json=rows(held(Remarks="Thanks")))

    outcome = only(connector.write("sales_invoice", wanted(Remarks="Thanks"), NAMES))

    assert outcome.status is WRITTEN
    ((_, body),) = sent(made, "POST")
    assert body.pop("Remarks").startswith("Thanks\n[Saldo ")
    assert body == {
        "OrderedBy": BUYER,
        "Journal": "70",
        "SalesInvoiceLines": [
            {"Item": ITEM, "Quantity": 2, "UnitPrice": 50, "NetPrice": 50, "Discount": 0}
        ],
    }
    looked = unquote_plus(str(made.calls[0].request.url))
    assert f"OrderedBy eq guid'{BUYER}'" in looked
    # A month back, on the wall clock of Amsterdam in summer.
    assert "Created ge datetime'2026-10-22T11:00:00'" in looked


def test_an_invoice_that_came_to_something_else_is_taken_back(
    made: responses.RequestsMock, connector: ExactConnector
) -> None:
    lines = held()["SalesInvoiceLines"]
    lines["results"][0] |= {"AmountFC": 94.5, "NetPrice": 47.25}
    made.get(INVOICES, json=rows(held(SalesInvoiceLines=lines)))

    outcome = only(connector.write("sales_invoice", wanted(Processing="final"), NAMES))

    assert outcome.status is REFUSED
    assert outcome.record is None
    assert outcome.fault is not None
    assert (outcome.fault.code, outcome.fault.field) == ("totals_differ", "SalesInvoiceLines")
    assert "100" in outcome.fault.message
    assert "94.5" in outcome.fault.message
    assert [resource for resource, _ in sent(made, "DELETE")] == [
        f"/salesinvoice/SalesInvoices(guid'{ID}')"
    ]
    assert len(sent(made, "POST")) == 1


def test_a_field_that_was_not_taken_takes_the_invoice_back(
    made: responses.RequestsMock, connector: ExactConnector
) -> None:
    made.get(INVOICES, json=rows(held(PaymentCondition="14")))

    outcome = only(connector.write("sales_invoice", wanted(PaymentCondition="30"), NAMES))

    assert outcome.status is REFUSED
    assert outcome.fault is not None
    assert outcome.fault.field == "PaymentCondition"
    assert len(sent(made, "DELETE")) == 1


def test_an_invoice_that_cannot_be_taken_back_is_shown(
    made: responses.RequestsMock, connector: ExactConnector
) -> None:
    made.get(INVOICES, json=rows(held()))
    made.post(PRINTED, status=500, json=error("Periode is afgesloten: 2026 - 11"))
    made.replace(
        responses.DELETE, f"{INVOICES}(guid'{ID}')", status=500, json=error("Niet toegestaan")
    )

    outcome = only(connector.write("sales_invoice", wanted(Processing="final"), NAMES))

    assert outcome.status is REFUSED
    assert outcome.record is not None
    assert outcome.record.id == ID
    assert outcome.fault is not None
    assert outcome.fault.category is Category.PERIOD_CLOSED


def test_a_document_that_was_not_made_leaves_no_draft(
    made: responses.RequestsMock, connector: ExactConnector
) -> None:
    """HTTP says that all is well; the answer names an error, and the invoice is still open."""
    made.get(INVOICES, json=rows(held()))
    answer = {"InvoiceID": ID, "DocumentCreationError": "Verplicht: Btw-code\r\n"}
    made.post(PRINTED, status=201, json={"d": answer})

    outcome = only(connector.write("sales_invoice", wanted(Processing="final"), NAMES))

    assert outcome.status is REFUSED
    assert outcome.fault is not None
    assert outcome.fault.category is Category.TAX
    assert len(sent(made, "DELETE")) == 1


def test_an_invoice_that_was_booked_stands_whatever_else_went_wrong(
    made: responses.RequestsMock, connector: ExactConnector
) -> None:
    made.get(INVOICES, json=rows(held()))
    made.get(INVOICES, json=rows(held(Status=50, InvoiceNumber=26700001)))
    answer = {"InvoiceID": ID, "EmailCreationError": "Verplicht: E-mailadres"}
    made.post(PRINTED, status=201, json={"d": answer})

    outcome = only(connector.write("sales_invoice", wanted(Processing="final"), NAMES))

    assert outcome.status is WRITTEN
    assert outcome.record is not None
    assert outcome.record.fields["Status"] == "50"
    assert outcome.fault is not None
    assert sent(made, "DELETE") == []


def test_processing_that_was_not_answered_is_asked_about_and_not_repeated(
    wire: responses.RequestsMock, connector: ExactConnector
) -> None:
    batch = wanted(Processing="final")
    wire.get(INVOICES, json=rows())
    wire.post(INVOICES, status=201, json={"d": {"InvoiceID": ID}})
    mine = wire.get(INVOICES, json=rows(held()))
    wire.post(PRINTED, status=502)

    lost = only(connector.write("sales_invoice", batch, NAMES))
    (_, body), _ = sent(wire, "POST")
    wire.remove(mine)
    processed = held(Status=50, InvoiceNumber=26700001, Remarks=body["Remarks"])
    wire.get(INVOICES, json=rows(processed))
    found = only(connector.resolve("sales_invoice", batch, NAMES))

    assert lost.status is UNKNOWN
    assert found.status is WRITTEN
    assert len(sent(wire, "POST")) == 2


def test_a_refusal_of_one_invoice_stops_no_other(
    wire: responses.RequestsMock, connector: ExactConnector
) -> None:
    first, second = (
        Operation(key, OperationKind.CREATE, fields=wanted().operations[0].fields)
        for key in ("one", "two")
    )
    wire.get(INVOICES, json=rows())
    wire.post(INVOICES, status=500, json=error("Ongeldig: Klant (Type)"))
    wire.post(INVOICES, status=201, json={"d": {"InvoiceID": ID}})
    wire.get(INVOICES, json=rows(held()))

    outcomes = connector.write("sales_invoice", Batch("batch", (first, second)), NAMES)

    assert [outcome.status for outcome in outcomes] == [REFUSED, WRITTEN]


def test_a_company_that_keeps_per_cent_gets_per_cent(
    wire: responses.RequestsMock, connector: ExactConnector
) -> None:
    fields: dict[str, Value] = {"Name": "New ovens", "Probability": Decimal("0.4")}
    batch = Batch("batch", (Operation("key", OperationKind.CREATE, fields=fields),))
    wire.get(OPPORTUNITIES, json={"d": [{"ID": ITEM}]})
    wire.get(OPPORTUNITIES, json=rows())
    wire.post(OPPORTUNITIES, status=201, json={"d": {"ID": ID}})
    row = {"ID": ID, "Name": "New ovens", "Probability": 40.0, "Modified": "/Date(0)/"}
    wire.get(OPPORTUNITIES, json=rows(row))

    outcome = only(connector.write("opportunity", batch, ("Probability",)))

    ((_, body),) = sent(wire, "POST")
    assert body["Probability"] == 40
    assert outcome.record is not None
    assert outcome.record.fields["Probability"] == Decimal("0.4")


def test_a_next_page_is_followed_as_it_was_named(
    wire: responses.RequestsMock, connector: ExactConnector
) -> None:
    following = f"{OPPORTUNITIES}?$skiptoken=datetime'2026-11-20T10:00:00',guid'{ID}'"
    named = {"d": {"results": [{"ID": ID, "Modified": "/Date(0)/"}], "__next": following}}
    wire.get(OPPORTUNITIES, json=named)
    wire.get(OPPORTUNITIES, json=rows())

    first = connector.changes("opportunity", "", ("Name",))
    second = connector.changes("opportunity", first.cursor, ("Name",))

    assert (first.more, second.more) == (True, False)
    assert unquote_plus(str(wire.calls[1].request.url)).endswith(f"guid'{ID}'")


def test_what_bulk_does_not_tell_is_asked_page_by_page(
    wire: responses.RequestsMock, connector: ExactConnector
) -> None:
    processed = [
        held(InvoiceID=f"5f0d3a8e-6a6c-4f59-8f22-{number:012d}", Status=50, InvoiceNumber=number)
        for number in range(1, 71)
    ]
    term = {"Journal": "70", "InvoiceNumber": 7, "Account": BUYER, "AmountFC": 121.0, "Status": 50}
    wire.get(f"{BASE}/system/Divisions", json=rows({"Code": 123}))
    wire.get(f"{BASE}/sync/SalesInvoice/SalesInvoices", json=rows(*processed))
    wire.get(f"{BASE}/sync/Deleted", json=rows())
    refused = error("Filtering on these fields is not supported: InvoiceNumber")
    wire.get(f"{BASE}/bulk/Cashflow/Receivables", status=400, json=refused)
    wire.get(f"{BASE}/cashflow/Receivables", json=rows(term))

    page = connector.changes("sales_invoice", "", ("PaymentStatus",))

    assert [record.fields["PaymentStatus"] for record in page.records].count("paid") == 1
    assert len(page.records) == 70
    (asked,) = (
        unquote_plus(str(call.request.url))
        for call in wire.calls
        if "/cashflow/Receivables" in str(call.request.url)
    )
    assert "(InvoiceNumber ge 1 and InvoiceNumber le 70)" in asked
