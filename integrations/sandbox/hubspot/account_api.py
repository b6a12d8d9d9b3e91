"""What belongs to the account: its details, owners, pipelines, and uninstalling the app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from integrations.sandbox.core import Response, json_response
from integrations.sandbox.hubspot.account import MADE
from integrations.sandbox.hubspot.call import Call
from integrations.sandbox.hubspot.records_api import NO_CONTENT
from integrations.sandbox.hubspot.refusals import not_authenticated, not_found


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
    return call.hubspot.crm.pipelines.get(name, [])


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
