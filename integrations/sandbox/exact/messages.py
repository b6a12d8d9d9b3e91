"""What Exact Online says when it refuses, in the language of the user."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from integrations.sandbox.core import Response, json_response


class Kind(Enum):
    """A reason of the books themselves: status, Dutch and English."""

    MANDATORY = (400, "Verplicht: {label}", "Mandatory: {label}")
    EXISTS = (500, "Bestaat reeds: {label}", "Already exists: {label}")
    IN_USE = (500, "In gebruik: {label}", "In use: {label}")
    BAD_REFERENCE = (500, "Ongeldige referentie: {label}", "Invalid reference: {label}")
    INVALID = (500, "Ongeldig: {label}", "Invalid: {label}")
    INVALID_VALUE = (500, "Ongeldig: {label} [{value}]", "Invalid: {label} [{value}]")
    NOT_ALLOWED = (500, "Niet toegestaan: {label}", "Not allowed: {label}")
    BLOCKED = (500, "Geblokkeerd: {label}", "Blocked: {label}")
    CLOSED_PERIOD = (500, "Periode is afgesloten: {value}", "Period is closed: {value}")
    UNKNOWN = (500, "Onbekend: {label}", "Unknown: {label}")
    PROCESSED = (500, "Reeds verwerkt", "Already processed")
    TOO_LONG = (500, "Te lang: {label}", "Too long: {label}")
    CALLBACK = (
        500,
        "Ongeldig: Post to callback URL endpoint returns {value}",
        "Invalid: Post to callback URL endpoint returns {value}",
    )

    @property
    def status(self) -> int:
        return int(self.value[0])


# How people know the fields; what is not here goes by its own name.
_LABELS: dict[str, tuple[str, str]] = {
    "crm/Accounts": ("Relatie", "Account"),
    "crm/Contacts": ("Contactpersoon", "Contact"),
    "logistics/Items": ("Artikel", "Item"),
    "Account": ("Relatie", "Account"),
    "AccountManager": ("Accountmanager", "Account manager"),
    "BusinessEmail": ("E-mail: Zakelijk", "Business email"),
    "CallbackURL": ("Callback-URL", "Callback URL"),
    "Code": ("Code", "Code"),
    "Contact": ("Contactpersoon", "Contact"),
    "Country": ("Land", "Country"),
    "Currency": ("Valuta", "Currency"),
    "Description": ("Omschrijving", "Description"),
    "Email": ("E-mail", "Email"),
    "FirstName": ("Voornaam", "First name"),
    "GLAccount": ("Grootboekrekening", "G/L account"),
    "GLAccountSales": ("Grootboekrekening: Verkoop", "G/L account: Sales"),
    "GLRevenue": ("Grootboekrekening: Omzet", "G/L account: Revenue"),
    "Item": ("Artikel", "Item"),
    "ItemGroup": ("Artikelgroep", "Item group"),
    "Journal": ("Dagboek", "Journal"),
    "LastName": ("Achternaam", "Last name"),
    "MainContact": ("Hoofdcontactpersoon", "Main contact"),
    "Name": ("Naam", "Name"),
    "PaymentCondition": ("Betalingsconditie", "Payment condition"),
    "PaymentConditionSales": ("Betalingsconditie", "Payment condition"),
    "Price": ("Prijs", "Price"),
    "Quantity": ("Aantal", "Quantity"),
    "SalesCurrency": ("Valuta: Verkoop", "Currency: Sales"),
    "SalesVATCode": ("Btw-code", "VAT code"),
    "SalesVatCode": ("Btw-code", "VAT code"),
    "Status": ("Status", "Status"),
    "Topic": ("Onderwerp", "Topic"),
    "Unit": ("Eenheid", "Unit"),
    "VATCode": ("Btw-code", "VAT code"),
}


def name_fields(labels: dict[str, tuple[str, str]]) -> None:
    """Tell what people call further fields, in Dutch and in English."""
    _LABELS.update(labels)


@dataclass(frozen=True)
class Problem:
    """One line of a refusal."""

    kind: Kind
    # A field's name, or words of its own in both languages.
    label: str | tuple[str, str] = ""
    value: Any = ""

    def worded(self, language: str) -> str:
        dutch = language.startswith("nl")
        label = self.label if isinstance(self.label, tuple) else _LABELS.get(self.label)
        shown = (label[0] if dutch else label[1]) if label else str(self.label)
        pattern = str(self.kind.value[1 if dutch else 2])
        return pattern.format(label=shown, value=self.value)


class Refused(Exception):
    """The books refuse a record: one or several reasons."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.worded("en") for problem in problems))
        self.problems = problems


class Stopped(Exception):
    """The service refuses a call, in words that do not depend on the language."""

    def __init__(self, status: int, text: str = "") -> None:
        super().__init__(text)
        self.status = status
        self.text = text


def refusal(refused: Refused, language: str) -> Response:
    status = max(problem.kind.status for problem in refused.problems)
    return error(status, "\r\n".join(each.worded(language) for each in refused.problems))


def error(status: int, text: str) -> Response:
    """The body that errors of the service have; `code` is always empty."""
    return json_response(status, {"error": {"code": "", "message": {"lang": "", "value": text}}})
