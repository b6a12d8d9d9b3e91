"""Webhooks of every provider, as the sandbox sends and signs them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from integrations.contract import BadSignature, Event, WebhookRequest
from tests.connectors.drivers import Driver, Sample
from tests.connectors.receiver import Receiver, receiver
from tests.connectors.rig import Rig


@pytest.fixture
def inbox(rig: Rig, driver: Driver) -> Iterator[Receiver]:
    with receiver() as inbox:
        driver.listen(rig.sandbox, inbox.url)
        # Some prove the address first, with a call that says nothing.
        assert not any(request.body for request in inbox.requests)
        inbox.requests.clear()
        yield inbox


def secret_of(rig: Rig) -> str:
    return str(rig.server.ready()[rig.provider.code]["webhook_secret"])


def events_of(rig: Rig, request: WebhookRequest) -> list[Event]:
    return list(rig.provider.webhook_events(request, secret_of(rig), rig.clock.now()))


def sent(rig: Rig, inbox: Receiver) -> list[WebhookRequest]:
    """All webhooks that are due, sent now."""
    rig.sandbox.providers[rig.provider.code].flush_webhooks(force=True)
    return inbox.requests


def all_events(rig: Rig, inbox: Receiver) -> list[Event]:
    return [event for request in sent(rig, inbox) for event in events_of(rig, request)]


def test_a_change_is_told_by_webhook(
    rig: Rig, driver: Driver, sample: Sample, inbox: Receiver
) -> None:
    id_ = driver.add(rig.sandbox, sample, 1)
    driver.edit(rig.sandbox, sample, id_, "Edited")

    told = all_events(rig, inbox)

    account_id = rig.server.ready()[rig.provider.code]["account_id"]
    # What it belongs to may be told of, too.
    events = [event for event in told if event.object_type == sample.object_type]
    assert events
    assert {event.record_id for event in events} == {id_}
    assert {event.external_id for event in events} == {account_id}
    assert len({event.key for event in events}) == len(events)
    for event in events:
        assert abs(event.at - rig.clock.now()) < timedelta(minutes=1)


def test_an_archived_record_is_told_by_webhook(
    rig: Rig, driver: Driver, sample: Sample, inbox: Receiver
) -> None:
    id_ = driver.add(rig.sandbox, sample, 1)
    sent(rig, inbox)
    inbox.requests.clear()
    driver.archive(rig.sandbox, sample, id_)

    assert id_ in {event.record_id for event in all_events(rig, inbox)}


def test_a_merge_names_where_the_loser_went(
    rig: Rig, driver: Driver, sample: Sample, inbox: Receiver
) -> None:
    if not sample.can_merge:
        pytest.skip(f"A {sample.object_type} cannot be merged.")
    survivor, loser = (driver.add(rig.sandbox, sample, number) for number in (1, 2))
    sent(rig, inbox)
    inbox.requests.clear()
    survivor = driver.merge(rig.sandbox, sample, survivor, loser)

    events = all_events(rig, inbox)

    assert {event.merged_into for event in events if event.record_id == loser} >= {survivor}
    assert survivor in {event.record_id for event in events}


@pytest.mark.parametrize("part", ["body", "signature", "secret"])
def test_what_was_not_signed_by_the_provider_is_refused(
    rig: Rig, driver: Driver, sample: Sample, inbox: Receiver, part: str
) -> None:
    driver.add(rig.sandbox, sample, 1)
    request = sent(rig, inbox)[0]
    secret = secret_of(rig)
    if part == "body":
        request = replace(request, body=request.body.replace(b"1", b"2", 1))
    elif part == "signature":
        headers = {
            name: value[:-4] + "AAA=" if "signature" in name.lower() else value
            for name, value in request.headers.items()
        }
        body = re.sub(rb'("HashCode":"\w+)\w{4}"', rb'\1AAAA"', request.body)
        request = replace(request, headers=headers, body=body)
    else:
        secret += "x"

    with pytest.raises(BadSignature):
        rig.provider.webhook_events(request, secret, rig.clock.now())


def test_a_call_without_a_signature_is_refused(
    rig: Rig, driver: Driver, sample: Sample, inbox: Receiver
) -> None:
    driver.add(rig.sandbox, sample, 1)
    signed = sent(rig, inbox)[0]
    request = replace(signed, headers={}, body=re.sub(rb',"HashCode":"\w+"', b"", signed.body))

    with pytest.raises(BadSignature):
        events_of(rig, request)
