"""HubSpot's signature and what its events say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from integrations.connectors.hubspot.webhooks import check_signature, sign, webhook_events
from integrations.contract import BadSignature, Event, WebhookRequest

SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
# The example of HubSpot's published Python client.
KNOWN = WebhookRequest(
    "POST",
    "https://www.example.com/webhook_uri",
    {
        "X-HubSpot-Signature-v3": "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=",
        "X-HubSpot-Request-Timestamp": "1693657560000",
    },
    b"{'example_field':'example_value'}",
)
THEN = datetime.fromtimestamp(1_693_657_560, UTC)
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
AT = 1_795_251_600_000


def test_the_known_answer_is_accepted() -> None:
    check_signature(KNOWN, SECRET, THEN)


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_a_call_of_the_last_five_minutes_is_accepted(seconds: int) -> None:
    check_signature(KNOWN, SECRET, THEN + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_an_old_or_future_call_is_refused(seconds: int) -> None:
    with pytest.raises(BadSignature, match="too old"):
        check_signature(KNOWN, SECRET, THEN + timedelta(seconds=seconds))


@pytest.mark.parametrize("timestamp", ["", "soon", "1693657560000.5", "-1", "１６９３"])
def test_a_call_without_a_time_is_refused(timestamp: str) -> None:
    headers = {**KNOWN.headers, "X-HubSpot-Request-Timestamp": timestamp}

    with pytest.raises(BadSignature, match="no time"):
        check_signature(replace(KNOWN, headers=headers), SECRET, THEN)


@pytest.mark.parametrize(
    "changed",
    [
        replace(KNOWN, method="PUT"),
        replace(KNOWN, url=KNOWN.url + "/"),
        replace(KNOWN, body=KNOWN.body + b" "),
        replace(KNOWN, headers={"X-HubSpot-Request-Timestamp": "1693657560000"}),
        replace(KNOWN, headers={**KNOWN.headers, "X-HubSpot-Signature-v3": "sign é"}),
    ],
)
def test_anything_else_than_what_was_signed_is_refused(changed: WebhookRequest) -> None:
    with pytest.raises(BadSignature, match="does not fit"):
        check_signature(changed, SECRET, THEN)


def test_without_a_secret_no_call_is_accepted() -> None:
    """Anybody can sign with an empty secret."""
    signature = sign("", KNOWN.method, KNOWN.url, KNOWN.body, "1693657560000")
    headers = {**KNOWN.headers, "X-HubSpot-Signature-v3": signature}

    with pytest.raises(BadSignature, match="no secret"):
        check_signature(replace(KNOWN, headers=headers), "", THEN)


def test_header_names_may_come_in_any_case() -> None:
    headers = {name.upper(): value for name, value in KNOWN.headers.items()}

    check_signature(replace(KNOWN, headers=headers), SECRET, THEN)


@pytest.mark.parametrize(
    ("escaped", "plain"),
    [
        ("/a%3Ab%2fc", "/a:b/c"),
        ("/a%3F%40%21%24%27%28%29%2A%2C%3Bz", "/a?@!$'()*,;z"),
        ("/a#fragment", "/a"),
    ],
)
def test_hubspots_escapes_are_decoded_before_signing(escaped: str, plain: str) -> None:
    base = "https://x.example.org"

    assert sign("s", "POST", base + escaped, b"", "1") == sign("s", "post", base + plain, b"", "1")


@pytest.mark.parametrize("escape", ["%20", "%25", "%26", "%3D", "%2B", "%23"])
def test_other_escapes_stay(escape: str) -> None:
    kept, changed = f"https://x.example.org/?q={escape}", "https://x.example.org/?q= "

    assert sign("s", "GET", kept, b"", "1") != sign("s", "GET", changed, b"", "1")


def signed(rows: Any) -> WebhookRequest:
    body = rows if isinstance(rows, bytes) else msgspec.json.encode(rows)
    url, timestamp = "https://saldo.example.org/hooks/hubspot", str(AT)
    headers = {
        "X-HubSpot-Signature-v3": sign(SECRET, "POST", url, body, timestamp),
        "X-HubSpot-Request-Timestamp": timestamp,
    }
    return WebhookRequest("POST", url, headers, body)


def row(**more: Any) -> dict[str, Any]:
    return {
        "eventId": 100,
        "subscriptionId": 5,
        "portalId": 62515,
        "occurredAt": AT,
        "objectId": 123,
        "subscriptionType": "contact.propertyChange",
    } | more


def events(*rows: Any) -> list[Event]:
    return list(webhook_events(signed(list(rows)), SECRET, NOW))


def brief(found: list[Event]) -> list[tuple[str, str, str]]:
    return [(event.object_type, event.record_id, event.merged_into) for event in found]


@pytest.mark.parametrize(
    "change", ["propertyChange", "creation", "deletion", "restore", "privacyDeletion"]
)
@pytest.mark.parametrize("name", ["subscriptionType", "eventType"])
def test_a_change_names_its_record(change: str, name: str) -> None:
    told = row(**{name: f"contact.{change}"})
    if name == "eventType":
        del told["subscriptionType"]

    (event,) = events(told)

    assert event == Event("62515", "contact", "123", NOW, f"62515:5:123:100:{AT}")


@pytest.mark.parametrize(
    ("type_id", "expected"),
    [
        ("0-1", "contact"),
        ("0-2", "company"),
        ("0-7", "product"),
        ("0-3", "deal"),
        ("0-53", "invoice"),
        ("0-101", "payment"),
    ],
)
def test_a_generic_event_names_its_object_type_by_id(type_id: str, expected: str) -> None:
    found = events(row(subscriptionType="object.propertyChange", objectTypeId=type_id))

    assert brief(found) == [(expected, "123", "")]


@pytest.mark.parametrize("change", ["creation", "deletion", "propertyChange", "restore"])
@pytest.mark.parametrize("named", [{"objectTypeId": "0-8"}, {}])
def test_a_line_item_is_a_hint_of_its_deal_or_invoice(change: str, named: dict[str, str]) -> None:
    prefix = "object" if named else "line_item"

    found = events(row(subscriptionType=f"{prefix}.{change}", **named))

    assert brief(found) == [("deal", "line_item:123", ""), ("invoice", "line_item:123", "")]
    # Both are kept: events with one key are one event.
    assert len({event.key for event in found}) == 2


def test_a_merge_tells_where_every_loser_went() -> None:
    merge = row(
        subscriptionType="contact.merge", primaryObjectId=1, mergedObjectIds=[2, 3], objectId=1
    )

    assert brief(events(merge)) == [
        ("contact", "2", "1"), ("contact", "3", "1"), ("contact", "1", ""),
    ]  # fmt: skip


def test_a_merge_into_a_new_record_loses_the_primary_too() -> None:
    merge = row(
        subscriptionType="company.merge", primaryObjectId=1, mergedObjectIds=[2], newObjectId=9
    )

    assert brief(events(merge)) == [
        ("company", "2", "9"), ("company", "1", "9"), ("company", "9", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"associationType": "CONTACT_TO_COMPANY"}, [("contact", "7", "")]),
        ({"associationType": "COMPANY_TO_CONTACT"}, [("company", "7", "")]),
        ({"fromObjectTypeId": "0-2"}, [("company", "7", "")]),
        ({"fromObjectTypeId": "0-53"}, [("invoice", "7", "")]),
        ({"fromObjectTypeId": "0-101"}, [("payment", "7", "")]),
        # The invoice or deal tells of it from its own side.
        ({"fromObjectTypeId": "0-8"}, []),
        ({"associationType": "DEAL_TO_CONTACT"}, [("deal", "7", "")]),
        ({"associationType": "DEAL_TO_LINE_ITEM"}, [("deal", "7", "")]),
        ({"associationType": "LINE_ITEM_TO_DEAL"}, []),
        ({"fromObjectTypeId": "0-3"}, [("deal", "7", "")]),
        ({"associationType": "QUOTE_TO_CONTACT"}, []),
    ],
)
def test_an_association_speaks_for_the_record_it_starts_from(
    more: dict[str, Any], expected: list[tuple[str, str, str]]
) -> None:
    change = row(subscriptionType="contact.associationChange", fromObjectId=7, toObjectId=8, **more)

    assert brief(events(change)) == expected


@pytest.mark.parametrize(
    "ignored",
    [
        row(subscriptionType="quote.creation"),
        row(subscriptionType="contact.conversation"),
        row(subscriptionType="object.creation", objectTypeId="0-14"),
        row(subscriptionType="object.creation", objectTypeId="0-46"),
        row(subscriptionType="line_item.conversation"),
        row(subscriptionType=""),
        {"subscriptionType": "contact.creation", "objectId": 1},
        {"occurredAt": AT, "subscriptionType": "contact.creation"},
        row(occurredAt=-1),
        row(occurredAt=10**18),
        "text",
        None,
    ],
)
def test_what_we_do_not_know_is_passed_over(ignored: Any) -> None:
    assert brief(events(ignored, row())) == [("contact", "123", "")]


@pytest.mark.parametrize("body", [b"", b"no json", b'{"a": 1}', b"[1, 2]"])
def test_a_signed_body_without_events_brings_none(body: bytes) -> None:
    assert list(webhook_events(signed(body), SECRET, NOW)) == []


def test_events_come_in_the_order_in_which_they_happened() -> None:
    found = events(row(occurredAt=AT + 5, objectId=2), row(occurredAt=AT, objectId=1))

    assert [event.record_id for event in found] == ["1", "2"]


def test_the_same_event_delivered_again_has_the_same_key() -> None:
    once, again = events(row(attemptNumber=0)), events(row(attemptNumber=3))

    assert once == again
