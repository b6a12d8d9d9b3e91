"""The stand-ins' pages for people: at the addresses that "Open in …" leads to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from integrations.sandbox.server import SandboxServer, run_sandbox


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    with run_sandbox() as running:
        yield running


def hubspot_page(server: SandboxServer, record_id: str, portal: str = "") -> str:
    ready = server.ready()["hubspot"]
    return f"{ready['base_url']}/contacts/{portal or ready['account_id']}/record/0-1/{record_id}"


def customer_page(server: SandboxServer, record_id: str) -> str:
    return f"{server.base_url('quickbooks')}/app/customerdetail?nameId={record_id}"


def open_page(url: str) -> requests.Response:
    return requests.get(url, timeout=10)


def save(url: str, **fields: str) -> requests.Response:
    return requests.post(url, data=fields, timeout=10)


def test_a_contact_is_shown_with_its_values_escaped(server: SandboxServer) -> None:
    name = '"><script>alert(1)</script>'
    record_id = server.sandbox.hubspot.add_contact(email="ann@example.org", firstname=name)

    page = open_page(hubspot_page(server, record_id))

    assert page.status_code == 200
    assert 'value="ann@example.org"' in page.text
    assert "<script" not in page.text
    assert "script-src" not in page.headers["Content-Security-Policy"]


def test_a_contact_is_corrected_by_hand(server: SandboxServer) -> None:
    hubspot = server.sandbox.hubspot
    record_id = hubspot.add_contact(email="ann@example.org", firstname="An", phone="1")

    page = save(hubspot_page(server, record_id), firstname="Ann", phone="")

    assert "Saved." in page.text
    assert hubspot.get("contacts", record_id)["firstname"] == "Ann"
    assert "phone" not in hubspot.get("contacts", record_id)
    # A person's hand is no call of the app under test.
    assert server.sandbox.writes == 0


def test_hubspot_refuses_a_wrong_value_and_keeps_what_was_typed(server: SandboxServer) -> None:
    record_id = server.sandbox.hubspot.add_contact(email="ann@example.org")

    page = save(hubspot_page(server, record_id), email="no address")

    assert page.status_code == 400
    assert "no address is invalid" in page.text
    assert 'value="no address"' in page.text
    assert server.sandbox.hubspot.get("contacts", record_id)["email"] == "ann@example.org"


@pytest.mark.parametrize(
    ("record_id", "portal"),
    [
        pytest.param("999999", "", id="no such record"),
        pytest.param("x", "", id="no number"),
        pytest.param("1", "1", id="another account"),
    ],
)
def test_a_contact_that_is_not_there_is_not_found(
    server: SandboxServer, record_id: str, portal: str
) -> None:
    assert open_page(hubspot_page(server, record_id, portal)).status_code == 404


def test_a_customer_is_corrected_by_hand(server: SandboxServer) -> None:
    books = server.sandbox.quickbooks
    record_id = books.add_customer(
        DisplayName="Ann", BillAddr={"Line1": "Dam 1", "City": "Amsterdam"}
    )
    fields = {"DisplayName": "Ann Bos", "BillAddr.City": "Utrecht", "Notes": ""}

    page = save(customer_page(server, record_id), **fields)

    assert "Saved." in page.text
    customer = books.get("Customer", record_id)
    assert customer["DisplayName"] == "Ann Bos"
    assert customer["BillAddr"] | {"Line1": "Dam 1", "City": "Utrecht"} == customer["BillAddr"]
    assert server.sandbox.writes == 0


def test_quickbooks_refuses_a_name_that_is_taken(server: SandboxServer) -> None:
    books = server.sandbox.quickbooks
    books.add_customer(DisplayName="Ann")
    record_id = books.add_customer(DisplayName="Bob")

    page = save(customer_page(server, record_id), DisplayName="Ann")

    assert page.status_code == 400
    assert "already exists" in page.text
    assert books.get("Customer", record_id)["DisplayName"] == "Bob"


def test_a_customer_that_is_not_there_is_not_found(server: SandboxServer) -> None:
    assert open_page(customer_page(server, "<b>")).status_code == 404


def test_items_are_listed_and_lead_to_their_form(server: SandboxServer) -> None:
    books = server.sandbox.quickbooks
    record_id = books.add_item(Name="Mug <large>", Sku="M-1", UnitPrice=4.5)
    base = f"{server.base_url('quickbooks')}/app/"

    listed = open_page(f"{base}items").text

    assert f'href="item?itemId={record_id}">Mug &lt;large&gt;</a>' in listed
    save(f"{base}item?itemId={record_id}", UnitPrice="5")
    assert books.get("Item", record_id)["UnitPrice"] == 5
