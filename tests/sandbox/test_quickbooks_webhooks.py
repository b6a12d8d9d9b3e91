"""Webhooks: signed, in two forms, retried until they are accepted."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator

import pytest

from integrations.sandbox.core import HandClock, Setting
from integrations.sandbox.quickbooks.provider import QuickBooks
from tests.sandbox.listening import Listener, listening
from tests.sandbox.quickbooks_calls import START


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as found:
        yield found


@pytest.fixture
def clock() -> HandClock:
    return HandClock(START)


@pytest.fixture
def books(clock: HandClock) -> QuickBooks:
    return QuickBooks(Setting(clock))


def test_changes_come_as_signed_cloud_events(books: QuickBooks, listener: Listener) -> None:
    books.subscribe(listener.url)
    customer = books.add_customer(DisplayName="Anna")
    books.update("Customer", customer, Notes="x")

    assert books.flush_webhooks() == 1

    made, changed = listener.events
    assert made["type"] == "qbo.customer.created.v1"
    assert changed["type"] == "qbo.customer.updated.v1"
    assert made["intuitentityid"] == customer
    assert made["intuitaccountid"] == books.realm
    assert made["time"] == "2026-07-01T12:00:00.000Z"
    assert made["data"] == {}
    assert made["id"] != changed["id"]
    key = books.ready("")["webhook_secret"].encode()
    expected = base64.b64encode(hmac.new(key, listener.bodies[0], hashlib.sha256).digest())
    assert listener.headers[0]["intuit-signature"] == expected.decode()
    assert listener.headers[0]["Content-Type"] == "application/cloudevents+json"


def test_changes_come_in_the_old_form_on_wish(books: QuickBooks, listener: Listener) -> None:
    books.subscribe(listener.url, "eventNotifications")
    item = books.add_item(Name="Hours")

    books.flush_webhooks()

    [notification] = json.loads(listener.bodies[0])["eventNotifications"]
    assert notification["realmId"] == books.realm
    assert notification["dataChangeEvent"]["entities"] == [
        {
            "name": "Item",
            "id": item,
            "operation": "Create",
            "lastUpdated": "2026-07-01T12:00:00.000Z",
        }
    ]


@pytest.mark.parametrize("form", ["cloudevents", "eventNotifications"])
def test_a_merge_is_one_event_that_names_the_loser(
    books: QuickBooks, listener: Listener, form: str
) -> None:
    survivor, loser = (books.add_customer(DisplayName=name) for name in ("Anna", "Ann"))
    books.subscribe(listener.url, form)

    books.merge("Customer", survivor, loser)
    books.flush_webhooks()

    if form == "cloudevents":
        [event] = listener.events
        assert event["type"] == "qbo.customer.merged.v1"
        assert (event["intuitentityid"], event["data"]) == (survivor, {"deletedid": loser})
    else:
        told = json.loads(listener.bodies[0])["eventNotifications"][0]["dataChangeEvent"]
        assert told["entities"][0] | {"lastUpdated": ""} == {
            "name": "Customer",
            "id": survivor,
            "operation": "Merge",
            "deletedId": loser,
            "lastUpdated": "",
        }
    assert books.get("Customer", loser)["DisplayName"] == "Ann (deleted)"
    assert books.get("Customer", loser)["Active"] is False
    assert books.get("Customer", survivor)["SyncToken"] == "1"


def test_a_refused_delivery_is_repeated_the_same_after_a_while(
    books: QuickBooks, listener: Listener, clock: HandClock
) -> None:
    books.subscribe(listener.url)
    books.add_customer(DisplayName="Anna")
    listener.refuse = 2

    assert books.flush_webhooks() == 0
    assert books.flush_webhooks() == 0
    clock.advance(10)
    assert books.flush_webhooks() == 0
    clock.advance(20)
    assert books.flush_webhooks() == 1

    assert len(set(listener.bodies)) == 1
    assert len(listener.bodies) == 3


def test_nobody_is_told_of_what_has_no_webhook(books: QuickBooks, listener: Listener) -> None:
    """Terms tell when they are made and changed; company information never does."""
    books.subscribe(listener.url)
    books.update("CompanyInfo", "1", CompanyName="Renamed")
    books.add("Term", Name="Net 7", DueDays=7)

    books.flush_webhooks()

    assert [event["type"] for event in listener.events] == ["qbo.term.created.v1"]


def test_nothing_is_sent_without_a_subscription(books: QuickBooks, listener: Listener) -> None:
    books.subscribe(listener.url)
    books.add_customer(DisplayName="Anna")
    books.subscribe("")
    books.add_customer(DisplayName="Ben")

    assert books.flush_webhooks(force=True) == 0
    assert listener.bodies == []


def test_documents_tell_what_became_of_them_and_of_what_they_pay(
    books: QuickBooks, listener: Listener
) -> None:
    customer, item = books.add_customer(DisplayName="Anna"), books.add_item(Name="Hours")
    books.subscribe(listener.url)
    invoice = books.add_invoice(customer, (item, 1, 100))
    payment = books.add_payment(customer, 40, {invoice: 40})
    books.void("Payment", payment)
    books.void("Invoice", invoice)
    books.delete("Payment", payment)

    books.flush_webhooks()

    assert [(event["type"], event["intuitentityid"]) for event in listener.events] == [
        ("qbo.invoice.created.v1", invoice),
        ("qbo.payment.created.v1", payment),
        ("qbo.invoice.updated.v1", invoice),
        ("qbo.payment.voided.v1", payment),
        ("qbo.invoice.updated.v1", invoice),
        ("qbo.invoice.voided.v1", invoice),
        ("qbo.payment.deleted.v1", payment),
    ]
