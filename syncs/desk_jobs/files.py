"""The file of a job: kept in pieces for a while, handed out by a link that expires."""

import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from syncs import clock
from syncs.models import DeskJob, FilePart, JobKind, JobState

FILE_DAYS = 30
# An upload that nobody applied.
DRAFT_DAYS = 1
SALT = "syncs.file"
# Window bits for what zlib calls a gzip stream.
GZIP = 31


class LinkExpired(Exception):
    """The link was a good one, some time ago."""


def file_url(job: DeskJob) -> str:
    """A path that hands the file out, for as long as it is kept."""
    token = signing.dumps(str(job.uuid), salt=SALT)
    return reverse("desk_file", args=[job.uuid]) + "?" + urlencode({"token": token})


def check_token(job: DeskJob, token: str) -> bool:
    """Whether the link is ours and names this job. Raises LinkExpired for one that was."""
    try:
        named = signing.loads(token, salt=SALT, max_age=timedelta(days=FILE_DAYS))
    except signing.SignatureExpired as error:
        raise LinkExpired from error
    except signing.BadSignature:
        return False
    return bool(named == str(job.uuid))


def is_kept(job: DeskJob) -> bool:
    """Whether there is a file to hand out."""
    is_made = job.state == JobState.DONE and bool(job.file_name)
    return is_made and job.expires_at is not None and job.expires_at > clock.now()


def add_part(job: DeskJob, number: int, content: bytes) -> None:
    """Store a piece; the piece of an attempt that was lost is replaced."""
    FilePart.objects.update_or_create(job=job, number=number, defaults={"content": content})


def drop_parts(job: DeskJob) -> None:
    FilePart.objects.filter(job=job).delete()


def compressed(content: bytes) -> bytes:
    """A piece that can be put behind others: each is a stream of its own."""
    packer = zlib.compressobj(6, zlib.DEFLATED, GZIP)
    return packer.compress(content) + packer.flush()


def pieces(job: DeskJob) -> Iterator[bytes]:
    """The file's content piece by piece; only some of them are in memory."""
    is_packed = bool(job.options.get("packed"))
    numbers = FilePart.objects.filter(job=job).order_by("number").values_list("number", flat=True)
    for number in list(numbers):
        part: Any = FilePart.objects.values_list("content", flat=True).get(job=job, number=number)
        content = bytes(part)
        yield zlib.decompress(content, GZIP) if is_packed else content


def prune_files(now: datetime) -> int:
    """Drop the files that were kept long enough, and uploads that came to nothing; how many.

    Who exported what is still known: the job stays.
    """
    # What was begun and came to nothing is nobody's any more.
    useless = Q(expires_at__lt=now) | Q(state__in=[JobState.FAILED, JobState.CANCELLED])
    parts = FilePart.objects.filter(job=OuterRef("pk"))
    ids = list(DeskJob.objects.filter(useless, Exists(parts)).values_list("pk", flat=True))
    for job_id in ids:
        FilePart.objects.filter(job_id=job_id).delete()
    drafts = DeskJob.objects.filter(kind=JobKind.DECISIONS, state=JobState.DRAFT)
    dropped, _each = drafts.filter(created_at__lt=now - timedelta(days=DRAFT_DAYS)).delete()
    return len(ids) + dropped
