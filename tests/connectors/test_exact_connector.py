"""A connection to Exact: its company, lists, clocks, webhooks, and how little it may be refused."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from integrations.connectors.exact.objects import DEFINITIONS
from integrations.connectors.exact.webhooks import SUBSCRIPTIONS, subscribe
from integrations.contract import (
    Choice,
    Misconfigured,
    NotAllowed,
    OutcomeStatus,
)
from integrations.http import RateRule
from tests.connectors.receiver import receiver
from tests.connectors.rig import Rig, wired
from tests.connectors.steps import CREATE


@pytest.fixture
def rig() -> Iterator[Rig]:
    with wired("exact") as rig:
        yield rig


def by_value(choices: object) -> dict[str, Choice]:
    assert isinstance(choices, tuple)
    return {choice.value: choice for choice in choices}


# The company


def test_the_company_says_who_it_is(rig: Rig) -> None:
    identity = rig.connector.identity()

    assert identity.external_id == "1234567"
    assert (identity.currency, identity.country) == ("EUR", "NL")
    assert identity.time_zone == "Europe/Amsterdam"
    assert "_Division_=1234567" in identity.url


def test_a_sign_in_opens_the_companies_that_are_open(rig: Rig) -> None:
    exact = rig.sandbox.exact
    exact.add_division(2345678, "Zusterbedrijf B.V.")
    assert rig.provider.companies is not None

    found = rig.provider.companies(rig.http)

    names = {company.external_id: company.name for company in found}
    assert found[0].external_id == "1234567"
    assert names["2345678"] == "Zusterbedrijf B.V."
    assert all(company.note for company in found)


def test_the_clock_of_the_british_site_is_asked_for(rig: Rig) -> None:
    hosts = rig.provider.hosts_at(rig.server.base_url("exact"))
    rig.sandbox.exact.configure(zone="Europe/London")

    connector = rig.provider.connector(rig.http, "1234567", hosts, "uk", rig.clock.now)
    rig.sandbox.exact.add("crm/Accounts", Name="Limited")

    (record,) = connector.changes("account", "", ("Name", "Created")).records
    assert connector.identity().time_zone == "Europe/London"
    assert record.modified_at == rig.clock.now()


def test_a_british_site_that_keeps_the_time_of_amsterdam_is_believed(rig: Rig) -> None:
    hosts = rig.provider.hosts_at(rig.server.base_url("exact"))

    connector = rig.provider.connector(rig.http, "1234567", hosts, "uk", rig.clock.now)

    assert connector.identity().time_zone == "Europe/Amsterdam"
    assert ZoneInfo("Europe/London") != ZoneInfo("Europe/Amsterdam")


def test_the_fields_of_every_object_type_can_be_read(rig: Rig) -> None:
    rig.sandbox.exact.add("crm/Accounts", Name="Relatie")
    for name in DEFINITIONS:
        fields = [field.name for field in rig.connector.fields(name)]
        page = rig.connector.changes(name, "", fields)
        ids = [record.id for record in page.records]

        assert len(rig.connector.read(name, ids, fields)) == len(ids)


# Lists


def test_vat_codes_come_with_their_rates_and_without_blanks(rig: Rig) -> None:
    codes = by_value(rig.connector.choices("vat_codes"))

    assert {"2", "3", "4"} <= set(codes)
    assert (codes["4"].rate, codes["3"].rate) == (Decimal(21), Decimal(9))
    assert not [value for value in codes if value != value.strip()]


def test_revenue_accounts_are_no_other_accounts(rig: Rig) -> None:
    labels = [choice.label for choice in rig.connector.choices("revenue_accounts")]

    assert any(label.startswith("8000 ") for label in labels)
    assert not any(label.startswith("1300 ") for label in labels)


@pytest.mark.parametrize(
    "name",
    [
        "account_types",
        "payment_conditions",
        "vat_codes",
        "revenue_accounts",
        "item_groups",
        "units",
        "currencies",
        "users",
    ],
)
def test_lists_have_labelled_entries(rig: Rig, name: str) -> None:
    choices = rig.connector.choices(name)

    assert choices
    assert all(choice.value and choice.label for choice in choices)
    assert len({choice.value for choice in choices}) == len(choices)


def test_users_who_may_not_be_listed_are_those_that_accounts_name(rig: Rig) -> None:
    users = by_value(rig.connector.choices("users"))
    rig.sandbox.exact.add("crm/Accounts", Name="Relatie")
    rig.sandbox.exact.restrict(resources=["system/Users"])

    named = by_value(rig.connector.choices("users"))

    assert named
    assert named.items() <= users.items()


def test_a_list_that_saldo_does_not_know_is_a_matter_of_configuration(rig: Rig) -> None:
    with pytest.raises(Misconfigured):
        rig.connector.choices("unicorns")


# Rights and errors


@pytest.mark.parametrize("how", ["resources", "unauthorised"])
def test_a_missing_right_names_itself(rig: Rig, how: str) -> None:
    """Some are told as if the token were at fault, but for the words."""
    restricted: dict[str, Any] = {how: ["sync/CRM/Accounts"]}
    rig.sandbox.exact.restrict(**restricted)

    with pytest.raises(NotAllowed) as raised:
        rig.connector.changes("account", "", ("Name",))

    assert raised.value.fault.message


@pytest.mark.parametrize("language", ["nl", "en"])
def test_refusals_are_understood_in_the_language_of_the_user(rig: Rig, language: str) -> None:
    rig.sandbox.exact.speak(language)
    values = [
        {"Name": "A", "Email": "nobody at all"},
        {"Name": "B", "PaymentConditionSales": "99"},
        {"Name": "C", "SalesVATCode": "99"},
        {"Name": "D", "GLAccountSales": "00000000-0000-4000-8000-000000000001"},
    ]

    outcomes = rig.write("account", rig.operations(CREATE, values), ("Name",))

    faults = [outcome.fault for outcome in outcomes]
    assert [fault and (fault.field, fault.category.value) for fault in faults] == [
        ("Email", "field_invalid"),
        ("PaymentConditionSales", "reference_inactive"),
        ("SalesVATCode", "tax"),
        ("GLAccountSales", "reference_inactive"),
    ]


def test_each_endpoint_counts_its_errors_by_itself(rig: Rig) -> None:
    """After ten an hour it is shut: the stand-in tells with an empty 429."""
    wanted = [{"Name": f"R{n}", "Email": f"nobody at all {n}"} for n in range(12)]

    outcomes = rig.write("account", rig.operations(CREATE, wanted), ("Name",))
    (item,) = rig.write(
        "item", rig.operations(CREATE, [{"Code": "A", "Description": "A"}]), ("Code",)
    )

    statuses = [outcome.status for outcome in outcomes]
    assert statuses == [OutcomeStatus.REFUSED] * 10 + [OutcomeStatus.NOT_SENT] * 2
    assert item.status is OutcomeStatus.WRITTEN
    assert {call.path for call in rig.log.calls if call.status == 429} != set()


@pytest.mark.parametrize(("granted", "calls"), [(60, 50), (100, 83), (1200, 1000)])
def test_the_pace_follows_the_calls_that_exact_grants(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, granted: int, calls: int
) -> None:
    rig.sandbox.exact.configure(minute_calls=granted)
    asked: list[RateRule] = []

    def acquire(rule: RateRule) -> float:
        asked.append(rule)
        return 0.0

    monkeypatch.setattr(rig.limiter, "acquire", acquire)

    rig.read_all("account", ("Name",))

    assert [rule.calls for rule in asked] == [50, calls, calls]
    assert all(rule.calls + rule.burst <= max(granted, 60) for rule in asked)


# Webhooks


def test_subscribing_proves_the_address_and_is_done_once(rig: Rig) -> None:
    with receiver() as inbox:
        subscribe(rig.http, "1234567", inbox.url)
        proofs = len(inbox.requests)
        subscribe(rig.http, "1234567", inbox.url)

    topics = {row["Topic"] for row in rig.sandbox.exact.all(SUBSCRIPTIONS).values()}
    assert {"Accounts", "Contacts", "Items", "SalesInvoices"} <= topics
    assert proofs == len(inbox.requests) == len(topics)
    assert not any(request.body for request in inbox.requests)
