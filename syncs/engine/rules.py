"""Mappings made ready for many records of one sync."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from integrations.contract import Value
from syncs.engine.lines import agree, weigh_the_same
from syncs.engine.terms import FieldMapping, Mode, Side, SideView, SyncSpec, TransformKind
from syncs.engine.transforms import transformer
from syncs.engine.values import OWNER_MARK, digest, same
from syncs.engine.ways import Lead, Transformer, leads_of, names

type Comparison = Callable[[Value, Value], bool]


@dataclass(frozen=True, slots=True)
class Outlet:
    """Where a mapping writes on one side, and how the value is made."""

    field: str
    make: Transformer


class Watched(NamedTuple):
    """A field of a mapping, and the name under which the base of this mapping alone may stand."""

    field: str
    own: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A mapping made ready for many records of one sync."""

    mapping: FieldMapping
    left: tuple[Watched, ...]
    right: tuple[Watched, ...]
    # Where the mapping and the sync let values flow, for a create and for an update.
    creates: Mapping[Side, Outlet]
    updates: Mapping[Side, Outlet]
    # Copied between fields of one type: equal values agree, whatever the bases are.
    is_plain: bool = False
    # A fingerprint of how values are made, and under which name the left base keeps it.
    print: str = ""
    print_name: str = ""
    # Where references and lines lead, by the left field that they are read from or written to.
    leads: Mapping[str, Lead] = field(default_factory=dict)
    # The side that the values belong to; None: to both.
    owner: Side | None = None
    # Whether a value made for a side and the one that it holds say the same.
    agree: Comparison = same
    # Whether a value is what it was, as far as the other side may not change it.
    is_unhurt: Comparison = same
    # The side whose values something was made of, once for ever.
    kept: Side | None = None

    @property
    def key(self) -> str:
        return self.mapping.key

    def watched(self, side: Side) -> tuple[Watched, ...]:
        return self.left if side is Side.LEFT else self.right

    def is_remade(self, left: SideView) -> bool:
        """Whether the record last agreed when the mapping made its values in another way."""
        return (left.base or {}).get(self.print_name, "") != self.print


def compile_rule(mapping: FieldMapping, spec: SyncSpec, born: Side = Side.LEFT) -> Rule:
    """The mapping for records that were born on that side."""
    creates: dict[Side, Outlet] = {}
    updates: dict[Side, Outlet] = {}
    for side in _targets(mapping, spec, born):
        (name,) = names(mapping, side)
        fields = spec.left_fields if side is Side.LEFT else spec.right_fields
        known = fields.get(name)
        outlet = Outlet(name, transformer(mapping, side, known, spec))
        if side in spec.creates and (known is None or known.creatable):
            creates[side] = outlet
        if side not in _written_once(spec) and (known is None or known.updatable):
            updates[side] = outlet
    has_lines = mapping.transform.kind in _LINE_KINDS
    return Rule(
        mapping=mapping,
        left=_watch(mapping, Side.LEFT) + _shared_out(mapping, spec, born),
        right=_watch(mapping, Side.RIGHT),
        creates=creates,
        updates=updates,
        is_plain=_is_plain(mapping, spec),
        print=_print(mapping),
        print_name=f"{OWNER_MARK}{mapping.key}",
        leads=leads_of(mapping, spec),
        owner=born if mapping.owned and born.other in updates else None,
        agree=agree if has_lines else same,
        is_unhurt=weigh_the_same if has_lines else same,
        kept=_kept(mapping, spec, creates),
    )


def _written_once(spec: SyncSpec) -> frozenset[Side]:
    return spec.creates if spec.mode is Mode.ONCE else frozenset()


def _kept(mapping: FieldMapping, spec: SyncSpec, creates: Mapping[Side, Outlet]) -> Side | None:
    if not mapping.owned:
        return None
    made = (side for side in creates if side in _written_once(spec))
    return next((side.other for side in made if side.other not in spec.creates), None)


_LINE_KINDS = frozenset({TransformKind.LINES, TransformKind.ALLOCATIONS})


def _targets(mapping: FieldMapping, spec: SyncSpec, born: Side) -> list[Side]:
    """The sides that the mapping may write for records that were born on that side."""
    is_kept = mapping.owned or born in spec.edited_at_birth
    return [
        side
        for side in Side
        if mapping.direction.reaches(side)
        and spec.direction.reaches(side)
        and not (is_kept and side is born)
    ]


def _print(mapping: FieldMapping) -> str:
    """Another one for each way to make values; none for a plain copy, the commonest by far."""
    made = mapping.transform
    if made.kind is TransformKind.COPY:
        return ""
    parts = {
        "kind": made.kind.value,
        "text": made.text,
        "table": [list(pair) for pair in made.table],
        "length": made.length,
        "object_type": made.object_type,
        **({"spare": True} if made.spare else {}),
        "fields": [*mapping.left, OWNER_MARK, *mapping.right],
    }
    return digest(parts)


def _is_plain(mapping: FieldMapping, spec: SyncSpec) -> bool:
    if mapping.transform.kind is not TransformKind.COPY or not (mapping.left and mapping.right):
        return False
    left, right = spec.left_fields.get(mapping.left[0]), spec.right_fields.get(mapping.right[0])
    return left is not None and right is not None and left.type is right.type


def _watch(mapping: FieldMapping, side: Side) -> tuple[Watched, ...]:
    return tuple(Watched(name, f"{name}{OWNER_MARK}{mapping.key}") for name in names(mapping, side))


def _shared_out(mapping: FieldMapping, spec: SyncSpec, born: Side) -> tuple[Watched, ...]:
    """A payment's own amount: when some of it is given back, less of it pays its documents."""
    if mapping.transform.kind is not TransformKind.ALLOCATIONS or born is Side.RIGHT:
        return ()
    total = spec.documents.left_total if spec.documents else ""
    return (Watched(total, f"{total}{OWNER_MARK}{mapping.key}"),) if total else ()
