"""Every category has words, and every recipe holds together."""

import pytest

from integrations.contract import Category
from syncs.engine.terms import ExcludeReason
from syncs.faults import (
    ACTORS,
    EXCLUSIONS,
    EXPLANATIONS,
    MAX_EXPLANATION,
    MAX_TITLE,
    Explanation,
    explain,
    explanations,
)


def test_every_category_and_exclusion_is_explained() -> None:
    assert set(EXPLANATIONS) == set(Category)
    assert set(EXCLUSIONS) == set(ExcludeReason)


@pytest.mark.parametrize("words", explanations(), ids=lambda words: str(words.title))
def test_explanations_fit_their_places(words: Explanation) -> None:
    assert 0 < len(str(words.title)) <= MAX_TITLE
    assert 0 < len(str(words.explanation)) <= MAX_EXPLANATION
    assert words.steps
    assert all(str(step) for step in words.steps)
    assert str(words.next).endswith(".")
    assert words.actor in ACTORS


def test_a_taken_customer_name_says_more_than_a_taken_key() -> None:
    usual = explain("duplicate_key", "contact", field="email")
    special = explain("duplicate_key", "customer", field="DisplayName")

    assert usual is EXPLANATIONS[Category.DUPLICATE_KEY]
    assert any("billing contact" in str(step) for step in special.steps)
    assert explain("a category of tomorrow") is EXPLANATIONS[Category.UNKNOWN]
