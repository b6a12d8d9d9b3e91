"""Which columns somebody looks at: chosen, ordered, remembered, and put back."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Role, Tenant, User
from accounts.preferences import change_preferences, preferences_of
from syncs.admin.cells import CELLS
from syncs.views.columns import COLUMNS, USUAL
from tests.conftest import ClientOf
from tests.desk.conftest import MakeRecord
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
LIST = "/admin/syncs/syncrecord/"
COLUMNS_PAGE = "/desk/columns/"


def shown(page: Any) -> list[str]:
    return [heading.name for heading in page.context["page"].headings]


def test_every_column_has_a_cell() -> None:
    assert set(CELLS) == set(COLUMNS)


def table(page: Any) -> str:
    html: str = page.content.decode()
    return html[html.index("<tbody") :]


def test_only_who_has_several_companies_is_told_whose_a_record_is(
    client_of: ClientOf, finance: User, other_tenant: Tenant, make_record: MakeRecord
) -> None:
    record = make_record(1)
    client = client_of(finance)
    client.post(COLUMNS_PAGE, {"tenant": "on", "sync": "on"})
    assert shown(client.get(LIST)) == ["names", "sync"]
    assert record.tenant.name not in table(client.get(LIST))

    MembershipFactory.create(tenant=other_tenant, user=finance, role=Role.VIEWER)
    again = client_of(User.objects.get(pk=finance.pk))
    assert record.tenant.name in table(again.get(LIST))
    again.post(COLUMNS_PAGE, {"tenant": "on", "sync": "on"})
    assert shown(again.get(LIST)) == ["names", "sync", "tenant"]
    assert table(again.get(LIST)).count(f">{record.tenant.name}<") == 1


def test_chosen_columns_stand_in_their_places_and_are_remembered(
    client_of: ClientOf, finance: User
) -> None:
    form = {"status": "on", "place_status": "3", "amount": "on", "place_amount": "1", "sync": "on"}

    answer = client_of(finance).post(COLUMNS_PAGE, {**form, "query": "status=failing"})

    assert answer.headers["Location"] == f"{LIST}?status=failing"
    assert shown(client_of(finance).get(LIST)) == ["names", "amount", "status", "sync"]


def test_the_usual_columns_come_back(client_of: ClientOf, finance: User) -> None:
    client = client_of(finance)
    client.post(COLUMNS_PAGE, {"status": "on"})

    client.post(COLUMNS_PAGE, {"usual": "", "status": "on"})

    assert shown(client.get(LIST)) == list(USUAL)


def test_each_person_has_columns_of_their_own(
    client_of: ClientOf, finance: User, owner: User
) -> None:
    client_of(finance).post(COLUMNS_PAGE, {"status": "on"})

    assert shown(client_of(owner).get(LIST)) != ["names", "status"]


def test_columns_of_other_lists_are_left_alone(client_of: ClientOf, finance: User) -> None:
    change_preferences(finance, columns={"export": ["key"]})

    client_of(finance).post(COLUMNS_PAGE, {"status": "on"})

    columns = preferences_of(User.objects.get(pk=finance.pk)).columns
    assert columns == {"export": ["key"], "records": ["names", "status"]}


def test_a_column_that_is_gone_is_left_out(client_of: ClientOf, finance: User) -> None:
    change_preferences(finance, columns={"records": ["weather", "status"]})

    assert shown(client_of(finance).get(LIST)) == ["names", "status"]


def test_all_columns_tell_what_is_known(
    client_of: ClientOf, finance: User, make_record: MakeRecord
) -> None:
    now = timezone.now()
    make_record(
        1,
        right_id="R-58",
        right_title="Person One",
        amount=Decimal("1234.5"),
        currency="EUR",
        assignee=finance,
        due_on=date(2020, 2, 3),
        snoozed_until=now + timedelta(days=400),
        attempts=7,
        synced_at=now - timedelta(days=3),
        reason="The name supplied already exists.",
    )
    make_record(2, first_failed_at=None, last_attempt_at=None, reason="", category="")
    client = client_of(finance)
    client.post(COLUMNS_PAGE, dict.fromkeys(COLUMNS, "on"))

    html = client.get(LIST).content.decode()

    for words in (
        "R-58",
        "Person One",
        "1,234.50 EUR",
        str(finance),
        "2020-02-03",
        "overdue",
        "snoozed until",
        "contact → customer",
        "The name supplied already exists.",
        f"{now:%Y-%m-%d}",
    ):
        assert words in html


def test_nobody_chooses_columns_by_opening_an_address(client_of: ClientOf, finance: User) -> None:
    assert client_of(finance).get(f"{COLUMNS_PAGE}?status=on").status_code == 405


def test_who_belongs_to_no_company_has_no_columns(
    client_of: ClientOf, nobody_special: User
) -> None:
    assert client_of(nobody_special).post(COLUMNS_PAGE, {"status": "on"}).status_code in (302, 403)
