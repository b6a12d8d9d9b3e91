"""Exact's accounts, which are the relations of a company: customers, prospects, suppliers.

Fields, access and requirements: reference page CRMAccounts. Nothing but the code is unique, and a
record is found again after a lost answer by a word of ours in its search code.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from integrations.connectors.exact import odata
from integrations.connectors.exact.contexts import Context
from integrations.connectors.exact.definitions import Definition
from integrations.connectors.exact.fields import (
    FieldSpec,
    chosen,
    code,
    found_by,
    offering,
    read_only,
    referring,
    required,
    text,
    times,
    typed,
    unique,
    whole,
)
from integrations.connectors.exact.own import alike, own_reference, taken, with_columns
from integrations.connectors.exact.payloads import Payload
from integrations.connectors.exact.settings import READ_BATCH, WRITE_BATCH
from integrations.connectors.exact.writes import Writer
from integrations.contract import Choice, Fault, FieldType, ObjectType, Operation

SEARCH_CODE = "SearchCode"
# Numbers in a field of that width, with blanks before them.
CODE_WIDTH = 18
STATUSES = (
    Choice("C", "Customer"),
    Choice("P", "Prospect"),
    Choice("S", "Suspect"),
    Choice("A", "None"),
)
INVOICING_METHODS = (
    Choice("1", "On paper"),
    Choice("2", "By e-mail"),
    Choice("4", "To a mailbox"),
    Choice("8", "Send and track"),
    Choice("32", "By Peppol"),
)


def padded(value: str) -> str:
    """A code as it stands in the column: without its blanks nothing is found."""
    return odata.text(value.strip().rjust(CODE_WIDTH))


class AccountWriter(Writer):
    """Marks what it makes, and looks for its mark before it makes anything."""

    def body(self, operation: Operation, row: Payload | None) -> dict[str, Any]:
        body = super().body(operation, row)
        if row is None and SEARCH_CODE not in operation.fields:
            body[SEARCH_CODE] = own_reference(operation.key)
        return body

    def before(self, operations: Sequence[Operation]) -> Mapping[str, Payload | Fault]:
        marked = [one for one in operations if SEARCH_CODE not in one.fields]
        made = self._marked(self.context, marked)
        others = [one for one in operations if one.key not in made]
        return {**taken(self.context, "Code", others), **made}

    def found(
        self, wide: Context, operations: Sequence[Operation], since: datetime
    ) -> Mapping[str, Payload]:
        marked = [one for one in operations if SEARCH_CODE not in one.fields]
        others = [one for one in operations if SEARCH_CODE in one.fields]
        conditions = [odata.equals("Name", odata.text(str(one.fields["Name"]))) for one in others]
        return self._marked(wide, marked) | alike(wide, others, conditions, since)

    def _marked(self, context: Context, operations: Sequence[Operation]) -> dict[str, Payload]:
        """By key: the rows that bear the mark of these operations."""
        marks = {own_reference(one.key): one.key for one in operations}
        spec = self.definition.spec(SEARCH_CODE)
        rows = with_columns(context, SEARCH_CODE).rows_with(spec, marks) if marks else []
        found = ((marks.get(str(row.get(SEARCH_CODE)).strip().upper()), row) for row in rows)
        return {key: row for key, row in found if key is not None}


def _address() -> tuple[FieldSpec, ...]:
    return (
        text("AddressLine1", "Address: line 1", None, "Adres", "Address", "Adresregel 1"),
        text("AddressLine2", "Address: line 2", None, "Adresregel 2", "Address line 2"),
        text("AddressLine3", "Address: line 3", None, "Adresregel 3", "Address line 3"),
        text("Postcode", "Postcode", None, "Postcode", "Postal code", "Postcode/ZIP"),
        text("City", "City", None, "Plaats", "Woonplaats", "City"),
        code("State", "State or province", None, "Provincie", "State", "Staat"),
        code("Country", "Country", None, "Land", "Country"),
    )


def _classifications() -> tuple[FieldSpec, ...]:
    words = ("Classificatie", "Classification", "Relatieclassificatie")
    return tuple(
        chosen(f"Classification{n}", f"Classification {n}", "classifications", *words)
        for n in range(1, 9)
    )


ACCOUNT = Definition(
    type=ObjectType(
        "account",
        "Account",
        "Accounts",
        write_batch=WRITE_BATCH,
        read_batch=READ_BATCH,
        find_by=frozenset({"Name", "Code", "Email", "VATNumber", "ChamberOfCommerce"}),
    ),
    resource="crm/Accounts",
    sync="sync/CRM/Accounts",
    deleted_as=2,
    has_end=True,
    title=("Name", "Code"),
    screen="/docs/CRMAccountCard.aspx?_Division_={division}&AccountID={id}",
    writer=AccountWriter,
    specs=(
        required(found_by(text("Name", "Name", None, "Naam", "Name"))),
        unique(found_by(code("Code", "Code", CODE_WIDTH, "Code", "Relatiecode"), padded)),
        found_by(code(SEARCH_CODE, "Search code", None, "Zoekcode", "Search code")),
        offering(STATUSES, "Status", "Status", "Status", "Type", "Soort"),
        found_by(text("Email", "E-mail", None, "E-mail", "E-mailadres", "Email", "E-mail address")),
        text("Phone", "Phone", None, "Telefoon", "Telefoonnummer", "Phone"),
        text("Fax", "Fax", None, "Fax"),
        text("Website", "Website", None, "Website", "Homepage"),
        found_by(code("VATNumber", "VAT number", None, "Btw-nummer", "VAT number")),
        found_by(
            code(
                "ChamberOfCommerce",
                "Chamber of commerce number",
                None,
                "KvK-nummer",
                "Kamer van Koophandel",
                "Chamber of commerce",
            )
        ),
        *_address(),
        code("Language", "Language", None, "Taal", "Language"),
        text("Remarks", "Remarks", None, "Opmerkingen", "Remarks", "Notes"),
        text("TradeName", "Trade name", None, "Handelsnaam", "Trade name"),
        chosen(
            "PaymentConditionSales",
            "Payment condition",
            "payment_conditions",
            "Betalingsconditie",
            "Betalingsconditie: Verkoop",
            "Payment condition",
        ),
        chosen(
            "SalesVATCode", "VAT code", "vat_codes", "Btw-code", "Btw-code: Verkoop", "VAT code"
        ),
        chosen(
            "GLAccountSales",
            "Revenue account",
            "revenue_accounts",
            "Grootboekrekening",
            "Grootboekrekening: Verkoop",
            "G/L account",
            "GL account",
        ),
        chosen("SalesCurrency", "Currency", "currencies", "Valuta", "Valuta: Verkoop", "Currency"),
        typed("DiscountSales", "Discount (fraction)", FieldType.NUMBER, "Korting", "Discount"),
        typed("CreditLineSales", "Credit limit", FieldType.MONEY, "Kredietlimiet", "Credit line"),
        whole(offering(INVOICING_METHODS, "InvoicingMethod", "Invoices are sent", "Verzendwijze")),
        referring("InvoiceAccount", "Invoiced account", "account", "Factuur naar"),
        referring("Parent", "Parent account", "account", "Moederbedrijf", "Parent"),
        referring("MainContact", "Main contact", "contact", "Hoofdcontact", "Main contact"),
        chosen("AccountManager", "Account manager", "users", "Accountmanager", "Account manager"),
        *_classifications(),
        typed("Blocked", "Blocked", FieldType.BOOLEAN, "Geblokkeerd", "Blocked"),
        typed("IsSupplier", "Is a supplier", FieldType.BOOLEAN, "Leverancier", "Supplier"),
        text("CodeAtSupplier", "Our code there", None, "Code bij leverancier"),
        code("EORINumber", "EORI number", None, "EORI-nummer", "EORI number"),
        code("OINNumber", "OIN number", None, "OIN", "OIN number"),
        code("RSIN", "RSIN", None, "RSIN"),
        typed("StartDate", "First day", FieldType.DATE, "Startdatum", "Start date"),
        typed("EndDate", "Last day", FieldType.DATE, "Einddatum", "End date"),
        read_only(typed("IsSales", "May be sold to", FieldType.BOOLEAN)),
        read_only(text("AccountManagerFullName", "Account manager's name")),
        *times(),
    ),
)
