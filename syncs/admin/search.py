"""Finding a record by what finance staff have at hand: a name, an e-mail, an id or its address."""

import re

from django.db.models import Q, QuerySet
from django.utils.encoding import iri_to_uri

from syncs.models import MatchValue, SyncRecord

# The last number of an address: .../record/0-1/12345 or ...?nameId=58
ID_IN_ADDRESS = re.compile(r"[/=](\d+)(?=[/?#&]|$)")


def search(records: QuerySet[SyncRecord], words: str) -> QuerySet[SyncRecord]:
    """The records that fit: exact for ids, addresses and e-mails, part of a name otherwise."""
    text = words.strip()
    if not text:
        return records
    if text.startswith(("http://", "https://")):
        return _by_id(records, _id_in(text))
    if text.isdigit():
        return records.filter(_has_id(text) | _named(text))
    if "@" in text:
        return records.filter(Q(pk__in=_with_match_value(text)) | _named(text))
    return records.filter(_named(text))


def _id_in(address: str) -> str:
    found: list[str] = ID_IN_ADDRESS.findall(iri_to_uri(address))
    return found[-1] if found else ""


def _by_id(records: QuerySet[SyncRecord], record_id: str) -> QuerySet[SyncRecord]:
    return records.filter(_has_id(record_id)) if record_id else records.none()


def _has_id(record_id: str) -> Q:
    return Q(left_id=record_id) | Q(right_id=record_id)


def _named(text: str) -> Q:
    return Q(left_title__icontains=text) | Q(right_title__icontains=text)


def _with_match_value(text: str) -> QuerySet[MatchValue, int]:
    return MatchValue.objects.filter(value=text.casefold()).values_list("record_id", flat=True)
