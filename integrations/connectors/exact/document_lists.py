"""The lists that documents take their values from."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from integrations.connectors.exact.client import Client
from integrations.connectors.exact.live_lists import LiveList, entries
from integrations.connectors.exact.opportunities import stages
from integrations.connectors.exact.payloads import Payload
from integrations.contract import Choice

# Of Type: others book purchases, banks and cash.
SALES_JOURNAL = 20
DOCUMENT_LAYOUT, EMAIL_LAYOUT = 1, 2


def _is_open(row: Payload) -> bool:
    return not row.get("IsBlocked")


def _layouts(kind: int) -> LiveList:
    return LiveList(
        "salesinvoice/Layouts",
        "ID",
        ("Subject", "Type"),
        label=lambda row: str(row.get("Subject") or "").strip(),
        keeps=lambda row: row.get("Type") == kind,
    )


_LISTS: Mapping[str, LiveList] = {
    "sales_journals": LiveList(
        "financial/Journals",
        "Code",
        ("Code", "Description", "Type", "IsBlocked"),
        keeps=lambda row: row.get("Type") == SALES_JOURNAL,
        is_active=_is_open,
        where=f"Type eq {SALES_JOURNAL}",
    ),
    "lead_sources": LiveList("crm/LeadSources", "ID"),
    "layouts": _layouts(DOCUMENT_LAYOUT),
    "email_layouts": _layouts(EMAIL_LAYOUT),
}


def _read(live: LiveList, client: Client) -> tuple[Choice, ...]:
    return entries(client, live)


DOCUMENT_LISTS: Mapping[str, Callable[[Client], tuple[Choice, ...]]] = MappingProxyType(
    {name: partial(_read, live) for name, live in _LISTS.items()} | {"opportunity_stages": stages}
)
