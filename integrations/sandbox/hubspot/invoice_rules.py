"""The rules of invoices, by HubSpot's invoices guide; invoice_state.py says what follows a state.

An invoice with `hs_invoice_billable` false mirrors one that is billed elsewhere: "no validation" in
the guide's words, no number or document of HubSpot's own, nothing to pay. Community code writes its
number, amount and state, so they are accepted there, and HubSpot's own amount is not worked out.

One refusal is not asked for here, because no wording of it is published: an app that may not change
an invoice which another app made. `lock_invoice` of the desk plants it where a test wants it.
"""

from __future__ import annotations

from collections.abc import Sequence

from integrations.sandbox.hubspot.crm import Crm, Values
from integrations.sandbox.hubspot.invoice_state import (
    check_parts_open,
    check_step,
    fixed_names,
    not_editable,
    status_of,
)
from integrations.sandbox.hubspot.links import WantedLink
from integrations.sandbox.hubspot.origin import API
from integrations.sandbox.hubspot.refusals import read_only, validation, values_not_valid
from integrations.sandbox.hubspot.rules import Rules, check_currency, linked, refused
from integrations.sandbox.hubspot.store import Record
from integrations.sandbox.hubspot.upkeep import PARTS, is_billable
from integrations.sandbox.hubspot.values import iso

# HubSpot's own where it bills; written by apps on mirrors.
OWN = ("hs_number", "hs_amount_billed")


class InvoiceRules(Rules):
    def complete(
        self, crm: Crm, values: Values, links: Sequence[WantedLink], source: str
    ) -> Values:
        _check_settings(crm, values)
        now = iso(crm.stores["invoices"].now())
        defaults = {
            "hs_invoice_status": "draft",
            "hs_invoice_billable": "true",
            "hs_invoice_source": "hubspot",
            "hs_invoice_date": now,
            "hs_due_date": now,
        }
        made = defaults | values
        if made["hs_invoice_billable"] == "true":
            _check_own(values)
            if made["hs_invoice_status"] != "draft":
                raise validation("A new invoice must be a draft; it can be opened afterwards.")
        return made

    def revise(self, crm: Crm, record: Record, values: Values, source: str) -> Values:
        changed = {n: value for n, value in values.items() if record.values.get(n, "") != value}
        _check_settings(crm, changed)
        _check_maker(crm, record, source)
        _check_billable(record, changed)
        if changed.get("hs_invoice_billable", record.values["hs_invoice_billable"]) == "false":
            return values
        _check_own(changed)
        if fixed := sorted(fixed_names(crm, record, source) & changed.keys()):
            raise not_editable(record, ", ".join(fixed))
        if "hs_invoice_status" in changed:
            _check_step(crm, record, changed["hs_invoice_status"])
        return values

    def release(self, crm: Crm, record: Record, source: str) -> None:
        """Only drafts, and open invoices where the account allows it; the guide excepts none."""
        _check_maker(crm, record, source)
        allowed = {"draft", "open"} if crm.account.deletes_open_invoices else {"draft"}
        if status_of(record) not in allowed:
            raise validation(f"Invoice {record.id} is {status_of(record)} and cannot be deleted.")

    def join(self, crm: Crm, record: Record, other: str, other_id: int, source: str) -> None:
        if other in PARTS:
            check_parts_open(crm, record, source)

    def leave(self, crm: Crm, record: Record, other: str, source: str) -> None:
        if other in PARTS:
            check_parts_open(crm, record, source)
        elif other == "contacts" and is_billable(record.values) and status_of(record) != "draft":
            raise not_editable(record, "contact")


def _check_settings(crm: Crm, values: Values) -> None:
    check_currency(crm, "hs_currency", values)
    tax_id = values.get("hs_tax_id")
    if tax_id and tax_id not in crm.account.tax_ids:
        raise refused("hs_tax_id", "INVALID_OPTION", f"{tax_id} is no tax ID of this account.")
    if values.get("hs_currency", "-") == "":
        raise refused("hs_currency", "INVALID_VALUE", "An invoice needs a currency.")


def _check_own(values: Values) -> None:
    if given := [name for name in OWN if name in values]:
        raise values_not_valid([read_only(name) for name in given])


def _check_maker(crm: Crm, record: Record, source: str) -> None:
    if source == API and record.id in crm.locked_invoices:
        raise validation(f"Invoice {record.id} can only be changed by the app that created it.")


def _check_billable(record: Record, changed: Values) -> None:
    if "hs_invoice_billable" not in changed or status_of(record) == "draft":
        return
    # Opened by mistake, a mirror would ask its customer for money a second time.
    raise not_editable(record, "hs_invoice_billable")


def _check_step(crm: Crm, record: Record, wanted: str) -> None:
    check_step(record, wanted)
    if wanted != "open":
        return
    missing = [n for n in ("contacts", "line_items") if not linked(crm, "invoices", record.id, n)]
    if missing:
        raise validation(
            f"Invoice {record.id} cannot be opened without associated {' and '.join(missing)}.",
            context={"id": [str(record.id)], "missingAssociations": missing},
        )
