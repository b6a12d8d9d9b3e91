"""Reading at Exact: filters, choosing fields, pages and the three shapes of an answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.exact_calls import ACCOUNTS, CONTACTS, ITEMS, Caller, caller, told

PAGE = 60


@pytest.fixture(scope="module")
def people() -> Iterator[Caller]:
    """Three accounts to be told apart."""
    with caller() as found:
        exact = found.exact
        anna = exact.add(
            ACCOUNTS, Name="Anna", Code="7", City="Utrecht", Status="C", IsSupplier=True
        )
        exact.add(ACCOUNTS, Name="Bo's Bar", Code="68", DiscountSales=0.055, Status="P")
        exact.add(ACCOUNTS, Name="cees", Code="1068", Email="cees@voorbeeld.example")
        exact.add(CONTACTS, Account=anna, FirstName="Ann", LastName="Aal")
        yield found


@pytest.fixture
def empty() -> Iterator[Caller]:
    with caller() as found:
        yield found


def key_of(people: Caller, name: str) -> str:
    return people.exact.find(ACCOUNTS, Name=name)[0]


@pytest.mark.parametrize(
    ("where", "names"),
    [
        pytest.param("Name eq 'Anna'", ["Anna"], id="text"),
        pytest.param("Name eq 'ANNA'", ["Anna"], id="capitals do not count"),
        pytest.param("Name eq 'Bo''s Bar'", ["Bo's Bar"], id="doubled quote"),
        pytest.param("Name ne 'Anna'", ["Bo's Bar", "cees"], id="not equal"),
        pytest.param("Name gt 'b'", ["Bo's Bar", "cees"], id="greater"),
        pytest.param("Name le 'bo''s bar'", ["Anna", "Bo's Bar"], id="at most"),
        pytest.param("Code eq '1068'", [], id="a code without its spaces"),
        pytest.param("Code eq '              1068'", ["cees"], id="a code with its spaces"),
        pytest.param("trim(Code) eq '1068'", ["cees"], id="a code trimmed"),
        pytest.param("startswith(Name,'bo')", ["Bo's Bar"], id="starts with"),
        pytest.param("startswith(Name,'bo') eq true", ["Bo's Bar"], id="starts with eq true"),
        pytest.param("endswith(Name,'NA')", ["Anna"], id="ends with"),
        pytest.param("substringof('ee',Name)", ["cees"], id="part of a text"),
        pytest.param("tolower(Name) eq 'anna'", ["Anna"], id="lower case"),
        pytest.param("Code ne '' and City eq null", ["Bo's Bar", "cees"], id="null"),
        pytest.param("Code ne '' and City ne null", ["Anna"], id="filled"),
        pytest.param("Code ne '' and DiscountSales eq 0.055", ["Bo's Bar"], id="decimal"),
        pytest.param("Code ne '' and DiscountSales gt 0", ["Bo's Bar"], id="not null"),
        pytest.param("Code ne '' and IsSupplier eq true", ["Anna"], id="flag"),
        pytest.param("Code ne '' and IsSupplier eq false", ["Bo's Bar", "cees"], id="no flag"),
        pytest.param("Status eq 'C' or Status eq 'P'", ["Anna", "Bo's Bar"], id="either"),
        pytest.param("Status eq 'C' or Status eq 'P' and Name eq 'x'", ["Anna"], id="and first"),
        pytest.param("(Status eq 'C' or Status eq 'P') and Name eq 'x'", [], id="brackets first"),
        pytest.param("not (Status eq 'C') and not Name eq 'cees'", ["Bo's Bar"], id="not"),
        pytest.param("Created ge datetime'2026-06-25T16:31:00'", ["Anna", "Bo's Bar", "cees"],
                     id="the clock on the wall"),
        pytest.param("Created gt datetime'2026-06-25T16:31:00.240'", [], id="milliseconds count"),
        pytest.param("Created ge datetime'2026-06-26'", [], id="a date"),
    ],
)  # fmt: skip
def test_a_filter_finds_what_it_says(people: Caller, where: str, names: list[str]) -> None:
    assert people.names(where) == names


def test_records_are_found_by_several_keys_at_once(people: Caller) -> None:
    keys = [key_of(people, name) for name in ("Anna", "cees")]

    assert people.names(" or ".join(f"ID eq guid'{key}'" for key in keys)) == ["Anna", "cees"]
    assert people.names(f"ID eq guid'{keys[0].upper()}'") == ["Anna"]
    assert people.names(f"ID ne guid'{keys[0]}'") == ["Bo's Bar", "cees"]


@pytest.mark.parametrize(
    ("where", "reason"),
    [
        pytest.param("Nam eq 'x'", "No property 'Nam' exists", id="unknown field"),
        pytest.param("Name eq 'x", "Syntax error", id="open quote"),
        pytest.param("Name eq", "Syntax error", id="nothing to compare with"),
        pytest.param("(Name eq 'x'", "expected", id="open bracket"),
        pytest.param("Name eq 'x' Name", "Syntax error", id="more than an expression"),
        pytest.param("ID eq 'x'", "incompatible with operand types", id="key as text"),
        pytest.param("ID eq guid'x'", "Unrecognized 'Edm.Guid'", id="no key"),
        pytest.param(
            "ID eq guid'{00000000-0000-0000-0000-000000000000}'", "Unrecognized", id="braces"
        ),
        pytest.param("Name eq 5", "incompatible with operand types", id="text as number"),
        pytest.param("Modified ge '2026-01-01'", "incompatible", id="time as text"),
        pytest.param(
            "Modified ge datetime'2026-01-01T00:00:00Z'", "Unrecognized 'Edm.DateTime'", id="zone"
        ),
        pytest.param("Name in ('a')", "Syntax error", id="in is of a later version"),
        pytest.param("length(Name) eq 4", "No property", id="unknown function"),
        pytest.param("'Anna' eq Name", "not supported", id="the wrong way round"),
        pytest.param("Remarks eq 'x'", "This $filter parameter is not supported", id="long text"),
        pytest.param("startswith('x',Name)", "No applicable function", id="arguments swapped"),
    ],
)
def test_a_wrong_filter_is_refused(people: Caller, where: str, reason: str) -> None:
    people.exact.throttle.clear()

    answer = people.get(ACCOUNTS, select="ID", filter=f"{where}")

    assert answer.status_code == 400
    assert reason in told(answer)


def test_most_resources_with_a_feed_demand_a_filter_and_fields(empty: Caller) -> None:
    without_fields = empty.get(ACCOUNTS, filter="Name eq 'x'")
    without_filter = empty.get(ACCOUNTS, select="ID")
    by_another = empty.get(ACCOUNTS, select="ID", filter="City eq 'Utrecht'")

    assert told(without_fields) == (
        "Please add a $select or a $top=1 statement to the query string."
    )
    assert told(without_filter).startswith("This endpoint has mandatory filtering applied.")
    assert "ID, Code, Created, Modified, Name, Email, Status" in told(without_filter)
    assert by_another.status_code == 400
    assert empty.get(ACCOUNTS, top=1, filter="Name eq 'x'").json() == {"d": []}
    assert empty.get("vat/VATCodes").status_code == 200


def test_the_demand_for_a_filter_can_be_lifted_for_an_app(empty: Caller) -> None:
    empty.exact.configure(demands_filters=False)

    assert empty.get(ACCOUNTS, select="ID").status_code == 200


def test_only_chosen_fields_are_answered(people: Caller) -> None:
    (row,) = people.rows(ACCOUNTS, select="Name,Code", filter="Name eq 'Anna'")

    assert row.keys() == {"__metadata", "Name", "Code"}
    assert row["__metadata"]["type"] == "Exact.Web.Api.Models.Account"
    assert row["__metadata"]["uri"].startswith(f"{people.base}/crm/Accounts(guid")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"select": "Nope"}, "Could not find a property named 'Nope'"),
        ({"select": "ID", "orderby": "Nope"}, "Could not find a property named 'Nope'"),
        ({"select": "ID", "orderby": "Name up"}, "Syntax error in $orderby"),
        ({"select": "ID", "top": "x"}, "Incorrect format for $top"),
        ({"select": "ID", "expand": "BankAccounts"}, "not supported"),
        ({"select": "ID", "apply": "x"}, "begins with a system-reserved"),
        ({"select": "ID", "skiptoken": "1,2,3"}, "Error parsing $skiptoken"),
    ],
)
def test_wrong_options_are_refused(people: Caller, options: dict[str, str], reason: str) -> None:
    people.exact.throttle.clear()

    answer = people.get(ACCOUNTS, filter="Name eq 'Anna'", **options)

    assert answer.status_code == 400
    assert reason in told(answer)


def test_codes_come_with_their_spaces(people: Caller) -> None:
    (row,) = people.rows(ACCOUNTS, select="Code,Country", filter="Name eq 'Anna'")

    assert row["Code"] == "7".rjust(18)
    assert row["Country"] == "NL "
    assert {len(each["Code"]) for each in people.rows("vat/VATCodes", select="Code")} == {3}


def test_a_contact_knows_its_account(people: Caller) -> None:
    (row,) = people.rows(
        CONTACTS,
        select="FullName,AccountName,AccountIsCustomer,IsMainContact,Code,CreatorFullName,Division",
        filter="FullName eq 'Ann Aal'",
    )

    row.pop("__metadata")
    assert row == {
        "FullName": "Ann Aal",
        "AccountName": "Anna",
        "AccountIsCustomer": True,
        "IsMainContact": True,
        "Code": "7".rjust(18),
        "CreatorFullName": "Sanne de Vries",
        "Division": 1234567,
    }


# Shapes and pages


@pytest.fixture(scope="module")
def many() -> Iterator[Caller]:
    """As many items as two pages have room for, and a bit."""
    with caller() as found:
        for number in range(2 * PAGE + 5):
            found.exact.add(ITEMS, Code=f"I{number:03d}", Description=f"Item {number}")
        yield found


ALL = {"select": "Code", "filter": "Code ne ''"}


def test_a_collection_is_a_list_of_results_with_a_next_page(many: Caller) -> None:
    content = many.get(ITEMS, **ALL).json()["d"]

    assert content.keys() == {"results", "__next"}
    assert len(content["results"]) == PAGE


def test_the_pages_together_have_each_row_once(many: Caller) -> None:
    for options in ({}, {"orderby": "Modified"}, {"orderby": "Modified desc,Code"}):
        codes = [row["Code"] for row in many.rows(ITEMS, **ALL, **options)]

        assert sorted(codes) == [f"I{number:03d}" for number in range(2 * PAGE + 5)]


def test_the_next_page_is_told_by_the_last_row(many: Caller) -> None:
    by_key = many.get(ITEMS, **ALL).json()["d"]["__next"]
    by_time = many.get(ITEMS, **ALL, orderby="Modified asc").json()["d"]["__next"]

    assert "$skiptoken=guid'" in by_key
    assert "$skiptoken=datetime'2026-06-25T16%3A31%3A00.240'%2Cguid'" in by_time
    assert by_key.startswith(f"{many.base}/logistics/Items?")
    assert "$select=Code" in by_key


def test_a_page_that_is_just_full_is_followed_by_an_empty_one(many: Caller) -> None:
    where = "Code lt 'I060'"
    first = many.get(ITEMS, select="Code", filter=where).json()["d"]

    second = many.follow(first["__next"]).json()["d"]

    assert len(first["results"]) == PAGE
    assert second == {"results": []}


@pytest.mark.parametrize("top", [0, 1, 5, PAGE])
def test_a_top_of_a_page_or_less_answers_a_bare_list(many: Caller, top: int) -> None:
    content = many.get(ITEMS, **ALL, top=top).json()["d"]

    assert isinstance(content, list)
    assert len(content) == top


def test_top_is_a_total_and_no_page_size(many: Caller) -> None:
    content = many.get(ITEMS, **ALL, top=100).json()["d"]

    assert len(content["results"]) == PAGE
    assert "$top=40" in content["__next"]
    rest = many.follow(content["__next"]).json()["d"]
    assert len(rest) == 40


def test_pages_by_values_that_may_be_missing_have_each_row_once(many: Caller) -> None:
    for order in ("Barcode,Code", "AverageCost desc", "IsSalesItem,Unit desc", "Stock"):
        codes = {row["Code"] for row in many.rows(ITEMS, **ALL, orderby=order)}

        assert len(codes) == 2 * PAGE + 5


def test_counted_pages_go_on_behind_the_last_row(many: Caller) -> None:
    rows = many.rows(ITEMS, **ALL, inlinecount="allpages")

    assert len({row["Code"] for row in rows}) == len(rows) == 2 * PAGE + 5


def test_skip_leaves_rows_out(many: Caller) -> None:
    codes = [row["Code"] for row in many.rows(ITEMS, **ALL, orderby="Code", skip=60, top=3)]

    assert codes == ["I060", "I061", "I062"]
    assert len(many.rows(ITEMS, **ALL, skip=10)) == 2 * PAGE + 5 - 10


def test_rows_can_be_counted_beside_a_page(many: Caller) -> None:
    content = many.get(ITEMS, **ALL, inlinecount="allpages", top=2).json()["d"]

    assert (content["__count"], len(content["results"])) == ("125", 2)


def test_a_bare_count_is_no_json(many: Caller) -> None:
    many.exact.throttle.clear()
    url, where = f"{many.base}/{ITEMS}/$count", {"$filter": "Code lt 'I010'"}

    as_text = many.session.get(url, params=where, headers={"Accept": "text/plain"}, timeout=10)
    as_json = many.session.get(url, params=where, timeout=10)

    assert (as_text.status_code, as_text.text) == (200, "10")
    assert as_json.status_code == 415


def test_one_record_is_a_bare_object(many: Caller) -> None:
    key = many.exact.find(ITEMS, Code="I007")[0]

    content = many.one(ITEMS, key, select="Code,Unit")

    assert (content["Code"], content["Unit"]) == ("I007", "pc      ")


def test_an_unknown_key_is_not_found(many: Caller) -> None:
    answer = many.get(f"{ITEMS}(guid'00000000-0000-0000-0000-000000000000')")

    assert answer.status_code == 404


@pytest.mark.parametrize("key", ["guid'{00000000-0000-0000-0000-000000000000}'", "'x'", "12"])
def test_a_key_is_a_guid_without_braces(many: Caller, key: str) -> None:
    assert many.get(f"{ITEMS}({key})").status_code == 400


def test_a_key_may_be_percent_encoded(many: Caller) -> None:
    key = many.exact.find(ITEMS, Code="I007")[0]

    assert many.get(f"{ITEMS}(guid%27{key}%27)").status_code == 200


def test_collections_are_deferred(people: Caller) -> None:
    key = key_of(people, "Anna")

    deferred = people.one(ACCOUNTS, key, select="BankAccounts")["BankAccounts"]

    assert deferred["__deferred"]["uri"].endswith("/BankAccounts")


def test_without_asking_for_json_the_answer_is_atom(people: Caller) -> None:
    answer = people.session.get(
        f"{people.base}/vat/VATCodes", headers={"Accept": "*/*"}, timeout=10
    )

    assert answer.headers["Content-Type"] == "application/atom+xml"


def test_an_unknown_resource_is_not_found(people: Caller) -> None:
    assert people.get("crm/Nothing").status_code == 404
    assert people.get("current/Me").status_code == 404
