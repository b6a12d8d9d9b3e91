"""Sales tax: which code a document bears, and what it comes to.

Sources: developer.intuit.com, "Manage sales tax for US locales" and "for non-US locales", and the
error code table. Tax is always worked out here; amounts that are sent are replaced, which the
documentation says of automated sales tax and leaves open elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from integrations.sandbox.quickbooks.countries import COUNTRIES
from integrations.sandbox.quickbooks.faults import Refused, business, missing, refused
from integrations.sandbox.quickbooks.lines import currency_of, discount, sold, subtotal
from integrations.sandbox.quickbooks.money import ZERO, decimal, rounded, shown, smallest, spelled
from integrations.sandbox.quickbooks.sales_fields import SALE
from integrations.sandbox.quickbooks.shelf import Record

if TYPE_CHECKING:
    from integrations.sandbox.quickbooks.drafts import Draft
    from integrations.sandbox.quickbooks.store import Store

US_CODES = frozenset({"TAX", "NON"})
# The code that automated sales tax finds for a sale in the company's own state.
HOME_CODE = "2"
_STATE = frozenset({"CA", "CALIFORNIA"})
_COUNTRY = frozenset({"US", "USA", "UNITED STATES", "UNITED STATES OF AMERICA"})
_HUNDRED = Decimal(100)


def check_codes(draft: Draft) -> None:
    """Refuse tax codes of the wrong kind, before they are looked up."""
    if draft.store.switches.is_in_us:
        # "Not applicable to US companies".
        draft.after.pop("GlobalTaxCalculation", None)
        _check_us_codes(draft)
        return
    if draft.after.get("GlobalTaxCalculation") is None:
        raise Refused([missing("GlobalTaxCalculation")])
    exempt = draft.after["GlobalTaxCalculation"] == "NotApplicable"
    if exempt and "TxnTaxDetail" in draft.sent and draft.after.get("TxnTaxDetail"):
        told = "TxnTaxDetail is not allowed when GlobalTaxCalculation is set to NotApplicable"
        raise refused("6170", told, "TxnTaxDetail")
    if not exempt:
        _require_codes(draft)


def _details(draft: Draft) -> Iterator[Record]:
    lines = draft.after.get("Line") or []
    for line in sold([line for line in lines if line.get("DetailType")]):
        if line.get(SALE):
            yield line[SALE]


def _check_us_codes(draft: Draft) -> None:
    for detail in _details(draft):
        code = detail.setdefault("TaxCodeRef", {"value": "NON"})["value"]
        if code not in US_CODES:
            told = f"Valid Line TaxCodes for US should be TAX or NON. Supplied value:{code}"
            raise refused("6100", told, "Line.SalesItemLineDetail.TaxCodeRef")
    whole = (draft.after.get("TxnTaxDetail") or {}).get("TxnTaxCodeRef", {}).get("value")
    if "TxnTaxDetail" in draft.sent and (whole in US_CODES or whole == "CustomSalesTax"):
        told = f"The tax code {whole} cannot be used for a transaction"
        raise refused("6160" if draft.is_new else "6230", told, "TxnTaxCodeRef")


def _require_codes(draft: Draft) -> None:
    """Outside the United States every line of a taxed document bears a code."""
    if all(detail.get("TaxCodeRef") for detail in _details(draft)):
        return
    name = COUNTRIES[draft.store.switches.country].tax_name
    raise business(f"Make sure all your transactions have a {name} rate before you save.")


def add_up(draft: Draft) -> None:
    """Tax, total and the total in home currency."""
    after, currency = draft.after, currency_of(draft.after)
    lines = after["Line"]
    for detail in _details(draft):
        if detail.get("TaxCodeRef"):
            detail["TaxCodeRef"] = {"value": detail["TaxCodeRef"]["value"]}
    tax_lines = _us_tax(draft) if draft.store.switches.is_in_us else _other_tax(draft)
    total_tax = sum((decimal(line["Amount"]) for line in tax_lines), ZERO)
    tax = {"TotalTax": shown(total_tax)} | ({"TaxLine": tax_lines} if tax_lines else {})
    code = (after.get("TxnTaxDetail") or {}).get("TxnTaxCodeRef")
    after["TxnTaxDetail"] = ({"TxnTaxCodeRef": code} if code else {}) | tax
    if after.get("GlobalTaxCalculation") == "NotApplicable":
        # What could not be sent is not shown.
        after["TxnTaxDetail"] = None
    total = rounded(subtotal(lines) - discount(lines) + total_tax, currency)
    if total < 0:
        raise business("Transaction amount must be 0 or greater.")
    after["TotalAmt"] = shown(total)
    add_home_total(draft)


def add_home_total(draft: Draft) -> None:
    """Only a company with several currencies shows what a document is worth at home."""
    after, store = draft.after, draft.store
    if not store.preference("CurrencyPrefs", "MultiCurrencyEnabled"):
        after.pop("ExchangeRate", None)
        return
    if currency_of(after) == store.switches.home:
        after["ExchangeRate"] = 1
    elif not after.get("ExchangeRate"):
        after["ExchangeRate"] = store.switches.rates.get(currency_of(after), 1)
    total = decimal(after["TotalAmt"]) * decimal(after["ExchangeRate"])
    after["HomeTotalAmt"] = shown(rounded(total, store.switches.home))


def _us_tax(draft: Draft) -> list[Record]:
    """One code for the whole document, on the lines marked TAX."""
    lines = draft.after["Line"]
    taxed = [line for line in sold(lines) if line[SALE].get("TaxCodeRef", {}).get("value") == "TAX"]
    net = sum((decimal(line["Amount"]) for line in taxed), ZERO)
    code = _us_code(draft)
    whole = subtotal(lines)
    if draft.after.get("ApplyTaxAfterDiscount") and whole:
        net -= discount(lines) * net / whole
    if not code or not taxed:
        return []
    return list(_tax_lines(draft, code, net, None))


def _us_code(draft: Draft) -> str:
    """The code sent; automated sales tax puts the one it finds by the address in its place."""
    store = draft.store
    if not store.preference("TaxPrefs", "UsingSalesTax"):
        draft.after.pop("TxnTaxDetail", None)
        return ""
    if not store.preference("TaxPrefs", "PartnerTaxEnabled"):
        code = (draft.after.get("TxnTaxDetail") or {}).get("TxnTaxCodeRef", {})
        return str(code.get("value", ""))
    customer = draft.referred("CustomerRef")
    exempt = customer is not None and customer.record().get("Taxable") is False
    if exempt or not _is_near(draft):
        draft.after.pop("TxnTaxDetail", None)
        return ""
    draft.after["TxnTaxDetail"] = {"TxnTaxCodeRef": {"value": HOME_CODE}}
    return HOME_CODE


def _is_near(draft: Draft) -> bool:
    """Whether goods go to the company's own state; where nothing is known, they do."""
    sent_to = draft.after.get("ShipAddr") or draft.after.get("BillAddr") or {}
    state = str(sent_to.get("CountrySubDivisionCode", "CA"))
    country = str(sent_to.get("Country", "US"))
    return state.upper() in _STATE and country.upper() in _COUNTRY


def _other_tax(draft: Draft) -> list[Record]:
    """The lines by their codes; a gross amount that is sent decides what the tax is."""
    after = draft.after
    for detail in _details(draft):
        if after["GlobalTaxCalculation"] == "NotApplicable":
            detail.pop("TaxCodeRef", None)
        if after["GlobalTaxCalculation"] != "TaxInclusive":
            detail.pop("TaxInclusiveAmt", None)
    if after["GlobalTaxCalculation"] == "NotApplicable":
        after.pop("TxnTaxDetail", None)
        return []
    whole = subtotal(after["Line"])
    kept = 1 - discount(after["Line"]) / whole if whole else Decimal(1)
    found: list[Record] = []
    for code, lines in _by_code(after["Line"]).items():
        net = sum((decimal(line["Amount"]) for line in lines), ZERO)
        gross = None
        if after["GlobalTaxCalculation"] == "TaxInclusive":
            gross = sum((_gross(draft, line, code) for line in lines), ZERO) * kept
        found += _tax_lines(draft, code, net * kept, gross)
    return found


def _by_code(lines: list[Record]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for line in sold(lines):
        code = line[SALE].get("TaxCodeRef")
        if code:
            found.setdefault(code["value"], []).append(line)
    return found


def _gross(draft: Draft, line: Record, code: str) -> Decimal:
    """What a line is with its tax; a sent amount may be a cent off, because net is rounded."""
    currency = currency_of(draft.after)
    percent = sum((rate for _, _, rate in rates(draft.store, code)), ZERO)
    gross = rounded(decimal(line["Amount"]) * (1 + percent / _HUNDRED), currency)
    sent = decimal(line[SALE].get("TaxInclusiveAmt"))
    if sent and abs(sent - gross) > smallest(currency):
        told = (
            "We're sorry, QuickBooks encountered an error while calculating tax. "
            f"TaxInclusiveAmt {spelled(sent)} does not fit the amount and its tax rate."
        )
        raise business(told, "TaxInclusiveAmt")
    line[SALE]["TaxInclusiveAmt"] = shown(sent or gross)
    return sent or gross


def rates(store: Store, code: str) -> list[tuple[str, str, Decimal]]:
    """The rates of a code: id, name and percentage."""
    row = store.find("TaxCode", code)
    details = row.record().get("SalesTaxRateList", {}).get("TaxRateDetail", []) if row else []
    found = []
    for detail in details:
        rate = store.find("TaxRate", str(detail["TaxRateRef"]["value"]))
        if rate is not None:
            record = rate.record()
            found.append((rate.id, str(record["Name"]), decimal(record["RateValue"])))
    return found


def _tax_lines(draft: Draft, code: str, net: Decimal, gross: Decimal | None) -> Iterator[Record]:
    """One line per rate; with a gross amount the last rate takes what rounding leaves."""
    currency = currency_of(draft.after)
    known = rates(draft.store, code)
    left = rounded(gross - net, currency) if gross is not None else ZERO
    for place, (number, name, percent) in enumerate(known, 1):
        tax = rounded(net * percent / _HUNDRED, currency)
        if gross is not None and place == len(known):
            tax = left
        left -= tax
        detail = {
            "TaxRateRef": {"value": number, "name": name},
            "PercentBased": True,
            "TaxPercent": shown(percent),
            "NetAmountTaxable": shown(rounded(net, currency)),
        }
        yield {"Amount": shown(tax), "DetailType": "TaxLineDetail", "TaxLineDetail": detail}
