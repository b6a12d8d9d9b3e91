"""Invoices, estimates, credit memos and refund receipts.

Fields, filters and operations: the entity reference of developer.intuit.com; which changes are
told: its page on webhooks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrations.sandbox.quickbooks import guards, lines, links, sales_rules, taxes
from integrations.sandbox.quickbooks.faults import business, refused
from integrations.sandbox.quickbooks.fields import (
    COMMON,
    Entity,
    Field,
    Kind,
    choice,
    date,
    flag,
    number,
    read_only,
    reference,
    table,
    text,
)
from integrations.sandbox.quickbooks.lines import sold
from integrations.sandbox.quickbooks.money import decimal, rounded, shown
from integrations.sandbox.quickbooks.sales_fields import (
    BALANCE,
    MAILED,
    SALE,
    SALES,
    SHIPPED,
    linked,
    money,
)

if TYPE_CHECKING:
    from integrations.sandbox.quickbooks.drafts import Draft
    from integrations.sandbox.quickbooks.shelf import Record

TRANSACTIONS = "transactions"
TIMES = frozenset({"MetaData.CreateTime", "MetaData.LastUpdatedTime"})
_FILTERS = TIMES | {"Id", "CustomerRef", "DocNumber", "TxnDate"}
_CHANGES = frozenset({"Create", "Update", "Delete", "Void", "Emailed"})
_EARLY = (sales_rules.is_customer, taxes.check_codes)
_HEADER = (
    sales_rules.has_currency,
    sales_rules.has_date,
    sales_rules.has_number,
    sales_rules.has_addresses,
    sales_rules.has_custom_fields,
    lines.settle_lines,
    taxes.add_up,
)


def add_balance(draft: Draft) -> None:
    """What is still owed; a document cannot become smaller than what is paid on it.

    How QuickBooks refuses that is not documented, only that it cannot be.
    """
    after, key = draft.after, (draft.entity.name, draft.id)
    so_far = links.paid_so_far(draft.store, key, draft.before or {})
    owed = decimal(after["TotalAmt"]) - so_far - decimal(after.get("Deposit"))
    if owed < 0:
        raise business("The payments applied to this transaction exceed its new total.")
    after["Balance"] = shown(owed)
    if "HomeTotalAmt" in after:
        home = owed * decimal(after["ExchangeRate"])
        after["HomeBalance"] = shown(rounded(home, draft.store.switches.home))
    if "RemainingCredit" in draft.entity.fields:
        after["RemainingCredit"] = after["Balance"]


def keep_links(draft: Draft) -> None:
    """Only links to estimates and to time can be written; payments link themselves."""
    own = [link for link in draft.was("LinkedTxn") or [] if link["TxnType"] == "Payment"]
    sent = [x for x in draft.after.get("LinkedTxn") or [] if x.get("TxnType") != "Payment"]
    for link in sent:
        if draft.store.find(str(link.get("TxnType")), str(link.get("TxnId"))) is None:
            told = f"The Txn ID {link.get('TxnId')} cannot be linked."
            raise refused("620", told, "LinkedTxn")
    draft.after["LinkedTxn"] = [*sent, *own]


def keep_customer(draft: Draft) -> None:
    """A paid document stays its customer's."""
    was, now = draft.was("CustomerRef"), draft.after.get("CustomerRef")
    if was and now and was["value"] != now["value"] and draft.was("LinkedTxn"):
        raise business("The customer of a linked transaction cannot be changed.", "CustomerRef")


def take_away(draft: Draft) -> None:
    """Amounts and quantities become nothing, the note says so and the links are cleared."""
    after = draft.after
    for line in [*after["Line"], *sold(after["Line"])]:
        if "Amount" in line:
            line["Amount"] = 0
        detail = line.get(SALE, {})
        for name in ("Qty", "TaxInclusiveAmt"):
            if name in detail:
                detail[name] = 0
    after["TxnTaxDetail"] = {"TotalTax": 0}
    for name in ("TotalAmt", "Balance", "HomeTotalAmt", "HomeBalance", "Deposit"):
        if name in after:
            after[name] = 0
    after["LinkedTxn"] = []
    mark_void(after)


def mark_void(record: Record) -> None:
    """ "Voided" stands in front of the note."""
    note = str(record.get("PrivateNote", ""))
    if not note.startswith("Voided"):
        record["PrivateNote"] = f"Voided - {note}" if note else "Voided"


def estimate_has_status(draft: Draft) -> None:
    draft.after.setdefault("TxnStatus", "Pending")


def refund_leaves_a_bank(draft: Draft) -> None:
    """The money leaves a bank account or another current asset (6430)."""
    row = draft.referred("DepositToAccountRef")
    wanted = ("Bank", "Other Current Asset")
    if row is not None and row.record().get("AccountType") not in wanted:
        told = "Invalid account type used: DepositToAccountRef must be a bank account"
        raise refused("6430", told, "DepositToAccountRef")


INVOICE = Entity(
    name="Invoice",
    fields=table(
        *COMMON,
        *SALES,
        *SHIPPED,
        *BALANCE,
        MAILED,
        date("DueDate"),
        reference("SalesTermRef", "Term"),
        linked(),
        money("Deposit"),
        reference("DepositToAccountRef", "Account"),
        flag("AllowOnlineCreditCardPayment", False),
        flag("AllowOnlineACHPayment", False),
        flag("AllowOnlinePayment", False),
        flag("AllowIPNPayment", False),
        read_only("DeliveryInfo", Kind.OBJECT),
        read_only("InvoiceLink"),
        text("EInvoiceStatus"),
    ),
    name_field="DocNumber",
    number_group=TRANSACTIONS,
    deletable=True,
    void=take_away,
    queryable=_FILTERS | {"ProjectRef", "SalesTermRef", "DueDate", "Balance"},
    list_name="Invoice",
    guards=(guards.books_are_open, guards.has_no_links),
    early_rules=_EARLY,
    rules=(
        *_HEADER,
        sales_rules.is_due,
        sales_rules.can_be_mailed,
        keep_customer,
        keep_links,
        add_balance,
    ),
    effects=(links.release, links.bill_estimates),
    webhooks=_CHANGES,
    looked_up=frozenset({"DocNumber", "CustomerRef"}),
)

ESTIMATE = Entity(
    name="Estimate",
    fields=table(
        *COMMON,
        *SALES,
        *SHIPPED,
        MAILED,
        date("DueDate"),
        date("ExpirationDate"),
        date("AcceptedDate"),
        text("AcceptedBy"),
        reference("SalesTermRef", "Term"),
        choice("TxnStatus", "Accepted", "Closed", "Pending", "Rejected", "Converted"),
        read_only("LinkedTxn", Kind.LIST),
    ),
    name_field="DocNumber",
    number_group=TRANSACTIONS,
    deletable=True,
    queryable=_FILTERS | {"DueDate", "TotalAmt"},
    list_name="Estimate",
    # An estimate posts nothing, so closed books do not stand in its way.
    early_rules=_EARLY,
    rules=(*_HEADER, sales_rules.can_be_mailed, estimate_has_status),
    webhooks=_CHANGES - {"Void"},
    looked_up=frozenset({"DocNumber", "CustomerRef"}),
)

CREDIT_MEMO = Entity(
    name="CreditMemo",
    fields=table(
        *COMMON,
        *SALES,
        *BALANCE,
        MAILED,
        reference("SalesTermRef", "Term"),
        reference("InvoiceRef", "Invoice"),
        read_only("PaymentMethodRef", Kind.OBJECT),
        read_only("RemainingCredit", Kind.NUMBER),
        read_only("LinkedTxn", Kind.LIST),
    ),
    name_field="DocNumber",
    number_group=TRANSACTIONS,
    # Not among the entities that the reference shows a sparse update of.
    sparse=False,
    deletable=True,
    queryable=_FILTERS | {"TotalAmt", "Balance"},
    list_name="CreditMemo",
    guards=(guards.books_are_open, guards.has_no_links),
    early_rules=_EARLY,
    rules=(*_HEADER, sales_rules.can_be_mailed, keep_customer, add_balance),
    webhooks=_CHANGES,
    looked_up=frozenset({"DocNumber", "CustomerRef"}),
)


def _refund_field(field: Field) -> Field:
    """A refund may be anybody's."""
    return reference("CustomerRef", "Customer") if field.name == "CustomerRef" else field


REFUND_RECEIPT = Entity(
    name="RefundReceipt",
    fields=table(
        *COMMON,
        *map(_refund_field, SALES),
        *BALANCE,
        reference("DepositToAccountRef", "Account", required=True),
        reference("PaymentMethodRef", "PaymentMethod"),
        text("PaymentRefNum", 100),
        choice("PaymentType", "Cash", "Check", "CreditCard", "Expense", "Other", longest=21),
        read_only("CheckPayment", Kind.OBJECT),
        read_only("CreditCardPayment", Kind.OBJECT),
        number("TxnFee"),
    ),
    name_field="DocNumber",
    number_group=TRANSACTIONS,
    deletable=True,
    queryable=_FILTERS | {"TotalAmt", "Balance"},
    list_name="RefundReceipt",
    guards=(guards.books_are_open,),
    early_rules=_EARLY,
    rules=(*_HEADER, refund_leaves_a_bank),
    webhooks=_CHANGES,
    looked_up=frozenset({"DocNumber", "CustomerRef"}),
)
