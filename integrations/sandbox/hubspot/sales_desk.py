"""What a person does with deals and pipelines in HubSpot's own screens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from integrations.sandbox.hubspot import linking
from integrations.sandbox.hubspot.account import pipeline
from integrations.sandbox.hubspot.billing_desk import BillingDesk
from integrations.sandbox.hubspot.bulk_deals import DealRow, load_deals
from integrations.sandbox.hubspot.links import WantedLink
from integrations.sandbox.hubspot.origin import SCREEN

# A company that becomes the primary one of a deal, and the plain association that comes with it.
PRIMARY_COMPANY, COMPANY = 5, 341


class SalesDesk(BillingDesk):
    """Checked like changes by the API."""

    def add_deal(
        self,
        *,
        company: str = "",
        contact: str = "",
        lines: Iterable[Mapping[str, Any]] = (),
        **properties: Any,
    ) -> str:
        """A deal with all that belongs to it, in the first stage unless it is said; its id."""
        with self.lock:
            deal = self.add("deals", **{"dealstage": "appointmentscheduled"} | properties)
            if company:
                self.set_company(deal, company)
            if contact:
                self.associate("deals", deal, "contacts", contact)
            for row in lines:
                self.add_deal_line(deal, **row)
            return deal

    @property
    def deals(self) -> dict[str, dict[str, str]]:
        return self.all("deals")

    def move_deal(self, deal: str, stage: str, pipeline: str = "") -> None:
        """To another stage, of another pipeline too."""
        moved = {"pipeline": pipeline} if pipeline else {}
        self.update("deals", deal, dealstage=stage, **moved)

    def set_company(self, deal: str, company: str) -> None:
        """Make a company the primary one of a deal."""
        with self.lock:
            store, record = self._record("deals", deal)
            other = self._record("companies", company)[1]
            kinds = tuple(self.crm.links.types[i] for i in (PRIMARY_COMPANY, COMPANY))
            wanted = WantedLink("companies", other.id, kinds)
            linking.check_link(self.crm, store, record.id, wanted, SCREEN)
            linking.associate(self.crm, store, record.id, wanted, SCREEN)

    def add_deal_line(self, deal: str, **properties: Any) -> str:
        """Put a line on a deal; its id."""
        with self.lock:
            line = self.add_line_item(**properties)
            self.associate("deals", deal, "line_items", line)
            return line

    def deal_lines(self, deal: str) -> dict[str, dict[str, str]]:
        """The lines of a deal: id -> properties."""
        with self.lock:
            ids = self.associated("deals", deal, "line_items")
            return {line: self.get("line_items", line) for line in ids}

    def load_deals(self, rows: Iterable[DealRow]) -> list[str]:
        """Insert many deals with lines at once; see `DealRow`."""
        with self.lock:
            return load_deals(self, rows)

    # Settings -----------------------------------------------------------------------------

    def add_pipeline(
        self, pipeline_id: str, label: str, stages: Iterable[Sequence[str]], order: int = 1
    ) -> str:
        """A pipeline of deals; each stage is an id, a label and a probability such as "0.4"."""
        with self.lock:
            rows = [(str(id_), str(name), str(odds)) for id_, name, odds in stages]
            if not rows:
                raise ValueError("A pipeline has stages.")
            made = pipeline(pipeline_id, label, rows, order)
            held = self.crm.pipelines["deals"]
            self.crm.pipelines["deals"] = [one for one in held if one["id"] != pipeline_id] + [made]
            return pipeline_id

    def remove_stage(self, pipeline_id: str, stage_id: str) -> None:
        """Take a stage out of the settings; deals that are in it stay there."""
        with self.lock:
            for held in self.crm.pipelines["deals"]:
                if held["id"] == pipeline_id:
                    held["stages"] = [one for one in held["stages"] if one["id"] != stage_id]
