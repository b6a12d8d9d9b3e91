"""The numbers to hold, and whether a case holds them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from syncs.bench.case import ACCOUNTS, INVOICES, Case, Measured

UNCHANGED_CPU_MS = 0.10
FIRST_CPU_MS = 1.0
PEAK_MIB = 150.0
# Of an invoice with its five lines.
INVOICE_CPU_MS, INVOICE_UNCHANGED_CPU_MS, INVOICE_PEAK_MIB = 10.0, 1.0, 150.0
# HubSpot's own pages of 100: the invoices, and five times as many lines; associations by 1,000.
# Written, in batches of 100: the same, their associations, and all of it read again.
INVOICE_LIST_CALLS, INVOICE_WRITE_CALLS = 80.0, 320.0
# Calls per 1,000 records at the providers' page and batch sizes, and room for what a pass of any
# size takes: metadata, an empty last page, the archived list, a batch that was not full.
LIST_CALLS, SEARCH_CALLS, QUERY_CALLS, BATCH_CALLS = 10.0, 5.0, 1.0, 34.0
FEW = 12
IDLE_CALLS = 12

# Exact: 5,000 calls a day; 1,000 rows a page by timestamp, one record a write, and what was written
# is read again in batches.
DAY_CALLS, TIMESTAMP_CALLS, POST_CALLS = 5_000, 1.0, 1_100.0

LISTS, SEARCHES = ("GET /crm/objects/",), ("contacts/search",)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One goal, and what was measured."""

    goal: str
    measured: float
    limit: float

    @property
    def is_held(self) -> bool:
        return self.measured <= self.limit

    def as_dict(self) -> dict[str, object]:
        return {
            "goal": self.goal,
            "measured": round(self.measured, 4),
            "limit": self.limit,
            "held": self.is_held,
        }


def verdicts(case: Case) -> list[Verdict]:
    if case.subject == INVOICES.name:
        return [*_invoice_costs(case), *_idle(case), *_invoice_calls(case)]
    if case.subject == ACCOUNTS.name:
        return [*_costs(case), *_idle(case), *_company_calls(case)]
    return [*_costs(case), *_idle(case), *_calls(case)]


def same_calls(cases: Sequence[Case]) -> list[Verdict]:
    """Whether an idle pass asks as much of the providers at every size."""
    return [
        Verdict(
            f"idle pass on {large.database}: calls at {large.records:,} as at {small.records:,}",
            large.phase("idle").calls,
            small.phase("idle").calls,
        )
        for small, large in _neighbours(cases)
    ]


def _neighbours(cases: Sequence[Case]) -> Iterator[tuple[Case, Case]]:
    for kind in sorted({(case.subject, case.database) for case in cases}):
        alike = (case for case in cases if (case.subject, case.database) == kind)
        same = sorted(alike, key=lambda case: case.records)
        yield from pairwise(same)


def _costs(case: Case) -> Iterator[Verdict]:
    first, unchanged = case.phase("first"), case.phase("unchanged")
    yield Verdict("first sync: ms CPU per record", first.cpu_ms, FIRST_CPU_MS)
    yield Verdict("unchanged pass: ms CPU per record", unchanged.cpu_ms, UNCHANGED_CPU_MS)
    for measured in case.phases:
        yield Verdict(f"{measured.phase}: peak MiB", measured.peak_mib, PEAK_MIB)


def _idle(case: Case) -> Iterator[Verdict]:
    yield Verdict("unchanged pass: writes", case.phase("unchanged").written, 0)
    yield Verdict("idle pass: writes", case.phase("idle").written, 0)
    yield Verdict("idle pass: calls", case.phase("idle").calls, IDLE_CALLS)


def _calls(case: Case) -> Iterator[Verdict]:
    first, unchanged = case.phase("first"), case.phase("unchanged")
    for measured in (first, unchanged):
        yield _read(measured, "hubspot", "read_left", LIST_CALLS)
        yield _read(measured, "quickbooks", "read_right", QUERY_CALLS)
    yield _written(case.phase("left_changed"), "quickbooks", "/batch", BATCH_CALLS)
    yield _written(case.phase("right_changed"), "hubspot", "/batch/update", LIST_CALLS)
    yield _written(first, "quickbooks", "/batch", BATCH_CALLS)


def _invoice_costs(case: Case) -> Iterator[Verdict]:
    for name in ("out", "in"):
        cost = case.phase(name).told["cpu_seconds"] * 1000 / case.records
        yield Verdict(f"{name}: ms CPU per invoice written", cost, INVOICE_CPU_MS)
    unchanged = case.phase("unchanged")
    yield Verdict("unchanged pass: ms CPU per invoice", unchanged.cpu_ms, INVOICE_UNCHANGED_CPU_MS)
    for measured in case.phases:
        yield Verdict(f"{measured.phase}: peak MiB", measured.peak_mib, INVOICE_PEAK_MIB)


def _invoice_calls(case: Case) -> Iterator[Verdict]:
    unchanged, inward = case.phase("unchanged"), case.phase("in")
    yield _read(unchanged, "hubspot", "read_left", INVOICE_LIST_CALLS)
    yield _read(unchanged, "quickbooks", "read_right", QUERY_CALLS)
    yield _written(case.phase("out"), "quickbooks", "/batch", BATCH_CALLS)
    limit = FEW + case.records * INVOICE_WRITE_CALLS / 1000
    name = f"in: hubspot calls to write {case.records:,} invoices with their lines"
    yield Verdict(name, inward.told["calls"]["hubspot"], limit)


def _company_calls(case: Case) -> Iterator[Verdict]:
    first, unchanged = case.phase("first"), case.phase("unchanged")
    yield Verdict("first: exact calls in one day", first.told["calls"]["exact"], DAY_CALLS)
    written = int(first.told["writes"]["exact"])
    # Both sides are read whole beside it.
    limit = FEW + written * POST_CALLS / 1000 + case.records * TIMESTAMP_CALLS / 1000
    name = f"first: exact calls to read {case.records:,} and write {written:,}"
    yield Verdict(name, first.told["calls"]["exact"], limit)
    yield _read(unchanged, "hubspot", "read_left", LIST_CALLS)
    yield _read(unchanged, "exact", "read_right", TIMESTAMP_CALLS)


def _read(measured: Measured, provider: str, total: str, per_thousand: float) -> Verdict:
    """All calls but those that write, against the provider's page size."""
    read = int(measured.told[total])
    calls = sum(
        number
        for template, number in measured.told["calls_by_template"][provider].items()
        if not _writes(template)
    )
    name = f"{measured.phase}: {provider} calls to read {read:,}"
    return Verdict(name, calls, FEW + read * per_thousand / 1000)


def _writes(template: str) -> bool:
    return any(part in template for part in ("batch/create", "batch/update", "batch/upsert")) or (
        template.endswith("/batch")
    )


def _written(measured: Measured, provider: str, part: str, per_thousand: float) -> Verdict:
    written = int(measured.told["writes"][provider])
    calls = sum(
        number
        for template, number in measured.told["calls_by_template"][provider].items()
        if part in template and _writes(template)
    )
    name = f"{measured.phase}: {provider} calls to write {written:,}"
    return Verdict(name, calls, 1 + written * per_thousand / 1000)
