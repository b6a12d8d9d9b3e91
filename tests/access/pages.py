"""Every page of the site, found from the URL resolver, and what to expect there as whom.

A new page of the admin needs nothing here as long as its model has a line in RIGHTS; any other
new URL needs a line in PAGES. Both live in the modules `tests/access/expect_<app>.py`, which are
all read. Such a module says:

    @object_of("syncs.Sync")                       an object of that model in the given tenant
    def sync(tenant: Tenant) -> Model: ...

    RIGHTS = {"syncs.Sync": Rights(view=..., add=..., change=..., delete=...)}
    PAGES = {
        "connect_start": Page(arguments=lambda tenant: {"provider": "hubspot"}, people=...),
        "admin:syncs_sync_run_now": object_page("syncs.Sync", allowed=..., visit=False),
    }
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import Tenant

PEOPLE = ("viewer", "finance", "owner", "support", "administrator")
ALL = frozenset(PEOPLE)
WORKERS = ALL - {"viewer"}
LEADERS = frozenset({"owner", "support", "administrator"})
OWNERS = frozenset({"owner", "administrator"})
STAFF = frozenset({"support", "administrator"})
ADMINISTRATORS = frozenset({"administrator"})
NOBODY: frozenset[str] = frozenset()

REDIRECT_TO_OBJECT = "<path:object_id>/"
OPEN, SENT_ON, REFUSED, MISSING, POST_ONLY = 200, 302, 403, 404, 405
# What a colleague without the right may meet: the page refuses, or shows no such object.
CLOSED = frozenset({REFUSED, MISSING})


@dataclass(frozen=True)
class Rights:
    """Who may do what with a model's objects in the admin."""

    view: frozenset[str]
    add: frozenset[str] = NOBODY
    change: frozenset[str] = NOBODY
    delete: frozenset[str] = NOBODY


@dataclass(frozen=True)
class Page:
    """One URL that is not one of the admin's standard pages of a model."""

    # Who may, what they meet, and what everybody else meets who is logged in.
    allowed: frozenset[str] = ALL
    status: frozenset[int] = frozenset({OPEN})
    otherwise: frozenset[int] = CLOSED
    # What somebody of another tenant meets; None: the same as a colleague of the same role.
    stranger: int | None = None
    # What somebody who is not logged in meets.
    nobody: int = SENT_ON
    # Either the URL's own arguments, or the whole "path".
    arguments: Callable[[Tenant], Mapping[str, Any]] = field(default=lambda _tenant: {})
    # False where a visit by somebody allowed would do something outside of the database.
    visit: bool = True


@dataclass(frozen=True)
class Url:
    name: str
    route: str
    model: type[Model] | None = None


MAKERS: dict[str, Callable[..., Model]] = {}
STANDARD = ("changelist", "add", "change", "delete", "history")


def object_of[M: Model](label: str) -> Callable[[Callable[..., M]], Callable[..., M]]:
    def register(maker: Callable[..., M]) -> Callable[..., M]:
        MAKERS[label] = maker
        return maker

    return register


def make(label: str, tenant: Tenant) -> Model:
    if label not in MAKERS:
        raise LookupError(f"No @object_of({label!r}) makes an object for the access matrix.")
    return MAKERS[label](tenant)


def object_page(label: str, *, allowed: frozenset[str], **expected: Any) -> Page:
    """A page about one object, whose id is in the address as `object_id`."""
    usual: dict[str, Any] = {
        "arguments": lambda tenant: {"object_id": make(label, tenant).pk},
        # A page nobody of that role may open anywhere says so before it looks for the object.
        "stranger": MISSING if "owner" in allowed else None,
    }
    return Page(allowed=allowed, **{**usual, **expected})


def expectations() -> tuple[dict[str, Rights], dict[str, Page]]:
    """All RIGHTS and all PAGES of the modules tests/access/expect_*.py."""
    rights: dict[str, Rights] = {}
    pages: dict[str, Page] = {}
    for found in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if found.name.startswith("expect_"):
            module = importlib.import_module(f"tests.access.{found.name}")
            rights |= getattr(module, "RIGHTS", {})
            pages |= getattr(module, "PAGES", {})
    return rights, pages


def urls() -> list[Url]:
    """Every URL of the site; those without a name go by their route."""
    standard = {name: model for model in admin.site._registry for name in _standard_names(model)}
    return [Url(name or route, route, standard.get(name)) for name, route in _walk(get_resolver())]


def _standard_names(model: type[Model]) -> Iterator[str]:
    yield from (f"admin:{_prefix(model)}_{page}" for page in STANDARD)


def _prefix(model: type[Model]) -> str:
    return f"{model._meta.app_label}_{model._meta.model_name}"


def _walk(
    resolver: URLResolver, namespace: str = "", prefix: str = ""
) -> Iterator[tuple[str, str]]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern, inner, route)
        elif isinstance(pattern, URLPattern):
            yield (f"{namespace}{pattern.name}" if pattern.name else ""), route


def redirect_page(url: Url) -> Page | None:
    """The admin's nameless address of an object, which leads to its page and tells nothing."""
    if url.name != url.route or not url.route.endswith(REDIRECT_TO_OBJECT):
        return None
    path = "/" + url.route.replace(REDIRECT_TO_OBJECT, "1/")
    return Page(status=frozenset({SENT_ON}), arguments=lambda _tenant: {"path": path})


def admin_page(url: Url, rights: Rights) -> Page:
    """What to expect on one of the admin's standard pages of a model."""
    assert url.model is not None
    kind = url.name.rsplit("_", 1)[1]
    needed = {"changelist": rights.view, "history": rights.view, "change": rights.view}
    allowed = needed.get(kind, rights.add if kind == "add" else rights.delete)
    if kind in ("changelist", "add"):
        return Page(allowed=allowed)
    return object_page(url.model._meta.label, allowed=allowed)
