"""Two providers in memory, a recipe between them, and one way to let time and work go on."""

from dataclasses import dataclass

import pytest

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from integrations.contract import Connector, Field, FieldType
from integrations.models import Connection
from syncs import backoff, queue, recipes, runs
from syncs.engine.terms import (
    Direction,
    MatchRule,
    Normaliser,
)
from syncs.models import Integration, RunTrigger, Status, Sync, SyncRecord, SyncState
from syncs.recipes.terms import DefaultMapping, End, Recipe
from syncs.setup import create_sync, install
from tests.syncs.fake_connector import FakeConnector, FakeProvider

PEOPLE = Recipe(
    code="people",
    label="People",
    description="Persons and clients.",
    left=End("crm", "person"),
    right=End("books", "client"),
    mappings=(
        DefaultMapping("name", ("name",), ("Name",)),
        DefaultMapping("email", ("email",), ("Email",)),
        DefaultMapping("phone", ("phone",), ("Phone",)),
    ),
    match_rules=(MatchRule("email", "email", "Email", Normaliser.EMAIL),),
)

LEFT_FIELDS = (
    Field("name", "Name"),
    Field("email", "E-mail"),
    Field("phone", "Phone"),
    Field("city", "City"),
    Field("stage", "Stage"),
)
RIGHT_FIELDS = (
    Field("Name", "Name", max_length=40),
    Field("Email", "E-mail"),
    Field("Phone", "Phone"),
    Field("City", "City"),
    Field("Balance", "Balance", FieldType.MONEY, creatable=False, updatable=False),
)


@dataclass
class World:
    """A tenant's two providers and the sync between them."""

    tenant: Tenant
    left: FakeProvider
    right: FakeProvider
    sync: Sync

    def run(self, trigger: RunTrigger = RunTrigger.PERSON, *, seconds: float = 60) -> runs.Ended:
        """One run that looks at both sides, whatever their time."""
        self._due()
        return runs.run_sync(self.sync.pk, trigger, seconds=seconds)

    def settle(self) -> None:
        """Run until nothing is left to do."""
        for _ in range(20):
            if self.run() is runs.Ended.DONE:
                return
        raise AssertionError("The sync never came to rest.")

    def _due(self) -> None:
        with tenant_scope(self.tenant):
            Sync.objects.filter(pk=self.sync.pk).update(
                left_due_at=None, right_due_at=None, next_run_at=None, held_until=None
            )

    @property
    def writes(self) -> int:
        return self.left.writes + self.right.writes

    @property
    def calls(self) -> int:
        return self.left.calls.total() + self.right.calls.total()

    @property
    def records(self) -> list[SyncRecord]:
        return list(SyncRecord.objects.for_tenant(self.tenant).order_by("pk"))

    def record(self, **where: object) -> SyncRecord:
        return SyncRecord.objects.for_tenant(self.tenant).get(**where)

    def count(self, status: Status) -> int:
        return SyncRecord.objects.for_tenant(self.tenant).filter(status=status).count()

    def change_sync(self, **changes: object) -> None:
        Sync.objects.for_tenant(self.tenant).filter(pk=self.sync.pk).update(**changes)
        self.sync.refresh_from_db()


def connection(tenant: Tenant, provider: str, external_id: str = "1") -> Connection:
    return Connection.objects.create(
        tenant=tenant, provider=provider, external_id=external_id, company_name=provider.title()
    )


@pytest.fixture
def messages(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """What was put into the queue, whichever broker it has; nothing is really sent."""
    sent: list[tuple[object, ...]] = []
    monkeypatch.setattr(queue, "enqueue", lambda *message: sent.append(message))
    return sent


@pytest.fixture(autouse=True)
def steady_jitter() -> None:
    backoff.seed(1)


@pytest.fixture
def providers(monkeypatch: pytest.MonkeyPatch) -> dict[int, FakeProvider]:
    """Fake providers by connection id: whoever opens a connection gets one of these."""
    found: dict[int, FakeProvider] = {}

    def open_fake(opened: Connection, spender: str = "") -> Connector:
        return FakeConnector(found[opened.pk])

    monkeypatch.setattr(runs, "open_connector", open_fake)
    return found


@pytest.fixture
def people(monkeypatch: pytest.MonkeyPatch) -> Recipe:
    monkeypatch.setitem(recipes.RECIPES, PEOPLE.code, PEOPLE)
    return PEOPLE


@pytest.fixture
def integration(tenant: Tenant) -> Integration:
    return install(connection(tenant, "crm"), connection(tenant, "books"))


@pytest.fixture
def world(
    tenant: Tenant, integration: Integration, people: Recipe, providers: dict[int, FakeProvider]
) -> World:
    """People on the left, clients on the right, both ways, left wins."""
    sync = create_sync(integration, people.code, direction=Direction.BOTH)
    left = FakeProvider("person", LEFT_FIELDS, "name")
    right = FakeProvider("client", RIGHT_FIELDS, "Name")
    providers[integration.left_id] = left
    providers[integration.right_id] = right
    made = World(tenant, left, right, sync)
    made.change_sync(state=SyncState.ACTIVE)
    return made


def partner_of(world: World, left_id: str) -> str:
    return world.record(left_id=left_id).right_id
