"""Exact's contacts: persons of an account, without which there is none (page CRMContacts).

Nothing of a contact is unique and there is no field for a mark of ours: after a lost answer it is
found among those of its account that were made since, by all that was sent.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from integrations.connectors.exact import odata
from integrations.connectors.exact.contexts import Context
from integrations.connectors.exact.definitions import Definition
from integrations.connectors.exact.fields import (
    code,
    found_by,
    offering,
    read_only,
    referring,
    required,
    text,
    times,
    typed,
)
from integrations.connectors.exact.own import alike
from integrations.connectors.exact.payloads import Payload
from integrations.connectors.exact.settings import READ_BATCH, WRITE_BATCH
from integrations.connectors.exact.writes import Writer
from integrations.contract import (
    Category,
    Choice,
    Fault,
    FieldType,
    ObjectType,
    Operation,
    OperationKind,
)

ACCOUNT, FIRST_NAME, LAST_NAME = "Account", "FirstName", "LastName"
GENDERS = (Choice("M", "Male"), Choice("V", "Female"), Choice("O", "Unknown"))
_NAMELESS = Fault(
    Category.FIELD_MISSING,
    "required",
    "A contact needs a first name or a last name at Exact.",
    field=LAST_NAME,
)
_MADE = "contacts made"


class ContactWriter(Writer):
    """Remembers what it made, and finds what it made unknowingly by its content."""

    def problem(self, operation: Operation, row: Payload | None) -> Fault | None:
        if operation.kind not in (OperationKind.CREATE, OperationKind.UPDATE):
            return None
        names = (operation.fields.get(each, (row or {}).get(each)) for each in _NAMES)
        return None if any(names) else _NAMELESS

    def before(self, operations: Sequence[Operation]) -> Mapping[str, Payload | Fault]:
        return self._remembered(self.context, operations)

    def after(self, operation: Operation, record_id: str, row: Payload | None) -> None:
        if operation.kind is OperationKind.CREATE:
            self._made()[operation.key] = record_id

    def found(
        self, wide: Context, operations: Sequence[Operation], since: datetime
    ) -> Mapping[str, Payload]:
        known = self._remembered(wide, operations)
        others = [one for one in operations if one.key not in known]
        owners = dict.fromkeys(odata.guid(str(one.fields[ACCOUNT])) for one in others)
        conditions = [odata.equals(ACCOUNT, owner) for owner in owners]
        return known | alike(wide, others, conditions, since)

    def _remembered(self, context: Context, operations: Sequence[Operation]) -> dict[str, Payload]:
        made = self._made()
        ids = {one.key: made[one.key] for one in operations if one.key in made}
        rows = context.rows_by_id(ids.values()) if ids else {}
        return {key: rows[record_id] for key, record_id in ids.items() if record_id in rows}

    def _made(self) -> dict[str, str]:
        made: dict[str, str] = self.client.shelf.setdefault(_MADE, {})
        return made


_NAMES = (FIRST_NAME, LAST_NAME)

CONTACT = Definition(
    type=ObjectType(
        "contact",
        "Contact",
        "Contacts",
        write_batch=WRITE_BATCH,
        read_batch=READ_BATCH,
        find_by=frozenset({"Email", "BusinessEmail", FIRST_NAME, LAST_NAME}),
    ),
    resource="crm/Contacts",
    sync="sync/CRM/Contacts",
    deleted_as=5,
    has_end=True,
    title=("FullName", LAST_NAME, FIRST_NAME),
    screen="/docs/CRMContactCard.aspx?_Division_={division}&ID={id}",
    writer=ContactWriter,
    specs=(
        required(referring(ACCOUNT, "Account", "account", "Relatie", "Account", "Klant")),
        found_by(text(FIRST_NAME, "First name", None, "Voornaam", "First name")),
        text("MiddleName", "Middle name", None, "Tussenvoegsel", "Middle name"),
        found_by(text(LAST_NAME, "Last name", None, "Achternaam", "Last name")),
        text("Initials", "Initials", None, "Voorletters", "Initials"),
        code("Title", "Title", None, "Titel", "Aanhef", "Title"),
        offering(GENDERS, "Gender", "Gender", "Geslacht", "Gender"),
        found_by(text("Email", "E-mail", None, "E-mail", "E-mailadres", "Email")),
        found_by(text("BusinessEmail", "E-mail at work", None, "E-mail: Zakelijk")),
        text("Phone", "Phone", None, "Telefoon", "Telefoonnummer", "Phone"),
        text("Mobile", "Mobile", None, "Mobiel", "Mobile"),
        text("BusinessPhone", "Phone at work", None, "Telefoon: Zakelijk"),
        text("BusinessMobile", "Mobile at work", None, "Mobiel: Zakelijk"),
        text("JobTitleDescription", "Job title", None, "Functie", "Functietitel", "Job title"),
        code("Language", "Language", None, "Taal", "Language"),
        text("Notes", "Notes", None, "Opmerkingen", "Notities", "Notes"),
        typed("BirthDate", "Date of birth", FieldType.DATE, "Geboortedatum", "Birth date"),
        typed("IsMailingExcluded", "Takes no mailings", FieldType.BOOLEAN, "Mailing"),
        typed("StartDate", "First day", FieldType.DATE, "Startdatum", "Start date"),
        typed("EndDate", "Last day", FieldType.DATE, "Einddatum", "End date"),
        read_only(text("FullName", "Full name")),
        read_only(text("AccountName", "Account's name")),
        read_only(typed("IsMainContact", "Is the main contact", FieldType.BOOLEAN)),
        read_only(typed("HID", "Contact number", FieldType.NUMBER)),
        *times(),
    ),
)
