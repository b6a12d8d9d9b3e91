"""The record list, as finance staff use it."""

import re
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from syncs import services
from syncs.models import Activity, Status, SyncRecord
from tests.conftest import ClientOf
from tests.desk.conftest import MakeRecord, contacts_sync

pytestmark = pytest.mark.django_db
GUID = "8F1C0C7E-52B3-5EC8-A81C-76141E154C47"
LIST = "/admin/syncs/syncrecord/"
RETRY = "/desk/act/retry/"


def names(page: Any) -> set[str]:
    return set(re.findall(r'saldo-strong" title="(Person \d+)"', page.content.decode()))


def test_a_failing_record_says_why_and_explains_itself(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    make_record(1, category="field_invalid", reason="Phone may have 30 characters.")

    html = client_of(finance).get(LIST).content.decode()

    assert "Value not accepted" in html
    assert "Phone may have 30 characters." in html
    assert 'role="tooltip"' in html
    assert "The other side does not accept a value" in html


def test_the_explanation_opens_for_the_keyboard_too(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    record = make_record(1)

    html = client_of(finance).get(LIST).content.decode()

    assert f'tabindex="0" aria-describedby="why-{record.pk}"' in html
    assert f'id="why-{record.pk}"' in html


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("Person 2", {"Person 2"}, id="a name"),
        pytest.param("person2@example.org", {"Person 2"}, id="an e-mail"),
        pytest.param("PERSON2@example.org", {"Person 2"}, id="an e-mail in capitals"),
        pytest.param("1002", {"Person 2"}, id="an id"),
        pytest.param(
            "https://app.hubspot.com/contacts/7/record/0-1/1002", {"Person 2"}, id="a left address"
        ),
        pytest.param(
            "https://app.qbo.intuit.com/app/customerdetail?nameId=58",
            {"Person 3"},
            id="a right one",
        ),
        pytest.param(GUID, {"Person 4"}, id="an id of another kind"),
        pytest.param(
            f"https://start.exactonline.nl/docs/CRMAccountCard.aspx?_Division_=58&ID=%7b{GUID}%7d",
            {"Person 4"},
            id="its address",
        ),
        pytest.param(
            "https://app-eu1.hubspot.com/contacts/7/record/0-1/1002/?engagement=1001",
            {"Person 2"},
            id="a left address with more behind it",
        ),
        pytest.param(
            "https://app.hubspot.com/contacts/7/contact/1002/", {"Person 2"}, id="an older one"
        ),
        pytest.param(
            "https://app.qbo.intuit.com/app/invoice?txnId=58&companyId=1002",
            {"Person 3"},
            id="a document's address",
        ),
        pytest.param(
            "https://app.hubspot.com/contacts/7/record/0-1/58", set(), id="the other side's id"
        ),
        pytest.param(
            f"https://start.exactonline.nl/docs/SlsInvoice.aspx?ID={GUID}",
            {"Person 4"},
            id="an address with a bare id",
        ),
        pytest.param("https://example.org/", set(), id="an address of nothing"),
        pytest.param("nobody", set(), id="nothing"),
    ],
)
def test_search_finds_what_people_have_at_hand(
    client_of: ClientOf, finance: User, make_record: MakeRecord, query: str, found: set[str]
) -> None:
    make_record(1)
    make_record(2)
    make_record(3, right_id="58")
    make_record(4, right_id=GUID.lower())

    assert names(client_of(finance).get(LIST, {"q": query})) == found


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        pytest.param({"status__exact": "failing"}, {"Person 1", "Person 2"}, id="status"),
        pytest.param({"category": "tax"}, {"Person 2"}, id="problem"),
        pytest.param({"failing": "day"}, {"Person 1"}, id="failing for less than a day"),
        pytest.param({"failing": "older"}, {"Person 2"}, id="failing for long"),
        pytest.param({"sync": "999999"}, set(), id="another sync"),
    ],
)
def test_filters_narrow_the_list(
    client_of: ClientOf,
    finance: User,
    make_record: MakeRecord,
    parameters: dict[str, str],
    found: set[str],
) -> None:
    long_ago = timezone.now() - timezone.timedelta(days=40)  # type: ignore[attr-defined]
    make_record(1)
    make_record(2, category="tax", first_failed_at=long_ago)
    make_record(3, status=Status.IN_SYNC, category="", first_failed_at=None)

    assert names(client_of(finance).get(LIST, parameters)) == found


def test_the_number_of_queries_does_not_grow_with_the_rows(
    client_of: ClientOf,
    finance: User,
    make_record: MakeRecord,
    django_assert_max_num_queries: Any,
) -> None:
    client = client_of(finance)
    make_record(1)
    client.get(LIST)
    with django_assert_max_num_queries(30) as few:
        client.get(LIST)
    for number in range(2, 40):
        make_record(number)

    with django_assert_max_num_queries(30) as many:
        client.get(LIST)

    assert _count(many) == _count(few)


def _count(captured: CaptureQueriesContext) -> int:
    return len(captured.captured_queries)


def test_selected_records_are_tried_again(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    chosen, other = make_record(1), make_record(2)

    answer = client_of(finance).post(
        RETRY, {"_selected_action": [chosen.pk], "next": f"{LIST}?category=tax"}
    )

    assert answer.headers["Location"] == f"{LIST}?category=tax"
    chosen.refresh_from_db()
    other.refresh_from_db()
    assert (chosen.status, other.status) == (Status.PENDING, Status.FAILING)
    assert chosen.due_at is not None
    assert Activity.objects.for_tenant(chosen.tenant_id).get().by == finance


def test_everything_filtered_is_what_the_list_posts(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    for number in range(60):
        make_record(number, category="tax" if number < 55 else "currency")

    html = client_of(finance).get(LIST, {"category": "tax", "n": "3"}).content.decode()

    assert '<input type="hidden" name="query" value="category=tax">' in html
    assert "all 55 that are filtered" in html


def test_a_viewer_is_offered_an_export_and_nothing_else(
    client_of: ClientOf, viewer: User, make_record: MakeRecord
) -> None:
    make_record(1)

    html = client_of(viewer).get(LIST).content.decode()

    assert "/desk/act/" not in html
    assert 'formaction="/desk/export/"' in html


def test_a_stranger_sees_none_of_it(
    client_of: ClientOf, stranger: User, make_record: MakeRecord
) -> None:
    record = make_record(1)
    client = client_of(stranger)

    assert names(client.get(LIST)) == set()
    assert names(client.get(LIST, {"q": "Person 1"})) == set()
    client.post(RETRY, {"_selected_action": [record.pk]})
    record.refresh_from_db()
    assert record.status == Status.FAILING


def test_support_sees_every_company_and_whose_each_record_is(
    client_of: ClientOf, support: User, make_record: MakeRecord, other_tenant: Any
) -> None:
    record = make_record(1)
    theirs = contacts_sync(other_tenant)
    SyncRecord.objects.create(
        tenant=other_tenant, sync=theirs, left_id="7", left_title="Person 77", status="pending"
    )

    page = client_of(support).get(LIST)

    assert names(page) == {"Person 1", "Person 77"}
    assert record.tenant.name in page.content.decode()


def test_an_empty_list_says_so(client_of: ClientOf, finance: User) -> None:
    assert client_of(finance).get(LIST).status_code == 200


def test_pages_are_turned_both_ways(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    for number in range(120):
        make_record(number, amount=number % 7, right_id=f"r{number}")
    client = client_of(finance)

    first = client.get(LIST, {"status": "failing", "o": "-amount", "view": "7"})
    second = client.get(first.context["page"].footer.next)
    third = client.get(second.context["page"].footer.next)
    back = client.get(third.context["page"].footer.previous)
    last = client.get(first.context["page"].footer.end)

    pages = [page.context["page"] for page in (first, second, third)]
    assert len({row.pk for page in pages for row in page.rows}) == 120
    assert "51–100 of 120" in second.content.decode()
    assert "101–120 of 120" in third.content.decode()
    assert back.context["page"].rows == pages[1].rows
    assert "51–100 of 120" in back.content.decode()
    assert "71–120 of 120" in last.content.decode()
    assert not pages[2].footer.next
    assert not pages[0].footer.previous
    assert client.get(second.context["page"].footer.start).context["page"].rows == pages[0].rows


def test_counting_stops_where_it_helps_nobody(
    client_of: ClientOf, finance: User, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.paging.MOST_COUNTED", 55)
    for number in range(60):
        make_record(number)

    html = client_of(finance).get(LIST).content.decode()

    assert "1–50 of 55+" in html
    assert "all that are filtered" in html


def test_a_filter_can_be_taken_away(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    make_record(1)

    page = client_of(finance).get(f"{LIST}?status=failing&snoozed=no&o=-amount").context["page"]

    told = [(chip.label, chip.value, chip.url) for chip in page.chips]
    assert told[0] == ("Status", "failing", f"{LIST}?snoozed=no&o=-amount")
    assert [chip[:2] for chip in told[1:]] == [("Snoozed", "no")]
    # However it is sorted, it is the same view.
    assert [tab.title for tab in page.tabs if tab.is_current] == ["Open"]


def test_a_value_that_makes_no_sense_is_passed_over_and_said(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    make_record(1)

    page = client_of(finance).get(LIST, {"amount_from": "<b>much", "status": "failing"})

    html = page.content.decode()
    assert names(page) == {"Person 1"}
    assert "“&lt;b&gt;much” is no value for “Amount from”" in html
    assert page.context["page"].query == "status=failing"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        pytest.param("", "There are no records yet.", id="nothing at all"),
        pytest.param("status=failing&snoozed=no", "Nothing fails.", id="nothing fails"),
        pytest.param("q=nobody", "No record fits all of this.", id="nothing fits"),
    ],
)
def test_an_empty_list_says_why(client_of: ClientOf, finance: User, query: str, words: str) -> None:
    assert words in client_of(finance).get(f"{LIST}?{query}").content.decode()


def test_a_row_unfolds_with_what_to_do_and_what_happened(
    client_of: ClientOf, finance: User, viewer: User, stranger: User, make_record: MakeRecord
) -> None:
    record = make_record(1)
    services.note(record, "Called the customer.", finance)
    address = f"/desk/records/{record.pk}/unfolded/"

    html = client_of(finance).get(address).content.decode()

    assert "Called the customer." in html
    assert "The name supplied already exists." in html
    assert f'formaction="/admin/syncs/syncrecord/{record.pk}/retry/"' in html
    assert "Try again" not in client_of(viewer).get(address).content.decode()
    assert client_of(stranger).get(address).status_code == 404
    assert client_of(finance).get(f"/desk/records/{2**63}/unfolded/").status_code == 404


def test_over_all_companies_only_few_rows_are_sorted(
    client_of: ClientOf, support: User, finance: User, make_record: MakeRecord
) -> None:
    record = make_record(1)

    def sortable(user: User, query: str) -> bool:
        page = client_of(user).get(f"{LIST}?{query}").context["page"]
        return any(heading.url for heading in page.headings)

    assert not sortable(support, "o=amount")
    assert not sortable(support, "status=in_sync")
    assert sortable(support, "status=failing,waiting")
    assert sortable(support, f"tenant={record.tenant_id}")
    assert sortable(finance, "")
