"""The rules of a sale's header: dates, number, currency, addresses and custom fields.

Sources: the entity reference (Invoice) and the error code table of developer.intuit.com.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from integrations.sandbox.quickbooks.faults import (
    Error,
    Refused,
    business,
    missing,
    refused,
    too_long,
)
from integrations.sandbox.quickbooks.fields import LINES
from integrations.sandbox.quickbooks.lines import currency_of
from integrations.sandbox.quickbooks.switches import currency_ref
from integrations.sandbox.quickbooks.times import PACIFIC

if TYPE_CHECKING:
    from integrations.sandbox.quickbooks.drafts import Draft
    from integrations.sandbox.quickbooks.shelf import Record

# Documents that share one range of numbers.
NUMBERED = ("Invoice", "CreditMemo", "RefundReceipt")
CUSTOM_LONGEST = 31
DUPLICATES_ALLOWED = "allowduplicatedocnum"
_DEFINITIONS = ("1", "2", "3")


def is_customer(draft: Draft) -> None:
    """A vendor's or employee's number is known among the names, and still no customer (6250)."""
    number = str((draft.after.get("CustomerRef") or {}).get("value"))
    if draft.store.find("Customer", number) is not None:
        return
    if draft.store.find("Vendor", number) or draft.store.find("Employee", number):
        raise refused("6250", f"Customer with Id {number} does not exist.", "CustomerRef")


def has_currency(draft: Draft) -> None:
    """A transaction is in its customer's currency; one that names none is in the home currency.

    Seen of real companies: a mismatch is fault 6000, "one foreign currency per transaction".
    """
    after, store = draft.after, draft.store
    has_home_currency(draft)
    customer = draft.referred("CustomerRef")
    if customer is None:
        return
    own = customer.record().get("CurrencyRef", {}).get("value", store.switches.home)
    if own != currency_of(after):
        raise business("You can only use one foreign currency per transaction.", "CurrencyRef")


def has_home_currency(draft: Draft) -> None:
    """A company with one currency needs none named."""
    draft.after.setdefault("CurrencyRef", currency_ref(draft.store.switches.home))


def has_date(draft: Draft) -> None:
    """Without a date of its own a transaction has the date of the server."""
    if not draft.after.get("TxnDate"):
        today = draft.store.clock.now().astimezone(PACIFIC).date()
        draft.after["TxnDate"] = today.isoformat()


def is_due(draft: Draft) -> None:
    """The due date follows from the terms unless it is given.

    A document without terms takes its customer's, else those of the company, as the sample
    invoices of the reference do; nothing says so in words.
    """
    new_terms = "SalesTermRef" in draft.sent and draft.was("SalesTermRef") != draft.after.get(
        "SalesTermRef"
    )
    if draft.after.get("DueDate") and not (new_terms and "DueDate" not in draft.sent):
        return
    given = date.fromisoformat(draft.after["TxnDate"])
    draft.after["DueDate"] = _due(given, _terms(draft)).isoformat()


def _terms(draft: Draft) -> Record:
    customer = draft.referred("CustomerRef")
    chosen = (
        draft.after.get("SalesTermRef")
        or (customer.record().get("SalesTermRef") if customer else None)
        or draft.store.preference("SalesFormsPrefs", "DefaultTerms")
    )
    row = draft.store.find("Term", str(chosen["value"])) if chosen else None
    return row.record() if row else {}


def _due(given: date, terms: Record) -> date:
    day = terms.get("DayOfMonthDue")
    if day is None:
        return given + timedelta(days=terms.get("DueDays", 0))
    first = given.replace(day=1)
    if given.day + terms.get("DueNextMonthDays", 0) > day:
        first = (first + timedelta(days=32)).replace(day=1)
    return first.replace(day=min(day, monthrange(first.year, first.month)[1]))


def has_number(draft: Draft) -> None:
    """Who numbers documents is a preference, CustomTxnNumbers.

    Off, QuickBooks assigns the number itself and a new document's own is not used; on, the number
    is the one sent, or none. A number that is taken is refused (6140) where the company warns of
    duplicates, unless the call allows them.
    """
    custom = draft.store.preference("SalesFormsPrefs", "CustomTxnNumbers")
    if draft.is_new and not custom:
        draft.after["DocNumber"] = _next_number(draft)
        return
    if not draft.is_new and "DocNumber" not in draft.after and not custom:
        draft.after["DocNumber"] = draft.was("DocNumber")
    number = draft.after.get("DocNumber")
    is_free = not number or number == draft.was("DocNumber") or DUPLICATES_ALLOWED in draft.options
    if custom and not is_free and draft.store.switches.warns_of_duplicates:
        _refuse_duplicate(draft, str(number))


def _next_number(draft: Draft) -> str:
    """The next number that no document of the series bears yet."""
    while True:
        number = str(draft.store.next_number("DocNumber", 1001))
        if not any(draft.store.shelves[name].lookup("DocNumber", number) for name in NUMBERED):
            return number


def _refuse_duplicate(draft: Draft, number: str) -> None:
    group = NUMBERED if draft.entity.name in NUMBERED else (draft.entity.name,)
    for name in group:
        for found in draft.store.shelves[name].lookup("DocNumber", number):
            if found != draft.id:
                raise refused(
                    "6140",
                    "Duplicate Document Number Error : You must specify a different number. "
                    f"This number has already been used. DocNumber={number} is assigned to "
                    f"TxnType={name} with TxnId={found}",
                )


def can_be_mailed(draft: Draft) -> None:
    """What is to be sent by e-mail says where to."""
    if draft.after.get("EmailStatus") == "NeedToSend" and not draft.after.get("BillEmail"):
        raise Refused([missing("BillEmail")])


def has_addresses(draft: Draft) -> None:
    """A new document takes its customer's addresses; one changed later becomes plain lines."""
    customer = draft.referred("CustomerRef")
    if customer is None:
        return
    record = customer.record()
    for name in ("BillAddr", "ShipAddr"):
        if name not in draft.entity.fields:
            continue
        if draft.is_new and name not in draft.sent and record.get(name):
            draft.after[name] = {k: v for k, v in record[name].items() if k != "Id"}
        elif not draft.is_new and _differs(draft.after.get(name), draft.was(name)):
            draft.after[name] = _flattened(str(record["DisplayName"]), draft.after[name])


def _differs(now: Any, before: Any) -> bool:
    return bool(now) and {k: v for k, v in now.items() if k != "Id"} != {
        k: v for k, v in (before or {}).items() if k != "Id"
    }


def _flattened(name: str, parts: Record) -> Record:
    """The name, the street and the place in Line1 to Line5."""
    place = [parts.get("City"), parts.get("CountrySubDivisionCode"), parts.get("PostalCode")]
    texts = [name, *(parts.get(line) for line in LINES), " ".join(filter(None, place))]
    texts.append(parts.get("Country"))
    full = list(dict.fromkeys(text for text in texts if text))
    return dict(zip(LINES, full, strict=False))


def has_custom_fields(draft: Draft) -> None:
    """Up to three fields, which the company has named and put on its forms.

    One that is not on the forms is dropped without a word, and so is one without DefinitionId; a
    definition that cannot exist is fault 3000.
    """
    enabled = enabled_custom_fields(draft.store.preference("SalesFormsPrefs", "CustomField") or [])
    types = draft.store.switches.custom_types
    values = _kept_values(draft) | _sent_values(draft, types)
    after = []
    for number, name in sorted(enabled.items()):
        shown = {"DefinitionId": number, "Name": name, "Type": types.get(number, "StringType")}
        after.append(shown | values.get(number, {}))
    draft.after["CustomField"] = after or None


def _kept_values(draft: Draft) -> dict[str, Record]:
    return {each["DefinitionId"]: _value_of(each) for each in draft.was("CustomField") or []}


def _value_of(field: Record) -> Record:
    return {name: field[name] for name in ("StringValue", "NumberValue") if name in field}


def _sent_values(draft: Draft, types: dict[str, str]) -> dict[str, Record]:
    if "CustomField" not in draft.sent:
        return {}
    found, errors = {}, []
    for field in draft.after.get("CustomField") or []:
        number = field.get("DefinitionId")
        if number is None:
            continue
        if number not in _DEFINITIONS:
            raise refused("3000", f"Invalid custom field definition Id {number}", "CustomField")
        errors += _wrong_value(field, types.get(number, "StringType"))
        found[number] = _value_of(field)
    if errors:
        raise Refused(errors)
    return found


def _wrong_value(field: Record, kind: str) -> list[Error]:
    text = field.get("StringValue", "")
    if len(text) > CUSTOM_LONGEST:
        return [too_long("CustomField.StringValue", CUSTOM_LONGEST, len(text))]
    if kind == "NumberType" and text:
        return [Error("2080", f"Supplied value:{text}", "CustomField.StringValue")]
    return []


def enabled_custom_fields(preference: list[Record]) -> dict[str, str]:
    """Name by DefinitionId of the fields that are on the company's sales forms."""
    names: dict[str, str] = {}
    used: set[str] = set()
    for group in preference:
        for field in group.get("CustomField", []):
            kind, number = str(field["Name"])[:-1], str(field["Name"])[-1]
            if kind == "SalesFormsPrefs.UseSalesCustom" and field.get("BooleanValue"):
                used.add(number)
            elif kind == "SalesFormsPrefs.SalesCustomName":
                names[number] = str(field.get("StringValue", ""))
    return {number: name for number, name in names.items() if number in used}
