"""The indexes that each database has in its own way: kept by `migrate`, and made use of."""

import logging

import pytest
from django.db import connection

from accounts.models import Tenant
from accounts.tenancy import all_tenants, tenant_scope
from syncs import indexes
from syncs.models import SyncRecord

pytestmark = pytest.mark.django_db
WANTED = indexes.INDEXES[connection.vendor]


def run(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return "\n".join(str(row) for row in cursor.fetchall()) if cursor.description else ""


def plan_of_a_search() -> str:
    found = SyncRecord.objects.filter(indexes.named("brouwer")).order_by()
    return found.values_list("pk", flat=True).explain()


def known() -> set[str]:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, SyncRecord._meta.db_table)
    return set(WANTED) & set(found)


def test_a_migrated_database_has_them() -> None:
    assert known() == set(WANTED)


def test_one_that_was_lost_comes_back() -> None:
    run("DROP INDEX record_failing_since")

    indexes.keep_indexes("default")

    assert known() == set(WANTED)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL plans by the rows there are")
def test_a_name_is_looked_up_in_the_narrow_index(tenant: Tenant) -> None:
    with tenant_scope(tenant):
        assert "USING COVERING INDEX record_titles" in plan_of_a_search()


@pytest.mark.postgresql
def test_a_name_is_looked_up_by_its_trigrams() -> None:
    # In a table with so few rows, walking it would be quicker.
    run("SET LOCAL enable_seqscan = off")
    with all_tenants("a plan and no rows"):
        plan = plan_of_a_search()

    assert "record_left_title" in plan
    assert "record_right_title" in plan


@pytest.mark.postgresql
def test_without_the_right_to_trigrams_migrate_says_so_and_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    run("DROP EXTENSION pg_trgm CASCADE")
    # A role that every server has and that may create nothing.
    run("SET LOCAL ROLE pg_monitor")

    with caplog.at_level(logging.WARNING):
        indexes.keep_indexes("default")

    assert "pg_trgm" in caplog.text
    assert known() == {"record_failing_since"}


@pytest.mark.postgresql
def test_trigrams_that_are_allowed_later_are_made_use_of() -> None:
    run("DROP EXTENSION pg_trgm CASCADE")

    indexes.keep_indexes("default")

    assert known() == set(WANTED)
