"""What a person does at HubSpot, and samples of its records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from integrations.contract import Category, RecordState, Value, Values
from integrations.sandbox.core import Sandbox
from tests.connectors.samples import Sample


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
