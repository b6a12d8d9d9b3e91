"""Deals, notes and quotes of the stand-in, and the scopes that object types ask for."""

from __future__ import annotations

import pytest

from tests.sandbox.hubspot_account import OBJECTS, Account
from tests.sandbox.invoicing import change, link, made, post, refused

DEALS, NOTES, QUOTES = f"{OBJECTS}/deals", f"{OBJECTS}/notes", f"{OBJECTS}/quotes"


def test_a_deal_knows_whether_it_is_won(account: Account) -> None:
    deal = made(account, DEALS, dealname="Chairs", dealstage="contractsent", amount="100")
    before = account.hubspot.get("deals", deal)

    assert change(account, DEALS, deal, dealstage="closedwon").ok

    after = account.hubspot.get("deals", deal)
    assert (before["hs_is_closed"], before["hs_is_closed_won"]) == ("false", "false")
    assert (after["hs_is_closed"], after["hs_is_closed_won"]) == ("true", "true")
    assert (after["pipeline"], after["deal_currency_code"]) == ("default", "EUR")
    assert after["amount_in_home_currency"] == "100"


def test_a_lost_deal_is_closed_and_not_won(account: Account) -> None:
    deal = made(account, DEALS, dealname="Chairs", dealstage="closedlost")

    held = account.hubspot.get("deals", deal)

    assert (held["hs_is_closed"], held["hs_is_closed_won"]) == ("true", "false")


@pytest.mark.parametrize("missing", ["dealname", "dealstage"])
def test_a_deal_needs_a_name_and_a_stage(account: Account, missing: str) -> None:
    given = {"dealname": "Chairs", "dealstage": "closedwon"}
    del given[missing]

    answer = post(account, DEALS, **given)

    refused(answer)
    assert answer.json()["context"] == {"properties": [missing]}


@pytest.mark.parametrize(
    ("properties", "name"),
    [
        pytest.param({"dealstage": "Closed Won"}, "dealstage", id="a label for a stage"),
        pytest.param({"pipeline": "sales"}, "pipeline", id="no such pipeline"),
        pytest.param({"deal_currency_code": "JPY"}, "deal_currency_code", id="currency"),
        pytest.param({"hs_is_closed_won": "true"}, "hs_is_closed_won", id="won by hand"),
    ],
)
def test_a_wrong_deal_is_refused_by_property(
    account: Account, properties: dict[str, str], name: str
) -> None:
    given = {"dealname": "Chairs", "dealstage": "closedwon"} | properties

    answer = post(account, DEALS, **given)

    refused(answer)
    assert answer.json()["errors"][0]["context"] == {"propertyName": [name]}


def test_a_deal_with_several_pipelines_needs_to_name_one(account: Account) -> None:
    pipelines = account.hubspot.crm.pipelines["deals"]
    pipelines.append(pipelines[0] | {"id": "renewals"})

    refused(post(account, DEALS, dealname="Chairs", dealstage="closedwon"))
    made(account, DEALS, dealname="Chairs", dealstage="closedwon", pipeline="renewals")


def test_a_note_stands_on_the_deal_it_was_made_with(account: Account) -> None:
    deal = account.hubspot.add_deal(dealname="Chairs")

    note = made(
        account,
        NOTES,
        link(deal, 214),
        hs_timestamp="2026-11-02T09:00:00Z",
        hs_note_body="<p>Paid</p>",
        hs_attachment_ids="1;2",
    )

    assert account.hubspot.associated("deals", deal, "notes") == [note]
    assert account.hubspot.get("notes", note)["hs_note_body"] == "<p>Paid</p>"


def test_a_note_needs_a_time(account: Account) -> None:
    answer = post(account, NOTES, hs_note_body="Paid")

    refused(answer)
    assert answer.json()["context"] == {"properties": ["hs_timestamp"]}


@pytest.mark.parametrize(("length", "status"), [(65_536, 201), (65_537, 400)])
def test_a_note_has_at_most_65536_characters(account: Account, length: int, status: int) -> None:
    answer = post(account, NOTES, hs_timestamp="1762074000000", hs_note_body="x" * length)

    assert answer.status_code == status


def test_a_quote_needs_a_title_and_an_expiration(account: Account) -> None:
    refused(post(account, QUOTES, hs_title="Chairs"))
    refused(post(account, QUOTES, hs_expiration_date="2026-12-01"))

    quote = made(account, QUOTES, hs_title="Chairs", hs_expiration_date="2026-12-01")

    deal = account.hubspot.add_deal(dealname="Chairs")
    assert account.put(f"{DEALS}/{deal}/associations/default/quotes/{quote}").ok


# Scopes -----------------------------------------------------------------------------------

SCOPES = [
    ("invoices", "crm.objects.invoices.read", "crm.objects.invoices.write"),
    ("line_items", "crm.objects.line_items.read", "crm.objects.line_items.write"),
    (
        "commerce_payments",
        "crm.objects.commercepayments.read",
        "crm.objects.commercepayments.write",
    ),
    ("deals", "crm.objects.deals.read", "crm.objects.deals.write"),
    ("notes", "crm.objects.contacts.read", "crm.objects.contacts.write"),
    ("quotes", "crm.objects.quotes.read", "crm.objects.quotes.write"),
]


@pytest.mark.parametrize(("object_type", "reads", "writes"), SCOPES, ids=lambda text: text)
def test_an_app_without_the_scope_is_told_which_it_needs(
    account: Account, object_type: str, reads: str, writes: str
) -> None:
    path = f"{OBJECTS}/{object_type}"
    account.use(account.hubspot.issue("access", ["oauth", reads], 1800).value)
    assert account.get(path).status_code == 200
    without_write = account.post(path, {"properties": {}})
    account.use(account.hubspot.issue("access", ["oauth", writes], 1800).value)
    without_read = account.get(path)

    for answer, scope in ((without_write, writes), (without_read, reads)):
        assert answer.status_code == 403
        assert answer.json()["category"] == "MISSING_SCOPES"
        needed = answer.json()["errors"][0]["context"]["requiredGranularScopes"]
        assert scope in needed


# The account's taxes and currencies -------------------------------------------------------


def test_the_tax_library_is_read_page_by_page(account: Account) -> None:
    ids = [account.hubspot.add_tax_rate(f"Rate {n}", n) for n in range(3)]
    path = "/tax-rates/2026-03/tax-rates"

    first = account.get(path, limit=2).json()
    rest = account.get(path, limit=2, after=first["paging"]["next"]["after"]).json()

    assert [row["id"] for row in first["results"] + rest["results"]] == ids
    assert first["results"][1]["percentageRate"] == 1
    assert "paging" not in rest
    assert account.get(f"{path}/{ids[2]}").json()["name"] == "Rate 2"
    assert account.get(f"{path}/1").status_code == 404


def test_rates_no_longer_used_are_listed_apart(account: Account) -> None:
    used = account.hubspot.add_tax_rate("VAT", "21")
    old = account.hubspot.add_tax_rate("VAT", "19", active=False)
    path = "/tax-rates/2026-03/tax-rates"

    def listed(**query: str) -> list[str]:
        return [row["id"] for row in account.get(path, **query).json()["results"]]

    assert listed() == [used, old]
    assert listed(active="true") == [used]
    assert listed(active="false") == [old]


def test_the_tax_library_cannot_be_written(account: Account) -> None:
    answer = account.post("/tax-rates/2026-03/tax-rates", {"name": "VAT", "percentageRate": 21})

    assert answer.status_code == 405


def test_the_currencies_are_those_set_up(account: Account) -> None:
    account.hubspot.set_currencies("USD", ["JPY"])

    details = account.get("/account-info/2026-03/details").json()
    company = account.get("/settings/currencies/2026-03/company-currency").json()
    codes = account.get("/settings/currencies/2026-03/codes").json()["results"]

    assert (details["companyCurrency"], details["additionalCurrencies"]) == ("USD", ["JPY"])
    assert company["currencyCode"] == "USD"
    assert {"currencyCode": "JPY", "currencyName": "Japanese Yen"} in codes


@pytest.mark.parametrize(
    "path",
    ["/tax-rates/2026-03/tax-rates", "/settings/currencies/2026-03/company-currency"],
)
def test_settings_ask_for_their_own_scopes(account: Account, path: str) -> None:
    account.use(account.hubspot.issue("access", ["oauth"], 1800).value)

    assert account.get(path).json()["category"] == "MISSING_SCOPES"


def test_a_currency_the_stand_in_does_not_know_is_told(account: Account) -> None:
    with pytest.raises(ValueError, match="XXX"):
        account.hubspot.set_currencies("EUR", ["XXX"])
