"""Asks for a connection's access token, and prints it.

Arguments: connection id, tenant id, the token the provider refused (empty: just the current one).
"""

import json
import sys

import django

django.setup()

from integrations.models import Connection  # noqa: E402 (Django first)
from integrations.tokens import StoredTokens  # noqa: E402
from tests.integrations.processes import wait_for_the_others  # noqa: E402


def main() -> None:
    pk, tenant_id, refused = sys.argv[1:]
    connection = Connection.objects.for_tenant(int(tenant_id)).get(pk=int(pk))
    tokens = StoredTokens(connection)
    wait_for_the_others()
    sys.stdout.write(json.dumps(tokens.renew(refused) if refused else tokens.current()))


main()
