"""What a mapping would do to the records that are linked already, before it is saved."""

from collections.abc import Iterable
from dataclasses import dataclass

from syncs import services
from syncs.engine.terms import Fail, Side, Update
from syncs.models import Mapping, Status, Sync, SyncRecord, SyncState
from syncs.views.ends import ends_of
from syncs.views.preview import PreviewRow, preview_row

# So many are decided about at most; a page has to come back within seconds.
LOOKED_AT = 1_000
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Effect:
    """How many linked records a mapping would update, of those that were looked at."""

    linked: int
    looked_at: int
    updates: int
    # Records in sync that would fail instead.
    fails: int
    rows: tuple[PreviewRow, ...]
    # Fields that were never read, so that nobody knows yet what they hold: "HubSpot: PO number".
    unread: tuple[str, ...]

    @property
    def is_felt(self) -> bool:
        return bool(self.updates or self.fails or self.unread)

    @property
    def is_partial(self) -> bool:
        return self.looked_at < self.linked


def effect_of(sync: Sync, rows: Iterable[Mapping], key: str) -> Effect | None:
    """With these mappings in place of the stored ones; None where nothing would be touched yet."""
    if sync.state != SyncState.ACTIVE or not sync.is_read:
        return None
    linked = SyncRecord.objects.for_tenant(sync.tenant_id).filter(sync=sync)
    linked = linked.exclude(left_id="").exclude(right_id="")
    newest = linked.order_by("-pk")[:LOOKED_AT]
    found = services.preview(sync, LOOKED_AT, records=newest, mappings=rows)
    if found.problems or not found.items:
        return None
    updates = [item for item in found.items if _writes(item, key)]
    fails = _newly_failing(sync, found.items)
    ends = ends_of(sync)
    return Effect(
        linked=linked.count(),
        looked_at=len(found.items),
        updates=len(updates),
        fails=len(fails),
        rows=tuple(preview_row(item, ends) for item in [*fails, *updates][:SHOWN]),
        unread=tuple(
            f"{ends.name(side)}: {ends.label(side, [name])}"
            for side in Side
            for name in sorted((found.unread or {}).get(side, ()))
        ),
    )


def _writes(item: services.Previewed, key: str) -> bool:
    changes = item.plan.changes if isinstance(item.plan, Update) else ()
    return any(change.mapping == key for change in changes)


def _newly_failing(sync: Sync, items: Iterable[services.Previewed]) -> list[services.Previewed]:
    """Those in sync that would fail, and not with the mappings as they are too."""
    failing = [item for item in items if _would_fail(item)]
    if not failing:
        return []
    now = services.preview(sync, LOOKED_AT, records=[item.record for item in failing])
    anyway = {item.record.pk for item in now.items if _would_fail(item)}
    return [item for item in failing if item.record.pk not in anyway]


def _would_fail(item: services.Previewed) -> bool:
    return isinstance(item.plan, Fail) and item.record.status == Status.IN_SYNC
