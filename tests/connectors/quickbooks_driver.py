"""What a person does at QuickBooks, and samples of its records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from integrations.contract import Category, Line, RecordState, Values
from integrations.sandbox.core import Sandbox
from tests.connectors.samples import Sample


def _customer(number: int) -> Values:
    return {
        "DisplayName": f"Customer {number}",
        "GivenName": "Ann",
        "FamilyName": f"Number {number}",
        "PrimaryEmailAddr": f"customer{number}@example.org",
        "Notes": f"The customer with number {number}",
    }


def _item(number: int) -> Values:
    return {
        "Name": f"Item {number}",
        "Type": "Service",
        "Sku": f"SKU-{number:05d}",
        "Description": f"The item with number {number}",
        "UnitPrice": Decimal("12.50") + number,
    }


# The first customer and the first item of a company.
_BUYER, _WARE = "1", "1"
_DAY = date(2026, 11, 20)


def _furnish(sandbox: Sandbox) -> None:
    """Somebody to invoice, something to sell, and numbers that are ours to choose."""
    sandbox.quickbooks.configure(custom_numbers=True, sales_tax=False)
    made = (
        sandbox.quickbooks.add_customer(DisplayName="Buyer"),
        sandbox.quickbooks.add_item(Name="Ware"),
    )
    if made != (_BUYER, _WARE):
        raise ValueError(f"The customer and the item have other ids now: {made}.")


def _sale(number: int) -> Values:
    price = Decimal("12.50") + number
    line = Line(
        reference=_WARE,
        name="Ware",
        description=f"Sold under {number}",
        quantity=Decimal(2),
        unit_price=price,
        amount=price * 2,
        tax="NON",
    )
    return {
        "DocNumber": f"HS-{number:05d}",
        "CustomerRef": _BUYER,
        "TxnDate": _DAY,
        "lines": (line,),
        "PrivateNote": f"The invoice with number {number}",
    }


def _received(number: int) -> Values:
    return {
        "CustomerRef": _BUYER,
        "TxnDate": _DAY,
        "TotalAmt": Decimal("12.50") + number,
        "PaymentRefNum": f"REF-{number:05d}",
        "PrivateNote": f"The payment with number {number}",
    }


QUICKBOOKS_SAMPLES = (
    Sample(
        object_type="customer",
        fields=("DisplayName", "GivenName", "FamilyName", "PrimaryEmailAddr", "Notes"),
        values=_customer,
        text="Notes",
        key="DisplayName",
        bad=lambda number: {"DisplayName": f"Bad: {number}"},
        bad_as=Category.FIELD_INVALID,
        has_versions=True,
        unique="DisplayName",
        page=1000,
    ),
    Sample(
        object_type="item",
        fields=("Name", "Type", "Sku", "Description", "UnitPrice"),
        values=_item,
        text="Description",
        key="Name",
        bad=lambda number: {"Name": f"Bad: {number}", "Type": "Service"},
        bad_as=Category.FIELD_INVALID,
        has_versions=True,
        unique="Name",
        page=1000,
        needed=lambda connector: {
            "IncomeAccountRef": connector.choices("income_accounts")[0].value
        },
    ),
    Sample(
        object_type="invoice",
        fields=("DocNumber", "CustomerRef", "TxnDate", "lines", "PrivateNote"),
        values=_sale,
        text="PrivateNote",
        key="DocNumber",
        bad=lambda number: {**_sale(number), "DocNumber": "9" * 22},
        bad_as=Category.FIELD_INVALID,
        has_versions=True,
        can_merge=False,
        furnish=_furnish,
        archived_as=RecordState.VOIDED,
        removed_as=RecordState.VOIDED,
        page=1000,
    ),
    Sample(
        object_type="payment",
        fields=("CustomerRef", "TxnDate", "TotalAmt", "PaymentRefNum", "PrivateNote"),
        values=_received,
        text="PrivateNote",
        key="PaymentRefNum",
        bad=lambda number: {**_received(number), "TotalAmt": None},
        bad_as=Category.FIELD_MISSING,
        has_versions=True,
        can_merge=False,
        furnish=_furnish,
        archived_as=RecordState.VOIDED,
        removed_as=RecordState.VOIDED,
        page=1000,
    ),
)


def _in_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as people's screens take them."""
    return {name: _quickbooks_json(value) for name, value in values.items()}


def _quickbooks_json(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return float(str(value)) if isinstance(value, Decimal) else value


@dataclass(frozen=True)
class QuickBooksDriver:
    code: str = "quickbooks"
    samples: Sequence[Sample] = QUICKBOOKS_SAMPLES
    entities: Mapping[str, str] = field(
        default_factory=lambda: {
            "customer": "Customer",
            "item": "Item",
            "invoice": "Invoice",
            "payment": "Payment",
        }
    )

    def add(self, sandbox: Sandbox, sample: Sample, number: int) -> str:
        values: dict[str, Any] = dict(sample.values(number))
        if sample.object_type == "customer":
            values["Email"] = values.pop("PrimaryEmailAddr")
            return sandbox.quickbooks.add_customer(**values)
        if sample.object_type == "invoice":
            customer, lines = values.pop("CustomerRef"), values.pop("lines")
            sold = [(x.reference, x.quantity, x.unit_price, x.description) for x in lines]
            return sandbox.quickbooks.add_invoice(customer, *sold, **_in_json(values))
        if sample.object_type == "payment":
            return sandbox.quickbooks.add("Payment", **_in_json(values))
        values["UnitPrice"] = float(str(values["UnitPrice"]))
        return sandbox.quickbooks.add_item(**values)

    def edit(self, sandbox: Sandbox, sample: Sample, id_: str, text: str) -> None:
        entity = self.entities[sample.object_type]
        sandbox.quickbooks.update(entity, id_, **{sample.text: text})

    def archive(self, sandbox: Sandbox, sample: Sample, id_: str) -> None:
        if sample.removed_as is RecordState.VOIDED:
            sandbox.quickbooks.void(self.entities[sample.object_type], id_)
        else:
            sandbox.quickbooks.deactivate(self.entities[sample.object_type], id_)

    def merge(self, sandbox: Sandbox, sample: Sample, survivor: str, loser: str) -> str:
        sandbox.quickbooks.merge(self.entities[sample.object_type], survivor, loser)
        return survivor

    def count(self, sandbox: Sandbox, sample: Sample) -> int:
        records = sandbox.quickbooks.all(self.entities[sample.object_type])
        return sum(
            1
            for record in records.values()
            if record.get("Active", True) and record.get("TotalAmt") != 0
        )

    def listen(self, sandbox: Sandbox, url: str) -> None:
        sandbox.quickbooks.subscribe(url)
