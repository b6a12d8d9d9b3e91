"""One slice of one job, from claim to release; the only place that catches everything."""

import logging

from django.utils.translation import gettext as _

from accounts.permissions import visible_tenants
from accounts.tenancy import Scope, enter
from syncs.desk_jobs.claims import Claim, ClaimLost, claim
from syncs.desk_jobs.decisions import work_on_decisions
from syncs.desk_jobs.exporting import work_on_export
from syncs.desk_jobs.records import work_on_records
from syncs.desk_jobs.telling import tell
from syncs.jobs import SLICE_SECONDS, Budget
from syncs.marking import NotPossible
from syncs.models import DeskJob, JobKind, JobState

logger = logging.getLogger(__name__)

# A job that broke down so often without getting further is not tried again.
MOST_ATTEMPTS = 3
WORK = {JobKind.EXPORT: work_on_export, JobKind.DECISIONS: work_on_decisions}
IDLE, MORE = "idle", "more"


def run_job(job_id: int, *, seconds: float = SLICE_SECONDS) -> str:
    """Work on the job for a while: its state afterwards, "more", or "idle" when there is none."""
    held = claim(job_id)
    if held is None:
        return IDLE
    job = DeskJob.objects.select_related("by").get(pk=job_id)
    # Whose rows it touches is asked of this person's rights, now and not when it was asked for.
    with enter(Scope(lambda: visible_tenants(job.by), "a person's job")):
        return _run(job, held, Budget(seconds))


def _run(job: DeskJob, held: Claim, budget: Budget) -> str:
    if job.attempts > MOST_ATTEMPTS:
        return _fail(held, _("The work broke down several times. Ask our support to look."))
    try:
        is_finished = WORK.get(JobKind(job.kind), work_on_records)(job, held, budget)
    except ClaimLost:
        return IDLE
    except NotPossible as refusal:
        return _fail(held, str(refusal))
    except Exception:
        logger.exception("Job %s broke down.", job.pk)
        held.rest()
        return MORE
    if not is_finished:
        held.put_back()
        return MORE
    return _end(held, JobState.DONE)


def _fail(held: Claim, message: str) -> str:
    return _end(held, JobState.FAILED, message)


def _end(held: Claim, state: JobState, message: str = "") -> str:
    if not held.end(state, message=message):
        return IDLE
    tell(held.job_id)
    return state.value
