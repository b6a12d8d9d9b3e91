"""Many deals at once, without checks and webhooks, for data sets and measurements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrations.sandbox.hubspot.crm import Crm, Values
from integrations.sandbox.hubspot.deal_rules import entered, settled
from integrations.sandbox.hubspot.links import LinkType
from integrations.sandbox.hubspot.told_links import links_told
from integrations.sandbox.hubspot.totals import line_results

if TYPE_CHECKING:
    from integrations.sandbox.hubspot.desk import Desk

PRIMARY_COMPANY = 5


@dataclass(frozen=True, slots=True)
class DealRow:
    """One deal to load: property texts, and the ids of records that are there already.

    `company` becomes its primary one. `createdate` and `hs_lastmodifieddate` may be given and hold
    for its lines too.
    """

    properties: Mapping[str, str]
    lines: Sequence[Mapping[str, str]] = ()
    contact: str = ""
    company: str = ""


def load_deals(desk: Desk, rows: Iterable[DealRow]) -> list[str]:
    crm, kept = desk.crm, list(rows)
    deals = [_deal(crm, row) for row in kept]
    ids = desk.load("deals", deals)
    lines = [
        [_line(crm, line, deal) for line in row.lines]
        for row, deal in zip(kept, deals, strict=True)
    ]
    made = iter(desk.load("line_items", (line for mine in lines for line in mine)))
    pairs = [(deal, next(made)) for deal, mine in zip(ids, lines, strict=True) for _ in mine]
    _load_links(crm, "line_items", pairs)
    for name in ("contact", "company"):
        found = zip(ids, (getattr(row, name) for row in kept), strict=True)
        _load_links(crm, crm.names[name], [pair for pair in found if pair[1]])
    _tell_links(crm, ids)
    return ids


def _deal(crm: Crm, row: DealRow) -> Values:
    usual = {
        "pipeline": crm.pipelines["deals"][0]["id"],
        "deal_currency_code": crm.account.currency,
        "hs_object_source": "CRM_UI",
    }
    return settled(crm, usual | entered(crm) | dict(row.properties))


def _line(crm: Crm, line: Mapping[str, str], deal: Values) -> Values:
    code = deal["deal_currency_code"]
    dates = {name: deal[name] for name in ("createdate", "hs_lastmodifieddate") if name in deal}
    values = {"quantity": "1", "hs_object_source": "CRM_UI"} | dates | dict(line)
    rate = crm.tax_rates.get(values.get("hs_tax_rate_group_id", ""))
    return values | line_results(values, code, rate)


def _load_links(crm: Crm, name: str, pairs: Iterable[tuple[str, str]]) -> None:
    plain = crm.links.plain("deals", name)
    kinds: list[LinkType] = [] if plain is None else [plain]
    if name == "companies":
        kinds.append(crm.links.types[PRIMARY_COMPANY])
    crm.links.load("deals", name, [(int(deal), int(other)) for deal, other in pairs], kinds)


def _tell_links(crm: Crm, ids: Iterable[str]) -> None:
    """What deals tell of their associations, as of the moment they were loaded."""
    records = crm.stores["deals"].records
    for deal in ids:
        record = records[int(deal)]
        told = links_told(crm, "deals", record.id)
        record.values.update({name: value for name, value in told.items() if value})
        record.rendered_for = None
