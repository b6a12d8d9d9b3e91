"""HubSpot's batches: every operation gets its outcome, whatever the answer looks like."""

import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
import requests
import responses

from integrations.contract import (
    Batch,
    Category,
    NotAllowed,
    Operation,
    OperationKind,
    Outcome,
    OutcomeStatus,
    RecordState,
    RetryLater,
    Values,
)
from tests.connectors.rig import Rig

FIELDS = ("email", "lastname", "phone")
CREATE, UPDATE, ARCHIVE = OperationKind.CREATE, OperationKind.UPDATE, OperationKind.ARCHIVE


def write(rig: Rig, operations: Sequence[Operation], *fields: str) -> list[Outcome]:
    return rig.write("contact", operations, fields or FIELDS)


def contacts(rig: Rig, number: int) -> list[str]:
    rows = ({"lastname": f"Number {each}"} for each in range(number))
    return rig.sandbox.hubspot.load("contacts", rows)


def statuses(outcomes: Sequence[Outcome]) -> list[str]:
    return [outcome.status.value for outcome in outcomes]


def fault_of(outcome: Outcome) -> tuple[Category, str, str]:
    assert outcome.fault is not None
    return outcome.fault.category, outcome.fault.code, outcome.fault.field


@dataclass
class Answers:
    """HubSpot's batch answers as the test wants them; notes the inputs of every call."""

    url: str
    web: responses.RequestsMock
    sent: list[list[dict[str, Any]]] = field(default_factory=list)

    def to(self, action: str, make: Callable[[list[dict[str, Any]]], tuple[int, Any]]) -> None:
        def reply(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
            inputs = json.loads(request.body or b"{}")["inputs"]
            self.sent.append(inputs)
            status, body = make(inputs)
            return status, {}, body if isinstance(body, str) else json.dumps(body)

        self.web.add_callback("POST", f"{self.url}/batch/{action}", reply)


@pytest.fixture
def answers(hubspot: Rig) -> Iterator[Answers]:
    # The properties are known before the answers are ours.
    hubspot.connector.prepare("contact")
    hubspot.connector.fields("contact")
    base = hubspot.server.base_url("hubspot")
    with responses.RequestsMock() as web:
        web.add_passthru(f"{base}/crm/properties")
        yield Answers(f"{base}/crm/objects/2026-03/contacts", web)


def payload(wanted: dict[str, Any]) -> dict[str, Any]:
    """The answer to an update, with every property the tests ask for."""
    stamp = "2026-11-21T09:00:00.000Z"
    whole = dict.fromkeys((*FIELDS, "firstname", "hs_merged_object_ids"), None)
    properties = whole | {"lastmodifieddate": stamp} | wanted["properties"]
    return {"id": wanted["id"], "properties": properties, "updatedAt": stamp, "archived": False}


def updates(number: int, values: Values | None = None) -> list[Operation]:
    return [
        Operation(f"key-{each}", UPDATE, str(each), "", values or {"lastname": f"N {each}"})
        for each in range(1, number + 1)
    ]


def all_or_nothing(bad_ids: set[str]) -> Callable[[list[dict[str, Any]]], tuple[int, Any]]:
    """One bad input fails the call, with an error that does not say which one it was."""

    def make(inputs: list[dict[str, Any]]) -> tuple[int, Any]:
        if any(one["id"] in bad_ids for one in inputs):
            message = 'Property values were not valid: [{"error":"INVALID_OPTION","message":"No."}]'
            return 400, {"category": "VALIDATION_ERROR", "message": message}
        return 200, {"results": [payload(one) for one in reversed(inputs)]}

    return make


@pytest.mark.parametrize("bad", [1, 2, 50, 64, 100])
def test_one_offender_of_a_refused_batch_is_found_by_halving(
    hubspot: Rig, answers: Answers, bad: int
) -> None:
    answers.to("update", all_or_nothing({str(bad)}))

    outcomes = write(hubspot, updates(100))

    assert [one.key for one in outcomes] == [f"key-{each}" for each in range(1, 101)]
    refused = [one for one in outcomes if one.status is OutcomeStatus.REFUSED]
    assert [one.key for one in refused] == [f"key-{bad}"]
    assert fault_of(refused[0])[:2] == (Category.FIELD_INVALID, "INVALID_OPTION")
    assert {one.status for one in outcomes} == {OutcomeStatus.WRITTEN, OutcomeStatus.REFUSED}
    assert len(answers.sent) <= 1 + 2 * math.ceil(math.log2(100))


def test_two_twins_in_a_batch_are_separated(hubspot: Rig) -> None:
    """HubSpot refuses a batch that names a record twice."""
    (id_,) = contacts(hubspot, 1)
    operations = [
        Operation("first", UPDATE, id_, "", {"lastname": "One"}),
        Operation("second", UPDATE, id_, "", {"lastname": "Two"}),
    ]

    outcomes = write(hubspot, operations)

    assert statuses(outcomes) == ["written", "written"]
    assert hubspot.sandbox.hubspot.get("contacts", id_)["lastname"] == "Two"


def test_results_and_errors_are_matched_by_what_they_carry(hubspot: Rig, answers: Answers) -> None:
    def make(inputs: list[dict[str, Any]]) -> tuple[int, Any]:
        first, second, third, fourth = inputs
        gone = {"category": "OBJECT_NOT_FOUND", "message": "gone"}
        by_trace = {"objectWriteTraceId": [second["objectWriteTraceId"]]}
        errors = [gone | {"context": by_trace}, gone | {"context": {"ids": [third["id"]]}}]
        results = [payload(fourth), payload(first)]
        return 207, {"results": results, "errors": errors, "numErrors": 2}

    answers.to("update", make)

    outcomes = write(hubspot, updates(4))

    assert statuses(outcomes) == ["written", "refused", "refused", "written"]
    assert fault_of(outcomes[1])[0] is Category.GONE
    assert [one.record.id for one in outcomes if one.record] == ["1", "4"]
    assert len(answers.sent) == 1


def test_errors_that_name_nobody_are_asked_for_again_until_they_fit(
    hubspot: Rig, answers: Answers
) -> None:
    def make(inputs: list[dict[str, Any]]) -> tuple[int, Any]:
        good = [payload(one) for one in inputs if one["id"] not in ("3", "4")]
        refusal = {"category": "CONFLICT", "message": "Somebody else was faster."}
        return 207, {"results": good, "errors": [refusal] * (len(inputs) - len(good))}

    answers.to("update", make)

    outcomes = write(hubspot, updates(6))

    expected = ["written", "written", "refused", "refused", "written", "written"]
    assert statuses(outcomes) == expected
    assert fault_of(outcomes[2])[0] is Category.CONFLICT
    assert [len(inputs) for inputs in answers.sent] == [6, 2, 1, 1]


def test_a_record_that_nothing_is_said_about_is_refused_as_our_defect(
    hubspot: Rig, answers: Answers
) -> None:
    answers.to("update", lambda _: (200, {"results": []}))

    outcomes = write(hubspot, updates(3))

    assert statuses(outcomes) == ["refused"] * 3
    assert {fault_of(one)[:2] for one in outcomes} == {(Category.UNKNOWN, "NO_RESULT")}
    assert len(answers.sent) <= 5


@pytest.mark.parametrize("body", ["", "<html>", '{"results": 7}'])
def test_an_answer_that_cannot_be_read_leaves_the_outcome_unknown(
    hubspot: Rig, answers: Answers, body: str
) -> None:
    answers.to("update", lambda _: (200, body))

    outcomes = write(hubspot, updates(2))

    assert statuses(outcomes) == ["unknown", "unknown"]


def test_a_limit_in_the_middle_leaves_the_rest_unsent(hubspot: Rig, answers: Answers) -> None:
    def make(inputs: list[dict[str, Any]]) -> tuple[int, Any]:
        if len(answers.sent) == 1:
            return 400, {"category": "VALIDATION_ERROR", "message": "Somebody is bad."}
        if len(answers.sent) == 2:
            return 200, {"results": [payload(one) for one in inputs]}
        return 429, {"policyName": "DAILY", "message": "Daily limit."}

    answers.to("update", make)

    outcomes = write(hubspot, updates(4))

    assert statuses(outcomes) == ["written", "written", "not_sent", "not_sent"]
    assert fault_of(outcomes[3])[0] is Category.RATE_LIMITED


def test_an_error_in_the_middle_leaves_that_part_unknown(hubspot: Rig, answers: Answers) -> None:
    def make(inputs: list[dict[str, Any]]) -> tuple[int, Any]:
        if len(answers.sent) == 1:
            return 400, {"category": "VALIDATION_ERROR", "message": "Somebody is bad."}
        if len(answers.sent) == 2:
            return 502, "bad gateway"
        return 200, {"results": [payload(one) for one in inputs]}

    answers.to("update", make)

    outcomes = write(hubspot, updates(4))

    assert statuses(outcomes) == ["unknown", "unknown", "written", "written"]


@pytest.mark.parametrize(
    ("status", "category", "expected"),
    [
        (403, "MISSING_SCOPES", NotAllowed),
        (429, "RATE_LIMITS", RetryLater),
        (423, "LOCKED", RetryLater),
        (477, "MIGRATION", RetryLater),
    ],
)
def test_trouble_of_the_connection_is_raised_when_nothing_was_done(
    hubspot: Rig, answers: Answers, status: int, category: str, expected: type[Exception]
) -> None:
    answers.to("update", lambda _: (status, {"category": category, "message": "No."}))

    with pytest.raises(expected):
        write(hubspot, updates(2))


def test_written_records_that_cannot_be_read_back_are_unknown(hubspot: Rig) -> None:
    (id_,) = contacts(hubspot, 1)
    hubspot.connector.fields("contact")
    hubspot.fault("status", status=429, path="batch/read", retry_after="99")

    (outcome,) = write(hubspot, [Operation("key", UPDATE, id_, "", {"lastname": "New"})])

    assert outcome.status is OutcomeStatus.UNKNOWN
    batch = Batch("again", (Operation("key", UPDATE, id_, "", {"lastname": "New"}),))
    (resolved,) = hubspot.connector.resolve("contact", batch, FIELDS)
    assert resolved.status is OutcomeStatus.WRITTEN
    assert resolved.record is not None
    assert resolved.record.fields["lastname"] == "New"


def test_an_answer_with_all_fields_is_not_read_again(hubspot: Rig, answers: Answers) -> None:
    answers.to("update", all_or_nothing(set()))

    (outcome,) = write(hubspot, updates(1))

    assert outcome.record is not None
    assert dict(outcome.record.fields) == {"email": None, "lastname": "N 1", "phone": None}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("no_such_property", "x", (Category.CONFIGURATION, "PROPERTY_DOESNT_EXIST")),
        ("createdate", None, (Category.CONFIGURATION, "READ_ONLY_VALUE")),
        ("company.name", "x", (Category.CONFIGURATION, "READ_ONLY_VALUE")),
        ("numemployees", "many", (Category.FIELD_INVALID, "INVALID_VALUE")),
        ("numemployees", Decimal("NaN"), (Category.FIELD_INVALID, "INVALID_VALUE")),
    ],
)
def test_what_cannot_be_written_is_refused_without_stopping_others(
    hubspot: Rig, name: str, value: Any, expected: tuple[Category, str]
) -> None:
    first, second = contacts(hubspot, 2)
    operations = [
        Operation("bad", UPDATE, first, "", {"lastname": "Never", name: value}),
        Operation("good", UPDATE, second, "", {"lastname": "New"}),
    ]

    bad, good = write(hubspot, operations)

    assert fault_of(bad) == (*expected, name)
    assert good.status is OutcomeStatus.WRITTEN
    assert hubspot.sandbox.hubspot.get("contacts", first)["lastname"] == "Number 0"


def test_a_batch_of_which_nothing_can_be_sent_makes_no_call(hubspot: Rig) -> None:
    hubspot.connector.fields("contact")
    before = hubspot.calls

    outcomes = write(hubspot, [Operation("bad", UPDATE, "1", "", {"no_such_property": "x"})])

    assert statuses(outcomes) == ["refused"]
    assert hubspot.calls == before


def test_a_property_that_was_deleted_meanwhile_fails_only_who_sends_it(
    hubspot: Rig, answers: Answers
) -> None:
    def make(inputs: list[dict[str, Any]]) -> tuple[int, Any]:
        if any("phone" in one["properties"] for one in inputs):
            row = {"error": "PROPERTY_DOESNT_EXIST", "name": "phone", "message": "No such."}
            message = f"Property values were not valid: {json.dumps([row])}"
            return 400, {"category": "VALIDATION_ERROR", "message": message}
        return 200, {"results": [payload(one) for one in inputs]}

    answers.to("update", make)
    operations = updates(3)
    operations[1] = Operation("key-2", UPDATE, "2", "", {"phone": "1"})

    outcomes = write(hubspot, operations)

    assert statuses(outcomes) == ["written", "refused", "written"]
    assert fault_of(outcomes[1]) == (Category.CONFIGURATION, "PROPERTY_DOESNT_EXIST", "phone")
    assert len(answers.sent) == 2


def test_a_duplicate_address_names_the_contact_that_has_it(hubspot: Rig) -> None:
    holder = hubspot.sandbox.hubspot.add_contact(email="ann@example.org")
    operations = [
        Operation("twin", CREATE, "", "", {"email": "ANN@example.org", "lastname": "Twin"}),
        Operation("other", CREATE, "", "", {"email": "bob@example.org"}),
    ]

    twin, other = write(hubspot, operations)

    assert fault_of(twin) == (Category.DUPLICATE_KEY, "CONFLICT", "email")
    assert twin.fault is not None
    assert twin.fault.existing_id == holder
    assert other.status is OutcomeStatus.WRITTEN


def test_company_fields_come_back_with_a_written_contact(hubspot: Rig) -> None:
    company = hubspot.sandbox.hubspot.add_company(name="Acme")
    (id_,) = contacts(hubspot, 1)
    hubspot.sandbox.hubspot.link(id_, company)
    hubspot.sandbox.hubspot.update("companies", company, name="Acme Ltd")

    operation = Operation("key", UPDATE, id_, "", {"lastname": "New"})
    (outcome,) = write(hubspot, [operation], "lastname", "company.name", "associatedcompanyid")

    assert outcome.record is not None
    expected = {"lastname": "New", "company.name": "Acme Ltd", "associatedcompanyid": company}
    assert dict(outcome.record.fields) == expected


def test_archiving_again_what_is_archived_does_no_harm(hubspot: Rig) -> None:
    (id_,) = contacts(hubspot, 1)
    operation = Operation("key", ARCHIVE, id_)

    once, again = write(hubspot, [operation]), write(hubspot, [operation])

    assert statuses([*once, *again]) == ["written", "written"]
    assert again[0].record is not None
    assert again[0].record.state is RecordState.ARCHIVED


def test_a_text_of_the_greatest_length_is_kept_and_a_longer_one_refused(hubspot: Rig) -> None:
    first, second = contacts(hubspot, 2)
    operations = [
        Operation("fits", UPDATE, first, "", {"lastname": "æ" * 65_536}),
        Operation("long", UPDATE, second, "", {"lastname": "æ" * 65_537}),
    ]

    fits, long = write(hubspot, operations)

    assert fits.record is not None
    assert fits.record.fields["lastname"] == "æ" * 65_536
    assert fault_of(long)[0] is Category.FIELD_INVALID
