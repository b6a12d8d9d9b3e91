"""What happened to a record, however much it was: shown in parts, and by as many queries."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from syncs.models import Activity, ActivityAction, Failure, Outcome, Run, SyncRecord
from syncs.views.timeline import FAILURES_SHOWN, SHOWN
from tests.conftest import ClientOf
from tests.desk.conftest import MakeRecord

pytestmark = pytest.mark.django_db


def happened(record: SyncRecord, count: int, **values: Any) -> None:
    run = Run.objects.create(
        tenant_id=record.tenant_id, sync=record.sync, started_at=timezone.now()
    )
    usual = {
        "tenant_id": record.tenant_id,
        "sync": record.sync,
        "record": record,
        "run": run,
        "at": timezone.now(),
        "action": ActivityAction.FAILED,
    }
    Activity.objects.bulk_create(
        Activity(**{**usual, "message": f"attempt {number}.", **values}) for number in range(count)
    )


def failed(record: SyncRecord, count: int, by: User | None = None) -> None:
    now = timezone.now()
    Failure.objects.bulk_create(
        Failure(
            tenant_id=record.tenant_id,
            sync=record.sync,
            record=record,
            opened_at=now - timedelta(days=count - number),
            closed_at=now - timedelta(days=count - number, hours=-1),
            category="duplicate_key",
            cause="duplicate_key|6240|DisplayName",
            outcome=Outcome.RESOLVED,
            by=by,
            note=f"round {number}.",
        )
        for number in range(count)
    )


def get(client: Client, record: SyncRecord, path: str = "change", **headers: str) -> str:
    answer = client.get(f"/admin/syncs/syncrecord/{record.pk}/{path}", headers=headers)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def older(html: str, name: str) -> str:
    start = html.index('hx-get="/admin/syncs/syncrecord/') + len('hx-get="')
    address = html[start : html.index('"', start)]
    assert f"/{name}/?before=" in address
    return address.split("/", 5)[5]


def test_older_activities_come_when_they_are_asked_for(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    record, client = make_record(1), client_of(finance)
    happened(record, SHOWN + 2)

    html = get(client, record, "change/")
    assert f"attempt {SHOWN + 1}." in html
    assert "attempt 2." in html
    assert "attempt 1." not in html

    rest = get(client, record, older(html, "timeline"), **{"HX-Request": "true"})
    assert rest.startswith("<li")
    assert "attempt 1." in rest
    assert "attempt 0." in rest
    assert "Show older ones" not in rest


def test_without_a_script_older_ones_are_a_page_of_their_own(
    client_of: ClientOf, viewer: User, make_record: MakeRecord
) -> None:
    record, client = make_record(1), client_of(viewer)
    happened(record, SHOWN + 1)

    html = get(client, record, older(get(client, record, "change/"), "timeline"))

    assert "<html" in html
    assert f"← {record}" in html
    assert "attempt 0." in html


@pytest.mark.parametrize("before", ["x", "-1"])
def test_a_place_that_is_none_shows_the_newest(
    client_of: ClientOf, viewer: User, make_record: MakeRecord, before: str
) -> None:
    record = make_record(1)
    happened(record, 1)

    assert "attempt 0." in get(client_of(viewer), record, f"timeline/?before={before}")


def test_a_call_leads_to_the_log_for_those_who_may_see_it(
    client_of: ClientOf, finance: User, viewer: User, make_record: MakeRecord
) -> None:
    record = make_record(1)
    happened(record, 1, correlation_id="abc-123")
    address = '/admin/integrations/callrecord/?q=abc-123"'

    assert address in get(client_of(finance), record, "change/")
    html = get(client_of(viewer), record, "change/")
    assert "abc-123" in html
    assert address not in html
    assert "/admin/syncs/run/" in html


def test_failures_tell_how_they_went_away(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    record, client = make_record(1), client_of(finance)
    failed(record, FAILURES_SHOWN + 1, by=finance)

    html = get(client, record, "change/")
    assert "Customer name is taken" in html
    assert f"Called dealt with · {finance}: “round {FAILURES_SHOWN}.”" in html
    assert "round 0." not in html
    rest = get(client, record, older(html, "failures"), **{"HX-Request": "true"})
    assert "round 0." in rest


def test_as_many_queries_for_much_as_for_little(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    client, little = client_of(finance), make_record(1)
    happened(little, 1)
    failed(little, 1)
    candidates = []
    for number in range(10, 16):
        make_record(
            number,
            left_id="",
            left_values={},
            right_id=str(number),
            right_title="Ann",
            born="right",
        )
        told = {"id": str(number), "title": "Ann", "rule": "email", "value": "x", "linked_to": ""}
        candidates.append(told)
    few = make_record(2, category="match_ambiguous", details={"candidates": candidates[:1]})
    much = make_record(
        3,
        category="match_ambiguous",
        left_title="long " * 100,
        details={"candidates": candidates, "raw": "x" * 4000},
        left_values={"firstname": "long " * 100, "email": "ann@example.org", "phone": "1"},
    )
    for record, count in ((few, 1), (much, 300)):
        happened(record, count)
        failed(record, count)
    get(client, few, "change/")
    with CaptureQueriesContext(
        connection,
    ) as for_few:
        get(client, few, "change/")
    with CaptureQueriesContext(connection) as for_much:
        get(client, much, "change/")

    assert len(for_much) == len(for_few)
    assert len(for_much) <= 26
