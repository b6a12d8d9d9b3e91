"""The hand of a person, for tests and data sets in the same process."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Any

from integrations.sandbox.quickbooks import loading
from integrations.sandbox.quickbooks.configuring import configure
from integrations.sandbox.quickbooks.entities import ENTITIES
from integrations.sandbox.quickbooks.screens import Screens, named, unfolded
from integrations.sandbox.quickbooks.shelf import Record
from integrations.sandbox.quickbooks.shorthand import Line, payment_lines, sales
from integrations.sandbox.quickbooks.store import Store


class Hand:
    """What people do in the books of one company; a refusal is a ValueError with the reason."""

    lock: threading.RLock
    store: Store
    _screens: Screens

    # Lists

    def add_customer(self, **fields: Any) -> str:
        """Create a customer; `Email` and `Phone` are short for the objects QuickBooks has."""
        return self.add("Customer", **fields)

    def add_vendor(self, **fields: Any) -> str:
        return self.add("Vendor", **fields)

    def add_item(self, **fields: Any) -> str:
        """Create an item; a service posting to the first income ledger unless told otherwise."""
        usual = {"Type": "Service", "IncomeAccountRef": self.ledger("Services")}
        return self.add("Item", **(usual | fields))

    # Documents

    def add_invoice(self, customer: str, *lines: Line, tax_code: str = "", **fields: Any) -> str:
        """Create an invoice, e.g. `add_invoice("1", ("7", 2, 49.5, "Text"), TxnDate="2026-01-31")`.

        `tax_code` is put on every line given as a tuple; outside the United States prices are
        without tax unless GlobalTaxCalculation says otherwise.
        """
        return self.add("Invoice", **self._sale(customer, lines, tax_code, fields))

    def add_credit_memo(
        self, customer: str, *lines: Line, tax_code: str = "", **fields: Any
    ) -> str:
        return self.add("CreditMemo", **self._sale(customer, lines, tax_code, fields))

    def add_payment(
        self,
        customer: str,
        total: Any,
        invoices: Mapping[str, Any] | None = None,
        credit_memos: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> str:
        """Create a payment, e.g. `add_payment("1", 80, {"12": 50, "13": 30})`."""
        usual: Record = {
            "CustomerRef": customer,
            "TotalAmt": total,
            "Line": payment_lines(invoices or {}, credit_memos or {}),
        }
        return self.add("Payment", **(usual | self._money(customer) | fields))

    def deposit(self, *payments: str, to: str = "Checking", **fields: Any) -> str:
        """Bring payments to a bank account, which freezes them; the Id of the deposit."""
        lines = [
            {
                "Amount": self.get("Payment", number)["TotalAmt"],
                "LinkedTxn": [{"TxnId": number, "TxnType": "Payment"}],
            }
            for number in payments
        ]
        return self.add("Deposit", DepositToAccountRef=self.ledger(to), Line=lines, **fields)

    def change_line(self, invoice: str, line: str = "1", **values: Any) -> None:
        """Change a line of an invoice on its screen, e.g. `change_line("12", UnitPrice=60)`."""
        with self.lock:
            self._screens.change_invoice(invoice, {}, {line: values})

    def void(self, entity_name: str, record_id: str) -> None:
        with self.lock:
            self._screens.void(entity_name, record_id)

    def delete(self, entity_name: str, record_id: str) -> None:
        with self.lock:
            self._screens.delete(entity_name, record_id)

    # Anything

    def add(self, entity_name: str, **fields: Any) -> str:
        with self.lock:
            return self._screens.add(entity_name, fields)

    def update(self, entity_name: str, record_id: str, **fields: Any) -> None:
        with self.lock:
            self._screens.update(entity_name, record_id, fields)

    def deactivate(self, entity_name: str, record_id: str) -> None:
        with self.lock:
            self._screens.deactivate(entity_name, record_id)

    def reactivate(self, entity_name: str, record_id: str) -> None:
        with self.lock:
            self._screens.reactivate(entity_name, record_id)

    def merge(self, entity_name: str, survivor: str, loser: str) -> None:
        """Let one record take over another, which turns inactive."""
        with self.lock:
            self._screens.merge(entity_name, survivor, loser)

    # The company

    def configure(self, **wanted: Any) -> None:
        """Set the company up: country, currencies, custom fields, closed books, see `configure`."""
        with self.lock:
            configure(self.store, wanted)

    def prefer(self, group: str, **values: Any) -> None:
        """Change preferences, e.g. `prefer("SalesFormsPrefs", CustomTxnNumbers=True)`."""
        with self.lock:
            self._screens.prefer(group, values)

    # Looking

    def get(self, entity_name: str, record_id: str) -> Record:
        with self.lock:
            return self._screens.get(entity_name, record_id)

    def all(self, entity_name: str) -> dict[str, Record]:
        """A copy of all records of an entity, inactive ones too, by Id."""
        with self.lock:
            return {record["Id"]: record for record in self.store.shelf(named(entity_name))}

    @property
    def customers(self) -> dict[str, Record]:
        return self.all("Customer")

    @property
    def items(self) -> dict[str, Record]:
        return self.all("Item")

    @property
    def invoices(self) -> dict[str, Record]:
        return self.all("Invoice")

    @property
    def payments(self) -> dict[str, Record]:
        return self.all("Payment")

    def count(self, entity_name: str) -> int:
        return len(self.store.shelf(named(entity_name)))

    def ledger(self, name: str) -> str:
        """The Id of the ledger account with a name."""
        return self.store.holder_of(ENTITIES["Account"], name)

    # Many at once

    def load(
        self, entity_name: str, rows: Iterable[Mapping[str, Any]], updated: Iterable[int]
    ) -> list[str]:
        """Store many records at once, unchecked, with the seconds they were last changed at."""
        with self.lock:
            return self.store.load(named(entity_name), map(unfolded, rows), updated)

    def load_invoices(self, rows: Iterable[Mapping[str, Any]], updated: Iterable[int]) -> list[str]:
        """Store many invoices; what the service works out is added, nothing is refused.

        A row has at least CustomerRef and Line, a list of tuples as `add_invoice` takes them.
        """
        with self.lock:
            return loading.load_invoices(self.store, map(unfolded, rows), updated)

    def load_payments(self, rows: Iterable[Mapping[str, Any]], updated: Iterable[int]) -> list[str]:
        """Store many payments and lower the balances they pay.

        A row has CustomerRef, TotalAmt and `invoices`, the amount by the Id of each invoice.
        """
        with self.lock:
            return loading.load_payments(self.store, map(unfolded, rows), updated)

    def _sale(
        self, customer: str, lines: Iterable[Line], tax_code: str, fields: Mapping[str, Any]
    ) -> Record:
        usual: Record = {"CustomerRef": customer, "Line": sales(lines, tax_code)}
        if not self.store.switches.is_in_us:
            usual["GlobalTaxCalculation"] = "TaxExcluded"
        return usual | self._money(customer) | dict(fields)

    def _money(self, customer: str) -> Record:
        """The screens of QuickBooks offer a customer's own currency."""
        own = self._screens.currency_of(customer)
        return {"CurrencyRef": own} if own else {}
