"""A form field that asks, for each entry of one list, for an entry of another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

type Stored = list[list[str]]
"""The table: [[left, right, per cent, label], …]; right is empty where none is chosen."""


@dataclass(frozen=True, slots=True)
class Blank:
    """What follows where nothing is chosen, and whether that is to be mended."""

    words: str
    is_wrong: bool = False


@dataclass(frozen=True, slots=True)
class TableRow:
    """An entry that is asked about: its value, what people call it and its per cent."""

    value: str
    label: str
    rate: str = ""

    @property
    def told(self) -> str:
        """Such as "VAT high (21 %)"."""
        is_named = f"{self.rate}%" in self.label.replace(" ", "")
        return f"{self.label} ({self.rate} %)" if self.rate and not is_named else self.label


class TableWidget(forms.Widget):
    """A row for each entry, with a select of the other list; posted as "<name>__<value>"."""

    def __init__(
        self,
        rows: Sequence[TableRow],
        choices: Sequence[tuple[str, str]],
        heads: tuple[str, str],
        blank: Blank,
    ) -> None:
        super().__init__()
        self.rows, self.choices, self.heads, self.blank = rows, choices, heads, blank

    def render(
        self, name: str, value: Any, attrs: Mapping[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        chosen = dict(value or {})
        rows = [
            {
                "name": _posted(name, row),
                "label": row.told,
                "chosen": chosen.get(row.value, ""),
            }
            for row in self.rows
        ]
        context = {
            "rows": rows,
            "choices": self.choices,
            "heads": self.heads,
            "blank": self.blank,
            "id": (attrs or {}).get("id", ""),
        }
        return render_to_string("syncs/sync/table_field.html", context)

    def value_from_datadict(
        self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str
    ) -> dict[str, str]:
        posted = {row.value: str(data.get(_posted(name, row), "")) for row in self.rows}
        return {left: right for left, right in posted.items() if right}

    def value_omitted_from_data(
        self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str
    ) -> bool:
        return not any(_posted(name, row) in data for row in self.rows)


def _posted(name: str, row: TableRow) -> str:
    return f"{name}__{row.value}"


class TableField(forms.Field):
    """Cleans to the whole table, entries without a partner included: they have names to tell."""

    def __init__(
        self,
        stored: Stored,
        rows: Sequence[TableRow],
        choices: Sequence[tuple[str, str]],
        heads: tuple[str, str],
        blank: Blank,
    ) -> None:
        self.stored, self.rows = stored, rows
        self.values = {value for value, _label in choices}
        initial = {row[0]: row[1] for row in stored if row[1]}
        super().__init__(initial=initial, widget=TableWidget(rows, choices, heads, blank))

    def clean(self, value: Any) -> Stored:
        chosen: Mapping[str, str] = value or {}
        for right in chosen.values():
            if right not in self.values:
                raise ValidationError(_("“%(value)s” is not on the list."), params={"value": right})
        return self._table(chosen)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Against what is stored: a rate that is new at the provider, or renamed, is a change."""
        chosen: Mapping[str, str] = data or {}
        return bool(self.rows) and sorted(self._table(chosen)) != sorted(self.stored)

    def _table(self, chosen: Mapping[str, str]) -> Stored:
        return [[row.value, chosen.get(row.value, ""), row.rate, row.label] for row in self.rows]
