"""The data for HubSpot and Exact: the same for a seed, and nasty where it was planted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.sandbox.core import HandClock, Setting
from integrations.sandbox.datasets import demo_dutch, demo_dutch_deals, exact_loading, plain_exact
from integrations.sandbox.datasets.exact_model import Deal, ExactDataSet
from integrations.sandbox.exact.provider import Exact
from integrations.sandbox.hubspot.provider import HubSpot

START = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
SEED = 1
INVOICES, RECEIVABLES = "salesinvoice/SalesInvoices", "cashflow/Receivables"


@pytest.fixture(scope="module")
def made() -> ExactDataSet:
    return demo_dutch.build(SEED)


@pytest.fixture(scope="module")
def setting() -> Setting:
    return Setting(HandClock(START), SEED)


@pytest.fixture(scope="module")
def hubspot(made: ExactDataSet, setting: Setting) -> HubSpot:
    filled = HubSpot(setting)
    exact_loading.fill_hubspot(filled, made, int(setting.clock.time()))
    return filled


@pytest.fixture
def books(made: ExactDataSet, setting: Setting) -> tuple[Exact, exact_loading.Known]:
    filled = Exact(setting)
    filled.speak("en")
    return filled, exact_loading.fill_exact(filled, made, int(setting.clock.time()))


def frozen(found: ExactDataSet) -> list[Any]:
    return [list(rows) for rows in (found.companies, found.contacts, found.products, found.deals,
                                    found.accounts, found.books_contacts, found.items,
                                    found.sales)]  # fmt: skip


@pytest.mark.parametrize("build", [demo_dutch.build, lambda seed: plain_exact.build(100, seed)])
def test_a_seed_makes_the_same_data_and_another_seed_other_data(build: Any) -> None:
    assert frozen(build(7)) == frozen(build(7))
    assert frozen(build(7)) != frozen(build(8))


@pytest.mark.parametrize(
    ("rows", "least", "most"),
    [
        ("companies", 550, 650),
        ("contacts", 850, 950),
        ("products", 100, 130),
        ("deals", 380, 420),
        ("accounts", 400, 500),
        ("sales", 90, 110),
    ],
)
def test_the_dutch_company_is_as_large_as_it_should_be(
    made: ExactDataSet, rows: str, least: int, most: int
) -> None:
    assert least <= len(list(getattr(made, rows))) <= most


def test_vat_numbers_are_real_ones_and_shared_only_where_planted(made: ExactDataSet) -> None:
    numbers = [company["btw_nummer"] for company in made.companies]
    shared = [number for number, count in Counter(numbers).items() if count > 1]

    assert all(_checks(number) for number in numbers)
    assert len(shared) == demo_dutch.PLANTED["two companies share the VAT number"]


def _checks(number: str) -> bool:
    """The last digit of a Dutch VAT number is the sum of the others, weighed."""
    digits = [int(digit) for digit in number[2:11]]
    weighed = sum(digit * weight for digit, weight in zip(digits, range(9, 1, -1), strict=False))
    return number[:2] == "NL" and number[11:] == "B01" and weighed % 11 == digits[8]


def test_most_companies_are_in_the_books_already(made: ExactDataSet) -> None:
    """The first sync of the demo writes little: what is new, and what differs."""
    notes = made.notes
    new = ("new customers", "new people of customers", "private customers, new", "new products")
    other = sum(count for name, count in notes.items() if name.startswith("on both, other"))
    written = sum(notes[name] for name in new) + other + notes["on both, moved"]

    assert written < 120
    assert notes["on both, equal"] > 250


def test_names_that_are_too_long_for_an_item_are(made: ExactDataSet) -> None:
    too_long = [product for product in made.products if len(product["name"]) > 60]

    assert len(too_long) == made.notes["product name too long"]


def test_the_crm_is_set_up_for_them(hubspot: HubSpot, made: ExactDataSet) -> None:
    (sales, service) = hubspot.crm.pipelines["deals"]
    deal = next(iter(hubspot.deals))
    company = next(iter(hubspot.companies.values()))

    assert (sales["id"], service["id"]) == ("default", "service")
    assert len(hubspot.deals) == len(list(made.deals))
    assert hubspot.deal_lines(deal)
    assert company["btw_nummer"].startswith("NL")
    assert hubspot.get("deals", deal)["hs_v2_date_entered_current_stage"]


def test_deals_that_were_handled_before_have_their_invoices(
    books: tuple[Exact, exact_loading.Known], made: ExactDataSet
) -> None:
    exact, known = books
    receivables = exact.all(RECEIVABLES).values()
    paid = Counter(bool(row["IsFullyPaid"]) for row in receivables)

    assert len(known.invoices) == exact.count(INVOICES) == made.notes["deals invoiced before"]
    assert paid[True] > paid[False] > 20
    assert {row["Status"] for row in exact.all(INVOICES).values()} == {50}


def test_planted_deals_are_refused_for_the_reason_they_were_planted_for(
    books: tuple[Exact, exact_loading.Known], made: ExactDataSet
) -> None:
    exact, known = books
    refusals = Counter(_attempt(exact, *sale) for sale in _sales(made, known))
    planted = made.notes

    fine = ("deals to invoice", "deals to invoice, with a discount", "deals in a closed period")
    assert refusals.pop("") == sum(planted[name] for name in fine)
    assert refusals == {
        "Blocked: Customer": planted["deals of a blocked customer"],
        "Invalid: Customer (Type)": planted["deals of a prospect"],
        "Invalid: Customer (End date)": planted["deals of a customer that ended"],
        "Invalid: Item (Sales item)": planted["deals with an item that is not for sale"],
        "Mandatory: VAT code": planted["deals with an item without VAT code"],
        "Invalid: Quantity [2.5]": planted["deals with half of an item sold whole"],
        "Invalid reference: Currency": planted["deals in a currency the books do not know"],
        "Mandatory: Invoice lines": planted["deals without lines"],
    }


def _sales(
    made: ExactDataSet, known: exact_loading.Known
) -> Iterator[tuple[Deal, str, list[tuple[str, float, float]]]]:
    """Deals to invoice whose customer and products the books know."""
    places = {row["Name"]: n for n, row in enumerate(made.accounts)}
    codes = {row.fields["Code"]: n for n, row in enumerate(made.items)}
    companies = list(made.companies)
    for deal in made.deals:
        stage = deal.properties["pipeline"], deal.properties["dealstage"]
        if stage not in demo_dutch_deals.TRIGGERS or deal.company is None:
            continue
        place = places.get(companies[deal.company].get("name"))
        items = [codes.get(line.get("hs_sku", "")) for line in deal.lines]
        if place is None or None in items:
            continue
        lines = [
            (known.items[item], float(line["quantity"]), float(line["price"]))
            for item, line in zip(items, deal.lines, strict=True)
            if item is not None
        ]
        yield deal, known.accounts[place], lines


def _attempt(exact: Exact, deal: Deal, account: str, lines: list[tuple[str, float, float]]) -> str:
    try:
        exact.add_invoice(account, *lines, Currency=deal.properties["deal_currency_code"])
    except ValueError as refusal:
        return str(refusal)
    return ""


@pytest.mark.parametrize("count", [50, 1000])
def test_a_tenth_of_many_companies_needs_a_write(count: int) -> None:
    found = plain_exact.build(count, SEED)
    accounts = {row["VATNumber"]: row for row in found.accounts}
    companies = list(found.companies)
    twins = [accounts.get(company["btw_nummer"]) for company in companies]
    different = [
        company
        for company, twin in zip(companies, twins, strict=True)
        if twin and twin["Phone"] != company["phone"]
    ]

    assert len(accounts) == len(companies) == count
    assert twins.count(None) + len(different) == count // 10


def test_many_companies_can_be_loaded(setting: Setting) -> None:
    exact, hubspot = Exact(setting), HubSpot(setting)
    found = plain_exact.build(100, SEED)
    now = int(setting.clock.time())
    exact_loading.fill_exact(exact, found, now)
    exact_loading.fill_hubspot(hubspot, found, now)

    assert len(hubspot.companies) == exact.count("crm/Accounts") == 100
    assert exact.count("crm/Contacts") == 96
    assert exact.count("logistics/Items") == exact.count("logistics/SalesItemPrices") == 10
