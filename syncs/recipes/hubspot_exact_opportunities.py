"""HubSpot and Exact Online: deals become sales opportunities and stay up to date there."""

from django.utils.translation import gettext_lazy as _

from syncs.engine.terms import Direction, Side, Transform, TransformKind
from syncs.recipes.hubspot_exact import (
    COMPANIES,
    EXACT,
    HUBSPOT,
    RIGHT_ONLY,
    STAGES,
    owner,
    owners_table,
    reference,
)
from syncs.recipes.hubspot_exact_documents import CUSTOMER, ENTRIES, INVOICES, OPPORTUNITIES
from syncs.recipes.terms import DefaultMapping, End, Recipe, Setting, SettingKind, Worth

_SHORTEN = Transform(TransformKind.TRUNCATE)
_BY_TABLE = Transform(TransformKind.CHOICE_TABLE)


def _out(
    key: str,
    left: str,
    right: str,
    transform: Transform | None = None,
    *,
    enabled: bool = True,
) -> DefaultMapping:
    made = transform or Transform()
    return DefaultMapping(key, (left,), (right,), Direction.TO_RIGHT, made, enabled=enabled)


_OPPORTUNITIES = Recipe(
    code=OPPORTUNITIES,
    label=_("Sales opportunities of deals"),
    description=_(
        "Deals in the chosen stages become sales opportunities in Exact, and stay up to date "
        "there with their stage, amount, close date, owner and probability."
    ),
    left=End(HUBSPOT, "deal"),
    right=End(EXACT, "opportunity"),
    mappings=(
        _out("name", "dealname", "Name", _SHORTEN),
        DefaultMapping(
            "account", CUSTOMER, ("Account",), Direction.TO_RIGHT, reference(), locked=True
        ),
        DefaultMapping(
            "stage",
            ("pipeline_stage",),
            ("OpportunityStage",),
            Direction.TO_RIGHT,
            _BY_TABLE,
            locked=True,
            table=STAGES,
        ),
        _out("amount", "amount", "AmountFC"),
        _out("currency", "deal_currency_code", "Currency"),
        _out("close_date", "closedate", "CloseDate"),
        _out("probability", "hs_deal_stage_probability", "Probability"),
        owner("owner", "Owner"),
        _out("next_action", "hs_next_step", "NextAction", _SHORTEN, enabled=False),
        _out("notes", "description", "Notes", enabled=False),
    ),
    match_rules=(),
    settings=(
        Setting(
            name=STAGES,
            label=_("Stages of deals and of opportunities"),
            help=_(
                "Deals in the stages that you give a stage in Exact become opportunities; the "
                "others stay out. Exact names only stages that an opportunity has."
            ),
            side=Side.RIGHT,
            choice_list="opportunity_stages",
            other_list="deal_stages",
            kind=SettingKind.TABLE,
            filters="pipeline_stage",
        ),
        owners_table(_("Who owns the opportunity in Exact, for each owner in HubSpot.")),
    ),
    directions=(Direction.TO_RIGHT,),
    needs=(COMPANIES,),
    worth={
        Side.LEFT: Worth("amount", "deal_currency_code"),
        Side.RIGHT: Worth("AmountFC", "Currency"),
    },
    creates=RIGHT_ONLY,
    excludes=(INVOICES, ENTRIES),
)

RECIPES = (_OPPORTUNITIES,)
