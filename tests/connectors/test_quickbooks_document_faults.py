"""What refusals of invoices and payments mean: by the table, and as a company gives them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from integrations.connectors.quickbooks.documents import INVOICE, PAYMENT
from integrations.connectors.quickbooks.errors import ProviderError
from integrations.connectors.quickbooks.faults import fault_from, field_names
from integrations.contract import Category, Fault, Outcome, Suspended, Value, Values
from tests.connectors.quickbooks_company import Company, archive, create, open_company, update
from tests.connectors.quickbooks_shop import Shop, fault_of, lines_of, shop_in

DEFINITIONS = {"invoice": INVOICE, "payment": PAYMENT}


@pytest.fixture
def company() -> Iterator[Company]:
    with open_company() as company:
        yield company


def only(outcomes: list[Outcome]) -> Outcome:
    (outcome,) = outcomes
    return outcome


def told(object_type: str, code: str, detail: str = "", element: str = "") -> Fault:
    error = ProviderError(code, "Refused", detail, element)
    names = field_names(DEFINITIONS[object_type])
    return fault_from([error], object_type=object_type, field_name=names)


# The table


@pytest.mark.parametrize(
    ("object_type", "code", "detail", "category", "field"),
    [
        ("invoice", "6140", "The number is used", Category.DUPLICATE_KEY, "DocNumber"),
        ("invoice", "6200", "The period has closed", Category.PERIOD_CLOSED, "TxnDate"),
        ("payment", "6210", "Closed with a password", Category.PERIOD_CLOSED, "TxnDate"),
        ("payment", "6540", "It has been deposited", Category.STATE_LOCKED, ""),
        ("payment", "620", "It cannot be linked", Category.PARENT_MISSING, "lines"),
        ("payment", "6430", "Wrong type", Category.CONFIGURATION, "DepositToAccountRef"),
        ("invoice", "6070", "Amount is not Qty * UnitPrice", Category.FIELD_INVALID, "lines"),
        ("invoice", "6090", "A discount needs a number", Category.FIELD_MISSING, "lines"),
        ("invoice", "6100", "TAX or NON", Category.TAX, "lines"),
        ("invoice", "6160", "Not allowed on creation", Category.TAX, "TaxCode"),
        ("invoice", "6170", "Not applicable", Category.TAX, "GlobalTaxCalculation"),
        ("invoice", "6230", "Not allowed on update", Category.TAX, "TaxCode"),
        ("invoice", "6440", "A product for each line", Category.FIELD_MISSING, "lines"),
        ("invoice", "6250", "No such customer", Category.REFERENCE_INACTIVE, "CustomerRef"),
        ("invoice", "6420", "E-mail required", Category.FIELD_MISSING, "BillEmail"),
        ("invoice", "2210", "No e-mail address", Category.FIELD_INVALID, "BillEmail"),
        ("invoice", "2220", "No such currency", Category.CURRENCY, "CurrencyRef"),
        ("invoice", "6000", "You can only use one foreign currency per transaction.",
         Category.CURRENCY, "CurrencyRef"),
        ("invoice", "6000", "Make sure all your transactions have a VAT rate before you save.",
         Category.TAX, "lines"),
        ("invoice", "6000", "Make sure all your transactions have a BTW rate before you save.",
         Category.TAX, "lines"),
        ("invoice", "6000", "Enter a service date for the revenue recognition line item",
         Category.FIELD_MISSING, "lines"),
        ("invoice", "6000", "Transaction amount must be 0 or greater.",
         Category.FIELD_INVALID, ""),
        ("payment", "6000", "You must specify a transaction amount.",
         Category.FIELD_MISSING, "TotalAmt"),
        ("payment", "6000", "Nobody foresaw this", Category.FIELD_INVALID, ""),
    ],
)  # fmt: skip
def test_a_code_means_something_of_its_own_on_a_document(
    object_type: str, code: str, detail: str, category: Category, field: str
) -> None:
    fault = told(object_type, code, detail)

    assert (fault.category, fault.field) == (category, field)


@pytest.mark.parametrize(
    ("object_type", "element", "field"),
    [
        ("invoice", "Line", "lines"),
        ("invoice", "Line.Amount", "lines"),
        ("invoice", "Line.SalesItemLineDetail.ItemRef.value", "lines"),
        ("invoice", "Line[2].Description", "lines"),
        ("invoice", "SalesItemLineDetail.ServiceDate", "lines"),
        ("invoice", "ItemRef", "lines"),
        ("invoice", "Qty", "lines"),
        ("invoice", "DocNumber", "DocNumber"),
        ("invoice", "CustomerMemo.value", "CustomerMemo"),
        ("invoice", "CustomerRef", "CustomerRef"),
        ("invoice", "TxnTaxCodeRef", "TaxCode"),
        ("invoice", "TxnTaxDetail.TxnTaxCodeRef.value", "TaxCode"),
        ("invoice", "BillEmail.Address", "BillEmail"),
        ("payment", "Line.LinkedTxn", "lines"),
        ("payment", "TotalAmt", "TotalAmt"),
        ("payment", "SomethingElse", ""),
        ("payment", "", ""),
    ],
)
def test_a_fault_of_a_document_names_our_field(object_type: str, element: str, field: str) -> None:
    assert told(object_type, "2050", element=element).field == field


def test_a_text_that_is_too_long_is_named_with_its_limit() -> None:
    fault = told("invoice", "2050", "Min:0 Max:21 supported. Supplied length:25", "DocNumber")

    assert (fault.category, fault.field) == (Category.FIELD_INVALID, "DocNumber")
    assert "Max:21" in fault.message


# As a company refuses


def test_a_deposited_payment_is_locked(company: Company) -> None:
    shop = shop_in(company)
    paid = shop.made(shop.payment(50), "payment")
    company.books.deposit(paid.id)
    held = shop.read("payment", paid.id)

    changed, voided = (
        only(shop.write(operation, object_type="payment"))
        for operation in (
            update(paid.id, held.version, {"TotalAmt": Decimal(60)}),
            archive(paid.id, held.version),
        )
    )

    assert held.fields["Deposited"] is True
    assert fault_of(changed)[:2] == fault_of(voided)[:2] == (Category.STATE_LOCKED, "6540")


def refused_values(shop: Shop, what: str) -> Values:
    books = shop.company.books
    if what == "inactive item":
        books.deactivate("Item", shop.ware)
    if what == "inactive customer":
        books.deactivate("Customer", shop.buyer)
    vendor = books.add_vendor(DisplayName="Supplier")
    values: dict[str, dict[str, Value]] = {
        "no customer": {"CustomerRef": None},
        "another's id": {"CustomerRef": vendor},
        "too long": {"CustomerMemo": "x" * 1001},
        "no e-mail": {"EmailStatus": "NeedToSend"},
        "sum": {"lines": (shop.line("3", "33.33", amount=Decimal(100)),)},
        "unknown item": {"lines": (shop.line("1", "1", reference="99999"),)},
    }
    return shop.invoice(**values.get(what, {}))


@pytest.mark.parametrize(
    ("what", "category", "code", "field"),
    [
        ("no customer", Category.FIELD_MISSING, "2020", "CustomerRef"),
        ("another's id", Category.REFERENCE_INACTIVE, "6250", "CustomerRef"),
        ("inactive customer", Category.REFERENCE_INACTIVE, "610", "CustomerRef"),
        ("inactive item", Category.REFERENCE_INACTIVE, "610", "lines"),
        ("unknown item", Category.REFERENCE_INACTIVE, "2500", "lines"),
        ("too long", Category.FIELD_INVALID, "2050", "CustomerMemo"),
        ("no e-mail", Category.FIELD_MISSING, "2020", "BillEmail"),
        ("sum", Category.FIELD_INVALID, "6070", "lines"),
    ],
)
def test_a_refused_invoice_says_what_is_wrong_and_where(
    company: Company, what: str, category: Category, code: str, field: str
) -> None:
    shop = shop_in(company)

    outcome = only(shop.write(create(refused_values(shop, what))))

    assert fault_of(outcome) == (category, code, field)


def test_revenue_that_is_recognised_over_time_needs_a_service_date(company: Company) -> None:
    shop = shop_in(company, revenue_recognition=True, service_dates=True)
    ware = company.books.add_item(Name="Support", DeferredRevenue=True)
    lines = (shop.line("1", "5", reference=ware),)

    without = only(shop.write(create(shop.invoice(lines=lines))))
    dated = (replace(lines[0], service_date=date(2026, 10, 1)),)
    made = shop.made(shop.invoice(lines=dated))

    assert fault_of(without) == (Category.FIELD_MISSING, "6000", "lines")
    assert lines_of(made)[0].service_date == date(2026, 10, 1)


@pytest.mark.parametrize(
    ("what", "category", "code", "field"),
    [
        ("no amount", Category.FIELD_MISSING, "6000", "TotalAmt"),
        ("another's invoice", Category.PARENT_MISSING, "620", "lines"),
        ("more than is open", Category.FIELD_INVALID, "6000", "lines"),
        ("wrong ledger", Category.CONFIGURATION, "6430", "DepositToAccountRef"),
    ],
)
def test_a_refused_payment_says_what_is_wrong_and_where(
    company: Company, what: str, category: Category, code: str, field: str
) -> None:
    shop = shop_in(company)
    invoice = shop.made(shop.invoice())
    other = company.books.add_customer(DisplayName="Other")
    values: dict[str, Values] = {
        "no amount": shop.payment(1, TotalAmt=None),
        "another's invoice": shop.payment(10, (invoice.id, 10), CustomerRef=other),
        "more than is open": shop.payment(500, (invoice.id, 500)),
        "wrong ledger": shop.payment(5, DepositToAccountRef=company.books.ledger("Services")),
    }

    outcome = only(shop.write(create(values[what]), object_type="payment"))

    assert fault_of(outcome) == (category, code, field)


def test_a_lapsed_subscription_stops_the_connection(company: Company) -> None:
    shop = shop_in(company)
    company.books.configure(lapsed=True)

    with pytest.raises(Suspended):
        shop.write(create(shop.invoice()))
