"""The fault table: every code the provider documents, in every spelling."""

import re
from pathlib import Path

import pytest

from integrations.connectors.quickbooks.client import pause
from integrations.connectors.quickbooks.errors import ProviderError, errors_in
from integrations.connectors.quickbooks.faults import (
    RULES_BY_CODE,
    TABLE,
    decisive,
    error_for_call,
    fault_from,
    field_names,
    rule_for,
    stop_from,
)
from integrations.connectors.quickbooks.objects import CUSTOMER, ITEM
from integrations.contract import (
    Category,
    ConnectorError,
    Misconfigured,
    NotAllowed,
    RetryLater,
    SignInAgain,
    Suspended,
)
from integrations.http import Response

FACTS = Path(__file__).resolve().parents[3] / "shared" / "providers" / "quickbooks.md"

EXPECTED: dict[Category, str] = {
    Category.CONNECTION_REAUTH: "100 110 3100 3200 10200",
    Category.CONNECTION_PERMISSION: "120",
    Category.CONNECTION_SUSPENDED: "6190",
    Category.RATE_LIMITED: "3001",
    Category.TRANSIENT: "130 140 150 1000 1010 1020",
    Category.OUTCOME_UNKNOWN: "600 10000",
    Category.CONFLICT: "5010",
    Category.GONE: "610",
    Category.PARENT_MISSING: "620",
    Category.REFERENCE_INACTIVE: "2500 6250",
    Category.DUPLICATE_KEY: "630 6140 6240",
    Category.FIELD_MISSING: "2020 2250 6080 6090 6290 6300 6310 6420 6440 6520",
    Category.FIELD_INVALID: (
        "700 900 2030 2040 2050 2060 2070 2080 2090 2100 2110 2120 2140 2150 2160 2170 2180 2190"
        " 2200 2210 2230 2240 2290 2300 6000 6010 6060 6070 6150 6180 6270 6320 6530"
    ),
    Category.TAX: "2280 6100 6160 6170 6230 6470",
    Category.CURRENCY: "2220",
    Category.PERIOD_CLOSED: "6200 6210",
    Category.STATE_LOCKED: "800 6110 6120 6130 6220 6280 6400 6450 6460 6480 6540",
    Category.CONFIGURATION: "2010 3000 5020 5030 6430",
    Category.UNKNOWN: "500 1040 2000 2130 2600 3202 4000 4001 4002 5000 6561 10100",
}
CODES = [(code, category) for category, codes in EXPECTED.items() for code in codes.split()]


@pytest.mark.parametrize(("code", "category"), CODES)
def test_every_code_has_its_category(code: str, category: Category) -> None:
    assert fault_from([ProviderError(code, "Message", "Detail")]).category is category


def test_the_table_lists_exactly_these_codes() -> None:
    assert set(RULES_BY_CODE) == {code for code, _ in CODES}
    assert len({code for code, _ in CODES}) == len(CODES)


def test_a_code_that_is_not_listed_is_unknown() -> None:
    fault = fault_from([ProviderError("7777", "New", "Never seen")])

    assert (fault.category, fault.code, fault.message) == (
        Category.UNKNOWN,
        "7777",
        "New: Never seen",
    )


@pytest.mark.parametrize(
    ("code", "detail", "category"),
    [
        ("610", "Something you're trying to use has been made inactive.", "reference_inactive"),
        ("610", "Another user has deleted this transaction.", "gone"),
        ("2500", "Invalid Reference Id : Accounts element id 99 not found", "reference_inactive"),
        ("2500", "Categories cannot be used in transactions", "field_invalid"),
        ("6000", "Make sure all your transactions have a VAT rate before you save.", "tax"),
        ("6000", "Make sure all your transactions have a GST/HST rate", "tax"),
        ("6000", "We're sorry, tax calculation failed", "tax"),
        ("6000", "You must specify a transaction amount", "field_missing"),
        ("6000", "A service date for revenue recognition is needed", "field_missing"),
        ("6000", "The currency of the customer differs", "currency"),
        ("6000", "Unexpected Internal Error. (-30000)", "unknown"),
        ("6000", "Unexpected Internal Error. (-30003)", "unknown"),
        ("6000", "Something that nobody foresaw", "field_invalid"),
    ],
)
def test_where_one_code_covers_several_causes_the_wording_decides(
    code: str, detail: str, category: str
) -> None:
    assert (
        fault_from([ProviderError(code, "Business Validation Error", detail)]).category == category
    )


STOPPING: list[tuple[str, type[ConnectorError]]] = [
    ("100", SignInAgain),
    ("110", SignInAgain),
    ("3200", SignInAgain),
    ("3100", SignInAgain),
    ("10200", SignInAgain),
    ("120", NotAllowed),
    ("6190", Suspended),
    ("130", RetryLater),
    ("140", RetryLater),
    ("150", RetryLater),
    ("3001", RetryLater),
]


@pytest.mark.parametrize(("code", "error"), STOPPING)
def test_what_concerns_the_whole_company_stops_the_connection(
    code: str, error: type[ConnectorError]
) -> None:
    errors = [ProviderError("2050", "Too long"), ProviderError(code, "Stop")]

    stop = stop_from(errors, fault_from(errors))

    assert type(stop) is error
    assert stop.fault.code == code
    assert stop.fault.message == "Too long; Stop"


def test_only_these_codes_stop_the_connection() -> None:
    stopping = {code for rule in TABLE if rule.stop for code in rule.codes.split()}

    assert stopping == {code for code, _ in STOPPING}


def test_a_throttled_company_rests_for_a_minute() -> None:
    errors = [ProviderError("3001", "message=ThrottleExceeded")]

    stop = stop_from(errors, fault_from(errors))

    assert isinstance(stop, RetryLater)
    assert stop.after == 60


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("2010", Misconfigured),
        ("10000", RetryLater),
        ("1000", RetryLater),
        ("4001", ConnectorError),
    ],
)
def test_a_call_refused_as_a_whole_raises_by_category(
    code: str, error: type[ConnectorError]
) -> None:
    errors = [ProviderError(code, "Refused")]

    assert type(error_for_call(errors, fault_from(errors))) is error


THROTTLED_XML = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    b'<IntuitResponse xmlns="http://schema.intuit.com/finance/v3" time="2026-01-15T10:00:00-08:00">'
    b'<Fault type="SERVICE"><Error code="3001"><Message>message=ThrottleExceeded; '
    b"errorCode=003001; statusCode=429</Message><Detail>Wait &amp; see</Detail></Error></Fault>"
    b"</IntuitResponse>"
)
GATEWAY_JSON = (
    b'{"warnings":null,"intuitObject":null,"fault":{"error":[{"message":"message='
    b'AuthenticationFailed; errorCode=003200; statusCode=401","detail":"Token expired",'
    b'"code":"3200","element":null}],"type":"AUTHENTICATION"},"queryResponse":null,'
    b'"batchItemResponse":[]}'
)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            b'{"Fault":{"Error":[{"Message":"Duplicate Name Exists Error","Detail":"The name'
            b' supplied already exists. : Id=12","code":"6240","element":"DisplayName"}],'
            b'"type":"ValidationFault"},"time":"2026-01-15T10:00:00-08:00"}',
            ("6240", "Duplicate Name Exists Error", "The name supplied already exists. : Id=12",
             "DisplayName"),
            id="data service",
        ),
        pytest.param(
            GATEWAY_JSON,
            ("3200", "message=AuthenticationFailed; errorCode=003200; statusCode=401",
             "Token expired", ""),
            id="gateway",
        ),
        pytest.param(
            THROTTLED_XML,
            ("3001", "message=ThrottleExceeded; errorCode=003001; statusCode=429", "Wait & see",
             ""),
            id="XML",
        ),
        pytest.param(
            b'{"Fault":{"Error":[{"Message":"m","code":"003001"}]}}',
            ("3001", "m", "", ""),
            id="leading zeros",
        ),
        pytest.param(
            b'{"Fault":{"Error":[{"Message":"m","code":610}]}}',
            ("610", "m", "", ""),
            id="a number for a code",
        ),
        pytest.param(
            b'{"fault":{"error":[{"message":"message=X; errorCode=003100; statusCode=403"}]}}',
            ("3100", "message=X; errorCode=003100; statusCode=403", "", ""),
            id="code only in the message",
        ),
        pytest.param(
            b'{"Fault":{"Error":{"Message":"m","code":"1000"}}}',
            ("1000", "m", "", ""),
            id="one error without a list",
        ),
        pytest.param(
            b'{"Fault":{"type":"SystemFault"}}',
            ("", "SystemFault", "", ""),
            id="no error named",
        ),
    ],
)  # fmt: skip
def test_errors_are_read_in_every_spelling(body: bytes, expected: tuple[str, ...]) -> None:
    (error,) = errors_in(body)

    assert (error.code, error.message, error.detail, error.element) == expected


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"<html>down</html>", b'{"Fault":null}', b"\xff"]
)
def test_an_answer_without_a_fault_has_no_errors(body: bytes) -> None:
    assert errors_in(body) == ()


def test_all_errors_of_an_answer_are_kept() -> None:
    body = (
        b'{"Fault":{"Error":[{"Message":"Too long","Detail":"Max:100","code":"2050",'
        b'"element":"GivenName"},{"Message":"Bad e-mail","code":"2210"},{"Message":"Bad e-mail",'
        b'"code":"2210"}]}}'
    )

    fault = fault_from(errors_in(body), object_type="customer", field_name=field_names(CUSTOMER))

    assert fault.message == "Too long: Max:100; Bad e-mail"
    assert (fault.code, fault.field) == ("2050", "GivenName")


def test_a_stop_decides_whatever_its_place() -> None:
    errors = [ProviderError("2050"), ProviderError("6190")]

    assert decisive(errors).code == "6190"


@pytest.mark.parametrize(
    ("error", "field"),
    [
        (ProviderError("2050", element="GivenName"), "GivenName"),
        (ProviderError("2050", element="BillAddr.Line1"), "BillAddr.Line1"),
        (ProviderError("2210", element="PrimaryEmailAddr.Address"), "PrimaryEmailAddr"),
        (ProviderError("2050", element="PrimaryPhone"), "PrimaryPhone"),
        (ProviderError("2500", element="SalesTermRef.value"), "SalesTermRef"),
        (ProviderError("2020", detail="Required parameter DisplayName is missing in the request"),
         "DisplayName"),
        (ProviderError("2010", detail="Property Name:Can not construct instance"), ""),
        (ProviderError("2010", element="failed to parse json object"), ""),
        (ProviderError("6240", detail="The name supplied already exists."), "DisplayName"),
        (ProviderError("2210", detail="Email does not conform"), "PrimaryEmailAddr"),
        (ProviderError("2040", element="Name"), ""),
    ],
)  # fmt: skip
def test_a_fault_names_the_field_it_is_about(error: ProviderError, field: str) -> None:
    fault = fault_from([error], object_type="customer", field_name=field_names(CUSTOMER))

    assert fault.field == field


def test_the_same_code_is_about_another_field_on_another_object_type() -> None:
    error = ProviderError("6240", detail="The name supplied already exists. : Id=12")

    fault = fault_from([error], object_type="item", field_name=field_names(ITEM))

    assert (fault.field, fault.existing_id) == ("Name", "12")


def test_only_a_duplicate_name_tells_of_an_existing_record() -> None:
    assert fault_from([ProviderError("2500", detail="Id=12 not found")]).existing_id == ""


@pytest.mark.parametrize(
    ("response", "seconds"),
    [
        (Response(429, {}, THROTTLED_XML), 60.0),
        (Response(429, {"retry-after": "7"}, b""), 7.0),
        (Response(403, {}, THROTTLED_XML), 60.0),
        (Response(403, {}, b'{"fault":{"error":[{"code":"003100"}]}}'), 0.0),
        (Response(200, {}, b'{"note":"3001"}'), 0.0),
    ],
)
def test_a_throttled_call_asks_for_a_pause_whatever_its_status(
    response: Response, seconds: float
) -> None:
    assert pause(response) == seconds


def test_every_code_of_the_facts_sheet_is_in_the_table() -> None:
    if not FACTS.exists():
        pytest.skip("The sheet of provider facts is not beside this checkout.")
    section = FACTS.read_text().split("## 5. Faults")[1].split("## 6.")[0]
    rows = re.findall(r"^\| ([\d][^|]*)\|", section, re.MULTILINE)
    missing = {code for row in rows for code in _codes_in(row)} - set(RULES_BY_CODE)

    assert len(rows) > 50
    assert missing == set()


def _codes_in(row: str) -> set[str]:
    """The codes of a cell such as "2060-2110, 2140-2160, 2230 (401)"."""
    plain = re.sub(r"\([^)]*\)", "", row)
    spans = re.findall(r"(\d+)-(\d+)", plain)
    codes = set(re.findall(r"\d+", re.sub(r"\d+-\d+", "", plain)))
    for first, last in spans:
        codes |= set(map(str, range(int(first), int(last) + 1, 10)))
    return codes


def test_rules_are_looked_up_by_code() -> None:
    assert rule_for(ProviderError("6240"), "customer").field == "DisplayName"
    assert rule_for(ProviderError("6240"), "vendor").field == ""
