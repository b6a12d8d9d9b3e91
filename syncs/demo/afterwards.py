"""What people do on both sides after the first sync, so that there is something to find.

Some of it is their daily work and follows to the other side. The rest are mistakes that can only
be made with documents in step: these fail, each with its reason.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any

from accounts.models import Tenant
from integrations.services import opened
from syncs.demo.control import Control
from syncs.engine.terms import Side
from syncs.models import Status, Sync, SyncRecord
from syncs.recipes.hubspot_quickbooks_documents import INVOICES, PAYMENTS, PRODUCTS

DONE = {
    "paid in the books": 12,
    "voided in HubSpot": 3,
    "voided in the books": 3,
    # These cannot follow.
    "price changed in the books": 3,
    "deposited payment corrected": 2,
    "item switched off in the books": 2,
}
HUBSPOT, QUICKBOOKS = "hubspot", "quickbooks"


@dataclass
class Afterwards:
    """Does each thing to documents of its own: of the same demo always the same ones."""

    tenant: Tenant
    syncs: Mapping[str, Sync]
    control: Control
    _invoices: Iterator[SyncRecord] = field(init=False)

    def __post_init__(self) -> None:
        found = self._linked(INVOICES).filter(left_values__hs_invoice_status="open")
        # Read at once: an open cursor would keep SQLite from letting both us and workers write.
        rows = list(found.order_by("pk"))
        self._invoices = (row for row in rows if _is_unpaid(row))

    def happen(self) -> None:
        for row in self._take("paid in the books"):
            self._pay(row)
        for row in self._take("voided in HubSpot"):
            self.control.change(HUBSPOT, f"invoices/{row.left_id}/void", {})
        for row in self._take("voided in the books"):
            self.control.change(QUICKBOOKS, f"invoice/{row.right_id}/void", {})
        for row in self._take("price changed in the books"):
            line = f"invoice/{row.right_id}/line/{row.right_values['lines'][0]['id']}"
            self.control.change(QUICKBOOKS, line, {"UnitPrice": 1.25})
        self._correct_deposited()
        self._sell_what_is_off()

    def _take(self, name: str) -> Iterator[SyncRecord]:
        return islice(self._invoices, DONE[name])

    def _linked(self, recipe: str) -> Any:
        rows = SyncRecord.objects.for_tenant(self.tenant)
        return rows.filter(sync=self.syncs[recipe], status=Status.IN_SYNC, born=Side.LEFT.value)

    def _pay(self, row: SyncRecord) -> None:
        values = row.right_values
        payment = {
            "CustomerRef": values["CustomerRef"],
            "TotalAmt": float(values["Balance"]),
            "Line": [
                {
                    "Amount": float(values["Balance"]),
                    "LinkedTxn": [{"TxnId": row.right_id, "TxnType": "Invoice"}],
                }
            ],
        }
        self.control.change(QUICKBOOKS, "payment", payment)

    def _correct_deposited(self) -> None:
        """The money is brought to the bank in the books; then HubSpot says more of the payment."""
        pair = self.syncs[PAYMENTS].integration
        with opened(pair.right) as connector:
            bank = connector.choices("deposit_accounts")[0].value
        rows = self._linked(PAYMENTS).filter(left_values__hs_latest_status="succeeded")
        for row in list(rows.order_by("pk")[: DONE["deposited payment corrected"]]):
            link = {"TxnId": row.right_id, "TxnType": "Payment"}
            line = {"Amount": float(row.right_values["TotalAmt"]), "LinkedTxn": [link]}
            self.control.change(
                QUICKBOOKS, "deposit", {"DepositToAccountRef": bank, "Line": [line]}
            )
            corrected = {"hs_reference_number": "Cheque 4711"}
            self.control.change(HUBSPOT, f"commerce_payments/{row.left_id}", corrected)

    def _sell_what_is_off(self) -> None:
        """Somebody stops using an item in the books while somebody else still sells it."""
        count = DONE["item switched off in the books"]
        products = SyncRecord.objects.for_tenant(self.tenant).filter(
            sync=self.syncs[PRODUCTS], status=Status.IN_SYNC
        )
        for buyer, row in zip(
            islice(self._invoices, count), products.order_by("-pk")[:count], strict=False
        ):
            line = {"hs_product_id": row.left_id, "quantity": "2", "price": "40"}
            wanted = {
                "contact": buyer.left_values["contact"],
                "lines": [line],
                "status": "open",
                "hs_currency": "USD",
            }
            self.control.change(HUBSPOT, "invoices", wanted)
            self.control.change(QUICKBOOKS, f"item/{row.right_id}/deactivate", {})


def _is_unpaid(row: SyncRecord) -> bool:
    """Untouched by any payment."""
    balance, total = row.right_values.get("Balance"), row.right_values.get("TotalAmt")
    return balance is not None and Decimal(balance) == Decimal(total or "0") > 0


def happen(tenant: Tenant, syncs: list[Sync], sandbox_url: str) -> None:
    """Let people work on; without invoices in step there is nothing to work on."""
    named = {sync.recipe: sync for sync in syncs}
    if not SyncRecord.objects.for_tenant(tenant).filter(sync=named[INVOICES]).exists():
        return
    Afterwards(tenant, named, Control(sandbox_url)).happen()
