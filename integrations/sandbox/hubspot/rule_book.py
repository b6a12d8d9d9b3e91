"""Which rules an object type has."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.sandbox.hubspot.deal_rules import DealRules
from integrations.sandbox.hubspot.invoice_rules import InvoiceRules
from integrations.sandbox.hubspot.line_rules import LineRules, PartRules
from integrations.sandbox.hubspot.payment_rules import PaymentRules
from integrations.sandbox.hubspot.rules import Rules
from integrations.sandbox.hubspot.store import ObjectStore

PART_RULES = PartRules()
RULES: Mapping[str, Rules] = {
    "deals": DealRules(),
    "line_items": LineRules(),
    "invoices": InvoiceRules(),
    "commerce_payments": PaymentRules(),
    "discounts": PART_RULES,
    "fees": PART_RULES,
    "taxes": PART_RULES,
}
NO_RULES = Rules()


def rules_of(store: ObjectStore) -> Rules:
    return RULES.get(store.definition.name, NO_RULES)
