"""People hear when a connection stops and when it works again: each once."""

import pytest
import time_machine

from accounts.models import Notification, Tenant, User
from accounts.tenancy import all_tenants
from integrations.contract import Category, Fault
from integrations.models import Connection
from integrations.services import pause, resume
from tests.syncs.conftest import connection

pytestmark = pytest.mark.django_db
REFUSED = Fault(Category.CONNECTION_REAUTH, "invalid_grant", "Sign in again.")


@pytest.fixture
def books(tenant: Tenant) -> Connection:
    return connection(tenant, "quickbooks")


def told(user: User) -> list[Notification]:
    with all_tenants("a test looks at one person's messages"):
        return list(Notification.objects.filter(user=user).order_by("pk"))


def test_owners_are_led_to_reconnect_and_others_hear_whom_to_ask(
    books: Connection, owner: User, finance: User, viewer: User, stranger: User, support: User
) -> None:
    pause(books, REFUSED)
    pause(books, REFUSED)

    (message,) = told(owner)
    assert message.title == f"{books} has stopped"
    assert "Sign in again." in message.body
    assert message.url == f"/connect/quickbooks/?connection={books.uuid}"
    (other,) = told(finance)
    assert str(owner) in other.body
    assert other.url == ""
    assert told(viewer) == told(stranger) == told(support) == []


def test_without_an_owner_support_is_to_be_asked(books: Connection, finance: User) -> None:
    pause(books, REFUSED)

    assert "Your support can reconnect it." in told(finance)[0].body


def test_those_who_heard_that_it_stopped_hear_that_it_works_again(
    books: Connection, owner: User
) -> None:
    with time_machine.travel("2026-06-01 12:00Z", tick=False) as clock:
        pause(books, REFUSED)
        resume(books)
        resume(books)
        clock.shift(60)
        pause(books, REFUSED)
        resume(books)

    titles = [message.title for message in told(owner)]
    assert titles == [f"{books} has stopped", f"{books} works again"] * 2


def test_a_connection_that_never_stopped_is_no_news(books: Connection, owner: User) -> None:
    from integrations import events

    events.tell_state(books)

    assert told(owner) == []
