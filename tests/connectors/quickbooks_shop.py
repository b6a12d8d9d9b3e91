"""A QuickBooks company that sells one thing to one customer, for tests of documents."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from integrations.contract import (
    Category,
    Line,
    Outcome,
    OutcomeStatus,
    Record,
    Value,
    Values,
)
from tests.connectors.quickbooks_company import Company, create

INVOICE = (
    "DocNumber", "CustomerRef", "TxnDate", "DueDate", "lines", "TotalAmt", "Balance", "TotalTax",
    "Status", "CurrencyRef", "PrivateNote",
)  # fmt: skip
PAYMENT = ("CustomerRef", "TotalAmt", "TxnDate", "lines", "UnappliedAmt", "Deposited")
DAY = date(2026, 10, 20)


@dataclass
class Shop:
    """A company with a customer and an item."""

    company: Company
    buyer: str
    ware: str

    def invoice(self, **more: Value) -> Values:
        lines = (self.line("2", "50"),)
        usual: Values = {"CustomerRef": self.buyer, "TxnDate": DAY, "lines": lines}
        return {**usual, **more}

    def line(self, quantity: str, price: str, **more: Any) -> Line:
        amount = Decimal(quantity) * Decimal(price)
        usual = {"reference": self.ware, "name": "Ware", "tax": "NON"}
        numbers = {"quantity": Decimal(quantity), "unit_price": Decimal(price), "amount": amount}
        return Line(**(usual | numbers | more))

    def payment(self, total: int, *paid: tuple[str, int], **more: Value) -> Values:
        lines = tuple(Line(reference=to, amount=Decimal(amount)) for to, amount in paid)
        usual: Values = {
            "CustomerRef": self.buyer,
            "TxnDate": DAY,
            "TotalAmt": Decimal(total),
            "lines": lines or None,
        }
        return {**usual, **more}

    def write(self, *operations: Any, object_type: str = "invoice") -> list[Outcome]:
        names = {"invoice": INVOICE, "payment": PAYMENT}[object_type]
        return self.company.write(*operations, object_type=object_type, names=names)

    def made(self, values: Values, object_type: str = "invoice") -> Record:
        (outcome,) = self.write(create(values), object_type=object_type)
        return done(outcome)

    def read(self, object_type: str, record_id: str) -> Record:
        names = {"invoice": INVOICE, "payment": PAYMENT}[object_type]
        (record,) = self.company.connector.read(object_type, [record_id], names)
        return record


def done(outcome: Outcome) -> Record:
    assert outcome.status is OutcomeStatus.WRITTEN, outcome
    assert outcome.record is not None
    return outcome.record


def fault_of(outcome: Outcome) -> tuple[Category, str, str]:
    assert outcome.status is OutcomeStatus.REFUSED, outcome
    assert outcome.fault is not None
    return outcome.fault.category, outcome.fault.code, outcome.fault.field


def shop_in(company: Company, **settings: Any) -> Shop:
    company.books.configure(**settings)
    buyer = company.books.add_customer(DisplayName="Buyer")
    return Shop(company, buyer, company.books.add_item(Name="Ware", Sku="W-1"))


def lines_of(record: Record) -> tuple[Line, ...]:
    lines = record.fields["lines"]
    assert isinstance(lines, tuple)
    return tuple(line for line in lines if isinstance(line, Line))
