"""What to do about a cause, with the place where it is done for all its records at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Action, may
from syncs.causes import parts_of
from syncs.fault_terms import Words
from syncs.models import Mapping as MappingRow
from syncs.models import Sync
from syncs.selection import list_url
from syncs.views.record_steps import Place, places_in

# What is done on the page of each record.
_ON_RECORDS = frozenset(
    {
        Place.CANDIDATES,
        Place.MATCH,
        Place.CONFLICTS,
        Place.LOCKS,
        Place.LINES,
        Place.RAW,
        Place.UNLINK,
        Place.EXCLUDE,
    }
)


@dataclass(frozen=True, slots=True)
class Step:
    text: str
    # Where it is done; empty where that is another place for each record.
    label: str = ""
    url: str = ""


def steps_with_places(
    steps: Iterable[Words], user: User, sync: Sync, mappings: Sequence[MappingRow], cause: str
) -> tuple[Step, ...]:
    """Steps that are done once for all the records lead to the mapping, settings or connections."""
    found = [_step(step, user, sync, mappings, cause) for step in steps]
    urls = [step.url for step in found]
    # Once is enough, at the first step that wants it.
    return tuple(
        Step(step.text) if step.url in urls[:place] else step for place, step in enumerate(found)
    )


def _step(step: Words, user: User, sync: Sync, mappings: Sequence[MappingRow], cause: str) -> Step:
    places = places_in(step)
    if Place.MAPPING in places and may(user, Action.EDIT_MAPPINGS, sync.tenant_id):
        return _mapping(str(step), sync, mappings, parts_of(cause).field)
    if Place.SETTINGS in places and may(user, Action.MANAGE_SYNCS, sync.tenant_id):
        url = reverse("admin:syncs_sync_change", args=[sync.pk])
        return Step(str(step), _("Settings of the sync"), url)
    if Place.CONNECTION in places and may(user, Action.MANAGE_CONNECTIONS, sync.tenant_id):
        url = reverse("admin:integrations_connection_changelist")
        return Step(str(step), _("Connections"), url)
    if _ON_RECORDS.intersection(places):
        return Step(str(step), _("Open the records"), list_url(sync=sync.pk, cause=cause))
    return Step(str(step))


def _mapping(text: str, sync: Sync, mappings: Sequence[MappingRow], name: str) -> Step:
    named = (row for row in mappings if name and name in (*row.right, *row.left))
    row = next(named, None)
    if row is None:
        url = reverse("admin:syncs_sync_change", args=[sync.pk])
        return Step(text, _("Mappings of the sync"), f"{url}#mappings-title")
    return Step(text, _("Open the mapping"), reverse("admin:syncs_mapping_change", args=[row.pk]))
