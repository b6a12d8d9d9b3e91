"""Who the company is, what it has, reading, finding, and the limits kept."""

from collections.abc import Iterator
from datetime import UTC
from typing import Any

import pytest

from integrations import oauth
from integrations.connectors.quickbooks import PROVIDER, settings
from integrations.connectors.quickbooks.company import company_from, field_in
from integrations.connectors.quickbooks.connector import external_id_from_callback
from integrations.connectors.quickbooks.fields import Trait
from integrations.connectors.quickbooks.objects import CUSTOMER, ITEM
from integrations.contract import Batch, Choice, Field, Misconfigured, RecordState
from integrations.http import Http
from integrations.oauth import TokenAnswer
from tests.connectors.quickbooks_company import NAMES, Company, bulk, create, open_company
from tests.connectors.support import ListedCalls, PlainTokens, SpacingLimiter

ANSWER = TokenAnswer("a", "r", 3600, None, (), {})


@pytest.fixture
def company() -> Iterator[Company]:
    with open_company() as company:
        yield company


# The company


def test_the_connection_knows_whose_books_it_reads(company: Company) -> None:
    identity = company.connector.identity()

    assert identity.external_id == company.books.realm
    assert identity.name == "Hollis & Vane Trading Co."
    assert (identity.currency, identity.country) == ("USD", "US")
    assert identity.scopes == ("com.intuit.quickbooks.accounting",)
    assert identity.url.startswith(company.server.base_url("quickbooks"))


def test_fields_are_asked_for_once_per_connection(company: Company) -> None:
    company.connector.fields("customer")
    company.connector.fields("item")

    assert [call.path.split("/")[4] for call in company.calls] == ["companyinfo", "preferences"]


def fields_in(definition: Any, country: str = "US", **preferences: Any) -> dict[str, Field]:
    company = company_from({"CompanyName": "X", "Country": country}, preferences)
    return {spec.field.name: field_in(company, spec) for spec in definition.specs}


@pytest.mark.parametrize(
    ("definition", "field", "where", "is_writable"),
    [
        (CUSTOMER, "Taxable", {"country": "US"}, True),
        (CUSTOMER, "Taxable", {"country": "CA"}, False),
        (CUSTOMER, "DefaultTaxCodeRef", {"TaxPrefs": {"PartnerTaxEnabled": False}}, False),
        (CUSTOMER, "DefaultTaxCodeRef", {"TaxPrefs": {"UsingSalesTax": True}}, True),
        (CUSTOMER, "CurrencyRef", {"CurrencyPrefs": {"MultiCurrencyEnabled": True}}, True),
        (CUSTOMER, "CurrencyRef", {"CurrencyPrefs": {"MultiCurrencyEnabled": False}}, False),
        (CUSTOMER, "GivenName", {"country": "Atlantis"}, True),
        (CUSTOMER, "Balance", {}, False),
        (ITEM, "SalesTaxCodeRef", {"country": "USA"}, False),
        (ITEM, "SalesTaxCodeRef", {"country": "AUS"}, True),
        (ITEM, "ClassRef", {"AccountingInfoPrefs": {"ClassTrackingPerTxnLine": True}}, True),
        (ITEM, "ClassRef", {"AccountingInfoPrefs": {"ClassTrackingPerTxn": False}}, False),
        (ITEM, "QtyOnHand", {"ProductAndServicesPrefs": {"QuantityOnHand": False}}, False),
        (ITEM, "QtyOnHand", {}, True),
    ],
)
def test_what_can_be_written_depends_on_the_company(
    definition: Any, field: str, where: dict[str, Any], is_writable: bool
) -> None:
    assert fields_in(definition, **where)[field].creatable is is_writable


@pytest.mark.parametrize(("country", "is_required"), [("CAN", True), ("UK", True), ("US", False)])
def test_both_accounts_are_required_in_canada_and_the_united_kingdom(
    country: str, is_required: bool
) -> None:
    fields = fields_in(ITEM, country)

    assert fields["IncomeAccountRef"].required
    assert fields["ExpenseAccountRef"].required is is_required


def test_a_currency_is_chosen_once() -> None:
    field = fields_in(CUSTOMER, CurrencyPrefs={"MultiCurrencyEnabled": True})["CurrencyRef"]

    assert (field.creatable, field.updatable) == (True, False)


def test_a_company_without_any_preference_is_plain() -> None:
    company = company_from({}, {})

    assert company.traits == {Trait.OUTSIDE_US, Trait.OWN_TAX_CODES, Trait.INVENTORY}
    assert (company.name, company.country, company.currency, company.time_zone) == ("",) * 4


def test_the_company_tells_its_time_zone_where_it_does() -> None:
    company = company_from({"DefaultTimeZone": "America/Denver"}, {})

    assert company.time_zone == "America/Denver"


# Lists


def test_lists_are_read_from_the_company(company: Company) -> None:
    incomes = company.connector.choices("income_accounts")
    terms = company.connector.choices("terms")

    assert Choice(company.books.ledger("Services"), "Services") in incomes
    assert not {choice.label for choice in incomes} & {"Checking", "Cost of Goods Sold"}
    assert [choice.label for choice in terms] == [
        "Due on receipt",
        "Net 10",
        "Net 15",
        "Net 30",
        "Net 60",
    ]


def test_an_entry_that_is_no_longer_active_is_shown_as_such(company: Company) -> None:
    term = company.books.add("Term", Name="Net 99", DueDays=99)
    company.books.deactivate("Term", term)

    (choice,) = (c for c in company.connector.choices("terms") if c.value == term)

    assert (choice.label, choice.active) == ("Net 99", False)


def test_every_list_that_a_field_takes_its_values_from_can_be_read(company: Company) -> None:
    lists = {
        field.choice_list
        for name in ("customer", "item")
        for field in company.connector.fields(name)
        if field.choice_list
    }

    assert {"terms", "tax_codes", "payment_methods", "income_accounts"} <= lists
    for name in lists:
        assert company.connector.choices(name), name


def test_preferences_are_a_list_of_paths(company: Company) -> None:
    preferences = {c.value: c.label for c in company.connector.choices("preferences")}

    assert preferences["CurrencyPrefs.MultiCurrencyEnabled"] == "false"
    assert preferences["CurrencyPrefs.HomeCurrency.value"] == "USD"
    assert preferences["OtherPrefs.NameValue.SalesFormsPrefs.DefaultItem"] == "1"


def test_item_types_need_no_call(company: Company) -> None:
    usable = [c.value for c in company.connector.choices("item_types") if c.active]

    assert usable == ["Service", "NonInventory", "Inventory"]
    assert company.calls == []


def test_a_long_list_is_read_page_by_page(company: Company) -> None:
    company.books.load("PaymentMethod", [{"Name": f"Method {n}"} for n in range(1005)], [1] * 1005)

    assert len(company.connector.choices("payment_methods")) == 1010


def test_a_list_that_is_not_there_is_a_matter_of_configuration(company: Company) -> None:
    with pytest.raises(Misconfigured, match="no list"):
        company.connector.choices("warehouses")


# Reading and finding


def test_a_thousand_records_are_read_with_one_call(company: Company) -> None:
    numbers = company.books.load("Customer", bulk(1500), [1_700_000_000] * 1500)

    records = company.connector.read("customer", numbers[:1000], NAMES)

    assert [record.id for record in records] == numbers[:1000]
    assert len(company.calls) == 1


def test_reading_tells_what_is_archived_and_what_is_gone(company: Company) -> None:
    live = company.books.add_customer(DisplayName="Ann")
    old = company.books.add_customer(DisplayName="Bo")
    company.books.deactivate("Customer", old)

    records = company.connector.read("customer", [live, old, "999", "no number", live], NAMES)

    assert [(record.id, record.state) for record in records] == [
        (live, RecordState.LIVE),
        (old, RecordState.ARCHIVED),
        ("999", RecordState.GONE),
        ("no number", RecordState.GONE),
    ]
    assert all(set(record.fields) == set(NAMES) for record in records)
    assert all(r.modified_at is None or r.modified_at.tzinfo is UTC for r in records)


def test_records_are_found_by_e_mail_without_regard_to_case(company: Company) -> None:
    one = company.books.add_customer(DisplayName="Ann", Email="Ann@Example.org")
    two = company.books.add_customer(DisplayName="Bo", Email="ann@example.org")
    old = company.books.add_customer(DisplayName="Cy", Email="ann@example.org")
    company.books.deactivate("Customer", old)

    found = company.connector.find(
        "customer", "PrimaryEmailAddr", ["ANN@example.org", "", "nobody@x.org"], NAMES
    )

    assert {record.id for record in found} == {one, two}


def test_many_values_and_many_records_for_one_value_are_all_found(company: Company) -> None:
    shared = {"PrimaryEmailAddr": {"Address": "info@example.org"}}
    numbers = company.books.load("Customer", bulk(1200, **shared), [1_700_000_000] * 1200)
    values = [f"person{n}@example.org" for n in range(450)] + ["info@example.org"]

    found = company.connector.find("customer", "PrimaryEmailAddr", values, ("DisplayName",))

    assert {record.id for record in found} == set(numbers)
    assert len(company.calls) == 4


@pytest.mark.parametrize(("object_type", "key"), [("item", "Sku"), ("customer", "PrimaryPhone")])
def test_what_cannot_be_looked_up_is_said_without_a_call(
    company: Company, object_type: str, key: str
) -> None:
    with pytest.raises(Misconfigured, match="cannot look up"):
        company.connector.find(object_type, key, ["x"], ("Active",))
    assert company.calls == []


def test_every_field_said_to_be_findable_is(company: Company) -> None:
    for object_type in company.connector.object_types():
        for key in object_type.find_by:
            company.connector.find(object_type.name, key, ["O'Hara \\ Söhne"], (key,))


def test_prepare_asks_nothing(company: Company) -> None:
    company.connector.prepare("customer")

    assert company.calls == []


def test_links_lead_to_the_screens_of_the_environment() -> None:
    live = PROVIDER.connector(_http(), "99", settings.HOSTS["live"], "live", lambda: None)  # type: ignore[arg-type,return-value]  # never asked

    assert live.link("customer", "12") == (
        "https://app.qbo.intuit.com/app/customerdetail?nameId=12"
    )
    assert live.link("item", "12") == "https://app.qbo.intuit.com/app/items"


def _http() -> Http:
    return Http("https://x", PlainTokens(), SpacingLimiter(lambda: 0.0), ListedCalls())


# Signing in


def test_the_consent_page_is_asked_as_intuit_wants_it() -> None:
    app = PROVIDER.oauth(PROVIDER.hosts["live"], "id", "secret", "https://saldo.example.org/cb")

    assert oauth.authorize_url(app, "state-1") == (
        "https://appcenter.intuit.com/connect/oauth2?client_id=id&redirect_uri="
        "https%3A%2F%2Fsaldo.example.org%2Fcb&response_type=code"
        "&scope=com.intuit.quickbooks.accounting&state=state-1"
    )
    assert (app.basic_auth, app.revoke_json, app.pkce) == (True, True, False)


def test_the_token_call_tells_how_long_the_consent_lasts_at_most(company: Company) -> None:
    ready = company.server.ready()["quickbooks"]
    hosts = PROVIDER.hosts_at(ready["base_url"])
    secrets = ready["client_id"], ready["client_secret"]

    answer = oauth.refresh(
        PROVIDER.oauth(hosts, *secrets, "https://saldo.example.org/cb"), ready["refresh_token"]
    )

    five_years = 5 * 365 * 86400
    assert 0 < int(answer.raw_extra["x_refresh_token_hard_expires_in"]) <= five_years
    assert answer.refresh_expires_in is not None


def test_real_and_test_companies_differ_only_in_the_api() -> None:
    live, test = PROVIDER.hosts["live"], PROVIDER.hosts["test"]

    assert (live.authorize, live.token, live.revoke) == (test.authorize, test.token, test.revoke)
    assert live.api != test.api


def test_the_company_comes_with_the_callback() -> None:
    assert external_id_from_callback({"realmId": "4620816365291273890"}, ANSWER) == (
        "4620816365291273890"
    )


@pytest.mark.parametrize("query", [{}, {"realmId": ""}, {"realmId": "../1"}])
def test_a_callback_without_a_company_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match="connect again"):
        external_id_from_callback(query, ANSWER)


# Limits


def busy(company: Company) -> Http:
    """The HTTP layer with a limiter that keeps the rules on the clock of the test."""
    return Http(
        company.server.base_url("quickbooks"),
        PlainTokens(company.books.access_token()),
        SpacingLimiter(company.clock.time),
        ListedCalls(),
        clock=company.clock.now,
        # The clock counts whole microseconds; a shorter sleep would never end.
        sleep=lambda seconds: company.clock.advance(seconds + 1e-6),
        max_wait=3600,
    )


@pytest.mark.parametrize(("quota", "is_batch"), [(500, False), (40, True)])
def test_the_quota_is_used_and_never_passed(quota: int, is_batch: bool) -> None:
    with open_company(real_limits=True) as company:
        http = busy(company)
        hosts = settings.hosts_at(company.server.base_url("quickbooks"))
        connector = PROVIDER.connector(http, company.books.realm, hosts, "live", company.clock.now)
        minutes, calls = 3, 0
        end = company.clock.time() + minutes * 60
        while company.clock.time() < end:
            if is_batch:
                _write_one(connector, calls)
            else:
                connector.read("customer", ["1"], ("DisplayName",))
            calls += 1

        assert company.books.meter.violations.total() == 0
        assert calls >= 0.95 * quota * minutes


def _write_one(connector: Any, number: int) -> None:
    batch = Batch(f"batch-{number}", (create({"DisplayName": f"Customer {number}"}),))
    connector.write("customer", batch, ("DisplayName",))
