"""Closed by default: a query over tenants' rows that does not say whose rows it wants raises.

Every model with a `tenant` has `objects = TenantManager()`. A query runs only when one of these
says whose rows it may touch:

- `Sync.objects.for_tenant(tenant)`: exactly this tenant's rows;
- `with tenant_scope(tenant):` every query inside is narrowed to that tenant. Workers open one
  around each task; the web opens one for each request (accounts.middleware);
- `with all_tenants("why"):` no narrowing, for work that is about all tenants by nature;
- a relation from an object at hand, `sync.records.all()`: the object is of one tenant already.

Anything else raises TenantNotSet when it is run (not when it is built, so forms may be declared
at import). A scope only ever narrows: `for_tenant(other)` inside a scope finds nothing.

Creating rows needs no scope, for a row names its tenant itself. Django's own inner work (saving,
refreshing, following a foreign key, cascading a delete) goes through `_base_manager`, a plain
manager, and always starts from an object at hand; that is the one way round, so never write
`_base_manager` in our own code. `dumpdata` needs `--all` for the same reason.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models
from django.db.models import sql

if TYPE_CHECKING:
    from accounts.models import Tenant

M_co = TypeVar("M_co", bound=models.Model, covariant=True)


class TenantNotSet(RuntimeError):
    """A query over tenants' rows did not say whose rows it may touch."""

    def __init__(self, model: type[models.Model]) -> None:
        super().__init__(
            f"This query on {model.__name__} names no tenant. Use "
            f"{model.__name__}.objects.for_tenant(tenant), or run it inside "
            f"tenant_scope(tenant) or all_tenants(reason)."
        )


@dataclass(frozen=True)
class Scope:
    """Whose rows may be touched now. `tenant_ids()` is None when that is everybody's."""

    tenant_ids: Callable[[], frozenset[int] | None]
    reason: str = ""


_scope: ContextVar[Scope | None] = ContextVar("tenant_scope", default=None)


@contextmanager
def enter(scope: Scope | None) -> Iterator[None]:
    """Make this the scope of the block. None closes it: inside, every query must say for whom."""
    token = _scope.set(scope)
    try:
        yield
    finally:
        _scope.reset(token)


@contextmanager
def tenant_scope(*tenants: "Tenant | int") -> Iterator[None]:
    """Narrow every query of the block to these tenants (objects or their ids)."""
    ids = frozenset(tenant if isinstance(tenant, int) else tenant.pk for tenant in tenants)
    with enter(Scope(lambda: ids)):
        yield


@contextmanager
def all_tenants(reason: str) -> Iterator[None]:
    """Let the block's queries reach every tenant. The reason is for whoever reads the code."""
    if not reason.strip():
        raise ValueError("all_tenants() needs a reason.")
    with enter(Scope(lambda: None, reason)):
        yield


def current_scope() -> Scope | None:
    return _scope.get()


class TenantQuery(sql.Query):
    """A query that is compiled only once it is known whose rows it touches."""

    # Set by TenantQuerySet; copied with the rest of the query when Django clones it.
    tenant_known = False

    def require_tenant(self) -> None:
        if not self.tenant_known and not self.is_empty() and self.model is not None:
            raise TenantNotSet(self.model)

    def get_compiler(self, *args: Any, **kwargs: Any) -> Any:
        self.require_tenant()
        return super().get_compiler(*args, **kwargs)

    def chain(self, klass: type[sql.Query] | None = None) -> Any:
        # update() turns the query into another class here, and this one's guard is gone after.
        if klass is not None:
            self.require_tenant()
        return super().chain(klass)

    def combine(self, rhs: sql.Query, connector: str) -> None:
        super().combine(rhs, connector)
        self.tenant_known = self.tenant_known and getattr(rhs, "tenant_known", False)


class TenantQuerySet(models.QuerySet[M_co]):
    def __init__(
        self,
        model: type[models.Model] | None = None,
        query: sql.Query | None = None,
        using: str | None = None,
        hints: dict[str, Any] | None = None,
    ) -> None:
        if query is None and model is not None:
            query = TenantQuery(model)
        super().__init__(model, query, using, hints)

    def for_tenant(self, tenant: "Tenant | int") -> Self:
        return self.for_tenants([tenant])

    def for_tenants(self, tenants: "Iterable[Tenant | int]") -> Self:
        ids = [tenant if isinstance(tenant, int) else tenant.pk for tenant in tenants]
        condition = {"tenant_id": ids[0]} if len(ids) == 1 else {"tenant_id__in": ids}
        return self.filter(**condition)._with_tenant_known()

    def within(self, scope: Scope) -> Self:
        """These rows as far as the scope reaches."""
        ids = scope.tenant_ids()
        return self._with_tenant_known() if ids is None else self.for_tenants(ids)

    def _with_tenant_known(self) -> Self:
        known = self._chain()  # type: ignore[attr-defined]  # Django's own copy
        known.query.tenant_known = True
        return known  # type: ignore[no-any-return]  # untyped in the stubs

    def _add_hints(self, **hints: Any) -> None:
        """Django calls this when it follows a relation from objects at hand."""
        super()._add_hints(**hints)  # type: ignore[misc]  # not in the stubs
        if hints.get("instance") is not None:
            self.query.tenant_known = True  # type: ignore[attr-defined]  # ours is a TenantQuery

    def _raw_delete(self, using: str | None) -> int:
        # Django swaps the query's class here without telling it.
        if isinstance(self.query, TenantQuery):
            self.query.require_tenant()
        return super()._raw_delete(using)


class TenantManager(models.Manager[M_co]):
    """For every model with a `tenant`. With methods: `TenantManager.from_queryset(YourQuerySet)`,
    where YourQuerySet extends TenantQuerySet.
    """

    _queryset_class = TenantQuerySet

    def get_queryset(self) -> TenantQuerySet[M_co]:
        queryset: TenantQuerySet[M_co] = super().get_queryset()  # type: ignore[assignment]
        scope = current_scope()
        return queryset if scope is None else queryset.within(scope)

    def for_tenant(self, tenant: "Tenant | int") -> TenantQuerySet[M_co]:
        return self.get_queryset().for_tenant(tenant)

    def for_tenants(self, tenants: "Iterable[Tenant | int]") -> TenantQuerySet[M_co]:
        return self.get_queryset().for_tenants(tenants)

    if TYPE_CHECKING:
        # The stubs promise a plain QuerySet.
        def all(self) -> TenantQuerySet[M_co]: ...
        def filter(self, *args: Any, **kwargs: Any) -> TenantQuerySet[M_co]: ...
        def exclude(self, *args: Any, **kwargs: Any) -> TenantQuerySet[M_co]: ...


class TenantModel(models.Model):
    """Something that belongs to exactly one tenant."""

    tenant = models.ForeignKey("accounts.Tenant", models.CASCADE, related_name="+")

    objects = TenantManager()

    class Meta:
        abstract = True
