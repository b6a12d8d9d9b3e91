"""Where two texts differ is marked within them."""

import pytest

from syncs.views.record_marks import BY_WORDS, Parts, marked

LONG = "word " * (BY_WORDS // 4)


def told(parts: Parts) -> str:
    return "".join(f"[{part.text}]" if part.changed else part.text for part in parts)


@pytest.mark.parametrize(
    ("one", "two", "left", "right"),
    [
        pytest.param("Ann", "Ann", "Ann", "Ann", id="equal"),
        pytest.param("", "Ann", "", "Ann", id="one side has nothing"),
        pytest.param("1", "2", "[1]", "[2]", id="short"),
        pytest.param(
            "ann@exmaple.org",
            "ann@example.org",
            "ann@exm[a]ple.org",
            "ann@ex[a]mple.org",
            id="signs",
        ),
        pytest.param("Delft", "Utrecht", "[Delft]", "[Utrecht]", id="nothing in common"),
        pytest.param(
            f"{'a long text ' * 8}ends here",
            f"{'a long text ' * 8}ends there",
            f"{'a long text ' * 8}ends [here]",
            f"{'a long text ' * 8}ends [there]",
            id="words",
        ),
        pytest.param(
            f"{LONG}x{LONG}", f"{LONG}y{LONG}", f"{LONG}[x]{LONG}", f"{LONG}[y]{LONG}", id="ends"
        ),
        pytest.param(f"{LONG}aa", f"{LONG}a", f"{LONG}a[a]", f"{LONG}a", id="one begins the other"),
    ],
)
def test_what_differs_is_marked(one: str, two: str, left: str, right: str) -> None:
    found = marked(one, two)

    assert (told(found[0]), told(found[1])) == (left, right)
