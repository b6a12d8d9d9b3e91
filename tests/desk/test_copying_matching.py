"""Which entry of another company's list is the same thing."""

import pytest

from integrations.contract import Choice
from syncs.copying.matching import found_again
from syncs.copying.terms import LEAVE_OUT, Binder, How


@pytest.mark.parametrize(
    ("source", "offered", "expected"),
    [
        pytest.param(("79", "Sales"), [("12", "Sales")], ("12", "label"), id="by its name"),
        pytest.param(("79", "Sales"), [("79", "Sales")], ("79", "same"), id="the same"),
        pytest.param(("79", "Sales"), [("12", " sales ")], ("12", "label"), id="but for case"),
        pytest.param(("79", "Sales"), [("79", "Bank")], ("", ""), id="an id says nothing"),
        pytest.param(
            ("79", "Sales"), [("79", "Sales"), ("80", "Sales")], ("", ""), id="an ambiguous name"
        ),
        pytest.param(
            ("lead", "Lead"), [("lead", "Prospect")], ("lead", "value"), id="by its value in words"
        ),
        pytest.param(
            ("lead", "Lead"),
            [("lead", "Lead"), ("lead_old", "Lead")],
            ("lead", "same"),
            id="a value in words tells two of one name apart",
        ),
        pytest.param(
            ("g-1", "8000 Sales"), [("g-2", "8000 Omzet")], ("g-2", "code"), id="by its code"
        ),
        pytest.param(
            ("g-1", "8000 Sales"),
            [("g-2", "8000 Omzet"), ("g-3", "8100 Sales")],
            ("g-2", "code"),
            id="the code goes before the name",
        ),
        pytest.param(
            ("g-1", "8000 Sales"), [("g-3", "8100 Sales")], ("g-3", "label"), id="the name alone"
        ),
        pytest.param(
            ("g-1", "8000 Sales"),
            [("g-2", "8100 Sales"), ("g-3", "8200 Sales")],
            ("", ""),
            id="the name alone, twice",
        ),
        pytest.param(("1", "Sales"), [], ("", ""), id="an empty list"),
    ],
)
def test_found_again(
    source: tuple[str, str], offered: list[tuple[str, str]], expected: tuple[str, str]
) -> None:
    assert found_again(Choice(*source), [Choice(*each) for each in offered]) == expected


OFFERED = (Choice("1", "Bank"), Choice("2", "Sales"), Choice("3", "Closed", active=False))


@pytest.mark.parametrize(
    ("chosen", "label", "target", "how"),
    [
        pytest.param("", "Sales", "2", How.LABEL, id="found"),
        pytest.param("", "Closed", "", How.OPEN, id="not in use"),
        pytest.param("1", "Sales", "1", How.CHOSEN, id="a person knows better"),
        pytest.param("2", "Sales", "2", How.LABEL, id="a person agrees"),
        pytest.param("99", "Gone", "", How.OPEN, id="what is not offered is not taken"),
        pytest.param(LEAVE_OUT, "Sales", "", How.LEFT_OUT, id="left out on purpose"),
    ],
)
def test_binding(chosen: str, label: str, target: str, how: How) -> None:
    binder = Binder({"k": chosen})
    bound = binder.bind("k", "Income account", Choice("7", label), OFFERED)

    assert (binder.found["k"].target, binder.found["k"].how) == (target, how)
    assert bound == (target or None)


def test_only_what_a_condition_hangs_on_holds_up_copying() -> None:
    binder = Binder({})
    binder.bind("a", "Stage", Choice("7", "Gone"), OFFERED)
    binder.bind("b", "Stage", Choice("7", "Gone"), OFFERED, is_needed=True)

    assert [binder.found[key].blocks for key in ("a", "b")] == [False, True]
