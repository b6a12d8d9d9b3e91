"""No money comes or goes by itself, whatever people do with invoices and payments."""

from __future__ import annotations

import json
import random
from collections import Counter
from contextlib import suppress
from decimal import Decimal

import pytest

from integrations.sandbox.core import HandClock, Setting
from integrations.sandbox.quickbooks.provider import QuickBooks
from tests.sandbox.quickbooks_calls import START

STEPS = 120


class Bookkeeper:
    """Does one random thing after another; what is refused changes nothing."""

    def __init__(self, books: QuickBooks, seed: int) -> None:
        self.books = books
        self.dice = random.Random(seed)
        self.done: Counter[str] = Counter()

    def act(self) -> None:
        choices = (self.sell, self.sell, self.pay, self.pay, self.reprice, self.void, self.delete)
        choice = self.dice.choice((*choices, self.deposit, self.repay))
        with suppress(ValueError):
            choice()
            self.done[choice.__name__] += 1

    def some(self, entity: str) -> str:
        numbers = sorted(self.books.all(entity), key=int)
        if not numbers:
            raise ValueError("There is none yet.")
        return self.dice.choice(numbers)

    def amount(self) -> float:
        return self.dice.randint(1, 20_000) / 100

    def sell(self) -> None:
        lines = [("1", self.dice.randint(1, 9), self.amount()) for _ in range(3)]
        self.books.add_invoice("1", *lines, tax_code="TAX")

    def pay(self) -> None:
        invoices = {self.some("Invoice"): self.amount() for _ in range(2)}
        self.books.add_payment("1", sum(invoices.values()) + self.amount(), invoices)

    def repay(self) -> None:
        link = {"TxnId": self.some("Invoice"), "TxnType": "Invoice"}
        line = {"Amount": self.amount(), "LinkedTxn": [link]}
        self.books.update("Payment", self.some("Payment"), Line=[line])

    def reprice(self) -> None:
        self.books.change_line(self.some("Invoice"), UnitPrice=self.amount())

    def void(self) -> None:
        entity = self.dice.choice(("Invoice", "Payment"))
        self.books.void(entity, self.some(entity))

    def delete(self) -> None:
        entity = self.dice.choice(("Invoice", "Payment", "Deposit"))
        self.books.delete(entity, self.some(entity))

    def deposit(self) -> None:
        self.books.deposit(self.some("Payment"))


def exact(value: float) -> Decimal:
    return Decimal(str(value))


def applied(books: QuickBooks) -> Counter[tuple[str, str]]:
    """Cents by payment and invoice, as the payments tell them."""
    found: Counter[tuple[str, str]] = Counter()
    for number, payment in books.payments.items():
        for line in payment["Line"]:
            found[number, line["LinkedTxn"][0]["TxnId"]] += int(exact(line["Amount"]) * 100)
    return found


def check(books: QuickBooks) -> None:
    shares = applied(books)
    for number, invoice in books.invoices.items():
        paid = {payment: cents for (payment, paid), cents in shares.items() if paid == number}
        owed = exact(invoice["TotalAmt"]) - Decimal(sum(paid.values())) / 100
        assert exact(invoice["Balance"]) == owed >= 0
        assert {link["TxnId"] for link in invoice["LinkedTxn"]} == paid.keys()
        lines = sum(exact(line["Amount"]) for line in invoice["Line"] if "Id" in line)
        assert exact(invoice["TotalAmt"]) == lines + exact(invoice["TxnTaxDetail"]["TotalTax"])
    for number, payment in books.payments.items():
        used = Decimal(sum(cents for (paid, _), cents in shares.items() if paid == number)) / 100
        assert exact(payment["UnappliedAmt"]) == exact(payment["TotalAmt"]) - used >= 0


@pytest.mark.parametrize("seed", range(4))
def test_balances_are_totals_less_what_is_applied(seed: int) -> None:
    books = QuickBooks(Setting(HandClock(START)))
    books.add_customer(DisplayName="Anna")
    books.add_item(Name="Hours")
    keeper = Bookkeeper(books, seed)

    for _ in range(STEPS):
        keeper.act()
        check(books)

    # Every kind of step was taken, so that none is refused always.
    assert len(keeper.done) == 7
    twin = QuickBooks(Setting(HandClock(START)))
    twin.restore(json.loads(json.dumps(books.snapshot())))
    assert (twin.invoices, twin.payments) == (books.invoices, books.payments)
