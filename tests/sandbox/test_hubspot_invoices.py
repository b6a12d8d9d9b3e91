"""Invoices of the stand-in: their states, and what can be changed in each."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.sandbox.hubspot.refusals import Refusal
from tests.sandbox.hubspot_account import OBJECTS, Account, where
from tests.sandbox.invoicing import (
    INVOICE_CONTACT,
    INVOICES,
    LINE_INVOICE,
    LINES,
    change,
    draft,
    link,
    made,
    opened,
    paid,
    post,
    read,
    refused,
)


def line_of(account: Account, invoice: str) -> str:
    (line,) = account.hubspot.lines_of(invoice)
    return line


def test_a_new_invoice_is_a_draft_without_a_number(account: Account) -> None:
    invoice = draft(account)

    held = read(account, invoice)

    assert held["hs_invoice_status"] == "draft"
    assert held["hs_number"] is None
    assert held["hs_invoice_link"] is None
    assert held["hs_subtotal"] == held["hs_amount_billed"] == held["hs_balance_due"] == "80.00"


def test_dates_are_today_unless_they_are_given(account: Account) -> None:
    held = account.hubspot.get("invoices", draft(account, hs_due_date="2026-12-01"))

    assert held["hs_invoice_date"] == "2026-11-02T09:30:00.250Z"
    assert held["hs_due_date"] == "2026-12-01T00:00:00.000Z"


def test_an_invoice_comes_from_hubspot_and_the_app_is_named(account: Account) -> None:
    held = account.hubspot.get("invoices", draft(account))

    assert held["hs_invoice_source"] == "hubspot"
    assert held["hs_object_source"] == "INTEGRATION"
    assert held["hs_object_source_id"] == str(account.hubspot.app.app_id)


def test_an_opened_invoice_gets_the_next_number_and_a_link(account: Account) -> None:
    first, second = (read(account, opened(account)) for _ in range(2))

    assert [first["hs_number"], second["hs_number"]] == ["INV-1001", "INV-1002"]
    assert first["hs_invoice_link"]


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        pytest.param("contacts", ["contacts"], id="no contact"),
        pytest.param("line_items", ["line_items"], id="no line item"),
    ],
)
def test_an_invoice_is_not_opened_without_a_contact_and_a_line(
    account: Account, kind: str, missing: list[str]
) -> None:
    invoice = draft(account)
    (other,) = account.hubspot.associated("invoices", invoice, kind)
    account.delete(f"{INVOICES}/{invoice}/associations/{kind}/{other}")

    answer = change(account, INVOICES, invoice, hs_invoice_status="open")

    refused(answer)
    assert answer.json()["context"]["missingAssociations"] == missing
    assert read(account, invoice)["hs_invoice_status"] == "draft"


@pytest.mark.parametrize(
    ("properties", "name"),
    [
        pytest.param({"hs_currency": "JPY"}, "hs_currency", id="a currency not switched on"),
        pytest.param({"hs_currency": "EURO"}, "hs_currency", id="no currency"),
        pytest.param({"hs_tax_id": "NL1"}, "hs_tax_id", id="a tax number not set up"),
        pytest.param({"hs_number": "7"}, "hs_number", id="a number of one's own"),
        pytest.param({"hs_amount_billed": "7"}, "hs_amount_billed", id="an amount of one's own"),
        pytest.param({"hs_balance_due": "7"}, "hs_balance_due", id="a balance"),
        pytest.param({"hs_invoice_source": "data_sync"}, "hs_invoice_source", id="a source"),
        pytest.param({"hs_invoice_status": "sent"}, "hs_invoice_status", id="no such state"),
    ],
)
def test_a_wrong_property_is_refused_by_name(
    account: Account, properties: dict[str, str], name: str
) -> None:
    answer = post(account, INVOICES, **{"hs_currency": "EUR"} | properties)

    refused(answer)
    assert answer.json()["errors"][0]["context"] == {"propertyName": [name]}
    assert account.hubspot.invoices == {}


def test_an_invoice_needs_a_currency(account: Account) -> None:
    answer = post(account, INVOICES, hs_comments="Thanks")

    refused(answer)
    assert answer.json()["context"] == {"properties": ["hs_currency"]}


def test_a_new_invoice_cannot_be_open(account: Account) -> None:
    refused(post(account, INVOICES, hs_currency="EUR", hs_invoice_status="open"))


STEPS = [
    pytest.param("draft", "paid", False, id="draft to paid"),
    pytest.param("draft", "voided", True, id="draft to voided"),
    pytest.param("open", "draft", False, id="open to draft"),
    pytest.param("open", "paid", False, id="open to paid"),
    pytest.param("open", "voided", True, id="open to voided"),
    pytest.param("open", "", False, id="open to nothing"),
    pytest.param("paid", "open", False, id="paid to open"),
    pytest.param("paid", "voided", False, id="paid to voided"),
    pytest.param("voided", "open", False, id="voided to open"),
    pytest.param("voided", "draft", False, id="voided to draft"),
]


def in_state(account: Account, status: str) -> str:
    if status == "draft":
        return draft(account)
    invoice = opened(account)
    if status == "paid":
        paid(account, invoice, "80")
    elif status == "voided":
        assert change(account, INVOICES, invoice, hs_invoice_status="voided").ok
    assert read(account, invoice)["hs_invoice_status"] == status
    return invoice


@pytest.mark.parametrize(("held", "wanted", "allowed"), STEPS)
def test_an_invoice_goes_only_forward(
    account: Account, held: str, wanted: str, allowed: bool
) -> None:
    invoice = in_state(account, held)

    answer = change(account, INVOICES, invoice, hs_invoice_status=wanted)

    assert answer.ok is allowed
    assert read(account, invoice)["hs_invoice_status"] == (wanted if allowed else held)


def test_a_partly_paid_invoice_is_not_voided(account: Account) -> None:
    invoice = opened(account)
    paid(account, invoice, "30")

    refused(change(account, INVOICES, invoice, hs_invoice_status="voided"))


def test_nothing_is_due_on_a_voided_invoice(account: Account) -> None:
    held = read(account, in_state(account, "voided"))

    assert (held["hs_amount_billed"], held["hs_balance_due"]) == ("80.00", "0.00")
    assert held["hs_number"] == "INV-1001"


@pytest.mark.parametrize(
    ("status", "allowed"),
    [("draft", True), ("open", False), ("paid", False), ("voided", False)],
)
def test_only_drafts_are_deleted(account: Account, status: str, allowed: bool) -> None:
    invoice = in_state(account, status)

    alone = account.delete(f"{INVOICES}/{invoice}")

    assert alone.status_code == (204 if allowed else 400)
    assert (invoice not in account.hubspot.invoices) is allowed


def test_a_batch_with_an_invoice_that_stays_deletes_none(account: Account) -> None:
    kept, stays = draft(account), opened(account)

    answer = account.batch("invoices", "archive", [{"id": kept}, {"id": stays}])

    refused(answer)
    assert set(account.hubspot.invoices) == {kept, stays}


def test_open_invoices_are_deleted_where_the_account_allows_it(account: Account) -> None:
    account.hubspot.allow_on_open(deletes=True)

    assert account.delete(f"{INVOICES}/{opened(account)}").status_code == 204
    assert account.delete(f"{INVOICES}/{in_state(account, 'paid')}").status_code == 400


@pytest.mark.parametrize(
    ("status", "properties", "allowed"),
    [
        pytest.param("draft", {"hs_currency": "USD"}, True, id="draft: currency"),
        pytest.param("open", {"hs_currency": "USD"}, False, id="open: currency"),
        pytest.param("open", {"hs_invoice_date": "2026-11-01"}, False, id="open: date"),
        pytest.param("open", {"hs_invoice_billable": "false"}, False, id="open: billable"),
        pytest.param("open", {"hs_due_date": "2026-12-01"}, True, id="open: due date"),
        pytest.param("open", {"hs_comments": "Thanks"}, True, id="open: comments"),
        pytest.param("paid", {"hs_due_date": "2026-12-01"}, False, id="paid: due date"),
        pytest.param("paid", {"hs_comments": "Thanks"}, True, id="paid: comments"),
        pytest.param("voided", {"hs_due_date": "2026-12-01"}, False, id="voided: due date"),
    ],
)
def test_what_was_printed_cannot_be_changed_any_more(
    account: Account, status: str, properties: dict[str, str], allowed: bool
) -> None:
    invoice = in_state(account, status)

    answer = change(account, INVOICES, invoice, **properties)

    assert answer.ok is allowed, answer.text


def test_sending_the_same_value_again_changes_nothing_and_is_allowed(account: Account) -> None:
    invoice = in_state(account, "paid")
    writes = account.server.sandbox.writes

    answer = change(account, INVOICES, invoice, hs_currency="EUR", hs_invoice_status="paid")

    assert answer.ok, answer.text
    assert account.server.sandbox.writes == writes


@pytest.mark.parametrize("status", ["open", "paid", "voided"])
def test_apps_do_not_touch_the_lines_of_an_opened_invoice(account: Account, status: str) -> None:
    invoice = in_state(account, status)
    line = line_of(account, invoice)
    loose = made(account, LINES, name="Lamp", price="5", quantity="1")
    pair = f"{INVOICES}/{invoice}/associations"

    refused(post(account, LINES, link(invoice, LINE_INVOICE), name="Lamp", price="5"))
    refused(account.put(f"{pair}/default/line_items/{loose}"))
    refused(account.delete(f"{pair}/line_items/{line}"))
    refused(account.delete(f"{LINES}/{line}"))
    refused(change(account, LINES, line, price="41"))

    assert list(account.hubspot.lines_of(invoice)) == [line]
    assert read(account, invoice)["hs_amount_billed"] == "80.00"


def test_a_batch_of_associations_tells_which_line_came_too_late(account: Account) -> None:
    late, early = opened(account), draft(account)
    lines = [made(account, LINES, name="Lamp", price="5", quantity="1") for _ in range(2)]
    pairs = [
        {"from": {"id": invoice}, "to": {"id": line}}
        for invoice, line in zip((late, early), lines, strict=True)
    ]

    answer = account.post(
        "/crm/associations/2026-03/invoices/line_items/batch/associate/default", {"inputs": pairs}
    )

    assert answer.status_code == 207
    (error,) = answer.json()["errors"]
    assert error["context"]["fromObjectId"] == [late]
    assert lines[1] in account.hubspot.lines_of(early)


def test_the_contact_of_an_opened_invoice_stays(account: Account) -> None:
    invoice = opened(account)
    (contact,) = account.hubspot.associated("invoices", invoice, "contacts")

    refused(account.delete(f"{INVOICES}/{invoice}/associations/contacts/{contact}"))


def test_an_own_property_of_a_line_can_be_changed_at_any_time(account: Account) -> None:
    group = {"groupName": "lineiteminformation", "type": "string", "fieldType": "text"}
    own = group | {"name": "books_id", "label": "Books", "hasUniqueValue": True}
    account.hubspot.add_property("line_items", own)
    line = line_of(account, opened(account))

    assert change(account, LINES, line, books_id="7").ok
    assert account.get(f"{LINES}/7", idProperty="books_id").json()["id"] == line


def test_a_person_corrects_the_line_of_an_open_invoice(account: Account) -> None:
    invoice = opened(account)

    account.hubspot.update("line_items", line_of(account, invoice), price="50")

    held = read(account, invoice)
    assert (held["hs_amount_billed"], held["hs_balance_due"]) == ("100.00", "100.00")
    assert held["hs_number"] == "INV-1001"


def test_nobody_corrects_an_invoice_on_which_a_payment_was_made(account: Account) -> None:
    invoice = opened(account)
    paid(account, invoice, "30")

    with pytest.raises(Refusal, match="cannot be changed while it is open"):
        account.hubspot.update("line_items", line_of(account, invoice), price="50")


def test_people_correct_open_invoices_only_where_the_account_allows_it(account: Account) -> None:
    invoice = opened(account)
    account.hubspot.allow_on_open(edits=False)

    with pytest.raises(Refusal, match="cannot be changed while it is open"):
        account.hubspot.add_line(invoice, name="Lamp", price="5")

    assert len(account.hubspot.lines_of(invoice)) == 1


def test_an_invoice_that_another_app_keeps_is_refused_to_this_one(account: Account) -> None:
    invoice = draft(account)
    account.hubspot.lock_invoice(invoice)

    refused(change(account, INVOICES, invoice, hs_comments="Mine"))
    refused(account.delete(f"{INVOICES}/{invoice}"))
    account.hubspot.unlock_invoice(invoice)
    assert change(account, INVOICES, invoice, hs_comments="Mine").ok


def test_the_billed_names_are_those_of_contact_and_company(account: Account) -> None:
    contact = account.hubspot.add_contact(email="ann@example.org", firstname="Ann", lastname="Poe")
    company = account.hubspot.add_company(name="Acme")
    invoice = made(account, INVOICES, link(contact, INVOICE_CONTACT), hs_currency="EUR")
    account.put(f"{INVOICES}/{invoice}/associations/default/companies/{company}")

    held = account.hubspot.get("invoices", invoice)

    shown = {name: held[f"hs_invoice_latest_{name}"] for name in ("contact_email", "company_name")}
    assert shown == {"contact_email": "ann@example.org", "company_name": "Acme"}


def test_a_change_of_a_line_moves_the_invoices_change_time(account: Account) -> None:
    invoice = draft(account)
    account.clock.advance(60)
    change(account, LINES, line_of(account, invoice), quantity="3")

    since = where("hs_lastmodifieddate", "GTE", "2026-11-02T09:31:00Z")

    assert account.found("invoices", since) == [invoice]
    assert read(account, invoice)["hs_amount_billed"] == "120.00"


def test_invoices_are_found_by_number_and_by_their_contact(account: Account) -> None:
    opened(account)
    second = opened(account)
    (contact,) = account.hubspot.associated("invoices", second, "contacts")

    assert account.found("invoices", where("hs_number", "EQ", "INV-1002")) == [second]
    assert account.found("invoices", where("associations.contact", "EQ", contact)) == [second]


def test_an_invoice_is_upserted_by_an_own_key(account: Account) -> None:
    group = {"groupName": "invoiceinformation", "type": "string", "fieldType": "text"}
    own = group | {"name": "books_id", "label": "Books", "hasUniqueValue": True}
    assert account.post("/crm/properties/2026-03/invoices", own).status_code == 201
    row = {"id": "77", "idProperty": "books_id", "properties": {"hs_currency": "EUR"}}

    first, second = (account.batch("invoices", "upsert", [row]).json() for _ in range(2))

    assert [answer["results"][0]["new"] for answer in (first, second)] == [True, False]
    assert len(account.hubspot.invoices) == 1


def test_archived_invoices_are_listed_apart(account: Account) -> None:
    kept, gone = draft(account), draft(account)
    account.delete(f"{INVOICES}/{gone}")

    def listed(**query: Any) -> list[str]:
        return [row["id"] for row in account.get(f"{OBJECTS}/0-53", **query).json()["results"]]

    assert listed() == [kept]
    assert listed(archived="true") == [gone]
