"""Matching: which values are the same key, and what the finds mean."""

import pytest

from integrations.contract import Category, Field
from syncs.engine.matching import choose, keys, normalise
from syncs.engine.terms import (
    Fail,
    Link,
    Matches,
    MatchRule,
    Normaliser,
    PartnerChoice,
    RecordView,
    Side,
)
from tests.engine.cases import BY_NAME, candidate, spec, view

NORMALISED = [
    ("exact", " A b ", "A b"),
    ("email", " Ann@Example.ORG ", "ann@example.org"),
    ("email", "mailto:ann@example.org", "ann@example.org"),
    ("email", "info@Müller.de", "info@xn--mller-kva.de"),
    ("email", "info@XN--mller-kva.de", "info@xn--mller-kva.de"),
    ("email", "josé@example.org", "josé@example.org"),
    ("email", "ann@☃-.example", "ann@☃-.example"),
    ("email", "n/a", ""),
    ("email", "@example.org", ""),
    ("email", "ann@", ""),
    ("email", "ann@example.org, bob@example.org", ""),
    ("email", "a@b@c", ""),
    ("code", " Ab-12 ", "ab-12"),
    ("code", "ＡＢ12", "ab12"),
    ("domain", "https://www.Example.org/path?x=1", "example.org"),
    ("domain", "example.org.", "example.org"),
    ("domain", "http://user@example.org:8080", "example.org"),
    ("domain", "www.müller.de", "xn--mller-kva.de"),
    ("domain", "localhost", ""),
    ("domain", "http://[broken", ""),
    ("domain", "/", ""),
    ("phone", "+31 (0)20 123 45 67", "31201234567"),
    ("phone", "0031 20 1234567", "31201234567"),
    ("phone", "(020) 123-4567 ext. 12", "0201234567"),
    ("phone", "020 1234567 x3", "0201234567"),
    ("phone", "+00 12 34 56", "00123456"),
    ("phone", "12345", ""),
    ("phone", "call me", ""),
    ("name", "  ANN   Lee ", "ann lee"),
    ("name", "Müller", "müller"),
    ("name", "Mu\u0308ller", "müller"),
    ("name", "Muller", "muller"),
    ("name", "Straße", "strasse"),
    ("company", "Acme B.V.", "acme"),
    ("company", "ACME BV", "acme"),
    ("company", "Acme b. v.", "acme"),
    ("company", "Acme, Inc.", "acme"),
    ("company", "Bäcker GmbH", "bäcker"),
    ("company", "A.B.C. Bouw B.V.", "abc bouw"),
    ("company", "Smith & Sons Ltd", "smith & sons"),
    ("company", "Jan J. de Boer", "jan j de boer"),
    ("company", "B.V.", "bv"),
    ("company", "Van Dijk-Techniek N.V.", "van dijk techniek"),
    ("registered", "NL 0012.34.567.B01", "nl001234567b01"),
    ("registered", "nl001234567B01", "nl001234567b01"),
    ("registered", "n/a", ""),
    ("company_domain", "https://www.acme.nl/contact", "acme.nl"),
    ("company_domain", "Info@ACME.nl", "acme.nl"),
    ("company_domain", "jan@gmail.com", ""),
    ("company_domain", "www.gmail.com", ""),
    ("company_domain", "n/a", ""),
]


@pytest.mark.parametrize(("normaliser", "value", "expected"), NORMALISED)
def test_a_value_as_it_is_compared(normaliser: str, value: str, expected: str) -> None:
    assert normalise(value, Normaliser(normaliser)) == expected


@pytest.mark.parametrize("normaliser", list(Normaliser))
def test_nothing_is_no_key(normaliser: Normaliser) -> None:
    assert normalise(None, normaliser) == ""
    assert normalise("  ", normaliser) == ""


def test_a_record_has_a_key_for_each_rule_that_it_has_a_value_for() -> None:
    rules = (
        MatchRule("E-mail", "email", "Email", Normaliser.EMAIL),
        MatchRule("VAT number", "vat", "TaxId", Normaliser.CODE),
    )

    assert keys(rules, Side.LEFT, {"email": "A@b.org", "vat": "NL1"}) == (
        ("E-mail", "a@b.org"),
        ("VAT number", "nl1"),
    )
    assert keys(rules, Side.RIGHT, {"Email": "none", "TaxId": "NL1"}) == (("VAT number", "nl1"),)
    assert keys(rules, Side.RIGHT, {}) == ()


FREE, OTHER, TAKEN = candidate("7"), candidate("8"), candidate("9", linked_to="3")
RIVAL = candidate("2")
LINK, NONE = "link", "none"
OPEN = spec(match_rules=(BY_NAME,))
UNIQUE = spec(match_rules=(BY_NAME,), right={"title": Field("", "Title", unique=True)})

# finds, rivals, outcome where the key may be doubled, outcome where it is unique
FINDS = [
    pytest.param((), (), NONE, NONE, id="nobody"),
    pytest.param((FREE,), (), LINK, LINK, id="exactly one"),
    pytest.param((FREE, OTHER), (), "several_candidates", "several_candidates", id="several"),
    pytest.param((FREE,), (RIVAL,), "rivals", "rivals", id="one, and a rival"),
    pytest.param((FREE, TAKEN), (), "several_candidates", "several_candidates", id="one is taken"),
    pytest.param((TAKEN,), (), NONE, "key_taken", id="the only one is taken"),
    pytest.param((), (RIVAL,), NONE, "key_shared", id="nobody, and a rival"),
]


def outcome(found: Link | Fail | None) -> str:
    if found is None:
        return NONE
    return LINK if isinstance(found, Link) else found.fault.code


@pytest.mark.parametrize(("finds", "rivals", "expected", "expected_unique"), FINDS)
def test_what_finds_mean(finds: tuple, rivals: tuple, expected: str, expected_unique: str) -> None:  # type: ignore[type-arg]
    record, matches = RecordView(view({"name": "Ann"})), Matches(finds, rivals)

    assert outcome(choose(record, matches, OPEN)) == expected
    assert outcome(choose(record, matches, UNIQUE)) == expected_unique


def test_uniqueness_counts_on_the_side_where_a_record_would_be_made() -> None:
    record = RecordView(right=view({"title": "Ann"}))

    assert choose(record, Matches((TAKEN,)), UNIQUE) is None


def test_an_unknown_rule_says_nothing_of_uniqueness() -> None:
    matches = Matches((candidate(rule="gone", linked_to="3"),))

    assert choose(RecordView(view({})), matches, UNIQUE) is None


@pytest.mark.parametrize(
    ("picked", "expected"),
    [
        pytest.param("8", "8", id="one of several"),
        pytest.param("55", "55", id="one found elsewhere"),
    ],
)
def test_a_persons_pick_wins(picked: str, expected: str) -> None:
    record = RecordView(view({}), partner_choice=PartnerChoice.PICK, partner_id=picked)

    found = choose(record, Matches((FREE, OTHER), (RIVAL,)), UNIQUE)

    assert isinstance(found, Link)
    assert found.candidate.id == expected


def test_a_pick_does_not_take_a_partner_away() -> None:
    record = RecordView(view({}), partner_choice=PartnerChoice.PICK, partner_id="9")

    found = choose(record, Matches((TAKEN,)), OPEN)

    assert isinstance(found, Fail)
    assert found.fault.code == "already_linked"
    assert (
        found.fault.message == "The chosen record “Record 9” is linked to another record already."
    )


@pytest.mark.parametrize(
    ("matches", "expected"),
    [
        pytest.param(Matches((FREE, OTHER)), "key_taken", id="the key is taken"),
        pytest.param(Matches((), (RIVAL,)), NONE, id="the key is claimed only"),
    ],
)
def test_a_person_who_wants_a_new_record_gets_one_unless_its_key_is_taken(
    matches: Matches, expected: str
) -> None:
    record = RecordView(view({}), partner_choice=PartnerChoice.CREATE)

    assert outcome(choose(record, matches, UNIQUE)) == expected
    assert outcome(choose(record, matches, OPEN)) == NONE


@pytest.mark.parametrize(
    ("matches", "category", "message", "existing"),
    [
        pytest.param(
            Matches((FREE, OTHER)),
            Category.MATCH_AMBIGUOUS,
            "2 records with “ann” could be the partner.",
            "",
            id="several",
        ),
        pytest.param(
            Matches((FREE,), (RIVAL,)),
            Category.MATCH_AMBIGUOUS,
            "“ann” is also on “Record 2”: one partner, and several records that claim it.",
            "",
            id="rivals",
        ),
        pytest.param(
            Matches((TAKEN,)),
            Category.DUPLICATE_KEY,
            "Title “ann” must be unique and belongs to “Record 9”, "
            "which is linked to another record.",
            "9",
            id="taken",
        ),
        pytest.param(
            Matches((), (RIVAL,)),
            Category.DUPLICATE_KEY,
            "Title “ann” must be unique and is also on “Record 2”: only one fits.",
            "",
            id="shared",
        ),
    ],
)
def test_a_refusal_names_the_key_and_who_else_has_it(
    matches: Matches, category: Category, message: str, existing: str
) -> None:
    found = choose(RecordView(view({})), matches, UNIQUE)

    assert isinstance(found, Fail)
    assert found.fault.category is category
    assert found.fault.message == message
    assert found.fault.existing_id == existing
    assert found.candidates == matches.candidates
