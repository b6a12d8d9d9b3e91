"""The second account at HubSpot: the same application, nothing else in common."""

from integrations.sandbox.assemble import make_sandbox
from integrations.sandbox.core import Request


def test_what_one_account_holds_the_other_does_not() -> None:
    sandbox = make_sandbox()

    sandbox.hubspot_nl.load("companies", [{"name": "Van Dijk"}])

    assert [len(one.all("companies")) for one in (sandbox.hubspot_nl, sandbox.hubspot)] == [1, 0]


def test_a_token_of_one_account_opens_only_that_one() -> None:
    sandbox = make_sandbox()
    ready = {name: each.ready(name) for name, each in sandbox.providers.items()}

    def status(mount: str, token: str) -> int:
        headers = {"authorization": f"Bearer {token}"}
        asked = Request("GET", "/account-info/2026-03/details", {}, headers)
        return sandbox.handle(mount, asked).status

    own, other = (ready[name]["access_token"] for name in ("hubspot-nl", "hubspot"))
    assert status("hubspot-nl", own) == 200
    assert status("hubspot-nl", other) == 401


def test_one_application_is_installed_in_both() -> None:
    sandbox = make_sandbox()
    first, second = (sandbox.providers[name].ready(name) for name in ("hubspot", "hubspot-nl"))

    assert first["client_id"] == second["client_id"]
    assert first["account_id"] != second["account_id"]
