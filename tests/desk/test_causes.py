"""The page of causes: why records fail, what they hold up, and where to mend it."""

from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role, Tenant, User
from accounts.tenancy import all_tenants
from syncs.models import DeskJob, JobKind, KnownCause, Mapping, Status, Sync, SyncRecord
from syncs.setup import create_sync
from syncs.views.causes import top_causes
from tests.conftest import ClientOf
from tests.desk.conftest import MakeRecord, contacts_sync
from tests.factories import MembershipFactory, TenantFactory

pytestmark = pytest.mark.django_db

CAUSES = "/desk/causes/"
TAKEN = "duplicate_key|6240|DisplayName"


def text_of(client_of: ClientOf, user: User, path: str = CAUSES) -> str:
    answer = client_of(user).get(path)
    assert answer.status_code == 200
    return " ".join(unescape(answer.content.decode()).split())


@pytest.fixture
def invoices(sync: Sync) -> Sync:
    return create_sync(sync.integration, "hubspot_quickbooks_invoices")


@pytest.fixture
def payments(sync: Sync) -> Sync:
    return create_sync(sync.integration, "hubspot_quickbooks_payments")


def child(sync: Sync, number: str, parent: tuple[str, str], **values: Any) -> SyncRecord:
    usual = {"status": Status.WAITING, "left_title": f"Document {number}", "currency": "EUR"}
    return SyncRecord.objects.create(
        tenant_id=sync.tenant_id,
        sync=sync,
        left_id=number,
        parent_type=parent[0],
        parent_id=parent[1],
        **(usual | values),
    )


def test_records_are_told_by_their_cause_and_not_one_by_one(
    client_of: ClientOf, finance: User, sync: Sync, make_record: MakeRecord
) -> None:
    for number in (1, 2, 3):
        make_record(number, cause=TAKEN, amount=Decimal("10.50"), currency="EUR")
    make_record(4, cause="tax|6000|")
    KnownCause.objects.create(
        tenant_id=sync.tenant_id,
        sync=sync,
        cause=TAKEN,
        opened_at=timezone.now() - timedelta(days=3),
    )

    html = text_of(client_of, finance)

    assert "Customer name is taken: Display name:" in html
    assert "3 contacts</a>" in html
    assert "31.50 EUR" in html
    assert "3 days ago" in html
    assert "QuickBooks wants each display name once." in html
    assert "“The name supplied already exists.”" in html
    assert html.index("3 contacts") < html.index("Tax does not fit")
    assert f"/syncs/syncrecord/?cause=duplicate_key%7C6240%7CDisplayName&sync={sync.pk}" in html
    assert "Person 1" not in html


def test_a_step_leads_to_the_mapping_of_the_field(
    client_of: ClientOf, finance: User, sync: Sync, make_record: MakeRecord
) -> None:
    make_record(1, cause=TAKEN)
    rows = Mapping.objects.for_tenant(sync.tenant_id).filter(sync=sync, enabled=True, locked=False)
    mapping = next(row for row in rows if "DisplayName" in row.right)

    html = text_of(client_of, finance)

    assert f'href="/admin/syncs/mapping/{mapping.pk}/change/">Open the mapping' in html
    assert html.count(">Open the records</a>") == 1


def test_a_missing_customer_stands_there_once_with_its_invoices_and_their_payments(
    client_of: ClientOf,
    finance: User,
    make_record: MakeRecord,
    invoices: Sync,
    payments: Sync,
) -> None:
    customer = make_record(1, cause=TAKEN, details={"code": "6240", "field": "DisplayName"})
    parent = ("contact", customer.left_id)
    child(invoices, "i1", parent, amount=Decimal(100))
    child(
        invoices,
        "i2",
        parent,
        status=Status.FAILING,
        category="parent_missing",
        cause=f"parent|contact|{customer.left_id}",
        amount=Decimal(50),
    )
    child(payments, "y1", ("invoice", "i1"), amount=Decimal("20.25"))

    html = text_of(client_of, finance)

    assert "They hold up 2 invoices, 1 payment, " in html
    assert html.count(">170.25 EUR</span> waiting") == 2
    held = html.partition("Records that hold up others")[2]
    assert "Person 1</a>" in held
    assert "Customer name is taken" in held
    assert ">2 invoices</a>" in held
    assert ">1 payment</a>" in held
    assert f'name="_selected_action" value="{customer.pk}"' in held
    assert "Document i" not in html
    # Those that fail for their parent are told with it, not as causes of their own.
    assert "Depends on a failed record" not in html


def test_what_a_holder_holds_up_can_be_listed(
    client_of: ClientOf, finance: User, make_record: MakeRecord, invoices: Sync, payments: Sync
) -> None:
    customer = make_record(1, cause=TAKEN)
    child(invoices, "i1", ("contact", customer.left_id))
    child(invoices, "i9", ("contact", "another"))
    child(payments, "y1", ("invoice", "i1"))
    child(payments, "y9", ("invoice", "i9"))
    query = f"parent=contact%7C{customer.left_id}"

    assert f"?{query}&sync={payments.pk}" in text_of(client_of, finance)
    listed = text_of(client_of, finance, f"/admin/syncs/syncrecord/?{query}&sync={payments.pk}")

    assert "Document y1" in listed
    assert "Document y9" not in listed


def test_all_of_a_cause_are_tried_again_by_a_job(
    client_of: ClientOf, finance: User, sync: Sync, make_record: MakeRecord
) -> None:
    make_record(1, cause=TAKEN)
    make_record(2, cause="tax|6000|")
    asked = {
        "query": f"cause=duplicate_key%7C6240%7CDisplayName&sync={sync.pk}",
        "select_across": "1",
        "next": CAUSES,
    }
    html = text_of(client_of, finance)
    assert f'name="query" value="{asked["query"]}"' in html

    answer = client_of(finance).post("/desk/act/retry/", asked | {"confirmed": "1"})

    job = DeskJob.objects.get()
    assert answer.status_code == 302
    assert (job.kind, job.query) == (JobKind.RETRY, asked["query"])


def test_who_may_only_look_finds_no_button(
    client_of: ClientOf, tenant: Tenant, make_record: MakeRecord, invoices: Sync
) -> None:
    viewer = MembershipFactory.create(tenant=tenant, role=Role.VIEWER).user
    customer = make_record(1, cause=TAKEN)
    child(invoices, "i1", ("contact", customer.left_id))

    html = text_of(client_of, viewer)

    assert "Customer name is taken" in html
    assert "/desk/act/" not in html
    assert "Open the mapping" not in html


def test_a_stranger_sees_nothing_of_it(
    client_of: ClientOf, make_record: MakeRecord, invoices: Sync
) -> None:
    stranger = MembershipFactory.create(tenant=TenantFactory.create(), role=Role.OWNER).user
    customer = make_record(1, cause=TAKEN)
    child(invoices, "i1", ("contact", customer.left_id))

    for path in (CAUSES, f"{CAUSES}?tenant={invoices.tenant_id}", f"{CAUSES}?sync={invoices.pk}"):
        html = text_of(client_of, stranger, path)
        assert "Customer name is taken" not in html
        assert "Person 1" not in html


def test_support_sees_all_companies_the_worst_first(
    client_of: ClientOf, support: User, tenant: Tenant, make_record: MakeRecord
) -> None:
    make_record(1, cause=TAKEN)
    other = contacts_sync(TenantFactory.create(name="Worse Ltd"))
    for number in ("1", "2"):
        other.records.create(
            tenant_id=other.tenant_id, status=Status.FAILING, left_id=number, cause="tax|6000|"
        )

    html = text_of(client_of, support)
    assert html.index("2 contacts") < html.index("1 contact<")
    assert "· Worse Ltd" in html

    narrowed = text_of(client_of, support, f"{CAUSES}?tenant={tenant.pk}")
    assert "· Worse Ltd" not in narrowed
    assert "Customer name is taken" in narrowed


def test_an_excluded_parent_says_the_clause_and_can_be_sent(
    client_of: ClientOf, finance: User, make_record: MakeRecord, invoices: Sync
) -> None:
    clause = {"field": "lifecyclestage", "operator": "equals", "values": ["customer"]}
    customer = make_record(
        1,
        status=Status.EXCLUDED,
        category="",
        reason="A condition of the filter is not met.",
        details={"exclusion": "filter", "clause": {**clause, "fixed": False}},
    )
    child(invoices, "i1", ("contact", customer.left_id))

    html = text_of(client_of, finance)

    assert "Only records where this holds are synced: lifecyclestage is customer." in html
    assert 'action="/desk/act/send/"' in html


def test_a_parent_that_no_sync_knows_is_named_by_its_number(
    client_of: ClientOf, finance: User, invoices: Sync
) -> None:
    child(invoices, "i1", ("contact", "4711"))

    html = text_of(client_of, finance)

    assert "4711" in html
    assert "It has not been read yet" in html
    assert "/desk/act/" not in html


def test_a_parent_that_made_it_holds_nothing_up(
    client_of: ClientOf, finance: User, make_record: MakeRecord, invoices: Sync
) -> None:
    customer = make_record(1, status=Status.IN_SYNC, category="", right_id="9")
    child(invoices, "i1", ("contact", customer.left_id))

    assert "Records that hold up others" not in text_of(client_of, finance)


def test_more_causes_are_a_click_away(
    client_of: ClientOf, finance: User, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(55):
        make_record(number, cause=f"tax|{number}|")

    html = text_of(client_of, finance)
    assert html.count("Try all again") == 50
    assert f'href="{CAUSES}?causes=100"' in html

    assert text_of(client_of, finance, f"{CAUSES}?causes=100").count("Try all again") == 55


@pytest.mark.parametrize("value", ["0", "-1", "x", "99999999999", "²"])
def test_senseless_numbers_do_no_harm(
    client_of: ClientOf, finance: User, make_record: MakeRecord, value: str
) -> None:
    make_record(1, cause=TAKEN)
    path = f"{CAUSES}?causes={value}&holders={value}"

    assert "Customer name is taken" in text_of(client_of, finance, path)


def test_nothing_that_fails_is_said_as_good_news(
    client_of: ClientOf, finance: User, sync: Sync
) -> None:
    assert "No record fails, and none holds up another." in text_of(client_of, finance)
    assert "Show all</a>" in text_of(client_of, finance, f"{CAUSES}?sync={sync.pk}")


def test_the_number_of_queries_is_fixed(
    client_of: ClientOf, finance: User, make_record: MakeRecord, invoices: Sync, payments: Sync
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(database) as captured:
            text_of(client_of, finance)
        return len(captured)

    def fill(first: int, last: int) -> None:
        for number in range(first, last):
            customer = make_record(number, cause=f"tax|{number}|Tax{number}")
            child(invoices, f"i{number}", ("contact", customer.left_id))
            child(payments, f"y{number}", ("invoice", f"i{number}"))

    fill(0, 2)
    queries()
    few = queries()
    fill(2, 12)

    assert queries() == few


def test_the_home_page_gets_the_largest_causes_in_words(
    finance: User, make_record: MakeRecord, sync: Sync
) -> None:
    make_record(1, cause="tax|6000|")
    for number in (2, 3):
        make_record(number, cause=TAKEN, amount=Decimal(5), currency="USD")
    with all_tenants("as for a request"), CaptureQueriesContext(database) as captured:
        (first,) = top_causes(finance, 1)

    assert (first.title, first.words, first.money) == (
        "Customer name is taken",
        "2 contacts",
        "10.00 USD",
    )
    assert f"sync={sync.pk}" in first.url
    assert len(captured) <= 6
