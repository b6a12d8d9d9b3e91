"""Views of the record list: kept, shared, changed, deleted, and whose they are."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from accounts.models import Role, Tenant, User
from accounts.tenancy import tenant_scope
from syncs.models import SavedView
from syncs.saved_views import MOST_VIEWS, ViewRefused, change_view, keep_view, views_of
from tests.conftest import ClientOf
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
LIST = "/admin/syncs/syncrecord/"
VIEWS = "/desk/views/"
QUERY = "status=failing&amount_from=1000"


def kept(user: User, tenant: Tenant, name: str = "Large ones", **values: Any) -> SavedView:
    shared = values.pop("shared", False)
    return keep_view(user, tenant, name, QUERY, (), shared=shared)


def tabs(client: Client) -> list[str]:
    return [tab.title for tab in client.get(LIST).context["page"].tabs]


def said(answer: Any) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


@pytest.fixture
def colleague(tenant: Tenant) -> User:
    return MembershipFactory.create(tenant=tenant, role=Role.FINANCE).user


def test_a_view_keeps_filters_order_and_columns(client_of: ClientOf, finance: User) -> None:
    client = client_of(finance)
    client.post("/desk/columns/", {"status": "on", "place_status": "2"})

    answer = client.post(VIEWS, {"name": " Large  ones ", "query": f"{QUERY}&o=-amount&p=3"})
    client.post("/desk/columns/", {"usual": ""})
    page = client.get(answer.headers["Location"]).context["page"]

    assert page.query == "status=failing&amount_from=1000&o=-amount"
    assert [heading.name for heading in page.headings] == ["names", "status"]
    assert [tab.title for tab in page.tabs if tab.is_current] == ["Large ones"]


def test_the_ready_views_stand_before_the_kept_ones(
    client_of: ClientOf, finance: User, tenant: Tenant
) -> None:
    kept(finance, tenant)

    expected = ["Open", "Needs me", "Waiting", "Retries planned", "Everything", "Large ones"]
    assert tabs(client_of(finance)) == expected


def test_colleagues_see_what_is_shared_and_nothing_else(
    client_of: ClientOf, finance: User, colleague: User, stranger: User, tenant: Tenant
) -> None:
    kept(finance, tenant, "Mine")
    kept(finance, tenant, "Ours", shared=True)

    assert "Ours" in tabs(client_of(colleague))
    assert "Mine" not in tabs(client_of(colleague))
    assert "Ours" not in tabs(client_of(stranger))


def test_our_staff_see_their_own_views_only(
    client_of: ClientOf, finance: User, support: User, tenant: Tenant
) -> None:
    kept(finance, tenant, "Ours", shared=True)
    kept(support, tenant, "Of support")

    assert tabs(client_of(support))[5:] == ["Of support"]


def test_a_view_has_an_address_that_opens_the_list(
    client_of: ClientOf, finance: User, stranger: User, tenant: Tenant
) -> None:
    view = kept(finance, tenant, shared=True)

    opened = client_of(finance).get(f"{VIEWS}{view.pk}/")
    assert opened.headers["Location"].startswith(f"{LIST}?{QUERY}")
    assert client_of(stranger).get(f"{VIEWS}{view.pk}/").status_code == 404
    assert client_of(finance).get(f"{VIEWS}{2**63}/").status_code == 404


def test_another_view_begins_with_what_this_one_shows(
    client_of: ClientOf, finance: User, colleague: User, tenant: Tenant
) -> None:
    view = keep_view(finance, tenant, "Ours", QUERY, ("names", "amount"), shared=True)
    form = {"name": "Mine", "query": "q=x", "view": str(view.pk)}

    answer = client_of(colleague).post(VIEWS, form)

    page = client_of(colleague).get(answer.headers["Location"]).context["page"]
    assert [heading.name for heading in page.headings] == ["names", "amount"]


def test_columns_of_ones_own_view_are_its_own(
    client_of: ClientOf, finance: User, colleague: User, tenant: Tenant
) -> None:
    view = kept(finance, tenant, shared=True)
    form = {"view": str(view.pk), "status": "on"}

    client_of(colleague).post("/desk/columns/", form)
    view.refresh_from_db()
    assert view.columns == []
    client_of(finance).post("/desk/columns/", form)

    view.refresh_from_db()
    assert view.columns == ["status"]
    page = client_of(finance).get(LIST).context["page"]
    assert len(page.headings) > 2


def test_a_view_that_is_gone_leaves_its_filters(client_of: ClientOf, finance: User) -> None:
    page = client_of(finance).get(f"{LIST}?status=failing&view=77").context["page"]

    assert page.view is None
    assert page.query == "status=failing"


@pytest.mark.parametrize(
    ("act", "values", "expected"),
    [
        pytest.param("rename", {"name": "Small ones"}, {"name": "Small ones"}, id="renamed"),
        pytest.param("share", {}, {"shared": True}, id="shared"),
        pytest.param("refill", {"query": "q=x"}, {"query": "q=x"}, id="other filters"),
    ],
)
def test_ones_own_view_is_changed(
    client_of: ClientOf,
    finance: User,
    tenant: Tenant,
    act: str,
    values: dict[str, str],
    expected: dict[str, Any],
) -> None:
    view = kept(finance, tenant)

    client_of(finance).post(f"{VIEWS}{view.pk}/", {"act": act, **values})

    view.refresh_from_db()
    assert {name: getattr(view, name) for name in expected} == expected


def test_a_shared_view_can_be_taken_back(
    client_of: ClientOf, finance: User, colleague: User, tenant: Tenant
) -> None:
    view = kept(finance, tenant, shared=True)

    client_of(finance).post(f"{VIEWS}{view.pk}/", {"act": "unshare"})

    assert "Large ones" not in tabs(client_of(colleague))


@pytest.mark.parametrize("act", ["rename", "unshare", "refill", "delete"])
def test_a_colleague_changes_nothing(
    client_of: ClientOf, finance: User, colleague: User, tenant: Tenant, act: str
) -> None:
    view = kept(finance, tenant, shared=True)

    answer = client_of(colleague).post(f"{VIEWS}{view.pk}/", {"act": act, "name": "x"})

    assert "Only who made" in said(answer)
    view.refresh_from_db()
    assert (view.name, view.shared, view.query) == ("Large ones", True, QUERY)


@pytest.mark.parametrize("act", ["rename", "share", "delete", "odd"])
def test_a_stranger_finds_no_view(
    client_of: ClientOf, finance: User, stranger: User, tenant: Tenant, act: str
) -> None:
    view = kept(finance, tenant, shared=True)

    assert client_of(stranger).post(f"{VIEWS}{view.pk}/", {"act": act}).status_code == 404


def test_views_are_deleted_by_who_made_them_and_shared_ones_by_owners(
    client_of: ClientOf, finance: User, owner: User, tenant: Tenant
) -> None:
    first, second = kept(finance, tenant, "1"), kept(finance, tenant, "2", shared=True)

    assert client_of(owner).post(f"{VIEWS}{first.pk}/", {"act": "delete"}).status_code == 404
    client_of(finance).post(f"{VIEWS}{first.pk}/", {"act": "delete"})
    answer = client_of(owner).post(f"{VIEWS}{second.pk}/", {"act": "delete"})

    assert answer.headers["Location"] == LIST
    assert SavedView.objects.for_tenant(tenant).count() == 0


def test_of_several_companies_one_is_chosen(
    client_of: ClientOf, finance: User, tenant: Tenant, other_tenant: Tenant, stranger: User
) -> None:
    MembershipFactory.create(tenant=other_tenant, user=finance, role=Role.FINANCE)
    client = client_of(finance)

    form = {"name": "Theirs", "query": "", "shared": "on", "tenant": other_tenant.pk}
    client.post(VIEWS, form)

    assert "Theirs" in tabs(client_of(stranger))
    assert SavedView.objects.for_tenant(other_tenant).get().by == finance


def test_nobody_keeps_a_view_in_anothers_company(
    client_of: ClientOf, finance: User, other_tenant: Tenant
) -> None:
    form = {"name": "x", "query": "", "tenant": other_tenant.pk}

    assert client_of(finance).post(VIEWS, form).status_code == 404
    assert SavedView.objects.for_tenant(other_tenant).count() == 0


@pytest.mark.parametrize(
    ("name", "words"),
    [("", "Give the view a name"), ("x" * 101, "at most 100"), ("Large ones", "already")],
)
def test_a_name_is_refused_with_the_reason(
    client_of: ClientOf, finance: User, tenant: Tenant, name: str, words: str
) -> None:
    kept(finance, tenant)

    answer = client_of(finance).post(VIEWS, {"name": name, "query": ""})

    assert words in said(answer)
    assert SavedView.objects.for_tenant(tenant).count() == 1


def test_two_people_may_use_the_same_name(finance: User, colleague: User, tenant: Tenant) -> None:
    kept(finance, tenant)

    assert kept(colleague, tenant).name == "Large ones"


def test_there_is_a_most_of_views(finance: User, tenant: Tenant) -> None:
    for number in range(MOST_VIEWS):
        kept(finance, tenant, str(number))

    with pytest.raises(ViewRefused, match="Delete one first"):
        kept(finance, tenant, "one more")


def test_who_looks_as_a_customer_keeps_nothing(finance: User, tenant: Tenant) -> None:
    view = kept(finance, tenant)
    finance.viewing = object()  # type: ignore[assignment]  # any support access

    with pytest.raises(ViewRefused, match="look as a customer"):
        change_view(view, finance, name="x")


def test_who_left_the_company_loses_its_views(finance: User, tenant: Tenant) -> None:
    kept(finance, tenant, shared=True)
    with tenant_scope(tenant):
        finance.memberships.all().delete()

    assert list(views_of(User.objects.get(pk=finance.pk))) == []
