"""The batch endpoints: up to a hundred records a call, with 207 where only some fail.

developers.hubspot.com/docs/api-reference/latest/crm/using-object-apis and .../error-handling
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from integrations.sandbox.core import Response, json_response
from integrations.sandbox.hubspot import writing
from integrations.sandbox.hubspot.call import Call
from integrations.sandbox.hubspot.crm import Claims, Crm, Values
from integrations.sandbox.hubspot.origin import API
from integrations.sandbox.hubspot.records_api import NO_CONTENT, find_by_property
from integrations.sandbox.hubspot.refusals import (
    Refusal,
    crm_error,
    missing_fields,
    validation,
)
from integrations.sandbox.hubspot.shapes import record_number, text, texts
from integrations.sandbox.hubspot.store import ObjectStore, Record
from integrations.sandbox.hubspot.upkeep import together
from integrations.sandbox.hubspot.values import iso

Row = Mapping[str, Any]


@dataclass
class Outcome:
    """What came of a batch: results and errors for the answer."""

    results: list[dict[str, Any]] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)


def answer(call: Call, outcome: Outcome, status: int = 200) -> Response:
    now = iso(call.hubspot.crm.stores["contacts"].now())
    body: dict[str, Any] = {
        "status": "COMPLETE",
        "results": outcome.results,
        "startedAt": now,
        "completedAt": now,
    }
    if outcome.errors:
        body |= {"numErrors": len(outcome.errors), "errors": outcome.errors}
        return json_response(207, body)
    return json_response(status, body)


def read_batch(call: Call) -> Response:
    store, renderer, body = call.store, call.hubspot.renderer, call.object()
    ids = [_id_of(row) for row in call.inputs()]
    id_property = text(body.get("idProperty"), "idProperty")
    history = texts(body.get("propertiesWithHistory"), "propertiesWithHistory")
    archived = call.flag("archived")
    found: dict[int, Record] = {}
    missing = []
    for wanted in ids:
        record = _find(store, wanted, id_property, archived)
        if record is None:
            missing.append(wanted)
        else:
            found[record.id] = record
    columns = renderer.columns(store, texts(body.get("properties"), "properties"))
    outcome = Outcome([renderer.as_dict(store, r, columns.names) for r in found.values()])
    for result, record in zip(outcome.results, found.values(), strict=True):
        if history:
            renderer.history(record, result, history)
    if missing:
        outcome.errors = [_missing_error(store, missing)]
    return answer(call, outcome)


def _id_of(row: Row) -> str:
    if not (wanted := text(row.get("id"), "id")):
        raise missing_fields(["id"])
    return wanted


def _find(
    store: ObjectStore, wanted: str, id_property: str = "", archived: bool = False
) -> Record | None:
    if id_property:
        return find_by_property(store, id_property, wanted)
    return store.find(record_number(wanted), archived)


def _missing_error(store: ObjectStore, missing: Sequence[str]) -> dict[str, Any]:
    message = (
        f"Could not get some {store.definition.singular.upper()} objects, they may be deleted or "
        "not exist. Check that ids are valid."
    )
    return crm_error(404, "OBJECT_NOT_FOUND", message).as_batch_error({"ids": list(missing)})


def create_batch(call: Call) -> Response:
    store, crm, rows = call.store, call.hubspot.crm, call.inputs()
    claims = Claims()

    def check(row: Row) -> writing.NewRecord:
        if "properties" not in row:
            raise missing_fields(["properties"])
        return writing.check_create(crm, store, row["properties"], row.get("associations"), claims)

    outcome = Outcome()
    passed = _checked(rows, check, outcome)
    with together(crm, API):
        made = [writing.create(crm, store, new) for _, new in passed]
    crm.meter.write(len(made))
    for record, (row, new) in zip(made, passed, strict=True):
        outcome.results.append(_result(call, store, record, new.values, row))
    return _unordered(call, outcome, 201)


def update_batch(call: Call) -> Response:
    store, crm, rows = call.store, call.hubspot.crm, call.inputs()
    _refuse_repeated(rows)
    claims = Claims()
    missing: list[str] = []

    def check(row: Row) -> tuple[Record, Values] | None:
        # A merged record's old id works on the single endpoint only.
        record = _find(store, _id_of(row), text(row.get("idProperty"), "idProperty"))
        if record is None:
            missing.append(_id_of(row))
            return None
        return record, writing.check_update(crm, store, record, row.get("properties"), claims)

    outcome = Outcome()
    passed = [(row, found) for row, found in _checked(rows, check, outcome) if found is not None]
    with together(crm, API):
        for _, (record, values) in passed:
            crm.meter.write(int(writing.update(crm, store, record, values)))
    for row, (record, _) in passed:
        outcome.results.append(_result(call, store, record, row["properties"], row))
    if missing:
        outcome.errors.append(_missing_error(store, missing))
    return _unordered(call, outcome, 200)


def upsert_batch(call: Call) -> Response:
    store, crm, rows = call.store, call.hubspot.crm, call.inputs()
    _refuse_repeated(rows)
    claims = Claims()

    def check(row: Row) -> tuple[Record, Values] | writing.NewRecord:
        name = text(row.get("idProperty"), "idProperty")
        if not name:
            raise missing_fields(["idProperty"])
        record = find_by_property(store, name, _id_of(row))
        properties = row.get("properties") or {}
        if record is not None:
            return record, writing.check_update(crm, store, record, properties, claims)
        given = {name: _id_of(row)} | properties
        return writing.check_create(crm, store, given, None, claims)

    # With the e-mail address as key there are no partial upserts.
    partial = all(row.get("idProperty") != "email" for row in rows)
    outcome = Outcome()
    passed = _checked(rows, check, outcome, partial)
    with together(crm, API):
        done = [_upsert(crm, store, checked) for _, checked in passed]
    for (row, _), (record, values, is_new) in zip(passed, done, strict=True):
        outcome.results.append(_result(call, store, record, values, row) | {"new": is_new})
    return _unordered(call, outcome, 200)


def _upsert(
    crm: Crm, store: ObjectStore, checked: tuple[Record, Values] | writing.NewRecord
) -> tuple[Record, Values, bool]:
    """The record, what was set on it, and whether it is a new one."""
    if isinstance(checked, writing.NewRecord):
        crm.meter.write()
        return writing.create(crm, store, checked), checked.values, True
    record, values = checked
    crm.meter.write(int(writing.update(crm, store, record, values)))
    return record, values, False


def archive_batch(call: Call) -> Response:
    """Ids that are unknown or archived already are passed over."""
    store, crm = call.store, call.hubspot.crm
    wanted = dict.fromkeys(_id_of(row) for row in call.inputs())
    records = [record for one in wanted if (record := _find(store, one)) is not None]
    for record in records:
        writing.check_archive(crm, store, record)
    for record in records:
        writing.archive(crm, store, record)
        crm.meter.write()
    return NO_CONTENT


def _checked[Checked](
    rows: Sequence[Row],
    check: Callable[[Row], Checked],
    outcome: Outcome,
    partial: bool = True,
) -> list[tuple[Row, Checked]]:
    """The inputs that pass, before anything is written.

    Without a unique `objectWriteTraceId` on every input, the first offender fails the request.
    """
    by_trace = partial and _have_unique_traces(rows)
    passed = []
    for row in rows:
        try:
            passed.append((row, check(row)))
        except Refusal as refusal:
            if not by_trace:
                raise
            trace = {"objectWriteTraceId": [str(row["objectWriteTraceId"])]}
            outcome.errors.append(refusal.as_batch_error(trace))
    return passed


def _have_unique_traces(rows: Sequence[Row]) -> bool:
    traces = [text(row.get("objectWriteTraceId"), "objectWriteTraceId") for row in rows]
    return all(traces) and len(set(traces)) == len(traces)


def _refuse_repeated(rows: Sequence[Row]) -> None:
    keys = [(text(row.get("idProperty"), "idProperty"), _id_of(row)) for row in rows]
    repeated = sorted({key[1] for key in keys if keys.count(key) > 1})
    if repeated:
        raise validation(
            f"Duplicate IDs found in batch input: [{', '.join(repeated)}]. IDs must be unique"
        )


def _result(
    call: Call, store: ObjectStore, record: Record, values: Mapping[str, Any], row: Row
) -> dict[str, Any]:
    body = call.hubspot.renderer.written(store, record, values)
    if trace := row.get("objectWriteTraceId"):
        body["objectWriteTraceId"] = trace
    return body


def _unordered(call: Call, outcome: Outcome, status: int) -> Response:
    """The order of results is not promised, so nobody shall lean on it."""
    outcome.results.reverse()
    return answer(call, outcome, status)
