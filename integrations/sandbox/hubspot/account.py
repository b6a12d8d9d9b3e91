"""What is set up in the customer's account: its details, currencies, taxes and pipelines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MADE = "2025-01-07T09:12:45.123Z"


@dataclass(frozen=True)
class Account:
    """The customer's account; details as `account-info` gives them."""

    portal_id: int = 148000001
    name: str = "Bakker & Søn Supplies"
    ui_domain: str = "app.hubspot.com"
    time_zone: str = "Europe/Amsterdam"
    currency: str = "EUR"
    additional_currencies: tuple[str, ...] = ("USD", "GBP")
    # Settings of the account: whether people can correct invoices that are open, and whether
    # these can be deleted like drafts.
    edits_open_invoices: bool = True
    deletes_open_invoices: bool = False
    # The company's own tax numbers that invoices can show.
    tax_ids: tuple[str, ...] = ()

    @property
    def currencies(self) -> tuple[str, ...]:
        return (self.currency, *self.additional_currencies)

    def as_json(self) -> dict[str, Any]:
        return {
            "portalId": self.portal_id,
            "accountType": "STANDARD",
            "timeZone": self.time_zone,
            "companyCurrency": self.currency,
            "additionalCurrencies": list(self.additional_currencies),
            "utcOffset": "+01:00",
            "utcOffsetMilliseconds": 3_600_000,
            "uiDomain": self.ui_domain,
            "dataHostingLocation": "na1",
        }


DUTCH = Account(
    portal_id=148000002,
    name="Van Dijk Techniek B.V.",
    additional_currencies=("USD",),
)


@dataclass(frozen=True)
class TaxRate:
    """One rate of the account's tax library, which is made in the settings only."""

    rate_id: str
    name: str
    percentage: str
    active: bool = True

    @property
    def label(self) -> str:
        return f"{self.name} ({self.percentage}%)"

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.rate_id,
            "name": self.name,
            "label": self.label,
            "percentageRate": float(self.percentage),
            "active": self.active,
            "createdAt": MADE,
            "updatedAt": MADE,
        }


FIRST_TAX_RATE = 81001
DEAL_STAGES = (
    ("appointmentscheduled", "Appointment Scheduled", "0.2"),
    ("qualifiedtobuy", "Qualified To Buy", "0.4"),
    ("presentationscheduled", "Presentation Scheduled", "0.6"),
    ("decisionmakerboughtin", "Decision Maker Bought-In", "0.8"),
    ("contractsent", "Contract Sent", "0.9"),
    ("closedwon", "Closed Won", "1.0"),
    ("closedlost", "Closed Lost", "0.0"),
)


def _stage(order: int, stage_id: str, label: str, probability: str) -> dict[str, Any]:
    closed = probability in ("0.0", "1.0")
    return {
        "id": stage_id,
        "label": label,
        "displayOrder": order,
        "metadata": {"isClosed": str(closed).lower(), "probability": probability},
        "createdAt": MADE,
        "updatedAt": MADE,
        "archived": False,
        "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
    }


def pipeline(
    pipeline_id: str, label: str, stages: Sequence[tuple[str, str, str]], order: int = 0
) -> dict[str, Any]:
    """Stages are ids, labels and probabilities."""
    return {
        "id": pipeline_id,
        "label": label,
        "displayOrder": order,
        "stages": [_stage(place, *stage) for place, stage in enumerate(stages)],
        "createdAt": MADE,
        "updatedAt": MADE,
        "archived": False,
    }


def default_pipelines() -> dict[str, list[dict[str, Any]]]:
    """The pipelines of a new account, by object type."""
    return {"deals": [pipeline("default", "Sales Pipeline", DEAL_STAGES)]}
