"""Wrong set-ups are named at start."""

from typing import Any

import pytest
from pytest_django import Settings

from integrations.checks import (
    check_public_url,
    check_registrations,
    check_token_keys,
    check_webhook_tokens,
)


def ids(found: Any) -> list[str]:
    return [message.id for message in found]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ([], ["integrations.E001"]),
        (["too-short"], ["integrations.E002"]),
        (["ü" * 44], ["integrations.E002"]),
    ],
)
def test_keys_that_cannot_encrypt_are_errors(
    keys: list[str], expected: list[str], settings: Settings
) -> None:
    settings.TOKEN_KEYS = keys

    assert ids(check_token_keys(None)) == expected


def test_a_good_key_is_fine() -> None:
    assert ids(check_token_keys(None)) == []


def test_plain_http_is_an_error_in_production(settings: Settings) -> None:
    assert ids(check_public_url(None)) == []
    settings.PUBLIC_URL = "http://saldo.example.org"

    assert ids(check_public_url(None)) == ["integrations.E003"]


def test_a_provider_without_registration_is_named_with_its_variables() -> None:
    quickbooks, exact = check_registrations(None)

    assert ids([quickbooks, exact]) == ["integrations.W001"] * 2
    assert "QUICKBOOKS_CLIENT_ID and QUICKBOOKS_CLIENT_SECRET" in quickbooks.msg
    assert "EXACT_CLIENT_ID and EXACT_CLIENT_SECRET" in exact.msg


def test_a_registration_in_one_country_is_enough(settings: Settings) -> None:
    settings.EXACT_BE_CLIENT_ID = "id"

    assert not any("Exact" in warning.msg for warning in check_registrations(None))


def test_a_webhook_word_that_is_missing_is_named(settings: Settings) -> None:
    assert check_webhook_tokens(None) == []
    settings.QUICKBOOKS_CLIENT_ID = settings.QUICKBOOKS_TEST_CLIENT_ID = "id"

    live, test = check_webhook_tokens(None)

    assert ids([live, test]) == ["integrations.W002"] * 2
    assert "QUICKBOOKS_WEBHOOK_TOKEN is not set" in live.msg
    assert "QUICKBOOKS_TEST_WEBHOOK_TOKEN is not set" in test.msg
    settings.QUICKBOOKS_WEBHOOK_TOKEN = settings.QUICKBOOKS_TEST_WEBHOOK_TOKEN = "word"
    assert check_webhook_tokens(None) == []
