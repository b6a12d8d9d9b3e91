"""One record: why it is as it is, and every way out of it."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from syncs.engine.terms import PartnerChoice
from syncs.models import Activity, ActivityAction, Status, SyncRecord
from tests.conftest import ClientOf
from tests.desk.conftest import MakeRecord

pytestmark = pytest.mark.django_db


def page(client: Client, record: SyncRecord) -> str:
    return client.get(f"/admin/syncs/syncrecord/{record.pk}/change/").content.decode()


def press(client: Client, record: SyncRecord, name: str, **form: str) -> str:
    answer = client.post(f"/admin/syncs/syncrecord/{record.pk}/{name}/", form, follow=True)
    assert answer.status_code == 200
    record.refresh_from_db()
    return answer.content.decode()


def test_a_taken_name_is_explained_with_steps_and_the_one_in_the_way(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    make_record(2, right_id="58", right_title="Acme Ltd", status=Status.IN_SYNC, category="")
    record = make_record(
        1,
        details={
            "code": "6240",
            "field": "DisplayName",
            "existing_id": "58",
            "raw": "{the answer}",
        },
    )

    html = page(client_of(finance), record)

    assert "Customer name is taken" in html
    assert "switch off the mapping of the display name" in html
    assert "Acme Ltd" in html
    assert "Person 2" in html
    assert "{the answer}" in html


def test_an_excluded_record_names_the_clause_that_said_no(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    clause = {"field": "lifecyclestage", "operator": "is_one_of", "values": ["customer"]}
    record = make_record(
        1,
        status=Status.EXCLUDED,
        category="",
        details={"exclusion": "filter", "clause": {**clause, "fixed": False}},
    )

    assert "Lifecycle stage is one of Customer" in page(client_of(finance), record)


def test_differences_are_marked_and_both_sides_shown(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    record = make_record(
        1,
        right_id="58",
        right_title="Person 1",
        right_values={"GivenName": "Persona", "FamilyName": "1"},
        left_base={"firstname": "Pers", "lastname": "1"},
        right_base={"GivenName": "Pers", "FamilyName": "1"},
    )

    html = page(client_of(finance), record)

    assert "saldo-differs" in html
    assert "<td>Person</td>" in html
    assert "<td>Person<mark>a</mark></td>" in html
    assert '<td class="saldo-subtle">Pers</td>' in html
    assert "(changed on both sides)" in html
    assert "Open in HubSpot" in html
    assert "Open in QuickBooks Online" in html


def test_activities_show_before_and_after(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    record = make_record(1)
    Activity.objects.create(
        tenant_id=record.tenant_id,
        sync=record.sync,
        record=record,
        at=timezone.now(),
        action=ActivityAction.UPDATED,
        side="right",
        changes=[{"field": "GivenName", "side": "right", "before": "Bob", "after": "Rob"}],
        correlation_id="abc-123",
    )

    html = page(client_of(finance), record)

    assert "<del>Bob</del>" in html
    assert "<ins>Rob</ins>" in html
    assert "abc-123" in html


def test_the_page_takes_a_fixed_number_of_queries(
    client_of: ClientOf,
    finance: User,
    make_record: MakeRecord,
    django_assert_max_num_queries: object,
) -> None:
    client, record = client_of(finance), make_record(1)
    page(client, record)
    with django_assert_max_num_queries(30):  # type: ignore[operator]
        page(client, record)


def test_retry_makes_it_due(client_of: ClientOf, finance: User, make_record: MakeRecord) -> None:
    record = make_record(1)

    html = press(client_of(finance), record, "retry")

    assert "tried again within a minute" in html
    assert record.status == Status.PENDING
    assert record.due_at is not None
    assert "It is waiting for its turn." in html


def test_leaving_out_and_taking_in_again(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    client, record = client_of(finance), make_record(1)

    press(client, record, "exclude")
    assert record.excluded_by_hand
    press(client, record, "include")
    assert not record.excluded_by_hand


def test_picking_a_candidate(client_of: ClientOf, finance: User, make_record: MakeRecord) -> None:
    make_record(
        2,
        left_id="",
        left_title="",
        left_values={},
        right_id="58",
        right_title="Acme",
        born="right",
    )
    candidate = {"id": "58", "title": "Acme", "rule": "email", "value": "a@b.c", "linked_to": ""}
    record = make_record(1, category="match_ambiguous", details={"candidates": [candidate]})
    client = client_of(finance)
    assert "same Email = E-mail: a@b.c" in page(client, record)

    press(client, record, "partner", partner="58")

    assert (record.partner_choice, record.partner_id) == (PartnerChoice.PICK, "58")


def test_after_picking_from_the_right_the_row_that_stays_is_shown(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    left = make_record(1)
    right = make_record(2, left_id="", left_title="", left_values={}, right_id="58", born="right")

    answer = client_of(finance).post(
        f"/admin/syncs/syncrecord/{right.pk}/partner/", {"partner": left.left_id}
    )

    assert answer["Location"] == f"/admin/syncs/syncrecord/{left.pk}/change/"


def test_creating_a_new_one_instead(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    record = make_record(1, category="match_ambiguous")

    press(client_of(finance), record, "partner", create="1")

    assert record.partner_choice == PartnerChoice.CREATE


@pytest.mark.parametrize("partner", ["", "no-such-id"])
def test_a_partner_that_cannot_be_is_refused_in_words(
    client_of: ClientOf, finance: User, make_record: MakeRecord, partner: str
) -> None:
    record = make_record(1)

    html = press(client_of(finance), record, "partner", partner=partner)

    assert "Choose one first." in html or "There is no record with this id" in html
    assert record.partner_choice == PartnerChoice.NONE


def test_choosing_a_side_in_a_conflict(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    conflict = {"mapping": "phone", "left": "1", "right": "2"}
    record = make_record(1, category="conflict", details={"conflicts": [conflict]}, right_id="58")
    client = client_of(finance)
    assert "Choose which value to keep" in page(client, record)

    press(client, record, "resolve", phone="right")

    assert record.resolutions == {"phone": "right"}


def test_one_side_for_all_fields_of_a_conflict(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    conflicts = [{"mapping": key, "left": "1", "right": "2"} for key in ("phone", "city")]
    record = make_record(1, category="conflict", details={"conflicts": conflicts}, right_id="58")
    client = client_of(finance)
    assert "All from QuickBooks Online" in page(client, record)

    press(client, record, "resolve", **{"*": "right"})

    assert record.resolutions == {"phone": "right", "city": "right"}


def test_only_what_is_asked_can_be_chosen(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    conflict = {"mapping": "phone", "left": "1", "right": "2"}
    record = make_record(1, category="conflict", details={"conflicts": [conflict]}, right_id="58")

    html = press(client_of(finance), record, "resolve", city="right")

    assert "Choose a value first." in html
    assert record.resolutions == {}


def test_unlinking_parts_the_two(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    record = make_record(1, right_id="58", right_title="Acme", status=Status.IN_SYNC, category="")

    press(client_of(finance), record, "unlink")

    assert record.right_id == ""
    assert SyncRecord.objects.for_tenant(record.tenant_id).filter(right_id="58").exists()


def test_unlinking_a_lone_record_is_refused_in_words(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    assert "on one side only" in press(client_of(finance), make_record(1), "unlink")


def test_a_viewer_sees_the_reason_but_no_buttons(
    client_of: ClientOf, viewer: User, make_record: MakeRecord
) -> None:
    record, client = make_record(1), client_of(viewer)

    assert "Try again</button>" not in page(client, record)
    assert client.post(f"/admin/syncs/syncrecord/{record.pk}/retry/").status_code == 403


def test_a_link_alone_changes_nothing(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    record = make_record(1)

    answer = client_of(finance).get(f"/admin/syncs/syncrecord/{record.pk}/retry/")

    record.refresh_from_db()
    assert answer.status_code == 405
    assert record.status == Status.FAILING


def test_a_strangers_buttons_find_nothing(
    client_of: ClientOf, stranger: User, make_record: MakeRecord
) -> None:
    record, client = make_record(1), client_of(stranger)

    assert client.get(f"/admin/syncs/syncrecord/{record.pk}/change/").status_code == 404
    assert client.post(f"/admin/syncs/syncrecord/{record.pk}/retry/").status_code == 404
