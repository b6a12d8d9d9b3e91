"""Money is conserved: random invoices both ways come to the same on both sides, or say why not."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Tenant
from integrations.sandbox.server import SandboxServer
from syncs.agreement import agreement
from syncs.models import Status, SyncRecord
from tests.journeys.invoicing import Billing, amount, billing, line
from tests.journeys.stories import again

pytestmark = pytest.mark.django_db(transaction=True)

OUTBOUND, INBOUND = 20, 12
# None, two and three decimals; the last is the company's own.
CURRENCIES = {"JPY": 0, "EUR": 2, "KWD": 3, "GBP": 2}
RATES = {"20.0% S": "20", "5.0% R": "5"}


@dataclass
class Trade:
    """A British company that sells in four currencies, and what it invoiced at random."""

    books: Billing
    dice: random.Random
    inclusive: bool
    contacts: dict[str, str] = field(default_factory=dict)
    customers: dict[str, str] = field(default_factory=dict)
    products: list[str] = field(default_factory=list)
    # HubSpot's tax rates and QuickBooks' codes for the same per cent; one rate has no code.
    rates: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)

    def set_up(self) -> None:
        hubspot, quickbooks = self.books.sandbox.hubspot, self.books.sandbox.quickbooks
        foreign = [name for name in CURRENCIES if name != "GBP"]
        quickbooks.configure(country="GB")
        quickbooks.configure(currencies={"EUR": 0.85, "JPY": 0.0052, "KWD": 2.55})
        hubspot.set_currencies("GBP", foreign)
        for currency in CURRENCIES:
            name = f"Sells in {currency}"
            mail = f"{currency.lower()}@example.org"
            self.customers[currency] = quickbooks.add_customer(
                DisplayName=name, Email=mail, CurrencyRef=currency
            )
            self.contacts[currency] = self.books.contact("Ann", lastname=currency, email=mail)
        self.products = [self.books.product(f"P{each}", "9.99") for each in range(3)]
        self.rates = [hubspot.add_tax_rate(f"VAT {rate}", rate) for rate in RATES.values()]
        self._switch_on()
        self.rates.append(hubspot.add_tax_rate("Event VAT", "12.5"))
        self.books.settle()

    def _switch_on(self) -> None:
        quickbooks = self.books.sandbox.quickbooks
        found = {one["Name"]: key for key, one in quickbooks.all("TaxCode").items()}
        self.codes = [found[name] for name in RATES]
        table = [
            [rate, code, per_cent, f"VAT {per_cent}"]
            for rate, code, per_cent in zip(self.rates, self.codes, RATES.values(), strict=True)
        ]
        self.books.switch_on(
            taxes=table,
            no_tax=self.codes[0] if self.inclusive else found["No VAT"],
            prices_include_tax=self.inclusive,
            expense_account=quickbooks.ledger("Cost of Goods Sold"),
        )

    def invoice_out(self) -> None:
        currency = self._currency()
        lines = [self._left_line(currency) for _ in range(self.dice.randint(1, 5))]
        self.books.invoice(self.contacts[currency], *lines, hs_currency=currency)

    def invoice_in(self) -> None:
        quickbooks, currency = self.books.sandbox.quickbooks, self._currency()
        sold = [key for key, one in quickbooks.items.items() if one.get("Sku")]
        lines = [
            (self.dice.choice(sold), float(self._quantity()), float(self._price(currency)))
            for _ in range(self.dice.randint(1, 4))
        ]
        quickbooks.add_invoice(
            self.customers[currency],
            *lines,
            tax_code=self.dice.choice(self.codes),
            GlobalTaxCalculation="TaxInclusive" if self.inclusive else "TaxExcluded",
        )

    def _left_line(self, currency: str) -> dict[str, str]:
        told: dict[str, str] = {"price": str(self._price(currency))}
        if self.dice.random() < 0.25:
            told["discount"] = str(self._coins(currency, 20))
        elif self.dice.random() < 0.25:
            told["hs_discount_percentage"] = self.dice.choice(["10", "7.5", "33.333"])
        if self.dice.random() < (0.1 if self.inclusive else 0.7):
            told["hs_tax_rate_group_id"] = self.dice.choice([*self.rates[:2] * 4, self.rates[2]])
        product = self.dice.choice([*self.products, ""])
        named = {} if product else {"name": "Made to measure"}
        return line(product, str(self._quantity()), **told, **named)

    def _currency(self) -> str:
        return self.dice.choice(list(CURRENCIES))

    def _coins(self, currency: str, most: int) -> Decimal:
        return Decimal(self.dice.randint(1, most)).scaleb(-CURRENCIES[currency])

    def _price(self, currency: str) -> Decimal:
        return self._coins(currency, 100_000) + self._coins(currency, 20)

    def _quantity(self) -> Decimal:
        places = self.dice.choice([0, 0, 1, 2, 3])
        return Decimal(self.dice.randint(1, 30 * 10**places)).scaleb(-places)

    # Looking.

    def sums(self, row: SyncRecord) -> tuple[tuple[Decimal, str], tuple[Decimal, str]]:
        """What each side says that an invoice comes to, in which currency."""
        left = self.books.sandbox.hubspot.get("invoices", row.left_id)
        right = self.books.sandbox.quickbooks.get("Invoice", row.right_id)
        return (
            (amount(left, "hs_amount_billed"), left["hs_currency"]),
            (amount(right), right["CurrencyRef"]["value"]),
        )


def check(trade: Trade) -> Counter[str]:
    """Every invoice agrees to the coin or says why not; how many agree, by way and currency."""
    books, agreeing = trade.books, Counter[str]()
    rows = books.records()
    for row in rows:
        assert row.status in (Status.IN_SYNC, Status.FAILING), (row, row.status, row.reason)
        if row.status == Status.FAILING:
            assert row.category, row
            assert row.reason, row
            continue
        left, right = trade.sums(row)
        assert left == right, row
        agreeing[f"{row.born} {left[1]}"] += 1
    made = {row.left_id for row in rows} | {row.right_id for row in rows}
    sandbox = books.sandbox
    assert sandbox.hubspot.invoices.keys() | sandbox.quickbooks.invoices.keys() <= made
    today = timezone.now().date()
    found = agreement(books.invoices, today - timedelta(days=2), today + timedelta(days=2))
    failing = {row.pk for row in rows if row.status == Status.FAILING}
    assert {one.record_id for one in found.differences} == failing
    return agreeing


@pytest.mark.parametrize(
    ("inclusive", "seed"),
    [
        pytest.param(False, 1, id="prices without tax"),
        pytest.param(True, 2, id="prices that include tax"),
    ],
)
def test_random_invoices_agree_to_the_last_coin_or_say_why_not(
    tenant: Tenant, server: SandboxServer, inclusive: bool, seed: int
) -> None:
    trade = Trade(billing(tenant, server), random.Random(seed), inclusive)
    trade.set_up()
    for _ in range(OUTBOUND):
        trade.invoice_out()
    for _ in range(INBOUND):
        trade.invoice_in()

    trade.books.settle()

    agreeing = check(trade)
    assert agreeing.total() >= (OUTBOUND + INBOUND) // 3, agreeing
    ways: set[Any] = {way.split()[0] for way in agreeing}
    assert ways == {"left", "right"}, agreeing
    assert {way.split()[1] for way in agreeing} == set(CURRENCIES), agreeing
    again(trade.books)
