"""What explains a record: conditions, match rules and candidates, steps with their places."""

import pytest
from django.test import Client

from accounts.models import User
from integrations.models import ConnectionState
from syncs.faults import explanations
from syncs.models import FilterCondition, Mapping, MatchValue, Status, Sync, SyncRecord
from syncs.views.record_raw import pretty
from syncs.views.record_steps import Place, places_in
from tests.conftest import ClientOf
from tests.desk.conftest import MakeRecord

pytestmark = pytest.mark.django_db


def page(client: Client, record: SyncRecord, words: str = "") -> str:
    answer = client.get(
        f"/admin/syncs/syncrecord/{record.pk}/change/", {"q": words} if words else {}
    )
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def part(html: str, start: str, end: str) -> str:
    assert start in html
    return html[html.index(start) : html.index(end, html.index(start))]


# --- conditions -----------------------------------------------------------------------------------


@pytest.fixture
def groups(sync: Sync) -> list[FilterCondition]:
    """Customers in Delft, or anybody with a phone."""
    FilterCondition.objects.for_tenant(sync.tenant_id).filter(sync=sync, fixed=False).delete()
    wanted = ((1, "lifecyclestage", "is_one_of", ["customer"]), (1, "city", "equals", ["Delft"]))
    rows: tuple[tuple[int, str, str, list[str]], ...] = (*wanted, (2, "phone", "is_filled", []))
    return [
        FilterCondition.objects.create(
            tenant_id=sync.tenant_id,
            sync=sync,
            side="left",
            group=group,
            field=field,
            operator=operator,
            values=values,
        )
        for group, field, operator, values in rows
    ]


def test_every_condition_shows_the_records_own_value_and_whether_it_holds(
    client_of: ClientOf,
    viewer: User,
    make_record: MakeRecord,
    groups: list[FilterCondition],
) -> None:
    record = make_record(
        1,
        status=Status.EXCLUDED,
        category="",
        details={"exclusion": "filter"},
        left_values={"lifecyclestage": "customer", "city": "Leiden", "email": "a@b.c"},
    )

    html = part(page(client_of(viewer), record), 'id="filters"', "</details>")

    assert 'id="filters" open' in html
    assert "HubSpot to QuickBooks Online: held back" in html
    stage, city, phone = (html.index(f"filtercondition/{row.pk}/change/") for row in groups)
    assert "does not hold" not in html[:stage].rsplit("<tr>", 1)[1]
    assert "does not hold" in html[stage:city].rsplit("<tr>", 1)[1]
    assert "does not hold" in html[city:phone].rsplit("<tr>", 1)[1]
    assert "<td>Customer</td>" in html
    assert "<td>Leiden</td>" in html
    assert "or all of these" in html


def test_one_group_is_enough(
    client_of: ClientOf, viewer: User, make_record: MakeRecord, groups: list[FilterCondition]
) -> None:
    record = make_record(1, left_values={"phone": "1", "email": "a@b.c"})

    html = page(client_of(viewer), record)

    assert "HubSpot to QuickBooks Online: let through" in html
    assert 'id="filters" open' not in html


def test_a_condition_that_no_longer_fits_its_field_says_so(
    client_of: ClientOf, viewer: User, make_record: MakeRecord, groups: list[FilterCondition]
) -> None:
    row = groups[2]
    row.field, row.operator, row.values = "score", "greater", ["many"]
    row.save()

    html = page(client_of(viewer), make_record(1))

    assert "It does not fit the field any more" in html


# --- match rules and candidates -------------------------------------------------------------------


def lone_customer(make_record: MakeRecord, number: int, name: str, **values: object) -> SyncRecord:
    right_id = str(50 + number)
    given = {"right_id": right_id, "right_title": name, "born": "right", **values}
    lone = {"left_id": "", "left_title": "", "left_values": {}, "status": Status.EXCLUDED}
    return make_record(number, category="", **{**lone, **given})


def carry(record: SyncRecord, value: str) -> None:
    MatchValue.objects.create(
        tenant_id=record.tenant_id,
        sync=record.sync,
        record=record,
        side="right",
        rule="email",
        value=value,
    )


def test_each_rule_says_what_it_compared_and_whom_it_found(
    client_of: ClientOf, viewer: User, make_record: MakeRecord
) -> None:
    record = make_record(1, email="ann@example.org", category="match_ambiguous")
    for number in (2, 3):
        carry(lone_customer(make_record, number, f"Ann {number}"), "ann@example.org")
    carry(make_record(4, right_id="60", status=Status.IN_SYNC), "ann@example.org")
    make_record(5, email="ann@example.org")

    html = part(page(client_of(viewer), record), 'id="match"', "</details>")

    assert "<td>ann@example.org</td>" in html
    assert "2 possible partners, 1 that is linked already, 1 other with the same" in html
    assert "this rule decides" in html


def test_a_candidate_shows_what_it_says_of_itself_here_and_there(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    values = {"PrimaryEmailAddr": "ann@example.org", "BillAddr.City": "Delft"}
    other = lone_customer(make_record, 2, "Ann (old)", right_values=values)
    told = {"id": "52", "title": "Ann", "rule": "email", "value": "ann@example.org"}
    record = make_record(
        1, category="match_ambiguous", details={"candidates": [{**told, "linked_to": ""}]}
    )

    html = part(page(client_of(finance), record), 'id="candidates-title"', "</section>")

    assert "Ann (old)" in html
    assert "ann@example.org · Delft" in html
    assert f'href="/admin/syncs/syncrecord/{other.pk}/change/"' in html
    assert "open in QuickBooks Online" in html
    assert 'popovertarget="ask-exclude"' in html


def test_a_partner_is_searched_among_those_that_have_none(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    record = make_record(1)
    lone_customer(make_record, 2, "Bakery Bright")
    lone_customer(make_record, 3, "Bakery Bold", left_id="99", left_title="Somebody")
    client = client_of(finance)

    found = part(page(client, record, "bakery"), 'id="match"', "</details>")
    assert "Bakery Bright" in found
    assert "Bakery Bold" not in found
    assert "Link the two" in found
    by_id = part(page(client, record, "52"), 'id="match"', "</details>")
    assert "Bakery Bright" in by_id
    assert "Bakery" not in page(client, record, "9" * 40)
    nobody = part(page(client, record, "<butcher>"), 'id="match"', "</details>")
    assert "Nobody without a partner is called “&lt;butcher&gt;”" in nobody


def test_a_viewer_may_search_but_not_link(
    client_of: ClientOf, viewer: User, make_record: MakeRecord
) -> None:
    lone_customer(make_record, 2, "Bakery Bright")

    html = page(client_of(viewer), make_record(1), "bakery")

    assert "Bakery Bright" in html
    assert "Link the two" not in html
    assert 'type="radio"' not in html


def test_a_pair_says_by_what_it_is_alike(
    client_of: ClientOf, viewer: User, make_record: MakeRecord
) -> None:
    right = {"PrimaryEmailAddr": "PERSON1@example.org"}
    record = make_record(1, right_id="58", right_values=right, status=Status.IN_SYNC)

    html = page(client_of(viewer), record)

    assert "Both have the same Email = E-mail: person1@example.org." in html


# --- fields ---------------------------------------------------------------------------------------


def test_fields_that_differ_stand_first_and_say_who_changed_them(
    client_of: ClientOf, viewer: User, make_record: MakeRecord
) -> None:
    agreed = {"firstname": "Ann", "phone": "1", "city": "Delft"}
    there = {
        "DisplayName": "Ann",
        "GivenName": "Ann",
        "PrimaryPhone": "1",
        "BillAddr.City": "Delft",
    }
    record = make_record(
        1,
        right_id="58",
        left_values={**agreed, "phone": "2", "city": None},
        right_values={**there, "PrimaryPhone": "1"},
        left_base=agreed,
        right_base=there,
    )

    html = part(page(client_of(viewer), record), 'id="sides-title"', "</section>")

    first, rest = html.split("<details", 1)
    assert "2 fields differ" in first
    assert 'Phone number <span class="saldo-subtle">(changed in HubSpot)' in first
    assert '<span class="saldo-void">empty</span>' in first
    assert "First name" not in first
    assert "First name" in rest


# --- steps ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "places"),
    [
        ("Open the sync's settings and choose the income account.", (Place.SETTINGS,)),
        ("or set its mapping to “copy and shorten”.", (Place.MAPPING,)),
        ("or relax the filter of the contact sync.", (Place.PARENTS_SYNC,)),
        ("Choose another account in the settings of the payment sync.", (Place.PARENTS_SYNC,)),
        ("Open the contact and mend it there.", (Place.PARENT,)),
        ("Change it in HubSpot so that it is let through,", (Place.PARENT,)),
        ("In Exact unblock the item,", (Place.RIGHT,)),
        ("In Exact unblock the account, then try again.", (Place.RIGHT, Place.RETRY)),
        ("Add the billing contact to the invoice in HubSpot.", (Place.LEFT,)),
        ("Open the connection and choose “Reconnect”.", (Place.CONNECTION,)),
        ("Choose a side for each field below.", (Place.CONFLICTS,)),
        ("See the provider's own words below.", (Place.RAW,)),
        ("Unlink it,", (Place.UNLINK,)),
        ("or leave it out of the sync.", (Place.EXCLUDE,)),
        ("Nothing to do; the time of the next try is shown.", ()),
    ],
)
def test_a_step_names_its_place(step: str, places: tuple[Place, ...]) -> None:
    assert places_in(step) == places


def test_most_steps_lead_somewhere() -> None:
    steps = {str(step) for one in explanations() for step in one.steps}
    led = {step for step in steps if places_in(step)}

    assert len(led) > 0.8 * len(steps), sorted(steps - led)


def test_a_step_leads_to_the_mapping_of_the_field_at_fault(
    client_of: ClientOf, finance: User, sync: Sync, make_record: MakeRecord
) -> None:
    record = make_record(
        1, category="field_invalid", details={"code": "too_long", "field": "PrimaryPhone"}
    )
    rows = Mapping.objects.for_tenant(sync.tenant_id).filter(sync=sync, enabled=True)
    mapping = next(row for row in rows if row.right == ["PrimaryPhone"])

    html = part(page(client_of(finance), record), 'aria-label="What to do"', "</ol>")

    assert f'href="/admin/syncs/mapping/{mapping.pk}/change/"' in html
    assert "Open in HubSpot" in html
    assert client_of(finance).get(f"/admin/syncs/mapping/{mapping.pk}/change/").status_code == 200


def test_a_step_leads_to_the_connection_that_does_not_work(
    client_of: ClientOf, finance: User, sync: Sync, make_record: MakeRecord
) -> None:
    left = sync.integration.left
    left.state = ConnectionState.PAUSED
    left.save(update_fields=["state"])

    html = page(client_of(finance), make_record(1, category="connection_reauth"))

    assert f'class="saldo-way" href="/admin/integrations/connection/{left.pk}/change/"' in html


def test_a_step_leads_to_nothing_that_is_not_there(
    client_of: ClientOf, viewer: User, make_record: MakeRecord
) -> None:
    """No parent is known, and the record is on one side only."""
    html = page(client_of(viewer), make_record(1, category="parent_missing"))

    steps = part(html, 'aria-label="What to do"', "</ol>")
    assert "saldo-way" not in steps


def test_the_parent_is_one_click_away(
    client_of: ClientOf, viewer: User, make_record: MakeRecord
) -> None:
    parent = make_record(2)
    record = make_record(1, category="parent_missing", parent_id=parent.left_id)

    html = page(client_of(viewer), record)

    assert f'class="saldo-way" href="/admin/syncs/syncrecord/{parent.pk}/change/"' in html


# --- the provider's answer ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "lines"),
    [
        ('{"a":{"b":"é"}}', ["{", '  "a": {', '    "b": "é"', "  }", "}"]),
        ("<a><b>1</b><c/></a>", ["<a>", "  <b>1</b>", "  <c/>", "</a>"]),
        ('<?xml version="1.0"?><a>1</a>', ['<?xml version="1.0"?>', "<a>1</a>"]),
        ('{"cut": "of', ['{"cut": "of']),
        ("Bad Request", ["Bad Request"]),
        ("", [""]),
    ],
)
def test_an_answer_is_set_out(raw: str, lines: list[str]) -> None:
    assert pretty(raw).split("\n") == lines


# --- what waits for it ----------------------------------------------------------------------------


def test_what_waits_for_it_is_counted_valued_and_named(
    client_of: ClientOf, viewer: User, make_record: MakeRecord
) -> None:
    record = make_record(1)
    usual = {"category": "parent_missing", "parent_type": "contact", "currency": "USD"}
    child = make_record(2, parent_id=record.left_id, amount="10.50", **usual)
    make_record(3, parent_id=record.left_id, amount="4.25", **usual)
    make_record(4, parent_id="another", amount="100", **usual)
    make_record(5, parent_id=record.left_id, **{**usual, "status": Status.IN_SYNC})

    client = client_of(viewer)
    html = part(page(client, record), 'id="children-title"', "</section>")

    assert "Contacts and customers <b>2</b> · 14.75 USD" in html
    assert f'href="/admin/syncs/syncrecord/{child.pk}/change/"' in html
    assert "Person 4" not in html
    address = html[html.index('href="') + 6 : html.index('">see all')].replace("&amp;", "&")
    listed = client.get(address).content.decode()
    assert "Person 2" in listed
    assert "Person 3" in listed
    assert "Person 4" not in listed


def test_nothing_waits_for_what_is_in_sync(
    client_of: ClientOf, viewer: User, make_record: MakeRecord
) -> None:
    record = make_record(1, right_id="58", status=Status.IN_SYNC, category="")
    make_record(2, parent_id=record.left_id, parent_type="contact")

    assert "What waits for it" not in page(client_of(viewer), record)
