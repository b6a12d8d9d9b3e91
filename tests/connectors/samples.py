"""What every connector is tried with: samples of its object types, and a person at the provider."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from integrations.contract import Category, Connector, RecordState, Values
from integrations.sandbox.core import Sandbox


@dataclass(frozen=True)
class Sample:
    """One object type: records to make, and which of their fields the tests play with."""

    object_type: str
    # The fields that the tests ask for.
    fields: tuple[str, ...]
    # The n-th record as a connector writes it.
    values: Callable[[int], Values]
    # A free text that may be empty.
    text: str
    # The field by which records are found, and text by which people know the record.
    key: str
    # What one record of a batch is refused for, and as what.
    bad: Callable[[int], Values]
    bad_as: Category
    # The connector is told a record's version and refuses to overwrite a newer one.
    has_versions: bool = False
    # A second record with the same value in this field is refused.
    unique: str = ""
    can_merge: bool = True
    # Prepares the company at the provider before the test.
    furnish: Callable[[Sandbox], None] = lambda _: None
    # What an archived record is afterwards: a document is voided.
    archived_as: RecordState = RecordState.ARCHIVED
    # And after a person took it away on the provider's screens.
    removed_as: RecordState = RecordState.ARCHIVED
    # The feed tells what a person took away; else only a look by its id does.
    tells_removed: bool = True
    # Records a page of the first read brings, so that the tests make more.
    page: int = 100
    # Calls that one write takes, where each is sent by itself; 0: they travel in batches.
    calls_each: int = 0
    # Part of the paths of writing calls.
    writes_to: str = "batch"
    # What a create needs besides, such as an entry of a list of that company.
    needed: Callable[[Connector], Values] = lambda _: {}

    def __str__(self) -> str:
        return self.object_type


class Driver(Protocol):
    """A person in the provider's own screens."""

    @property
    def code(self) -> str: ...

    @property
    def samples(self) -> Sequence[Sample]: ...

    def add(self, sandbox: Sandbox, sample: Sample, number: int) -> str: ...

    def edit(self, sandbox: Sandbox, sample: Sample, id_: str, text: str) -> None:
        """Set the sample's free text."""
        ...

    def archive(self, sandbox: Sandbox, sample: Sample, id_: str) -> None: ...

    def merge(self, sandbox: Sandbox, sample: Sample, survivor: str, loser: str) -> str:
        """Merge two records; the survivor's id."""
        ...

    def count(self, sandbox: Sandbox, sample: Sample) -> int:
        """Live records."""
        ...

    def listen(self, sandbox: Sandbox, url: str) -> None:
        """Have webhooks sent to an address."""
        ...
