"""Offering a provider's fields by label; greyed out, with the reason, what cannot be used."""

from collections.abc import Iterable, Mapping
from typing import Any

from unfold.widgets import UnfoldAdminSelect2MultipleWidget, UnfoldAdminSelect2Widget

from integrations.contract import Field

type Fields = Mapping[str, Field]


def field_choices(fields: Fields) -> list[tuple[str, str]]:
    """Fields by their label, with the provider's own name behind it, and why one cannot be used."""
    named = [(name, _told(name, field)) for name, field in fields.items()]
    return sorted(named, key=lambda choice: choice[1].casefold())


def _told(name: str, field: Field) -> str:
    told = f"{field.label} ({name})"
    return f"{told} – {field.unavailable}" if field.unavailable else told


def unavailable(fields: Iterable[Fields]) -> frozenset[str]:
    return frozenset(name for part in fields for name, field in part.items() if field.unavailable)


class _Greying:
    """Options that cannot be chosen, unless they are chosen already."""

    barred: frozenset[str] = frozenset()

    def create_option(
        self, name: str, value: Any, label: Any, selected: bool, *args: Any, **named: Any
    ) -> Any:
        option = super().create_option(name, value, label, selected, *args, **named)  # type: ignore[misc]  # a select's
        if str(value) in self.barred and not selected:
            option["attrs"]["disabled"] = True
        return option


class FieldSelect(_Greying, UnfoldAdminSelect2Widget):
    """One field."""


class FieldSelectMultiple(_Greying, UnfoldAdminSelect2MultipleWidget):
    """One field, or several that together feed the other side."""
