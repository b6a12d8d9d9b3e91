"""Exact's webhooks: subscribing, the empty trial and the signed message."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.exact_calls import ACCOUNTS, CONTACTS, ITEMS, Caller, caller, told
from tests.sandbox.listening import Listener, listening

SUBSCRIPTIONS = "webhooks/WebhookSubscriptions"


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as found:
        yield found


@pytest.fixture
def books() -> Iterator[Caller]:
    with caller() as found:
        found.server.pause_webhooks()
        yield found


def subscribe(books: Caller, listener: Listener, topic: str = "Accounts") -> Any:
    return books.post(SUBSCRIPTIONS, {"CallbackURL": listener.url, "Topic": topic})


def delivered(books: Caller, listener: Listener) -> list[dict[str, Any]]:
    """The contents of what is sent now; the empty trial is left out."""
    listener.bodies.clear()
    books.exact.flush_webhooks(force=True)
    return [json.loads(body)["Content"] for body in listener.bodies]


def test_an_address_is_tried_with_an_empty_post(books: Caller, listener: Listener) -> None:
    answer = subscribe(books, listener)

    assert answer.status_code == 201
    assert answer.json()["d"]["ClientID"] == books.ready["client_id"]
    assert listener.bodies == [b""]
    assert "HashCode" not in listener.headers[0]
    (row,) = books.rows(SUBSCRIPTIONS, select="Topic,CallbackURL")
    assert (row["Topic"], row["CallbackURL"]) == ("Accounts", listener.url)


def test_an_address_that_fails_the_trial_is_not_subscribed(
    books: Caller, listener: Listener
) -> None:
    listener.refuse = 1
    books.exact.speak("en")

    answer = subscribe(books, listener)

    assert answer.status_code == 500
    assert told(answer) == (f"Invalid: Post to callback URL endpoint returns 500 {listener.url}")
    assert books.rows(SUBSCRIPTIONS, select="ID") == []


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"CallbackURL": "http://saldo.example/hook"}, "Invalid: Callback URL"),
        ({"Topic": "Receivables"}, "Invalid: Topic"),
        ({"Topic": None}, "Mandatory: Topic"),
        ({"CallbackURL": None}, "Mandatory: Callback URL"),
    ],
)
def test_a_wrong_subscription_is_refused(
    books: Caller, listener: Listener, changed: dict[str, Any], reason: str
) -> None:
    books.exact.speak("en")

    answer = books.post(SUBSCRIPTIONS, {"CallbackURL": listener.url, "Topic": "Accounts"} | changed)

    assert told(answer) == reason


def test_a_topic_is_subscribed_once_in_a_division(books: Caller, listener: Listener) -> None:
    subscribe(books, listener)

    again = subscribe(books, listener)

    assert told(again) == "Bestaat reeds: Onderwerp"
    assert subscribe(books, listener, "Items").status_code == 201


def test_a_subscription_cannot_be_changed_but_deleted(books: Caller, listener: Listener) -> None:
    key = subscribe(books, listener).json()["d"]["ID"]

    assert books.put(SUBSCRIPTIONS, key, {"Topic": "Items"}).status_code == 405
    assert books.delete(SUBSCRIPTIONS, key).status_code == 204
    books.exact.add(ACCOUNTS, Name="Anna")
    assert delivered(books, listener) == []


def test_a_change_is_told_with_its_key_alone(books: Caller, listener: Listener) -> None:
    subscribe(books, listener)
    key = books.exact.add(ACCOUNTS, Name="Anna")
    books.exact.update(ACCOUNTS, key, City="Delft")
    books.exact.delete(ACCOUNTS, key)

    created, updated, deleted = delivered(books, listener)

    assert [each["Action"] for each in (created, updated, deleted)] == [
        "Create",
        "Update",
        "Delete",
    ]
    assert created == {
        "Topic": "Accounts",
        "ClientId": books.ready["client_id"],
        "Division": 1234567,
        "Action": "Create",
        "Key": key,
        "ExactOnlineEndpoint": f"{books.base}/crm/Accounts",
        "EventCreatedOn": "2026-06-25T14:31:00.240",
    }


def test_what_the_app_writes_is_told_as_well(books: Caller, listener: Listener) -> None:
    subscribe(books, listener, "Items")
    key = books.create(ITEMS, Code="A", Description="Ale")

    assert [each["Key"] for each in delivered(books, listener)] == [key]


def test_only_subscribed_topics_of_the_division_are_told(books: Caller, listener: Listener) -> None:
    subscribe(books, listener, "Contacts")
    owner = books.exact.add(ACCOUNTS, Name="Anna")
    books.exact.add(ITEMS, Code="A", Description="Ale", division=1234568)
    contact = books.exact.add(CONTACTS, LastName="Aal", Account=owner)

    assert [each["Key"] for each in delivered(books, listener)] == [contact]


def test_a_message_is_signed_over_its_raw_text(books: Caller, listener: Listener) -> None:
    books.exact.subscribe(listener.url, "Accounts")
    books.exact.add(ACCOUNTS, Name="Anna")
    books.exact.flush_webhooks(force=True)

    (body,) = listener.bodies
    content, _, tail = body.removeprefix(b'{"Content":').rpartition(b',"HashCode":')
    secret = books.ready["webhook_secret"].encode()
    wanted = hmac.new(secret, content, hashlib.sha256).hexdigest().upper()
    assert tail == f'"{wanted}"}}'.encode()
    # Compact, so that nobody gets away with writing the JSON anew.
    assert b": " not in content


def test_a_refused_message_is_sent_again(books: Caller, listener: Listener) -> None:
    books.exact.subscribe(listener.url, "Accounts")
    books.exact.add(ACCOUNTS, Name="Anna")
    listener.refuse = 1

    assert books.exact.flush_webhooks() == 0
    assert books.exact.flush_webhooks() == 0
    books.clock.advance(60)
    assert books.exact.flush_webhooks() == 1
