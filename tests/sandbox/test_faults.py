"""Faults on request: which calls they strike, what they do, and what has happened after."""

from __future__ import annotations

from time import monotonic
from typing import Any

import pytest
import requests

from integrations.sandbox.assemble import make_sandbox
from integrations.sandbox.faults import parse_fault_flag
from tests.sandbox.hubspot_account import OBJECTS, Account

CONTACTS = f"{OBJECTS}/contacts"
NEW = {"properties": {"email": "a@example.org"}}


def fault(account: Account, **rule: Any) -> None:
    answer = account.control("POST", "faults", {"provider": "hubspot"} | rule)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("status", [401, 403, 423, 477, 500, 502, 503, 504])
def test_a_status_is_answered_without_effect(account: Account, status: int) -> None:
    fault(account, status=status)

    first, second = account.post(CONTACTS, NEW), account.post(CONTACTS, NEW)

    assert first.status_code == status
    assert first.json()["status"] == "error"
    assert second.status_code == 201
    state = account.control("GET", "state").json()["providers"]["hubspot"]
    assert state["calls_by_template"]["POST /crm/objects/contacts"] == 2


def test_a_limit_can_be_feigned_with_a_time_to_wait(account: Account) -> None:
    fault(account, status=429, retry_after="7")

    answer = account.get(CONTACTS)

    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "7"
    assert answer.json()["policyName"] == "TEN_SECONDLY_ROLLING"
    assert account.server.sandbox.violations == 0


def test_a_body_of_ones_own(account: Account) -> None:
    fault(account, status=400, body='{"message": "odd"}')

    assert account.get(CONTACTS).json() == {"message": "odd"}


def test_a_connection_dropped_before_has_no_effect(account: Account) -> None:
    fault(account, kind="drop_before", method="POST")

    with pytest.raises(requests.ConnectionError):
        account.post(CONTACTS, NEW)

    assert account.hubspot.contacts == {}
    assert account.post(CONTACTS, NEW).status_code == 201


def test_a_connection_dropped_after_has_its_effect(account: Account) -> None:
    fault(account, kind="drop_after", method="POST")

    with pytest.raises(requests.ConnectionError):
        account.post(CONTACTS, NEW)

    assert len(account.hubspot.contacts) == 1
    assert account.post(CONTACTS, NEW).status_code == 409


def test_a_slow_answer_holds_up_nobody_else(account: Account) -> None:
    fault(account, kind="slow", seconds=30, path="batch/read$")
    session = requests.Session()
    headers = dict(account.session.headers)
    address = f"{account.ready['base_url']}{CONTACTS}/batch/read"

    with pytest.raises(requests.Timeout):
        session.post(address, json={"inputs": []}, headers=headers, timeout=0.2)

    started = monotonic()
    assert account.get(CONTACTS).status_code == 200
    assert monotonic() - started < 5
    session.close()


def test_a_token_expires_in_the_middle(account: Account) -> None:
    fault(account, kind="expire_token")

    answer = account.get(CONTACTS)

    assert answer.json()["category"] == "EXPIRED_AUTHENTICATION"
    assert account.get(CONTACTS).status_code == 401


def test_a_rule_strikes_only_what_it_names(account: Account) -> None:
    fault(account, status=500, method="get", path=r"/contacts/\d+$", times=2)
    record_id = account.create("contacts", email="a@example.org")

    statuses = [account.get(f"{CONTACTS}/{record_id}").status_code for _ in range(3)]

    assert account.get(CONTACTS).status_code == 200
    assert statuses == [500, 500, 200]


def test_a_rate_is_seeded_and_goes_on(account: Account) -> None:
    fault(account, status=500, rate=0.2)
    first = [account.get(CONTACTS).status_code for _ in range(100)]
    account.control("DELETE", "faults")
    fault(account, status=500, rate=0.2)

    second = [account.get(CONTACTS).status_code for _ in range(100)]

    assert first == second
    assert 10 <= first.count(500) <= 30
    (rule,) = account.control("GET", "faults").json()["faults"]
    assert rule["hits"] == first.count(500)


def test_calls_may_pass_before_a_fault_strikes(account: Account) -> None:
    fault(account, status=500, after=2, times=1, method="POST")

    statuses = [account.post(CONTACTS, NEW).status_code for _ in range(2)]
    statuses.append(account.get(CONTACTS).status_code)
    statuses += [account.post(CONTACTS, NEW).status_code for _ in range(2)]

    # The second contact bears an address that is taken, but it did pass.
    assert statuses == [201, 409, 200, 500, 409]


def test_faults_can_be_taken_back(account: Account) -> None:
    fault(account, status=500, times=100)
    assert account.get(CONTACTS).status_code == 500

    account.control("DELETE", "faults")

    assert account.get(CONTACTS).status_code == 200


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "hubspot:status=500:rate=0.1",
            {"provider": "hubspot", "kind": "status", "status": 500, "times": None, "rate": 0.1},
        ),
        (
            "quickbooks:drop_after:method=post:times=2",
            {"provider": "quickbooks", "kind": "drop_after", "method": "POST", "times": 2},
        ),
        ("hubspot:slow:seconds=3:path=/search$", {"kind": "slow", "seconds": 3.0, "times": 1}),
        ("hubspot:timeout", {"kind": "timeout", "seconds": 60.0}),
    ],
)
def test_a_fault_of_the_command_line(text: str, expected: dict[str, Any]) -> None:
    [added] = make_sandbox().faults.add(parse_fault_flag(text))

    rule = added.as_dict()
    assert {name: rule[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"provider": "hubspot"}, "Unknown kind of fault"),
        ({"status": 500}, "needs a provider"),
        ({"provider": "xero", "status": 500}, "There is no provider 'xero'"),
        ({"provider": "hubspot", "kind": "flood"}, "Unknown kind of fault 'flood'"),
        ({"provider": "hubspot", "kind": "stale_version"}, "Unknown kind of fault"),
        ({"provider": "hubspot", "kind": "xml_429"}, "Unknown kind of fault"),
        (
            {"provider": "quickbooks", "kind": "stale_version", "method": "get"},
            "strikes POST only, never GET",
        ),
        ({"provider": "hubspot", "status": "abc"}, "'abc' is no status"),
        ({"provider": "hubspot", "kind": "drop_after", "status": 500}, "has no status of its own"),
        ({"provider": "hubspot", "status": 500, "times": -1}, "1 or more"),
        ({"provider": "hubspot", "status": 500, "times": 0}, "1 or more"),
        ({"provider": "hubspot", "status": 500, "times": 1.5}, "1.5 is no number of times"),
        ({"provider": "hubspot", "status": 500, "rate": "often"}, "'often' is no rate"),
        ({"provider": "hubspot", "status": 500, "after": -1}, "No fewer than 0 calls"),
        ({"provider": "hubspot", "kind": "slow"}, "needs seconds"),
        ({"provider": "hubspot", "kind": "slow", "seconds": -1}, "between 0 and 3600"),
        ({"provider": "hubspot", "kind": "timeout", "seconds": "inf"}, "between 0 and 3600"),
        ({"provider": "hubspot", "status": 200}, "400 to 599"),
        ({"provider": "hubspot", "status": 500, "rate": 2}, "between 0 and 1"),
        ({"provider": "hubspot", "status": 500, "path": "("}, "no regular expression"),
        ({"provider": "hubspot", "status": 500, "colour": 1}, "Unknown fault setting: colour"),
    ],
)
def test_a_fault_that_is_wrong_is_refused(wanted: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make_sandbox().faults.add(wanted)


def test_of_several_faults_all_are_added_or_none(account: Account) -> None:
    good, wrong = {"provider": "hubspot", "status": 500}, {"provider": "hubspot", "kind": "flood"}

    answer = account.control("POST", "faults", [good, wrong])

    assert answer.status_code == 400
    assert account.control("GET", "faults").json() == {"faults": []}


def test_a_call_without_a_token_expires_none(account: Account) -> None:
    fault(account, kind="expire_token")

    requests.get(f"{account.ready['base_url']}{CONTACTS}", timeout=10)

    assert account.get(CONTACTS).status_code == 200
