"""Associations between records: their types, both directions, labels and the one primary.

Type ids: hubspot-api-python hubspot/crm/association_type.py and the associations guide.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

HUBSPOT_DEFINED = "HUBSPOT_DEFINED"
USER_DEFINED = "USER_DEFINED"


@dataclass(frozen=True)
class LinkType:
    """One direction of a kind of association; `reverse` is the id of the other direction."""

    from_type: str
    to_type: str
    type_id: int
    reverse: int
    label: str | None = None
    category: str = HUBSPOT_DEFINED

    def as_json(self) -> dict[str, Any]:
        return {"category": self.category, "typeId": self.type_id, "label": self.label}


@dataclass(frozen=True)
class WantedLink:
    """An association that a create asks for, checked."""

    to_type: str
    to_id: int
    kinds: tuple[LinkType, ...]


def _both(
    from_type: str, to_type: str, forth: int, back: int, label: str | None = None
) -> tuple[LinkType, LinkType]:
    return (
        LinkType(from_type, to_type, forth, back, label),
        LinkType(to_type, from_type, back, forth, label),
    )


BUILT_IN: tuple[LinkType, ...] = (
    *_both("contacts", "companies", 279, 280),
    *_both("contacts", "companies", 1, 2, "Primary"),
    *_both("deals", "contacts", 3, 4),
    *_both("deals", "companies", 341, 342),
    *_both("deals", "companies", 5, 6, "Primary"),
    *_both("deals", "line_items", 19, 20),
    *_both("deals", "quotes", 63, 64),
    *_both("deals", "invoices", 176, 175),
    *_both("deals", "commerce_payments", 392, 391),
    *_both("deals", "notes", 213, 214),
    *_both("contacts", "notes", 201, 202),
    *_both("companies", "notes", 189, 190),
    *_both("invoices", "contacts", 177, 178),
    *_both("invoices", "companies", 179, 180),
    *_both("invoices", "line_items", 409, 410),
    *_both("invoices", "commerce_payments", 541, 542),
    *_both("invoices", "quotes", 407, 408),
    *_both("invoices", "discounts", 411, 412),
    *_both("invoices", "fees", 413, 414),
    *_both("invoices", "taxes", 415, 416),
    *_both("commerce_payments", "contacts", 387, 388),
    *_both("commerce_payments", "companies", 389, 390),
    *_both("commerce_payments", "line_items", 395, 396),
    *_both("commerce_payments", "quotes", 397, 398),
    *_both("quotes", "line_items", 67, 68),
    *_both("quotes", "contacts", 69, 70),
    *_both("quotes", "companies", 71, 72),
)
# Own types always have a label: the unlabelled one of a pair of object types never changes.
PLAIN = {(kind.from_type, kind.to_type): kind for kind in BUILT_IN if kind.label is None}
# Of these a record has at most one: a company that is primary, from the side named first.
PRIMARY_IDS = frozenset({1, 5})
FIRST_OWN_ID = 1001

Pair = tuple[str, str]


class LinkStore:
    """Which records are associated, and how; every association is kept from both sides."""

    def __init__(self) -> None:
        self.types: dict[int, LinkType] = {kind.type_id: kind for kind in BUILT_IN}
        self._links: defaultdict[Pair, dict[int, dict[int, tuple[int, ...]]]] = defaultdict(dict)
        self._next_own_id = FIRST_OWN_ID

    def types_between(self, from_type: str, to_type: str) -> list[LinkType]:
        pair = (from_type, to_type)
        return [kind for kind in self.types.values() if (kind.from_type, kind.to_type) == pair]

    def plain(self, from_type: str, to_type: str) -> LinkType | None:
        """The unlabelled type of a pair of object types."""
        return PLAIN.get((from_type, to_type))

    def of(self, from_type: str, to_type: str, from_id: int) -> dict[int, tuple[int, ...]]:
        """The other side's ids with the type ids of each, in the order of association."""
        return self._links[from_type, to_type].get(from_id, {})

    def primary(self, from_type: str, from_id: int, to_type: str = "companies") -> int | None:
        for to_id, type_ids in self.of(from_type, to_type, from_id).items():
            if not PRIMARY_IDS.isdisjoint(type_ids):
                return to_id
        return None

    def put(self, from_type: str, from_id: int, to_id: int, kinds: Iterable[LinkType]) -> bool:
        """Set the labels of a pair to these (the plain type comes along); False: nothing new."""
        wanted = {kind.type_id: kind for kind in kinds}
        to_type = next(iter(wanted.values())).to_type
        plain = self.plain(from_type, to_type)
        if plain is not None:
            wanted[plain.type_id] = plain
        type_ids = tuple(sorted(wanted))
        if self.of(from_type, to_type, from_id).get(to_id) == type_ids:
            return False
        self._demote_others(list(wanted.values()), from_id, to_id)
        self._set(from_type, to_type, from_id, to_id, type_ids)
        reverse = tuple(sorted(kind.reverse for kind in wanted.values()))
        self._set(to_type, from_type, to_id, from_id, reverse)
        return True

    def load(
        self, from_type: str, to_type: str, pairs: Iterable[tuple[int, int]], kinds: list[LinkType]
    ) -> None:
        """Associate many pairs at once."""
        type_ids = tuple(sorted(kind.type_id for kind in kinds))
        reverse = tuple(sorted(kind.reverse for kind in kinds))
        for from_id, to_id in pairs:
            self._set(from_type, to_type, from_id, to_id, type_ids)
            self._set(to_type, from_type, to_id, from_id, reverse)

    def remove(self, from_type: str, to_type: str, from_id: int, to_id: int) -> bool:
        """Remove every label of a pair; False when there was none."""
        if to_id not in self.of(from_type, to_type, from_id):
            return False
        self._drop(from_type, to_type, from_id, to_id)
        self._drop(to_type, from_type, to_id, from_id)
        return True

    def remove_labels(self, from_type: str, from_id: int, to_id: int, gone: list[LinkType]) -> bool:
        """Remove some labels of a pair; without any left the pair is no longer associated."""
        to_type = gone[0].to_type
        held = self.of(from_type, to_type, from_id).get(to_id)
        if held is None:
            return False
        left = [self.types[i] for i in held if i not in {kind.type_id for kind in gone}]
        if not left:
            return self.remove(from_type, to_type, from_id, to_id)
        self._set(from_type, to_type, from_id, to_id, tuple(kind.type_id for kind in left))
        self._set(to_type, from_type, to_id, from_id, tuple(kind.reverse for kind in left))
        return len(left) != len(held)

    def all_of(self, object_type: str, record_id: int) -> list[tuple[str, int]]:
        """Every record associated with one, of any type."""
        found: list[tuple[str, int]] = []
        for (from_type, to_type), by_id in self._links.items():
            if from_type == object_type and record_id in by_id:
                found.extend((to_type, other) for other in by_id[record_id])
        return found

    def add_label(self, from_type: str, to_type: str, label: str, inverse: str) -> list[LinkType]:
        """Define an own label for both directions."""
        forth, back = self._next_own_id, self._next_own_id + 1
        self._next_own_id += 2
        made = [
            LinkType(from_type, to_type, forth, back, label, USER_DEFINED),
            LinkType(to_type, from_type, back, forth, inverse, USER_DEFINED),
        ]
        self.types |= {kind.type_id: kind for kind in made}
        return made

    def _demote_others(self, kinds: list[LinkType], from_id: int, to_id: int) -> None:
        """A new primary takes the label from the old one, from whichever side it is set."""
        for kind in kinds:
            if kind.type_id in PRIMARY_IDS:
                self._demote(kind, from_id, to_id)
            elif kind.reverse in PRIMARY_IDS:
                self._demote(self.types[kind.reverse], to_id, from_id)

    def _demote(self, kind: LinkType, holder: int, keep: int) -> None:
        held = self.of(kind.from_type, kind.to_type, holder)
        old = [to for to, ids in held.items() if kind.type_id in ids and to != keep]
        for other in old:
            self.remove_labels(kind.from_type, holder, other, [kind])

    def _set(
        self, from_type: str, to_type: str, from_id: int, to_id: int, type_ids: tuple[int, ...]
    ) -> None:
        self._links[from_type, to_type].setdefault(from_id, {})[to_id] = type_ids

    def _drop(self, from_type: str, to_type: str, from_id: int, to_id: int) -> None:
        by_id = self._links[from_type, to_type]
        del by_id[from_id][to_id]
        if not by_id[from_id]:
            del by_id[from_id]

    def snapshot(self) -> dict[str, Any]:
        links = [
            [from_type, to_type, from_id, [[to, list(ids)] for to, ids in held.items()]]
            for (from_type, to_type), by_id in self._links.items()
            for from_id, held in by_id.items()
        ]
        own = [asdict(kind) for kind in self.types.values() if kind.category == USER_DEFINED]
        return {"links": links, "own_types": own, "next_own_id": self._next_own_id}

    @classmethod
    def from_snapshot(cls, state: Mapping[str, Any]) -> LinkStore:
        store = cls()
        store._next_own_id = state["next_own_id"]
        store.types |= {row["type_id"]: LinkType(**row) for row in state["own_types"]}
        for from_type, to_type, from_id, held in state["links"]:
            store._links[from_type, to_type][from_id] = {to: tuple(ids) for to, ids in held}
        return store
