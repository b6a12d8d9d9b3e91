"""The endpoints of single records: list, create, read, update, archive, merge, search.

developers.hubspot.com/docs/api-reference/latest/crm/using-object-apis
"""

from __future__ import annotations

from urllib.parse import urlencode

from integrations.sandbox.core import JSON_HEADERS, Response, json_response
from integrations.sandbox.hubspot import writing
from integrations.sandbox.hubspot.asked import parse
from integrations.sandbox.hubspot.call import Call
from integrations.sandbox.hubspot.linking import live_record
from integrations.sandbox.hubspot.refusals import (
    Refusal,
    missing_fields,
    not_found,
    object_not_found,
    validation,
)
from integrations.sandbox.hubspot.rendering import encode
from integrations.sandbox.hubspot.shapes import record_number, text
from integrations.sandbox.hubspot.store import ObjectStore, Record

NO_CONTENT = Response(204)
MAX_LIMIT = 100
MAX_LIMIT_WITH_HISTORY = 50
MAX_MERGES = 250


def list_records(call: Call) -> Response:
    """A page by id; `after` is the id of the next record."""
    store, hubspot = call.store, call.hubspot
    history = call.names("propertiesWithHistory")
    limit = call.whole("limit", 10, MAX_LIMIT_WITH_HISTORY if history else MAX_LIMIT)
    ids, next_id = store.page(call.cursor(), limit, call.flag("archived"))
    records = [store.records[record_id] for record_id in ids]
    associations = call.names("associations")
    if associations or history:
        rows = b",".join(encode(_full(call, store, r, associations, history)) for r in records)
    else:
        columns = hubspot.renderer.columns(store, call.names("properties"))
        rows = hubspot.renderer.records(store, records, columns)
    return Response(200, b'{"results":[' + rows + b"]" + _next(call, next_id), JSON_HEADERS)


def _next(call: Call, next_id: int | None) -> bytes:
    if next_id is None:
        return b"}"
    query = {name: values for name, values in call.request.query.items() if name != "after"}
    path = f"{call.hubspot.base_url}{call.request.path}"
    link = f"{path}?{urlencode(query | {'after': [str(next_id)]}, doseq=True)}"
    return b',"paging":' + encode({"next": {"after": str(next_id), "link": link}}) + b"}"


def _full(
    call: Call, store: ObjectStore, record: Record, associations: list[str], history: list[str]
) -> dict[str, object]:
    renderer = call.hubspot.renderer
    wanted = [*call.names("properties"), *history]
    body = renderer.as_dict(store, record, renderer.columns(store, wanted).names)
    if associations and (found := renderer.associations(store, record, associations)):
        body["associations"] = found
    if history:
        renderer.history(record, body, history)
    return body


def create_record(call: Call) -> Response:
    store, crm, body = call.store, call.hubspot.crm, call.object()
    if "properties" not in body:
        raise missing_fields(["properties"])
    new = writing.check_create(crm, store, body["properties"], body.get("associations"))
    record = writing.create(crm, store, new)
    crm.meter.write()
    return json_response(201, call.hubspot.renderer.written(store, record, new.values))


def read_record(call: Call) -> Response:
    store = call.store
    record = find_record(call, store, archived=call.flag("archived"))
    body = _full(
        call, store, record, call.names("associations"), call.names("propertiesWithHistory")
    )
    return json_response(200, body)


def update_record(call: Call) -> Response:
    store, crm, body = call.store, call.hubspot.crm, call.object()
    if "properties" not in body:
        raise missing_fields(["properties"])
    record = find_record(call, store, follow_merges=True)
    values = writing.check_update(crm, store, record, body["properties"])
    if writing.update(crm, store, record, values):
        crm.meter.write()
    return json_response(200, call.hubspot.renderer.written(store, record, body["properties"]))


def archive_record(call: Call) -> Response:
    store, crm = call.store, call.hubspot.crm
    record = find_record(call, store)
    writing.check_archive(crm, store, record)
    writing.archive(crm, store, record)
    crm.meter.write()
    return NO_CONTENT


def find_record(
    call: Call, store: ObjectStore, *, archived: bool = False, follow_merges: bool = False
) -> Record:
    """The record that the path names, by id or by the unique property of `idProperty`."""
    wanted = call.parts[1]
    if id_property := call.request.first("idProperty"):
        record = find_by_property(store, id_property, wanted)
    else:
        record_id = record_number(wanted)
        if follow_merges:
            # An update of a merged record reaches the surviving one; a read of it finds nothing.
            record_id = store.merged_into.get(record_id, record_id)
        record = store.find(record_id, archived)
    if record is None:
        raise object_not_found(wanted)
    return record


def find_by_property(store: ObjectStore, name: str, value: str) -> Record | None:
    if name == "hs_object_id":
        return store.find(record_number(value))
    if name not in store.unique_names:
        raise validation(f"{name} is not a unique property of {store.definition.name}")
    return store.find_by(name, value)


def merge_records(call: Call) -> Response:
    store, crm, body = call.store, call.hubspot.crm, call.object()
    if not store.definition.is_mergeable:
        raise not_found()
    names = ("primaryObjectId", "objectIdToMerge")
    if missing := [name for name in names if not body.get(name)]:
        raise missing_fields(missing)
    primary, loser = (live_record(store, text(body[name], name)) for name in names)
    if primary is loser:
        raise validation("Cannot merge an object with itself")
    if len(primary.values.get("hs_merged_object_ids", "").split(";")) >= MAX_MERGES:
        raise Refusal(414, {"message": f"A record can have at most {MAX_MERGES} merged records."})
    survivor = writing.merge(crm, store, primary, loser)
    crm.meter.write()
    columns = call.hubspot.renderer.columns(store)
    return json_response(200, call.hubspot.renderer.as_dict(store, survivor, columns.names))


def gdpr_delete(call: Call) -> Response:
    store, crm, body = call.store, call.hubspot.crm, call.object()
    if store.definition.name != "contacts":
        raise not_found()
    wanted = text(body.get("objectId"), "objectId")
    if not wanted:
        raise missing_fields(["objectId"])
    name = text(body.get("idProperty"), "idProperty")
    record = find_by_property(store, name, wanted) if name else live_record(store, wanted)
    if record is None:
        raise object_not_found(wanted)
    writing.delete_for_good(crm, store, record)
    crm.meter.write()
    return NO_CONTENT


def search_records(call: Call) -> Response:
    store, hubspot = call.store, call.hubspot
    search = parse(call.json(), len(call.request.body.decode("utf-8", "replace")))
    total, records = hubspot.searcher.run(store, search)
    columns = hubspot.renderer.columns(store, search.properties)
    rows = hubspot.renderer.records(store, records, columns)
    end = search.after + len(records)
    paging = b',"paging":' + encode({"next": {"after": str(end)}}) if end < total else b""
    body = b'{"total":%d,"results":[' % total + rows + b"]" + paging + b"}"
    return Response(200, body, JSON_HEADERS)
