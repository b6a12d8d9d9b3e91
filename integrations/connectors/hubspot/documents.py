"""Fields that are made of associated records, or of several properties, and documents' states.

HubSpot keeps an invoice's lines, customer and deal, and the invoices of a payment, as records of
their own beside the document (HubSpot's invoices, commerce payments and notes guides).
"""

from collections.abc import Callable, Mapping
from decimal import Decimal

from integrations.connectors.hubspot import deals
from integrations.connectors.hubspot.kinds import Kind
from integrations.connectors.hubspot.objects import (
    CONTACT,
    DEAL,
    INVOICE,
    NOTE,
    PAYMENT,
    PRODUCT,
)
from integrations.connectors.hubspot.values import number_or_none
from integrations.contract import Field, FieldType, RecordState, Value

LINES = "lines"
CUSTOMER = "contact"
DEAL_FIELD = "deal"
ADJUSTMENTS = "order_adjustments"
RECEIVED = "received"

BILLABLE = "hs_invoice_billable"
STATUS = "hs_invoice_status"
CURRENCY = "hs_currency"
DRAFT, OPEN, VOIDED = "draft", "open", "voided"

AMOUNT = "hs_initial_amount"
REFUNDS = "hs_refunds_amount"
PAYMENT_STATUS = "hs_latest_status"
PROCESSOR = "hs_processor_type"
SUCCEEDED, REFUNDED = "succeeded", "refunded"
# Payments that one of these took cannot be changed or deleted (commerce payments guide).
PROCESSED = frozenset({"hs_payments", "byo_stripe"})

type Properties = Mapping[str, str | None]

_CUSTOMER_FIELD = Field(CUSTOMER, "Contact", FieldType.REFERENCE, references=CONTACT.name)
_DEAL_FIELD = Field(
    DEAL_FIELD,
    "Associated deal",
    FieldType.REFERENCE,
    creatable=False,
    updatable=False,
    references=DEAL.name,
)
# By object type. Those of COMPUTED are no associations.
BESIDE: Mapping[str, tuple[Field, ...]] = {
    DEAL.name: deals.BESIDE,
    INVOICE.name: (
        Field(LINES, "Line items", FieldType.LINES, references=PRODUCT.name),
        _CUSTOMER_FIELD,
        _DEAL_FIELD,
        Field(
            ADJUSTMENTS,
            "Discounts, fees and taxes of the whole invoice",
            creatable=False,
            updatable=False,
        ),
    ),
    PAYMENT.name: (
        Field(LINES, "Invoices", FieldType.LINES, references=INVOICE.name),
        _CUSTOMER_FIELD,
        _DEAL_FIELD,
        Field(RECEIVED, "Amount received", FieldType.MONEY, updatable=False, required=True),
    ),
    NOTE.name: (
        # A note is read on the timeline of what it belongs to; on its own nobody would find it.
        Field(
            DEAL_FIELD,
            "Deal",
            FieldType.REFERENCE,
            updatable=False,
            required=True,
            references=DEAL.name,
        ),
    ),
}
# Only ever written by us, and only as "false".
UNMAPPED: Mapping[str, frozenset[str]] = {INVOICE.name: frozenset({BILLABLE})}


def names_beside(kind: Kind) -> frozenset[str]:
    return frozenset(field.name for field in BESIDE.get(kind.name, ()))


def state_of(kind: Kind, properties: Properties) -> RecordState:
    """Of a record that is not archived."""
    if kind is INVOICE and properties.get(STATUS) == VOIDED:
        return RecordState.VOIDED
    if kind is PAYMENT and is_refunded(properties):
        return RecordState.VOIDED
    return RecordState.LIVE


def is_refunded(properties: Properties) -> bool:
    """Whether nothing is left of the payment."""
    if properties.get(PAYMENT_STATUS) == REFUNDED:
        return True
    paid, refunded = number_or_none(properties.get(AMOUNT)), number_or_none(properties.get(REFUNDS))
    return paid is not None and refunded is not None and Decimal(0) < paid <= refunded


def received(properties: Properties) -> Decimal | None:
    """What came in and was not paid back."""
    paid = number_or_none(properties.get(AMOUNT))
    if paid is None:
        return None
    if is_refunded(properties):
        return Decimal(0)
    return paid - (number_or_none(properties.get(REFUNDS)) or Decimal(0))


# What is worked out of a record's own properties, and those that it takes. A payment's are its
# state's as well, so that they are always there.
COMPUTED: Mapping[str, Callable[[Properties], Value]] = {
    RECEIVED: received,
    deals.PIPELINE_STAGE: deals.pipeline_stage,
}
TAKEN: Mapping[str, tuple[str, ...]] = {deals.PIPELINE_STAGE: (deals.PIPELINE, deals.STAGE)}
