"""What records tell of their own associations: contacts their company, deals a few counts.

The counts of a deal are in no guide; every account's list of deal properties shows them. They are
worked out by HubSpot, so that a deal is changed by what is put on it or taken off.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from integrations.sandbox.hubspot.crm import Crm, Values, tell_properties

# The object types whose records tell of associations, with those at the other end.
TOLD: Mapping[str, frozenset[str]] = {
    "contacts": frozenset({"companies"}),
    "deals": frozenset({"companies", "contacts", "line_items"}),
}
# Never taken over from another record.
TOLD_NAMES = (
    "associatedcompanyid",
    "hs_primary_associated_company",
    "num_associated_contacts",
    "hs_num_of_associated_line_items",
)

End = tuple[str, int]


def ends_of(name: str, from_id: int, to_type: str, to_id: int) -> list[End]:
    """Those of a pair that tell of each other."""
    ends = ((name, from_id, to_type), (to_type, to_id, name))
    return [(near, record_id) for near, record_id, far in ends if far in TOLD.get(near, ())]


def follow_links(crm: Crm, ends: Iterable[End], source: str) -> None:
    """Bring up to date what these records tell of their associations, which changes them."""
    if crm.telling is not None:
        crm.telling |= dict.fromkeys(ends)
        return
    for name, record_id in ends:
        store = crm.stores[name]
        record = store.find(record_id)
        if record is None:
            continue
        changed = store.change(record, links_told(crm, name, record_id))
        tell_properties(crm, store, record, changed, source)


@contextmanager
def told_once(crm: Crm, source: str) -> Iterator[None]:
    """A merge moves associations at one stroke: who tells the same afterwards did not change."""
    crm.telling = {}
    try:
        yield
    finally:
        ends, crm.telling = list(crm.telling), None
        follow_links(crm, ends, source)


def links_told(crm: Crm, name: str, record_id: int) -> Values:
    company = crm.links.primary(name, record_id)
    primary = "" if company is None else str(company)
    if name == "contacts":
        return {"associatedcompanyid": primary}
    return {
        "hs_primary_associated_company": primary,
        "num_associated_contacts": str(len(crm.links.of(name, "contacts", record_id))),
        "hs_num_of_associated_line_items": str(len(crm.links.of(name, "line_items", record_id))),
    }
