"""Opportunities as data, and the list of their stages, which Exact does not tell.

Reference page CRMOpportunities: whether one is open, won or lost follows from its stage. The stages
are a list of the customer's own that no resource has; they are gathered from the opportunities that
there are.
"""

from collections.abc import Iterable
from decimal import Decimal

from integrations.connectors.exact import odata, settings
from integrations.connectors.exact.client import Client
from integrations.connectors.exact.definitions import Definition
from integrations.connectors.exact.document_fields import labelled, marked
from integrations.connectors.exact.fields import (
    FieldSpec,
    chosen,
    code,
    found_by,
    offering,
    read_only,
    referring,
    required,
    text,
    times,
    typed,
)
from integrations.connectors.exact.modified_feed import BEGINNING, MODIFIED, ModifiedFeed
from integrations.connectors.exact.money import number
from integrations.connectors.exact.opportunity_writes import OpportunityWriter
from integrations.connectors.exact.payloads import Payload
from integrations.contract import Choice, Field, FieldType, ObjectType, Value

RESOURCE = "crm/Opportunities"
STATUSES = labelled(_1="Open", _2="Won", _3="Lost")
_STAGE = ("OpportunityStage", "OpportunityStageDescription", "OpportunityStatus")
# The newest ones tell the stages in use; all of a long history would cost a page per sixty.
_MOST_ASKED = 1200
_HUNDRED = Decimal(100)


def probability(row: Payload) -> Value:
    """As a fraction, whichever way this company's are kept."""
    found = number(row.get("Probability"))
    return found / _HUNDRED if found is not None and found > 1 else found


def stages(client: Client) -> tuple[Choice, ...]:
    """The stages in use, the open ones first; those of several descriptions by the newest."""
    since = f"{MODIFIED} ge {odata.moment(BEGINNING)}"
    rows = client.every(RESOURCE, _STAGE, since, f"{MODIFIED} desc")
    return _gathered(row for row, _ in zip(rows, range(_MOST_ASKED), strict=False))


def _gathered(rows: Iterable[Payload]) -> tuple[Choice, ...]:
    found: dict[str, Payload] = {}
    for row in rows:
        if row.get("OpportunityStage"):
            found.setdefault(str(row["OpportunityStage"]).lower(), row)
    ordered = sorted(found.items(), key=lambda item: _place(item[1]))
    return tuple(Choice(stage, _label(stage, row)) for stage, row in ordered)


def _place(row: Payload) -> tuple[int, str]:
    return int(row.get("OpportunityStatus") or 0), str(row.get("OpportunityStageDescription") or "")


def _label(stage: str, row: Payload) -> str:
    return str(row.get("OpportunityStageDescription") or "").strip() or stage


def _chance() -> FieldSpec:
    field = Field("Probability", "Probability", FieldType.NUMBER)
    return FieldSpec(field, ("Probability",), read=probability, words=("Kans",))


OPPORTUNITY = Definition(
    type=ObjectType(
        "opportunity",
        "Opportunity",
        "Opportunities",
        write_batch=settings.WRITE_BATCH,
        read_batch=settings.READ_BATCH,
        find_by=frozenset({"Name"}),
    ),
    resource=RESOURCE,
    title=("Name", "Number"),
    screen="/docs/CRMOpportunity.aspx?ID={id}",
    feed=ModifiedFeed,
    writer=OpportunityWriter,
    specs=(
        required(found_by(text("Name", "Name", 50, "Naam"))),
        referring("Account", "Account", "account", "Relatie", "Account"),
        referring("Contact", "Contact", "contact", "Contactpersoon", "Contact"),
        chosen("OpportunityStage", "Stage", "opportunity_stages", "Fase", "Stage"),
        typed("AmountFC", "Amount", FieldType.MONEY, "Bedrag"),
        code("Currency", "Currency", 3, "Valuta"),
        typed("CloseDate", "Close date", FieldType.DATE, "Sluitdatum"),
        _chance(),
        chosen("Owner", "Owner", "users", "Eigenaar"),
        chosen("LeadSource", "Lead source", "lead_sources", "Leadbron"),
        typed("ActionDate", "Date of the next action", FieldType.DATE, "Actiedatum"),
        text("NextAction", "Next action", 100, "Volgende actie"),
        marked(text("Notes", "Notes", None, "Notities")),
        read_only(offering(STATUSES, "OpportunityStatus", "Status")),
        read_only(code("Number", "Number")),
        *times(),
    ),
)
