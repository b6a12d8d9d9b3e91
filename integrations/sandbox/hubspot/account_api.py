"""What belongs to the account: its details, owners, pipelines, and uninstalling the app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from integrations.sandbox.core import Response, json_response
from integrations.sandbox.hubspot.call import Call
from integrations.sandbox.hubspot.records_api import NO_CONTENT
from integrations.sandbox.hubspot.refusals import not_authenticated, not_found

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


@dataclass(frozen=True)
class Owner:
    """A person whom records can belong to; `owner_id` is what they hold, not `user_id`."""

    owner_id: int
    user_id: int
    email: str
    first_name: str
    last_name: str
    archived: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "id": str(self.owner_id),
            "type": "PERSON",
            "email": self.email,
            "firstName": self.first_name,
            "lastName": self.last_name,
            # A deactivated owner has no user any more.
            "userId": None if self.archived else self.user_id,
            "userIdIncludingInactive": self.user_id,
            "createdAt": MADE,
            "updatedAt": MADE,
            "archived": self.archived,
            "teams": [],
        }


OWNERS = (
    Owner(70001, 9001, "sanne@example.com", "Sanne", "de Vries"),
    Owner(70002, 9002, "mikkel@example.com", "Mikkel", "Sørensen"),
    Owner(70003, 9003, "lucia@example.com", "Lucía", "Fernández"),
    Owner(70004, 9004, "gone@example.com", "Piet", "Vertrokken", archived=True),
)
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


def default_pipelines() -> dict[str, list[dict[str, Any]]]:
    """The pipelines of a new account, by object type."""
    stages = [_stage(order, *stage) for order, stage in enumerate(DEAL_STAGES)]
    sales = {
        "id": "default",
        "label": "Sales Pipeline",
        "displayOrder": 0,
        "stages": stages,
        "createdAt": MADE,
        "updatedAt": MADE,
        "archived": False,
    }
    return {"deals": [sales]}


def account_details(call: Call) -> Response:
    return json_response(200, call.hubspot.account.as_json())


def list_owners(call: Call) -> Response:
    archived, email = call.flag("archived"), call.request.first("email").lower()
    limit, after = call.whole("limit", 100, 500), call.cursor()
    chosen = [
        owner
        for owner in OWNERS
        if owner.archived is archived and owner.owner_id >= after and email in ("", owner.email)
    ]
    body: dict[str, Any] = {"results": [owner.as_json() for owner in chosen[:limit]]}
    if len(chosen) > limit:
        body["paging"] = {"next": {"after": str(chosen[limit].owner_id)}}
    return json_response(200, body)


def read_owner(call: Call) -> Response:
    by_user = call.request.first("idProperty", "id") == "userId"
    for owner in OWNERS:
        key = owner.user_id if by_user else owner.owner_id
        if str(key) == call.parts[0] and owner.archived is call.flag("archived"):
            return json_response(200, owner.as_json())
    raise not_found()


def list_pipelines(call: Call) -> Response:
    return json_response(200, {"results": _pipelines(call)})


def _pipelines(call: Call) -> list[dict[str, Any]]:
    name = {"0-3": "deals", "deal": "deals"}.get(call.parts[0], call.parts[0])
    return call.hubspot.pipelines.get(name, [])


def read_pipeline(call: Call) -> Response:
    return json_response(200, _named(_pipelines(call), call.parts[1]))


def _named(rows: list[dict[str, Any]], wanted: str) -> dict[str, Any]:
    for row in rows:
        if row["id"] == wanted:
            return row
    raise not_found()


def list_stages(call: Call) -> Response:
    return json_response(200, {"results": _named(_pipelines(call), call.parts[1])["stages"]})


def read_stage(call: Call) -> Response:
    stages = _named(_pipelines(call), call.parts[1])["stages"]
    return json_response(200, _named(stages, call.parts[2]))


def uninstall(call: Call) -> Response:
    """Removes the app from the account: its tokens and webhook subscriptions with it.

    developers.hubspot.com/docs/apps/developer-platform/app-management/app-uninstalls/guide
    """
    if call.grant is None:
        raise not_authenticated()
    call.hubspot.uninstall()
    return NO_CONTENT
