"""Tokens are unreadable in the database, and their keys can be changed."""

import pytest
from allauth.mfa import utils as second_factors
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError
from django.core.management import CommandError, call_command
from django.core.serializers import serialize
from django.db import connection as database
from django.forms import modelform_factory
from pytest_django import Settings

from accounts.tenancy import all_tenants
from integrations.models import TOKEN_FIELDS, Connection
from integrations.rotation import rotate_secrets
from integrations.secrets import UnreadableSecret, decrypt, encrypt, is_current
from tests.factories import UserFactory
from tests.integrations.conftest import MakeConnection

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def stored(name: str, pk: int) -> str:
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT access_token, refresh_token FROM integrations_connection WHERE id = %s", [pk]
        )
        row = cursor.fetchone()
    return str(row[TOKEN_FIELDS.index(name)])


def again(connection: Connection) -> Connection:
    return Connection.objects.for_tenant(connection.tenant_id).get(pk=connection.pk)


def test_a_token_is_encrypted_in_the_database_and_plain_in_python(connection: Connection) -> None:
    assert "access-1" not in stored("access_token", connection.pk)
    assert again(connection).access_token == "access-1"


def test_an_empty_token_stays_empty(make_connection: MakeConnection) -> None:
    connection = make_connection(access_token="")

    assert stored("access_token", connection.pk) == ""
    assert again(connection).access_token == ""


def test_an_update_encrypts_too(connection: Connection) -> None:
    Connection.objects.for_tenant(connection.tenant_id).update(access_token="access-2")

    assert "access-2" not in stored("access_token", connection.pk)
    assert again(connection).access_token == "access-2"


def test_a_wrong_key_raises_instead_of_giving_ciphertext(
    connection: Connection, settings: Settings
) -> None:
    settings.TOKEN_KEYS = [NEW]

    with pytest.raises(UnreadableSecret, match="TOKEN_KEYS"):
        again(connection)


@pytest.mark.parametrize("condition", [{"access_token": "x"}, {"refresh_token__startswith": "x"}])
def test_a_token_cannot_be_searched_for(condition: dict[str, str]) -> None:
    with pytest.raises(FieldError), all_tenants("test"):
        Connection.objects.filter(**condition)


def test_a_token_is_in_no_form_dump_or_repr(connection: Connection) -> None:
    form = modelform_factory(Connection, fields=["name"])
    dump = serialize("json", [connection])

    assert not {"access_token", "refresh_token"} & set(form.base_fields)
    assert "access-1" not in dump
    assert "refresh-1" not in dump
    assert "access-1" not in repr(connection)


def test_rotation_leaves_everything_under_the_first_key(
    make_connection: MakeConnection, settings: Settings
) -> None:
    settings.TOKEN_KEYS = [OLD]
    first, second = make_connection(), make_connection(external_id="2", refresh_token="")
    settings.TOKEN_KEYS = [NEW, OLD]

    assert rotate_secrets() == 3

    settings.TOKEN_KEYS = [NEW]
    assert again(first).access_token == "access-1"
    assert again(first).refresh_token == "refresh-1"
    assert again(second).refresh_token == ""


def test_rotation_keeps_second_factors_working(db: None, settings: Settings) -> None:
    settings.TOKEN_KEYS = [OLD]
    user, secret = UserFactory.create(), generate_totp_secret()
    factor = TOTP.activate(user, secret)
    codes = RecoveryCodes.activate(user).generate_codes()
    settings.TOKEN_KEYS = [NEW, OLD]

    assert rotate_secrets() == 2
    assert rotate_secrets() == 0

    settings.TOKEN_KEYS = [NEW]
    kept = Authenticator.objects.get(pk=factor.instance.pk)
    assert second_factors.decrypt(kept.data["secret"]) == secret
    assert RecoveryCodes.activate(user).generate_codes() == codes


def test_rotation_can_be_run_again(connection: Connection, settings: Settings) -> None:
    settings.TOKEN_KEYS = [NEW, *settings.TOKEN_KEYS]
    rotate_secrets()
    before = stored("access_token", connection.pk)

    assert rotate_secrets() == 0
    assert stored("access_token", connection.pk) == before


def test_rotation_goes_on_where_it_was_stopped(
    make_connection: MakeConnection, settings: Settings
) -> None:
    settings.TOKEN_KEYS = [OLD]
    first = make_connection()
    settings.TOKEN_KEYS = [NEW, OLD]
    make_connection(external_id="2")
    rotated_before = stored("access_token", first.pk)

    assert rotate_secrets() == 2
    assert stored("access_token", first.pk) != rotated_before


def test_rotation_without_the_old_key_says_so(connection: Connection, settings: Settings) -> None:
    settings.TOKEN_KEYS = [NEW]

    with pytest.raises(CommandError, match=r"Connection.access_token .* TOKEN_KEYS"):
        call_command("rotate_tokens")


def test_a_secret_knows_whether_its_key_is_current(settings: Settings) -> None:
    settings.TOKEN_KEYS = [OLD]
    text = encrypt("word")
    settings.TOKEN_KEYS = [NEW, OLD]

    assert not is_current(text)
    assert decrypt(text) == "word"
    assert is_current(encrypt("word"))
