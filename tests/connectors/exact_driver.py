"""What a person does at Exact, and samples of its records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from integrations.contract import Category, Line, RecordState, Values
from integrations.sandbox.core import Sandbox
from tests.connectors.samples import Sample

# The account to which all contacts belong, and the item that all invoices sell.
_EMPLOYER = _BUYER = "dec785f3-9df3-5ef8-a81c-76141e154c47"
_WARE = "97ff8dfc-6556-5ac5-ba45-87ae59a046a5"
_HIGH_VAT = "4"
_TOPICS = ("Accounts", "Contacts", "Items", "SalesInvoices", "SalesEntries", "Opportunities")


def _account(number: int) -> Values:
    return {
        "Name": f"Relatie {number}",
        "Email": f"relatie{number}@example.org",
        "VATNumber": f"NL{number:09d}B01",
        "City": "Zwolle",
        "Remarks": f"The account with number {number}",
    }


def _contact(number: int) -> Values:
    return {
        "Account": _EMPLOYER,
        "FirstName": "Ann",
        "LastName": f"Number {number}",
        "Email": f"person{number}@example.org",
        "Notes": f"The contact with number {number}",
    }


def _item(number: int) -> Values:
    return {
        "Code": f"SKU-{number:05d}",
        "Description": f"Item {number}",
        "Unit": "pc",
        "SalesPrice": Decimal("12.50") + number,
        "ExtraDescription": f"The item with number {number}",
    }


def _invoice(number: int) -> Values:
    price = Decimal("12.50") + number
    line = Line(
        reference=_WARE,
        sku="WARE",
        name="Ware",
        description=f"Sold under {number}",
        quantity=Decimal(2),
        unit_price=price,
        amount=price * 2,
        tax=_HIGH_VAT,
    )
    return {
        "OrderedBy": _BUYER,
        "Journal": "70",
        "YourRef": f"REF-{number:05d}",
        "SalesInvoiceLines": (line,),
        "Remarks": f"The invoice with number {number}",
    }


def _opportunity(number: int) -> Values:
    return {
        "Name": f"Deal {number}",
        "Account": _BUYER,
        "AmountFC": Decimal("12.50") + number,
        "Notes": f"The opportunity with number {number}",
    }


def _employ(sandbox: Sandbox) -> None:
    """Somebody for whom all contacts work."""
    made = sandbox.exact.add("crm/Accounts", Name="Werkgever", Status="C")
    if made != _EMPLOYER:
        raise ValueError(f"The account has another id now: {made}.")


def _furnish(sandbox: Sandbox) -> None:
    """Somebody to invoice, and something to sell."""
    _employ(sandbox)
    made = sandbox.exact.add(
        "logistics/Items", Code="WARE", Description="Ware", IsSalesItem=True, SalesVatCode=_HIGH_VAT
    )
    if made != _WARE:
        raise ValueError(f"The item has another id now: {made}.")


EXACT_SAMPLES = (
    Sample(
        object_type="account",
        fields=("Name", "Email", "VATNumber", "City", "Remarks"),
        values=_account,
        text="Remarks",
        key="Email",
        bad=lambda number: {"Name": f"Bad {number}", "Email": "nobody at all"},
        bad_as=Category.FIELD_INVALID,
        has_versions=True,
        can_merge=False,
        page=1000,
        calls_each=1,
        writes_to="crm/Accounts",
    ),
    Sample(
        object_type="contact",
        fields=("Account", "FirstName", "LastName", "Email", "Notes"),
        values=_contact,
        text="Notes",
        key="Email",
        bad=lambda number: {**_contact(number), "Email": "nobody at all"},
        bad_as=Category.FIELD_INVALID,
        has_versions=True,
        can_merge=False,
        furnish=_employ,
        page=1000,
        calls_each=1,
        writes_to="crm/Contacts",
    ),
    Sample(
        object_type="item",
        fields=("Code", "Description", "Unit", "SalesPrice", "ExtraDescription"),
        values=_item,
        text="ExtraDescription",
        key="Code",
        bad=lambda number: {**_item(number), "Code": f"BAD-{number}", "Unit": "dozen"},
        bad_as=Category.REFERENCE_INACTIVE,
        has_versions=True,
        unique="Code",
        can_merge=False,
        page=1000,
        calls_each=2,
        writes_to="logistics/Items",
    ),
    Sample(
        object_type="sales_invoice",
        fields=("OrderedBy", "Journal", "YourRef", "SalesInvoiceLines", "Remarks"),
        values=_invoice,
        text="Remarks",
        key="YourRef",
        bad=lambda number: {**_invoice(number), "Journal": "20"},
        bad_as=Category.CONFIGURATION,
        has_versions=True,
        can_merge=False,
        furnish=_furnish,
        archived_as=RecordState.GONE,
        removed_as=RecordState.GONE,
        # A page has a thousand rows: a header and a line of each.
        page=500,
        calls_each=1,
        writes_to="salesinvoice/SalesInvoices",
    ),
    Sample(
        object_type="opportunity",
        fields=("Name", "Account", "AmountFC", "Notes"),
        values=_opportunity,
        text="Notes",
        key="Name",
        bad=lambda number: {**_opportunity(number), "Owner": _WARE},
        bad_as=Category.REFERENCE_INACTIVE,
        has_versions=True,
        can_merge=False,
        furnish=_furnish,
        archived_as=RecordState.GONE,
        removed_as=RecordState.GONE,
        tells_removed=False,
        page=60,
        calls_each=1,
        writes_to="crm/Opportunities",
    ),
)


@dataclass(frozen=True)
class ExactDriver:
    code: str = "exact"
    samples: Sequence[Sample] = EXACT_SAMPLES
    paths: Mapping[str, str] = field(
        default_factory=lambda: {
            "account": "crm/Accounts",
            "contact": "crm/Contacts",
            "item": "logistics/Items",
            "sales_invoice": "salesinvoice/SalesInvoices",
            "opportunity": "crm/Opportunities",
        }
    )

    def add(self, sandbox: Sandbox, sample: Sample, number: int) -> str:
        values: dict[str, Any] = dict(sample.values(number))
        if sample.object_type == "sales_invoice":
            lines = values.pop("SalesInvoiceLines")
            sold = ((x.reference, x.quantity, x.unit_price, x.description) for x in lines)
            return sandbox.exact.add_invoice(values.pop("OrderedBy"), *sold, **values)
        if "AmountFC" in values:
            values["AmountFC"] = float(values["AmountFC"])
        price = values.pop("SalesPrice", None)
        made = sandbox.exact.add(self.paths[sample.object_type], **values)
        if price is not None:
            sandbox.exact.add("logistics/SalesItemPrices", Item=made, Price=float(price))
        return made

    def edit(self, sandbox: Sandbox, sample: Sample, id_: str, text: str) -> None:
        changes: dict[str, Any] = {sample.text: text}
        sandbox.exact.update(self.paths[sample.object_type], id_, **changes)

    def archive(self, sandbox: Sandbox, sample: Sample, id_: str) -> None:
        if sample.removed_as is RecordState.GONE:
            sandbox.exact.delete(self.paths[sample.object_type], id_)
            return
        ended = sandbox.clock.now().date().isoformat()
        sandbox.exact.update(self.paths[sample.object_type], id_, EndDate=ended)

    def merge(self, sandbox: Sandbox, sample: Sample, survivor: str, loser: str) -> str:
        raise NotImplementedError("Exact merges nothing.")

    def count(self, sandbox: Sandbox, sample: Sample) -> int:
        rows = sandbox.exact.all(self.paths[sample.object_type])
        return sum(1 for row in rows.values() if not row.get("EndDate"))

    def listen(self, sandbox: Sandbox, url: str) -> None:
        sandbox.exact.subscribe(url, *_TOPICS)
