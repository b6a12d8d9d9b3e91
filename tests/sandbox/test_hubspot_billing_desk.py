"""What people do with invoices in HubSpot's screens: by the desk, the control API and the pages."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from integrations.sandbox.assemble import make_sandbox
from integrations.sandbox.hubspot.bulk import InvoiceRow
from integrations.sandbox.hubspot.provider import HubSpot
from integrations.sandbox.hubspot.refusals import Refusal
from tests.sandbox.hubspot_account import OBJECTS, Account
from tests.sandbox.invoicing import INVOICES, read

CHAIRS = {"name": "Chair", "price": "40", "quantity": "2"}


def billed(hubspot: HubSpot, **more: Any) -> str:
    contact = hubspot.add_contact(email=f"{len(hubspot.contacts)}@example.org", firstname="Ann")
    company = hubspot.add_company(name="Acme")
    return hubspot.add_invoice(contact=contact, company=company, lines=[CHAIRS], **more)


@pytest.mark.parametrize(
    ("status", "paid", "due"),
    [
        ("draft", "0.00", "80.00"),
        ("open", "0.00", "80.00"),
        ("paid", "80.00", "0.00"),
        ("voided", "0.00", "0.00"),
    ],
)
def test_an_invoice_is_added_in_any_state(
    account: Account, status: str, paid: str, due: str
) -> None:
    held = read(account, billed(account.hubspot, status=status))

    assert held["hs_invoice_status"] == status
    assert (held["hs_amount_paid"], held["hs_balance_due"]) == (paid, due)
    assert (held["hs_number"] is None) is (status == "draft")
    assert account.server.sandbox.writes == 0


def test_a_mirror_is_added_as_it_is(account: Account) -> None:
    invoice = account.hubspot.add_invoice(
        status="voided", hs_invoice_billable="false", hs_number="9", hs_invoice_source="data_sync"
    )

    held = account.hubspot.get("invoices", invoice)

    assert (held["hs_invoice_status"], held["hs_number"]) == ("voided", "9")
    assert held["hs_invoice_source"] == "data_sync"


def test_a_recorded_payment_belongs_to_all_that_the_invoice_belongs_to(account: Account) -> None:
    hubspot = account.hubspot
    invoice = billed(hubspot, status="open", deal=hubspot.add_deal(dealname="Chairs"))

    payment = hubspot.record_payment(invoice, "30", hs_payment_method_type="cash")

    held = hubspot.payments[payment]
    assert (held["hs_initial_amount"], held["hs_latest_status"]) == ("30", "succeeded")
    assert (held["hs_payment_source_app"], held["hs_payment_source_id"]) == ("INVOICE", invoice)
    for name in ("contacts", "companies", "deals"):
        of_invoice = hubspot.associated("invoices", invoice, name)
        assert hubspot.associated("commerce_payments", payment, name) == of_invoice
        assert len(of_invoice) == 1


def test_a_person_cannot_correct_a_paid_invoice(account: Account) -> None:
    invoice = billed(account.hubspot, status="paid")
    (line,) = account.hubspot.lines_of(invoice)

    with pytest.raises(Refusal):
        account.hubspot.update("line_items", line, price="1")
    with pytest.raises(Refusal):
        account.hubspot.add_line(invoice, **CHAIRS)


# The control API --------------------------------------------------------------------------


def done(account: Account, path: str, **wanted: Any) -> dict[str, Any]:
    answer = account.control("POST", f"data/hubspot/{path}", wanted)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_an_invoice_is_made_and_taken_through_its_states_over_http(account: Account) -> None:
    rate = done(account, "tax_rates", name="VAT", percentage="10")["id"]
    contact = done(account, "contacts", email="ann@example.org")["id"]
    line = CHAIRS | {"hs_tax_rate_group_id": rate}
    invoice = done(account, "invoices", contact=contact, lines=[line])["id"]

    done(account, f"invoices/{invoice}/open")
    (line_id,) = account.hubspot.lines_of(invoice)
    done(account, f"line_items/{line_id}", price="50")
    done(account, f"invoices/{invoice}/lines", name="Lamp", price="5")
    done(account, f"invoices/{invoice}/payments", amount="15.50")

    held = read(account, invoice)
    assert (held["hs_amount_billed"], held["hs_balance_due"]) == ("115.00", "99.50")
    assert held["hs_invoice_status"] == "open"


def test_an_invoice_is_voided_locked_and_unlocked_over_http(account: Account) -> None:
    invoice = billed(account.hubspot, status="open")

    done(account, f"invoices/{invoice}/lock")
    locked = account.patch(f"{INVOICES}/{invoice}", {"properties": {"hs_comments": "x"}})
    done(account, f"invoices/{invoice}/unlock")
    done(account, f"invoices/{invoice}/void")

    assert locked.status_code == 400
    assert read(account, invoice)["hs_invoice_status"] == "voided"


def test_any_two_records_are_associated_over_http(account: Account) -> None:
    invoice = billed(account.hubspot)
    deal = account.hubspot.add_deal(dealname="Chairs")
    pair = {"from": "deals", "from_id": deal, "to": "invoices", "to_id": invoice}

    done(account, "associations", **pair)
    before = account.hubspot.associated("invoices", invoice, "deals")
    done(account, "associations/remove", **pair)

    assert before == [deal]
    assert account.hubspot.associated("invoices", invoice, "deals") == []


def test_the_accounts_money_is_set_over_http(account: Account) -> None:
    done(account, "settings", currencies=["USD", "JPY"], tax_ids=["NL1"])
    done(account, "settings", deletes_open_invoices=True, edits_open_invoices=False)

    held = account.hubspot.account
    assert held.currencies == ("USD", "JPY")
    assert held.tax_ids == ("NL1",)
    assert (held.deletes_open_invoices, held.edits_open_invoices) == (True, False)


@pytest.mark.parametrize(
    ("path", "wanted", "reason"),
    [
        pytest.param("invoices/{id}/open", {}, "contacts and line_items", id="not ready"),
        pytest.param("invoices/{id}/send", {}, "invoices/{id}/send", id="no such action"),
        pytest.param("invoices/{id}/payments", {"amount": "-1"}, "above zero", id="no amount"),
        pytest.param("settings", {"currencies": ["XXX"]}, "XXX", id="no such currency"),
        pytest.param(
            "associations",
            {"from": "products", "from_id": "{product}", "to": "invoices", "to_id": "{id}"},
            "cannot be associated",
            id="no such association",
        ),
    ],
)
def test_the_control_api_says_what_cannot_be_done(
    account: Account, path: str, wanted: dict[str, Any], reason: str
) -> None:
    ids = {
        "id": account.hubspot.add_invoice(),
        "product": account.hubspot.add_product(name="Chair"),
    }
    body = {name: v.format(**ids) if isinstance(v, str) else v for name, v in wanted.items()}

    answer = account.control("POST", f"data/hubspot/{path.format(**ids)}", body)

    assert answer.status_code == 400
    assert reason.format(**ids) in answer.json()["error"]


# The pages --------------------------------------------------------------------------------


def page(account: Account, type_id: str, record_id: str, **form: str) -> requests.Response:
    portal = account.ready["account_id"]
    address = f"{account.ready['base_url']}/contacts/{portal}/record/{type_id}/{record_id}"
    if form:
        return requests.post(address, data=form, timeout=10)
    return requests.get(address, timeout=10)


def test_the_page_of_an_invoice_shows_its_lines_and_payments(account: Account) -> None:
    invoice = billed(account.hubspot, status="open")
    payment = account.hubspot.record_payment(invoice, "30")
    (line,) = account.hubspot.lines_of(invoice)

    shown = page(account, "0-53", invoice)

    assert "INV-1001" in shown.text
    assert "Balance due 50.00" in shown.text
    assert f'href="../0-8/{line}">Chair</a>' in shown.text
    assert f'href="../0-101/{payment}">30</a>' in shown.text
    assert page(account, "0-8", line).status_code == 200
    assert "INV-1001" in page(account, "0-101", payment).text


def test_a_line_is_corrected_on_its_page(account: Account) -> None:
    invoice = billed(account.hubspot, status="open")
    (line,) = account.hubspot.lines_of(invoice)

    assert "Saved." in page(account, "0-8", line, quantity="3").text
    assert read(account, invoice)["hs_amount_billed"] == "120.00"


def test_the_buttons_of_an_invoice_take_it_further(account: Account) -> None:
    invoice = billed(account.hubspot)
    assert ">Finalize<" in page(account, "0-53", invoice).text

    page(account, "0-53", invoice, do="open")
    opened = page(account, "0-53", invoice).text
    page(account, "0-53", invoice, do="pay")

    assert ">Record payment<" in opened
    assert ">Void<" in opened
    assert ">Finalize<" not in opened
    assert read(account, invoice)["hs_invoice_status"] == "paid"
    assert "<button name=" not in page(account, "0-53", invoice).text


def test_a_button_that_does_not_fit_any_more_says_why(account: Account) -> None:
    invoice = billed(account.hubspot, status="paid")

    answer = page(account, "0-53", invoice, do="void")

    assert answer.status_code == 400
    assert "cannot be moved from paid to voided" in answer.text


def test_a_mirror_has_no_buttons(account: Account) -> None:
    invoice = account.hubspot.add_invoice(hs_invoice_billable="false", status="open")

    shown = page(account, "0-53", invoice)

    assert shown.status_code == 200
    assert "<button name=" not in shown.text


def test_names_on_an_invoices_page_are_escaped(account: Account) -> None:
    invoice = billed(account.hubspot)
    account.hubspot.add_line(invoice, name="<b>Lamp</b>", price="5")

    assert "<b>Lamp" not in page(account, "0-53", invoice).text


# Many at once -----------------------------------------------------------------------------


def test_loaded_invoices_are_like_those_made_one_by_one(account: Account) -> None:
    hubspot = account.hubspot
    rate = hubspot.add_tax_rate("VAT", "21")
    contact, company = hubspot.add_contact(email="a@example.org"), hubspot.add_company(name="Acme")
    line = {"name": "Lamp", "price": "9.99", "hs_tax_rate_group_id": rate}
    by_hand = hubspot.add_invoice(
        contact=contact, company=company, lines=[CHAIRS, line], status="open"
    )
    hubspot.record_payment(by_hand, "30")
    row = InvoiceRow(
        {"hs_invoice_status": "open"},
        [CHAIRS, line],
        contact,
        company,
        payments=[{"hs_initial_amount": "30", "hs_initiated_date": "2026-11-02T08:00:00.000Z"}],
    )

    (loaded,) = hubspot.load_invoices([row])

    ignored = {"hs_object_id", "hs_number", "hs_invoice_link", "hs_pdf_download_link"}
    one, other = (
        {n: v for n, v in hubspot.get("invoices", i).items() if n not in ignored}
        for i in (by_hand, loaded)
    )
    assert one == other
    own = {"hs_object_id", "hs_object_source"}
    theirs = [
        [{n: v for n, v in held.items() if n not in own} for held in hubspot.lines_of(i).values()]
        for i in (by_hand, loaded)
    ]
    assert theirs[0] == theirs[1]
    assert hubspot.get("invoices", loaded)["hs_number"] == "INV-1002"
    assert len(hubspot.associated("invoices", loaded, "commerce_payments")) == 1


def test_a_loaded_invoice_goes_on_like_any_other(account: Account) -> None:
    contact = account.hubspot.add_contact(email="a@example.org")
    row = InvoiceRow({"hs_invoice_status": "open"}, [CHAIRS], contact)
    (loaded,) = account.hubspot.load_invoices([row])

    account.hubspot.record_payment(loaded)

    assert read(account, loaded)["hs_invoice_status"] == "paid"


def test_loaded_dates_are_kept(account: Account) -> None:
    dates = {"hs_createdate": "2026-01-05T08:00:00.000Z"}
    dates["hs_lastmodifieddate"] = "2026-02-05T08:00:00.000Z"

    (loaded,) = account.hubspot.load_invoices([InvoiceRow(dates, [CHAIRS])])

    held = account.hubspot.get("invoices", loaded)
    (line,) = account.hubspot.lines_of(loaded).values()
    assert {name: held[name] for name in dates} == dates
    assert line["createdate"] == dates["hs_createdate"]
    assert line["hs_lastmodifieddate"] == dates["hs_lastmodifieddate"]


def test_ten_thousand_invoices_with_five_lines_load_in_seconds() -> None:
    hubspot = make_sandbox().hubspot
    started = time.process_time()

    ids = hubspot.load_invoices(
        InvoiceRow({"hs_invoice_status": "open"}, [CHAIRS] * 5) for _ in range(10_000)
    )

    assert time.process_time() - started < 30
    assert len(hubspot.line_items) == 50_000
    assert hubspot.get("invoices", ids[-1])["hs_amount_billed"] == "400.00"


def test_a_snapshot_keeps_invoices_taxes_and_the_next_number(account: Account) -> None:
    hubspot = account.hubspot
    hubspot.set_currencies("EUR", ["JPY"])
    hubspot.add_tax_rate("VAT", "21")
    hubspot.lock_invoice(billed(hubspot, status="paid"))
    kept = hubspot.snapshot()
    other = make_sandbox().hubspot

    other.restore(kept)

    assert other.snapshot()["crm"] == kept["crm"]
    assert read_number(other) == "INV-1002"


def read_number(hubspot: HubSpot) -> str:
    return hubspot.get("invoices", billed(hubspot, status="open"))["hs_number"]


def test_every_object_type_tells_its_properties(account: Account) -> None:
    for name in account.hubspot.crm.stores:
        rows = account.get(f"/crm/properties/2026-03/{name}").json()["results"]
        ids = {row["name"]: row for row in rows}
        assert ids["hs_object_id"]["modificationMetadata"]["readOnlyValue"]
        assert {row["groupName"] for row in rows} <= set(account.hubspot.crm.stores[name].groups)
        assert account.get(f"{OBJECTS}/{name}").status_code == 200


def test_computed_amounts_are_told_to_be_read_only(account: Account) -> None:
    rows = account.get("/crm/properties/2026-03/invoices").json()["results"]
    held = {row["name"]: row for row in rows}

    for name in ("hs_balance_due", "hs_amount_paid", "hs_subtotal"):
        assert held[name]["calculated"]
        assert held[name]["modificationMetadata"]["readOnlyValue"]
    assert not held["hs_number"]["modificationMetadata"]["readOnlyValue"]
