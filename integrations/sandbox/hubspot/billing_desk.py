"""What a person does with invoices, payments, taxes and currencies in HubSpot's own screens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from integrations.sandbox.hubspot.account import FIRST_TAX_RATE, TaxRate
from integrations.sandbox.hubspot.bulk import InvoiceRow, load_invoices
from integrations.sandbox.hubspot.desk import Desk
from integrations.sandbox.hubspot.money import CURRENCIES
from integrations.sandbox.hubspot.values import iso

Rows = Iterable[Mapping[str, Any]]
# What the control endpoint can set; the first of the currencies is the company's.
ACCOUNT_SETTINGS = ("currencies", "tax_ids", "edits_open_invoices", "deletes_open_invoices")


class BillingDesk(Desk):
    """Checked like changes by the API, but with the rights of a person: see invoice_state.py."""

    def add_line_item(self, **properties: Any) -> str:
        return self.add("line_items", **{"quantity": 1} | properties)

    def add_note(self, **properties: Any) -> str:
        return self.add("notes", **{"hs_timestamp": self._now()} | properties)

    @property
    def invoices(self) -> dict[str, dict[str, str]]:
        return self.all("invoices")

    @property
    def line_items(self) -> dict[str, dict[str, str]]:
        return self.all("line_items")

    @property
    def payments(self) -> dict[str, dict[str, str]]:
        return self.all("commerce_payments")

    # Invoices -----------------------------------------------------------------------------

    def add_invoice(
        self,
        *,
        contact: str = "",
        company: str = "",
        deal: str = "",
        lines: Rows = (),
        parts: Mapping[str, Rows] = MappingProxyType({}),
        status: str = "draft",
        **properties: Any,
    ) -> str:
        """An invoice with all that belongs to it, taken to `status`; its id.

        `parts`: its "discounts", "fees" and "taxes". `paid` records a payment of all that is due.
        An `hs_invoice_source` such as data_sync is what HubSpot's own integrations leave.
        """
        with self.lock:
            source = properties.pop("hs_invoice_source", "")
            is_mirror = str(properties.get("hs_invoice_billable", True)).lower() == "false"
            held = {"hs_currency": self.crm.account.currency} | properties
            held |= {"hs_invoice_status": status} if is_mirror else {}
            invoice = self.add("invoices", **held)
            for name, other in (("contacts", contact), ("companies", company), ("deals", deal)):
                if other:
                    self.associate("invoices", invoice, name, other)
            for name, rows in ({"line_items": lines} | dict(parts)).items():
                for row in rows:
                    self._add_part(invoice, name, row)
            if source:
                self._came_from(invoice, source)
            if not is_mirror:
                self._take_to(invoice, status)
            return invoice

    def _add_part(self, invoice: str, name: str, row: Mapping[str, Any]) -> str:
        held = {"quantity": 1} | dict(row) if name == "line_items" else row
        part = self.add(name, **held)
        self.associate("invoices", invoice, name, part)
        return part

    def _came_from(self, invoice: str, source: str) -> None:
        store, record = self._record("invoices", invoice)
        store.change(record, {"hs_invoice_source": source})

    def _take_to(self, invoice: str, status: str) -> None:
        if status == "draft":
            return
        self.open_invoice(invoice)
        if status == "paid":
            self.record_payment(invoice)
        elif status == "voided":
            self.void_invoice(invoice)

    def add_line(self, invoice: str, **properties: Any) -> str:
        """Put a line on an invoice; its id."""
        with self.lock:
            return self._add_part(invoice, "line_items", properties)

    def lines_of(self, invoice: str) -> dict[str, dict[str, str]]:
        """The lines of an invoice: id -> properties."""
        with self.lock:
            ids = self.associated("invoices", invoice, "line_items")
            return {line: self.get("line_items", line) for line in ids}

    def open_invoice(self, invoice: str) -> None:
        self.update("invoices", invoice, hs_invoice_status="open")

    def void_invoice(self, invoice: str) -> None:
        self.update("invoices", invoice, hs_invoice_status="voided")

    def lock_invoice(self, invoice: str) -> None:
        """From now on apps cannot change it, as when another app made it (see invoice_rules.py)."""
        with self.lock:
            self.crm.locked_invoices.add(self._record("invoices", invoice)[1].id)

    def unlock_invoice(self, invoice: str) -> None:
        with self.lock:
            self.crm.locked_invoices.discard(self._record("invoices", invoice)[1].id)

    # Payments -----------------------------------------------------------------------------

    def record_payment(self, invoice: str, amount: object = None, **properties: Any) -> str:
        """Record money received for an invoice, by default all that is due; the payment's id."""
        with self.lock:
            held = self.get("invoices", invoice)
            payment = self.add_payment(
                **{
                    "hs_initial_amount": held["hs_balance_due"] if amount is None else str(amount),
                    "hs_currency_code": held["hs_currency"],
                    "hs_customer_email": held.get("hs_invoice_latest_contact_email", ""),
                }
                | properties
            )
            self._tell_payment_source(payment, invoice, held)
            for name in ("contacts", "companies", "deals"):
                for other in self.associated("invoices", invoice, name):
                    self.associate("commerce_payments", payment, name, other)
            self.associate("commerce_payments", payment, "invoices", invoice)
            return payment

    def add_payment(self, **properties: Any) -> str:
        """A payment that succeeded today unless `properties` say otherwise; its id."""
        usual = {"hs_initiated_date": self._now(), "hs_latest_status": "succeeded"}
        return self.add("commerce_payments", **usual | properties)

    def _tell_payment_source(self, payment: str, invoice: str, held: Mapping[str, str]) -> None:
        store, record = self._record("commerce_payments", payment)
        store.change(
            record,
            {
                "hs_payment_source_app": "INVOICE",
                "hs_payment_source_id": invoice,
                "hs_payment_source_name": held.get("hs_number", ""),
            },
        )

    # Settings -----------------------------------------------------------------------------

    def add_tax_rate(self, name: str, percentage: object, active: bool = True) -> str:
        """A rate of the account's tax library; its id."""
        with self.lock:
            rate_id = str(FIRST_TAX_RATE + len(self.crm.tax_rates))
            self.crm.tax_rates[rate_id] = TaxRate(rate_id, name, str(percentage), active)
            return rate_id

    def set_currencies(self, company: str, additional: Sequence[str] = ()) -> None:
        """The company's currency, and the others that records may have."""
        if unknown := sorted({company, *additional} - CURRENCIES.keys()):
            raise ValueError(f"These currencies are not known here: {', '.join(unknown)}.")
        with self.lock:
            self.crm.account = replace(
                self.crm.account, currency=company, additional_currencies=tuple(additional)
            )

    def allow_on_open(self, *, edits: bool | None = None, deletes: bool | None = None) -> None:
        """Whether people can correct open invoices, and whether these can be deleted."""
        with self.lock:
            held = self.crm.account
            self.crm.account = replace(
                held,
                edits_open_invoices=held.edits_open_invoices if edits is None else edits,
                deletes_open_invoices=held.deletes_open_invoices if deletes is None else deletes,
            )

    def set_account(self, wanted: Mapping[str, Any]) -> None:
        """The settings of `ACCOUNT_SETTINGS` that are wanted otherwise."""
        if "currencies" in wanted:
            company, *additional = map(str, wanted["currencies"])
            self.set_currencies(company, additional)
        if "tax_ids" in wanted:
            self.set_tax_ids(map(str, wanted["tax_ids"]))
        edits, deletes = (wanted.get(f"{name}_open_invoices") for name in ("edits", "deletes"))
        self.allow_on_open(edits=edits, deletes=deletes)

    def set_tax_ids(self, tax_ids: Iterable[str]) -> None:
        """The company's own tax numbers that invoices can show."""
        with self.lock:
            self.crm.account = replace(self.crm.account, tax_ids=tuple(tax_ids))

    def load_invoices(self, rows: Iterable[InvoiceRow]) -> list[str]:
        """Insert many invoices with lines and payments at once; see `InvoiceRow`."""
        with self.lock:
            return load_invoices(self, rows)

    def _now(self) -> str:
        return iso(self.crm.stores["invoices"].now())
