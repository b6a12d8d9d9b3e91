"""What holds for the site as a whole."""

import logging

import pytest
from django.contrib import admin
from django.test import Client

from accounts.models import User
from config.logs import NoSecrets
from config.navigation import SECTIONS, Page
from tests.conftest import ClientOf


def test_the_site_root_leads_to_the_admin(client: Client) -> None:
    assert client.get("/").headers["Location"] == "/admin/"


def test_scripts_come_from_our_own_files_only(client_of: ClientOf, owner: User) -> None:
    policy = client_of(owner).get("/admin/").headers["Content-Security-Policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))

    assert rules["script-src"] == "'self' 'unsafe-eval'"
    assert rules["default-src"] == "'self'"
    assert rules["object-src"] == rules["base-uri"] == rules["frame-ancestors"] == "'none'"


def test_no_page_writes_scripts_into_its_html(client_of: ClientOf, owner: User) -> None:
    for path in ("/admin/", "/admin/accounts/membership/", "/accounts/email/", "/accounts/2fa/"):
        for script in client_of(owner).get(path).text.split("<script")[1:]:
            tag = script.split(">", 1)[0]
            assert "src=" in tag or "application/json" in tag, (path, tag)


def test_every_page_of_the_admin_stands_in_the_sidebar() -> None:
    listed = {page.model for _title, pages in SECTIONS for page in pages if isinstance(page, Page)}
    registered = {model._meta.label for model in admin.site._registry}

    assert registered - listed == set()


def test_the_sidebar_names_only_pages_there_are() -> None:
    listed = {page.model for _title, pages in SECTIONS for page in pages if isinstance(page, Page)}
    registered = {model._meta.label for model in admin.site._registry}

    assert listed - registered == set()


def test_an_owner_sees_no_page_of_ours(client_of: ClientOf, owner: User) -> None:
    text = client_of(owner).get("/admin/").text

    assert "Members" in text
    assert "Queued tasks" not in text
    assert "Second factors" not in text


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        pytest.param("access_token=abc&x=1", "access_token=[hidden]&x=1", id="in a form"),
        pytest.param('{"refresh_token": "a.b-c"}', '{"refresh_token": "[hidden]"}', id="in JSON"),
        pytest.param("Authorization: Bearer abc", "Authorization: Bearer [hidden]", id="a header"),
        pytest.param("?code=abc&state=d", "?code=[hidden]&state=d", id="in an address"),
        pytest.param("token refreshed for hub 7", "token refreshed for hub 7", id="plain words"),
    ],
)
def test_logs_hold_no_secrets(message: str, expected: str) -> None:
    record = logging.LogRecord("saldo", logging.INFO, "", 0, "%s", (message,), None)

    NoSecrets().filter(record)

    assert record.getMessage() == expected
