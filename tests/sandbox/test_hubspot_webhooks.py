"""Webhooks: what is told, how it is signed, batched and tried again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from integrations.sandbox.hubspot.signature import sign_v3
from tests.sandbox.hubspot_account import OBJECTS, Account


class Listener:
    """An app's webhook address, which keeps what it is sent."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                listener.requests.append((dict(self.headers.items()), body))
                self.send_response(listener.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments: Any) -> None:
                """Tests print nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hooks?app=1"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for _, body in self.requests for event in json.loads(body)]

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    listening = Listener()
    yield listening
    listening.stop()


@pytest.fixture
def quiet(account: Account) -> Account:
    """An account whose webhooks go out only when a test says so."""
    account.server.pause_webhooks()
    return account


def send(account: Account) -> int:
    return int(account.control("POST", "webhooks/flush").json()["accepted"])


def subscribe(account: Account, listener: Listener, *events: dict[str, str]) -> None:
    body = {"target_url": listener.url} | ({"subscriptions": list(events)} if events else {})
    assert account.control("POST", "data/hubspot/webhooks", body).status_code == 200


def test_the_signature_of_the_known_answer() -> None:
    secret = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
    body = b"{'example_field':'example_value'}"

    made = sign_v3(secret, "POST", "https://www.example.com/webhook_uri", body, "1693657560000")

    assert made == "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y="


def test_an_address_is_signed_with_certain_signs_decoded() -> None:
    def sign(uri: str) -> str:
        return sign_v3("secret", "POST", uri, b"", "1")

    assert sign("https://x.example/h?a=b%3Ac%2fd%40e") == sign("https://x.example/h?a=b:c/d@e")
    assert sign("https://x.example/h?a=b%20c") != sign("https://x.example/h?a=b c")


def test_a_batch_is_signed_over_address_body_and_time(quiet: Account, listener: Listener) -> None:
    subscribe(quiet, listener, {"event": "contact.creation"})
    quiet.create("contacts", email="a@example.org")

    assert send(quiet) == 1

    headers, body = listener.requests[0]
    timestamp = headers["X-HubSpot-Request-Timestamp"]
    assert timestamp == str(int(quiet.clock.time() * 1000))
    secret = quiet.ready["webhook_secret"].encode()
    raw = b"POST" + listener.url.encode() + body + timestamp.encode()
    expected = base64.b64encode(hmac.new(secret, raw, hashlib.sha256).digest()).decode()
    assert headers["X-HubSpot-Signature-v3"] == expected
    assert headers["X-HubSpot-Signature-Version"] == "v1"
    assert headers["X-HubSpot-Signature"] == hashlib.sha256(secret + body).hexdigest()


def test_a_created_record_is_told_with_its_values(quiet: Account, listener: Listener) -> None:
    subscribe(
        quiet,
        listener,
        {"event": "contact.creation"},
        {"event": "contact.propertyChange", "property": "city"},
    )

    record_id = quiet.create("contacts", email="a@example.org", city="Ghent")
    quiet.patch(f"{OBJECTS}/contacts/{record_id}", {"properties": {"city": "Bruges"}})
    quiet.patch(f"{OBJECTS}/contacts/{record_id}", {"properties": {"city": "Bruges"}})
    send(quiet)

    created, first, second = listener.events
    assert created["subscriptionType"] == "contact.creation"
    assert created["objectId"] == int(record_id)
    assert str(created["portalId"]) == quiet.ready["account_id"]
    assert (created["changeFlag"], created["changeSource"]) == ("CREATED", "INTEGRATION")
    assert created["attemptNumber"] == 0
    assert first["propertyValue"] == "Ghent"
    assert (second["propertyName"], second["propertyValue"]) == ("city", "Bruges")


def test_changes_in_the_screens_are_told_apart(quiet: Account, listener: Listener) -> None:
    subscribe(quiet, listener, {"event": "company.creation"})

    quiet.hubspot.add_company(name="Acme")
    send(quiet)

    assert listener.events[0]["changeSource"] == "CRM_UI"


def test_projects_subscribe_by_object_type(quiet: Account, listener: Listener) -> None:
    subscribe(quiet, listener, {"event": "object.creation", "object_type": "product"})

    quiet.create("products", name="Hammer")
    quiet.create("companies", name="Acme")
    send(quiet)

    (event,) = listener.events
    assert event["subscriptionType"] == "object.creation"
    assert event["objectTypeId"] == "0-7"


def test_an_invoice_is_told_with_its_lines_and_payments(quiet: Account, listener: Listener) -> None:
    wanted = [("invoice", "creation"), ("line item", "creation"), ("commerce payment", "creation")]
    subscribe(
        quiet,
        listener,
        *({"event": f"object.{kind}", "object_type": name} for name, kind in wanted),
    )

    invoice = quiet.hubspot.add_invoice(lines=[{"name": "Chair", "price": "40"}])
    quiet.hubspot.record_payment(invoice)
    send(quiet)

    told = [(event["subscriptionType"], event["objectTypeId"]) for event in listener.events]
    assert told == [("object.creation", type_id) for type_id in ("0-53", "0-8", "0-101")]


def test_a_paid_invoice_is_told_and_its_worked_out_amounts_are_not(
    quiet: Account, listener: Listener
) -> None:
    contact = quiet.hubspot.add_contact(email="a@example.org")
    lines = [{"name": "Chair", "price": "40"}]
    invoice = quiet.hubspot.add_invoice(contact=contact, lines=lines, status="open")
    names = ("hs_invoice_status", "hs_balance_due", "hs_amount_paid")
    change = {"event": "object.propertyChange", "object_type": "invoice"}
    subscribe(quiet, listener, *(change | {"property": name} for name in names))

    quiet.hubspot.record_payment(invoice)
    send(quiet)

    (event,) = listener.events
    assert (event["objectId"], event["objectTypeId"]) == (int(invoice), "0-53")
    assert (event["propertyName"], event["propertyValue"]) == ("hs_invoice_status", "paid")


def test_associating_a_line_with_an_invoice_is_told_from_both_sides(
    quiet: Account, listener: Listener
) -> None:
    invoice = quiet.hubspot.add_invoice()
    line = quiet.hubspot.add_line_item(name="Chair", price="40")
    change = {"event": "object.associationChange"}
    subscribe(
        quiet, listener, *(change | {"object_type": name} for name in ("invoice", "line item"))
    )

    quiet.hubspot.associate("invoices", invoice, "line_items", line)
    send(quiet)

    told = {(e["objectTypeId"], e["associationType"], e["objectId"]) for e in listener.events}
    assert told == {
        ("0-53", "INVOICE_TO_LINE_ITEM", int(invoice)),
        ("0-8", "LINE_ITEM_TO_INVOICE", int(line)),
    }


def test_deleting_restoring_and_privacy_deletion_are_told(
    quiet: Account, listener: Listener
) -> None:
    one, two = (quiet.create("contacts", email=f"{n}@example.org") for n in range(2))
    kinds = ("deletion", "restore", "privacyDeletion")
    subscribe(quiet, listener, *({"event": f"contact.{kind}"} for kind in kinds))

    quiet.delete(f"{OBJECTS}/contacts/{one}")
    quiet.control("POST", f"data/hubspot/contacts/{one}/restore", {})
    quiet.post(f"{OBJECTS}/contacts/gdpr-delete", {"objectId": two})
    send(quiet)

    told = [(event["subscriptionType"], event["objectId"]) for event in listener.events]
    assert told[:2] == [("contact.deletion", int(one)), ("contact.restore", int(one))]
    assert set(told[2:]) == {
        ("contact.deletion", int(two)),
        ("contact.privacyDeletion", int(two)),
    }


def test_a_merge_is_told_with_its_survivor(quiet: Account, listener: Listener) -> None:
    one, two = (quiet.create("companies", name=name) for name in ("Acme", "Acme Ltd"))
    subscribe(quiet, listener, {"event": "company.merge"})

    survivor = quiet.control(
        "POST", f"data/hubspot/companies/{one}/merge", {"other": two, "new_record": True}
    ).json()["id"]
    send(quiet)

    (event,) = listener.events
    assert event["primaryObjectId"] == int(one)
    assert event["mergedObjectIds"] == [int(two)]
    assert event["newObjectId"] == event["objectId"] == int(survivor)


def test_a_primary_association_is_told_for_both_types_and_sides(
    quiet: Account, listener: Listener
) -> None:
    contact = quiet.create("contacts", email="a@example.org")
    company = quiet.create("companies", name="Acme")
    subscribe(
        quiet,
        listener,
        {"event": "contact.associationChange"},
        {"event": "company.associationChange"},
        {"event": "contact.propertyChange", "property": "associatedcompanyid"},
    )

    quiet.hubspot.link(contact, company)
    send(quiet)

    links = [e for e in listener.events if "associationType" in e]
    told = sorted((e["associationType"], e["isPrimaryAssociation"]) for e in links)
    assert told == [
        ("COMPANY_TO_CONTACT", False),
        ("COMPANY_TO_CONTACT", True),
        ("CONTACT_TO_COMPANY", False),
        ("CONTACT_TO_COMPANY", True),
    ]
    (changed,) = [e for e in listener.events if "propertyName" in e]
    assert changed["propertyValue"] == company


def test_a_request_holds_at_most_a_hundred_events(quiet: Account, listener: Listener) -> None:
    subscribe(quiet, listener, {"event": "contact.creation"})
    for start in range(0, 250, 50):
        rows = [{"properties": {"email": f"{n}@x.org"}} for n in range(start, start + 50)]
        quiet.batch("contacts", "create", rows)

    send(quiet)

    assert [len(json.loads(body)) for _, body in listener.requests] == [100, 100, 50]


def test_a_refused_batch_is_sent_again_later(quiet: Account, listener: Listener) -> None:
    subscribe(quiet, listener, {"event": "contact.creation"})
    quiet.create("contacts", email="a@example.org")
    listener.status = 400
    assert send(quiet) == 0
    listener.status = 200

    assert quiet.hubspot.flush_webhooks() == 0
    quiet.clock.advance(60)
    assert quiet.hubspot.flush_webhooks() == 1

    first, second = listener.events
    assert (first["attemptNumber"], second["attemptNumber"]) == (0, 1)
    assert first["eventId"] == second["eventId"]
    assert quiet.hubspot.flush_webhooks(force=True) == 0


def test_a_batch_is_given_up_after_ten_retries(quiet: Account, listener: Listener) -> None:
    subscribe(quiet, listener, {"event": "contact.creation"})
    quiet.create("contacts", email="a@example.org")
    listener.status = 500

    for _ in range(15):
        send(quiet)

    assert len(listener.requests) == 11
    assert quiet.hubspot.crm.events.outbox.given_up == 1


def test_webhooks_go_out_by_themselves(account: Account, listener: Listener) -> None:
    subscribe(account, listener)
    arrived = threading.Event()
    listener.requests = _Announcing(arrived)

    account.create("contacts", email="a@example.org")

    assert arrived.wait(10)
    assert {e["subscriptionType"] for e in listener.events} == {
        "contact.creation",
        "contact.propertyChange",
    }


class _Announcing(list[tuple[dict[str, str], bytes]]):
    """A list that tells when something is added."""

    def __init__(self, arrived: threading.Event) -> None:
        super().__init__()
        self._arrived = arrived

    def append(self, item: tuple[dict[str, str], bytes]) -> None:
        super().append(item)
        self._arrived.set()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"event": "contact.teleport"}, "is no webhook event"),
        ({"event": "object.creation"}, "needs an object_type"),
        ({"event": "invoice.creation"}, "is subscribed to as object.creation"),
        ({"event": "contact.propertyChange"}, "A property belongs to"),
        ({"event": "contact.creation", "property": "city"}, "A property belongs to"),
        (
            {"event": "company.propertyChange", "property": "hs_lastmodifieddate"},
            "HubSpot sends no changes of",
        ),
    ],
)
def test_a_subscription_that_is_wrong_is_refused(
    account: Account, row: dict[str, str], words: str
) -> None:
    body = {"target_url": "https://app.example.com/hooks", "subscriptions": [row]}

    answer = account.control("POST", "data/hubspot/webhooks", body)

    assert answer.status_code == 400
    assert words in answer.json()["error"]
