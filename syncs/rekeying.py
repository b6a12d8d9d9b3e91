"""Match values made anew, for rules whose fields the customer's mappings tell."""

from accounts.tenancy import TenantQuerySet
from integrations.contract import RecordState
from syncs import sides
from syncs.engine.matching import keys
from syncs.engine.terms import Side
from syncs.engine.values import decoder
from syncs.jobs import Job
from syncs.models import SyncRecord
from syncs.stores import BATCH, replace_match_values


def rekey(job: Job, records: TenantQuerySet[SyncRecord]) -> None:
    """Have these records found by the keys that the mappings make of what was read of them."""
    spec = job.spec
    for side, fields in ((Side.LEFT, spec.left_fields), (Side.RIGHT, spec.right_fields)):
        read = decoder(fields)
        names = sides.columns(side, ("state", "values"))
        there = records.exclude(**{sides.column(side, "id"): ""})
        rows = there.values_list("pk", *names)
        found = [
            (pk, keys(spec.match_rules, side, read(values)) if state == RecordState.LIVE else ())
            for pk, state, values in rows
        ]
        for start in range(0, len(found), BATCH):
            replace_match_values(job.sync, side, found[start : start + BATCH])
