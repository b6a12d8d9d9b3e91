"""What an invoice comes to: lines, discounts, fees and taxes, to the smallest coin."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.sandbox.hubspot.account import TaxRate
from integrations.sandbox.hubspot.money import CURRENCIES
from integrations.sandbox.hubspot.totals import Part, invoice_total, line_results, spread
from tests.sandbox.hubspot_account import OBJECTS, Account
from tests.sandbox.invoicing import draft, link, made, opened, post, read, refused

TO_INVOICE = {"discounts": 412, "fees": 414, "taxes": 416}


def add(account: Account, invoice: str, kind: str, form: str, value: str) -> str:
    """A discount, fee or tax of the whole invoice."""
    return made(
        account,
        f"{OBJECTS}/{kind}",
        link(invoice, TO_INVOICE[kind]),
        hs_label=kind,
        hs_type=form,
        hs_value=value,
    )


def test_discounts_come_before_fees_and_fees_before_taxes(account: Account) -> None:
    invoice = draft(account)
    add(account, invoice, "taxes", "PERCENT", "10")
    add(account, invoice, "fees", "PERCENT", "5")
    add(account, invoice, "fees", "FIXED", "2.50")
    add(account, invoice, "discounts", "PERCENT", "25")
    add(account, invoice, "discounts", "FIXED", "10")

    held = read(account, invoice)

    # 80 - 20 - 10 = 50; + 2.50 + 2.50 = 55; + 5.50.
    assert (held["hs_subtotal"], held["hs_amount_billed"]) == ("80.00", "60.50")


def test_the_taxes_of_lines_are_added(account: Account) -> None:
    rate = account.hubspot.add_tax_rate("VAT", "21")
    lines = [{"name": name, "price": "9.99", "hs_tax_rate_group_id": rate} for name in "ab"]

    invoice = account.hubspot.add_invoice(lines=[*lines, {"name": "free of it", "price": "1"}])

    held = read(account, invoice)
    assert (held["hs_subtotal"], held["hs_amount_billed"]) == ("20.98", "25.18")


def test_a_part_belongs_to_one_invoice(account: Account) -> None:
    first, second = draft(account), draft(account)
    fee = add(account, first, "fees", "FIXED", "5")

    refused(account.put(f"{OBJECTS}/invoices/{second}/associations/default/fees/{fee}"))


def test_a_removed_part_no_longer_counts(account: Account) -> None:
    invoice = draft(account)
    fee = add(account, invoice, "fees", "FIXED", "5")
    assert read(account, invoice)["hs_amount_billed"] == "85.00"

    assert account.delete(f"{OBJECTS}/fees/{fee}").status_code == 204

    assert read(account, invoice)["hs_amount_billed"] == "80.00"


def test_parts_of_an_opened_invoice_stay(account: Account) -> None:
    invoice = opened(account)
    path = f"{OBJECTS}/discounts"
    late = post(account, path, link(invoice, 412), hs_type="FIXED", hs_value="5")

    refused(late)
    assert read(account, invoice)["hs_amount_billed"] == "80.00"


@pytest.mark.parametrize(
    "properties",
    [
        pytest.param({"hs_type": "PERCENT", "hs_value": "101"}, id="more than all"),
        pytest.param({"hs_type": "FIXED", "hs_value": "-1"}, id="below zero"),
        pytest.param({"hs_type": "PART", "hs_value": "1"}, id="no such type"),
        pytest.param({"hs_type": "FIXED"}, id="no value"),
    ],
)
def test_a_wrong_discount_is_refused(account: Account, properties: dict[str, str]) -> None:
    refused(post(account, f"{OBJECTS}/discounts", **properties))


def test_an_amount_in_yen_has_no_decimals(account: Account) -> None:
    account.hubspot.set_currencies("EUR", ["JPY", "KWD"])
    rate = account.hubspot.add_tax_rate("Tax", "8")
    line = {"name": "Tea", "price": "333", "quantity": "3", "hs_tax_rate_group_id": rate}

    yen, dinar = (
        account.hubspot.add_invoice(hs_currency=code, lines=[line]) for code in ("JPY", "KWD")
    )

    assert read(account, yen)["hs_amount_billed"] == "1079"
    assert read(account, dinar)["hs_amount_billed"] == "1078.920"


# Any invoice ------------------------------------------------------------------------------

numbers = st.decimals("0.001", "9999", places=3)
percents = st.decimals("0", "100", places=2)
lines = st.fixed_dictionaries(
    {"price": numbers.map(str), "quantity": numbers.map(str)},
    optional={"hs_discount_percentage": percents.map(str)},
)
parts = st.builds(Part, is_percent=st.booleans(), value=percents)
codes = st.sampled_from(["EUR", "JPY", "KWD"])


@given(line=lines, code=codes, percentage=percents)
def test_the_parts_of_a_line_add_up(line: dict[str, str], code: str, percentage: Decimal) -> None:
    results = line_results(line, code, TaxRate("1", "Tax", str(percentage)))

    amount = {name: Decimal(results[name]) for name in results if name != "hs_tax_label"}
    assert amount["hs_pre_discount_amount"] - amount["hs_total_discount"] == amount["amount"]
    assert amount["amount"] + amount["hs_tax_amount"] == amount["hs_post_tax_amount"]
    exact = Decimal(line["price"]) * Decimal(line["quantity"])
    exact *= 1 - Decimal(line.get("hs_discount_percentage", "0")) / 100
    half = Decimal(1).scaleb(-CURRENCIES[code].decimals) / 2
    assert abs(amount["amount"] - exact) <= half


@given(
    held=st.lists(lines, max_size=5),
    discounts=st.lists(parts, max_size=2),
    fees=st.lists(parts, max_size=2),
    code=codes,
)
def test_a_total_never_has_more_decimals_than_its_currency(
    held: list[dict[str, str]], discounts: list[Part], fees: list[Part], code: str
) -> None:
    full = [line | line_results(line, code, None) for line in held]

    total = invoice_total(full, discounts, fees, (), code)

    exponent = total.billed.as_tuple().exponent
    assert isinstance(exponent, int)
    assert -exponent <= CURRENCIES[code].decimals
    assert total.subtotal == sum((Decimal(line["amount"]) for line in full), Decimal(0))


@given(
    owed=st.dictionaries(st.integers(1, 5), numbers, min_size=1),
    amounts=st.lists(numbers, max_size=4),
)
def test_no_money_is_lost_when_payments_are_spread(
    owed: dict[int, Decimal], amounts: list[Decimal]
) -> None:
    invoices = sorted(owed)

    paid = spread(owed, [(amount, invoices) for amount in amounts])

    assert sum(paid.values()) == sum(amounts)
    short = [invoice for invoice in invoices if paid[invoice] < owed[invoice]]
    # Only when everything before it is paid does a later invoice get anything.
    assert all(paid[invoice] == 0 for invoice in invoices if short and invoice > short[0])
