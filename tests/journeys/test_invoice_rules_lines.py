"""What an invoice sells: items by link and SKU, the custom item, prices, discounts, the whole."""

from decimal import Decimal

import pytest

from accounts.models import Tenant
from integrations.sandbox.server import SandboxServer
from syncs.faults import explain
from tests.journeys.invoicing import Billing, agree, amount, billing, failing, item, line, sales
from tests.journeys.stories import again

pytestmark = pytest.mark.django_db(transaction=True)

CUSTOM = "Custom line item"


@pytest.fixture
def books(tenant: Tenant, server: SandboxServer) -> Billing:
    return billing(tenant, server)


def sold(books: Billing, invoice: str) -> list[tuple[str, Decimal, Decimal, str]]:
    """Item, quantity, amount and text of each line as it is booked."""
    return [
        (
            one["SalesItemLineDetail"]["ItemRef"]["name"],
            Decimal(str(one["SalesItemLineDetail"]["Qty"])),
            amount(one, "Amount"),
            one.get("Description", ""),
        )
        for one in sales(books.booked(invoice))
    ]


def test_lines_find_their_items_by_product_and_sku_and_others_go_to_one_custom_item(
    books: Billing,
) -> None:
    ann, hours = books.contact("Ann"), books.product("HRS", "50")
    loose = books.product("", "20", name="Odds and ends")
    books.switch_on()
    first = books.invoice(
        ann,
        line(hours, "2"),
        line("", "3", hs_sku="hrs", name="Hours", price="40"),
        line(loose, "1"),
        line("", "1.5", name="Set-up", price="33.33", description="On site"),
    )

    books.settle()

    agree(books, first)
    assert sold(books, first) == [
        ("Product HRS", Decimal(2), Decimal(100), ""),
        ("Product HRS", Decimal(3), Decimal(120), ""),
        (CUSTOM, Decimal(1), Decimal(20), "Odds and ends"),
        (CUSTOM, Decimal("1.5"), Decimal(50), "Set-up: On site"),
    ]
    again(books)

    more = [books.invoice(ann, line("", "1", name=f"Extra {n}", price="5")) for n in range(3)]
    books.settle()
    agree(books, *more)
    assert {sold(books, one)[0][0] for one in more} == {CUSTOM}
    made = [one for one in books.sandbox.quickbooks.items.values() if one["Name"] == CUSTOM]
    assert len(made) == 1
    assert made[0]["IncomeAccountRef"]["value"] == books.sandbox.quickbooks.ledger("Services")
    again(books)


@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
def test_the_custom_item_is_made_once_though_its_answer_is_lost(books: Billing, kind: str) -> None:
    ann = books.contact("Ann")
    invoice = books.invoice(ann, line("", "2", name="Set-up", price="12.50"), status="draft")
    books.switch_on()
    # The syncs that come first create nothing in QuickBooks now but Ann.
    books.sandbox.quickbooks.add_customer(DisplayName="Ann Smit", Email="ann@example.org")
    rule = {"provider": "quickbooks", "kind": kind, "method": "POST", "path": "/batch"}
    (fault,) = books.sandbox.faults.add(rule)
    books.sandbox.hubspot.open_invoice(invoice)

    books.settle()

    assert fault.hits == 1
    agree(books, invoice)
    names = [one["Name"] for one in books.sandbox.quickbooks.items.values()]
    assert names.count(CUSTOM) == 1
    assert len(books.sandbox.quickbooks.invoices) == 1
    again(books)


def test_a_line_without_an_item_stops_its_invoice_where_people_want_that(books: Billing) -> None:
    ann = books.contact("Ann")
    loose = books.product("", "20", name="Odds and ends")
    books.switch_on(unmatched_lines="fail")
    free = books.invoice(ann, line("", "1", name="Set-up", price="33.33"))
    named = books.invoice(ann, line(loose, "2"))

    books.settle()

    assert "“Set-up” names no product and no SKU" in failing(books, free, "parent_missing")
    assert "“Odds and ends”" in failing(books, named, "parent_missing")
    assert explain("parent_missing", "invoice", code="line_unmatched").title == "A line has no item"
    assert CUSTOM not in {one["Name"] for one in books.sandbox.quickbooks.items.values()}
    again(books)

    books.sandbox.hubspot.update("products", loose, hs_sku="ODD")
    books.settle()
    agree(books, named)
    booked = sales(books.booked(named))[0]["SalesItemLineDetail"]
    assert booked["ItemRef"]["value"] == item(books, "ODD")
    failing(books, free, "parent_missing")
    again(books)


def test_decimals_and_discounts_of_lines_come_to_the_same_cent(books: Billing) -> None:
    ann, hours = books.contact("Ann"), books.product("HRS", "19.99")
    books.switch_on()
    rows = [
        line(hours, "0.333"),
        line(hours, "7.25", discount="1.11"),
        line(hours, "3", hs_discount_percentage="33.3"),
        line(hours, "1000", price="0.0049"),
        line(hours, "0.07", price="0.07"),
        line(hours, "1", hs_discount_percentage="100"),
    ]
    alone = [books.invoice(ann, row) for row in rows]
    together = books.invoice(ann, *rows)

    books.settle()

    agree(books, together, *alone)
    for invoice in (together, *alone):
        for one in sales(books.booked(invoice)):
            detail = one["SalesItemLineDetail"]
            made = Decimal(str(detail["Qty"])) * Decimal(str(detail["UnitPrice"]))
            assert made.quantize(Decimal("0.01")) == amount(one, "Amount").quantize(Decimal("0.01"))
    again(books)


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("discounts", {"hs_label": "Spring", "hs_type": "PERCENT", "hs_value": "10"}),
        ("fees", {"hs_label": "Express", "hs_type": "FIXED", "hs_value": "15"}),
        ("taxes", {"hs_label": "City tax", "hs_type": "PERCENT", "hs_value": "2"}),
    ],
)
def test_what_is_on_the_order_as_a_whole_is_refused_with_what_to_do_instead(
    books: Billing, part: str, told: dict[str, str]
) -> None:
    ann, hours = books.contact("Ann"), books.product("HRS", "50")
    books.switch_on()
    invoice = books.invoice(ann, line(hours, "2"), parts={part: [told]})
    plain = books.invoice(ann, line(hours, "1"))

    books.settle()

    reason = failing(books, invoice, "field_invalid")
    assert told["hs_label"] in reason
    assert "Use a discount on the lines, a line for the fee, or a tax rate on the lines." in reason
    agree(books, plain)
    assert len(books.sandbox.quickbooks.invoices) == 1
    again(books)
