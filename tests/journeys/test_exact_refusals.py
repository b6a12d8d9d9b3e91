"""What Exact refuses of documents, in Dutch and in English: one category, and it heals."""

from collections.abc import Callable

import pytest

from accounts.models import Tenant
from integrations.sandbox.server import SandboxServer
from syncs.faults import explain
from syncs.models import SyncRecord
from syncs.recipes import recipe_of
from syncs.recipes.hubspot_exact import COMPANIES, PRODUCTS
from syncs.recipes.hubspot_exact_documents import INVOICES
from tests.journeys.exact_trading import ACCOUNTS, BILLS, ITEMS, Trading, line, trading
from tests.journeys.stories import again

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_minutes")]
LANGUAGES = pytest.mark.parametrize("language", ["nl", "en"])


@pytest.fixture
def books(tenant: Tenant, server: SandboxServer) -> Trading:
    return trading(tenant, server)


def title(row: SyncRecord) -> str:
    """What the record's page says above the explanation."""
    right = recipe_of(row.sync.recipe).right.object_type
    found = explain(
        row.category, right, field=row.details.get("field", ""), code=row.details.get("code", "")
    )
    return str(found.title)


def prospect(books: Trading) -> Callable[[], None]:
    account = books.account(Status="P")
    return lambda: books.sandbox.exact.update(ACCOUNTS, account, Status="C")


def blocked(books: Trading) -> Callable[[], None]:
    account = books.account(Blocked=True)
    return lambda: books.sandbox.exact.update(ACCOUNTS, account, Blocked=False)


def not_sold(books: Trading) -> Callable[[], None]:
    books.account()
    item = books.sandbox.exact.add(
        ITEMS,
        Code="UUR",
        Description="Product UUR",
        IsSalesItem=False,
        IsFractionAllowedItem=True,
        SalesVatCode="4",
    )
    return lambda: books.sandbox.exact.update(ITEMS, item, IsSalesItem=True)


def whole(books: Trading) -> Callable[[], None]:
    books.account()
    item = books.sandbox.exact.add(
        ITEMS, Code="UUR", Description="Product UUR", IsSalesItem=True, SalesVatCode="4"
    )
    return lambda: books.sandbox.exact.update(ITEMS, item, IsFractionAllowedItem=True)


@LANGUAGES
@pytest.mark.parametrize(
    ("arrange", "category", "told"),
    [
        pytest.param(
            prospect,
            "reference_inactive",
            "Account is not a customer in Exact",
            id="prospect",
        ),
        pytest.param(blocked, "reference_inactive", "Account is blocked in Exact", id="blocked"),
        pytest.param(not_sold, "reference_inactive", "Item is not sold in Exact", id="not sold"),
        pytest.param(whole, "field_invalid", "Item is sold in whole numbers only", id="fraction"),
    ],
)
def test_a_refused_document_says_why_and_goes_once_it_is_mended(
    books: Trading,
    language: str,
    arrange: Callable[[Trading], Callable[[], None]],
    category: str,
    told: str,
) -> None:
    books.sandbox.exact.speak(language)
    mend = arrange(books)
    hours = books.product()
    books.switch_on_invoices()
    deal = books.deal(books.company(), line(hours, "1.5"))

    books.settle()

    row = books.failing(deal, category)
    assert title(row) == told, (row.reason, row.details)
    again(books)
    mend()
    books.retry(row)
    books.settle()
    books.in_sync(deal)
    assert len(books.all(BILLS)) == 1


@LANGUAGES
def test_a_line_without_a_vat_code_says_so(books: Trading, language: str) -> None:
    books.sandbox.exact.speak(language)
    books.account()
    hours = books.product()
    books.switch_on(COMPANIES, vat_code="4")
    books.switch_on(PRODUCTS, vat_code="")
    sync = books.switch_on(INVOICES, no_tax="")
    deal = books.deal(books.company(), line(hours))

    books.settle()

    row = books.failing(deal, "tax")
    assert title(row) == "VAT code does not do in Exact", (row.reason, row.details)
    again(books)
    books.change(sync, no_tax="4")
    books.settle()
    books.in_sync(deal)


@LANGUAGES
def test_a_journal_that_is_none_for_sales_says_so(books: Trading, language: str) -> None:
    books.sandbox.exact.speak(language)
    hours = books.product()
    sync = books.switch_on_invoices(journal="90")
    deal = books.deal(books.company(), line(hours))

    books.settle()

    row = books.failing(deal, "configuration")
    assert title(row) == "Journal does not do for sales", (row.reason, row.details)
    books.change(sync, journal="70")
    books.settle()
    books.in_sync(deal)
    again(books)


def test_a_deal_without_lines_says_so(books: Trading) -> None:
    books.switch_on_invoices()
    deal = books.deal(books.company())

    books.settle()

    row = books.failing(deal, "field_missing")
    assert title(row) == "Deal without line items", (row.reason, row.details)
    books.sandbox.hubspot.add_deal_line(deal, name="Work", quantity="1", price="10")
    books.settle()
    books.in_sync(deal)
    again(books)


def test_an_unmapped_tax_rate_says_which(books: Trading) -> None:
    hours = books.product()
    rate = books.sandbox.hubspot.add_tax_rate("Hoog", 21)
    sync = books.switch_on_invoices()
    deal = books.deal(books.company(), line(hours, hs_tax_rate_group_id=rate))

    books.settle()

    assert "Hoog" in books.failing(deal, "tax").reason
    books.change(sync, taxes=[[rate, "4", "21", "Hoog"]])
    books.settle()
    books.in_sync(deal)
    again(books)
