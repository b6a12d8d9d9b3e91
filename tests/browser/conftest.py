"""A person at a real browser, the desk with its real files, and both providers in the sandbox."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from integrations.providers import _sandbox_ready
from integrations.sandbox.server import SandboxServer, run_sandbox
from tests.conftest import BROWSERS, ClientOf
from tests.journeys.conftest import Journey, start

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 10_000
# A refused policy is also told to the console; this names the directive and the page.
TELL_VIOLATIONS = """document.addEventListener('securitypolicyviolation', event =>
    console.error(`CSP ${event.violatedDirective} ${event.blockedURI} on ${location.href}`))"""


@dataclass
class Complaints:
    """What the browser complained about on the pages of one test."""

    told: list[str] = field(default_factory=list)

    def forgive(self, words: str) -> None:
        """Strike one complaint that the test was about."""
        found = next(told for told in self.told if words in told)
        self.told.remove(found)

    def watch(self, page: Page) -> None:
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.told.append(f"{page.url}: {error}"))
        page.on("requestfailed", lambda request: self._hear_failure(request.url, request.failure))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.told.append(f"{message.location.get('url', '')}: {message.text}")

    def _hear_failure(self, url: str, failure: str | None) -> None:
        # A page that is left, or becomes a download, stops what it was loading.
        if failure != "net::ERR_ABORTED":
            self.told.append(f"{url}: {failure}")


@dataclass
class Person:
    """Somebody at the desk, with a browser of their own."""

    context: BrowserContext
    address: str
    page: Page

    def open(self, path: str) -> Page:
        answer = self.page.goto(self.address + path)
        assert answer is not None
        assert answer.ok, f"{path} answered {answer.status}"
        return self.page


type AtDesk = Callable[[User], Person]


def no_loop() -> NoReturn:
    raise RuntimeError("no running event loop")


@pytest.fixture(scope="session", autouse=True)
def orm_beside_playwright() -> Iterator[None]:
    """Playwright keeps an event loop in this thread, for which Django would refuse to query, and
    open connections that nobody closes.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.utils.asyncio.get_running_loop", no_loop)
        patch.setattr("asgiref.local.asyncio", SimpleNamespace(get_running_loop=no_loop))
        yield


@pytest.fixture(scope="session")
def browser(orm_beside_playwright: None) -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def live_server(django_db_setup: None, live_server: LiveServer) -> LiveServer:
    """Made after the test database: only then do its threads share our connection in memory."""
    return live_server


@pytest.fixture
def server(settings: Settings, live_server: LiveServer) -> Iterator[SandboxServer]:
    """The sandbox, and a desk that knows where it is and under which address people reach it."""
    settings.PUBLIC_URL = live_server.url
    with run_sandbox() as running:
        # The sandboxes of all tests share their companies' ids: counts stay in the own database.
        settings.REDIS_URL = ""
        settings.SANDBOX_URL = running.url
        yield running
    _sandbox_ready.cache_clear()


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """Every page of every test: no error in the console, nothing the policy forbids."""
    heard = Complaints()
    yield heard
    assert heard.told == []


@pytest.fixture
def new_page(
    browser: Browser, live_server: LiveServer, complaints: Complaints
) -> Iterator[Callable[[], Person]]:
    """A browser without history; opens as many as are asked for."""
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> Person:
        context = browser.new_context(viewport={"width": 1360, "height": 900}, **options)
        context.set_default_timeout(PATIENCE)
        context.add_init_script(TELL_VIOLATIONS)
        context.on("page", complaints.watch)
        contexts.append(context)
        return Person(context, live_server.url, context.new_page())

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def at_desk(new_page: Callable[[], Person], client_of: ClientOf) -> AtDesk:
    """Somebody who is signed in already."""

    def sign_in(user: User) -> Person:
        person = new_page()
        session = client_of(user).cookies[django_settings.SESSION_COOKIE_NAME]
        cookie = {"name": session.key, "value": session.value, "url": person.address}
        person.context.add_cookies([cookie])  # type: ignore[list-item]  # a typed dict
        return person

    return sign_in


@pytest.fixture
def contacts(tenant: Any, server: SandboxServer) -> Journey:
    """Contacts and customers with the recipe's defaults, both sides in the sandbox."""
    return start(tenant, server, "hubspot_quickbooks_contacts")
