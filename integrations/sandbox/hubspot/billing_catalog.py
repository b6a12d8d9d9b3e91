"""Line items, invoices, payments, and the discounts, fees and taxes of a whole invoice.

HubSpot's line items, invoices and commerce payments guides, and the knowledge base's list of
default invoice properties. Which invoice properties an app may write is not documented one by one:
`hs_number` and `hs_amount_billed` are HubSpot's own on an invoice that it bills, while published
community code writes them on invoices that are billed elsewhere (`hs_invoice_billable` false), so
the rules of invoices decide about these two.
"""

from __future__ import annotations

from integrations.sandbox.hubspot.choices import (
    ALLOWED_METHODS,
    COLLECTION_METHODS,
    FREQUENCIES,
    INVOICE_SOURCES,
    INVOICE_STATUSES,
    PART_KINDS,
    PAYMENT_APPS,
    PAYMENT_METHODS,
    PAYMENT_STATUSES,
    PROCESSORS,
)
from integrations.sandbox.hubspot.definitions import STAMPS, Group, ObjectDefinition
from integrations.sandbox.hubspot.property_kinds import (
    amount,
    choice,
    currency,
    date,
    derived,
    flag,
    moment,
    number,
    owner,
    sources,
    text,
)

LINE = "lineiteminformation"
INVOICE = "invoiceinformation"
PAYMENT = "commerce_payments_information"

LINE_ITEMS = ObjectDefinition(
    name="line_items",
    singular="line_item",
    type_id="0-8",
    scope="line_items",
    first_id=700001,
    modified="hs_lastmodifieddate",
    created="createdate",
    defaults=(
        "amount",
        "createdate",
        "hs_lastmodifieddate",
        "hs_object_id",
        "hs_product_id",
        "quantity",
    ),
    searched=("name", "description", "hs_sku"),
    read_scopes=("crm.objects.line_items.read", "e-commerce"),
    write_scopes=("crm.objects.line_items.write", "e-commerce"),
    schema_write_scopes=(
        "crm.schemas.line_items.write",
        "crm.objects.line_items.write",
        "e-commerce",
    ),
    groups=(Group(LINE, "Line item information", 0),),
    properties=(
        *derived(LINE, "hs_lastmodifieddate"),
        *sources(LINE),
        text("hs_product_id", "Product ID", LINE),
        text("name", "Name", LINE),
        text("hs_sku", "SKU", LINE),
        text("description", "Description", LINE, field_type="textarea"),
        number("quantity", "Quantity", LINE),
        number("price", "Unit price", LINE),
        # Both are taken off every unit: money, or percent (10 is ten of a hundred).
        number("discount", "Unit discount", LINE),
        number("hs_discount_percentage", "Discount percentage", LINE),
        number("hs_cost_of_goods_sold", "Unit cost", LINE),
        number("hs_position_on_quote", "Position", LINE),
        currency("hs_line_item_currency_code", "Currency", LINE),
        text("hs_tax_rate_group_id", "Tax rate", LINE),
        choice("recurringbillingfrequency", "Billing frequency", LINE, FREQUENCIES),
        text("hs_recurring_billing_period", "Term", LINE),
        date("hs_recurring_billing_start_date", "Billing start date", LINE),
        date("hs_recurring_billing_end_date", "Billing end date", LINE),
        owner(LINE),
        amount("amount", "Net price", LINE),
        amount("hs_pre_discount_amount", "Price before discounts", LINE),
        amount("hs_total_discount", "Total discount", LINE),
        amount("hs_tax_rate", "Tax rate percentage", LINE),
        text("hs_tax_label", "Tax label", LINE, read_only=True, calculated=True),
        amount("hs_tax_amount", "Tax amount", LINE),
        amount("hs_post_tax_amount", "Price with tax", LINE),
    ),
)

RECIPIENT = tuple(
    text(f"hs_recipient_{end}_{part}", f"Recipient {end} {part}", INVOICE)
    for end in ("company", "shipping")
    for part in ("address", "address2", "city", "state", "zip", "country")
)

INVOICES = ObjectDefinition(
    name="invoices",
    singular="invoice",
    type_id="0-53",
    scope="invoices",
    first_id=400001,
    modified="hs_lastmodifieddate",
    created="hs_createdate",
    defaults=STAMPS,
    searched=("hs_number", "hs_title", "hs_invoice_latest_company_name"),
    required=("hs_currency",),
    has_own_events=False,
    groups=(Group(INVOICE, "Invoice information", 0),),
    properties=(
        *derived(INVOICE, "hs_lastmodifieddate", "hs_createdate"),
        *sources(INVOICE),
        currency("hs_currency", "Currency", INVOICE),
        text("hs_title", "Invoice title", INVOICE),
        text("hs_number", "Number", INVOICE),
        choice("hs_invoice_status", "Invoice Status", INVOICE, INVOICE_STATUSES),
        choice("hs_invoice_source", "Invoice Source", INVOICE, INVOICE_SOURCES, read_only=True),
        flag("hs_invoice_billable", "Billable", INVOICE),
        moment("hs_invoice_date", "Invoice Date", INVOICE),
        moment("hs_due_date", "Due Date", INVOICE),
        moment("hs_external_createdate", "External create date", INVOICE),
        text("hs_purchase_order_number", "Purchase Order Number", INVOICE),
        text("hs_comments", "Comments", INVOICE, field_type="textarea"),
        text("hs_tax_id", "Tax ID", INVOICE),
        text("hs_language", "Language", INVOICE),
        text("hs_locale", "Locale", INVOICE),
        choice(
            "hs_allowed_payment_methods",
            "Allowed Payment Methods",
            INVOICE,
            ALLOWED_METHODS,
            field_type="checkbox",
        ),
        choice(
            "hs_invoice_payment_collection_method",
            "Payment collection",
            INVOICE,
            COLLECTION_METHODS,
        ),
        flag("hs_allow_partial_payments", "Allow partial payments", INVOICE),
        *RECIPIENT,
        owner(INVOICE),
        number("hs_amount_billed", "Amount billed", INVOICE),
        amount("hs_subtotal", "Subtotal", INVOICE),
        amount("hs_amount_paid", "Amount paid", INVOICE),
        amount("hs_balance_due", "Balance due", INVOICE),
        moment("hs_payment_date", "Payment date", INVOICE, read_only=True),
        text("hs_invoice_link", "Invoice link", INVOICE, read_only=True),
        text("hs_pdf_download_link", "PDF link", INVOICE, read_only=True),
        *(
            text(f"hs_invoice_latest_{name}", label, INVOICE, read_only=True, calculated=True)
            for name, label in (
                ("contact_email", "Contact email"),
                ("contact_firstname", "Contact first name"),
                ("contact_lastname", "Contact last name"),
                ("company_name", "Company name"),
            )
        ),
    ),
)

ADDRESSES = tuple(
    text(f"hs_{end}_address_{part}", f"{end.title()} address {part}", PAYMENT)
    for end in ("billing", "shipping")
    for part in ("street", "city", "state", "postal_code", "country")
)
SETTLED = tuple(
    number(f"hs_{name}", label, PAYMENT, read_only=True)
    for name, label in (
        ("platform_fee", "Platform fee"),
        ("platform_fee_in_portal_currency", "Platform fee in company currency"),
        ("platform_fee_in_settlement_currency", "Platform fee in settlement currency"),
        ("fees_amount_in_settlement_currency", "Fees in settlement currency"),
        ("order_discount_amount", "Order discount"),
        ("order_discount_percentage", "Order discount percentage"),
    )
)

PAYMENTS = ObjectDefinition(
    name="commerce_payments",
    singular="commerce_payment",
    type_id="0-101",
    scope="commercepayments",
    first_id=800001,
    modified="hs_lastmodifieddate",
    created="hs_createdate",
    defaults=STAMPS,
    searched=("hs_customer_email", "hs_reference_number"),
    required=("hs_initial_amount", "hs_initiated_date"),
    has_own_events=False,
    groups=(Group(PAYMENT, "Payment information", 0),),
    properties=(
        *derived(PAYMENT, "hs_lastmodifieddate", "hs_createdate"),
        *sources(PAYMENT),
        number("hs_initial_amount", "Gross amount", PAYMENT),
        moment("hs_initiated_date", "Payment date", PAYMENT),
        currency("hs_currency_code", "Currency", PAYMENT),
        text("hs_customer_email", "Customer email", PAYMENT),
        choice("hs_latest_status", "Status", PAYMENT, PAYMENT_STATUSES),
        choice("hs_payment_method_type", "Payment method type", PAYMENT, PAYMENT_METHODS),
        choice("hs_processor_type", "Processor", PAYMENT, PROCESSORS),
        text("hs_reference_number", "Reference number", PAYMENT),
        text("hs_internal_comment", "Internal comment", PAYMENT, field_type="textarea"),
        number("hs_fees_amount", "Fees", PAYMENT),
        number("hs_refunds_amount", "Refunds", PAYMENT),
        number("hs_line_item_discounts_amount", "Line item discounts", PAYMENT),
        moment("hs_payout_date", "Payout date", PAYMENT),
        *ADDRESSES,
        text("hs_payment_id", "Payment ID", PAYMENT, read_only=True),
        text("hs_payment_method", "Payment method", PAYMENT, read_only=True),
        choice("hs_payment_source_app", "Source", PAYMENT, PAYMENT_APPS, read_only=True),
        text("hs_payment_source_id", "Source ID", PAYMENT, read_only=True),
        text("hs_payment_source_name", "Source name", PAYMENT, read_only=True),
        text("hs_payment_source_url", "Source URL", PAYMENT, read_only=True),
        text("hs_payment_type", "Payment type", PAYMENT, read_only=True),
        text("hs_settlement_currency_code", "Settlement currency", PAYMENT, read_only=True),
        *SETTLED,
        amount("hs_net_amount", "Net amount", PAYMENT),
    ),
)


def _part(name: str, singular: str, type_id: str, first_id: int) -> ObjectDefinition:
    """A discount, fee or tax of a whole invoice, quote or deal.

    Which scope they need is in none of the guides read; those of line items are asked for.
    """
    group = f"{singular}information"
    return ObjectDefinition(
        name=name,
        singular=singular,
        type_id=type_id,
        scope="line_items",
        first_id=first_id,
        modified="hs_lastmodifieddate",
        created="hs_createdate",
        defaults=STAMPS,
        searched=("hs_label",),
        required=("hs_type", "hs_value"),
        read_scopes=LINE_ITEMS.read_scopes,
        write_scopes=LINE_ITEMS.write_scopes,
        schema_write_scopes=LINE_ITEMS.schema_write_scopes,
        has_own_events=False,
        groups=(Group(group, f"{singular.title()} information", 0),),
        properties=(
            *derived(group, "hs_lastmodifieddate", "hs_createdate"),
            *sources(group),
            text("hs_label", "Label", group),
            choice("hs_type", "Type", group, PART_KINDS),
            number("hs_value", "Value", group),
        ),
    )


DISCOUNTS = _part("discounts", "discount", "0-84", 910001)
FEES = _part("fees", "fee", "0-85", 920001)
TAXES = _part("taxes", "tax", "0-86", 930001)

BILLING = (LINE_ITEMS, INVOICES, PAYMENTS, DISCOUNTS, FEES, TAXES)
