"""One case: a number of records on one kind of database, phase after phase."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from syncs.bench.books import prepare_companies
from syncs.bench.children import Task, Tell, Told, forked, run_child
from syncs.bench.invoices import prepare_invoices
from syncs.bench.phases import measure_floor, measure_phase, prepare
from syncs.bench.scratch import scratch_database
from syncs.bench.stand_in import sandbox
from syncs.recipes.hubspot_exact import COMPANIES
from syncs.recipes.hubspot_quickbooks_documents import CONTACTS
from syncs.recipes.hubspot_quickbooks_documents import INVOICES as INVOICES_RECIPE

PHASES = {
    "first": "first two-way sync",
    "unchanged": "unchanged full pass",
    "idle": "incremental, nothing changed",
    "left_changed": "incremental, 1 % changed in HubSpot",
    "right_changed": "incremental, 1 % changed in QuickBooks",
}
INVOICE_PHASES = {
    "out": "first sync, HubSpot → QuickBooks",
    "in": "first sync, QuickBooks → HubSpot",
    "unchanged": PHASES["unchanged"],
    "idle": PHASES["idle"],
}
COMPANY_PHASES = {
    "first": "first sync, HubSpot → Exact",
    "unchanged": PHASES["unchanged"],
    "idle": PHASES["idle"],
}
# Below this, start-up effects are all there is to see.
WORTH_A_RATIO = 1_000


@dataclass(frozen=True, slots=True)
class Measured:
    """One phase: what its child told, and the floor next to it."""

    phase: str
    told: Mapping[str, Any]
    floor_cpu_ms: float
    title: str = ""

    @property
    def read(self) -> int:
        return int(self.told["read"])

    @property
    def written(self) -> int:
        return sum(self.told["writes"].values())

    @property
    def calls(self) -> int:
        return sum(self.told["calls"].values())

    @property
    def seconds(self) -> float:
        return float(self.told["seconds"])

    @property
    def peak_mib(self) -> float:
        return float(self.told["peak_mib"])

    @property
    def records_per_second(self) -> float:
        return self.read / self.seconds

    @property
    def cpu_ms(self) -> float:
        """Own CPU per record read on one side, in milliseconds."""
        return float(self.told["cpu_seconds"]) * 1000 / max(1, self.read)

    @property
    def times_floor(self) -> float | None:
        if self.read < WORTH_A_RATIO:
            return None
        return self.cpu_ms / self.floor_cpu_ms

    def as_dict(self) -> dict[str, Any]:
        return {
            "phase": self.phase,
            "title": self.title,
            "records_per_second": round(self.records_per_second, 1),
            "cpu_ms_per_record": round(self.cpu_ms, 4),
            "floor_cpu_ms_per_record": round(self.floor_cpu_ms, 4),
            "times_floor": self.times_floor and round(self.times_floor, 2),
            **{name: told for name, told in self.told.items() if name != "profile"},
        }


@dataclass(frozen=True, slots=True)
class Subject:
    """What is measured: of which sync, with which data set, in which phases."""

    name: str
    recipe: str
    dataset: str
    phases: Mapping[str, str]
    prepare: Callable[[Task], Told]


RECORDS = Subject("records", CONTACTS, "{}", PHASES, prepare)
INVOICES = Subject("invoices", INVOICES_RECIPE, "invoices-{}", INVOICE_PHASES, prepare_invoices)
ACCOUNTS = Subject("companies", COMPANIES, "exact-{}", COMPANY_PHASES, prepare_companies)
SUBJECTS = {subject.name: subject for subject in (RECORDS, INVOICES, ACCOUNTS)}


@dataclass(frozen=True, slots=True)
class Case:
    """All phases of one size on one kind of database."""

    records: int
    database: str
    floor_records_per_second: float
    floor_cpu_ms: float
    floor_peak_mib: float
    phases: tuple[Measured, ...] = field(default=())
    subject: str = RECORDS.name

    @property
    def title(self) -> str:
        return f"{self.database}, {self.records:,} {self.subject}"

    def phase(self, name: str) -> Measured:
        return next(each for each in self.phases if each.phase == name)

    def as_dict(self) -> dict[str, Any]:
        return {
            "subject": self.subject,
            "records": self.records,
            "database": self.database,
            "floor": {
                "records_per_second": round(self.floor_records_per_second, 1),
                "cpu_ms_per_record": round(self.floor_cpu_ms, 4),
                "peak_mib": round(self.floor_peak_mib, 1),
            },
            "phases": [each.as_dict() for each in self.phases],
        }


def run_case(
    records: int,
    database: str,
    subject: Subject = RECORDS,
    *,
    postgres_url: str,
    profile: bool,
    tell: Tell,
) -> Case:
    """Measure; raises ChildFailed, DidNotStart or NoDatabase."""
    name = f"{database}, {records:,} {subject.name}"
    tell(f"{name}: preparing")
    with (
        scratch_database(database, postgres_url) as database_url,
        sandbox(subject.dataset.format(records)) as (sandbox_url, told),
    ):
        environment = {"DATABASE_URL": database_url, "SANDBOX_URL": sandbox_url}
        task = {
            "kind": "case",
            "subject": subject.name,
            "recipe": subject.recipe,
            "told": told,
            "sandbox_url": sandbox_url,
            "profile": profile,
        }
        found = run_child(task, environment, lambda doing: tell(f"{name}: {doing}"))
    return _case(records, database, subject, found)


def measure_case(task: Task, tell: Tell) -> Told:
    """In the case's own process: every phase in a fork, with a floor before and after it."""
    subject = SUBJECTS[task["subject"]]
    forked(subject.prepare, task)
    floors = [forked(measure_floor, task)]
    found: list[tuple[str, Told]] = []
    for phase, title in subject.phases.items():
        tell(title)
        found.append((phase, forked(measure_phase, {**task, "phase": phase})))
        floors.append(forked(measure_floor, task))
    return {"floors": floors, "phases": found}


def _case(records: int, database: str, subject: Subject, found: Told) -> Case:
    floors: list[Told] = found["floors"]
    costs = [floor["cpu_seconds"] * 1000 / floor["read"] for floor in floors]
    paired = zip(found["phases"], _means_of_neighbours(costs), strict=True)
    return Case(
        records=records,
        database=database,
        floor_records_per_second=_mean([each["read"] / each["seconds"] for each in floors]),
        floor_cpu_ms=_mean(costs),
        floor_peak_mib=max(each["peak_mib"] for each in floors),
        phases=tuple(
            Measured(phase, told, cost, subject.phases[phase]) for (phase, told), cost in paired
        ),
        subject=subject.name,
    )


def _means_of_neighbours(costs: list[float]) -> Iterator[float]:
    """The floor before and after each phase, as one number."""
    for before, after in pairwise(costs):
        yield (before + after) / 2


def _mean(numbers: list[float]) -> float:
    return sum(numbers) / len(numbers)
