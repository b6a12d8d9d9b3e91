"""People and companies every test can ask for, and the rules all tests keep."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client, override_settings

from accounts.models import ADMINISTRATORS, SUPPORT, Role, Tenant, User
from tests.factories import MembershipFactory, TenantFactory, UserFactory, staff_member

type ClientOf = Callable[[User], Client]


@pytest.fixture(autouse=True, scope="session")
def cheap_passwords() -> Iterator[None]:
    """The real hasher is slow on purpose."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    """Login attempts are counted in the cache; no test inherits another's."""
    yield
    if settings.CACHES["default"]["BACKEND"].endswith("LocMemCache"):
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
def client_of() -> ClientOf:
    """A browser in which this user has logged in."""

    def log_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return log_in
