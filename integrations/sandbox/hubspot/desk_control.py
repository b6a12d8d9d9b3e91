"""The control endpoint's changes of the account: what a person does, from its JSON form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from integrations.sandbox.hubspot.refusals import Refusal
from integrations.sandbox.hubspot.sales_desk import SalesDesk


def run_change(desk: SalesDesk, path: list[str], wanted: dict[str, Any]) -> dict[str, Any]:
    """A change of records from its JSON form; raises ValueError with the reason."""
    try:
        return _run_change(desk, path, wanted)
    except Refusal as refusal:
        raise ValueError(str(refusal)) from refusal


def _run_change(desk: SalesDesk, path: list[str], wanted: dict[str, Any]) -> dict[str, Any]:
    match path:
        case ["webhooks"]:
            desk.subscribe(str(wanted["target_url"]), wanted.get("subscriptions"))
        case ["properties", object_type]:
            desk.add_property(object_type, wanted)
        case ["links" | "associations" as kind, *removal] if removal in ([], ["remove"]):
            change = _change_link if kind == "links" else _change_association
            change(desk, wanted, bool(removal))
        case [kind] if kind in MAKERS:
            return {"id": MAKERS[kind](desk, **wanted)}
        case [object_type]:
            return {"id": desk.add(object_type, **wanted)}
        case [object_type, record_id]:
            desk.update(object_type, record_id, **wanted)
        case [object_type, record_id, action]:
            return _act_on(desk, object_type, record_id, action, wanted)
        case _:
            raise ValueError(f"HubSpot's screens have no {'/'.join(path)}.")
    return {}


def _act_on(
    desk: SalesDesk, object_type: str, record_id: str, action: str, wanted: dict[str, Any]
) -> dict[str, Any]:
    """Something a person does with one record; the id of what came of it, if anything did."""
    if action == "merge":
        new_record, other = bool(wanted.get("new_record")), str(wanted["other"])
        return {"id": desk.merge(object_type, record_id, other, new_record=new_record)}
    if object_type == "deals" and action in DEAL_ACTIONS:
        return {"id": DEAL_ACTIONS[action](desk, record_id, **wanted) or record_id}
    if object_type == "invoices" and action in INVOICE_MAKERS:
        return {"id": INVOICE_MAKERS[action](desk, record_id, **wanted)}
    if object_type == "invoices" and action in INVOICE_ACTIONS:
        INVOICE_ACTIONS[action](desk, record_id)
    elif action in RECORD_ACTIONS:
        RECORD_ACTIONS[action](desk, object_type, record_id)
    else:
        raise ValueError(f"HubSpot's screens have no {object_type}/{record_id}/{action}.")
    return {}


# What is more than a record of its own: with its lines, or a setting.
MAKERS: dict[str, Callable[..., str]] = {
    "deals": SalesDesk.add_deal,
    "invoices": SalesDesk.add_invoice,
    "pipelines": SalesDesk.add_pipeline,
    "tax_rates": SalesDesk.add_tax_rate,
}
# Each with what it takes: a line's properties, {"stage": …, "pipeline": …}, {"company": …}.
DEAL_ACTIONS: dict[str, Callable[..., str | None]] = {
    "lines": SalesDesk.add_deal_line,
    "move": SalesDesk.move_deal,
    "company": SalesDesk.set_company,
}
INVOICE_MAKERS: dict[str, Callable[..., str]] = {
    "lines": SalesDesk.add_line,
    "payments": SalesDesk.record_payment,
}
INVOICE_ACTIONS = {
    "open": SalesDesk.open_invoice,
    "void": SalesDesk.void_invoice,
    "lock": SalesDesk.lock_invoice,
    "unlock": SalesDesk.unlock_invoice,
}
RECORD_ACTIONS = {
    "delete": SalesDesk.delete,
    "restore": SalesDesk.restore_record,
    "gdpr-delete": SalesDesk.delete_for_good,
}


def _change_link(desk: SalesDesk, wanted: dict[str, Any], remove: bool) -> None:
    contact, company = str(wanted["contact"]), str(wanted["company"])
    if remove:
        desk.unlink(contact, company)
    else:
        desk.link(contact, company, primary=bool(wanted.get("primary", True)))


def _change_association(desk: SalesDesk, wanted: dict[str, Any], remove: bool) -> None:
    """Of any two records: {"from": "invoices", "from_id": …, "to": "contacts", "to_id": …}."""
    change = desk.dissociate if remove else desk.associate
    change(*(str(wanted[name]) for name in ("from", "from_id", "to", "to_id")))
