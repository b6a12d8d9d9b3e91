"""Webhook calls, in both shapes."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.connectors.quickbooks.webhooks import webhook_events
from integrations.contract import BadSignature, Event, WebhookRequest
from integrations.sandbox.quickbooks.notices import CLOUD_EVENTS, OLD_FORM
from tests.connectors.quickbooks_company import Company, open_company

SECRET = "verifier-token"
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
AT = datetime(2025, 9, 8, 20, 52, 31, 657000, tzinfo=UTC)


def signed(body: bytes, secret: str = SECRET, header: str = "intuit-signature") -> WebhookRequest:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    headers = {header: base64.b64encode(digest).decode()}
    return WebhookRequest("POST", "https://saldo.example.org/hooks/quickbooks", headers, body)


def events(content: Any) -> tuple[Event, ...]:
    return webhook_events(signed(json.dumps(content).encode()), SECRET, NOW)


def cloud_event(**more: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": "88cd52aa",
        "source": "intuit.x",
        "type": "qbo.customer.created.v1",
        "datacontenttype": "application/json",
        "time": "2025-09-08T20:52:31.657Z",
        "intuitentityid": "1234",
        "intuitaccountid": "310687",
        "data": {},
    } | more


def notification(**more: Any) -> dict[str, Any]:
    entity = {
        "name": "Customer",
        "id": "1234",
        "operation": "Create",
        "lastUpdated": "2025-09-08T20:52:31.657Z",
    }
    change = {"entities": [entity | more]}
    return {"eventNotifications": [{"realmId": "310687", "dataChangeEvent": change}]}


def test_a_cloud_event_tells_which_record_to_read_again() -> None:
    assert events([cloud_event()]) == (Event("310687", "customer", "1234", AT, "88cd52aa"),)


def test_the_older_shape_tells_the_same() -> None:
    (event,) = events(notification())

    assert (event.external_id, event.object_type, event.record_id, event.at) == (
        "310687",
        "customer",
        "1234",
        AT,
    )
    assert events(notification()) == (event,)
    assert events(notification(operation="Update"))[0].key != event.key


@pytest.mark.parametrize("operation", ["created", "updated", "deleted", "voided", "emailed"])
def test_every_operation_is_a_reason_to_read_again(operation: str) -> None:
    (event,) = events([cloud_event(type=f"qbo.item.{operation}.v1")])

    assert (event.object_type, event.merged_into) == ("item", "")


@pytest.mark.parametrize("spelling", ["deletedid", "deletedId", "deletedID"])
def test_a_merge_tells_where_the_other_record_went(spelling: str) -> None:
    merged = cloud_event(type="qbo.customer.merged.v1", data={spelling: "77"})

    survivor, loser = events([merged])

    assert (survivor.record_id, survivor.merged_into) == ("1234", "")
    assert (loser.record_id, loser.merged_into) == ("77", "1234")
    assert survivor.key != loser.key


@pytest.mark.parametrize("entity", ["Invoice", "Payment"])
@pytest.mark.parametrize("operation", ["Create", "Update", "Delete", "Void", "Emailed"])
def test_every_change_of_a_document_is_a_reason_to_read_it_again(
    entity: str, operation: str
) -> None:
    (older,) = events(notification(name=entity, operation=operation))
    (newer,) = events([cloud_event(type=f"qbo.{entity}.{operation}ed.v1".lower())])

    for event in (older, newer):
        assert (event.object_type, event.record_id) == (entity.lower(), "1234")


def test_a_merge_in_the_older_shape_tells_the_same() -> None:
    survivor, loser = events(notification(operation="Merge", deletedId="77"))

    assert (survivor.record_id, loser.record_id, loser.merged_into) == ("1234", "77", "1234")


def test_each_event_names_its_own_company() -> None:
    found = events([cloud_event(), cloud_event(id="2", intuitaccountid="5")])

    assert [event.external_id for event in found] == ["310687", "5"]


@pytest.mark.parametrize(
    "content",
    [
        [],
        {},
        None,
        7,
        "text",
        [None, 3, "x", []],
        {"eventNotifications": None},
        {"eventNotifications": [{"realmId": "1"}]},
        {"eventNotifications": [{"realmId": "1", "dataChangeEvent": {"entities": "x"}}]},
        [cloud_event(type="qbo.bill.created.v1")],
        [cloud_event(type="customer")],
        [cloud_event(type=None)],
        [cloud_event(time="yesterday")],
        [cloud_event(intuitentityid="")],
        [cloud_event(intuitaccountid=None)],
    ],
)
def test_what_cannot_be_read_is_no_reason_to_refuse_the_call(content: Any) -> None:
    assert events(content) == ()


def test_one_unreadable_event_hides_no_other() -> None:
    assert (
        len(events([cloud_event(time="?"), cloud_event(data="odd"), cloud_event(data=None)])) == 2
    )


def test_a_signed_body_that_is_no_json_has_no_events() -> None:
    assert webhook_events(signed(b"\xff{"), SECRET, NOW) == ()


def test_header_names_are_read_in_any_case() -> None:
    body = json.dumps([cloud_event()]).encode()

    assert len(webhook_events(signed(body, header="Intuit-Signature"), SECRET, NOW)) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"intuit-signature": ""},
        {"intuit-signature": "bm90IGl0"},
        {"intuit-signature": "ünïcödé"},
        {"x-signature": "x"},
    ],
)
def test_a_call_without_a_good_signature_is_refused(headers: dict[str, str]) -> None:
    request = WebhookRequest("POST", "https://x", headers, b"[]")

    with pytest.raises(BadSignature):
        webhook_events(request, SECRET, NOW)


def test_a_call_signed_with_another_token_is_refused() -> None:
    with pytest.raises(BadSignature):
        webhook_events(signed(b"[]", secret="client-secret"), SECRET, NOW)
    with pytest.raises(BadSignature):
        webhook_events(signed(b"[]", secret=""), "", NOW)


@given(st.binary(max_size=60), st.integers(0, 59), st.integers(1, 255))
def test_a_changed_body_no_longer_fits_its_signature(body: bytes, at: int, change: int) -> None:
    request = signed(body + b"[]")
    place = at % len(request.body)
    changed = bytearray(request.body)
    changed[place] ^= change

    with pytest.raises(BadSignature):
        webhook_events(
            WebhookRequest("POST", request.url, request.headers, bytes(changed)), SECRET, NOW
        )


@pytest.fixture
def company() -> Iterator[Company]:
    with open_company() as company:
        yield company


@pytest.mark.parametrize("form", [CLOUD_EVENTS, OLD_FORM])
def test_what_the_stand_in_sends_is_understood(company: Company, form: str) -> None:
    company.books.subscribe("http://127.0.0.1:9/hook", form)
    one = company.books.add_customer(DisplayName="Ann")
    other = company.books.add_customer(DisplayName="Anne")
    company.books.merge("Customer", loser=other, survivor=one)
    company.books.webhooks.gather()
    (delivery,) = company.books.webhooks.outbox.take_due(force=True)
    body, headers = company.books.webhooks.sign(delivery)
    request = WebhookRequest("POST", delivery.url, headers, body)

    found = webhook_events(request, company.books.webhooks.secret, NOW)

    assert [(event.record_id, event.merged_into) for event in found] == [
        (one, ""),
        (other, ""),
        (one, ""),
        (other, one),
    ]
    assert {event.external_id for event in found} == {company.books.realm}
    assert len({event.key for event in found}) == 4
