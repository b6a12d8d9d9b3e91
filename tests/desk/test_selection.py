"""Which records the list's parameters mean, for the list, for jobs and for exports alike."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone

from accounts.models import Tenant, User
from accounts.permissions import Action
from accounts.tenancy import TenantNotSet
from syncs.models import Status, SyncRecord
from syncs.selection import (
    Selection,
    list_url,
    order_of,
    parameters_of,
    selected,
    understood,
)
from tests.desk.conftest import MakeRecord, contacts_sync

pytestmark = pytest.mark.django_db


def found(query: str, user: User) -> set[str]:
    return {record.left_title for record in selected(Selection(query), user)}


def days_ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("", "123", id="nothing asked"),
        pytest.param("status=failing", "12", id="status"),
        pytest.param("status__exact=failing", "12", id="status as it was called once"),
        pytest.param("status=failing,in_sync", "123", id="several statuses"),
        pytest.param("status=waiting&status=in_sync", "3", id="several statuses, each by itself"),
        pytest.param("category=tax", "2", id="category"),
        pytest.param("cause=tax%7C6000%7CTaxCodeRef", "2", id="cause"),
        pytest.param("currency=eur", "2", id="currency"),
        pytest.param("amount_from=100", "2", id="amount from"),
        pytest.param("amount_to=99.99", "1", id="amount to"),
        pytest.param("failing=week", "1", id="failing for days"),
        pytest.param("failing=older", "2", id="failing for long"),
        pytest.param("failed_from=2026-01-02&failed_to=2026-01-02", "2", id="failed that day"),
        pytest.param("failed_to=2026-01-01", "", id="failed until the day before"),
        pytest.param("attempted_from=2026-01-02", "1", id="attempted from"),
        pytest.param("attempted_to=2026-01-01", "2", id="attempted to"),
        pytest.param("created_to=2000-01-01", "", id="created to"),
        pytest.param("due=overdue", "1", id="overdue"),
        pytest.param("due=week", "2", id="due this week"),
        pytest.param("due=none", "3", id="no due date"),
        pytest.param("snoozed=yes", "2", id="snoozed"),
        pytest.param("snoozed=no", "13", id="not snoozed, or awake again"),
        pytest.param("retry=planned", "1", id="tried again by itself"),
        pytest.param("assignee=none", "3", id="nobody's"),
        pytest.param("assignee=me", "1", id="mine"),
        pytest.param("object=customer", "123", id="object of the right"),
        pytest.param("object=invoice", "", id="another object"),
        pytest.param("q=Person+3", "3", id="search"),
        pytest.param("status=failing&due=week", "2", id="two together"),
    ],
)
def test_each_parameter_narrows(
    finance: User, owner: User, make_record: MakeRecord, query: str, expected: str
) -> None:
    make_record(
        1,
        amount="99.99",
        currency="USD",
        first_failed_at=days_ago(2),
        due_on=date(2020, 1, 1),
        snoozed_until=days_ago(1),
        assignee=finance,
        attempts=2,
        due_at=timezone.now() + timedelta(hours=1),
    )
    make_record(
        2,
        category="tax",
        cause="tax|6000|TaxCodeRef",
        amount="100",
        currency="EUR",
        first_failed_at=datetime(2026, 1, 2, 23, 59, tzinfo=UTC),
        last_attempt_at=datetime(2026, 1, 1, 23, 59, tzinfo=UTC),
        due_on=timezone.now().date(),
        snoozed_until=timezone.now() + timedelta(days=1),
        assignee=owner,
    )
    make_record(
        3,
        status=Status.IN_SYNC,
        category="",
        first_failed_at=None,
        last_attempt_at=None,
        due_at=timezone.now() + timedelta(hours=1),
    )

    assert found(query, finance) == {f"Person {number}" for number in expected}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "odd"),
        ("category", "odd"),
        ("sync", "x"),
        ("sync", "9" * 30),
        ("integration", "-1"),
        ("object", "spaceship"),
        ("tenant", "١٢"),
        ("assignee", "you"),
        ("currency", "euro"),
        ("amount_from", "1,5"),
        ("amount_to", "NaN"),
        ("amount_to", "1e99"),
        ("failing", "year"),
        ("failed_from", "yesterday"),
        ("failed_to", "9999-12-31"),
        ("due", "x"),
        ("snoozed", "maybe"),
        ("retry", "x"),
        ("cause", "a\x00b"),
        ("q", "a\x00b"),
    ],
)
def test_a_value_that_makes_no_sense_is_named_and_passed_over(
    finance: User, make_record: MakeRecord, name: str, value: str
) -> None:
    make_record(1)

    assert understood({name: value}, finance) == (Q(), (name,))
    assert selected(Selection(list_url(**{name: value}).partition("?")[2]), finance).count() == 1


def test_what_is_not_the_lists_own_is_left_out() -> None:
    asked = QueryDict("p=3&o=-amount&q=+x+&status=failing&status=waiting&tenant__slug=a&sync=")

    assert parameters_of(asked) == {"status": "failing,waiting", "q": "x", "o": "-amount"}


def test_an_address_has_the_parameters_in_their_usual_order() -> None:
    url = list_url(q="a & b", sync=None, status=[Status.FAILING, "waiting"])

    assert url == "/admin/syncs/syncrecord/?status=failing%2Cwaiting&q=a+%26+b"
    assert list_url() == "/admin/syncs/syncrecord/"


@pytest.mark.parametrize(
    ("query", "expected"),
    [("", "-id"), ("o=amount", "amount"), ("o=-status", "-status"), ("o=left_values", "-id")],
)
def test_the_order_is_one_that_an_index_has(query: str, expected: str) -> None:
    assert order_of(query) == expected


def test_rows_chosen_one_by_one_are_just_those(finance: User, make_record: MakeRecord) -> None:
    chosen, _other = make_record(1), make_record(2)

    rows = selected(Selection("status=in_sync", (chosen.pk,)), finance)

    assert list(rows) == [chosen]


def test_nobody_reaches_what_is_not_theirs(
    finance: User, viewer: User, stranger: User, support: User, other_tenant: Tenant, sync: Any
) -> None:
    mine = SyncRecord.objects.create(tenant_id=sync.tenant_id, sync=sync, left_id="1")
    theirs = SyncRecord.objects.create(
        tenant=other_tenant, sync=contacts_sync(other_tenant), left_id="1"
    )
    both = Selection(ids=(mine.pk, theirs.pk))

    assert list(selected(both, finance)) == [mine]
    assert list(selected(both, stranger, Action.WORK_RECORDS)) == [theirs]
    assert list(selected(both, viewer, Action.WORK_RECORDS)) == []
    assert set(selected(both, support)) == {mine, theirs}
    assert list(selected(Selection(f"sync={sync.pk}"), stranger)) == []
    assert list(selected(Selection("q=1"), stranger)) == [theirs]
    with pytest.raises(TenantNotSet):
        SyncRecord.objects.count()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("xy", {"Xylo Phone", "Ann Xy"}, id="begins a word, any case"),
        pytest.param("lo", set(), id="two letters inside a word"),
        pytest.param("ylo", {"Xylo Phone"}, id="three letters inside a word"),
    ],
)
def test_one_or_two_letters_begin_a_word_of_the_name(
    finance: User,
    other_tenant: Tenant,
    make_record: MakeRecord,
    words: str,
    expected: set[str],
) -> None:
    for number, name in enumerate(("Xylo Phone", "Ann Xy", "Somebody"), start=1):
        make_record(number, left_title=name, right_title=name)
    theirs = contacts_sync(other_tenant)
    SyncRecord.objects.create(
        tenant=other_tenant, sync=theirs, left_id="9", left_title="Xylophon of others"
    )

    assert found(f"q={words}", finance) == expected
