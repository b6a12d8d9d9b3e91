"""All settings, from the environment. A fresh checkout runs with none of them set.

Without SECRET_KEY this is somebody's own machine: DEBUG is on, SQLite lies in var/. With it,
everything a production site needs is demanded at start.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.http.request import validate_host
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from config.environment import (
    check_pair,
    check_public_url,
    check_secret_key,
    check_token_keys,
    check_url,
    country_keys,
    has_fair_port,
    mailer,
    refuse,
    refuse_public,
    switch,
)
from config.look import LOOK

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if (BASE_DIR / ".env").is_file():
    env.read_env(BASE_DIR / ".env")

DEBUG = switch("DEBUG", env.str("DEBUG", default=""), default="SECRET_KEY" not in os.environ)
# Public, so good for one's own machine only; refused elsewhere.
DEVELOPMENT_SECRET_KEY = "development-only-and-public-so-never-for-a-site-others-reach"  # noqa: S105
DEVELOPMENT_TOKEN_KEY = "ZGV2ZWxvcG1lbnQgb25seSwgYSBwdWJsaWMga2V5ISE="  # noqa: S105


def required(variable: str, development: str) -> str:
    """The variable's value; without one, the development value, but only in DEBUG."""
    value: str = env.str(variable, default="")
    if value:
        return value
    if DEBUG:
        return development
    raise refuse(variable, "is not set", "Production needs it; see the settings table in README.")


def number(variable: str, default: int, *, least: int = 0) -> int:
    value = env.str(variable, default=str(default))
    if not value.isdecimal() or int(value) < least:
        raise refuse(variable, "is not a number we can use", f"Set it to {least} or more.")
    return int(value)


# --- The site ---------------------------------------------------------------------------------

VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
SECRET_KEY = required("SECRET_KEY", DEVELOPMENT_SECRET_KEY)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
TOKEN_KEYS = check_token_keys(required("TOKEN_KEYS", DEVELOPMENT_TOKEN_KEY).split(","))
if not DEBUG:
    check_secret_key(SECRET_KEY)
    refuse_public("SECRET_KEY", [SECRET_KEY, *SECRET_KEY_FALLBACKS], DEVELOPMENT_SECRET_KEY)
    refuse_public("TOKEN_KEYS", TOKEN_KEYS, DEVELOPMENT_TOKEN_KEY)
PUBLIC_URL = check_public_url(required("PUBLIC_URL", "http://127.0.0.1:8000"), https=not DEBUG)
_hosts = required("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
ALLOWED_HOSTS = [host.strip() for host in _hosts if host.strip()]
if "*" in ALLOWED_HOSTS and not DEBUG:
    raise refuse("ALLOWED_HOSTS", "is *", "Name the hosts this site answers to.")
if not validate_host(urlsplit(PUBLIC_URL).hostname or "", ALLOWED_HOSTS) and not DEBUG:
    raise refuse("ALLOWED_HOSTS", "lacks the host of PUBLIC_URL", "Name that host as well.")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
# How many proxies stand before us and may tell the client's address and scheme.
TRUSTED_PROXIES = number("TRUSTED_PROXIES", 0 if DEBUG else 1)

# --- The providers ----------------------------------------------------------------------------

HUBSPOT_CLIENT_ID = env.str("HUBSPOT_CLIENT_ID", default="")
HUBSPOT_CLIENT_SECRET = env.str("HUBSPOT_CLIENT_SECRET", default="")
check_pair(
    ("HUBSPOT_CLIENT_ID", "HUBSPOT_CLIENT_SECRET"), (HUBSPOT_CLIENT_ID, HUBSPOT_CLIENT_SECRET)
)
QUICKBOOKS_CLIENT_ID = env.str("QUICKBOOKS_CLIENT_ID", default="")
QUICKBOOKS_CLIENT_SECRET = env.str("QUICKBOOKS_CLIENT_SECRET", default="")
QUICKBOOKS_WEBHOOK_TOKEN = env.str("QUICKBOOKS_WEBHOOK_TOKEN", default="")
check_pair(
    ("QUICKBOOKS_CLIENT_ID", "QUICKBOOKS_CLIENT_SECRET"),
    (QUICKBOOKS_CLIENT_ID, QUICKBOOKS_CLIENT_SECRET),
)
# Intuit gives its test companies keys of their own.
QUICKBOOKS_TEST_CLIENT_ID = env.str("QUICKBOOKS_TEST_CLIENT_ID", default="")
QUICKBOOKS_TEST_CLIENT_SECRET = env.str("QUICKBOOKS_TEST_CLIENT_SECRET", default="")
QUICKBOOKS_TEST_WEBHOOK_TOKEN = env.str("QUICKBOOKS_TEST_WEBHOOK_TOKEN", default="")
check_pair(
    ("QUICKBOOKS_TEST_CLIENT_ID", "QUICKBOOKS_TEST_CLIENT_SECRET"),
    (QUICKBOOKS_TEST_CLIENT_ID, QUICKBOOKS_TEST_CLIENT_SECRET),
)
EXACT_CLIENT_ID = env.str("EXACT_CLIENT_ID", default="")
EXACT_CLIENT_SECRET = env.str("EXACT_CLIENT_SECRET", default="")
EXACT_WEBHOOK_TOKEN = env.str("EXACT_WEBHOOK_TOKEN", default="")
check_pair(("EXACT_CLIENT_ID", "EXACT_CLIENT_SECRET"), (EXACT_CLIENT_ID, EXACT_CLIENT_SECRET))
# Exact has a site in each country and registers an application at one of them. The Dutch one has
# no country in its name; the others are EXACT_BE_CLIENT_ID and so on.
for _country in ("BE", "DE", "UK", "FR", "ES"):
    globals().update(country_keys(env, f"EXACT_{_country}"))
# Where the stand-in for the providers answers; empty in production, where there is none.
SANDBOX_URL = env.str("SANDBOX_URL", default="http://127.0.0.1:8799" if DEBUG else "").rstrip("/")
if SANDBOX_URL:
    check_url("SANDBOX_URL", SANDBOX_URL, ("http", "https"))
# The log of calls to the providers keeps so many days, and at most so many rows.
CALL_LOG_DAYS = number("CALL_LOG_DAYS", 30, least=1)
CALL_LOG_ROWS = number("CALL_LOG_ROWS", 1_000_000, least=1)

# --- Applications -----------------------------------------------------------------------------

INSTALLED_APPS = [
    # The theme's templates must be found before the admin's.
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "config.apps.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "auditlog",
    "django_q",
    "accounts",
    "integrations",
    "syncs",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "accounts.middleware.ViewAsMiddleware",
    "accounts.middleware.TenantScopeMiddleware",
    "accounts.middleware.StaffMfaMiddleware",
    "auditlog.middleware.AuditlogMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.theme",
            ]
        },
    }
]

# --- Storage ----------------------------------------------------------------------------------

SQLITE_OPTIONS = {
    # Take the write lock at once: a transaction that asks for it halfway cannot wait for it.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}


def database() -> dict[str, Any]:
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    url = required("DATABASE_URL", f"sqlite:///{VAR_DIR / 'saldo.sqlite3'}")
    chosen: dict[str, Any] = env.db_url_config(url) if has_fair_port(url) else {}
    # A worker that opens a connection for each query is eight times slower.
    chosen |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
    if chosen.get("ENGINE") == "django.db.backends.sqlite3":
        chosen["OPTIONS"] = SQLITE_OPTIONS
    elif chosen.get("ENGINE") != "django.db.backends.postgresql":
        raise refuse(
            "DATABASE_URL",
            "names a database we do not run on",
            "Use sqlite:///path or postgres://user:password@host/name.",
        )
    return chosen


DATABASES = {"default": database()}
REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL:
    check_url("REDIS_URL", REDIS_URL, ("redis", "rediss"))


def cache() -> dict[str, Any]:
    """Shared by all processes outside of development: login attempts are counted in it."""
    if REDIS_URL:
        return {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if DEBUG:
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    return {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": VAR_DIR / "cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }


CACHES = {"default": cache()}
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR_DIR / "files"},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
# In development WhiteNoise finds files where they lie; no collectstatic, no empty folder.
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG

# --- The queue --------------------------------------------------------------------------------

Q_CLUSTER: dict[str, Any] = {
    "name": "saldo",
    "workers": number("WORKERS", 2, least=1),
    # retry must exceed timeout * (1 + (queue_limit + bulk) / workers), else work runs twice.
    "timeout": 300,
    "retry": 1800,
    "queue_limit": 4,
    "bulk": 4,
    # Attempts are counted in our own rows, before the work starts.
    "max_attempts": 1,
    "ack_failures": True,
    # Any other number loads all kept results for each finished task.
    "save_limit": 0,
    "catch_up": False,
    "poll": 0.1,
    "recycle": 200,
    "max_rss": 400_000,
    **({"redis": REDIS_URL} if REDIS_URL else {"orm": "default"}),
}

# --- People -----------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
LOGOUT_REDIRECT_URL = "account_login"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
]
ACCOUNT_ADAPTER = "accounts.adapter.InvitationOnlyAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Saldo: "
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if DEBUG else "https"
# Failed logins: five for one address and key in five minutes, whoever asks.
ACCOUNT_RATE_LIMITS = {"login_failed": "20/5m/ip,5/5m/key", "login": "60/m/ip"}
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
MFA_ADAPTER = "accounts.adapter.EncryptedMfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
# Browsers allow passkeys over plain http on localhost only.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
MFA_TOTP_ISSUER = "Saldo"
USERSESSIONS_TRACK_ACTIVITY = False
# Auditlog compares with the stored row; the tenant's manager would ask for a scope.
AUDITLOG_USE_BASE_MANAGER = True

# --- Mail -------------------------------------------------------------------------------------

MAILERS = {"default": mailer(required("EMAIL_URL", "consolemail://"))}
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Saldo <saldo@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- Language and time ------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", _("English")),
    ("nl", _("Dutch")),
    ("it", _("Italian")),
    ("da", _("Danish")),
    ("nb", _("Norwegian")),
    ("fr", _("French")),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# --- Security ---------------------------------------------------------------------------------

SECURE_CSP = {
    "default-src": [CSP.SELF],
    # The theme's Alpine builds functions from text. Inline scripts stay forbidden.
    "script-src": [CSP.SELF, CSP.UNSAFE_EVAL],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "object-src": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_REFERRER_POLICY = "same-origin"
if not DEBUG:
    _redirect = env.str("SECURE_SSL_REDIRECT", default="")
    SECURE_SSL_REDIRECT = switch("SECURE_SSL_REDIRECT", _redirect, default=True)
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    if TRUSTED_PROXIES:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- Logs and admin ---------------------------------------------------------------------------

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO").upper()
if LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
    raise refuse("LOG_LEVEL", "is unknown", "It must be DEBUG, INFO, WARNING or ERROR.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "no_secrets": {"()": "config.logs.NoSecrets"},
        "redact_providers": {"()": "integrations.logs.RedactProviders"},
    },
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["redact_providers", "no_secrets"],
        }
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    # Its own handler would write each line twice, and past the filter.
    "loggers": {"django": {"handlers": [], "level": LOG_LEVEL, "propagate": True}},
}
UNFOLD = LOOK
