"""The form fields of a recipe's settings: from live lists, options, switches, tables, texts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from django import forms
from django.utils.translation import gettext as _
from unfold.widgets import (
    UnfoldAdminSelect2MultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from integrations.contract import Choice, ConnectorError
from integrations.models import Connection
from syncs.admin.table_field import Blank, Stored, TableField, TableRow
from syncs.admin.wording import names_of
from syncs.choices import live_choices
from syncs.engine.terms import Side
from syncs.engine.values import plain_number
from syncs.models import Sync
from syncs.recipes import recipe_of
from syncs.recipes.terms import Setting, SettingKind

PREFIX = "setting_"
TEXT_LENGTH = 200


@dataclass
class Lists:
    """The live lists of both sides; a provider that does not answer is asked only once."""

    sync: Sync
    _failed: dict[Side, str] = field(default_factory=dict)

    def entries(self, side: Side, name: str) -> Sequence[Choice]:
        """The entries that can be chosen; none from a provider that cannot be reached."""
        return tuple(choice for choice in self._all(side, name) if choice.active)

    def pairs(self, side: Side, name: str, chosen: Iterable[str]) -> list[tuple[str, str]]:
        """The entries by value and label, and what was chosen and cannot be chosen any more."""
        every = {choice.value: choice for choice in self._all(side, name)}
        found = {value: choice.label for value, choice in every.items() if choice.active}
        for value in chosen:
            if value not in found:
                found[value] = self._vanished(side, every.get(value), value)
        return list(found.items())

    def _vanished(self, side: Side, known: Choice | None, value: str) -> str:
        """What was chosen and is not offered now, with the reason, as far as it is known."""
        if side in self._failed:
            return value
        place = {"provider": self._connection(side).provider_label}
        if known is not None:
            return f"{known.label} – " + _("no longer in use in %(provider)s") % place
        return f"{value} – " + _("no longer in %(provider)s") % place

    def _all(self, side: Side, name: str) -> Sequence[Choice]:
        if side in self._failed:
            return ()
        try:
            return live_choices(self._connection(side), name)
        except ConnectorError as error:
            self._failed[side] = error.fault.message
            return ()

    def trouble(self, *sides: Side) -> str:
        """Why a list is empty, in a sentence; empty when the providers answered."""
        told = _("The list cannot be read now: %(reason)s")
        reasons = (self._failed[side] for side in sides if side in self._failed)
        return next((told % {"reason": reason} for reason in reasons), "")

    def _connection(self, side: Side) -> Connection:
        pair = self.sync.integration
        return pair.left if side is Side.LEFT else pair.right


def setting_fields(sync: Sync) -> dict[str, forms.Field]:
    """A form field for each setting of the sync's recipe, by its name in the form."""
    lists = Lists(sync)
    made = {}
    for setting in recipe_of(sync.recipe).settings:
        asked = _MAKERS[setting.kind](sync, setting, lists)
        asked.label, asked.required = str(setting.label), False
        told = (str(asked.help_text or setting.help), _dependence(sync, setting))
        asked.help_text = " ".join(part for part in told if part)
        made[PREFIX + setting.name] = asked
    return made


def _dependence(sync: Sync, setting: Setting) -> str:
    """In which case the setting counts, in words."""
    if setting.only_when is None:
        return ""
    name, value = setting.only_when
    other = next(one for one in recipe_of(sync.recipe).settings if one.name == name)
    option = str(dict(other.options).get(value, value))
    words = _("Counts only when this is chosen: %(setting)s %(option)s.")
    return words % {"setting": other.label, "option": option}


def _list(sync: Sync, setting: Setting, lists: Lists) -> forms.Field:
    """A choice from the live list; without the provider, only what was chosen before."""
    chosen = str(sync.settings.get(setting.name, ""))
    entries = [("", str(_("Not chosen")))]
    entries += lists.pairs(setting.side, setting.choice_list, [chosen] if chosen else [])
    return forms.ChoiceField(
        choices=entries,
        initial=chosen,
        help_text=lists.trouble(setting.side),
        widget=UnfoldAdminSelectWidget,
    )


def _choices(sync: Sync, setting: Setting, lists: Lists) -> forms.Field:
    """Several of the live list, found by typing; what vanished stays until it is taken out."""
    chosen = [str(value) for value in sync.settings.get(setting.name) or ()]
    entries = lists.pairs(setting.side, setting.choice_list, chosen)
    return forms.MultipleChoiceField(
        choices=entries,
        initial=chosen,
        help_text=lists.trouble(setting.side),
        widget=UnfoldAdminSelect2MultipleWidget,
    )


def _text(sync: Sync, setting: Setting, _lists: Lists) -> forms.Field:
    return forms.CharField(
        initial=str(sync.settings.get(setting.name) or setting.default),
        max_length=TEXT_LENGTH,
        widget=UnfoldAdminTextInputWidget,
    )


def _option(sync: Sync, setting: Setting, _lists: Lists) -> forms.Field:
    entries = [(value, str(label)) for value, label in setting.options]
    chosen = str(sync.settings.get(setting.name) or setting.default or entries[0][0])
    return forms.ChoiceField(choices=entries, initial=chosen, widget=UnfoldAdminSelectWidget)


def _switch(sync: Sync, setting: Setting, _lists: Lists) -> forms.Field:
    is_on = bool(sync.settings.get(setting.name))
    return forms.BooleanField(initial=is_on, widget=UnfoldBooleanSwitchWidget)


def _table(sync: Sync, setting: Setting, lists: Lists) -> forms.Field:
    stored: Stored = [[*row, "", ""][:4] for row in sync.settings.get(setting.name, ())]
    asked = lists.entries(setting.side.other, setting.other_list)
    rows = [_row(choice) for choice in asked] or [_stored_row(row) for row in stored]
    kept = sorted({row[1] for row in stored if row[1]})
    choices = lists.pairs(setting.side, setting.choice_list, kept)
    names = names_of(sync)
    heads = (names[setting.side.other], names[setting.side])
    made = TableField(stored, rows, choices, heads, _blank(sync, setting))
    made.help_text = lists.trouble(*Side)
    return made


def _blank(sync: Sync, setting: Setting) -> Blank:
    """What follows where nothing is chosen for an entry."""
    if setting.filters:
        return Blank(_("nothing chosen: left out of the sync"))
    if any(mapping.table == setting.name for mapping in recipe_of(sync.recipe).mappings):
        return Blank(_("nothing chosen: stays empty"))
    return Blank(_("nothing chosen: what has it fails"), is_wrong=True)


def _row(choice: Choice) -> TableRow:
    rate = "" if choice.rate is None else plain_number(choice.rate)
    return TableRow(choice.value, choice.label, rate)


def _stored_row(row: list[str]) -> TableRow:
    return TableRow(row[0], row[3] or row[0], row[2])


_MAKERS: dict[SettingKind, Callable[[Sync, Setting, Lists], forms.Field]] = {
    SettingKind.LIST: _list,
    SettingKind.OPTION: _option,
    SettingKind.SWITCH: _switch,
    SettingKind.TABLE: _table,
    SettingKind.CHOICES: _choices,
    SettingKind.TEXT: _text,
}
