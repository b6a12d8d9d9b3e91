"""Deals: the fields that are made of associated records, or of two properties at once.

HubSpot's deals, pipelines and associations guides. A stage is an id of one pipeline; who reads a
record or picks stages needs both.
"""

from collections.abc import Mapping

from integrations.connectors.hubspot.objects import COMPANY, CONTACT, PRODUCT
from integrations.contract import Field, FieldType

LINE_ITEMS = "line_items"
COMPANY_FIELD = "company"
CONTACT_FIELD = "contact"
PIPELINE_STAGE = "pipeline_stage"
DEAL_STAGES = "deal_stages"
PIPELINE, STAGE = "pipeline", "dealstage"
# The type of a deal's association with its primary company (associations guide).
PRIMARY = 5


def _read_only(name: str, label: str, type_: FieldType, references: str = "") -> Field:
    return Field(name, label, type_, creatable=False, updatable=False, references=references)


BESIDE = (
    _read_only(LINE_ITEMS, "Line items", FieldType.LINES, PRODUCT.name),
    _read_only(COMPANY_FIELD, "Primary company", FieldType.REFERENCE, COMPANY.name),
    _read_only(CONTACT_FIELD, "First contact", FieldType.REFERENCE, CONTACT.name),
    Field(
        PIPELINE_STAGE,
        "Pipeline and stage",
        FieldType.CHOICE,
        creatable=False,
        updatable=False,
        choice_list=DEAL_STAGES,
    ),
)


def stage_value(pipeline: str, stage: str) -> str:
    """How a stage is named among those of all pipelines."""
    return f"{pipeline}/{stage}"


def pipeline_stage(properties: Mapping[str, str | None]) -> str | None:
    pipeline, stage = properties.get(PIPELINE), properties.get(STAGE)
    return stage_value(pipeline, stage) if pipeline and stage else None
