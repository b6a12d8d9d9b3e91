"""A record on its way in: what the rules look at and complete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from integrations.sandbox.exact.division import Division
from integrations.sandbox.exact.messages import Kind, Problem, Refused
from integrations.sandbox.exact.resources import Entity, Values
from integrations.sandbox.exact.shelf import Row


@dataclass
class Draft:
    """One write of one record, after the checks of its fields' types."""

    division: Division
    entity: Entity
    # The record as it will be stored; rules complete it.
    values: Values
    before: Mapping[str, Any] | None = None
    # What the call sends of what can be written.
    sent: frozenset[str] = frozenset()
    # Who writes: the id of a person.
    by: str = ""
    # Whether a person does it on the screens, who may do more than an app.
    by_person: bool = False
    # Records sent along, by the field of the collection.
    lines: dict[str, list[Draft]] = field(default_factory=dict)
    # The header that this record is sent with.
    header: Draft | None = None
    # The field that names the header, which is known once that is stored.
    exempt: str = ""
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        return self.before is None

    @property
    def id(self) -> str:
        """The key; empty before a new record is stored."""
        return str(self.values.get(self.entity.key, ""))

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)

    def __setitem__(self, name: str, value: Any) -> None:
        self.values[name] = value

    def was(self, name: str) -> Any:
        return None if self.before is None else self.before.get(name)

    def changes(self, name: str) -> bool:
        """Whether the field is new or other than before."""
        return bool(self.values.get(name) != self.was(name))

    def usual(self, **values: Any) -> None:
        """Fill what is empty."""
        for name, value in values.items():
            if self.values.get(name) is None:
                self.values[name] = value

    def referred(self, name: str) -> Row | None:
        """The record that a reference of the draft names; None when it is not set or wrong."""
        return self.division.referred(self.entity, self.values, name)

    def refuse(self, kind: Kind, label: str | tuple[str, str] = "", value: Any = "") -> None:
        """Note a reason; all are told together once the rules are through."""
        self.problems.append(Problem(kind, label, value))

    def stop(self, kind: Kind, label: str | tuple[str, str] = "", value: Any = "") -> None:
        """Refuse at once; raises Refused."""
        self.refuse(kind, label, value)
        self.settle()

    def settle(self) -> None:
        """Raise Refused with all reasons, if there are any."""
        if self.problems:
            raise Refused(*self.problems)
