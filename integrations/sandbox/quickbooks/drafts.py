"""A record on its way in: what the rules look at and complete."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from integrations.sandbox.quickbooks.fields import Entity
from integrations.sandbox.quickbooks.shelf import Record, Row
from integrations.sandbox.quickbooks.store import Store

PERSON = "person"


@dataclass
class Draft:
    """One write, checked field by field, before the entity's rules."""

    store: Store
    entity: Entity
    # The record as it will be stored; rules may complete it.
    after: Record
    before: Record | None = None
    sent: frozenset[str] = frozenset()
    # "Create", "Update", "Void" or "Delete"; a deleted record has nothing after.
    operation: str = "Create"
    # What the call asks for besides, such as "allowduplicatedocnum"; PERSON for people's screens.
    options: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        return str((self.after or self.before or {})["Id"])

    @property
    def is_new(self) -> bool:
        return self.before is None

    @property
    def by_person(self) -> bool:
        return PERSON in self.options

    @property
    def is_active(self) -> bool:
        return self.after.get("Active") is not False

    def was(self, name: str) -> Any:
        return None if self.before is None else self.before.get(name)

    def referred(self, name: str) -> Row | None:
        """The row that a reference of the draft points to; None when it is not set."""
        reference = self.after.get(name)
        if not reference:
            return None
        return self.store.find(self.entity.fields[name].refers_to, str(reference["value"]))
