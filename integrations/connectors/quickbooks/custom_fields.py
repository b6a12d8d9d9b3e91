"""The custom fields of a company's sales forms.

developer.intuit.com, API reference, Preferences: `SalesFormsPrefs.CustomField` says of each number
whether it is used and what it is called; a document holds a value under that number. Three can be
reached so. What cannot be mapped is shown nevertheless, with the reason.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from integrations.connectors.quickbooks.fields import FieldSpec, custom, unavailable
from integrations.connectors.quickbooks.payloads import Payload
from integrations.contract import FieldType

MOST = 3
_ENTRY = re.compile(r"\.(Use)?(Sales|Purchase)Custom(Name)?(\d+)$")
_MAPPED = {"StringType": FieldType.TEXT, "NumberType": FieldType.NUMBER}
_NOT_ON_FORMS = "It is not switched on for sales forms in QuickBooks."
_PURCHASES = "It belongs to purchase forms; an invoice does not have it."
_BEYOND = "QuickBooks lets other programs reach the first three custom fields only."
_WRONG_TYPE = "Only custom fields of text or numbers can be mapped."
# The documents whose custom fields tell of which type these are.
SAMPLE = "SELECT * FROM Invoice ORDERBY MetaData.LastUpdatedTime DESC STARTPOSITION 1 MAXRESULTS 5"


@dataclass(slots=True)
class _Slot:
    """One custom field, gathered from its entries."""

    number: int
    form: str
    label: str = ""
    kind: str = "StringType"
    is_used: bool = False


def custom_fields(preferences: Payload) -> tuple[FieldSpec, ...]:
    sales = (preferences.get("SalesFormsPrefs") or {}).get("CustomField")
    purchases = (preferences.get("VendorAndPurchasesPrefs") or {}).get("POCustomField")
    slots = _slots([*_entries(sales), *_entries(purchases)])
    shown = (slot for slot in slots if slot.label or (slot.is_used and slot.form == "Sales"))
    return tuple(_spec(slot) for slot in shown)


def as_held(specs: tuple[FieldSpec, ...], documents: Iterable[Payload]) -> tuple[FieldSpec, ...]:
    """The fields with the types that documents have them in: the preferences do not tell.

    A company without a single invoice has texts, which the first three always were.
    """
    kinds = {
        str(entry.get("DefinitionId")): str(entry.get("Type") or "")
        for document in documents
        for entry in document.get("CustomField") or ()
    }
    return tuple(_retyped(spec, kinds.get(spec.path[-1], "")) for spec in specs)


def _retyped(spec: FieldSpec, kind: str) -> FieldSpec:
    if not kind or spec.field.unavailable:
        return spec
    if kind not in _MAPPED:
        return unavailable(spec, _WRONG_TYPE)
    return custom(spec.path[-1], spec.field.label, _MAPPED[kind])


def _entries(groups: Any) -> Iterator[Payload]:
    """The entries, which come in groups of the same kind."""
    for entry in groups or ():
        inner = entry.get("CustomField")
        yield from inner if isinstance(inner, list) else (entry,)


def _slots(entries: list[Payload]) -> list[_Slot]:
    slots: dict[tuple[str, int], _Slot] = {}
    for entry in entries:
        match = _ENTRY.search(str(entry.get("Name") or ""))
        if match is None:
            continue
        use, form, _, number = match.groups()
        slot = slots.setdefault((form, int(number)), _Slot(int(number), form))
        if use:
            slot.is_used = entry.get("BooleanValue") is True
        else:
            slot.label = str(entry.get("StringValue") or "")
            slot.kind = str(entry.get("Type") or slot.kind)
    return sorted(slots.values(), key=lambda slot: (slot.form == "Purchase", slot.number))


def _spec(slot: _Slot) -> FieldSpec:
    is_sale = slot.form == "Sales"
    number = str(slot.number) if is_sale else f"Purchase{slot.number}"
    kind = _MAPPED.get(slot.kind, FieldType.TEXT)
    spec = custom(number, slot.label or f"Custom field {slot.number}", kind)
    why = _why_not(slot)
    return unavailable(spec, why) if why else spec


def _why_not(slot: _Slot) -> str:
    if slot.form == "Purchase":
        return _PURCHASES
    if slot.number > MOST:
        return _BEYOND
    if not slot.is_used:
        return _NOT_ON_FORMS
    return "" if slot.kind in _MAPPED else _WRONG_TYPE
