"""Creating, updating and deleting records, as the data service does it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from integrations.sandbox.quickbooks import rules
from integrations.sandbox.quickbooks.checks import check_body, check_required
from integrations.sandbox.quickbooks.drafts import Draft
from integrations.sandbox.quickbooks.faults import (
    Refused,
    lapsed,
    missing,
    not_found,
    refused,
    stale,
)
from integrations.sandbox.quickbooks.fields import Entity, Rule
from integrations.sandbox.quickbooks.shelf import Record, Row
from integrations.sandbox.quickbooks.store import Store

_ALWAYS = frozenset({"Id", "SyncToken", "sparse", "domain"})
_ADDRESSES = ("BillAddr", "ShipAddr", "PrimaryAddr", "CompanyAddr", "LegalAddr")


def write(store: Store, entity: Entity, body: Any, options: frozenset[str] = frozenset()) -> Row:
    """Create a record, or update the one whose Id the body carries; raises Refused."""
    _require_subscription(store)
    values = check_body(entity, body)
    if values.get("Id") is None:
        return _create(store, entity, values, options)
    if not entity.updatable:
        raise unsupported(entity, "update")
    return _update(store, entity, values, options)


def delete(store: Store, entity: Entity, body: Any, options: frozenset[str] = frozenset()) -> Row:
    """Remove a record for good; only transactions and the like can be deleted."""
    _require_subscription(store)
    if not entity.deletable:
        raise unsupported(entity, "delete")
    row = _current(store, entity, check_body(entity, body))
    draft = Draft(store, entity, {}, row.record(), operation="Delete", options=options)
    _run(entity.guards, draft)
    store.delete(entity, row)
    _run(entity.effects, draft)
    return row


def void(store: Store, entity: Entity, body: Any, options: frozenset[str] = frozenset()) -> Row:
    """Keep the record and take its amounts away, as the entity's own rule does it."""
    _require_subscription(store)
    if entity.void is None:
        raise unsupported(entity, "void")
    row = _current(store, entity, check_body(entity, body))
    draft = Draft(store, entity, row.record(), row.record(), operation="Void", options=options)
    _run(entity.guards, draft)
    entity.void(draft)
    saved = store.save(entity, draft.after, row, "Void")
    _run(entity.effects, draft)
    return saved


def send(store: Store, entity: Entity, number: str, address: str) -> Row:
    """Mark a document as mailed; it must know where to."""
    _require_subscription(store)
    row = store.find(entity.name, number)
    if "EmailStatus" not in entity.fields:
        raise unsupported(entity, "send")
    if row is None:
        raise not_found(is_document=True)
    record = row.record()
    if address:
        record["BillEmail"] = check_body(entity, {"BillEmail": {"Address": address}})["BillEmail"]
    if not record.get("BillEmail"):
        raise Refused([missing("BillEmail")])
    now = store.clock.now().isoformat(timespec="seconds")
    record |= {
        "EmailStatus": "EmailSent",
        "DeliveryInfo": {"DeliveryType": "Email", "DeliveryTime": now},
    }
    return store.save(entity, record, row, "Emailed")


def _require_subscription(store: Store) -> None:
    """Nothing can be written once the company's subscription has ended; reading works."""
    if store.switches.lapsed:
        raise lapsed()


def _run(rules: Iterable[Rule], draft: Draft) -> None:
    for rule in rules:
        rule(draft)


def unsupported(entity: Entity, operation: str) -> Refused:
    return refused("500", f"Operation {operation} is not supported for {entity.name}.")


def _create(
    store: Store, entity: Entity, values: Mapping[str, Any], options: frozenset[str]
) -> Row:
    if not entity.creatable:
        raise unsupported(entity, "create")
    given = {name: value for name, value in values.items() if value is not None}
    # A number is used up even when the rules refuse the draft; so are the real service's.
    given["Id"] = store.next_id(entity)
    given.pop("SyncToken", None)
    given |= {"domain": "QBO", "sparse": False}
    after = store.defaults(entity) | given
    draft = Draft(store, entity, after, None, frozenset(given), options=options)
    return _finish(draft, None)


def _update(
    store: Store, entity: Entity, values: Mapping[str, Any], options: frozenset[str]
) -> Row:
    row = _current(store, entity, values)
    before = row.record()
    sparse = values.get("sparse") is True
    if sparse and not entity.sparse:
        detail = f"Property Name:sparse update is not supported for {entity.name}"
        raise refused("2010", detail, "sparse")
    usual = store.defaults(entity)
    after = _sparse(before, values) if sparse else _full(entity, usual, before, values)
    sent = frozenset(name for name, value in values.items() if value is not None)
    return _finish(Draft(store, entity, after, before, sent, "Update", options), row)


def _current(store: Store, entity: Entity, values: Mapping[str, Any]) -> Row:
    """The row the body means; refuses a foreign id, a missing one and an old version."""
    number = values.get("Id")
    if number is None:
        raise Refused([missing("Id")])
    if not str(number).isdigit():
        raise refused("2030", f"Id should be a valid number. Supplied value:{number}", "Id")
    row = store.find(entity.name, str(number))
    if row is None:
        raise not_found(is_document=entity.deletable)
    token = values.get("SyncToken")
    if token is None:
        raise Refused([missing("SyncToken")])
    if str(token) != str(row.token):
        raise stale()
    return row


def _sparse(before: Record, values: Mapping[str, Any]) -> Record:
    """What is not sent stays; what is sent as null goes, but for the name."""
    after = dict(before)
    for name, value in values.items():
        if name in _ALWAYS:
            continue
        if value is not None:
            after[name] = value
        elif name != "DisplayName":
            # The display name cannot be removed by a sparse update.
            after.pop(name, None)
    return after


def _full(entity: Entity, usual: Record, before: Record, values: Mapping[str, Any]) -> Record:
    """What is not sent goes, but for what the service keeps itself."""
    after = {name: value for name, value in before.items() if _is_kept(entity, name)}
    sent = {n: v for n, v in values.items() if v is not None and n not in _ALWAYS}
    return usual | after | sent


def _is_kept(entity: Entity, name: str) -> bool:
    field = entity.fields.get(name)
    return name in _ALWAYS or (field is not None and (field.read_only or field.fixed))


def _finish(draft: Draft, row: Row | None) -> Row:
    entity = draft.entity
    _run(entity.early_rules, draft)
    check_required(entity, draft.after)
    rules.references_exist(draft)
    rules.fixed_stays(draft)
    rules.mark_inactive(draft)
    _run(entity.rules, draft)
    # After the rules, which give a transaction its date.
    _run(entity.guards, draft)
    _number_addresses(draft)
    clean = {name: value for name, value in draft.after.items() if value is not None}
    saved = draft.store.save(entity, clean, row, draft.operation)
    _run(entity.effects, draft)
    return saved


def _number_addresses(draft: Draft) -> None:
    """Addresses have an Id of their own, which stays with them."""
    for name in _ADDRESSES:
        address = draft.after.get(name)
        if address and "Id" not in address:
            kept = draft.was(name) or {}
            number = kept.get("Id") or f"{draft.id}{_ADDRESSES.index(name)}"
            draft.after[name] = {"Id": number, **address}
