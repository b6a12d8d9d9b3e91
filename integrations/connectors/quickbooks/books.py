"""What a company's books ask of a document, checked and filled in before it is sent."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from integrations.connectors.quickbooks.company import Company
from integrations.connectors.quickbooks.definitions import Definition
from integrations.connectors.quickbooks.fields import LINES, Trait
from integrations.connectors.quickbooks.money import smallest
from integrations.connectors.quickbooks.payloads import Payload, Unwritable, reference
from integrations.connectors.quickbooks.sales_lines import INCLUSIVE, net_of_tax
from integrations.contract import Category, Fault, Operation, OperationKind

_CALCULATION = "GlobalTaxCalculation"
_ADDED = "TaxExcluded"
_CURRENCY = "CurrencyRef"


class Books:
    """The rules of one company's books; the rates are only asked for where they are needed."""

    def __init__(self, company: Company, rates: Callable[[], Mapping[str, Decimal]]) -> None:
        self._company = company
        self._rates = rates

    def check(self, operation: Operation, current: Payload) -> None:
        """Raise Unwritable for what QuickBooks would refuse, as far as its settings tell."""
        fault = self._closed(operation, current) or self._foreign(operation)
        if fault is not None:
            raise Unwritable(fault)

    def _closed(self, operation: Operation, current: Payload) -> Fault | None:
        closed_to = self._company.books_closed_to
        if closed_to is None:
            return None
        told = current.get("TxnDate")
        dates = [operation.fields.get("TxnDate"), date.fromisoformat(told) if told else None]
        if not any(isinstance(each, date) and each <= closed_to for each in dates):
            return None
        message = (
            f"The books are closed up to {closed_to.isoformat()}. Choose a later date, or have the "
            "period opened in QuickBooks."
        )
        return Fault(Category.PERIOD_CLOSED, "book_close", message, field="TxnDate")

    def _foreign(self, operation: Operation) -> Fault | None:
        currency, home = operation.fields.get(_CURRENCY), self._company.currency
        is_fine = currency in (None, home) or not home or self._has_currencies
        if is_fine or operation.kind is not OperationKind.CREATE:
            return None
        message = (
            f"The document is in {currency}, and the company keeps its books in {home} alone. "
            "Multi-currency has to be switched on in QuickBooks."
        )
        return Fault(Category.CURRENCY, "multicurrency_off", message, field=_CURRENCY)

    @property
    def _has_currencies(self) -> bool:
        return Trait.MULTICURRENCY in self._company.traits

    def completed(self, definition: Definition, payload: Payload, current: Payload) -> Payload:
        """The payload with what the country and the currencies of the company ask for."""
        if not self._has_currencies:
            payload.pop(_CURRENCY, None)
            payload.pop("ExchangeRate", None)
        if Trait.US in self._company.traits:
            payload.pop(_CALCULATION, None)
        elif LINES in payload and _CALCULATION in definition.by_name:
            self._tax(payload, current)
        return payload

    def _tax(self, payload: Payload, current: Payload) -> None:
        """Say how the lines hold tax, whenever lines are sent, and send prices net.

        developer.intuit.com, "Manage sales tax for non-US locales".
        """
        way = payload.get(_CALCULATION) or current.get(_CALCULATION) or _ADDED
        payload[_CALCULATION] = way
        if way == INCLUSIVE:
            cent = self._cent(payload, current)
            payload[LINES] = [net_of_tax(line, self._rates(), cent) for line in payload[LINES]]

    def _cent(self, payload: Payload, current: Payload) -> Decimal:
        """The smallest amount of the document's currency."""
        sent, held = (reference(each.get(_CURRENCY)) for each in (payload, current))
        return smallest(sent or held or self._company.currency)
