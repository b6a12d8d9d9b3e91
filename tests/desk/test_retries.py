"""What is tried again by itself: when, and brought forward or called off."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from syncs.models import Status, SyncRecord
from tests.conftest import ClientOf
from tests.desk.conftest import MakeRecord

pytestmark = pytest.mark.django_db
LIST = "/admin/syncs/plannedretry/"
NAME = 'title="Person 1"'


@pytest.fixture
def planned(make_record: MakeRecord) -> SyncRecord:
    soon = timezone.now() + timedelta(hours=3)
    return make_record(1, category="transient", due_at=soon, attempts=4)


def test_the_next_try_is_told(client_of: ClientOf, finance: User, planned: SyncRecord) -> None:
    html = client_of(finance).get(LIST).content.decode()

    assert NAME in html
    assert "in 2\xa0hours" in html or "in 3\xa0hours" in html
    assert "Busy or unreachable" in html or 'role="tooltip"' in html


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"due_at": None}, id="nothing planned"),
        pytest.param({"attempts": 0}, id="not tried yet"),
        pytest.param({"status": Status.WAITING}, id="waits for another record"),
        pytest.param({"due_at": timezone.now() - timedelta(hours=1)}, id="due already"),
    ],
)
def test_only_what_has_a_time_to_come_is_listed(
    client_of: ClientOf, finance: User, planned: SyncRecord, values: dict[str, Any]
) -> None:
    SyncRecord.objects.for_tenant(planned.tenant_id).update(**values)

    html = client_of(finance).get(LIST).content.decode()

    assert NAME not in html
    assert "No retry is planned" in html


def test_one_is_brought_forward(client_of: ClientOf, finance: User, planned: SyncRecord) -> None:
    answer = client_of(finance).post(
        LIST, {"action": "bring_forward", "_selected_action": [planned.pk]}
    )

    assert answer.headers["Location"] == LIST
    planned.refresh_from_db()
    assert planned.status == Status.PENDING
    assert planned.due_at is not None
    assert planned.due_at <= timezone.now()


def test_one_is_called_off(client_of: ClientOf, finance: User, planned: SyncRecord) -> None:
    client_of(finance).post(LIST, {"action": "cancel", "_selected_action": [planned.pk]})

    planned.refresh_from_db()
    assert (planned.status, planned.due_at) == (Status.FAILING, None)


def test_all_that_are_listed_are_confirmed_first(
    client_of: ClientOf, finance: User, planned: SyncRecord, make_record: MakeRecord
) -> None:
    make_record(2, category="tax")

    answer = client_of(finance).post(
        LIST, {"action": "cancel", "_selected_action": [planned.pk], "select_across": "1"}
    )

    html = answer.content.decode()
    assert 'name="query" value="retry=planned"' in html
    planned.refresh_from_db()
    assert planned.due_at is not None


def test_a_viewer_is_offered_nothing(
    client_of: ClientOf, viewer: User, planned: SyncRecord
) -> None:
    client = client_of(viewer)

    client.post(LIST, {"action": "cancel", "_selected_action": [planned.pk]})

    planned.refresh_from_db()
    assert planned.due_at is not None
    assert "Try again now" not in client.get(LIST).content.decode()


def test_a_stranger_reaches_none_of_it(
    client_of: ClientOf, stranger: User, planned: SyncRecord
) -> None:
    client = client_of(stranger)

    assert NAME not in client.get(LIST).content.decode()
    client.post(LIST, {"action": "cancel", "_selected_action": [planned.pk]})
    planned.refresh_from_db()
    assert planned.due_at is not None


def test_queries_do_not_grow_with_the_rows(
    client_of: ClientOf,
    finance: User,
    planned: SyncRecord,
    make_record: MakeRecord,
    django_assert_num_queries: Any,
    django_assert_max_num_queries: Any,
) -> None:
    client = client_of(finance)
    client.get(LIST)
    with django_assert_max_num_queries(25) as few:
        client.get(LIST)
    for number in range(2, 60):
        make_record(number, due_at=planned.due_at, attempts=1)

    with django_assert_num_queries(len(few.captured_queries)):
        client.get(LIST)
