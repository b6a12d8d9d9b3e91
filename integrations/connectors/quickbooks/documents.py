"""Invoices and payments as data; lengths and requirements are those of the entity reference.

developer.intuit.com, API reference, Invoice and Payment. A few fields stand for no single member:
the lines, the status, the tax code and total of the whole document, whether it was deposited.
"""

from integrations.connectors.quickbooks.definitions import (
    READ_BATCH,
    TIMES,
    WRITE_BATCH,
    Definition,
)
from integrations.connectors.quickbooks.fields import (
    FieldSpec,
    Trait,
    chosen,
    derived,
    fixed,
    lined,
    offering,
    only_in,
    queried,
    read_only,
    referring,
    required,
    text,
    typed,
)
from integrations.connectors.quickbooks.payloads import Payload, decimal
from integrations.connectors.quickbooks.payment_lines import (
    is_deposited,
    payment_lines,
    to_payment_lines,
)
from integrations.connectors.quickbooks.records import state_of_document
from integrations.connectors.quickbooks.sales_lines import sales_lines, to_sales_lines
from integrations.contract import Choice, Field, FieldType, ObjectType, RecordState

STATUSES = (
    Choice("open", "Open"),
    Choice("partly_paid", "Partly paid"),
    Choice("paid", "Paid"),
    Choice("voided", "Voided"),
)
EMAIL_STATUSES = (
    Choice("NotSet", "Not to be sent"),
    Choice("NeedToSend", "To be sent"),
    Choice("EmailSent", "Sent"),
)
TAX_CALCULATIONS = (
    Choice("TaxExcluded", "Tax is added"),
    Choice("TaxInclusive", "Prices include tax"),
    Choice("NotApplicable", "No tax"),
)


def _status(payload: Payload) -> str:
    if state_of_document(payload) is RecordState.VOIDED:
        return "voided"
    balance = decimal(payload.get("Balance")) or 0
    if balance == 0:
        return "paid"
    total = decimal(payload.get("TotalAmt")) or 0
    return "partly_paid" if balance < total else "open"


def _currency() -> tuple[FieldSpec, ...]:
    """Chosen when the document is made; the rate is home units for a foreign one."""
    currency = chosen("CurrencyRef", "Currency", "currencies")
    rate = typed("ExchangeRate", "Exchange rate", FieldType.NUMBER)
    return fixed(currency), only_in(Trait.MULTICURRENCY, rate)


INVOICE = Definition(
    type=ObjectType(
        "invoice",
        "Invoice",
        "Invoices",
        write_batch=WRITE_BATCH,
        read_batch=READ_BATCH,
        find_by=frozenset({"DocNumber"}),
    ),
    entity="Invoice",
    title="DocNumber",
    names=(),
    unique="DocNumber",
    sparse=True,
    screen="/app/invoice?txnId={id}",
    is_document=True,
    identity=("CustomerRef", "TxnDate", "DocNumber", "lines"),
    has_custom_fields=True,
    specs=(
        only_in(Trait.CUSTOM_NUMBERS, text("DocNumber", "Invoice number", 21, query=True)),
        required(queried(referring("CustomerRef", "Customer", "customer"))),
        read_only(text("CustomerName", "Customer's name", path="CustomerRef.name")),
        queried(typed("TxnDate", "Invoice date", FieldType.DATE)),
        typed("DueDate", "Due date", FieldType.DATE),
        chosen("SalesTermRef", "Terms", "terms"),
        required(lined("item", sales_lines, to_sales_lines)),
        *_currency(),
        text("CustomerMemo", "Message to the customer", 1000, path="CustomerMemo.value"),
        text("PrivateNote", "Private note", 4000),
        text("BillEmail", "E-mail", 100, path="BillEmail.Address"),
        offering(EMAIL_STATUSES, "EmailStatus", "E-mail status"),
        only_in(Trait.DOCUMENT_CLASSES, chosen("ClassRef", "Class", "classes")),
        only_in(Trait.DEPARTMENTS, chosen("DepartmentRef", "Location", "departments")),
        only_in(
            Trait.OUTSIDE_US, offering(TAX_CALCULATIONS, "GlobalTaxCalculation", "Tax in prices")
        ),
        only_in(
            Trait.DOCUMENT_TAX_CODES,
            FieldSpec(
                Field("TaxCode", "Tax code", FieldType.CHOICE, choice_list="document_tax_codes"),
                ("TxnTaxDetail", "TxnTaxCodeRef", "value"),
            ),
        ),
        read_only(typed("TotalTax", "Tax", FieldType.MONEY, path="TxnTaxDetail.TotalTax")),
        read_only(typed("TotalAmt", "Total", FieldType.MONEY)),
        read_only(typed("Balance", "Open balance", FieldType.MONEY)),
        derived(Field("Status", "Status", FieldType.CHOICE, choices=STATUSES), _status),
        *TIMES,
    ),
)

PAYMENT = Definition(
    type=ObjectType(
        "payment",
        "Payment",
        "Payments",
        write_batch=WRITE_BATCH,
        read_batch=READ_BATCH,
        find_by=frozenset({"PaymentRefNum"}),
    ),
    entity="Payment",
    title="",
    names=(),
    unique="",
    sparse=True,
    screen="/app/recvpayment?txnId={id}",
    is_document=True,
    identity=("CustomerRef", "TxnDate", "TotalAmt", "PaymentRefNum", "lines"),
    specs=(
        required(queried(referring("CustomerRef", "Customer", "customer"))),
        required(typed("TotalAmt", "Amount received", FieldType.MONEY)),
        queried(typed("TxnDate", "Payment date", FieldType.DATE)),
        lined("invoice", payment_lines, to_payment_lines),
        *_currency(),
        chosen("PaymentMethodRef", "Payment method", "payment_methods"),
        text("PaymentRefNum", "Reference number", 21, query=True),
        text("PrivateNote", "Private note", 4000),
        # Without one it goes to Undeposited Funds.
        chosen("DepositToAccountRef", "Deposited to", "deposit_accounts"),
        read_only(typed("UnappliedAmt", "Not applied", FieldType.MONEY)),
        derived(Field("Deposited", "Is in a deposit", FieldType.BOOLEAN), is_deposited),
        *TIMES,
    ),
)
