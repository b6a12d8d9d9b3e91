"""What people read for each refusal of Exact Online, and when its limits make a sync rest."""

import pytest

from syncs.faults import EXPLANATIONS, explain


@pytest.mark.parametrize(
    ("category", "object_type", "field", "code", "title"),
    [
        # Limits.
        ("rate_limited", "", "", "error_budget", "Resting after refusals"),
        ("rate_limited", "", "", "day_quota", "Today's calls are used up"),
        ("rate_limited", "", "", "day_share", "Today's calls are used up"),
        # Rights.
        ("connection_permission", "", "", "scope", "The app lacks a permission in Exact"),
        ("connection_permission", "", "", "division", "No access to this company in Exact"),
        ("connection_permission", "", "", "rights", "The user lacks a right in Exact"),
        # What the engine refuses.
        (
            "state_locked",
            "sales_invoice",
            "SalesInvoiceLines",
            "changed_after_creation",
            "Changed after invoicing",
        ),
        (
            "parent_missing",
            "sales_invoice",
            "OrderedBy",
            "parent_unnamed",
            "Deal without company and contact",
        ),
        ("parent_missing", "sales_entry", "Customer", "parent_excluded", "Customer is left out"),
        ("parent_missing", "opportunity", "Account", "parent_failing", "Customer did not make it"),
        (
            "parent_missing",
            "sales_invoice",
            "OrderedBy",
            "parent_absent",
            "Customer is not an account",
        ),
        ("parent_missing", "contact", "Account", "parent_excluded", "Company is not an account"),
        (
            "field_missing",
            "sales_invoice",
            "SalesInvoiceLines",
            "required",
            "Deal without line items",
        ),
        ("field_missing", "opportunity", "CloseDate", "close_date", "Deal without a close date"),
        ("field_invalid", "account", "Country", "not_in_table", "Country is not on the table"),
        ("field_missing", "contact", "LastName", "required", "Contact has no name"),
        (
            "tax",
            "sales_invoice",
            "SalesInvoiceLines",
            "tax_rate_unmapped",
            "Tax rate has no tax code",
        ),
        # What Exact refuses.
        ("state_locked", "sales_invoice", "", "processed", "Processed invoices stay as they are"),
        ("state_locked", "sales_entry", "", "settled", "Payment is matched already"),
        ("state_locked", "account", "", "in_use", "In use in Exact"),
        (
            "period_closed",
            "sales_entry",
            "EntryDate",
            "period_closed",
            "Period is closed in Exact",
        ),
        (
            "duplicate_key",
            "sales_invoice",
            "InvoiceNumber",
            "number_taken",
            "Number is taken in Exact",
        ),
        ("duplicate_key", "item", "Code", "exists", "Item code is taken"),
        (
            "reference_inactive",
            "sales_invoice",
            "OrderedBy",
            "prospect",
            "Account is not a customer in Exact",
        ),
        (
            "reference_inactive",
            "sales_invoice",
            "OrderedBy",
            "customer_blocked",
            "Account is blocked in Exact",
        ),
        (
            "reference_inactive",
            "sales_invoice",
            "SalesInvoiceLines",
            "not_for_sale",
            "Item is not sold in Exact",
        ),
        (
            "reference_inactive",
            "sales_invoice",
            "SalesInvoiceLines",
            "item_blocked",
            "Item is blocked in Exact",
        ),
        (
            "field_invalid",
            "sales_entry",
            "SalesEntryLines",
            "fraction",
            "Item is sold in whole numbers only",
        ),
        (
            "parent_missing",
            "sales_invoice",
            "SalesInvoiceLines",
            "item_reference",
            "Item is gone in Exact",
        ),
        (
            "tax",
            "sales_invoice",
            "SalesInvoiceLines",
            "vat_refused",
            "VAT code does not do in Exact",
        ),
        ("tax", "account", "SalesVATCode", "vat_reference", "VAT code does not do in Exact"),
        (
            "configuration",
            "sales_invoice",
            "Journal",
            "journal_type",
            "Journal does not do for sales",
        ),
        (
            "field_missing",
            "sales_invoice",
            "Journal",
            "journal_missing",
            "Sales journal not chosen",
        ),
        (
            "reference_inactive",
            "sales_entry",
            "Journal",
            "journal_reference",
            "Sales journal is gone or blocked",
        ),
        (
            "reference_inactive",
            "sales_invoice",
            "PaymentCondition",
            "condition_reference",
            "Payment condition is gone",
        ),
        (
            "configuration",
            "sales_invoice",
            "SalesInvoiceLines",
            "ledger_missing",
            "Item has no revenue ledger account",
        ),
        (
            "field_missing",
            "sales_entry",
            "RevenueAccount",
            "ledger_missing",
            "Revenue ledger account not chosen",
        ),
        (
            "reference_inactive",
            "sales_entry",
            "RevenueAccount",
            "ledger_reference",
            "Revenue ledger account does not do",
        ),
        (
            "reference_inactive",
            "opportunity",
            "OpportunityStage",
            "stage_reference",
            "Opportunity stage is gone in Exact",
        ),
    ],
)
def test_each_refusal_has_precise_words(
    category: str, object_type: str, field: str, code: str, title: str
) -> None:
    assert explain(category, object_type, field=field, code=code).title == title


def test_every_refusal_of_documents_has_words_of_its_own() -> None:
    """Every row of the connector's table, so that a new one is not forgotten here."""
    rules = pytest.importorskip("integrations.connectors.exact.document_faults").DOCUMENT_RULES
    usual = {words.title for words in EXPLANATIONS.values()}

    plain = [
        (rule.object_type, rule.code)
        for rule in rules
        if explain(rule.category, rule.object_type, field=rule.field, code=rule.code).title in usual
    ]

    assert not plain


def test_resting_says_that_failing_records_are_to_be_mended() -> None:
    steps = explain("rate_limited", code="error_budget").steps

    assert any("fail" in str(step) for step in steps)
