"""What became of a job, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from syncs.desk_jobs.kinds import KINDS
from syncs.models import DeskJob, JobKind
from syncs.views.money import counted


def done_words(kind: JobKind, count: int) -> str:
    """Such as "1,204 records are tried again"."""
    words = {
        JobKind.RETRY: ngettext("%s record is tried again", "%s records are tried again", count),
        JobKind.EXCLUDE: ngettext("%s record is left out", "%s records are left out", count),
        JobKind.INCLUDE: ngettext("%s record is taken in", "%s records are taken in", count),
        JobKind.SEND: ngettext("%s record is sent", "%s records are sent", count),
        JobKind.ASSIGN: ngettext("%s record is assigned", "%s records are assigned", count),
        JobKind.RESOLVE: ngettext(
            "%s record is called dealt with", "%s records are called dealt with", count
        ),
        JobKind.SNOOZE: ngettext("%s record is snoozed", "%s records are snoozed", count),
        JobKind.CANCEL_RETRY: ngettext(
            "the retry of %s record is cancelled", "the retries of %s records are cancelled", count
        ),
        JobKind.EXPORT: ngettext("%s record is exported", "%s records are exported", count),
        JobKind.DECISIONS: ngettext(
            "%s decision is carried out", "%s decisions are carried out", count
        ),
    }
    return words[kind] % counted(count)


def result_words(kind: JobKind, changed: int, left: int, refused: int) -> str:
    """Such as "1,204 records are tried again; 3 left as they were: …."; refusals stand apart."""
    parts = [done_words(kind, changed)]
    quiet = left - refused
    if quiet > 0:
        text = ngettext(
            "%(count)s was left as it was: %(why)s",
            "%(count)s were left as they were: %(why)s",
            quiet,
        )
        parts.append(text % {"count": counted(quiet), "why": _why_left(kind)})
    if refused:
        text = ngettext("%s was refused", "%s were refused", refused)
        parts.append(text % counted(refused))
    told = "; ".join(parts)
    return told[:1].upper() + told[1:] + "."


def _why_left(kind: JobKind) -> str:
    return str(KINDS[kind].left) if kind in KINDS else _("nothing was left to change")


def outcome_of(job: DeskJob) -> str:
    """The sentence of a job that ended well."""
    kind = JobKind(job.kind)
    if kind is JobKind.EXPORT:
        return result_words(kind, job.done, 0, 0)
    if not job.total:
        return _("There was no record to do it to.")
    refused = int(job.options.get("refused", len(job.refusals)))
    return result_words(kind, job.changed, job.done - job.changed, refused)
