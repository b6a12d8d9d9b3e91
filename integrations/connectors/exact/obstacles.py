"""Why Exact would refuse a document, told before it is sent.

Ten refusals an hour shut an endpoint, and with it every good document behind them. Whom and what
documents are about is read once for a batch; the lists of the books once for a connection and run.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from integrations.connectors.exact import odata
from integrations.connectors.exact.client import Client
from integrations.connectors.exact.contexts import Context
from integrations.connectors.exact.fields import boolean
from integrations.connectors.exact.payloads import Payload, code
from integrations.connectors.exact.times import day
from integrations.contract import Category, Fault, Line, Operation

ACCOUNTS, ITEMS = "crm/Accounts", "logistics/Items"
CUSTOMER, SALES_JOURNAL, PURCHASE = "C", 20, "P"
_ACCOUNT = ("ID", "Name", "Status", "Blocked", "StartDate", "EndDate", "SalesVATCode")
_ITEM = ("ID", "Code", "Description", "IsSalesItem", "StartDate", "EndDate", "SalesVatCode")
_JOURNALS, _VAT_CODES = "codes of sales journals", "codes of VAT on sales"


@dataclass(frozen=True, slots=True)
class Document:
    """A document that is about to be made, and the fields in which it says what it is about."""

    operation: Operation
    # Fields that name who buys, the first of them whoever ordered.
    parties: tuple[str, ...]
    lines_field: str

    @property
    def lines(self) -> tuple[Line, ...]:
        value = self.operation.fields.get(self.lines_field)
        members = value if isinstance(value, tuple) else ()
        return tuple(line for line in members if isinstance(line, Line))

    def party(self, name: str) -> str:
        return str(self.operation.fields.get(name) or "").lower()


class Obstacles:
    """Looks documents over that are about to be made."""

    def __init__(self, context: Context, *, sells_items: bool) -> None:
        self._client = context.client
        self._today = context.today()
        self._sells_items = sells_items

    def of(self, documents: Sequence[Document]) -> dict[str, Fault]:
        """By key: why a document would be refused, if that can be told."""
        if not documents:
            return {}
        parties = {one.party(name) for one in documents for name in one.parties}
        accounts = self._rows(ACCOUNTS, _ACCOUNT, parties)
        sold = {line.reference.lower() for one in documents for line in one.lines}
        items = self._rows(ITEMS, _ITEM, sold) if self._sells_items else {}
        faults = {
            one.operation.key: next(self._faults(one, accounts, items), None) for one in documents
        }
        return {key: fault for key, fault in faults.items() if fault is not None}

    def _rows(
        self, resource: str, columns: Sequence[str], ids: Iterable[str]
    ) -> Mapping[str, Payload]:
        wanted = sorted(each for each in ids if odata.is_guid(each))
        conditions = (odata.equals("ID", odata.guid(each)) for each in wanted)
        rows = self._client.among(resource, columns, conditions)
        return {code(row.get("ID")).lower(): row for row in rows}

    def _faults(
        self,
        document: Document,
        accounts: Mapping[str, Payload],
        items: Mapping[str, Payload],
    ) -> Iterator[Fault]:
        for name in document.parties:
            if document.party(name):
                yield from self._of_party(name, accounts.get(document.party(name)))
        yield from self._of_journal(document.operation)
        buyer = accounts.get(document.party(document.parties[0])) or {}
        for line in document.lines:
            yield from self._of_vat(document.lines_field, line)
            if self._sells_items and line.reference:
                item = items.get(line.reference.lower())
                yield from self._of_item(document.lines_field, line, item, buyer)

    def _of_party(self, field: str, row: Payload | None) -> Iterator[Fault]:
        if row is None:
            words = "The customer is not in Exact any more."
            yield Fault(Category.PARENT_MISSING, "customer_reference", words, field=field)
            return
        name = f"“{row.get('Name')}”"
        if code(row.get("Status")) != CUSTOMER:
            words = f"{name} is no customer in Exact. Give the account the status of a customer."
            yield _inactive("prospect", words, field)
        if boolean(row.get("Blocked")) is True:
            words = f"{name} is blocked in Exact. Unblock the account, or invoice somebody else."
            yield _inactive("customer_blocked", words, field)
        if self._is_over(row):
            words = f"{name} is not active in Exact. Look at its start and end date."
            yield _inactive("customer_ended", words, field)

    def _of_item(
        self, field: str, line: Line, row: Payload | None, buyer: Payload
    ) -> Iterator[Fault]:
        if row is None:
            words = f"The item of “{line.name or line.sku}” is not in Exact any more."
            yield Fault(Category.PARENT_MISSING, "item_reference", words, field=field)
            return
        name = f"“{code(row.get('Code'))} {row.get('Description') or ''}”"
        if boolean(row.get("IsSalesItem")) is not True:
            words = f"{name} is no sales item in Exact. Mark it as one, or sell another."
            yield _inactive("not_for_sale", words, field)
        if self._is_over(row):
            words = f"{name} is not active in Exact. Look at its start and end date."
            yield _inactive("item_ended", words, field)
        if not (line.tax or code(row.get("SalesVatCode")) or code(buyer.get("SalesVATCode"))):
            words = f"Neither the customer, the item {name} nor the line has a VAT code."
            yield Fault(Category.TAX, "vat_missing", words, field=field)

    def _of_journal(self, operation: Operation) -> Iterator[Fault]:
        wanted = code(operation.fields.get("Journal"))
        if wanted and wanted.casefold() not in sales_journals(self._client):
            words = f"The journal {wanted} is no sales journal that can be used in Exact."
            yield Fault(Category.CONFIGURATION, "journal_type", words, field="Journal")

    def _of_vat(self, field: str, line: Line) -> Iterator[Fault]:
        wanted = code(line.tax)
        if wanted and wanted.casefold() not in vat_codes(self._client):
            words = f"The VAT code {wanted} cannot be used for sales in Exact."
            yield Fault(Category.TAX, "vat_refused", words, field=field)

    def _is_over(self, row: Payload) -> bool:
        starts, ends = _day(row, "StartDate"), _day(row, "EndDate")
        is_early = starts is not None and starts > self._today
        return is_early or (ends is not None and ends < self._today)


def sales_journals(client: Client) -> frozenset[str]:
    """Codes in one case, of those that are not blocked."""
    if _JOURNALS not in client.shelf:
        where = f"Type eq {SALES_JOURNAL}"
        rows = client.every("financial/Journals", ("Code", "Type", "IsBlocked"), where)
        found = (code(row.get("Code")) for row in rows if not boolean(row.get("IsBlocked")))
        client.shelf[_JOURNALS] = frozenset(each.casefold() for each in found)
    known: frozenset[str] = client.shelf[_JOURNALS]
    return known


def vat_codes(client: Client) -> frozenset[str]:
    """Codes in one case, of those that are for sales and not blocked."""
    if _VAT_CODES not in client.shelf:
        rows = client.every("vat/VATCodes", ("Code", "VATTransactionType", "IsBlocked"))
        found = (
            code(row.get("Code"))
            for row in rows
            if code(row.get("VATTransactionType")) != PURCHASE and not boolean(row.get("IsBlocked"))
        )
        client.shelf[_VAT_CODES] = frozenset(each.casefold() for each in found)
    known: frozenset[str] = client.shelf[_VAT_CODES]
    return known


def _inactive(name: str, words: str, field: str) -> Fault:
    return Fault(Category.REFERENCE_INACTIVE, name, words, field=field)


def _day(row: Payload, name: str) -> date | None:
    value = row.get(name)
    return day(value) if value else None
