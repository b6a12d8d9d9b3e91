"""What Exact answers: three shapes of data, refusals without codes, limits in headers."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from integrations.connectors.exact import limits, odata
from integrations.connectors.exact.accounts import ACCOUNT, padded
from integrations.connectors.exact.errors import refuses
from integrations.connectors.exact.faults import error_for_read, fault_of, refused_by, stop_of
from integrations.connectors.exact.items import ITEM
from integrations.connectors.exact.payloads import from_json, nested, rows_of
from integrations.connectors.exact.sign_in import token_error
from integrations.contract import (
    Category,
    ConnectorError,
    NotAllowed,
    RetryLater,
    SignInAgain,
)
from integrations.http import DayCount, Response
from integrations.oauth import TokenRefusal

NOW = 1_800_000_000.0
MILLISECONDS = str(int(NOW * 1000) + 42_000)
GENERIC = "A problem has occurred. The cause of this issue will be investigated"


def answer(status: int, body: Any = b"", headers: Mapping[str, str] | None = None) -> Response:
    return Response(status, headers or {}, body if isinstance(body, bytes) else worded(body))


def worded(text: str) -> bytes:
    error = {"error": {"code": "", "message": {"lang": "", "value": text}}}
    return json.dumps(error).encode()


# Data


@pytest.mark.parametrize(
    ("body", "ids", "following"),
    [
        pytest.param('{"d":{"results":[{"ID":"1"}],"__next":"https://x/n"}}', ["1"], "https://x/n"),
        pytest.param('{"d":{"results":[]}}', [], ""),
        pytest.param('{"d":[{"ID":"1"},{"ID":"2"}]}', ["1", "2"], ""),
        pytest.param('{"d":{"ID":"1","Name":null}}', ["1"], ""),
    ],
)
def test_data_comes_in_three_shapes(body: str, ids: list[str], following: str) -> None:
    found = rows_of(from_json(body.encode()))

    assert [row["ID"] for row in found.rows] == ids
    assert found.next == following


@pytest.mark.parametrize("body", ["{}", "[]", '{"d":null}', '"text"', "3"])
def test_what_is_no_data_is_told(body: str) -> None:
    with pytest.raises(ValueError, match="no data"):
        rows_of(from_json(body.encode()))


def test_amounts_are_read_as_they_are_written() -> None:
    (row,) = rows_of(from_json(b'{"d":{"Price":0.1,"Stock":12}}')).rows

    assert row["Price"] == Decimal("0.1")


def test_a_collection_counts_only_when_it_was_expanded() -> None:
    assert nested({"Lines": {"__deferred": {"uri": "…"}}}, "Lines") is None
    assert nested({"Lines": {"results": [{"ID": "1"}]}}, "Lines") == ({"ID": "1"},)


# Addresses


def test_values_are_quoted_and_addresses_encoded() -> None:
    condition = odata.equals("Name", odata.text("D'Artagnan & Zn. 100%"))

    query = odata.query(select=("ID", "Name"), where=condition)

    assert query == ("$filter=Name%20eq%20'D''Artagnan%20%26%20Zn.%20100%25'&$select=ID,Name")


def test_a_code_is_looked_up_with_the_blanks_before_it() -> None:
    assert padded("1068") == "'              1068'"
    assert len(padded("1068")) == 18 + 2


def test_many_conditions_make_addresses_that_no_server_refuses() -> None:
    ids = [f"{number:08d}-0000-4000-8000-000000000000" for number in range(300)]
    conditions = [odata.equals("ID", odata.guid(each)) for each in ids]

    groups = list(odata.portions(conditions, taken=300))

    assert [each for group in groups for each in group] == conditions
    lengths = [len(odata.query(select=(), where=odata.any_of(group))) for group in groups]
    assert max(lengths) + 300 < 2000
    assert len(groups) < 20


# Refusals


@pytest.mark.parametrize(
    ("status", "body", "is_refusal"),
    [
        (400, worded("Verplicht: Naam"), True),
        (404, b"", True),
        (429, b"", False),
        (500, worded("Ongeldige referentie: Btw-code"), True),
        (500, worded(GENERIC), False),
        (500, b"<html>Server Error</html>", False),
        (500, b"", False),
        (503, worded(""), False),
    ],
)
def test_a_server_error_that_names_its_reason_is_a_refusal(
    status: int, body: bytes, is_refusal: bool
) -> None:
    assert refuses(answer(status, body)) is is_refusal


REFUSALS = [
    ("Verplicht: Naam", "Mandatory: Name", Category.FIELD_MISSING, "required", "Name"),
    ("Verplicht: Btw-code", "Required: VAT code", Category.TAX, "vat_required", "SalesVATCode"),
    ("Bestaat reeds: Code", "Already exists: Code", Category.DUPLICATE_KEY, "exists", "Code"),
    (
        "Ongeldige referentie: Btw-code",
        "Invalid reference: VAT code",
        Category.TAX,
        "vat_reference",
        "SalesVATCode",
    ),
    (
        "Ongeldige referentie: Betalingsconditie",
        "Invalid reference: Payment condition",
        Category.REFERENCE_INACTIVE,
        "invalid_reference",
        "PaymentConditionSales",
    ),
    (
        "Ongeldige referentie: Valuta",
        "Invalid reference: Currency",
        Category.CURRENCY,
        "currency_reference",
        "SalesCurrency",
    ),
    (
        "Ongeldige referentie: Relatie",
        "Invalid reference: Account",
        Category.PARENT_MISSING,
        "account_reference",
        "",
    ),
    (
        "Ongeldige referentie: Grootboekrekening",
        "Invalid reference: G/L account",
        Category.REFERENCE_INACTIVE,
        "invalid_reference",
        "GLAccountSales",
    ),
    (
        "Ongeldige referentie: Artikelgroep",
        "Invalid reference: Item group",
        Category.REFERENCE_INACTIVE,
        "invalid_reference",
        "",
    ),
    ("Ongeldig: E-mail", "Invalid: Email", Category.FIELD_INVALID, "invalid", "Email"),
    ("Niet toegestaan: Btw-code", "Not allowed: VAT code", Category.TAX, "vat_not_allowed", ""),
]


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(("dutch", "english", "category", "code", "field"), REFUSALS)
def test_refusals_mean_the_same_in_both_languages(
    dutch: str, english: str, category: Category, code: str, field: str, language: str
) -> None:
    refused = refused_by(answer(500, worded(dutch if language == "nl" else english)))
    names = ACCOUNT.names_by_word

    fault = fault_of(refused, "account", lambda word: names.get(word.casefold(), ""))

    assert (fault.category, fault.code) == (category, code)
    assert not field or fault.field == field
    assert stop_of(refused) is None


def test_all_lines_of_a_refusal_are_kept_and_the_first_known_one_decides() -> None:
    refused = refused_by(answer(400, worded("Iets anders\r\nVerplicht: Artikelgroep")))

    fault = fault_of(refused, "item", lambda w: ITEM.names_by_word.get(w.casefold(), ""))

    assert fault.message == "Iets anders; Verplicht: Artikelgroep"
    assert (fault.category, fault.field) == (Category.FIELD_MISSING, "ItemGroup")


def test_what_is_not_listed_is_unknown_and_keeps_its_words() -> None:
    fault = fault_of(refused_by(answer(500, worded("De maan staat verkeerd"))))

    assert (fault.category, fault.code) == (Category.UNKNOWN, "http_500")
    assert fault.message == "De maan staat verkeerd"


@pytest.mark.parametrize(
    ("status", "text", "kind"),
    [
        (401, "", SignInAgain),
        (401, "Niet gemachtigd", NotAllowed),
        (403, "Forbidden", NotAllowed),
        (403, "Forbidden - Application Scope Violated. Cannot read", NotAllowed),
        (403, "User division is not within division scope", NotAllowed),
        (400, "Please add a $select or a $top=1 statement to the query string.", ConnectorError),
        (500, "Verplicht: Iets", RetryLater),
    ],
)
def test_refused_reads_stop_what_they_must(
    status: int, text: str, kind: type[ConnectorError]
) -> None:
    raised = error_for_read(refused_by(answer(status, worded(text) if text else b"")))

    assert type(raised) is kind


def test_words_in_the_header_serve_where_the_body_has_none() -> None:
    refused = refused_by(answer(403, b"", {"reason": "Forbidden - Application Scope Violated"}))

    assert fault_of(refused).code == "scope"


# Limits


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (200, {}, 0),
        (200, {"x-ratelimit-minutely-remaining": "3"}, 0),
        pytest.param(
            200,
            {"x-ratelimit-minutely-remaining": "0", "x-ratelimit-minutely-reset": MILLISECONDS},
            42,
            id="the last call of a minute",
        ),
        (429, {"x-ratelimit-minutely-reset": MILLISECONDS}, 42),
        (429, {"x-ratelimit-reset": MILLISECONDS}, 42),
        pytest.param(
            429,
            {"x-ratelimit-minutely-reset": "0", "x-ratelimit-reset": MILLISECONDS},
            42,
            id="a nought says nothing",
        ),
        (429, {"retry-after": "7"}, 7),
        (429, {}, 3600),
    ],
)
def test_the_headers_say_how_long_to_rest(
    status: int, headers: dict[str, str], seconds: float
) -> None:
    assert limits.pause_seconds(answer(status, b"", headers), NOW) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("status", "headers", "is_shut"),
    [
        (429, {}, True),
        (429, {"x-ratelimit-minutely-reset": MILLISECONDS}, False),
        (429, {"x-ratelimit-reset": MILLISECONDS}, False),
        (429, {"retry-after": "7"}, False),
        (400, {}, False),
    ],
)
def test_a_refusal_that_names_no_end_shuts_one_endpoint(
    status: int, headers: dict[str, str], is_shut: bool
) -> None:
    assert (limits.shut_seconds(answer(status, b"", headers)) > 0) is is_shut


def test_the_day_is_told_only_by_its_own_family_of_headers() -> None:
    told = {
        "x-ratelimit-limit": "5000",
        "x-ratelimit-remaining": "4711",
        "x-ratelimit-reset": "1638489600000",
    }

    found = limits.day_told(answer(200, b"", told))

    assert found == DayCount(5000, 4711, datetime(2021, 12, 3, tzinfo=UTC))
    minutely = {"x-ratelimit-minutely-limit": "60", "x-ratelimit-minutely-remaining": "0"}
    assert limits.day_told(answer(429, b"", minutely)) is None


# Signing in


@pytest.mark.parametrize(
    ("status", "code", "message", "headers", "kind"),
    [
        pytest.param(
            400,
            "access_denied",
            "Rate limit exceeded: access_token not expired",
            {"reason": "TooEarlyToRefreshTokens: …"},
            RetryLater,
            id="too early",
        ),
        (401, "unauthorized_client", "Old refresh token used.", {}, SignInAgain),
        (
            400,
            "invalid_request",
            "The refresh token expired at 1/2/2026 and it is now 2/3/2026.",
            {},
            SignInAgain,
        ),
        (
            400,
            "invalid_grant",
            "Token is not allowed, because of invalid or empty chainId",
            {},
            SignInAgain,
        ),
        (400, "invalid_client", "Unknown client", {}, None),
    ],
)
def test_refused_token_calls_say_whether_a_person_is_needed(
    status: int,
    code: str,
    message: str,
    headers: dict[str, str],
    kind: type[ConnectorError] | None,
) -> None:
    raised = token_error(TokenRefusal(status, code, message, headers, ""))

    assert (type(raised) if raised else None) is kind
