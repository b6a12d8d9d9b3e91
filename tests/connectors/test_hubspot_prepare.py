"""Properties that recipes ask HubSpot for: made once, checked ever after."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from integrations.contract import (
    Batch,
    Choice,
    Field,
    FieldType,
    Misconfigured,
    NotAllowed,
    Operation,
    OperationKind,
    Outcome,
    OutcomeStatus,
    Values,
)
from tests.connectors.rig import Rig, make_rig

STATUS = Field(
    "saldo_payment_status",
    "Payment status",
    FieldType.CHOICE,
    choices=(Choice("open", "Open"), Choice("paid", "Paid")),
)
WANTED = (
    Field("saldo_invoice_number", "Invoice number"),
    STATUS,
    Field("saldo_amount_open", "Amount open", FieldType.MONEY),
    Field("saldo_lines", "Number of lines", FieldType.NUMBER),
    Field("saldo_paid_on", "Paid on", FieldType.DATE),
    Field("saldo_told_at", "Told at", FieldType.DATETIME),
    Field("saldo_is_late", "Is late", FieldType.BOOLEAN),
    Field("saldo_ways", "Ways", FieldType.CHOICES, choices=(Choice("bank", "Bank"),)),
)
VALUES: Values = {
    "saldo_invoice_number": "2026-17",
    "saldo_payment_status": "paid",
    "saldo_amount_open": Decimal("12.50"),
    "saldo_lines": Decimal(3),
    "saldo_paid_on": date(2026, 11, 20),
    "saldo_is_late": False,
    "saldo_ways": ("bank",),
}


def again(rig: Rig) -> Rig:
    """Another worker with the same connection."""
    return make_rig("hubspot", rig.server, rig.clock)


def properties(rig: Rig, object_type: str = "deals") -> dict[str, Any]:
    found = rig.sandbox.hubspot.crm.stores[object_type].properties
    return {name: one for name, one in found.items() if name.startswith("saldo_")}


def definition(**more: Any) -> dict[str, Any]:
    usual = {"type": "string", "fieldType": "text", "groupName": "dealinformation"}
    return usual | {"name": "saldo_amount_open", "label": "Open amount"} | more


def test_wanted_properties_are_made_and_take_their_values(hubspot: Rig) -> None:
    deal = hubspot.sandbox.hubspot.add_deal(dealname="Chairs")

    hubspot.connector.prepare("deal", WANTED)

    fields = {field.name: field for field in hubspot.connector.fields("deal")}
    for field in WANTED:
        made = fields[field.name]
        assert (made.label, made.type) == (field.label, field.type)
        assert made.choices == field.choices or field.type is FieldType.BOOLEAN
        assert made.custom
        assert made.updatable
    update = Operation("key", OperationKind.UPDATE, deal, "", VALUES)
    (outcome,) = hubspot.connector.write("deal", Batch("batch", (update,)), list(VALUES))
    assert outcome.status is OutcomeStatus.WRITTEN
    assert outcome.record is not None
    assert dict(outcome.record.fields) == dict(VALUES)


def test_they_stand_together_in_a_group_of_their_own(hubspot: Rig) -> None:
    hubspot.connector.prepare("deal", WANTED)

    store = hubspot.sandbox.hubspot.crm.stores["deals"]
    assert {one.group for one in properties(hubspot).values()} == {"saldo"}
    assert store.groups["saldo"].label == "Saldo"
    # People are to see them, unlike our key.
    assert [name for name, one in properties(hubspot).items() if one.hidden] == ["saldo_key"]


def test_what_is_there_is_not_made_again(hubspot: Rig) -> None:
    hubspot.connector.prepare("deal", WANTED)
    hubspot.connector.fields("deal")
    before = hubspot.calls

    hubspot.connector.prepare("deal", WANTED)
    assert hubspot.calls == before
    other = again(hubspot)
    other.connector.prepare("deal", WANTED)

    # One look at the properties.
    assert other.calls - before == 1
    assert {call.method for call in other.log.calls} == {"GET"}


def test_several_workers_at_the_same_moment_make_them_once(hubspot: Rig) -> None:
    other = again(hubspot)
    other.connector.fields("deal")
    hubspot.connector.prepare("deal", WANTED)

    other.connector.prepare("deal", WANTED)

    assert len(properties(hubspot)) == len(WANTED) + 1


def test_only_the_missing_ones_are_made(hubspot: Rig) -> None:
    hubspot.connector.prepare("deal", WANTED[:3])
    before = set(properties(hubspot))

    again(hubspot).connector.prepare("deal", WANTED)

    assert before < set(properties(hubspot))


@pytest.mark.parametrize(
    "there",
    [
        pytest.param(definition(), id="a text"),
        pytest.param(definition(type="date", fieldType="date"), id="a date"),
        pytest.param(
            definition(type="number", fieldType="calculation_equation"), id="worked out by HubSpot"
        ),
    ],
)
def test_one_that_cannot_hold_the_values_is_named_in_words(
    hubspot: Rig, there: dict[str, Any]
) -> None:
    hubspot.sandbox.hubspot.add_property("deals", there)

    with pytest.raises(Misconfigured) as raised:
        hubspot.connector.prepare("deal", WANTED)

    fault = raised.value.fault
    assert fault.field == "saldo_amount_open"
    assert "“Open amount” (saldo_amount_open)" in fault.message
    assert "Rename or delete it" in fault.message


def test_one_choice_is_not_taken_for_several(hubspot: Rig) -> None:
    options = [{"value": "open", "label": "Open"}]
    several = {"type": "enumeration", "fieldType": "checkbox", "options": options}
    hubspot.sandbox.hubspot.add_property("deals", definition(name=STATUS.name, **several))

    with pytest.raises(Misconfigured, match="enumeration/checkbox"):
        hubspot.connector.prepare("deal", [STATUS])


def test_a_number_that_people_made_serves_for_money(hubspot: Rig) -> None:
    hubspot.sandbox.hubspot.add_property("deals", definition(type="number", fieldType="number"))

    hubspot.connector.prepare("deal", [WANTED[2]])

    assert properties(hubspot)["saldo_amount_open"].label == "Open amount"


def test_options_that_are_missing_are_added_to_those_there(hubspot: Rig) -> None:
    options = [{"value": "open", "label": "Still open"}, {"value": "lost", "label": "Lost"}]
    own = {"type": "enumeration", "fieldType": "select", "options": options}
    hubspot.sandbox.hubspot.add_property("deals", definition(name=STATUS.name, **own))

    hubspot.connector.prepare("deal", [STATUS])

    held = {option.value: option.label for option in properties(hubspot)[STATUS.name].options}
    assert held == {"open": "Still open", "lost": "Lost", "paid": "Paid"}
    fields = {field.name: field for field in hubspot.connector.fields("deal")}
    assert Choice("paid", "Paid") in fields[STATUS.name].choices


def test_a_missing_scope_is_named(hubspot: Rig) -> None:
    sandbox = hubspot.sandbox.hubspot
    scopes = [scope for scope in sandbox.app.scopes if scope != "crm.schemas.deals.write"]
    hubspot.tokens.access_token = sandbox.issue("access", scopes, 3600).value

    with pytest.raises(NotAllowed, match=r"crm\.schemas\.deals\.write"):
        hubspot.connector.prepare("deal", WANTED)

    assert properties(hubspot) == {}


def test_the_consent_page_asks_for_the_right_to_make_them(hubspot: Rig) -> None:
    assert {"crm.schemas.deals.write", "crm.objects.owners.read"} <= set(hubspot.provider.scopes)


# The property of our own, by which a create is found again ------------------------------------


LASTNAME = Operation("key", OperationKind.CREATE, fields={"lastname": "X"})


def write(rig: Rig, operation: Operation) -> list[Outcome]:
    return rig.write("contact", [operation], ["lastname"])


def test_the_own_unique_property_is_made_once_for_all_workers(hubspot: Rig) -> None:
    hubspot.connector.prepare("contact")

    made = properties(hubspot, "contacts")["saldo_key"]
    assert made.unique
    assert made.hidden
    assert "saldo_key" not in {one.name for one in hubspot.connector.fields("contact")}


def test_a_key_property_that_is_not_unique_is_a_matter_of_configuration(hubspot: Rig) -> None:
    definition = {
        "name": "saldo_key", "label": "x", "type": "string", "fieldType": "text",
        "groupName": "contactinformation",
    }  # fmt: skip
    hubspot.sandbox.hubspot.add_property("contacts", definition)

    with pytest.raises(Misconfigured, match="unique values"):
        write(hubspot, LASTNAME)


def test_a_missing_right_to_make_the_key_is_told_before_anything_is_sent(hubspot: Rig) -> None:
    hubspot.fault("status", status=403, method="POST", path="crm/properties")

    with pytest.raises(NotAllowed):
        write(hubspot, LASTNAME)
    assert hubspot.writes == 0


def test_another_worker_may_make_the_key_at_the_same_moment(hubspot: Rig) -> None:
    hubspot.connector.fields("contact")
    again(hubspot).connector.prepare("contact")

    (outcome,) = write(hubspot, LASTNAME)

    assert outcome.status is OutcomeStatus.WRITTEN


def test_resolving_before_anything_was_prepared_finds_nothing(hubspot: Rig) -> None:
    batch = Batch("batch", (LASTNAME,))

    (outcome,) = hubspot.connector.resolve("contact", batch, ["lastname"])

    assert outcome.status is OutcomeStatus.NOT_SENT
    assert hubspot.writes == 0
