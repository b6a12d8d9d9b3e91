"""Walks every URL of the site as everybody: see tests/access/pages.py for what is expected.

All objects asked for belong to one tenant, whose name is a word that must never be shown to a
stranger, the owner of another tenant.
"""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts.models import Role, Tenant, User
from tests.access.pages import SENT_ON, Page, Url, admin_page, expectations, redirect_page, urls
from tests.conftest import ClientOf, People
from tests.factories import MembershipFactory, TenantFactory

SECRET = "Zwijgzaam Geheim"
# Where somebody is sent to sign in; the admin's own pages send on from there.
ENTRANCES = ("/accounts/login/", "/admin/")
RIGHTS, PAGES = expectations()


@pytest.fixture
def tenant(db: None) -> Tenant:
    return TenantFactory.create(name=SECRET)


@pytest.fixture
def stranger(other_tenant: Tenant) -> User:
    return MembershipFactory.create(tenant=other_tenant, role=Role.OWNER).user


def expected_page(url: Url) -> Page | None:
    if url.name in PAGES:
        return PAGES[url.name]
    if redirect_page(url):
        return redirect_page(url)
    if url.model is None or url.model._meta.label not in RIGHTS:
        return None
    return admin_page(url, RIGHTS[url.model._meta.label])


def known_pages() -> Iterator[tuple[Url, Page]]:
    for url in urls():
        page = expected_page(url)
        if page is not None:
            yield url, page


def test_every_url_has_an_expectation() -> None:
    unknown = [url for url in urls() if expected_page(url) is None]

    assert not unknown, "Say in tests/access/expect_<app>.py who may open: " + ", ".join(
        sorted({url.model._meta.label if url.model else url.name for url in unknown})
    )


def test_every_expectation_has_a_url() -> None:
    names = {url.name for url in urls()}
    labels = {url.model._meta.label for url in urls() if url.model}

    assert set(PAGES) - names == set()
    assert set(RIGHTS) - labels == set()


def address(url: Url, page: Page, tenant: Tenant) -> str:
    arguments = dict(page.arguments(tenant))
    if "path" in arguments:
        return str(arguments["path"])
    try:
        return reverse(url.name, kwargs=arguments)
    except NoReverseMatch as error:
        raise AssertionError(f"{url.name} needs arguments in its expectation") from error


def visit(client: Client, url: Url, page: Page, tenant: Tenant) -> tuple[int, str, str]:
    """Status, address led to and text; nothing made for the visit or by it stays."""
    block = transaction.atomic()
    # As a test case's own: it is not the page that holds this transaction open.
    block._from_testcase = True  # type: ignore[attr-defined]  # Django's TestCase sets it
    with block:
        path = address(url, page, tenant)
        try:
            response = client.get(path)
        except Exception as error:
            error.add_note(f"while visiting {url.name}, {path}")
            raise
        text = b"".join(response).decode(errors="replace") if response.streaming else response.text
        transaction.set_rollback(True)
    return response.status_code, response.headers.get("Location", ""), text


def test_as_nobody(tenant: Tenant, people: People) -> None:
    faults = []
    for url, page in known_pages():
        status, location, _text = visit(Client(), url, page, tenant)
        is_inside = page.nobody == SENT_ON and not location.startswith(ENTRANCES)
        if status != page.nobody or is_inside:
            faults.append(f"{url.name}: {status} {location}, expected {page.nobody}")

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("who", ["viewer", "finance", "owner", "support", "administrator"])
def test_as_somebody_of_the_house(
    who: str, tenant: Tenant, people: People, client_of: ClientOf
) -> None:
    faults = []
    for url, page in known_pages():
        is_allowed = who in page.allowed
        if is_allowed and not page.visit:
            continue
        status, _location, _text = visit(client_of(people[who]), url, page, tenant)
        expected = page.status if is_allowed else page.otherwise
        if status not in expected:
            faults.append(f"{url.name}: {status}, expected {sorted(expected)}")

    assert not faults, "\n".join(faults)


def stranger_meets(page: Page) -> frozenset[int]:
    if page.stranger is not None:
        return frozenset({page.stranger})
    return page.status if "owner" in page.allowed else page.otherwise


def test_as_a_stranger(tenant: Tenant, people: People, stranger: User, client_of: ClientOf) -> None:
    faults = []
    for url, page in known_pages():
        status, _location, text = visit(client_of(stranger), url, page, tenant)
        expected = stranger_meets(page)
        if status not in expected:
            faults.append(f"{url.name}: {status}, expected {sorted(expected)}")
        if SECRET in text or any(person.email in text for person in people.values()):
            faults.append(f"{url.name}: shows what belongs to another company")

    assert not faults, "\n".join(faults)
