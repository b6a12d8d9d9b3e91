"""What stands beside deals and documents: lines, customer, company; for a whole page at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from integrations.connectors.hubspot.associations import Associations
from integrations.connectors.hubspot.client import Client
from integrations.connectors.hubspot.deals import COMPANY_FIELD, LINE_ITEMS, PRIMARY
from integrations.connectors.hubspot.documents import (
    ADJUSTMENTS,
    COMPUTED,
    CUSTOMER,
    DEAL_FIELD,
    LINES,
)
from integrations.connectors.hubspot.kinds import Kind
from integrations.connectors.hubspot.lines import PROPERTIES, line_of, position_of
from integrations.connectors.hubspot.objects import (
    COMPANY,
    CONTACT,
    DEAL,
    DISCOUNT,
    FEE,
    INVOICE,
    LINE_ITEM,
    TAX,
)
from integrations.connectors.hubspot.records import Decoder, Payload
from integrations.contract import Line, Record, Value, Values

# Of a discount, fee or tax of a whole invoice (HubSpot's discounts, fees and taxes guides).
_PART_PROPERTIES = ("hs_label", "hs_type", "hs_value")


class Relations:
    """Reads what the fields of a decoder need of associated records."""

    def __init__(self, client: Client, decoder: Decoder) -> None:
        self._client = client
        self._kind = decoder.kind
        self._decoder = decoder
        self._associations = Associations(client)
        self._names = [name for name in decoder.beside if name not in COMPUTED]

    @property
    def is_needed(self) -> bool:
        return bool(self._names)

    def records(self, payloads: Sequence[Payload]) -> list[Record]:
        beside = self._beside([payload.id for payload in payloads if not payload.archived])
        return [
            self._decoder.record(payload, beside=beside.get(payload.id)) for payload in payloads
        ]

    def _beside(self, ids: Sequence[str]) -> Mapping[str, Values]:
        """The values by record; archived ones have lost their associations."""
        values: dict[str, dict[str, Value]] = {id_: {} for id_ in ids}
        if not ids:
            return values
        readers: Mapping[str, Callable[[Sequence[str]], Mapping[str, Value]]] = {
            LINES: self._lines if self._kind is INVOICE else self._invoices,
            LINE_ITEMS: self._lines,
            COMPANY_FIELD: lambda ids: self._first(COMPANY, ids, PRIMARY),
            CUSTOMER: lambda ids: self._first(CONTACT, ids),
            DEAL_FIELD: lambda ids: self._first(DEAL, ids),
            ADJUSTMENTS: self._adjustments,
        }
        for name in self._names:
            for id_, value in readers[name](ids).items():
                values[id_][name] = value
        return values

    def _first(self, other: Kind, ids: Sequence[str], first: int = 0) -> Mapping[str, Value]:
        found = self._associations.of(self._kind, other, ids, first)
        return {id_: others[0] for id_, others in found.items() if others}

    def _invoices(self, ids: Sequence[str]) -> Mapping[str, Value]:
        """The invoices that each payment is for; how much goes where HubSpot does not tell."""
        found = self._associations.of(self._kind, INVOICE, ids)
        return {
            id_: tuple(Line(reference=invoice) for invoice in sorted(invoices, key=int))
            for id_, invoices in found.items()
        }

    def _lines(self, ids: Sequence[str]) -> Mapping[str, Value]:
        held = line_items_of(self._client, self._associations, self._kind, ids)
        return {id_: tuple(map(line_of, items)) or None for id_, items in held.items()}

    def _adjustments(self, ids: Sequence[str]) -> Mapping[str, Value]:
        """What was taken off or put on the whole invoice, in words: "Discount: Spring -10.00"."""
        spoken: dict[str, list[str]] = {}
        for other, sign in ((DISCOUNT, "-"), (FEE, ""), (TAX, "")):
            found = self._associations.of(self._kind, other, ids)
            parts = self._client.batch_read(other, _all(found.values()), _PART_PROPERTIES)
            by_id = {part.id: part for part in parts}
            for id_, others in found.items():
                words = [_words(other, sign, by_id[part]) for part in others if part in by_id]
                spoken.setdefault(id_, []).extend(words)
        return {id_: "; ".join(words) or None for id_, words in spoken.items()}


def line_items_of(
    client: Client, associations: Associations, kind: Kind, ids: Iterable[str]
) -> dict[str, list[Payload]]:
    """The line items of invoices or deals in their order."""
    found = associations.of(kind, LINE_ITEM, ids)
    items = client.batch_read(LINE_ITEM, _all(found.values()), PROPERTIES)
    by_id = {item.id: item for item in items}
    return {
        id_: sorted((by_id[item] for item in mine if item in by_id), key=position_of)
        for id_, mine in found.items()
    }


# A webhook's hint of a line item, as the id of an invoice or deal still to be found.
LINE_HINT = "line_item:"


def without_line_items(client: Client, kind: Kind, ids: Sequence[str]) -> list[str]:
    """The ids with every line item that is among them replaced by what it belongs to.

    Those that belong to something of another kind are left out.
    """
    items = [id_.removeprefix(LINE_HINT) for id_ in ids if id_.startswith(LINE_HINT)]
    if not items:
        return list(ids)
    found = Associations(client).of(LINE_ITEM, kind, items)
    owners = _all(found.values())
    return list(dict.fromkeys([*(id_ for id_ in ids if not id_.startswith(LINE_HINT)), *owners]))


def _all(lists: Iterable[Sequence[str]]) -> list[str]:
    return [id_ for ids in lists for id_ in ids]


def _words(kind: Kind, sign: str, part: Payload) -> str:
    get = part.properties.get
    unit = "%" if get("hs_type") == "PERCENT" else ""
    return f"{kind.label}: {get('hs_label') or ''} {sign}{get('hs_value') or ''}{unit}"
