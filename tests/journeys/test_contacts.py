"""Contacts and customers, from the first sync to the last fix."""

import pytest

from integrations.contract import Category
from integrations.sandbox.core import Sandbox
from syncs import services
from syncs.engine.terms import Policy, Side
from syncs.models import Status
from tests.journeys.conftest import Journey

pytestmark = pytest.mark.django_db(transaction=True)


# Together a fifth of all calls.
FAULTS: tuple[dict[str, object], ...] = (
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 429, "retry_after": 0},
    {"kind": "drop_after"},
)


def add_contact(sandbox: Sandbox, first: str, **more: str) -> str:
    usual = {
        "firstname": first,
        "lastname": "Smit",
        "email": f"{first.lower()}@example.org",
        "lifecyclestage": "customer",
    }
    return sandbox.hubspot.add_contact(**(usual | more))


def customer_named(sandbox: Sandbox, name: str) -> dict[str, object]:
    found = [one for one in sandbox.quickbooks.customers.values() if one["DisplayName"] == name]
    assert len(found) == 1
    return found[0]


def test_the_whole_journey(contacts: Journey) -> None:  # noqa: PLR0915 (one story)
    sandbox = contacts.sandbox
    ann = add_contact(sandbox, "Ann", phone="+31 20 1234567", city="Amsterdam")
    bea = add_contact(sandbox, "Bea")
    add_contact(sandbox, "Lead", lifecyclestage="lead")
    bea_customer = sandbox.quickbooks.add_customer(
        DisplayName="Bea Smit", GivenName="Bea", Email="bea@example.org", Phone="555-1234"
    )
    sandbox.quickbooks.add_customer(
        DisplayName="Carl Jansen", GivenName="Carl", FamilyName="Jansen", Email="carl@example.org"
    )

    # The first sync creates, links and excludes.
    contacts.settle()
    assert contacts.counts() == {"in_sync": 3, "excluded": 1}, contacts.reasons()
    assert contacts.record(left_id=bea).right_id == bea_customer
    assert sandbox.hubspot.get("contacts", bea)["phone"] == "555-1234"
    ann_customer = customer_named(sandbox, "Ann Smit")
    assert ann_customer["BillAddr"]["City"] == "Amsterdam"  # type: ignore[index]
    carl = next(
        id for id, one in sandbox.hubspot.contacts.items() if one.get("firstname") == "Carl"
    )

    # A second run writes nothing, and takes the same few calls however often it is repeated.
    contacts.settle()
    writes, calls = sandbox.writes, sandbox.calls
    contacts.run()
    first_calls = sandbox.calls - calls
    calls = sandbox.calls
    contacts.run()
    assert sandbox.writes == writes
    assert sandbox.calls - calls == first_calls <= 6

    # Edits on both sides.
    sandbox.hubspot.update("contacts", ann, city="Utrecht")
    sandbox.quickbooks.update("Customer", bea_customer, GivenName="Beatrix")
    contacts.settle()
    assert customer_named(sandbox, "Ann Smit")["BillAddr"]["City"] == "Utrecht"  # type: ignore[index]
    assert sandbox.hubspot.get("contacts", bea)["firstname"] == "Beatrix"

    # A conflict that a person decides.
    services.change_settings(contacts.sync, {"policy": Policy.ASK.value})
    contacts.settle()
    sandbox.hubspot.update("contacts", carl, mobilephone="111")
    sandbox.quickbooks.update(
        "Customer", contacts.record(left_id=carl).right_id, Mobile={"FreeFormNumber": "222"}
    )
    contacts.settle()
    record = contacts.record(left_id=carl)
    assert record.category == Category.CONFLICT, contacts.reasons()
    services.resolve_conflict(record, {"mobile": Side.RIGHT})
    contacts.settle()
    assert sandbox.hubspot.get("contacts", carl)["mobilephone"] == "222"
    assert contacts.record(left_id=carl).status == Status.IN_SYNC

    # A merge in HubSpot, and a delete.
    other = add_contact(sandbox, "Anna", lifecyclestage="lead")
    contacts.settle()
    customer_id = contacts.record(left_id=ann).right_id
    survivor = sandbox.hubspot.merge("contacts", other, ann)
    contacts.settle()
    moved = contacts.record(right_id=customer_id)
    assert moved.left_id == survivor
    sandbox.hubspot.delete("contacts", bea)
    contacts.tell(Side.LEFT, bea)
    contacts.settle()
    assert contacts.record(right_id=bea_customer).status == Status.UNLINKED
    assert sandbox.quickbooks.customers[bea_customer]["Active"] is True

    # All that settled: nothing more to write.
    writes = sandbox.writes
    contacts.settle()
    assert sandbox.writes == writes
    assert sandbox.violations == 0


def test_the_second_contact_of_a_company_is_explained_and_mended(contacts: Journey) -> None:
    sandbox = contacts.sandbox
    company = sandbox.hubspot.add_company(name="Acme")
    first, second = add_contact(sandbox, "Ann"), add_contact(sandbox, "Bea")
    for contact in (first, second):
        sandbox.hubspot.link(contact, company)

    contacts.settle()

    assert contacts.counts() == {"in_sync": 1, "failing": 1}, contacts.reasons()
    failing = contacts.record(status=Status.FAILING)
    assert failing.category == Category.DUPLICATE_KEY
    customer_named(sandbox, "Acme")
    rows = list(contacts.sync.mappings.all())
    for row in rows:
        row.enabled = row.key != "display_name"
    services.replace_mappings(contacts.sync, rows)
    contacts.settle()
    assert contacts.counts() == {"in_sync": 2}, contacts.reasons()


@pytest.mark.parametrize("seed", [1, 2])
def test_a_fifth_of_all_calls_failing_changes_nothing_in_the_end(
    contacts: Journey, seed: int
) -> None:
    sandbox = contacts.sandbox
    for number in range(60):
        add_contact(sandbox, f"Person{number}")
    for number in range(40, 100):
        sandbox.quickbooks.add_customer(
            DisplayName=f"Person{number} Smit", Email=f"person{number}@example.org"
        )
    for provider in ("hubspot", "quickbooks"):
        for fault in FAULTS:
            sandbox.faults.add({"provider": provider, "rate": 0.07, **fault})

    contacts.settle()

    sandbox.faults.clear()
    contacts.settle()
    assert contacts.counts() == {"in_sync": 100}, contacts.reasons()
    assert len(sandbox.hubspot.contacts) == 100
    assert len(sandbox.quickbooks.customers) == 100
