"""The rules of payments, by HubSpot's commerce payments guide.

The API records money that came in elsewhere: payments which HubSpot or Stripe collects can neither
be made, changed nor deleted by it. The refusals' wording is not documented.
"""

from __future__ import annotations

from collections.abc import Sequence

from integrations.sandbox.hubspot.crm import Crm, Values
from integrations.sandbox.hubspot.links import WantedLink
from integrations.sandbox.hubspot.money import ZERO, read
from integrations.sandbox.hubspot.origin import API
from integrations.sandbox.hubspot.refusals import validation
from integrations.sandbox.hubspot.rules import Rules, check_currency, refused
from integrations.sandbox.hubspot.store import Record
from integrations.sandbox.hubspot.values import plain

COLLECTED = frozenset({"hs_payments", "byo_stripe"})


class PaymentRules(Rules):
    def complete(
        self, crm: Crm, values: Values, links: Sequence[WantedLink], source: str
    ) -> Values:
        if source == API and values.get("hs_processor_type") in COLLECTED:
            raise validation("The API cannot create payments for payment processing.")
        defaults = {
            "hs_latest_status": "processing",
            "hs_currency_code": crm.account.currency,
        }
        made = _settled(crm, defaults | values)
        for link in links:
            _check_same_currency(crm, made, link.to_type, link.to_id)
        return made

    def revise(self, crm: Crm, record: Record, values: Values, source: str) -> Values:
        _check_collected(record, source)
        settled = _settled(crm, record.values | values)
        return values | {"hs_net_amount": settled["hs_net_amount"]}

    def release(self, crm: Crm, record: Record, source: str) -> None:
        _check_collected(record, source)

    def join(self, crm: Crm, record: Record, other: str, other_id: int, source: str) -> None:
        _check_same_currency(crm, record.values, other, other_id)


def _settled(crm: Crm, values: Values) -> Values:
    check_currency(crm, "hs_currency_code", values)
    amount, refunds = read(values.get("hs_initial_amount")), read(values.get("hs_refunds_amount"))
    if amount <= ZERO:
        raise refused("hs_initial_amount", "INVALID_VALUE", "The amount must be above zero.")
    if not ZERO <= refunds <= amount:
        message = f"{refunds} is not between zero and the amount of the payment, {amount}."
        raise refused("hs_refunds_amount", "INVALID_VALUE", message)
    net = amount - refunds - read(values.get("hs_fees_amount"))
    return values | {"hs_net_amount": plain(net)}


def _check_collected(record: Record, source: str) -> None:
    if source == API and record.values.get("hs_processor_type") in COLLECTED:
        raise validation(
            f"Payment {record.id} was processed by HubSpot or Stripe and cannot be modified or "
            "deleted."
        )


def _check_same_currency(crm: Crm, values: Values, other: str, other_id: int) -> None:
    """A payment in another currency than its invoice is not documented: it is refused."""
    invoice = crm.stores["invoices"].find(other_id) if other == "invoices" else None
    if invoice is None:
        return
    expected, given = invoice.values["hs_currency"], values.get("hs_currency_code")
    if given != expected:
        message = f"{given} is not the currency of invoice {invoice.id}, {expected}."
        raise refused("hs_currency_code", "INVALID_VALUE", message)
