"""What people do at the Dutch company after the first sync, so that there is something to find."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from accounts.models import Tenant
from syncs import services
from syncs.demo.control import Control
from syncs.engine.terms import Side
from syncs.models import Status, Sync, SyncRecord
from syncs.recipes.hubspot_exact_documents import INVOICES

DONE = {
    "processed and paid": 6,
    "processed and partly paid": 3,
    # It says so, and nothing is overwritten.
    "deal changed after invoicing": 2,
    "invoiced by hand": 1,
}
HUBSPOT, EXACT = "hubspot-nl", "exact"


@dataclass
class Invoicing:
    """Does each thing to invoices of its own: of the same demo always the same ones."""

    sync: Sync
    control: Control
    _invoices: Iterator[SyncRecord] = field(init=False)

    def __post_init__(self) -> None:
        rows = SyncRecord.objects.for_tenant(self.sync.tenant_id)
        found = rows.filter(sync=self.sync, status=Status.IN_SYNC, born=Side.LEFT.value)
        # Read at once: an open cursor would keep SQLite from letting both us and workers write.
        self._invoices = iter(list(found.exclude(right_id="").order_by("pk")))

    def happen(self) -> None:
        for row in self._take("processed and paid"):
            self._press(row, "process")
            self._press(row, "pay")
        for row in self._take("processed and partly paid"):
            self._press(row, "process")
            self._press(row, "pay", {"amount": "10.00"})
        for row in self._take("deal changed after invoicing"):
            line = {"name": "Extra work", "quantity": "2", "price": "85"}
            self.control.change(HUBSPOT, f"deals/{row.left_id}/lines", line)
        for row in self._waiting_for_nobody():
            services.enrol(self.sync, Side.LEFT, row.left_id)

    def _take(self, name: str) -> Iterator[SyncRecord]:
        return islice(self._invoices, DONE[name])

    def _press(self, row: SyncRecord, button: str, wanted: Mapping[str, Any] | None = None) -> None:
        path = f"salesinvoice/SalesInvoices/{row.right_id}/{button}"
        self.control.change(EXACT, path, wanted or {})

    def _waiting_for_nobody(self) -> Iterator[SyncRecord]:
        """Deals that are not won yet, of a customer: somebody invoices them all the same."""
        rows = SyncRecord.objects.for_tenant(self.sync.tenant_id)
        found = rows.filter(sync=self.sync, status=Status.EXCLUDED, left_values__company__gt="")
        return iter(list(found.order_by("pk")[: DONE["invoiced by hand"]]))


def happen(tenant: Tenant, syncs: list[Sync], sandbox_url: str) -> None:
    """Let people work on; without invoices in step there is nothing to work on."""
    (sync,) = (each for each in syncs if each.recipe == INVOICES)
    if not SyncRecord.objects.for_tenant(tenant).filter(sync=sync).exists():
        return
    Invoicing(sync, Control(sandbox_url)).happen()
