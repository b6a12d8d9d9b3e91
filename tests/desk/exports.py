"""Exports carried out as a worker does, and their rows read back."""

import csv
import io
from typing import Any

from accounts.models import User
from syncs.desk_jobs import run_job, submit
from syncs.desk_jobs.files import pieces
from syncs.exports.columns import USUAL
from syncs.models import DeskJob, JobKind
from syncs.selection import Selection

ALL = Selection("")


def exported(
    by: User, kind: str = "csv", selection: Selection = ALL, **options: Any
) -> tuple[DeskJob, bytes]:
    chosen = {"format": kind, "columns": list(USUAL), "locale": "en", **options}
    job = submit(JobKind.EXPORT, by=by, selection=selection, options=chosen)
    while run_job(job.pk) == "more":
        pass
    job.refresh_from_db()
    return job, b"".join(pieces(job))


def rows_of(content: bytes, delimiter: str = ",") -> list[dict[str, str]]:
    text = content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))
