"""No token and no secret ever appears where somebody could read it."""

import io
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.module_loading import import_string

from accounts.models import Tenant, User
from integrations import services
from integrations.logs import RedactProviders
from integrations.models import CallRecord, Connection
from integrations.sandbox.server import SandboxServer
from tests.conftest import ClientOf
from tests.integrations.browser import answer_consent, local


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that would be logged, down to debugging, through the filters of the site."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s"))
    site: Any = settings.LOGGING
    for name in site["handlers"]["console"]["filters"]:
        handler.addFilter(import_string(site["filters"][name]["()"])())
    root, urllib3 = logging.getLogger(), logging.getLogger("urllib3")
    levels = root.level, urllib3.level
    root.setLevel(logging.DEBUG)
    urllib3.setLevel(logging.DEBUG)
    root.addHandler(handler)
    yield written
    root.removeHandler(handler)
    root.setLevel(levels[0])
    urllib3.setLevel(levels[1])


class Story:
    """Somebody connects, works, is refused, reconnects and leaves; what was shown to whom."""

    def __init__(self, browser: Client, tenant: Tenant, sandbox: SandboxServer) -> None:
        self.browser = browser
        self.tenant = tenant
        self.sandbox = sandbox
        self.shown: list[str] = []
        self.secrets: set[str] = set()

    def live(self) -> None:
        self.connect()
        services.check_connection(self.connection())
        self.sandbox.sandbox.quickbooks.sign_in.tokens.expire("access")
        services.check_connection(self.connection())
        self.look()
        self.break_token_calls()
        self.look()
        services.disconnect(self.connection())

    def connect(self) -> None:
        page = reverse("integrations:connect_provider", args=["quickbooks"])
        answer = self.browser.post(page, {"tenant": self.tenant.pk, "environment": "sandbox"})
        back = answer_consent(str(answer.context["url"]))
        self.secrets.add(back.split("code=")[1].split("&")[0])
        self.show(self.browser.get(local(back), follow=True))
        self.show(self.browser.get(local(back)))
        self.remember()

    def break_token_calls(self) -> None:
        """The provider answers with the very token it was sent."""
        rule = {
            "provider": "quickbooks",
            "path": "tokens/bearer",
            "kind": "status",
            "status": 400,
            "times": 5,
            "body": f'{{"error": "invalid_grant", "refresh_token": "{min(self.secrets)}"}}',
        }
        self.sandbox.sandbox.faults.add(rule)
        tokens = self.sandbox.sandbox.quickbooks.sign_in.tokens
        tokens.expire("access")
        result = services.check_connection(self.connection())
        self.shown.append(result.message)

    def look(self) -> None:
        connection = self.connection()
        self.remember()
        for name, arguments in (
            ("admin:integrations_connection_changelist", []),
            ("admin:integrations_connection_change", [connection.pk]),
            ("admin:integrations_connection_history", [connection.pk]),
            ("admin:integrations_callrecord_changelist", []),
        ):
            self.show(self.browser.get(reverse(name, args=arguments)))

    def show(self, answer: Any) -> None:
        self.shown.append(answer.content.decode())

    def remember(self) -> None:
        connection = self.connection()
        self.secrets |= {connection.access_token, connection.refresh_token}

    def connection(self) -> Connection:
        return Connection.objects.for_tenant(self.tenant).get()


def test_no_secret_is_ever_shown_logged_or_recorded(
    owner: User, tenant: Tenant, client_of: ClientOf, sandbox: SandboxServer, log: io.StringIO
) -> None:
    story = Story(client_of(owner), tenant, sandbox)
    story.live()
    secrets = story.secrets | {sandbox.sandbox.quickbooks.app.client_secret} - {""}
    calls = CallRecord.objects.for_tenant(tenant).values()
    changes = LogEntry.objects.values_list("changes", "object_repr", "additional_data")

    places = {
        "pages": "".join(story.shown),
        "log": log.getvalue(),
        "call records": str(list(calls)),
        "audit log": str(list(changes)),
        "connection": repr(vars(Connection.objects.for_tenant(tenant).get())),
    }

    assert len(secrets) >= 5
    assert len(calls) >= 3
    assert "urllib3" in places["log"]
    for place, text in places.items():
        assert not [secret for secret in secrets if secret in text], place


def test_a_refused_token_call_was_really_part_of_the_story(
    owner: User, tenant: Tenant, client_of: ClientOf, sandbox: SandboxServer
) -> None:
    """Else the test above would look for secrets where none could be."""
    story = Story(client_of(owner), tenant, sandbox)
    story.connect()
    story.break_token_calls()

    assert story.connection().pause_category == "connection_reauth"


def record(name: str, message: str, *arguments: object) -> logging.LogRecord:
    return logging.LogRecord(name, logging.INFO, __file__, 1, message, arguments, None)


@pytest.mark.parametrize(
    ("message", "arguments", "expected"),
    [
        pytest.param("Sent: Bearer %s", ("abc",), "Sent: Bearer ***", id="header"),
        pytest.param("sent refresh_token=abc&x=1", (), "sent refresh_token=***&x=1", id="form"),
        pytest.param("to %s", ("ann@example.org",), "to ***@***", id="e-mail"),
        pytest.param('"GET /query?q=ann%%40x.org HTTP/1.1"', (), '"GET /query?*** HTTP/1.1"',
                     id="query string"),
        pytest.param("4 contacts read", (), "4 contacts read", id="nothing to hide"),
    ],
)  # fmt: skip
def test_what_is_hidden_in_our_logs(
    message: str, arguments: tuple[object, ...], expected: str
) -> None:
    found = record("integrations.tokens", message, *arguments)

    assert RedactProviders().filter(found)
    assert found.getMessage() == expected.replace("%%", "%")


def test_exceptions_are_cleaned_too() -> None:
    error = ValueError("Bearer abcdef")
    found = record("integrations", "failed")
    found.exc_info = (ValueError, error, None)

    RedactProviders().filter(found)

    shown = logging.Formatter().format(found)
    assert "ValueError" in shown
    assert "abcdef" not in shown


def test_other_logs_are_left_alone() -> None:
    found = record("django.request", "Not Found: /x?y=1")

    RedactProviders().filter(found)

    assert found.getMessage() == "Not Found: /x?y=1"
