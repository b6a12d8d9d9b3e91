"""Opportunities of a company on Exact, and the lists that documents take values from."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from integrations.contract import Category, Misconfigured, OutcomeStatus, RecordState, Values
from tests.connectors.exact_shop import (
    OPPORTUNITIES,
    Shop,
    archive,
    create,
    done,
    fault_of,
    open_shop,
    update,
)

KIND = "opportunity"
WRITTEN, REFUSED, STALE, UNKNOWN, NOT_SENT = OutcomeStatus


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as shop:
        yield shop


def wanted(shop: Shop, **more: object) -> Values:
    usual = {
        "Name": "New ovens",
        "Account": shop.buyer,
        "AmountFC": Decimal("12500.50"),
        "CloseDate": date(2026, 12, 31),
        "OpportunityStage": shop.books.stages["Offerte"],
        "Owner": shop.books.user.id,
    }
    values: dict[str, object] = usual | more
    return values  # type: ignore[return-value]


def test_an_opportunity_is_made_as_it_was_meant(shop: Shop) -> None:
    made = shop.made(wanted(shop, Notes="Wants two", Probability=Decimal("0.6")), KIND)

    assert made.fields == {
        **wanted(shop, Notes="Wants two", Probability=Decimal("0.6")),
        "OpportunityStatus": "1",
    }
    assert made.title == "New ovens"
    assert shop.read(made.id, KIND) == made


def test_won_and_lost_follow_from_the_stage(shop: Shop) -> None:
    made = shop.made(wanted(shop), KIND)
    won = shop.books.stages["Gewonnen"]

    (outcome,) = shop.write(update(made, OpportunityStage=won), object_type=KIND)

    assert done(outcome).fields["OpportunityStatus"] == "2"


def test_a_stage_brings_its_own_probability(shop: Shop) -> None:
    made = shop.made(wanted(shop), KIND)

    chance = made.fields["Probability"]
    assert isinstance(chance, Decimal)
    assert 0 <= chance <= 1


@pytest.mark.parametrize(
    ("sent", "held"),
    [("0", "0"), ("0.6", "0.6"), ("1", "1"), ("60", "0.6"), ("100", "1")],
)
def test_a_probability_is_a_fraction_or_per_cent(shop: Shop, sent: str, held: str) -> None:
    made = shop.made(wanted(shop, Probability=Decimal(sent)), KIND)

    assert made.fields["Probability"] == Decimal(held)


@pytest.mark.parametrize("sent", ["-1", "101"])
def test_no_other_probability_is_sent(shop: Shop, sent: str) -> None:
    (outcome,) = shop.write(create(wanted(shop, Probability=Decimal(sent))), object_type=KIND)

    assert fault_of(outcome) == (Category.FIELD_INVALID, "no_probability", "Probability")


def test_our_mark_in_the_notes_is_kept_and_not_shown(shop: Shop) -> None:
    operation = create(wanted(shop, Notes="One"))
    made = done(shop.write(operation, object_type=KIND)[0])

    (outcome,) = shop.write(update(made, Notes="Two\nlines"), object_type=KIND)

    assert done(outcome).fields["Notes"] == "Two\nlines"
    assert "[Saldo " in shop.books.get(OPPORTUNITIES, made.id)["Notes"]
    again = shop.write(operation, object_type=KIND)[0]
    assert shop.books.count(OPPORTUNITIES) == 1
    assert again.record is not None
    assert again.record.id == made.id


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_no_opportunity_is_made_twice(shop: Shop, kind: str) -> None:
    batch = shop.batch(create(wanted(shop, Name="O'Brien & “zonen”")))
    shop.fault(kind=kind, path="Opportunities", method="POST")

    (lost,) = shop.connector.write(KIND, batch, ("Name",))
    (found,) = shop.resolve(batch, KIND)
    if found.status is NOT_SENT:
        (found,) = shop.connector.write(KIND, batch, ("Name",))

    assert lost.status is UNKNOWN
    assert done(found).fields["Name"] == "O'Brien & “zonen”"
    assert shop.books.count(OPPORTUNITIES) == 1


def test_an_unknown_stage_is_told_by_its_field(shop: Shop) -> None:
    stage = "00000000-0000-4000-8000-000000000001"

    (outcome,) = shop.write(create(wanted(shop, OpportunityStage=stage)), object_type=KIND)

    assert fault_of(outcome) == (
        Category.REFERENCE_INACTIVE,
        "stage_reference",
        "OpportunityStage",
    )


def test_an_opportunity_is_deleted(shop: Shop) -> None:
    made = shop.made(wanted(shop), KIND)

    (outcome,) = shop.write(archive(made), object_type=KIND)

    assert done(outcome).state is RecordState.GONE
    assert shop.books.count(OPPORTUNITIES) == 0


# The feed


def test_changes_are_told_once_and_what_vanished_once_a_week(shop: Shop) -> None:
    made = [shop.made(wanted(shop, Name=f"Deal {number}"), KIND) for number in range(130)]
    assert len(shop.changes(KIND)) == 130
    assert shop.changes(KIND) == []
    shop.later(hours=1)
    shop.books.update(OPPORTUNITIES, made[7].id, Name="Other")

    (changed,) = shop.changes(KIND)
    shop.books.delete(OPPORTUNITIES, made[8].id)
    shop.later(days=8)
    first = shop.page(KIND)

    assert changed.fields["Name"] == "Other"
    assert first.anew
    left = {record.id for record in (*first.records, *shop.changes(KIND))}
    assert left == {record.id for record in made} - {made[8].id}


def test_reading_what_did_not_change_takes_one_call(shop: Shop) -> None:
    for number in range(3):
        shop.made(wanted(shop, Name=f"Deal {number}"), KIND)
    shop.changes(KIND)
    shop.later(hours=1)

    assert shop.count_calls(lambda: shop.changes(KIND)) == ["Opportunities"]


# Lists


def test_stages_are_gathered_from_the_opportunities_that_there_are(shop: Shop) -> None:
    stages = shop.books.stages
    for number, name in enumerate(("Gewonnen", "Verloren", "Kennismaking", "Offerte", "Offerte")):
        shop.made(wanted(shop, Name=f"Deal {number}", OpportunityStage=stages[name]), KIND)

    choices = shop.connector.choices("opportunity_stages")

    assert {(choice.value, choice.label) for choice in choices} == {
        (stages[name], name) for name in ("Kennismaking", "Offerte", "Gewonnen", "Verloren")
    }
    assert [choice.label for choice in choices][2:] == ["Gewonnen", "Verloren"]


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("sales_journals", ["70 Verkoopboek", "71 Verkoopboek EU"]),
        ("lead_sources", ["01 Website", "02 Beurs", "03 Aanbeveling"]),
        ("layouts", ["Creditnota", "Factuur"]),
        ("email_layouts", ["Factuur per e-mail"]),
        ("opportunity_stages", []),
    ],
)
def test_a_list_of_documents(shop: Shop, name: str, labels: list[str]) -> None:
    assert [choice.label for choice in shop.connector.choices(name)] == labels


def test_a_layout_is_used_for_the_document(shop: Shop) -> None:
    (layout, _) = shop.connector.choices("layouts")
    (mail,) = shop.connector.choices("email_layouts")

    made = shop.made(
        shop.invoice(Processing="final", DocumentLayout=layout.value, EmailLayout=mail.value)
    )
    (wrong,) = shop.write(
        create(shop.invoice(Processing="final", DocumentLayout=mail.value)),
    )

    assert made.fields["Status"] == "50"
    assert fault_of(wrong)[0] is Category.REFERENCE_INACTIVE
    assert wrong.record is None


def test_a_list_that_nobody_knows(shop: Shop) -> None:
    with pytest.raises(Misconfigured):
        shop.connector.choices("planets")
