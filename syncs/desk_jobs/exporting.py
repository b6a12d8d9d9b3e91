"""An export: rows to a file in pieces, by ascending id, gone on with by whoever comes next."""

import tempfile
from collections.abc import Mapping
from datetime import timedelta
from typing import IO, Any

from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.notices import time_zone_of
from accounts.permissions import Action
from accounts.tenancy import TenantQuerySet
from syncs import clock
from syncs.desk_jobs.claims import Claim
from syncs.desk_jobs.files import FILE_DAYS, add_part, compressed, drop_parts
from syncs.desk_jobs.records import check_rights, records_of
from syncs.exports.columns import USUAL, Table, Totals, columns_named, reader_for
from syncs.exports.decisions import DECISION_HEADINGS
from syncs.exports.formats import FORMATS, XLSX, TextFile, Workbook, text_file
from syncs.jobs import Budget
from syncs.marking import NotPossible
from syncs.models import DeskJob, SyncRecord

# As text about a megabyte.
ROWS = 5_000
PIECE = 1_000_000
# A workbook is written in one go: a million rows take somewhat more than a minute.
MOST_XLSX_ROWS = 1_500_000

type Records = TenantQuerySet[SyncRecord]


def work_on_export(job: DeskJob, claim: Claim, budget: Budget) -> bool:
    """Go on with the file; True when it is whole."""
    check_rights(job.by, Action.EXPORT)
    records = records_of(job, Action.EXPORT)
    if not job.total:
        job.total = records.count()
        with claim.fenced(total=job.total):
            pass
    with translation.override(job.options.get("language", "en")):
        table = _table(job)
        if job.options["format"] == XLSX:
            check_length(job.total)
            return _write_workbook(job, claim, table, records)
        return _write_text(job, claim, table, records, budget)


def check_length(count: int) -> None:
    """Raises NotPossible for a workbook that would keep a worker from everything else."""
    if count > MOST_XLSX_ROWS:
        raise NotPossible(
            _("An Excel file takes at most 1,500,000 records here: choose CSV, or filter further.")
        )


def _table(job: DeskJob) -> Table:
    columns = columns_named(job.options.get("columns") or USUAL)
    return Table(columns, reader_for(time_zone_of(job.by)))


def _extra(options: Mapping[str, Any]) -> tuple[str, ...]:
    return DECISION_HEADINGS if options.get("decisions") else ()


def _write_text(job: DeskJob, claim: Claim, table: Table, records: Records, budget: Budget) -> bool:
    options = job.options
    file = text_file(options["format"], table, options.get("locale", ""), _extra(options))
    totals = Totals.from_json(options.get("totals", {}))
    while True:
        is_last = _write_piece(job, claim, table, file, records, totals)
        if is_last or budget.is_spent:
            return is_last


def _write_piece(
    job: DeskJob,
    claim: Claim,
    table: Table,
    file: TextFile,
    records: Records,
    totals: Totals,
) -> bool:
    """The next rows, stored together with how far they go; True when they were the last."""
    number = int(job.options.get("part", 0))
    is_first = totals.count == 0
    chunk = table.chunk(records, job.position, ROWS, totals)
    is_last = len(chunk.lines) < ROWS
    text = file.head() if number == 0 else ""
    text += file.body(chunk.lines, is_first=is_first)
    text += file.foot(totals) if is_last else ""
    content = text.encode()
    job.options |= {"part": number + 1, "totals": totals.as_json(), "packed": True}
    changes = {
        "position": chunk.last_id,
        "done": totals.count,
        "changed": totals.count,
        "options": job.options,
        "file_size": F("file_size") + len(content),
        "attempts": 0,
        **(_finished(job) if is_last else {}),
    }
    with claim.fenced(**changes):
        add_part(job, number, compressed(content))
        job.tenants.add(*chunk.tenant_ids)
    job.position = chunk.last_id
    return is_last


def _write_workbook(job: DeskJob, claim: Claim, table: Table, records: Records) -> bool:
    """In one go: a workbook cannot be gone on with."""
    totals, position = Totals(), 0
    tenant_ids: set[int] = set()
    with tempfile.TemporaryFile() as file:
        book = Workbook(file, [*table.headings(), *_extra(job.options)])
        while True:
            chunk = table.chunk(records, position, ROWS, totals)
            book.add(chunk.lines)
            position, tenant_ids = chunk.last_id, tenant_ids | chunk.tenant_ids
            with claim.fenced(done=totals.count):
                pass
            if len(chunk.lines) < ROWS:
                break
        book.add(table.total_lines(totals))
        book.close()
        _keep(job, claim, file, totals, tenant_ids)
    return True


def _keep(
    job: DeskJob, claim: Claim, file: IO[bytes], totals: Totals, tenant_ids: set[int]
) -> None:
    size = file.tell()
    file.seek(0)
    job.options |= {"totals": totals.as_json(), "packed": False}
    changed = {"changed": totals.count, "options": job.options, "file_size": size}
    with claim.fenced(**changed, **_finished(job)):
        drop_parts(job)
        job.tenants.add(*tenant_ids)
        for number, piece in enumerate(iter(lambda: file.read(PIECE), b"")):
            add_part(job, number, piece)


def _finished(job: DeskJob) -> dict[str, Any]:
    """What the job says of its file once that is whole."""
    kind = FORMATS[job.options["format"]]
    day = timezone.localtime(job.created_at, time_zone_of(job.by)).strftime("%Y-%m-%d %H%M")
    job.file_name = f"Saldo records {day}.{kind.ending}"
    return {
        "file_name": job.file_name,
        "content_type": kind.content_type,
        "expires_at": clock.now() + timedelta(days=FILE_DAYS),
    }
