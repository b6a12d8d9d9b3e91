"""Calls an endpoint as hard as it can, and prints what it was let do.

Arguments: what to spend (day or errors), connection id, tenant id, spender.
"""

import json
import sys
from contextlib import suppress

import django

django.setup()

from integrations.budgets import budget_for  # noqa: E402 (Django first)
from integrations.contract import RetryLater  # noqa: E402
from integrations.http import DayRule, ErrorRule  # noqa: E402
from integrations.models import Connection  # noqa: E402
from integrations.quota import SharedQuota  # noqa: E402
from integrations.shared import store  # noqa: E402
from tests.integrations.processes import wait_for_the_others  # noqa: E402

DAY = DayRule(calls=100, reserve=10)
ERRORS = ErrorRule(calls=9)
TRIES = 60


def take_all(connection: Connection, spender: str) -> int:
    quota, taken = SharedQuota(connection, DAY, spender, store()), 0
    with suppress(RetryLater):
        while taken <= DAY.calls:
            quota.take()
            taken += 1
    return taken


def fail_all(connection: Connection) -> int:
    """Every call is refused; how many went out."""
    budget, sent = budget_for(connection), 0
    for _ in range(TRIES):
        visit = budget.enter("SalesInvoices", ERRORS)
        if visit.wait:
            continue
        sent += 1
        budget.leave("SalesInvoices", ERRORS, visit.ticket, refused=True)
    return sent


def main() -> None:
    kind, pk, tenant_id, spender = sys.argv[1:]
    connection = Connection.objects.for_tenant(int(tenant_id)).get(pk=int(pk))
    wait_for_the_others()
    done = take_all(connection, spender) if kind == "day" else fail_all(connection)
    sys.stdout.write(json.dumps(done))


main()
