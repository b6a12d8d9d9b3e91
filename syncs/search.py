"""Finding a record by what finance staff have at hand: a name, an e-mail, an id or its address."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.db.models import Q, QuerySet
from django.utils.encoding import iri_to_uri

from accounts.tenancy import all_tenants
from syncs import indexes, sides
from syncs.engine.terms import Side
from syncs.models import MatchValue, Sync, SyncRecord
from syncs.recipes import RECIPES

# Addresses as people copy them, and the side on which the provider stands that has such pages:
# .../record/0-1/12345?engagement=7 and ...?nameId=58&tab=2
OF_ADDRESSES = (
    (re.compile(r"/record/\d+-\d+/(\d+)(?=[/?#]|$)"), (Side.LEFT,)),
    (re.compile(r"[?&](?:nameid|txnid)=(\d+)(?=[&#]|$)"), (Side.RIGHT,)),
)
# Of any other address the last number of its path: .../contacts/7/deal/12345/
ID_IN_PATH = re.compile(r"/(\d+)(?=[/?#]|$)")
# Some providers' ids, wherever in an address: ...?_Division_=1&ID=8f1c0c7e-...
GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Rarer names are looked up on their own; the list then has no row to walk past.
RARE = 500


def search(records: QuerySet[SyncRecord], words: str) -> QuerySet[SyncRecord]:
    """The records that fit: exact for ids, addresses and e-mails, part of a name otherwise."""
    return records.filter(matching(words))


def matching(words: str) -> Q:
    """What `search` looks for, as a condition; made within the tenants' scope."""
    text = words.strip()
    if not text:
        return Q()
    if text.startswith(("http://", "https://")):
        return Q(pk__in=_with_id(*_id_in(text)))
    found = _named(text)
    if text.isdigit() or GUID.fullmatch(text.lower()):
        found |= Q(pk__in=_with_id(text.lower()))
    elif "@" in text:
        found |= Q(pk__in=_with_match_value(text))
    return found


def _id_in(address: str) -> tuple[str, Sequence[Side]]:
    """The record's id in an address, and the sides it can be of."""
    told = iri_to_uri(address).lower()
    for shape, of_sides in OF_ADDRESSES:
        found = shape.search(told)
        if found is not None:
            return found[1], of_sides
    ids: list[str] = GUID.findall(told) or ID_IN_PATH.findall(urlsplit(told).path)
    return (ids[-1] if ids else ""), tuple(Side)


def _with_id(record_id: str, of_sides: Sequence[Side] = tuple(Side)) -> list[int]:
    """Looked up sync by sync, which is how ids are indexed."""
    if not record_id:
        return []
    syncs = Sync.objects.values("pk")
    with all_tenants("the rows of these syncs are of their tenants"):
        rows = SyncRecord.objects.filter(sync__in=syncs)
        return [
            pk
            for side in of_sides
            for pk in rows.filter(sides.with_ids(side, [record_id])).values_list("pk", flat=True)
        ]


def _with_match_value(text: str) -> list[int]:
    rules = {rule.name for recipe in RECIPES.values() for rule in recipe.match_rules}
    syncs = Sync.objects.values("pk")
    with all_tenants("the rows of these syncs are of their tenants"):
        found = MatchValue.objects.filter(sync__in=syncs, rule__in=rules, value=text.casefold())
        return list(found.values_list("record_id", flat=True)[: RARE + 1])


def _named(text: str) -> Q:
    """Those of a rare name by their keys; a common name soon fills a page by itself."""
    if len(text) < indexes.GROUP:
        # Within one tenant the database would walk that tenant's rows instead of the index.
        with all_tenants("keys only narrow what the scope lets through"):
            return _by_key(indexes.named(text))
    return _by_key(indexes.named(text))


def _by_key(named: Q) -> Q:
    found = SyncRecord.objects.filter(named).order_by()
    keys = list(found.values_list("pk", flat=True)[: RARE + 1])
    return Q(pk__in=keys) if len(keys) <= RARE else named
