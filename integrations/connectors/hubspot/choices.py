"""HubSpot's live lists besides the options of its properties."""

from collections.abc import Callable, Mapping, Sequence

from integrations.connectors.hubspot.client import Client, Owner
from integrations.connectors.hubspot.deals import DEAL_STAGES, stage_value
from integrations.connectors.hubspot.objects import DEAL
from integrations.connectors.hubspot.properties import OWNERS
from integrations.contract import Choice


def owners(client: Client) -> Sequence[Choice]:
    """Those who have left come last: older records still belong to them."""
    return [
        _owner_choice(owner)
        for archived in (False, True)
        for owner in client.owners(archived=archived)
    ]


def _owner_choice(owner: Owner) -> Choice:
    name = f"{owner.first_name or ''} {owner.last_name or ''}".strip()
    return Choice(owner.id, name or owner.email or owner.id, active=not owner.archived)


def deal_stages(client: Client) -> Sequence[Choice]:
    """The stages of all pipelines (HubSpot's pipelines guide)."""
    return [
        Choice(
            stage_value(pipeline.id, stage.id),
            f"{pipeline.label or pipeline.id}: {stage.label or stage.id}",
            active=not (pipeline.archived or stage.archived),
        )
        for pipeline in client.pipelines(DEAL)
        for stage in pipeline.stages
    ]


def tax_rates(client: Client) -> Sequence[Choice]:
    """The account's tax library, which is made in its settings only (HubSpot's tax rates API)."""
    return [
        Choice(rate.id, rate.label or rate.name or rate.id, rate.active, rate.percentage_rate)
        for rate in client.tax_rates()
    ]


def currencies(client: Client) -> Sequence[Choice]:
    """The codes that the account uses, its company currency first (account information API)."""
    details = client.details()
    codes = [details.get("companyCurrency"), *(details.get("additionalCurrencies") or ())]
    return [Choice(code, code) for code in dict.fromkeys(str(code) for code in codes if code)]


LISTS: Mapping[str, Callable[[Client], Sequence[Choice]]] = {
    OWNERS: owners,
    DEAL_STAGES: deal_stages,
    "tax_rates": tax_rates,
    "currencies": currencies,
}
