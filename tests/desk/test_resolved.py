"""What failed and went away stays to be found, with how and when."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from syncs.models import Failure, Outcome, SyncRecord
from tests.conftest import ClientOf
from tests.desk.conftest import MakeRecord

pytestmark = pytest.mark.django_db
LIST = "/admin/syncs/failure/"


def resolved(record: SyncRecord, **values: Any) -> Failure:
    usual = {
        "category": "tax",
        "reason": "No code for 21 %.",
        "opened_at": timezone.now() - timedelta(days=2),
        "closed_at": timezone.now(),
        "outcome": Outcome.PASSED,
    }
    return Failure.objects.create(
        tenant_id=record.tenant_id, sync_id=record.sync_id, record=record, **{**usual, **values}
    )


def names(page: Any) -> set[str]:
    html = page.content.decode()
    return set(re.findall(r'saldo-strong" title="(Person \d+)"', html))


def test_it_says_what_failed_and_how_it_went_away(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    resolved(make_record(1), outcome=Outcome.RESOLVED, by=finance, note="Booked by hand.")

    html = client_of(finance).get(LIST).content.decode()

    for words in ("Person 1", "Tax does not fit", "No code for 21 %.", "called dealt with"):
        assert words in html
    assert "Booked by hand." in html
    assert str(finance) in html


def test_what_still_fails_is_not_here(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    resolved(make_record(1), closed_at=None, outcome="")

    page = client_of(finance).get(LIST)

    assert names(page) == set()
    assert "Nothing has failed and gone away yet." in page.content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("outcome__exact=decided", {"Person 2"}, id="how"),
        pytest.param("category=gone", {"Person 2"}, id="problem"),
        pytest.param("q=Person+1", {"Person 1"}, id="a name"),
        pytest.param("q=1002", {"Person 2"}, id="an id"),
        pytest.param("q=nobody", set(), id="no name"),
        pytest.param("q=a%00b", {"Person 1", "Person 2"}, id="no text"),
        pytest.param("person={finance}", {"Person 2"}, id="who"),
        pytest.param("person=x", {"Person 1", "Person 2"}, id="no person"),
        pytest.param("sync=999999", set(), id="another sync"),
        pytest.param("closed_at_from=2999-01-01", set(), id="a later day"),
        pytest.param("closed_at_from=2026-01-02&closed_at_to=2026-01-02", {"Person 2"}, id="a day"),
        pytest.param("closed_at_to=x", {"Person 1", "Person 2"}, id="no day"),
    ],
)
def test_filters_narrow_it(
    client_of: ClientOf, finance: User, make_record: MakeRecord, query: str, found: set[str]
) -> None:
    resolved(make_record(1))
    late = datetime(2026, 1, 2, 23, 59, tzinfo=UTC)
    resolved(make_record(2), category="gone", outcome=Outcome.DECIDED, by=finance, closed_at=late)

    page = client_of(finance).get(f"{LIST}?{query.format(finance=finance.pk)}")

    assert names(page) == found


def test_nobody_sees_anothers(client_of: ClientOf, stranger: User, make_record: MakeRecord) -> None:
    failure = resolved(make_record(1))
    client = client_of(stranger)

    assert names(client.get(LIST)) == set()
    assert client.get(f"{LIST}{failure.pk}/change/").status_code == 404


def test_queries_do_not_grow_with_the_rows(
    client_of: ClientOf,
    finance: User,
    make_record: MakeRecord,
    django_assert_num_queries: Any,
    django_assert_max_num_queries: Any,
) -> None:
    client = client_of(finance)
    record = make_record(1)
    resolved(record)
    client.get(LIST)
    with django_assert_max_num_queries(25) as few:
        client.get(LIST)
    for number in range(2, 60):
        resolved(make_record(number), by=finance)

    with django_assert_num_queries(len(few.captured_queries)):
        client.get(LIST)
