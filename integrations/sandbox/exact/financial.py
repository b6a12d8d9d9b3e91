"""Ledgers, journals, VAT codes, currencies and terms of payment."""

from __future__ import annotations

from integrations.sandbox.exact.drafts import Draft
from integrations.sandbox.exact.fields import tuned
from integrations.sandbox.exact.messages import Kind
from integrations.sandbox.exact.resources import READ, Entity, Resource, bulk_view, sync_view
from integrations.sandbox.exact.tables import financial as tables

LEDGERS, JOURNALS, VAT = "financial/GLAccounts", "financial/Journals", "vat/VATCodes"
CONDITIONS, CURRENCIES = "cashflow/PaymentConditions", "general/Currencies"
_GENERAL = "Financial generalledgers"


def code_is_free(draft: Draft) -> None:
    holder = draft.division.holder(draft.entity.path, "Code", str(draft["Code"] or ""))
    if holder is not None and holder.id != draft.id:
        draft.refuse(Kind.EXISTS, "Code")


ENTITIES = (
    Entity(
        path=CONDITIONS,
        type="PaymentCondition",
        fields=tables.PAYMENT_CONDITIONS,
        scope="Financial cashflow",
        methods=frozenset({"GET", "POST"}),
        defaults={"PaymentDays": 0, "PaymentEndOfMonths": 0, "PaymentMethod": "B"},
        rules=(code_is_free,),
        answers_full=True,
    ),
    Entity(
        path=VAT,
        type="VATCode",
        fields=tuned(tables.VAT_CODES, Code={"pad": 3}),
        scope="Financial accounting",
        defaults={"IsBlocked": False, "Type": "E", "VATTransactionType": "B", "Percentage": 0},
        rules=(code_is_free,),
        answers_full=True,
    ),
    Entity(
        path=LEDGERS,
        type="GLAccount",
        fields=tuned(tables.GL_ACCOUNTS, VATCode={"refers_to": VAT, "pad": 3}),
        scope=_GENERAL,
        deleted_as=7,
        defaults={"IsBlocked": False},
        joined={"VATDescription": ("VATCode", "Description")},
        rules=(code_is_free,),
        answers_full=True,
    ),
    Entity(
        path=JOURNALS,
        type="Journal",
        fields=tuned(tables.JOURNALS, GLAccount={"refers_to": LEDGERS}),
        scope=_GENERAL,
        defaults={"IsBlocked": False, "AllowVAT": True, "AllowVariableCurrency": True},
        joined={
            "GLAccountCode": ("GLAccount", "Code"),
            "GLAccountDescription": ("GLAccount", "Description"),
            "GLAccountType": ("GLAccount", "Type"),
        },
        rules=(code_is_free,),
        answers_full=True,
    ),
    Entity(
        path=CURRENCIES,
        type="Currency",
        fields=tables.CURRENCIES,
        scope="Financial currencies",
        methods=READ,
    ),
)
VIEWS: tuple[Resource, ...] = (
    sync_view(
        "sync/Financial/GLAccounts",
        "GLAccount",
        tuned(tables.SYNC_GL_ACCOUNTS, VATCode={"pad": 3}),
        _GENERAL,
        LEDGERS,
    ),
    bulk_view(
        "bulk/Financial/GLAccounts",
        "GLAccount",
        tuned(tables.GL_ACCOUNTS, VATCode={"pad": 3}),
        _GENERAL,
        LEDGERS,
        ("ID", "Code", "Created", "Modified", "Type"),
    ),
)
