"""Decisions read in from a file: looked through first, then carried out row by row."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import Resource
from import_export.results import Error, Result, RowResult
from tablib import Dataset

from accounts.models import Membership, User
from accounts.permissions import Action, roles_where, tenants_where
from accounts.tenancy import all_tenants
from syncs import clock, handling, services, sides
from syncs.desk_jobs.claims import Claim, hand_in
from syncs.desk_jobs.files import DRAFT_DAYS, FILE_DAYS, add_part
from syncs.desk_jobs.records import MOST_REFUSALS, check_rights
from syncs.desk_jobs.submitting import within
from syncs.desk_jobs.wishes import Do, Known, Step, Wish, steps_of, wish_of
from syncs.engine.terms import Side
from syncs.exports.decisions import DECISION_HEADINGS, Decisions, Row
from syncs.exports.keys import is_key_of, pk_in
from syncs.jobs import Budget
from syncs.marking import NotPossible
from syncs.models import DeskJob, FilePart, JobKind, JobState, SyncRecord
from syncs.plans import lone_side

SLICE = 100
type People = dict[str, tuple[User, frozenset[int]]]

HEADINGS = ("row", "key", *DECISION_HEADINGS)


class DecisionResource(Resource):
    """Rows of decisions on records: a dry run says what each comes to, a real one does it."""

    class Meta:
        import_id_fields = ()
        report_skipped = True
        # Rows are looked up together, before the first of them is imported.
        instance_loader_class = BaseInstanceLoader

    def __init__(self, by: User, within: int | None, *, was_applied: bool = False) -> None:
        super().__init__()
        self.by = by
        self.within = within
        self.known = Known(was_applied=was_applied)
        # Person -> how many records they were given.
        self.given: Counter[int] = Counter()

    def before_import(self, dataset: Dataset, **kwargs: Any) -> None:
        rows: list[Row] = dataset.dict
        self.known.records = self._records(rows)
        self.known.people = self._with_myself(
            _people({row["assign"].lower() for row in rows if row["assign"]})
        )
        self.known.partners = self._partners(rows)

    def import_row(self, row: Row, instance_loader: Any, **kwargs: Any) -> RowResult:
        """What the row comes to; with `dry_run` nothing is done."""
        result = RowResult()
        result.row_values = dict(row)
        result.import_type = RowResult.IMPORT_TYPE_SKIP
        try:
            with transaction.atomic():
                wish = wish_of(row)
                record = self._record(wish)
                result.add_instance_info(record)
                steps = steps_of(wish, record, self.known)
                if not kwargs["dry_run"]:
                    self._carry_out(record, steps)
        except NotPossible as refusal:
            result.import_type = RowResult.IMPORT_TYPE_ERROR
            result.errors.append(Error(refusal, row=row, number=int(row["row"])))
            return result
        if steps:
            result.import_type = RowResult.IMPORT_TYPE_UPDATE
            result.diff = [step.words for step in steps]
        return result

    def _records(self, rows: Iterable[Row]) -> dict[int, SyncRecord]:
        """Those of the companies where this person may work on records; others are unknown."""
        wanted = {pk for row in rows if (pk := pk_in(row["key"])) is not None}
        reach = tenants_where(self.by, Action.WORK_RECORDS)
        with all_tenants("the person's tenants are named next"):
            found = SyncRecord.objects.filter(pk__in=wanted).select_related("assignee", "sync")
            if reach is not None:
                found = found.filter(tenant_id__in=reach)
            if self.within is not None:
                found = found.filter(tenant_id=self.within)
            return {record.pk: record for record in found}

    def _with_myself(self, people: People) -> People:
        """Our own staff are nobody's members, but may take a record on themselves."""
        everywhere = frozenset(record.tenant_id for record in self.known.records.values())
        return {**people, self.by.email.lower(): (self.by, everywhere)}

    def _record(self, wish: Wish) -> SyncRecord:
        record = self.known.records.get(pk_in(wish.key) or 0)
        if record is None or not is_key_of(wish.key, record.pk, record.key):
            raise NotPossible(
                _("No record has this key. Keep the column “key” as it was exported.")
            )
        first = self.known.seen.setdefault(record.pk, wish.row)
        if first != wish.row:
            raise NotPossible(
                _("Row %(row)s is about this record too. Put its decisions into one row.")
                % {"row": first}
            )
        return record

    def _partners(self, rows: Iterable[Row]) -> dict[tuple[int, str, str], SyncRecord]:
        """The records to link to, one query for each sync and side."""
        places: dict[tuple[int, Side], set[str]] = {}
        for row in rows:
            record = self.known.records.get(pk_in(row["key"]) or 0) if row["link"] else None
            side = lone_side(record) if record is not None else None
            if record is not None and side is not None:
                places.setdefault((record.sync_id, side.other), set()).add(row["link"])
        with all_tenants("the syncs are those of records at hand"):
            return {
                (sync_id, side.value, sides.get(partner, side, "id")): partner
                for (sync_id, side), ids in places.items()
                for partner in SyncRecord.objects.filter(sides.with_ids(side, ids), sync_id=sync_id)
            }

    def _carry_out(self, record: SyncRecord, steps: Sequence[Step]) -> None:
        one = SyncRecord.objects.for_tenant(record.tenant_id).filter(pk=record.pk)
        for step in steps:
            match step.do:
                case Do.ASSIGN:
                    handling.assign(one, step.person, self.by, step.due_on, is_told=False)
                    self._count(record, step)
                case Do.RESOLVE:
                    self._resolve(one, step)
                case Do.LINK:
                    services.choose_partner(record, step.text, self.by)
                case Do.RETRY:
                    services.retry(one, self.by)
                case Do.EXCLUDE:
                    services.exclude(one, self.by)

    def _count(self, record: SyncRecord, step: Step) -> None:
        """A new date alone is nobody's new work."""
        if step.person is not None and step.person.pk != record.assignee_id:
            self.given[step.person.pk] += 1

    def _resolve(self, one: Any, step: Step) -> None:
        if not handling.resolve(one, step.text, self.by):
            raise NotPossible(_("It is being synced just now. Import the row again in a moment."))


def _people(emails: set[str]) -> People:
    """Who they are, and for which companies they may work on records."""
    roles = roles_where(Action.WORK_RECORDS)
    with all_tenants("people are looked up by their address; their companies are compared"):
        members = Membership.objects.filter(
            user__email__in=emails, user__is_active=True, role__in=roles
        )
        found: dict[str, tuple[User, set[int]]] = {}
        for member in members.select_related("user"):
            email = member.user.email.lower()
            found.setdefault(email, (member.user, set()))[1].add(member.tenant_id)
    return {email: (user, frozenset(ids)) for email, (user, ids) in found.items()}


# --- the upload -----------------------------------------------------------------------------------


def keep_upload(by: User, name: str, content: bytes, decisions: Decisions) -> DeskJob:
    """A draft: nothing of it is done until it is applied."""
    packed = msgspec.json.encode(decisions.rows)
    options = {
        "file": name[:200],
        "digest": hashlib.sha256(content).hexdigest(),
        "within": within(by),
        "rows": decisions.count,
    }
    with transaction.atomic():
        job = DeskJob.objects.create(
            by=by,
            kind=JobKind.DECISIONS,
            state=JobState.DRAFT,
            ids=[],
            total=len(decisions.rows),
            options=options,
            expires_at=clock.now() + timedelta(days=DRAFT_DAYS),
        )
        add_part(job, 0, packed)
    return job


def apply_upload(job: DeskJob) -> bool:
    """Hand the draft to a worker; False when that was done before."""
    with transaction.atomic():
        draft = DeskJob.objects.filter(pk=job.pk, state=JobState.DRAFT)
        until = clock.now() + timedelta(days=FILE_DAYS)
        if not draft.update(state=JobState.QUEUED, created_at=clock.now(), expires_at=until):
            return False
        hand_in(job)
    return True


def applied_before(job: DeskJob) -> DeskJob | None:
    """The job that carried out this very file, if somebody did."""
    same = DeskJob.objects.filter(
        Q(options__digest=job.options["digest"]), kind=JobKind.DECISIONS
    ).exclude(pk=job.pk)
    return same.exclude(state=JobState.DRAFT).order_by("-pk").first()


def looked_through(job: DeskJob) -> Result:
    """What each row would come to now; changes nothing."""
    return _result(_resource(job), _rows(job), dry_run=True)


def _rows(job: DeskJob) -> list[Row]:
    part = FilePart.objects.filter(job=job, number=0).values_list("content", flat=True).first()
    return msgspec.json.decode(bytes(part), type=list[Row]) if part is not None else []


def _resource(job: DeskJob) -> DecisionResource:
    was_applied = applied_before(job) is not None
    return DecisionResource(job.by, job.options.get("within"), was_applied=was_applied)


def _result(resource: DecisionResource, rows: Sequence[Row], *, dry_run: bool) -> Result:
    lines = [tuple(row.get(name, "") for name in HEADINGS) for row in rows]
    dataset = Dataset(*lines, headers=HEADINGS)
    result = resource.import_data(dataset, dry_run=dry_run, use_transactions=False)
    if result.base_errors:
        # Not of a row: our own.
        raise result.base_errors[0].error
    return result


# --- carrying it out ------------------------------------------------------------------------------


def work_on_decisions(job: DeskJob, claim: Claim, budget: Budget) -> bool:
    """Go on with the next rows; True when all are done. `position` is how many were."""
    check_rights(job.by, Action.WORK_RECORDS)
    rows = _rows(job)
    while job.position < len(rows):
        _do_slice(job, claim, rows[job.position : job.position + SLICE])
        if budget.is_spent:
            break
    return job.position >= len(rows)


def _do_slice(job: DeskJob, claim: Claim, rows: Sequence[Row]) -> None:
    position = job.position + len(rows)
    with claim.fenced(position=position, done=position, attempts=0):
        resource = _resource(job)
        result = _result(resource, rows, dry_run=False)
        changed = [row for row in result.rows if row.is_update()]
        refusals = [_refusal(row) for row in result.rows if row.errors]
        told = int(job.options.get("refused", 0)) + len(refusals)
        job.options = {**job.options, "refused": told, "assigned": _assigned(job, resource)}
        job.refusals = [*job.refusals, *refusals][:MOST_REFUSALS]
        DeskJob.objects.filter(pk=job.pk).update(
            changed=F("changed") + len(changed), options=job.options, refusals=job.refusals
        )
        job.tenants.add(*{record.tenant_id for record in resource.known.records.values()})
    job.position = position


def _assigned(job: DeskJob, resource: DecisionResource) -> dict[str, int]:
    """Person -> how many records in all: each is told once, when the job is over."""
    before = {int(pk): count for pk, count in job.options.get("assigned", {}).items()}
    return {str(pk): count for pk, count in (resource.given + Counter(before)).items()}


def _refusal(row: RowResult) -> dict[str, Any]:
    number = row.row_values["row"]
    name = _("Row %s") % number
    title = f"{name}: {row.object_repr}" if row.object_repr else name
    return {"id": row.object_id, "record": title, "reason": str(row.errors[0].error)}
