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
    Item,
    PhoneNumber,
    Preferences,
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
