"""What a person does at each provider, so that one suite of tests can run over all connectors.

A new provider adds a driver and its samples here; the tests in test_contract.py then run for it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Protocol

from integrations.contract import Category, Connector, Line, RecordState, Value, Values
from integrations.sandbox.core import Sandbox


@dataclass(frozen=True)
class Sample:
    """One object type: records to make, and which of their fields the tests play with."""

    object_type: str
    # The fields that the tests ask for.
    fields: tuple[str, ...]
    # The n-th record as a connector writes it.
    values: Callable[[int], Values]
    # A free text that may be empty.
    text: str
    # The field by which records are found, and text by which people know the record.
    key: str
    # What one record of a batch is refused for, and as what.
    bad: Callable[[int], Values]
    bad_as: Category
    # The connector is told a record's version and refuses to overwrite a newer one.
    has_versions: bool = False
    # A second record with the same value in this field is refused.
    unique: str = ""
    can_merge: bool = True
    # Prepares the company at the provider before the test.
    furnish: Callable[[Sandbox], None] = lambda _: None
    # What an archived record is afterwards: a document is voided.
    archived_as: RecordState = RecordState.ARCHIVED
    # And after a person took it away on the provider's screens.
    removed_as: RecordState = RecordState.ARCHIVED
    # Records a page of the first read brings, so that the tests make more.
    page: int = 100
    # What a create needs besides, such as an entry of a list of that company.
    needed: Callable[[Connector], Values] = lambda _: {}

    def __str__(self) -> str:
        return self.object_type


class Driver(Protocol):
    """A person in the provider's own screens."""

    @property
    def code(self) -> str: ...

    @property
    def samples(self) -> Sequence[Sample]: ...

    def add(self, sandbox: Sandbox, sample: Sample, number: int) -> str: ...

    def edit(self, sandbox: Sandbox, sample: Sample, id_: str, text: str) -> None:
        """Set the sample's free text."""
        ...

    def archive(self, sandbox: Sandbox, sample: Sample, id_: str) -> None: ...

    def merge(self, sandbox: Sandbox, sample: Sample, survivor: str, loser: str) -> str:
        """Merge two records; the survivor's id."""
        ...

    def count(self, sandbox: Sandbox, sample: Sample) -> int:
        """Live records."""
        ...

    def listen(self, sandbox: Sandbox, url: str) -> None:
        """Have webhooks sent to an address."""
        ...


def _contact(number: int) -> Values:
    return {
        "email": f"person{number}@example.org",
        "firstname": "Ann",
        "lastname": f"Number {number}",
        "phone": f"+45 20 30 {number:04d}",
        "address": f"Long street {number}",
    }


def _company(number: int) -> Values:
    return {
        "name": f"Company {number}",
        "domain": f"company{number}.example.org",
        "city": "Aarhus",
        "description": f"The company with number {number}",
        "numberofemployees": Decimal(number + 1),
    }


def _product(number: int) -> Values:
    return {
        "name": f"Product {number}",
        "hs_sku": f"SKU-{number:05d}",
        "price": Decimal("12.50") + number,
        "description": f"The product with number {number}",
    }


def _deal(number: int) -> Values:
    return {
        "dealname": f"Deal {number:05d}",
        "dealstage": "contractsent",
        "amount": Decimal("12.50") + number,
        "description": f"The deal with number {number}",
    }


def _invoice(number: int) -> Values:
    return {
        "hs_currency": "EUR",
        "hs_number": f"HS-{number:05d}",
        "hs_purchase_order_number": f"PO {number}",
        "hs_comments": f"The invoice with number {number}",
    }


def _payment(number: int) -> Values:
    return {
        "hs_initial_amount": Decimal("12.50") + number,
        "hs_initiated_date": datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
        "hs_currency_code": "EUR",
        "hs_reference_number": f"REF-{number:05d}",
        "hs_internal_comment": f"The payment with number {number}",
    }


HUBSPOT_SAMPLES = (
    Sample(
        object_type="contact",
        fields=("email", "firstname", "lastname", "phone", "address"),
        values=_contact,
        text="address",
        key="email",
        bad=lambda number: {"email": f"bad {number}@example.org", "lastname": "Bad"},
        bad_as=Category.FIELD_INVALID,
        unique="email",
    ),
    Sample(
        object_type="company",
        fields=("name", "domain", "city", "description", "numberofemployees"),
        values=_company,
        text="description",
        key="domain",
        bad=lambda _: {"city": "Nameless"},
        bad_as=Category.FIELD_MISSING,
    ),
    Sample(
        object_type="product",
        fields=("name", "hs_sku", "price", "description"),
        values=_product,
        text="description",
        key="hs_sku",
        bad=lambda number: {"hs_sku": f"NAMELESS-{number}"},
        bad_as=Category.FIELD_MISSING,
        can_merge=False,
    ),
    Sample(
        object_type="deal",
        fields=("dealname", "dealstage", "amount", "description"),
        values=_deal,
        text="description",
        key="dealname",
        bad=lambda number: {"dealname": f"No stage {number}"},
        bad_as=Category.FIELD_MISSING,
    ),
    Sample(
        object_type="invoice",
        fields=("hs_currency", "hs_number", "hs_purchase_order_number", "hs_comments"),
        values=_invoice,
        text="hs_comments",
        key="hs_number",
        bad=lambda number: {"hs_number": f"NO-CURRENCY-{number}"},
        bad_as=Category.FIELD_MISSING,
        can_merge=False,
    ),
    Sample(
        object_type="payment",
        fields=(
            "hs_initial_amount",
            "hs_initiated_date",
            "hs_currency_code",
            "hs_reference_number",
            "hs_internal_comment",
        ),
        values=_payment,
        text="hs_internal_comment",
        key="hs_reference_number",
        bad=lambda number: {"hs_reference_number": f"NO-AMOUNT-{number}"},
        bad_as=Category.FIELD_MISSING,
        can_merge=False,
        archived_as=RecordState.VOIDED,
    ),
)
# Object types that are only written: no test can read them.
WRITE_ONLY = frozenset({"note"})


def _hubspot_text(value: Value) -> str:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else str(value)


@dataclass(frozen=True)
class HubSpotDriver:
    code: str = "hubspot"
    samples: Sequence[Sample] = HUBSPOT_SAMPLES
    paths: Mapping[str, str] = field(
        default_factory=lambda: {
            "contact": "contacts",
            "company": "companies",
            "product": "products",
            "deal": "deals",
            "invoice": "invoices",
            "payment": "commerce_payments",
        }
    )

    def add(self, sandbox: Sandbox, sample: Sample, number: int) -> str:
        properties = {name: _hubspot_text(value) for name, value in sample.values(number).items()}
        if sample.object_type == "invoice":
            properties["hs_invoice_billable"] = "false"
        return sandbox.hubspot.add(self.paths[sample.object_type], **properties)

    def edit(self, sandbox: Sandbox, sample: Sample, id_: str, text: str) -> None:
        sandbox.hubspot.update(self.paths[sample.object_type], id_, **{sample.text: text})

    def archive(self, sandbox: Sandbox, sample: Sample, id_: str) -> None:
        sandbox.hubspot.delete(self.paths[sample.object_type], id_)

    def merge(self, sandbox: Sandbox, sample: Sample, survivor: str, loser: str) -> str:
        return sandbox.hubspot.merge(self.paths[sample.object_type], survivor, loser)

    def count(self, sandbox: Sandbox, sample: Sample) -> int:
        records = sandbox.hubspot.all(self.paths[sample.object_type]).values()
        return sum(1 for record in records if record.get("hs_latest_status") != "refunded")

    def listen(self, sandbox: Sandbox, url: str) -> None:
        sandbox.hubspot.subscribe(url)


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


DRIVERS: Mapping[str, Driver] = {
    driver.code: driver for driver in (HubSpotDriver(), QuickBooksDriver())
}
