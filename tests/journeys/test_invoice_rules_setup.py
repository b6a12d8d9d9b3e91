"""What the invoice sync asks for before it starts, and which invoices are part of it."""

import pytest

from accounts.models import Tenant
from accounts.tenancy import TenantQuerySet
from integrations.sandbox.server import SandboxServer
from syncs import services
from syncs.engine.terms import Direction, Operator, Side
from syncs.models import FilterCondition, Status, Sync, SyncRecord, SyncState
from syncs.recipes.hubspot_quickbooks_documents import CONTACTS, INVOICES, PRODUCTS
from tests.journeys.invoicing import Billing, agree, billing, days_ago, item, line
from tests.journeys.stories import again

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def books(tenant: Tenant, server: SandboxServer) -> Billing:
    return billing(tenant, server)


def rows(books: Billing, *ids: str) -> TenantQuerySet[SyncRecord]:
    own = SyncRecord.objects.for_tenant(books.tenant)
    return own.filter(sync=books.invoices, left_id__in=ids)


def only_when(sync: Sync, side: Side, name: str, operator: Operator, value: str) -> None:
    condition = FilterCondition(
        side=side.value, field=name, operator=operator.value, values=[value]
    )
    services.replace_conditions(sync, [condition])


def test_the_invoice_sync_says_what_it_builds_on_and_makes_it_when_asked(books: Billing) -> None:
    sync = services.create_sync(books.integration, INVOICES)

    with pytest.raises(services.ConfigurationRefused) as refused:
        services.activate(sync)

    setting, needs = refused.value.problems
    assert "Income account of “Custom line item”" in setting
    assert needs.endswith("not switched on: Contacts and customers, Products and items.")
    income = books.sandbox.quickbooks.ledger("Services")
    services.change_settings(sync, {"settings": sync.settings | {"income_account": income}})
    # What it makes has settings of its own, and says so; nothing is left half switched on.
    with pytest.raises(services.ConfigurationRefused, match="Income account for new items"):
        services.activate(sync, with_needs=True)
    books.find_syncs()
    assert set(books.syncs) == {INVOICES}
    services.create_sync(books.integration, PRODUCTS, settings={"income_account": income})
    services.activate(sync, with_needs=True)
    books.find_syncs()
    assert {books.syncs[code].state for code in (CONTACTS, PRODUCTS, INVOICES)} == {
        SyncState.ACTIVE
    }


def test_drafts_mirrors_and_old_invoices_stay_out_whatever_people_filter(books: Billing) -> None:
    ann, hours = books.contact("Ann"), books.product("HRS", "50")
    old, older = books.invoice(ann, line(hours)), books.invoice(ann, line(hours, "3"))
    books.switch_on()
    draft = books.invoice(ann, line(hours), status="draft")
    mirror = books.invoice(ann, line(hours), hs_invoice_billable=False)
    copied = books.invoice(ann, line(hours), hs_invoice_source="data_sync")
    new = books.invoice(ann, line(hours, "2"))
    # Nobody can take the fixed conditions away.
    services.replace_conditions(books.invoices, [])

    books.settle()

    found = {row.left_id: row.details.get("exclusion", row.status) for row in books.records()}
    assert found == {
        old: "before_start",
        older: "before_start",
        draft: "draft",
        mirror: "made_by_integration",
        copied: "made_by_integration",
        new: "in_sync",
    }
    agree(books, new)
    again(books)

    # Sent by hand, old ones go; what is fixed binds them too.
    assert {row.left_id for row in services.held_back(books.invoices)} == {old, older}
    shown = services.preview_enrolment(books.invoices, rows(books, old, older, draft))
    assert shown.counts == {"create": 2, "exclude": 1}
    services.enrol(books.invoices, Side.LEFT, old)
    assert services.enrol_many(rows(books, older, draft)) == 2
    books.settle()
    agree(books, old, older)
    assert books.record(left_id=draft).details["exclusion"] == "draft"
    assert books.record(left_id=draft).details["clause"]["fixed"] is True
    again(books)

    books.sandbox.hubspot.open_invoice(draft)
    books.settle()
    agree(books, draft)
    assert len(books.sandbox.quickbooks.invoices) == 4


def test_all_invoices_of_quickbooks_come_in_unless_a_filter_says_otherwise(books: Billing) -> None:
    ann = books.contact("Ann")
    books.product("HRS", "50")
    quickbooks = books.sandbox.quickbooks
    customer = quickbooks.add_customer(DisplayName="Ann Smit", Email="ann@example.org")
    books.switch_on(Direction.TO_LEFT)
    books.settle()
    sold = item(books, "HRS")
    old = quickbooks.add_invoice(customer, (sold, 1, 50), TxnDate=days_ago(40).isoformat())

    books.settle()

    assert books.mirrored(old)["hs_amount_billed"] == "50"
    assert books.sandbox.hubspot.associated(
        "invoices", books.record(right_id=old).left_id, "contacts"
    ) == [ann]

    only_when(books.invoices, Side.RIGHT, "TxnDate", Operator.AFTER, days_ago(7).isoformat())
    late = quickbooks.add_invoice(customer, (sold, 2, 50), TxnDate=days_ago(30).isoformat())
    new = quickbooks.add_invoice(customer, (sold, 3, 50))
    books.settle()
    assert books.mirrored(new)["hs_amount_billed"] == "150"
    kept = books.record(right_id=late)
    assert (kept.status, kept.left_id) == (Status.EXCLUDED, "")
    assert kept.details["clause"]["field"] == "TxnDate"
    again(books)

    only_when(books.invoices, Side.RIGHT, "CustomerName", Operator.CONTAINS, "smit")
    other = quickbooks.add_customer(DisplayName="Bo Vos", Email="bo@example.org")
    theirs = quickbooks.add_invoice(other, (sold, 4, 50))
    books.settle()
    assert books.mirrored(late)["hs_amount_billed"] == "100"
    assert books.record(right_id=theirs).details["clause"]["field"] == "CustomerName"
    again(books)
