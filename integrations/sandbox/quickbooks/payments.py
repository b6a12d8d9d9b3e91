"""Payments of customers, and the deposits that bring them to the bank.

Fields, filters and operations: the entity reference of developer.intuit.com. The words of the
faults for wrong amounts are not documented; their codes are.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from integrations.sandbox.quickbooks import guards, links, sales_rules, taxes
from integrations.sandbox.quickbooks.faults import Refused, business, missing, refused
from integrations.sandbox.quickbooks.fields import (
    COMMON,
    Entity,
    Field,
    Kind,
    choice,
    number,
    read_only,
    reference,
    table,
    text,
)
from integrations.sandbox.quickbooks.lines import currency_of
from integrations.sandbox.quickbooks.links import Key
from integrations.sandbox.quickbooks.money import ZERO, decimal, rounded, shown
from integrations.sandbox.quickbooks.sales import TIMES, TRANSACTIONS, mark_void
from integrations.sandbox.quickbooks.sales_fields import (
    CALCULATIONS,
    TAX,
    TRANSACTION,
    custom_fields,
    linked,
    money,
)

if TYPE_CHECKING:
    from integrations.sandbox.quickbooks.drafts import Draft
    from integrations.sandbox.quickbooks.shelf import Record

_MONEY_ACCOUNTS = ("Bank", "Other Current Asset")
_UNDEPOSITED = "Undeposited Funds"


def has_amount(draft: Draft) -> None:
    total = draft.after.get("TotalAmt")
    if total is None:
        raise business("You must set a transaction amount.", "TotalAmt")
    draft.after["TotalAmt"] = shown(rounded(decimal(total), currency_of(draft.after)))


def goes_somewhere(draft: Draft) -> None:
    """Money without another account stays among the undeposited funds."""
    after = draft.after
    if not after.get("DepositToAccountRef"):
        number = draft.store.holder_of(draft.store.shelves["Account"].entity, _UNDEPOSITED)
        after["DepositToAccountRef"] = {"value": number, "name": _UNDEPOSITED}
    _require_type(draft, "DepositToAccountRef", _MONEY_ACCOUNTS)
    if after.get("ARAccountRef"):
        _require_type(draft, "ARAccountRef", ("Accounts Receivable",))


def _require_type(draft: Draft, name: str, types: tuple[str, ...]) -> None:
    row = draft.referred(name)
    if row is not None and row.record().get("AccountType") not in types:
        told = f"Invalid account type used: {name} must be of type {' or '.join(types)}"
        raise refused("6430", told, name)


def pays(draft: Draft) -> None:
    """Every line pays one document of the same customer and currency, and no more than is open."""
    lines = draft.after.get("Line") or []
    for line in lines:
        if line.get("Amount") is None:
            raise Refused([missing("Line.Amount")])
        if len(line.get("LinkedTxn") or []) != 1:
            raise Refused([missing("Line.LinkedTxn")])
        line["Amount"] = shown(rounded(decimal(line["Amount"]), currency_of(draft.after)))
    draft.after["Line"] = lines
    was = links.applied(draft.before)
    for key, amount in links.applied(draft.after).items():
        _check_payable(draft, key, amount, was.get(key, ZERO))
    left = links.unapplied(draft.after)
    if left < 0:
        raise business("The amount applied is greater than the amount of the payment.", "Line")
    draft.after["UnappliedAmt"] = shown(left)


def _check_payable(draft: Draft, key: Key, amount: Decimal, before: Decimal) -> None:
    kind, number = key
    row = draft.store.find(kind, number) if kind in links.PAYABLE else None
    if row is None:
        raise _unlinkable(number)
    document = row.record()
    if currency_of(document) != currency_of(draft.after) or not _is_theirs(draft, document):
        raise _unlinkable(number)
    if amount == before:
        return
    is_open = decimal(document.get("Balance")) + before
    if is_open <= 0:
        raise _unlinkable(number)
    if amount < 0 or amount > is_open:
        told = f"The amount applied to Txn ID {number} is greater than its open balance."
        raise business(told, "Line.Amount")


def _unlinkable(number: str) -> Refused:
    return refused("620", f"Txn ID Cannot Be Linked : The Txn ID {number} can't be linked.", "Line")


def _is_theirs(draft: Draft, document: Record) -> bool:
    """Whether a document is the payer's own, or that of a child they are billed for."""
    payer = draft.after["CustomerRef"]["value"]
    number = document.get("CustomerRef", {}).get("value")
    while number and number != payer:
        row = draft.store.find("Customer", str(number))
        child = row.record() if row else {}
        if not child.get("BillWithParent"):
            return False
        number = (child.get("ParentRef") or {}).get("value")
    return bool(number)


def keep_deposit(draft: Draft) -> None:
    """The link to a deposit is the deposit's to make."""
    if draft.was("LinkedTxn"):
        draft.after["LinkedTxn"] = draft.was("LinkedTxn")


def take_away(draft: Draft) -> None:
    """A voided payment pays nothing any more."""
    draft.after |= {"TotalAmt": 0, "UnappliedAmt": 0, "Line": []}
    if "HomeTotalAmt" in draft.after:
        draft.after["HomeTotalAmt"] = 0
    mark_void(draft.after)


_CARD = table(
    read_only("CreditChargeInfo", Kind.OBJECT), read_only("CreditChargeResponse", Kind.OBJECT)
)
_PAYMENT_LINE = Field(
    "Line",
    Kind.LIST,
    parts=table(money("Amount"), linked(), text("Id"), read_only("LineEx", Kind.OBJECT)),
)
PAYMENT = Entity(
    name="Payment",
    fields=table(
        *COMMON,
        *TRANSACTION,
        reference("CustomerRef", "Customer", required=True),
        number("TotalAmt", lowest=0, highest=9999999999.99999),
        read_only("UnappliedAmt", Kind.NUMBER),
        _PAYMENT_LINE,
        read_only("LinkedTxn", Kind.LIST),
        reference("PaymentMethodRef", "PaymentMethod"),
        # The length is that of the sales receipt's; the payment's is not stated.
        text("PaymentRefNum", 21),
        reference("DepositToAccountRef", "Account"),
        reference("ARAccountRef", "Account"),
        Field("CreditCardPayment", Kind.OBJECT, parts=_CARD),
        read_only("ProcessPayment", Kind.BOOLEAN, default=False),
    ),
    name_field="PaymentRefNum",
    number_group=TRANSACTIONS,
    deletable=True,
    void=take_away,
    queryable=TIMES
    | {"Id", "TotalAmt", "CustomerRef", "TxnDate", "PaymentMethodRef", "PaymentRefNum"},
    list_name="Payment",
    guards=(guards.is_not_deposited, guards.books_are_open),
    early_rules=(sales_rules.is_customer,),
    rules=(
        sales_rules.has_currency,
        sales_rules.has_date,
        has_amount,
        goes_somewhere,
        pays,
        keep_deposit,
        taxes.add_home_total,
    ),
    effects=(links.spread_payment,),
    webhooks=frozenset({"Create", "Update", "Delete", "Void", "Emailed"}),
    looked_up=frozenset({"CustomerRef", "PaymentRefNum"}),
)


def deposits(draft: Draft) -> None:
    """A deposit is the sum of the payments it takes and of what else is paid in."""
    total = ZERO
    _require_type(draft, "DepositToAccountRef", _MONEY_ACCOUNTS)
    held = links.applied(draft.before)
    for line in draft.after["Line"]:
        for link in line.get("LinkedTxn") or []:
            _check_depositable(draft, link, held)
        if not line.get("LinkedTxn") and "DepositLineDetail" not in line:
            raise Refused([missing("Line.LinkedTxn")])
        if line.get("Amount") is None:
            raise Refused([missing("Line.Amount")])
        total += decimal(line["Amount"])
    if not draft.after["Line"]:
        raise Refused([missing("Line")])
    draft.after["TotalAmt"] = shown(rounded(total, currency_of(draft.after)))


def _check_depositable(draft: Draft, link: Record, held: dict[Key, Decimal]) -> None:
    kind, number = str(link.get("TxnType")), str(link.get("TxnId"))
    row = draft.store.find("Payment", number) if kind == "Payment" else None
    if row is None or (row.record().get("LinkedTxn") and (kind, number) not in held):
        raise _unlinkable(number)


_DEPOSIT_DETAIL = table(
    reference("AccountRef", "Account", required=True),
    reference("PaymentMethodRef", "PaymentMethod"),
    reference("ClassRef", "Class"),
    reference("TaxCodeRef", "TaxCode"),
    reference("Entity", "Customer"),
    text("CheckNum"),
    text("TaxApplicableOn"),
    text("TxnType"),
)
_DEPOSIT_LINE = Field(
    "Line",
    Kind.LIST,
    required=True,
    parts=table(
        text("Id"),
        number("LineNum"),
        money("Amount"),
        text("Description", 4000),
        linked(),
        choice("DetailType", "DepositLineDetail"),
        Field("DepositLineDetail", Kind.OBJECT, parts=_DEPOSIT_DETAIL),
        reference("ProjectRef", "Customer"),
        custom_fields(),
    ),
)
_CASH_BACK = table(
    reference("AccountRef", "Account", required=True), number("Amount"), text("Memo")
)
DEPOSIT = Entity(
    name="Deposit",
    fields=table(
        *COMMON,
        *TRANSACTION,
        reference("DepositToAccountRef", "Account", required=True),
        _DEPOSIT_LINE,
        choice("GlobalTaxCalculation", *CALCULATIONS),
        TAX,
        Field("CashBack", Kind.OBJECT, parts=_CASH_BACK),
        text("DocNumber", 21),
        read_only("TotalAmt", Kind.NUMBER),
    ),
    name_field="DocNumber",
    number_group=TRANSACTIONS,
    deletable=True,
    queryable=TIMES | {"Id", "DepositToAccountRef", "TxnDate"},
    list_name="Deposit",
    guards=(guards.books_are_open,),
    rules=(sales_rules.has_date, sales_rules.has_home_currency, deposits, taxes.add_home_total),
    effects=(links.hold_payments,),
    webhooks=frozenset({"Create", "Update", "Delete"}),
)
