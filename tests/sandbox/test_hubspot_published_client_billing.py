"""HubSpot's own published client with invoices, line items, payments, deals and notes."""

from __future__ import annotations

import pytest

from tests.sandbox.hubspot_account import Account

hubspot = pytest.importorskip("hubspot", reason="hubspot-api-client is not installed")

from hubspot.crm.associations.v4 import (  # noqa: E402
    BatchInputPublicFetchAssociationsBatchRequest,
    PublicFetchAssociationsBatchRequest,
)
from hubspot.crm.commerce.invoices import (  # noqa: E402
    ApiException,
    AssociationSpec,
    BatchInputSimplePublicObjectBatchInputForCreate,
    BatchInputSimplePublicObjectBatchInputUpsert,
    BatchReadInputSimplePublicObjectId,
    Filter,
    FilterGroup,
    PublicAssociationsForObject,
    PublicObjectId,
    PublicObjectSearchRequest,
    SimplePublicObjectBatchInputForCreate,
    SimplePublicObjectBatchInputUpsert,
    SimplePublicObjectId,
    SimplePublicObjectInput,
    SimplePublicObjectInputForCreate,
)

# The generated classes of the client are not typed.
# mypy: disable-error-code="no-untyped-call,attr-defined,import-untyped,misc"


class Crm:
    """The client's CRM part; every API of it is sent to the sandbox."""

    def __init__(self, account: Account) -> None:
        self.base_url = account.ready["base_url"]
        self.crm = hubspot.HubSpot(access_token=account.ready["access_token"]).crm

    def at(self, api: object) -> object:
        api.api_client.configuration.host = self.base_url
        return api

    @property
    def invoices(self) -> object:
        return self.at(self.crm.commerce.invoices.basic_api)

    @property
    def lines(self) -> object:
        return self.at(self.crm.line_items.basic_api)

    @property
    def any(self) -> object:
        """Object types that the client has no API of their own for."""
        return self.at(self.crm.objects.basic_api)


@pytest.fixture
def crm(account: Account) -> Crm:
    return Crm(account)


def to(record_id: str, type_id: int) -> object:
    spec = AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=type_id)
    return PublicAssociationsForObject(to=PublicObjectId(id=record_id), types=[spec])


def new(*links: object, **properties: str) -> object:
    return SimplePublicObjectInputForCreate(properties=properties, associations=list(links))


def billed(crm: Crm, account: Account) -> str:
    """An open invoice of 2 x 40 made with the client; its id."""
    contact = account.hubspot.add_contact(email="ann@example.org")
    invoice = str(crm.invoices.create(new(to(contact, 177), hs_currency="EUR")).id)
    crm.lines.create(new(to(invoice, 410), name="Chair", price="40", quantity="2"))
    crm.invoices.update(invoice, SimplePublicObjectInput(properties={"hs_invoice_status": "open"}))
    return invoice


def test_an_invoice_is_made_opened_paid_and_read(crm: Crm, account: Account) -> None:
    invoice = billed(crm, account)
    payment = crm.any.create(
        "commerce_payments",
        new(
            to(invoice, 542),
            hs_initial_amount="80",
            hs_initiated_date="2026-11-02T08:00:00Z",
            hs_latest_status="succeeded",
        ),
    )

    read = crm.invoices.get_by_id(
        invoice,
        properties=["hs_number", "hs_invoice_status", "hs_balance_due"],
        associations=["line_items", "commerce_payments", "contacts"],
    )

    assert read.properties["hs_number"] == "INV-1001"
    assert read.properties["hs_invoice_status"] == "paid"
    assert read.properties["hs_balance_due"] == "0.00"
    (line,) = read.associations["line items"].results
    assert line.type == "invoice_to_line_item"
    assert [row.id for row in read.associations["commerce payments"].results] == [payment.id]


def test_a_refusal_of_an_invoice_is_the_clients_exception(crm: Crm, account: Account) -> None:
    invoice = billed(crm, account)

    with pytest.raises(ApiException) as caught:
        crm.invoices.archive(invoice)

    assert caught.value.status == 400
    assert "cannot be deleted" in caught.value.body


def test_invoices_are_listed_searched_and_read_in_batches(crm: Crm, account: Account) -> None:
    invoice = billed(crm, account)
    other = account.hubspot.add_invoice()
    is_open = Filter(property_name="hs_invoice_status", operator="EQ", value="open")

    listed = crm.invoices.get_page(properties=["hs_amount_billed"])
    found = crm.at(crm.crm.commerce.invoices.search_api).do_search(
        PublicObjectSearchRequest(
            filter_groups=[FilterGroup(filters=[is_open])],
            sorts=["hs_lastmodifieddate"],
            properties=["hs_number"],
            limit=10,
            after="0",
            query="",
        )
    )
    read = crm.at(crm.crm.commerce.invoices.batch_api).read(
        BatchReadInputSimplePublicObjectId(
            properties=["hs_amount_billed"],
            properties_with_history=[],
            inputs=[SimplePublicObjectId(id=invoice), SimplePublicObjectId(id=other)],
        )
    )

    assert [row.id for row in listed.results] == [invoice, other]
    assert [row.properties["hs_number"] for row in found.results] == ["INV-1001"]
    amounts = {row.id: row.properties["hs_amount_billed"] for row in read.results}
    assert amounts == {invoice: "80.00", other: "0.00"}


def test_mirrors_are_upserted_by_an_own_key(crm: Crm, account: Account) -> None:
    account.hubspot.add_property(
        "invoices",
        {
            "name": "books_id",
            "label": "Books",
            "groupName": "invoiceinformation",
            "type": "string",
            "fieldType": "text",
            "hasUniqueValue": True,
        },
    )
    row = SimplePublicObjectBatchInputUpsert(
        id="77",
        id_property="books_id",
        properties={
            "hs_currency": "EUR",
            "hs_invoice_billable": "false",
            "hs_invoice_status": "open",
            "hs_number": "1037",
            "hs_amount_billed": "121.00",
        },
    )
    batch = crm.at(crm.crm.commerce.invoices.batch_api)

    answers = [
        batch.upsert(BatchInputSimplePublicObjectBatchInputUpsert(inputs=[row])) for _ in range(2)
    ]

    assert [answer.results[0].new for answer in answers] == [True, False]
    (held,) = account.hubspot.invoices.values()
    assert (held["hs_number"], held["hs_balance_due"]) == ("1037", "121.00")


def test_lines_are_made_in_a_batch_and_their_invoices_asked_for(crm: Crm, account: Account) -> None:
    invoice = account.hubspot.add_invoice()
    rows = [
        SimplePublicObjectBatchInputForCreate(
            properties={"name": name, "price": "5", "quantity": "1"},
            associations=[to(invoice, 410)],
        )
        for name in ("Lamp", "Desk")
    ]

    made = crm.at(crm.crm.line_items.batch_api).create(
        BatchInputSimplePublicObjectBatchInputForCreate(inputs=rows)
    )
    asked = crm.at(crm.crm.associations.v4.batch_api).get_page(
        "invoices",
        "line_items",
        BatchInputPublicFetchAssociationsBatchRequest(
            inputs=[PublicFetchAssociationsBatchRequest(id=invoice, after="0")]
        ),
    )

    linked = {str(row.to_object_id) for row in asked.results[0].to}
    assert linked == {row.id for row in made.results}
    assert account.hubspot.get("invoices", invoice)["hs_amount_billed"] == "10.00"


def test_a_note_is_put_on_a_deal(crm: Crm, account: Account) -> None:
    deal = crm.at(crm.crm.deals.basic_api).create(new(dealname="Chairs", dealstage="closedwon"))

    note = crm.at(crm.crm.objects.notes.basic_api).create(
        new(to(deal.id, 214), hs_timestamp="2026-11-02T09:00:00Z", hs_note_body="Paid")
    )

    assert account.hubspot.associated("deals", deal.id, "notes") == [note.id]
