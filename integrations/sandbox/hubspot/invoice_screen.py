"""What record pages show below the fields: an invoice's amounts, lines and payments."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from integrations.sandbox import pages
from integrations.sandbox.hubspot.store import ObjectStore
from integrations.sandbox.hubspot.upkeep import is_billable

if TYPE_CHECKING:
    from integrations.sandbox.hubspot.provider import HubSpot

ACTION = "do"
# What a page lists of other records: their type, a heading, and what is told of each.
SHOWN = {
    "invoices": (
        ("contacts", "Contacts", ("email", "firstname", "lastname")),
        ("companies", "Companies", ("name",)),
        ("line_items", "Line items", ("name", "quantity", "price", "amount")),
        ("discounts", "Discounts", ("hs_label", "hs_value", "hs_type")),
        ("fees", "Fees", ("hs_label", "hs_value", "hs_type")),
        ("taxes", "Taxes", ("hs_label", "hs_value", "hs_type")),
        (
            "commerce_payments",
            "Payments",
            ("hs_initial_amount", "hs_currency_code", "hs_latest_status"),
        ),
    ),
    "line_items": (
        ("invoices", "Invoice", ("hs_number", "hs_invoice_status")),
        ("deals", "Deal", ("dealname", "dealstage")),
    ),
    "commerce_payments": (("invoices", "Invoices", ("hs_number", "hs_invoice_status")),),
    "deals": (
        ("companies", "Companies", ("name",)),
        ("contacts", "Contacts", ("email", "firstname", "lastname")),
        ("line_items", "Line items", ("name", "quantity", "price", "amount")),
        ("notes", "Notes", ("hs_note_body",)),
        ("invoices", "Invoices", ("hs_number",)),
    ),
}
AMOUNTS = (
    ("hs_subtotal", "Subtotal"),
    ("hs_amount_billed", "Amount billed"),
    ("hs_amount_paid", "Amount paid"),
    ("hs_balance_due", "Balance due"),
)


def belonging(hubspot: HubSpot, store: ObjectStore, record_id: str) -> str:
    """The HTML of the records associated with one, and of what can be done with it."""
    name = store.definition.name
    if name not in SHOWN:
        return ""
    tables = [
        pages.table(heading, _rows(hubspot, name, record_id, other, told), _address(hubspot, other))
        for other, heading, told in SHOWN[name]
    ]
    return "".join(tables) + (_invoice(hubspot, record_id) if name == "invoices" else "")


def _rows(
    hubspot: HubSpot, name: str, record_id: str, other: str, told: tuple[str, ...]
) -> list[list[str]]:
    rows = []
    for other_id in hubspot.associated(name, record_id, other):
        values = hubspot.get(other, other_id)
        first, *rest = (values.get(one, "") for one in told)
        rows.append([other_id, first or other_id, *rest])
    return rows


def _address(hubspot: HubSpot, other: str) -> str:
    """Beside this page, wherever the stand-in is mounted."""
    return f"../{hubspot.crm.stores[other].definition.type_id}/"


def _invoice(hubspot: HubSpot, invoice: str) -> str:
    values = hubspot.get("invoices", invoice)
    told = " · ".join(f"{label} {values[name]}" for name, label in AMOUNTS if name in values)
    if not is_billable(values):
        return f"<p>{told}</p>"
    status = values["hs_invoice_status"]
    choices = [(name, label) for name, (states, label, _) in ACTIONS.items() if status in states]
    return f"<p>{told}</p>{pages.buttons(ACTION, choices)}"


def act(hubspot: HubSpot, store: ObjectStore, record_id: str, wanted: str) -> None:
    """Press one of the buttons of an invoice; raises the refusal that the invoice earns."""
    if store.definition.name == "invoices" and wanted in ACTIONS:
        ACTIONS[wanted][2](hubspot, record_id)


Action = tuple[tuple[str, ...], str, "Callable[[HubSpot, str], object]"]
# Name of the button -> in which states it is there, what is written on it, and what it does.
ACTIONS: dict[str, Action] = {
    "open": (("draft",), "Finalize", lambda hubspot, invoice: hubspot.open_invoice(invoice)),
    "void": (("draft", "open"), "Void", lambda hubspot, invoice: hubspot.void_invoice(invoice)),
    "pay": (("open",), "Record payment", lambda hubspot, invoice: hubspot.record_payment(invoice)),
}
