"""Lines of invoices on their way into the books and into the CRM."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from integrations.contract import Category, Line, Values
from syncs.engine.decide import Decider, decide, wishes
from syncs.engine.terms import (
    Agree,
    Create,
    Fail,
    RecordView,
    ReferenceKey,
    Side,
    Wait,
)
from syncs.engine.values import lines_of
from syncs.engine.ways import Held
from tests.engine.cases import view
from tests.engine.invoices import CUSTOM, PARENTS, RULES, SPEC, book, invoice, line, refusal, show

D = Decimal
DAY = date(2026, 1, 31)


def test_a_line_is_booked_on_the_item_that_its_product_is_linked_to() -> None:
    (made,) = book(invoice(line("2", "10", sku="C-1", description="Oak", service_date=DAY)))

    assert made == Line(
        reference="1",
        sku="C-1",
        name="Chair",
        description="Oak",
        quantity=D(2),
        unit_price=D(10),
        amount=D(20),
        service_date=DAY,
    )


MATCHED: list[tuple[dict[str, Any], str, str]] = [
    ({"reference": "18", "sku": "T-1"}, "2", ""),
    ({"reference": "", "sku": "T-1"}, "2", ""),
    ({"reference": "17", "sku": "T-1"}, "1", ""),
    ({"reference": "20", "sku": "T-1"}, "2", ""),
    ({"reference": "18"}, CUSTOM, "Chair"),
    ({"reference": "20"}, CUSTOM, "Chair"),
    ({"reference": "", "sku": "T-9"}, CUSTOM, "Chair"),
    ({"reference": ""}, CUSTOM, "Chair"),
    ({"reference": "", "description": "Oak"}, CUSTOM, "Chair: Oak"),
    ({"reference": "", "description": "Chair"}, CUSTOM, "Chair"),
    ({"reference": "", "name": "", "description": "Oak"}, CUSTOM, "Oak"),
]


@pytest.mark.parametrize(("given", "item", "description"), MATCHED)
def test_what_is_sold_is_found_by_link_then_sku_then_booked_as_custom(
    given: dict[str, Any], item: str, description: str
) -> None:
    (made,) = book(invoice(line(**given)))

    assert (made.reference, made.description) == (item, description)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"reference": ""}, "Lines: The line “Chair” names no product and no SKU."),
        ({"reference": "18"}, "Lines: The line “Chair” is excluded from its sync."),
        ({"reference": "20"}, "Lines: The line “Chair” is failing: Its name is taken."),
        (
            {"reference": "", "sku": "T-9"},
            "Lines: The line “Chair” matches nothing on the other side, neither by its product",
        ),
    ],
)
@pytest.mark.parametrize("rules", [{"needs_match": True}, {"fallback": ""}])
def test_a_line_that_matches_nothing_is_named(
    given: dict[str, Any], words: str, rules: dict[str, Any]
) -> None:
    fault = refusal(invoice(line(), line(**given)), **rules).fault

    assert (fault.category, fault.code) == (Category.PARENT_MISSING, "line_unmatched")
    assert fault.message.startswith(words)
    # The document follows when that product moves.
    assert (fault.field, fault.existing_id) == ("Lines", given["reference"])


@pytest.mark.parametrize("reference", ["19", "404"])
def test_a_product_that_is_on_its_way_or_not_seen_yet_is_waited_for(reference: str) -> None:
    with pytest.raises(Held) as held:
        book(invoice(line(reference=reference)))

    assert isinstance(held.value.plan, Wait)
    assert (held.value.plan.object_type, held.value.plan.parent_id) == ("product", reference)


def test_words_between_the_lines_go_along_as_words() -> None:
    words = Line(description="As agreed in May")
    titled = Line(name="Furniture")

    made = book(invoice(titled, line(), words), tax_needed=True, no_tax="7")

    assert made[0] == Line(description="Furniture")
    assert made[2] == words


def test_a_line_discount_lowers_the_price() -> None:
    (made,) = book(invoice(line("4", "10", discount=D(4))))

    assert (made.unit_price, made.amount, made.discount) == (D(9), D(36), None)


def test_a_line_without_an_amount_comes_to_what_its_numbers_come_to() -> None:
    untold = replace(line("3", "10", discount=D(3)), amount=None)

    assert book(invoice(untold, total=D(27)))[0].amount == D(27)
    assert book(invoice(Line(reference="17"), total=D(0)))[0].amount == D(0)


def test_discounts_and_fees_of_the_whole_order_are_refused_with_the_advised_way() -> None:
    fault = refusal(invoice(line(), order_adjustments="Discount: Spring -10.00")).fault

    assert (fault.category, fault.code) == (Category.FIELD_INVALID, "order_adjustments")
    assert fault.message.startswith("Lines: Discount: Spring -10.00 is on the document as a whole")
    assert "discount on the lines" in fault.message


TAXED = invoice(line("1", "100", tax="vat"), line("1", "10", tax="low"), total=D("130.55"))


def test_a_tax_rate_is_booked_with_its_tax_code() -> None:
    assert [one.tax for one in book(TAXED)] == ["5", "6"]


def test_prices_that_include_tax_come_to_the_total_as_they_are() -> None:
    included = {**TAXED, "total": D(110)}

    assert [one.amount for one in book(included, inclusive=True)] == [D(100), D(10)]
    assert refusal(included).fault.code == "totals_differ"
    assert refusal(TAXED, inclusive=True).fault.code == "totals_differ"


@pytest.mark.parametrize(("tax", "name"), [("new", "new"), ("gone", "gone")])
def test_a_tax_rate_without_a_tax_code_is_named(tax: str, name: str) -> None:
    fault = refusal(invoice(line(tax=tax))).fault

    assert (fault.category, fault.code) == (Category.TAX, "tax_rate_unmapped")
    assert fault.message == f"Lines: The tax rate “{name}” has no tax code on the other side yet."


def test_a_tax_rate_is_called_what_people_call_it() -> None:
    taxes = tuple(replace(one, label="Reduced 3 %") for one in RULES.taxes)

    fault = refusal(invoice(line(tax="new")), taxes=taxes).fault

    assert "“Reduced 3 %”" in fault.message


def test_a_tax_rate_that_no_table_has_is_called_what_its_line_says() -> None:
    fault = refusal(invoice(line(tax="81001", tax_name="VAT (21%)"))).fault

    assert "“VAT (21%)”" in fault.message


def test_a_line_without_tax_gets_the_code_for_that_where_one_is_needed() -> None:
    untaxed = invoice(line())

    assert book(untaxed)[0].tax == ""
    assert book(untaxed, no_tax="NON")[0].tax == "NON"
    assert book(untaxed, tax_needed=True, no_tax="7")[0].tax == "7"
    fault = refusal(untaxed, tax_needed=True).fault
    assert (fault.category, fault.code) == (Category.TAX, "tax_rate_missing")


@pytest.mark.parametrize(
    ("values", "category"),
    [
        (invoice(line("1", "10"), total=D("10.01")), Category.FIELD_INVALID),
        ({**invoice(line()), "total": None}, Category.FIELD_INVALID),
        ({**TAXED, "total": D("130.56")}, Category.TAX),
        ({**TAXED, "total": D(110)}, Category.TAX),
    ],
)
def test_a_cent_between_the_lines_and_the_total_is_a_fault(
    values: Values, category: Category
) -> None:
    fault = refusal(values).fault

    assert (fault.category, fault.code) == (category, "totals_differ")


@pytest.mark.parametrize("amount", ["1E+40", "-1E+40"])
def test_a_number_beyond_all_reckoning_fails_its_record_alone(amount: str) -> None:
    huge = line(amount=amount)

    assert refusal(invoice(huge)).fault.code == "amount_too_large"
    with pytest.raises(Held):
        show(booked(line("1", "1", reference="1"), replace(huge, reference="1")))


def test_both_sums_are_told_when_they_differ() -> None:
    fault = refusal(invoice(line("1", "10"), total=D("10.01"))).fault

    assert "come to 10 with their tax, and the document says 10.01" in fault.message


def test_parts_of_a_coin_are_rounded_line_by_line_and_the_total_decides() -> None:
    exact = line("1.5", "3.33")

    assert [one.amount for one in book(invoice(exact, total=D("5.00")))] == [D("5.00")]
    assert refusal(invoice(exact, exact, total=D("9.99"))).fault.code == "totals_differ"


def test_the_lines_keep_the_ids_of_those_that_they_replace() -> None:
    present = {"Lines": (Line(id="4", reference="1", amount=D(1), service_date=DAY),)}

    (made,) = book(invoice(line()), present)

    assert (made.id, made.service_date) == ("4", DAY)


# -- into the CRM


def booked(*lines: Line, **more: Any) -> Values:
    return {"Lines": lines, "CurrencyRef": "EUR", **more}


def test_an_item_is_shown_as_the_product_that_it_is_linked_to() -> None:
    made = show(
        booked(line(reference="1", tax="5"), line(reference="3", sku="T"), line(reference="1"))
    )

    assert [one.reference for one in made[:2]] == ["17", ""]
    assert [one.tax for one in made] == ["vat", "", ""]
    assert (made[1].name, made[1].sku) == ("Chair", "T")


def test_an_item_that_is_not_known_yet_is_waited_for_on_the_way_back_too() -> None:
    with pytest.raises(Held):
        show(booked(line(reference="404")))


def test_a_discount_line_is_spread_over_the_others() -> None:
    off = Line(name="Discount", amount=D(-10))

    made = show(booked(line("1", "10", reference="1"), off, line("2", "10", reference="1")))

    assert [one.amount for one in made] == [D("6.67"), D("13.33")]
    assert [one.discount for one in made] == [D("3.33"), D("6.67")]
    assert [one.unit_price for one in made] == [D(10), D(10)]


def test_more_discount_than_there_is_to_pay_is_refused() -> None:
    with pytest.raises(Held) as held:
        show(booked(line("1", "10", reference="1"), Line(name="Discount", amount=D(-11))))

    assert isinstance(held.value.plan, Fail)
    assert held.value.plan.fault.code == "discount_too_large"


def test_words_are_shown_as_a_line_that_costs_nothing() -> None:
    made = show(booked(Line(description="As agreed in May"), Line(description="long " * 80)))

    assert made[0] == Line(name="As agreed in May", quantity=D(1), unit_price=D(0), amount=D(0))
    assert len(made[1].name) < 255
    assert made[1].description == "long " * 80


def test_the_currency_of_the_books_is_the_one_that_is_mapped() -> None:
    third = Line(reference="1", name="Chair", quantity=D(3), unit_price=D("0.3"), amount=D(1))

    assert show({"Lines": (third,), "CurrencyRef": "JPY"})[0].unit_price == D("0.3")
    assert show({"Lines": (third,), "CurrencyRef": "EUR"})[0].unit_price == D("0.333333")


# -- through the decision


def test_a_decision_asks_for_what_the_lines_sell() -> None:
    left = RecordView(left=view(invoice(line(sku="T-1"), line(reference="18"), line())))
    right = RecordView(right=view(booked(line(reference="1"))))

    assert Decider(SPEC).references(left) == (
        ReferenceKey("product", Side.LEFT, "17"),
        ReferenceKey("product", Side.LEFT, "T-1", "sku"),
        ReferenceKey("product", Side.LEFT, "18"),
    )
    assert Decider(SPEC).references(right) == (ReferenceKey("product", Side.RIGHT, "1"),)


def test_an_invoice_is_created_with_its_lines_and_agrees_afterwards() -> None:
    record = RecordView(left=view(invoice(line("4", "10", discount=D(4)), total=D(36))))
    plan = decide(SPEC, record, references=PARENTS)
    assert isinstance(plan, Create)

    answer = dict(wishes(plan, Side.RIGHT))
    answer["Lines"] = tuple(replace(one, id="8", sku="") for one in lines_of(answer["Lines"]))
    decider = Decider(SPEC)
    after = decider.settle(record, plan, None, view(answer), PARENTS)

    assert decider.decide(after, references=PARENTS) == Agree()


def linked(sold_now: Values | None = None, booked_now: Values | None = None) -> RecordView:
    """A linked invoice that was changed on one side or on both since it agreed."""
    record, decider = RecordView(left=view(SOLD)), Decider(SPEC)
    plan = decider.decide(record, references=PARENTS)
    made = decider.settle(record, plan, None, view(BOOKED), PARENTS)
    assert made.left is not None
    assert made.right is not None
    left = replace(made.left, values={**SOLD, **(sold_now or {})})
    return replace(made, left=left, right=replace(made.right, values=booked_now or BOOKED))


BOOKED = booked(
    Line(id="4", reference="1", description="Oak", quantity=D(2), unit_price=D(10), amount=D(20))
)
SOLD = invoice(line("2", "10"))


def test_texts_and_service_dates_may_change_in_the_books_and_amounts_may_not() -> None:
    (kept,) = lines_of(BOOKED["Lines"])
    dated = booked(replace(kept, service_date=DAY, description="Ash"))
    dearer = booked(replace(kept, unit_price=D(11), amount=D(22)))
    decider = Decider(SPEC)

    allowed = decider.decide(linked(None, dated), references=PARENTS)
    locked = decider.decide(linked(None, dearer), references=PARENTS)

    assert allowed == Agree()
    assert isinstance(locked, Fail)
    assert locked.fault.code == "changed_elsewhere"
    (found,) = locked.locks
    assert (found.agreed, found.now) == (BOOKED["Lines"], dearer["Lines"])


def test_a_lock_ends_when_the_same_is_changed_where_it_belongs() -> None:
    (kept,) = lines_of(BOOKED["Lines"])
    dearer = booked(replace(kept, unit_price=D(11), amount=D(22), tax="NON"))
    followed = invoice(line("2", "11"))

    plan = decide(SPEC, linked(followed, dearer), references=PARENTS)

    assert plan == Agree()


def test_a_tax_that_nobody_asked_for_locks_lines_that_were_taxed_otherwise() -> None:
    (kept,) = lines_of(BOOKED["Lines"])
    free, taxed = (booked(replace(kept, tax=code)) for code in ("NON", "TAX"))
    record = linked(None, free)
    assert record.right is not None
    agreed = replace(record.right, base=record.right.values)
    settled = replace(record, right=agreed)
    changed = replace(record, right=replace(agreed, values=taxed))

    plan = decide(SPEC, changed, references=PARENTS)

    assert decide(SPEC, settled, references=PARENTS) == Agree()
    assert isinstance(plan, Fail)
    assert plan.fault.code == "changed_elsewhere"


def test_changed_lines_are_written_over_with_their_ids_and_dates() -> None:
    (kept,) = lines_of(BOOKED["Lines"])
    dated = booked(replace(kept, service_date=DAY))
    more = invoice(line("3", "10"))

    plan = decide(SPEC, linked(more, dated), references=PARENTS)

    (written,) = lines_of(wishes(plan, Side.RIGHT)["Lines"])
    assert (written.id, written.service_date) == ("4", DAY)
    assert (written.quantity, written.amount) == (D(3), D(30))


def test_where_nothing_is_sold_that_is_known_lines_go_over_in_words_and_amounts() -> None:
    sold = line("2", "10", sku="C-1", description="Oak", reference="404")

    (made,) = book(invoice(sold), product="", fallback="")

    assert (made.reference, made.description, made.amount) == ("", "Chair: Oak", D(20))
