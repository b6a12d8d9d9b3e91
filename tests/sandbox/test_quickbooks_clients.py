"""The published clients, python-quickbooks and intuit-oauth, with nothing changed but the host."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import intuitlib.config
import pytest
import quickbooks
import requests
from intuitlib.client import AuthClient
from intuitlib.enums import Scopes
from intuitlib.exceptions import AuthClientError
from quickbooks import QuickBooks
from quickbooks.batch import batch_create, batch_update
from quickbooks.cdc import change_data_capture
from quickbooks.exceptions import (
    AuthorizationException,
    ObjectNotFoundException,
    QuickbooksException,
    ValidationException,
)
from quickbooks.objects import (
    Account,
    Address,
    CompanyInfo,
    Customer,
    EmailAddress,
    Invoice,
    Item,
    Payment,
    PaymentLine,
    PhoneNumber,
    Preferences,
    SalesItemLine,
    SalesItemLineDetail,
    TaxCode,
    Term,
    Vendor,
)

from integrations.sandbox.quickbooks.notices import signature
from tests.sandbox.quickbooks_calls import Caller, caller

CALLBACK = "http://localhost:8000/callback"


@pytest.fixture
def books() -> Iterator[Caller]:
    with caller() as found:
        yield found


@pytest.fixture
def auth(books: Caller, monkeypatch: pytest.MonkeyPatch) -> Iterator[AuthClient]:
    """Intuit's own OAuth client; only where it discovers the endpoints is changed."""
    discovery = f"{books.ready['base_url']}/.well-known/openid_sandbox_configuration"
    monkeypatch.setitem(intuitlib.config.DISCOVERY_URL, "sandbox", discovery)
    client = AuthClient(books.ready["client_id"], books.ready["client_secret"], CALLBACK, "sandbox")
    yield client
    client.close()


def press_connect(auth: AuthClient) -> dict[str, str]:
    """What the callback gets when a person allows what the client asks for."""
    page, _, query = auth.get_authorization_url([Scopes.ACCOUNTING]).partition("?")
    fields = {name: values[0] for name, values in parse_qs(query).items()}
    answer = requests.post(
        page, data=fields | {"action": "allow"}, allow_redirects=False, timeout=10
    )
    got = parse_qs(urlsplit(answer.headers["Location"]).query)
    return {name: values[0] for name, values in got.items()}


@pytest.fixture
def client(
    books: Caller, auth: AuthClient, monkeypatch: pytest.MonkeyPatch
) -> Iterator[QuickBooks]:
    """The published client, signed in through the consent page."""
    # The library beneath insists on https; the sandbox speaks plain HTTP on this machine.
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setattr(QuickBooks, "sandbox_api_url_v3", f"{books.ready['base_url']}/v3")
    got = press_connect(auth)
    auth.get_bearer_token(got["code"], realm_id=got["realmId"])
    found = QuickBooks(
        auth_client=auth,
        refresh_token=auth.refresh_token,
        company_id=got["realmId"],
        minorversion=75,
    )
    yield found
    found.session.close()


def new_customer(name: str) -> Customer:
    customer = Customer()
    customer.DisplayName = name
    customer.GivenName = "Anna"
    customer.PrimaryEmailAddr = EmailAddress()
    customer.PrimaryEmailAddr.Address = f"{name.lower()}@mail.example"
    customer.PrimaryPhone = PhoneNumber()
    customer.PrimaryPhone.FreeFormNumber = "(415) 555-0100"
    customer.BillAddr = Address()
    customer.BillAddr.Line1 = "1 Elm Street"
    return customer


def test_signing_in_refreshing_and_revoking(books: Caller, auth: AuthClient) -> None:
    got = press_connect(auth)
    assert got["state"] == auth.state_token

    auth.get_bearer_token(got["code"], realm_id=got["realmId"])
    first = auth.refresh_token
    books.clock.advance(24 * 3600)
    auth.refresh()

    assert auth.realm_id == books.ready["account_id"]
    assert auth.refresh_token != first
    with pytest.raises(AuthClientError) as refused:
        auth.refresh(refresh_token=first)
    assert refused.value.status_code == 400
    assert auth.revoke(token=auth.refresh_token) is True
    with pytest.raises(AuthClientError):
        auth.refresh()


def test_a_customer_is_created_read_changed_and_found(client: QuickBooks) -> None:
    made = new_customer("Berg").save(qb=client)
    made.Notes = "Calls on Fridays"
    changed = made.save(qb=client)

    found = Customer.filter(DisplayName="Berg", qb=client)
    assert made.Id
    assert changed.SyncToken == "1"
    assert [customer.Notes for customer in found] == ["Calls on Fridays"]
    assert Customer.get(made.Id, qb=client).PrimaryEmailAddr.Address == "berg@mail.example"
    assert Customer.count(qb=client) == 1
    assert Customer.choose([made.Id], qb=client)[0].BillAddr.Line1 == "1 Elm Street"


def test_an_apostrophe_is_found(client: QuickBooks) -> None:
    new_customer("O'Neill").save(qb=client)

    assert len(Customer.filter(DisplayName="O'Neill", qb=client)) == 1


def test_a_requestid_creates_once(client: QuickBooks) -> None:
    first = new_customer("Berg").save(qb=client, request_id="job-1")
    again = new_customer("Berg").save(qb=client, request_id="job-1")

    assert first.Id == again.Id


def test_an_item_is_created_and_its_sku_found(client: QuickBooks) -> None:
    item = Item()
    item.Name = "Hours"
    item.Type = "Service"
    item.Sku = "H-1"
    item.UnitPrice = 80.5
    item.IncomeAccountRef = Account.filter(Name="Services", qb=client)[0].to_ref()
    item.save(qb=client)

    [found] = Item.all(qb=client)
    assert (found.Sku, found.UnitPrice) == ("H-1", 80.5)
    found.Description = "Work"
    assert found.save(qb=client).Description == "Work"


def test_the_short_lists_and_the_company_are_read(client: QuickBooks) -> None:
    assert len(Account.all(qb=client)) == 20
    assert {code.Id for code in TaxCode.all(qb=client)} == {"TAX", "NON", "2"}
    names = [term.Name for term in Term.all(order_by="Name", qb=client)]
    assert names == sorted(names)
    assert CompanyInfo.get(client.company_id, qb=client).Country == "US"
    assert Preferences.get(qb=client).CurrencyPrefs.HomeCurrency.value == "USD"


def test_batches_create_and_update_and_tell_faults(client: QuickBooks) -> None:
    made = batch_create([new_customer(f"C{number}") for number in range(35)], qb=client)
    for customer in made.successes:
        customer.Notes = "changed"
    changed = batch_update(made.successes, qb=client)
    taken = batch_create([new_customer("C3"), new_customer("C99")], qb=client)

    assert len(made.successes) == 35
    assert {customer.SyncToken for customer in changed.successes} == {"1"}
    assert [fault.Error[0].code for fault in taken.faults] == ["6240"]
    assert [customer.DisplayName for customer in taken.successes] == ["C99"]


def test_changes_are_captured(books: Caller, client: QuickBooks) -> None:
    new_customer("Berg").save(qb=client)
    since = datetime.fromisoformat("2026-07-01T12:00:00+00:00")

    captured = change_data_capture([Customer, Vendor], since.isoformat(), qb=client)

    assert [customer.DisplayName for customer in captured.Customer] == ["Berg"]
    assert not hasattr(captured, "Vendor")


def new_invoice(client: QuickBooks, *prices: float) -> Invoice:
    """Three of one item at each price, for customer 1."""
    invoice = Invoice()
    invoice.CustomerRef = Customer.get("1", qb=client).to_ref()
    for price in prices:
        line = SalesItemLine()
        line.Amount = round(3 * price, 2)
        line.SalesItemLineDetail = SalesItemLineDetail()
        line.SalesItemLineDetail.ItemRef = Item.get("1", qb=client).to_ref()
        line.SalesItemLineDetail.Qty = 3
        line.SalesItemLineDetail.UnitPrice = price
        invoice.Line.append(line)
    return invoice


def new_payment(client: QuickBooks, total: float, *invoices: Invoice) -> Payment:
    payment = Payment()
    payment.CustomerRef = Customer.get("1", qb=client).to_ref()
    payment.TotalAmt = total
    for invoice in invoices:
        line = PaymentLine()
        line.Amount = invoice.Balance
        line.LinkedTxn.append(invoice.to_linked_txn())
        payment.Line.append(line)
    return payment


@pytest.fixture
def shop(books: Caller, client: QuickBooks) -> QuickBooks:
    books.books.add_customer(DisplayName="Berg")
    books.books.add_item(Name="Hours")
    return client


def test_an_invoice_is_created_read_changed_and_found(shop: QuickBooks) -> None:
    made = new_invoice(shop, 19.99, 5).save(qb=shop, request_id="job-1")
    again = new_invoice(shop, 19.99, 5).save(qb=shop, request_id="job-1")
    made.Line[0].Description = "Work"
    made.Line = made.Line[:1]
    changed = made.save(qb=shop)

    assert (again.Id, made.TotalAmt, made.DocNumber) == (made.Id, 74.97, "1001")
    # The client sends an empty date, and QuickBooks makes this of it.
    assert made.Line[0].SalesItemLineDetail.ServiceDate == "9999-12-31"
    assert (changed.TotalAmt, changed.Line[0].Description) == (59.97, "Work")
    [found] = Invoice.filter(DocNumber="1001", qb=shop)
    assert (found.Id, found.SyncToken) == (made.Id, "1")


def test_invoices_are_paid_and_opened_again(shop: QuickBooks) -> None:
    first, second = (new_invoice(shop, price).save(qb=shop) for price in (10, 20))

    payment = new_payment(shop, 100, first, second).save(qb=shop)
    paid = Invoice.choose([first.Id, second.Id], qb=shop)
    payment.void(qb=shop)

    assert payment.UnappliedAmt == 10
    assert [invoice.Balance for invoice in paid] == [0, 0]
    assert {invoice.LinkedTxn[0].TxnType for invoice in paid} == {"Payment"}
    assert Invoice.get(first.Id, qb=shop).Balance == 30
    assert Payment.get(payment.Id, qb=shop).PrivateNote == "Voided"


def test_invoices_are_voided_and_deleted(shop: QuickBooks) -> None:
    voided, gone = (new_invoice(shop, price).save(qb=shop) for price in (10, 20))
    voided.void(qb=shop)
    gone.delete(qb=shop)

    since = datetime.fromisoformat("2026-07-01T12:00:00+00:00")
    captured = change_data_capture([Invoice], since.isoformat(), qb=shop)

    assert Invoice.get(voided.Id, qb=shop).TotalAmt == 0
    with pytest.raises(ObjectNotFoundException):
        Invoice.get(gone.Id, qb=shop)
    assert [invoice.Id for invoice in captured.Invoice] == [voided.Id, gone.Id]


def test_an_invoice_is_sent(shop: QuickBooks) -> None:
    made = new_invoice(shop, 10).save(qb=shop)

    made.send(qb=shop, send_to="berg@mail.example")

    sent = Invoice.get(made.Id, qb=shop)
    assert (sent.EmailStatus, sent.BillEmail.Address) == ("EmailSent", "berg@mail.example")


def test_a_wrong_invoice_becomes_the_clients_error(shop: QuickBooks) -> None:
    wrong = new_invoice(shop, 10)
    wrong.Line[0].Amount = 10

    with pytest.raises(QuickbooksException, match="Amount is not equal to UnitPrice") as refused:
        wrong.save(qb=shop)

    assert refused.value.error_code == 6070


def test_refusals_become_the_clients_errors(books: Caller, client: QuickBooks) -> None:
    new_customer("Berg").save(qb=client)

    with pytest.raises(QuickbooksException, match="Duplicate Name Exists Error"):
        new_customer("Berg").save(qb=client)
    with pytest.raises(ObjectNotFoundException):
        Customer.get("99", qb=client)
    with pytest.raises(ValidationException, match="Invalid query"):
        Customer.query("SELECT * FROM Customer WHERE Notes = 'x'", qb=client)
    books.clock.advance(3600)
    with pytest.raises(AuthorizationException):
        Customer.all(qb=client)


def test_webhook_signatures_verify_with_the_client(books: Caller, client: QuickBooks) -> None:
    secret = books.ready["webhook_secret"]
    body = '[{"specversion":"1.0"}]'
    shown: Any = signature(secret, body.encode())

    assert client.validate_webhook_signature(body, shown, verifier_token=secret)
    assert not client.validate_webhook_signature(body + " ", shown, verifier_token=secret)


def test_the_client_in_use_is_the_published_one() -> None:
    assert quickbooks.__file__
    assert "site-packages" in quickbooks.__file__
