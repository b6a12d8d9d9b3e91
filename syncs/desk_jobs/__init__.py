"""Work over many records that a worker does for one person: handed in, done in slices, told."""

from syncs.desk_jobs.claims import cancel, enqueue_lost
from syncs.desk_jobs.running import run_job
from syncs.desk_jobs.submitting import job_url, jobs_of, submit

__all__ = ["cancel", "enqueue_lost", "job_url", "jobs_of", "run_job", "submit"]
