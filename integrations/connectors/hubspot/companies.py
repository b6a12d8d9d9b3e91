"""The primary companies of contacts, read a hundred at a time and kept for a while."""

from collections.abc import Mapping, Sequence

from integrations.connectors.hubspot.client import Client
from integrations.connectors.hubspot.objects import COMPANY
from integrations.connectors.hubspot.records import Decoder, Payload

# About 20 MB; a full read of more companies reads some of them again.
KEPT = 20_000

type Properties = Mapping[str, str | None]


class Companies:
    """Properties of companies by id; only as fresh as the feed that refreshes it."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._kept: dict[str, Properties] = {}
        self._columns: frozenset[str] = frozenset()

    def properties(self, decoder: Decoder) -> list[str]:
        """What to ask of a company; forgets what was kept when that is more than before."""
        wanted = frozenset(decoder.company_properties)
        if not wanted <= self._columns:
            self._kept.clear()
            self._columns = wanted
        return [*decoder.company_properties, COMPANY.modified]

    def of(self, contacts: Sequence[Payload], decoder: Decoder) -> Mapping[str, Properties]:
        """The companies of these contacts; a company that does not exist is empty."""
        properties = self.properties(decoder)
        ids = {decoder.company_id(contact) for contact in contacts} - {""}
        if len(self._kept) + len(ids) > KEPT:
            self._kept.clear()
        missing = sorted(ids - self._kept.keys())
        if missing:
            self._fetch(missing, properties)
        return {id_: self._kept.get(id_, {}) for id_ in ids}

    def _fetch(self, ids: Sequence[str], properties: Sequence[str]) -> None:
        for payload in self._client.batch_read(COMPANY, ids, properties):
            self._kept[payload.id] = payload.properties

    def changed(self, payloads: Sequence[Payload], *, is_whole: bool) -> None:
        """Take over what a search showed, or forget it when it showed too little."""
        for payload in payloads:
            if is_whole and payload.id in self._kept:
                self._kept[payload.id] = payload.properties
            else:
                self._kept.pop(payload.id, None)
