"""The rules of deals, by HubSpot's deals and pipelines guides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from integrations.sandbox.hubspot.crm import Crm, Values
from integrations.sandbox.hubspot.links import WantedLink
from integrations.sandbox.hubspot.rules import Rules, check_currency, refused
from integrations.sandbox.hubspot.store import Record
from integrations.sandbox.hubspot.values import iso


class DealRules(Rules):
    """Stage and pipeline are ids of the account's own; whether it is won follows from them."""

    def complete(
        self, crm: Crm, values: Values, links: Sequence[WantedLink], source: str
    ) -> Values:
        default = {"deal_currency_code": crm.account.currency}
        if len(pipelines := crm.pipelines["deals"]) == 1:
            default["pipeline"] = pipelines[0]["id"]
        return settled(crm, default | values) | entered(crm)

    def revise(self, crm: Crm, record: Record, values: Values, source: str) -> Values:
        if RULED.isdisjoint(values):
            return values
        results = settled(crm, record.values | values)
        changed = {name: value for name, value in results.items() if name in RESULTS}
        has_moved = results["dealstage"] != record.values["dealstage"]
        return values | changed | (entered(crm) if has_moved else {})


def entered(crm: Crm) -> Values:
    """When the deal came into the stage that it is in, which HubSpot notes itself."""
    return {"hs_v2_date_entered_current_stage": iso(int(crm.clock.time() * 1000))}


RULED = frozenset({"dealstage", "pipeline", "deal_currency_code", "amount"})
RESULTS = frozenset(
    {"hs_is_closed", "hs_is_closed_won", "hs_deal_stage_probability", "amount_in_home_currency"}
)


def settled(crm: Crm, values: Values) -> Values:
    """The values with what follows from them; raises the refusal of wrong ones."""
    check_currency(crm, "deal_currency_code", values)
    stage = _stage(crm, values)
    probability = stage["metadata"]["probability"]
    is_home = values.get("deal_currency_code") == crm.account.currency
    return values | {
        "hs_is_closed": stage["metadata"]["isClosed"],
        "hs_is_closed_won": str(probability == "1.0").lower(),
        "hs_deal_stage_probability": probability,
        # Exchange rates are not kept here: other currencies have no amount in the company's.
        "amount_in_home_currency": values.get("amount", "") if is_home else "",
    }


def _stage(crm: Crm, values: Values) -> dict[str, Any]:
    pipelines = {pipeline["id"]: pipeline for pipeline in crm.pipelines["deals"]}
    pipeline = _one_of(pipelines, "pipeline", values.get("pipeline", ""))
    stages = {stage["id"]: stage for stage in pipeline["stages"]}
    return _one_of(stages, "dealstage", values["dealstage"])


def _one_of(rows: dict[str, dict[str, Any]], name: str, wanted: str) -> dict[str, Any]:
    if wanted not in rows:
        message = f"{wanted} was not one of the allowed options: [{', '.join(rows)}]"
        raise refused(name, "INVALID_OPTION", message)
    return rows[wanted]
