"""What an export of everything costs: by the job that a worker does, slice after slice."""

from typing import Any

from accounts.models import User
from syncs.bench import stage
from syncs.bench.children import Task, Told
from syncs.bench.crowd_people import PEOPLE
from syncs.bench.usage import measured, peak_mib
from syncs.desk_jobs import run_job, submit
from syncs.exports.formats import FORMATS
from syncs.models import DeskJob, JobKind, JobState
from syncs.selection import Selection

KINDS = tuple(FORMATS)
# Constant memory: whatever the rows.
GOAL_MIB = 150.0


class ExportFailed(Exception):
    """The job did not end as it should; its time would mean nothing."""


def measure_export(task: Task) -> Told:
    """Everything that our support may see, as one file of the task's kind; thrown away after."""
    stage.set_up()
    user = User.objects.get(email=PEOPLE["support"])
    options: dict[str, Any] = {"format": task["format"], "locale": "en"}
    job = submit(JobKind.EXPORT, by=user, selection=Selection(), options=options)
    before = peak_mib()
    with measured() as usage:
        while run_job(job.pk) == "more":
            pass
    job.refresh_from_db()
    if job.state != JobState.DONE:
        raise ExportFailed(f"The export ended as {job.state}: {job.message}")
    told = _told(job)
    job.delete()
    return {
        **told,
        "seconds": usage.seconds,
        "rows_per_second": told["rows"] / usage.seconds,
        "peak_mib": usage.peak_mib,
        "grown_mib": usage.peak_mib - before,
    }


def _told(job: DeskJob) -> Told:
    return {"rows": job.done, "megabytes": job.file_size / 1_000_000}
