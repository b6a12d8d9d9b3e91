"""People and companies every test can ask for, and the rules all tests keep."""

import shutil
import time
from collections.abc import Callable, Iterator

import pytest
from allauth.account.internal.flows import login
from django.conf import settings
from django.core.cache import cache
from django.test import Client, override_settings
from hypothesis import settings as hypothesis_settings

from accounts.models import ADMINISTRATORS, SUPPORT, Role, Tenant, User
from tests.factories import MembershipFactory, TenantFactory, UserFactory, staff_member

type ClientOf = Callable[[User], Client]
type People = dict[str, User]


NEEDS_DATABASE = {"db", "transactional_db", "django_db_setup", "live_server"}
DATABASE_MARKS = ("django_db", "postgresql", "redis")
BROWSERS = ("chromium", "chromium-browser")

# The same cases everywhere, and none fails because the machine is busy.
hypothesis_settings.register_profile("saldo", derandomize=True, deadline=None)
hypothesis_settings.load_profile("saldo")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database-part",
        action="store_true",
        help="only tests that touch the database, to run them once more on another one",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--database-part"):
        chosen = [item for item in items if _touches_database(item)]
        left_out = [item for item in items if not _touches_database(item)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = chosen
    for item in items:
        reason = _reason_to_skip(item)
        if reason:
            item.add_marker(pytest.mark.skip(reason=reason))


def _touches_database(item: pytest.Item) -> bool:
    # Pages look the same on either database; what they stand on is tested on both.
    if item.get_closest_marker("browser"):
        return False
    if any(item.get_closest_marker(mark) for mark in DATABASE_MARKS):
        return True
    return not NEEDS_DATABASE.isdisjoint(getattr(item, "fixturenames", ()))


def _reason_to_skip(item: pytest.Item) -> str:
    engine = settings.DATABASES["default"]["ENGINE"].rsplit(".", 1)[-1]
    if item.get_closest_marker("postgresql") and engine != "postgresql":
        return "needs PostgreSQL: set DATABASE_URL"
    if item.get_closest_marker("redis") and not settings.REDIS_URL:
        return "needs Redis: set REDIS_URL"
    if item.get_closest_marker("browser") and not any(map(shutil.which, BROWSERS)):
        return "needs Chromium"
    return ""


@pytest.fixture(autouse=True, scope="session")
def quick_settings() -> Iterator[None]:
    """The real password hasher is slow on purpose, and a shared cache would join tests."""
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    ):
        yield


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    """Login attempts are counted in the cache; no test inherits another's."""
    yield
    cache.clear()


@pytest.fixture
def tenant(db: None) -> Tenant:
    return TenantFactory.create()


@pytest.fixture
def other_tenant(db: None) -> Tenant:
    return TenantFactory.create()


@pytest.fixture
def owner(tenant: Tenant) -> User:
    return MembershipFactory.create(tenant=tenant, role=Role.OWNER).user


@pytest.fixture
def finance(tenant: Tenant) -> User:
    return MembershipFactory.create(tenant=tenant, role=Role.FINANCE).user


@pytest.fixture
def viewer(tenant: Tenant) -> User:
    return MembershipFactory.create(tenant=tenant, role=Role.VIEWER).user


@pytest.fixture
def stranger(other_tenant: Tenant) -> User:
    """An owner, but of another tenant."""
    return MembershipFactory.create(tenant=other_tenant, role=Role.OWNER).user


@pytest.fixture
def nobody_special(db: None) -> User:
    """Can log in, but belongs to no tenant and is not our staff."""
    return UserFactory.create()


@pytest.fixture
def support(db: None) -> User:
    """One of our support staff, with a second factor set up."""
    return staff_member(SUPPORT)


@pytest.fixture
def administrator(db: None) -> User:
    return staff_member(ADMINISTRATORS)


@pytest.fixture
def people(viewer: User, finance: User, owner: User, support: User, administrator: User) -> People:
    """One person of each kind in the permission table, by the table's names."""
    return {
        "viewer": viewer,
        "finance": finance,
        "owner": owner,
        "support": support,
        "administrator": administrator,
    }


@pytest.fixture
def client_of() -> ClientOf:
    """A browser in which this user has logged in."""

    def log_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        session = client.session
        # The password was confirmed just now, so that no page asks for it once more.
        confirmed = {"method": "password", "at": time.time(), "reauthenticated": True}
        session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [confirmed]
        session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
        session.save()
        return client

    return log_in
