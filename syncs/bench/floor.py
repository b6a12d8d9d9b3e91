"""The floor: the least that reading and storing takes in this language on this machine, now.

One requests session, one JSON decoder, one bulk upsert per page and commit. It matches, compares
and decides nothing. A machine that others share has fast and slow minutes: only the ratio to a
floor measured next to a phase means something.
"""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import requests
from django.db import connection

from integrations.connectors.hubspot.settings import LIST_PAGE, VERSION
from syncs.recipes.hubspot_quickbooks import CONTACTS_CUSTOMERS

TABLE = "bench_floor"
TIMEOUT = 60.0

type Payload = dict[str, Any]
type Store = Callable[[list[Payload]], None]


def properties() -> list[str]:
    """What the contacts sync reads of a contact itself."""
    mapped = {name for mapping in CONTACTS_CUSTOMERS.mappings for name in mapping.left}
    filtered = {default.condition.field for default in CONTACTS_CUSTOMERS.conditions}
    return sorted(name for name in mapped | filtered if "." not in name)


def run(base_url: str, token: str) -> int:
    """Read and store all contacts; how many they were."""
    store = _sqlite_store() if connection.vendor == "sqlite" else _postgresql_store()
    count = 0
    for results in _pages(base_url, token):
        store(results)
        count += len(results)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}")
    return count


def _pages(base_url: str, token: str) -> Iterator[list[Payload]]:
    url = f"{base_url}/crm/objects/{VERSION}/contacts"
    wanted = {"limit": str(LIST_PAGE), "properties": ",".join(properties())}
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = f"Bearer {token}"
        after: str | None = ""
        while after is not None:
            answer = session.get(url, params={**wanted, "after": after}, timeout=TIMEOUT)
            answer.raise_for_status()
            page = msgspec.json.decode(answer.content)
            yield page["results"]
            after = page.get("paging", {}).get("next", {}).get("after")


def _sqlite_store() -> Store:
    raw = _raw()
    raw.execute(f"CREATE TABLE {TABLE} (id TEXT PRIMARY KEY, body TEXT)")
    upsert = (
        f"INSERT INTO {TABLE} VALUES (?, ?) "  # noqa: S608  # a constant
        "ON CONFLICT (id) DO UPDATE SET body = excluded.body"
    )
    encode = msgspec.json.encode

    def store(results: list[Payload]) -> None:
        rows = [(each["id"], encode(each["properties"]).decode()) for each in results]
        raw.execute("BEGIN IMMEDIATE")
        raw.executemany(upsert, rows)
        raw.execute("COMMIT")

    return store


def _postgresql_store() -> Store:
    raw = _raw()
    raw.execute(f"CREATE TABLE {TABLE} (id text PRIMARY KEY, body jsonb)")
    upsert = (
        f"INSERT INTO {TABLE} SELECT id, properties "  # noqa: S608  # a constant
        "FROM jsonb_to_recordset(%s::jsonb) AS page (id text, properties jsonb) "
        "ON CONFLICT (id) DO UPDATE SET body = excluded.body"
    )

    def store(results: list[Payload]) -> None:
        raw.execute(upsert, [msgspec.json.encode(results).decode()])

    return store


def _raw() -> Any:
    """The driver's own connection, without Django's cursors round it."""
    connection.ensure_connection()
    connection.connection.execute(f"DROP TABLE IF EXISTS {TABLE}")
    return connection.connection
