"""The rules of line items, and of discounts, fees and taxes of a whole invoice.

HubSpot's line items guide: one parent, a price that is not negative, the product's values copied
at creation, tax rates from the account's library. That only one kind of discount may be set, and
that a line never comes to less than nothing, is read from the guide's examples: the refusals'
wording is not documented.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from integrations.sandbox.hubspot.crm import Crm, Values
from integrations.sandbox.hubspot.invoice_state import check_parts_open
from integrations.sandbox.hubspot.links import WantedLink
from integrations.sandbox.hubspot.money import HUNDRED, ZERO, read
from integrations.sandbox.hubspot.refusals import validation
from integrations.sandbox.hubspot.rules import Rules, check_currency, linked, refused
from integrations.sandbox.hubspot.shapes import record_number
from integrations.sandbox.hubspot.store import Record
from integrations.sandbox.hubspot.totals import line_results, unit_price
from integrations.sandbox.hubspot.upkeep import LINE_CURRENCY

COPIED = ("name", "price", "hs_sku", "description")
PARENT_CURRENCY = {
    "deals": "deal_currency_code",
    "quotes": "hs_currency",
    "invoices": "hs_currency",
}
PARENTS = tuple(PARENT_CURRENCY)


class PartRules(Rules):
    """What belongs to one invoice, quote or deal, and is fixed once that invoice is open."""

    def complete(
        self, crm: Crm, values: Values, links: Sequence[WantedLink], source: str
    ) -> Values:
        if sum(link.to_type in PARENTS for link in links) > 1:
            raise one_parent()
        parents = [(link.to_type, crm.stores[link.to_type].records[link.to_id]) for link in links]
        return self.settled(crm, values, _currencies(parents))

    def revise(self, crm: Crm, record: Record, values: Values, source: str) -> Values:
        name = self.name_of(crm, record)
        changed = [n for n, value in values.items() if record.values.get(n, "") != value]
        if any(crm.stores[name].properties[n].built_in for n in changed):
            _check_invoices_open(crm, name, record, source)
        currencies = _currencies(_parents(crm, name, record))
        settled = self.settled(crm, record.values | values, currencies)
        return values | {n: settled[n] for n in settled if record.values.get(n, "") != settled[n]}

    def release(self, crm: Crm, record: Record, source: str) -> None:
        _check_invoices_open(crm, self.name_of(crm, record), record, source)

    def join(self, crm: Crm, record: Record, other: str, other_id: int, source: str) -> None:
        if other in PARENTS and _parents(crm, self.name_of(crm, record), record):
            raise one_parent()

    def name_of(self, crm: Crm, record: Record) -> str:
        names = ("discounts", "fees", "taxes")
        return next(name for name in names if crm.stores[name].records.get(record.id) is record)

    def settled(self, crm: Crm, values: Values, currencies: Sequence[str]) -> Values:
        """The values with what follows from them; raises the refusal of wrong ones.

        `currencies`: those of its parents.
        """
        value = read(values.get("hs_value"))
        if value < ZERO or (values.get("hs_type") == "PERCENT" and value > HUNDRED):
            raise refused("hs_value", "INVALID_VALUE", f"{value} is out of range.")
        return values


class LineRules(PartRules):
    def complete(
        self, crm: Crm, values: Values, links: Sequence[WantedLink], source: str
    ) -> Values:
        return super().complete(crm, _from_product(crm, values) | values, links, source)

    def name_of(self, crm: Crm, record: Record) -> str:
        return "line_items"

    def settled(self, crm: Crm, values: Values, currencies: Sequence[str]) -> Values:
        _check_prices(values)
        check_currency(crm, LINE_CURRENCY, values)
        code = _currency(crm, values, currencies)
        rate_id = values.get("hs_tax_rate_group_id", "")
        rate = crm.tax_rates.get(rate_id)
        if rate_id and rate is None:
            message = f"{rate_id} is not a tax rate of this account."
            raise refused("hs_tax_rate_group_id", "INVALID_OPTION", message)
        return values | line_results(values, code, rate)


def one_parent() -> Exception:
    return validation("A line item can only be associated with one parent object.")


def _parents(crm: Crm, name: str, record: Record) -> list[tuple[str, Record]]:
    return [(other, parent) for other in PARENTS for parent in linked(crm, name, record.id, other)]


def _currencies(parents: Iterable[tuple[str, Record]]) -> list[str]:
    named = [
        parent.values.get(PARENT_CURRENCY[name], "")
        for name, parent in parents
        if name in PARENT_CURRENCY
    ]
    return [code for code in named if code]


def _check_invoices_open(crm: Crm, name: str, record: Record, source: str) -> None:
    for invoice in linked(crm, name, record.id, "invoices"):
        check_parts_open(crm, invoice, source)


def _from_product(crm: Crm, values: Values) -> Values:
    """The product's values at this moment: later changes of it do not reach the line."""
    wanted = values.get("hs_product_id", "")
    if not wanted:
        return {}
    product = crm.stores["products"].find(record_number(wanted))
    if product is None:
        raise refused("hs_product_id", "INVALID_VALUE", f"There is no product {wanted}.")
    return {name: product.values[name] for name in COPIED if name in product.values}


def _check_prices(values: Values) -> None:
    for name in ("price", "quantity", "discount", "hs_discount_percentage"):
        if read(values.get(name)) < ZERO:
            raise refused(name, "INVALID_VALUE", f"{values[name]} must not be negative.")
    if read(values.get("discount")) and read(values.get("hs_discount_percentage")):
        message = "Only one of discount and hs_discount_percentage can be set."
        raise refused("discount", "INVALID_VALUE", message)
    if values.get("price") and unit_price(values) < ZERO:
        name = "discount" if values.get("discount") else "hs_discount_percentage"
        raise refused(name, "INVALID_VALUE", "The discount is higher than the price.")


def _currency(crm: Crm, values: Values, expected: Sequence[str]) -> str:
    """The parent's currency; what a line in another one becomes is not documented: refused."""
    given = values.get(LINE_CURRENCY, "")
    for code in expected:
        if given and given != code:
            message = f"{given} is not the currency of its parent, {code}."
            raise refused(LINE_CURRENCY, "INVALID_VALUE", message)
    return given or next(iter(expected), crm.account.currency)
