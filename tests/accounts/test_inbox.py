"""What somebody was told, in the desk: their own, of companies they still see."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import inbox
from accounts.models import Membership, Notification, NotificationKind, SupportAccess, Tenant, User
from accounts.notices import notify
from accounts.tenancy import all_tenants
from syncs.pruning import prune
from tests.conftest import ClientOf

INBOX = "/desk/inbox/"
type Tell = Callable[..., Notification]


@pytest.fixture
def tell(tenant: Tenant) -> Tell:
    def told(user: User, title: str, **options: object) -> Notification:
        fields = {"kind": NotificationKind.JOB, "tenant": tenant, "key": title, "url": "/admin/"}
        notify([user], title=title, **{**fields, **options})  # type: ignore[arg-type]
        with all_tenants("a test looks at one message"):
            return Notification.objects.get(user=user, key=title)

    return told


def page(client: Client, query: str = "") -> str:
    response = client.get(INBOX + query)
    assert response.status_code == 200
    return response.text


def open_address(message: Notification) -> str:
    return reverse("desk_inbox_open", args=[message.pk])


def is_read(message: Notification) -> bool:
    with all_tenants("a test looks at one message"):
        message.refresh_from_db()
    return message.read_at is not None


def test_messages_are_shown_newest_first_to_their_person_alone(
    client_of: ClientOf, finance: User, owner: User, tell: Tell
) -> None:
    tell(finance, "The first one", body="Twelve <b>rows</b>")
    tell(finance, "The second one")
    tell(owner, "For the owner")

    shown = page(client_of(finance))
    assert shown.index("The second one") < shown.index("The first one")
    assert "Twelve &lt;b&gt;rows" in shown
    assert "For the owner" not in shown


def test_an_empty_inbox_says_what_will_be_told_there(client_of: ClientOf, finance: User) -> None:
    assert "Nothing yet." in page(client_of(finance))
    assert "No such message." in page(client_of(finance), "?kind=connection")


def test_opening_a_message_marks_it_read_and_leads_where_it_leads(
    client_of: ClientOf, finance: User, tell: Tell
) -> None:
    message = tell(finance, "Ready", url="/admin/syncs/run/")

    response = client_of(finance).post(open_address(message))

    assert response.headers["Location"] == "/admin/syncs/run/"
    assert is_read(message)


def test_a_message_without_a_place_to_go_stays_in_the_inbox(
    client_of: ClientOf, finance: User, tell: Tell
) -> None:
    assert (
        client_of(finance).post(open_address(tell(finance, "Plain", url=""))).headers["Location"]
        == INBOX
    )


def test_nobody_opens_a_message_of_somebody_else(
    client_of: ClientOf, finance: User, owner: User, stranger: User, tell: Tell
) -> None:
    message = tell(finance, "Ready")

    for other in (owner, stranger):
        assert client_of(other).post(open_address(message)).status_code == 404
    assert client_of(finance).get(open_address(message)).status_code == 405
    assert client_of(finance).post("/desk/inbox/99999999999999999999/open/").status_code == 404
    assert not is_read(message)


def test_all_are_marked_read_at_once_and_only_ones_own(
    client_of: ClientOf, finance: User, owner: User, tell: Tell
) -> None:
    own, other = tell(finance, "Mine"), tell(owner, "Not mine")
    client = client_of(finance)
    assert "1 unread" in page(client)

    client.post("/desk/inbox/read/")

    assert is_read(own)
    assert not is_read(other)
    assert "none unread" in page(client)


def test_the_list_is_narrowed_by_kind_and_to_what_is_unread(
    client_of: ClientOf, finance: User, tell: Tell
) -> None:
    tell(finance, "Rows are ready")
    tell(finance, "Books do not answer", kind=NotificationKind.CONNECTION)
    client = client_of(finance)
    client.post(open_address(tell(finance, "Seen before")))

    assert "Rows are ready" not in page(client, "?kind=connection")
    assert "Books do not answer" in page(client, "?kind=connection")
    assert "Seen before" not in page(client, "?kind=unread")
    assert "Seen before" in page(client, "?kind=%00no-kind")


def test_older_messages_are_a_page_further(
    client_of: ClientOf, finance: User, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.pages.inbox.ROWS", 2)
    messages = [tell(finance, f"Message {number}") for number in "ABC"]
    client = client_of(finance)

    first = page(client)
    assert f"before={messages[1].pk}" in first
    assert "Message A" not in first
    older = page(client, f"?before={messages[1].pk}")
    assert "Message A" in older
    assert "Message B" not in older
    assert "Message C" in page(client, "?before=not-a-number")


def test_companies_one_has_left_are_not_shown(
    client_of: ClientOf, finance: User, tenant: Tenant, tell: Tell
) -> None:
    message = tell(finance, "Of the company")
    with all_tenants("somebody leaves one company for another"):
        Membership.objects.filter(user=finance).update(tenant=elsewhere())
    client = client_of(finance)

    assert "Of the company" not in page(client)
    assert "none unread" in page(client)
    assert client.post(open_address(message)).status_code == 404


def elsewhere() -> Tenant:
    return Tenant.objects.create(name="Elsewhere", slug="elsewhere")


def test_the_bell_counts_no_further_than_it_has_room_for(
    client_of: ClientOf, finance: User, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        tell(finance, f"Message {number}")
    client = client_of(finance)
    assert "Messages: 3 unread" in client.get("/desk/bell/").text

    monkeypatch.setattr(inbox, "MOST_COUNTED", 1)
    monkeypatch.setattr("accounts.templatetags.bell.MOST_COUNTED", 1)

    assert ">1+<" in client.get("/desk/bell/").text
    assert 'id="saldo-bell"' in client.get("/admin/").text
    assert 'id="saldo-bell"' in client.get("/accounts/email/").text


def test_the_bell_is_one_query_on_its_index(finance: User, tell: Tell) -> None:
    tell(finance, "One")
    with all_tenants("as in a request"), CaptureQueriesContext(connection) as queries:
        assert inbox.unread_of(finance) == 1

    assert len(queries) == 1
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN QUERY PLAN " + queries.captured_queries[0]["sql"])
            assert "notification_unread" in str(cursor.fetchall())


def test_the_page_takes_as_many_queries_for_many_messages(
    client_of: ClientOf, finance: User, tell: Tell
) -> None:
    client = client_of(finance)
    tell(finance, "One")
    page(client)
    with CaptureQueriesContext(connection) as few:
        page(client)
    for number in range(10):
        tell(finance, f"Message {number}")
    with CaptureQueriesContext(connection) as many:
        page(client)

    assert len(few) == len(many)


def test_whoever_looks_as_a_customer_has_no_bell(support: User, tenant: Tenant) -> None:
    from django.template import engines
    from django.test import RequestFactory

    request = RequestFactory().get("/admin/")
    request.user = support
    support.viewing = SupportAccess(tenant=tenant, asked_by=support)
    part = engines["django"].get_template("accounts/inbox/bell_part.html")

    assert "saldo-bell" not in part.render({}, request)


def test_old_messages_are_forgotten(finance: User, tell: Tell) -> None:
    old, fresh = tell(finance, "Old"), tell(finance, "Fresh")
    now = timezone.now()
    with all_tenants("a test makes a message old"):
        Notification.objects.filter(pk=old.pk).update(created_at=now - timedelta(days=91))

    assert prune(now) == 1
    with all_tenants("a test looks what is left"):
        assert list(Notification.objects.all()) == [fresh]
