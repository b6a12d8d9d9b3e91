"""The control endpoint: counters, faults, the clock, changes by hand, snapshots, reset."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests

from integrations.sandbox.assemble import make_sandbox
from integrations.sandbox.server import SandboxServer
from integrations.sandbox.state_file import load_state, save_state
from tests.sandbox.hubspot_account import OBJECTS, Account

CONTACTS = f"{OBJECTS}/contacts"


def test_the_state_counts_calls_writes_and_refreshes(account: Account) -> None:
    record_id = account.create("contacts", email="a@example.org")
    account.get(f"/crm/v3/objects/0-1/{record_id}")
    account.get(CONTACTS)
    account.get("/nowhere")

    state = account.control("GET", "state").json()

    hubspot = state["providers"]["hubspot"]
    assert hubspot["calls_by_template"] == {
        "GET (unknown)": 1,
        "GET /crm/objects/contacts": 1,
        "GET /crm/objects/contacts/{id}": 1,
        "POST /crm/objects/contacts": 1,
    }
    assert (hubspot["calls"], state["calls"]) == (4, 4)
    assert (hubspot["writes"], state["writes"]) == (1, 1)
    account.control("POST", "counters/clear")
    assert account.server.sandbox.calls == account.server.sandbox.writes == 0


def test_the_clock_can_be_put_forward(account: Account) -> None:
    answer = account.control("POST", "clock", {"advance": 1_800})

    assert answer.json() == {"now": "2026-11-02T10:00:00.250000+00:00"}
    assert account.get(CONTACTS).status_code == 401


def test_a_person_changes_records_by_hand(account: Account) -> None:
    def change(path: str, **wanted: Any) -> dict[str, Any]:
        answer = account.control("POST", f"data/hubspot/{path}", wanted)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    contact = change("contacts", email="a@example.org")["id"]
    company = change("companies", name="Acme")["id"]
    change("links", contact=contact, company=company)
    change(f"contacts/{contact}", city="Ghent")
    held = account.hubspot.get("contacts", contact)
    change("links/remove", contact=contact, company=company)
    change(f"companies/{company}/delete")

    assert (held["city"], held["associatedcompanyid"]) == ("Ghent", company)
    assert "associatedcompanyid" not in account.hubspot.get("contacts", contact)
    assert account.hubspot.companies == {}
    assert account.server.sandbox.writes == 0


@pytest.mark.parametrize(
    ("method", "path", "body", "words"),
    [
        ("GET", "nowhere", None, "There is no GET nowhere; there are: GET state"),
        ("POST", "clock", {}, "advance is missing"),
        ("POST", "data/xero/contacts", {}, "There is no provider 'xero'"),
        ("POST", "data/hubspot/unicorns", {}, "Unable to infer object type"),
        ("POST", "data/hubspot/contacts", {"nope": "1"}, "does not exist"),
        ("POST", "data/hubspot/contacts/9/delete", {}, "resource not found"),
        ("POST", "data/hubspot/contacts/9/fly", {}, "no contacts/9/fly"),
        ("POST", "data/hubspot/contacts", [1], "must be an object"),
        ("POST", "data/hubspot/settings", {"colour": 1}, "Unknown settings: colour"),
        ("POST", "faults", {"provider": "xero", "status": 500}, "There is no provider 'xero'"),
        ("POST", "snapshot", None, "no state file"),
        ("POST", "snapshot", {"version": 9}, "not made by this version"),
    ],
)
def test_what_cannot_be_done_is_said(
    account: Account, method: str, path: str, body: Any, words: str
) -> None:
    answer = account.control(method, path, body)

    assert answer.status_code == 400
    assert words in answer.json()["error"]


def filled(account: Account) -> dict[str, str]:
    """Records, an association, an own property, an archived and a merged one."""
    account.hubspot.add_property(
        "contacts",
        {
            "name": "own_key",
            "label": "Own key",
            "type": "string",
            "fieldType": "text",
            "groupName": "contactinformation",
            "hasUniqueValue": True,
        },
    )
    ids = {
        name: account.create("contacts", email=f"{name}@example.org", own_key=name)
        for name in ("kept", "gone", "winner", "loser")
    }
    ids["company"] = account.create("companies", name="Acme")
    account.hubspot.link(ids["kept"], ids["company"])
    account.hubspot.link(ids["gone"], ids["company"])
    account.hubspot.delete("contacts", ids["gone"])
    account.hubspot.merge("contacts", ids["winner"], ids["loser"])
    return ids


def check_filled(account: Account, ids: dict[str, str]) -> None:
    hubspot = account.hubspot
    assert hubspot.get("contacts", ids["kept"])["own_key"] == "kept"
    assert hubspot.primary_company(ids["kept"]) == ids["company"]
    taken = account.post(CONTACTS, {"properties": {"email": "KEPT@example.org"}})
    assert taken.status_code == 409
    clash = account.post(CONTACTS, {"properties": {"firstname": "x", "own_key": "kept"}})
    assert clash.status_code == 400
    merged = account.patch(f"{CONTACTS}/{ids['loser']}", {"properties": {"city": "Ghent"}})
    assert merged.json()["id"] == ids["winner"]
    hubspot.restore_record("contacts", ids["gone"])
    assert hubspot.primary_company(ids["gone"]) == ids["company"]
    assert int(account.create("contacts", email="new@example.org")) > int(ids["loser"])


def test_a_snapshot_brings_everything_back(account: Account) -> None:
    ids = filled(account)
    snapshot = account.control("GET", "snapshot").json()
    for record_id in account.hubspot.contacts:
        account.delete(f"{CONTACTS}/{record_id}")
    account.hubspot.expire_tokens()

    assert account.control("POST", "snapshot", snapshot).status_code == 200

    check_filled(account, ids)


def test_a_snapshot_does_not_change_with_the_account(account: Account) -> None:
    record_id = account.create("contacts", email="a@example.org", city="Ghent")
    snapshot = account.server.sandbox.snapshot()
    account.hubspot.update("contacts", record_id, city="Bruges")

    account.server.sandbox.restore(snapshot)

    assert account.hubspot.get("contacts", record_id)["city"] == "Ghent"


def test_the_state_file_outlives_the_process(account: Account, tmp_path: Path) -> None:
    ids = filled(account)
    path = tmp_path / "kept" / "state.json"
    account.clock.advance(30)
    save_state(account.server.sandbox, path)

    other = make_sandbox(clock=account.clock)
    assert load_state(other, path) is True

    server = SandboxServer(other, state_path=path).start()
    try:
        again = Account(server, account.clock)
        again.use(account.ready["access_token"])
        check_filled(again, ids)
        saved = again.control("POST", "snapshot").json()
        again.session.close()
    finally:
        server.stop()
    assert saved == {"saved": str(path)}
    assert [file.name for file in path.parent.iterdir()] == ["state.json"]


def test_a_state_file_that_is_no_snapshot_is_refused(tmp_path: Path) -> None:
    sandbox = make_sandbox()
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    foreign = tmp_path / "foreign.json"
    foreign.write_text("{}")

    assert load_state(sandbox, tmp_path / "none.json") is False
    with pytest.raises(ValueError, match="is no snapshot"):
        load_state(sandbox, broken)
    with pytest.raises(ValueError, match="not made by this version"):
        load_state(sandbox, foreign)


def test_a_reset_starts_anew_with_the_same_secrets(account: Account) -> None:
    account.create("contacts", email="a@example.org")
    account.control("POST", "faults", {"provider": "hubspot", "status": 500, "times": 9})

    account.control("POST", "reset")

    assert account.server.ready()["hubspot"] == account.ready
    assert account.get(CONTACTS).json()["results"] == []
    assert account.server.sandbox.writes == 0


def test_the_root_names_what_is_served(server: SandboxServer) -> None:
    page = requests.get(server.url, timeout=10)

    assert page.status_code == 200
    for name in ("hubspot", "hubspot-nl", "quickbooks", "_control"):
        assert f"/{name}" in page.text
    assert requests.get(f"{server.url}/xero/x", timeout=10).status_code == 404
