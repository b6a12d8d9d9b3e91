"""Payments: which documents they settle, how far, and what they take from them."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.contract import Category, Field, FieldType, Line, Value, Values
from syncs.engine.decide import Decider, decide, wishes
from syncs.engine.terms import (
    Agree,
    Create,
    Direction,
    DocumentRules,
    Exclude,
    ExcludeReason,
    Fail,
    FieldMapping,
    Parent,
    ParentStatus,
    Plan,
    RecordView,
    ReferenceKey,
    References,
    Side,
    SyncSpec,
    Transform,
    TransformKind,
    Wait,
)
from syncs.engine.values import lines_of
from tests.engine.cases import view

D = Decimal
LEFT, RIGHT = Side.LEFT, Side.RIGHT
CONTACT = Field("contact", "Contact", FieldType.REFERENCE)
AMOUNT = FieldMapping("amount", ("received",), ("TotalAmt",), owned=True)
PAID = FieldMapping(
    "paid",
    ("lines",),
    ("Lines",),
    transform=Transform(TransformKind.ALLOCATIONS, object_type="invoice"),
    owned=True,
)
PAYER = FieldMapping(
    "payer",
    ("lines",),
    ("CustomerRef",),
    Direction.TO_RIGHT,
    Transform(TransformKind.PARENT_FIELD, object_type="invoice", text="CustomerRef"),
    born=LEFT,
)
SPEC = SyncSpec(
    left_fields={
        "received": Field("received", "Received", FieldType.MONEY),
        "lines": Field("lines", "Invoices", FieldType.LINES, references="invoice"),
    },
    right_fields={
        "TotalAmt": Field("TotalAmt", "Amount", FieldType.MONEY),
        "Lines": Field("Lines", "Invoices", FieldType.LINES, references="invoice"),
        "CustomerRef": Field("CustomerRef", "Customer", FieldType.REFERENCE, required=True),
    },
    mappings=(AMOUNT, PAID, PAYER),
    documents=DocumentRules("invoice", left_total="received", right_total="TotalAmt"),
)


def opened(number: str, balance: str | None, customer: str = "5") -> tuple[ReferenceKey, Parent]:
    """A linked invoice with so much open in the books."""
    facts: dict[str, Value] = {"CustomerRef": customer}
    if balance is not None:
        facts["Balance"] = D(balance)
    key = ReferenceKey("invoice", LEFT, number)
    return key, Parent(ParentStatus.LINKED, f"b{number}", facts=facts)


def other(number: str, status: ParentStatus) -> tuple[ReferenceKey, Parent]:
    return ReferenceKey("invoice", LEFT, number), Parent(status, title=f"INV-{number}")


INVOICES: References = dict(
    (
        opened("1", "100"),
        opened("2", "50", "6"),
        opened("3", "0"),
        opened("4", None),
        other("7", ParentStatus.WAITING),
        other("8", ParentStatus.EXCLUDED),
        other("9", ParentStatus.FAILING),
        other("10", ParentStatus.ABSENT),
    )
)


def payment(received: str, *invoices: str) -> Values:
    return {
        "received": D(received),
        "lines": tuple(Line(reference=one) for one in invoices) or None,
    }


def made(plan: Plan) -> list[tuple[str, Decimal | None]]:
    assert isinstance(plan, Create)
    lines = lines_of(wishes(plan, RIGHT).get("Lines"))
    return [(line.reference, line.amount) for line in lines]


def create(values: Values, references: References = INVOICES) -> Plan:
    return decide(SPEC, RecordView(left=view(values)), references=references)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param(payment("100", "1"), [("b1", D(100))], id="in full"),
        pytest.param(payment("30", "1"), [("b1", D(30))], id="in part"),
        pytest.param(payment("130", "1"), [("b1", D(100))], id="too much"),
        pytest.param(payment("120", "1", "2"), [("b1", D(100)), ("b2", D(20))], id="several"),
        pytest.param(payment("90", "1", "2"), [("b1", D(90))], id="the first takes all"),
        pytest.param(payment("20", "3", "2"), [("b2", D(20))], id="one is paid already"),
        pytest.param(payment("20", "3"), [], id="all is paid already"),
        pytest.param(payment("20", "8", "1"), [("b1", D(20))], id="one is not in the sync"),
        pytest.param(payment("20", "10", "1"), [("b1", D(20))], id="one is not known"),
        pytest.param(payment("20", "4", "1"), [("b4", D(20))], id="nobody knows what is open"),
    ],
)
def test_a_payment_takes_what_is_open(values: Values, expected: list[tuple[str, Decimal]]) -> None:
    assert made(create(values)) == expected


def test_a_payment_keeps_to_the_amounts_that_it_says() -> None:
    lines = (Line(reference="1"), Line(reference="2", amount=D(45)))
    said: Values = {"received": D(100), "lines": lines}

    assert made(create(said)) == [("b1", D(55)), ("b2", D(45))]


@pytest.mark.parametrize("numbers", [(), ("8",), ("8", "10")])
def test_a_payment_of_nothing_in_the_sync_is_no_part_of_it(numbers: tuple[str, ...]) -> None:
    assert create(payment("10", *numbers)) == Exclude(ExcludeReason.PARENT)


def test_a_payment_waits_for_its_invoices() -> None:
    assert create(payment("10", "1", "7")) == Wait("invoice", "7", "INV-7")
    assert create(payment("10", "404")) == Wait("invoice", "404", "")


def test_a_payment_of_a_failing_invoice_says_which() -> None:
    plan = create(payment("10", "9"))

    assert isinstance(plan, Fail)
    assert (plan.fault.category, plan.fault.code) == (Category.PARENT_MISSING, "parent_failing")
    assert plan.fault.message == "Invoices: “INV-9” is failing."


def test_the_payer_is_the_customer_of_the_first_invoice() -> None:
    assert wishes(create(payment("10", "2", "1")), RIGHT)["CustomerRef"] == "6"
    assert wishes(create(payment("10", "8", "1")), RIGHT)["CustomerRef"] == "5"


def test_without_what_the_parent_should_give_a_needed_field_keeps_the_record_out() -> None:
    bare = {ReferenceKey("invoice", LEFT, "1"): Parent(ParentStatus.LINKED, "b1")}
    told = replace(SPEC, mappings=(AMOUNT, PAYER))

    plan = decide(told, RecordView(left=view(payment("10", "1"))), references=bare)

    assert plan == Exclude(ExcludeReason.PARENT)


def test_a_parents_field_alone_tells_why_there_is_no_parent() -> None:
    told = replace(SPEC, mappings=(AMOUNT, PAYER))
    record = RecordView(left=view(payment("10", "9")))

    plan = decide(told, record, references=INVOICES)

    assert isinstance(plan, Fail)
    assert plan.fault.code == "parent_failing"


def test_a_payment_of_the_books_goes_to_the_invoices_of_the_crm() -> None:
    known = {ReferenceKey("invoice", RIGHT, "b1"): Parent(ParentStatus.LINKED, "1")}
    booked: Values = {
        "TotalAmt": D(70),
        "Lines": (
            Line(reference="b1", amount=D(60)),
            Line(name="CreditMemo 12", amount=D(10)),
        ),
    }

    plan = decide(SPEC, RecordView(right=view(booked)), references=known)

    assert wishes(plan, LEFT) == {
        "received": D(70),
        "lines": (Line(reference="1", amount=D(60)),),
    }


def settled(values: Values, answer: Values) -> RecordView:
    record, decider = RecordView(left=view(values)), Decider(SPEC)
    plan = decider.decide(record, references=INVOICES)
    return decider.settle(record, plan, None, view(answer), INVOICES)


def now(record: RecordView, left: Values | None = None, right: Values | None = None) -> RecordView:
    assert record.left is not None
    assert record.right is not None
    return replace(
        record,
        left=replace(record.left, values=left or record.left.values),
        right=replace(record.right, values=right or record.right.values),
    )


ANSWER: dict[str, Any] = {
    "TotalAmt": D(60),
    "CustomerRef": "5",
    "Lines": (Line(id="1", reference="b1", amount=D(60)),),
}


def test_what_a_payment_took_already_is_open_to_it_once_more() -> None:
    record = settled(payment("60", "1"), ANSWER)
    # The books have taken the payment off: 40 of the 100 are open.
    later = {**INVOICES, **dict([opened("1", "40")])}
    more = now(record, left=payment("90", "1", "2"))

    assert Decider(SPEC).decide(record, references=later) == Agree()
    plan = Decider(SPEC).decide(more, references=later)
    assert wishes(plan, RIGHT) == {
        "TotalAmt": D(90),
        "Lines": (Line(reference="b1", amount=D(90)),),
    }
    assert lines_of(wishes(plan, RIGHT)["Lines"])[0].id == "1"


def test_money_given_back_is_taken_off_the_invoices_in_the_same_breath() -> None:
    record = settled(payment("60", "1"), ANSWER)
    later = {**INVOICES, **dict([opened("1", "40")])}

    plan = Decider(SPEC).decide(now(record, left=payment("25", "1")), references=later)

    assert wishes(plan, RIGHT) == {
        "TotalAmt": D(25),
        "Lines": (Line(reference="b1", amount=D(25)),),
    }


def test_a_payment_that_was_applied_to_something_else_in_the_books_is_locked() -> None:
    record = settled(payment("60", "1"), ANSWER)
    moved = now(record, right={**ANSWER, "Lines": (Line(id="1", reference="b2", amount=D(50)),)})

    plan = Decider(SPEC).decide(moved, references=INVOICES)

    assert isinstance(plan, Fail)
    assert [lock.mapping for lock in plan.locks] == ["paid"]
    assert Decider(SPEC).decide(record, references=INVOICES) == Agree()


def test_a_linked_payment_stays_when_its_invoices_leave_the_sync() -> None:
    record = now(settled(payment("60", "1"), ANSWER), left=payment("60", "8"))

    assert Decider(SPEC).decide(record, references=INVOICES) == Agree()


def test_a_decision_asks_for_invoices_and_for_what_it_needs_of_them() -> None:
    decider = Decider(SPEC)
    record = RecordView(left=view(payment("60", "1", "2")))

    assert decider.references(record) == (
        ReferenceKey("invoice", LEFT, "1"),
        ReferenceKey("invoice", LEFT, "2"),
    )
    assert decider.facts("invoice") == {"Balance", "CustomerRef"}
    assert decider.facts("contact") == frozenset()


def test_a_document_that_names_no_parent_where_one_is_needed_says_so() -> None:
    customer = FieldMapping(
        "customer",
        ("contact",),
        ("CustomerRef",),
        transform=Transform(TransformKind.REFERENCE, object_type="contact"),
    )
    told = replace(
        SPEC,
        left_fields={
            **SPEC.left_fields,
            "contact": Field("contact", "Contact", FieldType.REFERENCE),
        },
        mappings=(AMOUNT, customer),
    )

    plan = decide(told, RecordView(left=view({"received": D(1), "contact": None})))

    assert isinstance(plan, Fail)
    assert (plan.fault.category, plan.fault.code) == (Category.PARENT_MISSING, "parent_unnamed")
    assert plan.fault.message.startswith("Customer: The record names none")


CENTS = st.integers(0, 20_000).map(lambda cents: D(cents).scaleb(-2))


@settings(derandomize=True, max_examples=200, deadline=None)
@given(received=CENTS, balances=st.lists(CENTS, min_size=1, max_size=5))
def test_no_invoice_gets_more_than_is_open_and_no_payment_gives_more_than_it_has(
    received: Decimal, balances: list[Decimal]
) -> None:
    numbers = [str(place) for place, _ in enumerate(balances)]
    known = dict(
        opened(number, str(balance)) for number, balance in zip(numbers, balances, strict=True)
    )

    found = dict(made(create(payment(str(received), *numbers), known)))

    given_out = sum((amount or D(0) for amount in found.values()), D(0))
    assert given_out == min(received, sum(balances, D(0)))
    for number, balance in zip(numbers, balances, strict=True):
        assert (found.get(f"b{number}") or D(0)) <= balance
