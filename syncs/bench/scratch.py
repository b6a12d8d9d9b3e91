"""Databases that are made for a measurement and gone after it."""

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

SQLITE, POSTGRESQL = "sqlite", "postgresql"
DEFAULT_POSTGRES = "postgres://postgres@127.0.0.1:5432/"
MAINTENANCE = "postgres"
CONNECT_SECONDS = 3


class NoDatabase(Exception):
    """The server cannot be reached, or does not let us make databases; the message says why."""


@contextmanager
def scratch_database(kind: str, postgres_url: str = DEFAULT_POSTGRES) -> Iterator[str]:
    """The DATABASE_URL of an empty database of this kind. Raises NoDatabase."""
    make = _sqlite() if kind == SQLITE else _postgresql(postgres_url)
    with make as url:
        yield url


def trouble_with(postgres_url: str) -> str:
    """Why this server cannot be used; empty when it can."""
    try:
        with _server(postgres_url):
            return ""
    except NoDatabase as trouble:
        return str(trouble)


@contextmanager
def _sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="saldo-bench-", ignore_cleanup_errors=True) as folder:
        yield f"sqlite:///{Path(folder) / 'bench.sqlite3'}"


@contextmanager
def _postgresql(postgres_url: str) -> Iterator[str]:
    name = f"saldo_bench_{uuid.uuid4().hex[:12]}"
    with _server(postgres_url) as server:
        _run(server, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield _named(postgres_url, name)
    finally:
        with _server(postgres_url) as server:
            _run(server, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def _server(postgres_url: str) -> Iterator[psycopg.Connection]:
    address = postgres_url
    if not urlsplit(postgres_url).path.strip("/"):
        address = _named(postgres_url, MAINTENANCE)
    try:
        connection = psycopg.connect(address, autocommit=True, connect_timeout=CONNECT_SECONDS)
    except psycopg.Error as error:
        raise NoDatabase(f"PostgreSQL does not answer: {error}") from error
    with connection:
        yield connection


def _run(server: psycopg.Connection, statement: sql.Composed) -> None:
    try:
        server.execute(statement)
    except psycopg.Error as error:
        raise NoDatabase(f"PostgreSQL refuses: {error}") from error


def _named(postgres_url: str, database: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(postgres_url)._replace(path=f"/{database}"))
