"""Which states an invoice passes through, and what can still be changed in each.

HubSpot's invoices guide: a draft becomes open with a contact and a line item, is paid by payments,
and can be voided; only drafts are deleted, open ones where the account allows it. People correct a
finalised invoice in HubSpot's screens where the account allows that, and while no payment was made
on it (the knowledge base's page on managing invoices). What of it an app may still change is not
documented. The stricter reading is taken: its document has gone to the buyer, so apps change
neither its lines nor what is printed of its terms.
"""

from __future__ import annotations

from integrations.sandbox.hubspot.crm import Crm
from integrations.sandbox.hubspot.money import read
from integrations.sandbox.hubspot.origin import API
from integrations.sandbox.hubspot.refusals import Refusal, validation
from integrations.sandbox.hubspot.store import Record
from integrations.sandbox.hubspot.upkeep import is_billable

# From which state to which; that it is paid follows from its payments.
STEPS = {
    "draft": frozenset({"open", "voided"}),
    "open": frozenset({"voided"}),
    "paid": frozenset[str](),
    "voided": frozenset[str](),
}
FIXED_WHEN_OPEN = frozenset(
    {
        "hs_currency",
        "hs_invoice_date",
        "hs_tax_id",
        "hs_language",
        "hs_locale",
        "hs_invoice_billable",
    }
)
FIXED_WHEN_CLOSED = FIXED_WHEN_OPEN | {
    "hs_due_date",
    "hs_purchase_order_number",
    "hs_allowed_payment_methods",
    "hs_allow_partial_payments",
    "hs_invoice_payment_collection_method",
}


def status_of(invoice: Record) -> str:
    return invoice.values.get("hs_invoice_status", "draft")


def check_parts_open(crm: Crm, invoice: Record, source: str) -> None:
    """May lines, discounts, fees and taxes be added, changed or taken away?"""
    is_open = status_of(invoice) == "draft" or _is_corrected_by_hand(crm, invoice, source)
    if is_billable(invoice.values) and not is_open:
        raise not_editable(invoice, "line items")


def _is_corrected_by_hand(crm: Crm, invoice: Record, source: str) -> bool:
    is_untouched = status_of(invoice) == "open" and not read(invoice.values.get("hs_amount_paid"))
    return source != API and is_untouched and crm.account.edits_open_invoices


def not_editable(invoice: Record, what: str) -> Refusal:
    return validation(
        f"The {what} of invoice {invoice.id} cannot be changed while it is {status_of(invoice)}.",
        context={"id": [str(invoice.id)], "status": [status_of(invoice)]},
    )


def fixed_names(crm: Crm, invoice: Record, source: str) -> frozenset[str]:
    """The properties that the invoice's state no longer lets change."""
    status = status_of(invoice)
    if not is_billable(invoice.values) or status == "draft":
        return frozenset()
    if _is_corrected_by_hand(crm, invoice, source):
        return frozenset({"hs_currency"})
    return FIXED_WHEN_OPEN if status == "open" else FIXED_WHEN_CLOSED


def check_step(invoice: Record, wanted: str) -> None:
    """May an invoice that HubSpot bills go to this state?"""
    held = status_of(invoice)
    if wanted == held:
        return
    if wanted not in STEPS[held]:
        message = f"Invoice {invoice.id} cannot be moved from {held} to {wanted or 'no status'}."
        raise validation(message, context={"id": [str(invoice.id)], "status": [held]})
    if wanted == "voided" and read(invoice.values.get("hs_amount_paid")):
        raise validation(f"Invoice {invoice.id} has payments and cannot be voided.")
