"""Sales opportunities and the stages that a company gives them.

Sources: the reference of Opportunities. The stages have no address of their own: who reads
opportunities sees those that are in use. That the status follows from the stage is how the
reference's read-only field can be; that a chance is told as a fraction is a reading of it, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.sandbox.exact import documents_common as common
from integrations.sandbox.exact.amounts import decimal, rounded, shown
from integrations.sandbox.exact.division import Division
from integrations.sandbox.exact.drafts import Draft
from integrations.sandbox.exact.fields import tuned
from integrations.sandbox.exact.messages import Kind
from integrations.sandbox.exact.resources import Entity
from integrations.sandbox.exact.tables.crm import OPPORTUNITIES as FIELDS

PATH = "crm/Opportunities"
OPEN, WON, LOST = 1, 2, 3
_STAGES = "opportunity_stages"


def stages(division: Division) -> dict[str, dict[str, Any]]:
    """The company's stages by their keys: label, status and usual probability."""
    found: dict[str, dict[str, Any]] = division.notes.setdefault(_STAGES, {})
    return found


def add_stage(division: Division, label: str, status: int = OPEN, probability: float = 0.5) -> str:
    if status not in (OPEN, WON, LOST):
        raise ValueError("A stage is open (1), won (2) or lost (3).")
    key = division.shared.new_id()
    stages(division)[key] = {"label": label, "status": status, "probability": probability}
    return key


def stage_of(division: Division, values: Mapping[str, Any]) -> dict[str, Any]:
    return stages(division).get(str(values.get("OpportunityStage")), {})


def settle_stage(draft: Draft) -> None:
    """A new stage brings its own chance along, unless another is sent."""
    if draft["OpportunityStage"] is None:
        return
    stage = stage_of(draft.division, draft.values)
    if not stage:
        draft.refuse(Kind.BAD_REFERENCE, "OpportunityStage")
    elif draft.changes("OpportunityStage") and "Probability" not in draft.sent:
        draft["Probability"] = stage["probability"]


def settle_amounts(draft: Draft) -> None:
    """The amount in the company's currency follows from the other and the rate."""
    draft.usual(Currency=draft.division.currency)
    common.check_currency(draft)
    rate = common.rate_of(draft.division, str(draft["Currency"]))
    is_own = "RateFC" in draft.sent and draft["RateFC"] is not None
    if rate is None and not is_own:
        return
    if not is_own and (draft.is_new or draft.changes("Currency")):
        draft["RateFC"] = shown(decimal(rate))
    if draft["AmountFC"] is not None:
        amount = rounded(decimal(draft["AmountFC"]))
        draft["AmountFC"] = shown(amount)
        draft["AmountDC"] = shown(rounded(amount * decimal(draft["RateFC"])))


def settle_rest(draft: Draft) -> None:
    me = draft.by or draft.division.shared.people[0].id
    draft.usual(Owner=me)
    if draft.changes("Owner") and not draft.division.shared.person(str(draft["Owner"])):
        draft.refuse(Kind.BAD_REFERENCE, "Owner")
    chance = draft["Probability"]
    if chance is not None and not 0 <= chance <= 1:
        draft.refuse(Kind.INVALID_VALUE, ("Kans", "Probability"), chance)
    if draft.is_new:
        draft.usual(Number=draft.division.next_number("opportunity"))


def _owner(division: Division, values: Mapping[str, Any]) -> str | None:
    person = division.shared.person(str(values.get("Owner")))
    return person.full_name if person else None


OPPORTUNITIES = Entity(
    path=PATH,
    type="Opportunity",
    fields=tuned(
        FIELDS,
        Account={"refers_to": "crm/Accounts"},
        Contact={"refers_to": "crm/Contacts"},
        Currency={"refers_to": "general/Currencies"},
        LeadSource={"refers_to": "crm/LeadSources"},
        AccountCode={"pad": -18},
        Notes={"filterable": False},
        Name={"longest": 50},
    ),
    scope="Crm opportunities",
    topic="Opportunities",
    answers_full=True,
    joined={
        "AccountCode": ("Account", "Code"),
        "AccountName": ("Account", "Name"),
        "ContactFullName": ("Contact", "FullName"),
        "LeadSourceDescription": ("LeadSource", "Description"),
    },
    computed={
        "OpportunityStageDescription": lambda division, values: stage_of(division, values).get(
            "label"
        ),
        "OpportunityStatus": lambda division, values: stage_of(division, values).get(
            "status", OPEN
        ),
        "OwnerFullName": _owner,
    },
    rules=(settle_stage, settle_amounts, settle_rest),
    title="Name",
    shown={
        "Name": "Naam",
        "AccountName": "Relatie",
        "OpportunityStageDescription": "Fase",
        "AmountFC": "Bedrag",
        "CloseDate": "Sluitdatum",
        "OwnerFullName": "Eigenaar",
        "Notes": "Notities",
    },
)
