"""The arithmetic of invoices: lines, then discounts, fees and taxes, each rounded to the currency.

The invoices guide gives the order: discounts, then fees, then taxes. Not documented, and read here
in the way that people expect: a line's discount is taken off every unit, a line's tax is reckoned
on its net price, and amounts are rounded half up, line by line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from integrations.sandbox.hubspot.account import TaxRate
from integrations.sandbox.hubspot.money import HUNDRED, ZERO, read, rounded
from integrations.sandbox.hubspot.values import plain

LINE_RESULTS = (
    "amount",
    "hs_pre_discount_amount",
    "hs_total_discount",
    "hs_tax_rate",
    "hs_tax_label",
    "hs_tax_amount",
    "hs_post_tax_amount",
)


def line_results(values: Mapping[str, str], code: str, rate: TaxRate | None) -> dict[str, str]:
    """What HubSpot works out for a line; nothing while it has no quantity or no price."""
    if not values.get("quantity") or not values.get("price"):
        return dict.fromkeys(LINE_RESULTS, "")
    quantity = read(values["quantity"])
    before = rounded(quantity * read(values["price"]), code)
    net = rounded(quantity * unit_price(values), code)
    percentage = read(rate.percentage) if rate else ZERO
    tax = rounded(net * percentage / HUNDRED, code)
    return {
        "amount": plain(net),
        "hs_pre_discount_amount": plain(before),
        "hs_total_discount": plain(before - net),
        "hs_tax_rate": rate.percentage if rate else "",
        "hs_tax_label": rate.label if rate else "",
        "hs_tax_amount": plain(tax),
        "hs_post_tax_amount": plain(net + tax),
    }


def unit_price(values: Mapping[str, str]) -> Decimal:
    """The price of one after its discount, not rounded."""
    price = read(values.get("price"))
    if percentage := read(values.get("hs_discount_percentage")):
        return price * (HUNDRED - percentage) / HUNDRED
    return price - read(values.get("discount"))


@dataclass(frozen=True)
class Part:
    """A discount, fee or tax of the whole invoice."""

    is_percent: bool
    value: Decimal

    def of(self, base: Decimal, code: str) -> Decimal:
        return rounded(base * self.value / HUNDRED if self.is_percent else self.value, code)


@dataclass(frozen=True)
class Total:
    """What an invoice comes to."""

    subtotal: Decimal
    billed: Decimal


def invoice_total(
    lines: Sequence[Mapping[str, str]],
    discounts: Iterable[Part],
    fees: Iterable[Part],
    taxes: Iterable[Part],
    code: str,
) -> Total:
    subtotal = sum((read(line.get("amount")) for line in lines), ZERO)
    line_taxes = sum((read(line.get("hs_tax_amount")) for line in lines), ZERO)
    discounted = subtotal - sum((part.of(subtotal, code) for part in discounts), ZERO)
    with_fees = discounted + sum((part.of(discounted, code) for part in fees), ZERO)
    order_taxes = sum((part.of(with_fees, code) for part in taxes), ZERO)
    return Total(subtotal, with_fees + order_taxes + line_taxes)


def spread(
    owed: Mapping[int, Decimal], payments: Iterable[tuple[Decimal, Sequence[int]]]
) -> dict[int, Decimal]:
    """How much of each invoice is paid, by payments that may each belong to several invoices.

    How HubSpot divides such a payment is not documented: the oldest invoice is filled first, and
    what is left over stays with the last.
    """
    paid = dict.fromkeys(owed, ZERO)
    for amount, invoices in payments:
        left = amount
        for invoice in invoices:
            share = min(left, max(owed[invoice] - paid[invoice], ZERO))
            paid[invoice] += share
            left -= share
        if invoices:
            paid[invoices[-1]] += left
    return paid
