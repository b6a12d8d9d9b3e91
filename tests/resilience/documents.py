"""The company's invoices and payments on both sides, and what must have become of them."""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from integrations.sandbox.server import SandboxServer

CUSTOM_ITEM = "Custom line item"
CENT = Decimal("0.01")

type Row = Mapping[str, Any]


@dataclass
class Documents:
    """Each invoice and each payment bears a name that both providers keep, here with its sums."""

    server: SandboxServer
    # Name -> total and number of lines.
    invoices: dict[str, tuple[Decimal, int]] = field(default_factory=dict)
    # Name -> amount and the name of the invoice that it pays; an invoice is paid once at most.
    payments: dict[str, tuple[Decimal, str]] = field(default_factory=dict)
    # HubSpot's deals by the name of the invoice.
    deals: dict[str, str] = field(default_factory=dict)

    # What people do in the providers' own screens.

    def add_left(self, count: int = 1, *, paid: bool = False) -> None:
        """Invoices of HubSpot, of a deal, with a line that no item stands for."""
        hubspot = self.server.sandbox.hubspot
        for _ in range(count):
            name = f"Invoice {len(self.invoices)}"
            product = _any_of(hubspot.products, len(self.invoices))
            deal = hubspot.add_deal(dealname=name)
            lines = [
                {"hs_product_id": product, "quantity": "2.5", "price": "19.99"},
                {"name": "Travel", "quantity": "3", "price": "7.35", "discount": "0.35"},
            ]
            invoice = hubspot.add_invoice(
                contact=_any_of(hubspot.contacts, len(self.invoices)),
                lines=lines,
                status="open",
                deal=deal,
                hs_comments=name,
            )
            # 2.5 x 19.99 and 3 x 7.00.
            self.invoices[name] = (Decimal("70.98"), len(lines))
            self.deals[name] = deal
            if paid:
                self.pay_left(invoice, name)

    def add_right(self, count: int = 1, *, paid: bool = False) -> None:
        """Invoices of QuickBooks, each with two lines."""
        quickbooks = self.server.sandbox.quickbooks
        for _ in range(count):
            name = f"Invoice {len(self.invoices)}"
            sold = {key: row for key, row in quickbooks.items.items() if row.get("Sku")}
            item = _any_of(sold, len(self.invoices))
            customer = _any_of(quickbooks.customers, len(self.invoices))
            lines = [(item, 1.5, 33.34, "Work"), (item, 1, 12.10, "Goods")]
            invoice = quickbooks.add_invoice(customer, *lines, CustomerMemo={"value": name})
            # 1.5 x 33.34 and 12.10.
            self.invoices[name] = (Decimal("62.11"), len(lines))
            if paid:
                self.pay_right(invoice, name)

    def pay_left(self, invoice: str, name: str) -> None:
        """All of an invoice, in HubSpot."""
        told, amount = f"Payment of {name}", self.invoices[name][0]
        hubspot = self.server.sandbox.hubspot
        hubspot.record_payment(invoice, str(amount), hs_reference_number=told)
        self.payments[told] = (amount, name)

    def pay_right(self, invoice: str, name: str) -> None:
        """A part of an invoice, in QuickBooks."""
        told, amount = f"Payment of {name}", Decimal("20.25")
        quickbooks = self.server.sandbox.quickbooks
        customer = quickbooks.get("Invoice", invoice)["CustomerRef"]["value"]
        quickbooks.add_payment(
            customer, float(amount), {invoice: float(amount)}, PaymentRefNum=told
        )
        self.payments[told] = (amount, name)

    def live_on(self, dice: random.Random) -> None:
        """New ones on both sides, and one that is there is paid."""
        self.add_left(paid=dice.random() < 0.5)
        self.add_right(paid=dice.random() < 0.5)
        paid = {name for _amount, name in self.payments.values()}
        unpaid = [
            (key, row)
            for key, row in self.server.sandbox.quickbooks.invoices.items()
            if _memo(row) not in paid
        ]
        if unpaid:
            invoice, row = dice.choice(unpaid)
            self.pay_right(invoice, _memo(row))

    # What must be true.

    @property
    def noted(self) -> list[str]:
        """The payments that a deal is told of."""
        return [name for name, (_, invoice) in self.payments.items() if invoice in self.deals]

    def odd_ones(self) -> list[str]:
        """What either system lacks or has too often."""
        invoices = [(name, *known) for name, known in self.invoices.items()]
        payments = [(name, *known) for name, known in self.payments.items()]
        return [
            *odd("HubSpot", self._left_invoices(), invoices),
            *odd("QuickBooks", self._right_invoices(), invoices),
            *odd("HubSpot", self._left_payments(), payments),
            *odd("QuickBooks", self._right_payments(), payments),
            *self.not_told(),
            *odd("HubSpot", self._lines(), ["line"] * sum(n for _, n in self.invoices.values())),
            *odd("QuickBooks", self._custom_items(), [CUSTOM_ITEM] if self.invoices else []),
            *self._unequal_balances(),
        ]

    def not_told(self) -> list[str]:
        """The deals that lack a note, or have one too much."""
        notes = [self.deals[self.payments[name][1]] for name in self.noted]
        return odd("HubSpot's timelines", self._notes(), notes)

    def _left_invoices(self) -> list[object]:
        hubspot = self.server.sandbox.hubspot
        return [
            (
                row.get("hs_comments", ""),
                Decimal(row["hs_amount_billed"]),
                len(hubspot.associated("invoices", key, "line_items")),
            )
            for key, row in hubspot.invoices.items()
        ]

    def _right_invoices(self) -> list[object]:
        rows = self.server.sandbox.quickbooks.invoices.values()
        return [(_memo(row), _money(row["TotalAmt"]), len(_sold(row))) for row in rows]

    def _left_payments(self) -> list[object]:
        hubspot = self.server.sandbox.hubspot
        invoices = hubspot.invoices
        return [
            (row.get("hs_reference_number", ""), Decimal(row["hs_initial_amount"]), paid)
            for key, row in hubspot.payments.items()
            for paid in [
                ", ".join(
                    invoices[one].get("hs_comments", "")
                    for one in hubspot.associated("commerce_payments", key, "invoices")
                )
            ]
        ]

    def _right_payments(self) -> list[object]:
        quickbooks = self.server.sandbox.quickbooks
        invoices = quickbooks.invoices
        return [
            (row.get("PaymentRefNum", ""), _money(row["TotalAmt"]), paid)
            for row in quickbooks.payments.values()
            for paid in [", ".join(_memo(invoices[one]) for one in _linked(row))]
        ]

    def _notes(self) -> list[object]:
        hubspot = self.server.sandbox.hubspot
        return [
            ", ".join(hubspot.associated("notes", key, "deals")) for key in hubspot.all("notes")
        ]

    def _lines(self) -> list[object]:
        """Those of no invoice too."""
        return ["line"] * len(self.server.sandbox.hubspot.line_items)

    def _custom_items(self) -> list[object]:
        rows = self.server.sandbox.quickbooks.items.values()
        return [row["Name"] for row in rows if str(row["Name"]).startswith(CUSTOM_ITEM)]

    def _unequal_balances(self) -> list[str]:
        left = {
            row.get("hs_comments", ""): Decimal(row["hs_balance_due"])
            for row in self.server.sandbox.hubspot.invoices.values()
        }
        rows = self.server.sandbox.quickbooks.invoices.values()
        right = {_memo(row): _money(row["Balance"]) for row in rows}
        return [
            f"{name} is open with {left[name]} and {right[name]}"
            for name in sorted(left.keys() & right.keys())
            if left[name] != right[name]
        ]


def odd(place: str, found: list[Any], wanted: list[Any]) -> list[str]:
    """What is missing, too much or there twice."""
    there, should = Counter(found), Counter(wanted)
    missing = [f"{place} lacks {each}" for each in (should - there).elements()]
    return missing + [f"{place} has too much: {each}" for each in (there - should).elements()]


def _any_of(rows: Mapping[str, object], turn: int) -> str:
    keys = sorted(rows, key=int)
    return keys[turn % len(keys)]


def _memo(row: Row) -> str:
    return str(row.get("CustomerMemo", {}).get("value", ""))


def _money(value: object) -> Decimal:
    return Decimal(str(value)).quantize(CENT)


def _sold(row: Row) -> list[Row]:
    return [each for each in row["Line"] if each["DetailType"] == "SalesItemLineDetail"]


def _linked(row: Row) -> list[str]:
    links = [link for each in row.get("Line", []) for link in each["LinkedTxn"]]
    return [link["TxnId"] for link in links if link["TxnType"] == "Invoice"]
