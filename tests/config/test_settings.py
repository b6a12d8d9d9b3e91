"""Settings: nothing needed on one's own machine, everything demanded in production."""

import base64
import os
import runpy
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import pytest
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parents[2]
KEY = base64.urlsafe_b64encode(b"k" * 32).decode()
PRODUCTION = {
    "SECRET_KEY": "aB3-dE6_gH9" * 6,
    "TOKEN_KEYS": KEY,
    "DATABASE_URL": "postgres://saldo:secret@db.example.org/saldo",
    "ALLOWED_HOSTS": "saldo.example.org",
    "PUBLIC_URL": "https://saldo.example.org",
    "EMAIL_URL": "smtp+tls://user:pass%40word@mail.example.org:587",
    "HUBSPOT_CLIENT_ID": "hubspot-id",
    "HUBSPOT_CLIENT_SECRET": "hubspot-secret",
    "QUICKBOOKS_CLIENT_ID": "quickbooks-id",
    "QUICKBOOKS_CLIENT_SECRET": "quickbooks-secret",
    "QUICKBOOKS_WEBHOOK_TOKEN": "quickbooks-verifier",
    "EXACT_CLIENT_ID": "exact-id",
    "EXACT_CLIENT_SECRET": "exact-secret",
    "EXACT_WEBHOOK_TOKEN": "exact-word",
}
OURS = ("DEBUG", "REDIS_URL", "SANDBOX_URL", "WORKERS", "LOG_LEVEL", "TRUSTED_PROXIES")


type Done = subprocess.CompletedProcess[str]


def manage(tmp_path: Path, *command: str, **variables: str) -> Done:
    return run(tmp_path, ["manage.py", *command], variables)


def refusal(tmp_path: Path, **variables: str) -> str:
    """Why the settings are refused, which shows before Django starts: so no process is needed."""
    with (
        patch.dict(os.environ, environment(tmp_path, variables), clear=True),
        pytest.raises(ImproperlyConfigured) as refused,
    ):
        runpy.run_path(str(ROOT / "config" / "settings.py"))
    return str(refused.value)


def run(tmp_path: Path, arguments: list[str], variables: dict[str, str]) -> Done:
    """Python in a process of its own, with these variables and none of ours."""
    return subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        cwd=ROOT,
        env=environment(tmp_path, variables),
        capture_output=True,
        text=True,
        check=False,
    )


def environment(tmp_path: Path, variables: dict[str, str]) -> dict[str, str]:
    unset = {*PRODUCTION, *OURS}
    inherited = {name: value for name, value in os.environ.items() if name not in unset}
    return {**inherited, "VAR_DIR": str(tmp_path / "var"), **variables}


def production(**changes: str) -> dict[str, str]:
    return {name: value for name, value in {**PRODUCTION, **changes}.items() if value}


def ask(tmp_path: Path, expression: str, **variables: str) -> str:
    """An expression over settings, evaluated where these variables are set."""
    code = f"from django.conf import settings; print({expression})"
    done = manage(tmp_path, "shell", "-v", "0", "-c", code, **variables)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_fresh_checkout_needs_no_variable(tmp_path: Path) -> None:
    done = manage(tmp_path, "check")

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "var").is_dir()


def test_the_deployment_check_is_clean_in_production(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", "--deploy", "--fail-level", "DEBUG", **production())

    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_redis_carries_queue_and_cache_where_it_is_named(tmp_path: Path) -> None:
    address = "redis://redis.example.org:6379/0"
    variables = production(REDIS_URL=address)
    done = manage(tmp_path, "check", "--deploy", "--fail-level", "DEBUG", **variables)
    assert done.returncode == 0, done.stderr

    asked = "settings.Q_CLUSTER.get('orm'), settings.Q_CLUSTER['redis']"
    assert ask(tmp_path, asked, **variables) == f"None {address}"


@pytest.mark.parametrize(
    ("changes", "variable"),
    [
        pytest.param({"SECRET_KEY": "short"}, "SECRET_KEY", id="a short secret key"),
        pytest.param({"TOKEN_KEYS": ""}, "TOKEN_KEYS", id="no token key"),
        pytest.param({"TOKEN_KEYS": f"{KEY},oops"}, "TOKEN_KEYS", id="one token key is none"),
        pytest.param({"DATABASE_URL": ""}, "DATABASE_URL", id="no database"),
        pytest.param({"DATABASE_URL": "mysql://h/n"}, "DATABASE_URL", id="another database"),
        pytest.param({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS", id="no hosts"),
        pytest.param({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS", id="any host"),
        pytest.param({"PUBLIC_URL": ""}, "PUBLIC_URL", id="no public address"),
        pytest.param({"PUBLIC_URL": "http://x.org"}, "PUBLIC_URL", id="a public http address"),
        pytest.param({"PUBLIC_URL": "https://x.org/app"}, "PUBLIC_URL", id="one with a path"),
        pytest.param({"EMAIL_URL": ""}, "EMAIL_URL", id="no mail server"),
        pytest.param({"EMAIL_URL": "pigeon://x"}, "EMAIL_URL", id="an unknown way of mailing"),
        pytest.param({"EMAIL_URL": "smtp://h?timeout=x"}, "EMAIL_URL", id="a timeout in words"),
        pytest.param({"REDIS_URL": "localhost:6379"}, "REDIS_URL", id="Redis without scheme"),
        pytest.param({"SANDBOX_URL": "nowhere"}, "SANDBOX_URL", id="a sandbox without scheme"),
        pytest.param({"HUBSPOT_CLIENT_SECRET": ""}, "HUBSPOT_CLIENT_SECRET", id="an id, no secret"),
        pytest.param({"QUICKBOOKS_CLIENT_ID": ""}, "QUICKBOOKS_CLIENT_ID", id="no id"),
        pytest.param({"EXACT_BE_CLIENT_ID": "id"}, "EXACT_BE_CLIENT_SECRET", id="a country's id"),
        pytest.param({"LOG_LEVEL": "loud"}, "LOG_LEVEL", id="an unknown log level"),
        pytest.param({"WORKERS": "many"}, "WORKERS", id="a number in words"),
        pytest.param({"WORKERS": "0"}, "WORKERS", id="no workers at all"),
        pytest.param({"TRUSTED_PROXIES": "-1"}, "TRUSTED_PROXIES", id="fewer than no proxies"),
        pytest.param({"CALL_LOG_DAYS": "abc"}, "CALL_LOG_DAYS", id="days in letters"),
        pytest.param({"CALL_LOG_ROWS": "0"}, "CALL_LOG_ROWS", id="a log of no rows"),
        pytest.param({"DEBUG": "maybe"}, "DEBUG", id="a switch neither on nor off"),
        pytest.param({"SECURE_SSL_REDIRECT": "ja"}, "SECURE_SSL_REDIRECT", id="yes in Dutch"),
        pytest.param({"ALLOWED_HOSTS": " ,"}, "ALLOWED_HOSTS", id="hosts without names"),
        pytest.param({"ALLOWED_HOSTS": "b.org"}, "ALLOWED_HOSTS", id="hosts without our own"),
        pytest.param({"PUBLIC_URL": "https://x.org:y"}, "PUBLIC_URL", id="a port in letters"),
        pytest.param({"DATABASE_URL": "postgres://h:y/n"}, "DATABASE_URL", id="one at the base"),
    ],
)
def test_wrong_settings_are_refused_by_name(
    tmp_path: Path, changes: dict[str, str], variable: str
) -> None:
    told = refusal(tmp_path, **production(**changes))

    assert variable in told
    assert "secret@db" not in told


def test_the_public_development_keys_are_refused_in_production(tmp_path: Path) -> None:
    asked = "settings.DEVELOPMENT_SECRET_KEY, settings.DEVELOPMENT_TOKEN_KEY"
    secret, token = ask(tmp_path, asked).split()

    for variables in (production(SECRET_KEY=secret), production(TOKEN_KEYS=token)):
        assert "public" in refusal(tmp_path, **variables)


def test_sqlite_takes_the_write_lock_at_once(tmp_path: Path) -> None:
    asked = "settings.DATABASES['default']['OPTIONS']['transaction_mode'], settings.DEBUG"

    assert ask(tmp_path, asked) == "IMMEDIATE True"
    assert ask(tmp_path, asked, DATABASE_URL="sqlite:////tmp/x.sqlite3") == "IMMEDIATE True"


def test_the_mail_address_is_taken_apart(tmp_path: Path) -> None:
    asked = (
        "[settings.MAILERS['default']['OPTIONS'][name] "
        "for name in ('host', 'port', 'username', 'password', 'use_tls', 'use_ssl')]"
    )

    assert ask(tmp_path, asked, **production()) == (
        "['mail.example.org', 587, 'user', 'pass@word', True, False]"
    )


def test_static_files_can_be_collected_for_production(tmp_path: Path) -> None:
    done = manage(tmp_path, "collectstatic", "--dry-run", "--no-input", **production())

    assert done.returncode == 0, done.stderr
