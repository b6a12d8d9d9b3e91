"""What finance staff read for each refusal of an invoice or a payment."""

import pytest

from integrations.contract import Category
from syncs.engine.terms import ExcludeReason
from syncs.faults import EXCLUSIONS, EXPLANATIONS, explain


@pytest.mark.parametrize(
    ("category", "object_type", "field", "code", "title"),
    [
        # What the engine refuses.
        ("state_locked", "invoice", "lines", "changed_elsewhere", "Changed where it was not made"),
        ("state_locked", "invoice", "", "voided_elsewhere", "Voided on one side only"),
        ("tax", "invoice", "hs_amount_billed", "totals_differ", "Totals differ"),
        ("field_invalid", "payment", "received", "totals_differ", "Totals differ"),
        ("tax", "invoice", "lines", "tax_rate_unmapped", "Tax rate has no tax code"),
        ("tax", "invoice", "lines", "tax_rate_missing", "Line without a tax rate"),
        ("parent_missing", "invoice", "lines", "line_unmatched", "A line has no item"),
        (
            "field_invalid",
            "invoice",
            "lines",
            "order_adjustments",
            "Discount, fee or tax on the whole",
        ),
        ("field_invalid", "invoice", "CustomerMemo", "too_long", "Text is too long"),
        # Whom the invoice is for.
        ("parent_missing", "invoice", "CustomerRef", "parent_excluded", "Customer is left out"),
        ("parent_missing", "invoice", "CustomerRef", "parent_failing", "Customer did not make it"),
        ("parent_missing", "invoice", "CustomerRef", "parent_absent", "Customer is not known"),
        ("field_missing", "invoice", "CustomerRef", "required", "Billing contact is missing"),
        ("duplicate_key", "customer", "DisplayName", "6240", "Customer name is taken"),
        # What QuickBooks refuses.
        ("field_missing", "invoice", "lines", "6000", "Service date is missing"),
        ("tax", "invoice", "lines", "6000", "Tax code missing or not valid"),
        ("duplicate_key", "invoice", "DocNumber", "6140", "Invoice number is taken"),
        ("period_closed", "invoice", "TxnDate", "6210", "Books are closed for that date"),
        ("period_closed", "invoice", "TxnDate", "book_close", "Books are closed for that date"),
        ("currency", "invoice", "CurrencyRef", "multicurrency_off", "Currency is not switched on"),
        ("currency", "invoice", "CurrencyRef", "6000", "Currency is not the customer's"),
        ("reference_inactive", "invoice", "lines", "610", "Item or its account is inactive"),
        ("reference_inactive", "invoice", "CustomerRef", "6250", "Customer is inactive"),
        ("state_locked", "payment", "", "6540", "Payment is deposited"),
        ("parent_missing", "payment", "lines", "620", "Invoice cannot take the payment"),
        ("parent_missing", "payment", "lines", "parent_failing", "Its invoice did not make it"),
        ("conflict", "invoice", "", "5010", "Changed there meanwhile"),
        ("connection_suspended", "invoice", "", "6190", "Subscription lapsed"),
        # What HubSpot refuses.
        ("state_locked", "invoice", "", "VALIDATION_ERROR", "Belongs to another app in HubSpot"),
        (
            "state_locked",
            "payment",
            "hs_processor_type",
            "PROCESSED_BY_HUBSPOT",
            "Payment was taken by HubSpot",
        ),
    ],
)
def test_each_refusal_has_precise_words(
    category: str, object_type: str, field: str, code: str, title: str
) -> None:
    assert explain(category, object_type, field=field, code=code).title == title


def test_a_code_of_another_type_keeps_the_usual_words() -> None:
    found = explain("tax", "item", field="SalesTaxCodeRef", code="6000")

    assert found is EXPLANATIONS[Category.TAX]


def test_a_taken_number_names_the_setting_of_quickbooks() -> None:
    steps = explain("duplicate_key", "invoice", field="DocNumber", code="6140").steps

    assert any("Custom transaction numbers" in str(step) for step in steps)


def test_what_is_left_out_for_its_age_says_how_it_goes_all_the_same() -> None:
    assert "Send it now" in str(EXCLUSIONS[ExcludeReason.BEFORE_START])
