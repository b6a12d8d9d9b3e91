"""The record page of HubSpot's own screens, at the address that people copy from their browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from integrations.sandbox import pages
from integrations.sandbox.core import Request, Response
from integrations.sandbox.hubspot.invoice_screen import ACTION, act, belonging
from integrations.sandbox.hubspot.refusals import Refusal
from integrations.sandbox.hubspot.store import ObjectStore

if TYPE_CHECKING:
    from integrations.sandbox.hubspot.provider import HubSpot

ADDRESS = re.compile(r"/contacts/(\d+)/record/([\w-]+)/([^/]+)/?")
TOLD = "HubSpot (stand-in)"
NAMES = ("name", "firstname", "lastname", "email")
# What names a record that has no name of its own.
TITLES = ("hs_number", "hs_title", "dealname", "email", "hs_initial_amount")
USUAL = frozenset({*NAMES, "phone", "hs_sku", "price", "quantity", "hs_due_date", "dealstage"})


def is_screen(path: str) -> bool:
    return ADDRESS.fullmatch(path) is not None


def answer(hubspot: HubSpot, request: Request) -> Response:
    """The page; a POST saves what was typed over, checked as the screens check it."""
    found = ADDRESS.fullmatch(request.path)
    portal, object_type, record_id = found.groups() if found else ("", "", "")
    try:
        store = hubspot.crm.store(object_type)
        values = hubspot.get(object_type, record_id)
    except Refusal:
        return pages.missing_page(TOLD)
    if portal != str(hubspot.account.portal_id):
        return pages.missing_page(TOLD)
    if request.method != "POST":
        return _page(hubspot, store, record_id)
    sent = request.form()
    fields = _fields(store, values)
    typed = pages.changed(sent, fields)
    try:
        if ACTION in sent:
            act(hubspot, store, record_id, sent[ACTION])
        elif typed:
            hubspot.update(object_type, record_id, **typed)
    except Refusal as refusal:
        problem = str(refusal.response().json()["message"])
        return _page(hubspot, store, record_id, typed, problem)
    return _page(hubspot, store, record_id, saved=True)


def _page(
    hubspot: HubSpot,
    store: ObjectStore,
    record_id: str,
    typed: dict[str, str] | None = None,
    problem: str = "",
    *,
    saved: bool = False,
) -> Response:
    values = hubspot.get(store.definition.name, record_id)
    return pages.form_page(
        _title(values, record_id),
        f"{TOLD} · {store.definition.singular.replace('_', ' ')} {record_id}",
        pages.typed_over(_fields(store, values), typed or {}),
        problem=problem,
        saved=saved,
        below=belonging(hubspot, store, record_id),
    )


def _title(values: dict[str, str], record_id: str) -> str:
    named = " ".join(values[name] for name in NAMES[:3] if values.get(name))
    others = (values[name] for name in TITLES if values.get(name))
    return named or next(others, record_id)


def _fields(store: ObjectStore, values: dict[str, str]) -> list[pages.Shown]:
    """What a person may change: the usual properties, and the others that are filled."""
    definition = store.definition
    usual = {*USUAL, *definition.defaults, *definition.required, *definition.required_any}
    return [
        pages.Shown(prop.name, prop.label, values.get(prop.name, ""))
        for prop in store.properties.values()
        if not (prop.read_only or prop.calculated or prop.hidden)
        and (prop.name in usual or values.get(prop.name))
    ]
