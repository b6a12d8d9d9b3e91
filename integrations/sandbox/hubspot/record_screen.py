"""The record page of HubSpot's own screens, at the address that people copy from their browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from integrations.sandbox import pages
from integrations.sandbox.core import Request, Response
from integrations.sandbox.hubspot.refusals import Refusal
from integrations.sandbox.hubspot.store import ObjectStore

if TYPE_CHECKING:
    from integrations.sandbox.hubspot.provider import HubSpot

ADDRESS = re.compile(r"/contacts/(\d+)/record/([\w-]+)/([^/]+)/?")
TOLD = "HubSpot (stand-in)"
NAMES = ("name", "firstname", "lastname", "email")


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
    told = f"{TOLD} · {store.definition.singular} {record_id}"
    title = _title(values, record_id)
    fields = _fields(store, values)
    if request.method != "POST":
        return pages.form_page(title, told, fields)
    typed = pages.changed(request.form(), fields)
    try:
        if typed:
            hubspot.update(object_type, record_id, **typed)
    except Refusal as refusal:
        problem = str(refusal.response().json()["message"])
        return pages.form_page(title, told, pages.typed_over(fields, typed), problem=problem)
    now = hubspot.get(object_type, record_id)
    return pages.form_page(_title(now, record_id), told, _fields(store, now), saved=True)


def _title(values: dict[str, str], record_id: str) -> str:
    named = " ".join(values[name] for name in NAMES[:3] if values.get(name))
    return named or values.get("email", record_id)


def _fields(store: ObjectStore, values: dict[str, str]) -> list[pages.Shown]:
    """What a person may change: the usual properties, and the others that are filled."""
    definition = store.definition
    usual = {*NAMES, *definition.defaults, *definition.required_any, "phone", "hs_sku", "price"}
    return [
        pages.Shown(prop.name, prop.label, values.get(prop.name, ""))
        for prop in store.properties.values()
        if not (prop.read_only or prop.calculated or prop.hidden)
        and (prop.name in usual or values.get(prop.name))
    ]
