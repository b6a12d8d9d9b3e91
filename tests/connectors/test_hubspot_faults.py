"""HubSpot's refusals: every line of the table has an example, and every example its meaning."""

import json
from typing import Any

import pytest

from integrations.connectors.hubspot import faults
from integrations.contract import (
    Category,
    ConnectorError,
    Misconfigured,
    NotAllowed,
    RetryLater,
    SignInAgain,
)
from integrations.http import Response


def properties_not_valid(*rows: dict[str, str]) -> dict[str, Any]:
    return {
        "status": "error",
        "message": f"Property values were not valid: {json.dumps(rows)}",
        "correlationId": "abc-1",
        "category": "VALIDATION_ERROR",
    }


def bad_property(code: str, name: str = "firstname", message: str = "No.") -> dict[str, Any]:
    return properties_not_valid({"error": code, "name": name, "message": message})


def error(category: str, message: str = "Refused.", **more: Any) -> dict[str, Any]:
    return {"status": "error", "category": category, "message": message} | more


TAKEN = (
    "Cannot set PropertyValueCoordinates{portalId=44, objectTypeId=ObjectTypeId{legacyObjectType="
    "CONTACT}, propertyName=vat_number, value=NL1} on 5521. 5522 already has that value."
)
SCOPES = {
    "message": "One or more of the following scopes are required.",
    "context": {"requiredGranularScopes": ["crm.objects.contacts.write", "contacts"]},
}

# status, body, object type -> category, code, field
EXAMPLES: list[tuple[int, dict[str, Any], str, Category, str, str]] = [
    (400, bad_property("PROPERTY_DOESNT_EXIST", "nick"), "contact",
     Category.CONFIGURATION, "PROPERTY_DOESNT_EXIST", "nick"),
    (400, bad_property("READ_ONLY_VALUE", "createdate"), "contact",
     Category.CONFIGURATION, "READ_ONLY_VALUE", "createdate"),
    (400, bad_property("CONFLICTING_UNIQUE_VALUE", "vat_number"), "company",
     Category.DUPLICATE_KEY, "CONFLICTING_UNIQUE_VALUE", "vat_number"),
    (400, bad_property("REQUIRED", "name"), "company",
     Category.FIELD_MISSING, "REQUIRED", "name"),
    (400, bad_property("MISSING_REQUIRED_PROPERTY", "name"), "company",
     Category.FIELD_MISSING, "MISSING_REQUIRED_PROPERTY", "name"),
    (400, bad_property("PROPERTY_VALUE_TOO_LONG"), "contact",
     Category.FIELD_INVALID, "PROPERTY_VALUE_TOO_LONG", "firstname"),
    (400, bad_property("LEADING_TRAILING_WHITESPACE"), "contact",
     Category.FIELD_INVALID, "LEADING_TRAILING_WHITESPACE", "firstname"),
    (400, bad_property("INVALID_OPTION", "lifecyclestage"), "contact",
     Category.FIELD_INVALID, "INVALID_OPTION", "lifecyclestage"),
    (400, bad_property("INVALID_EMAIL", "email"), "contact",
     Category.FIELD_INVALID, "INVALID_EMAIL", "email"),
    (400, bad_property("INVALID_ALPHA"), "contact",
     Category.FIELD_INVALID, "INVALID_ALPHA", "firstname"),
    (400, error("VALIDATION_ERROR", errors=[
        {"message": "No.", "code": "INVALID_NUMBER", "context": {"propertyName": ["price"]}}]),
     "product", Category.FIELD_INVALID, "INVALID_NUMBER", "price"),
    (409, error("CONFLICT", "Contact already exists. Existing ID: 12345"), "contact",
     Category.DUPLICATE_KEY, "CONFLICT", "email"),
    (400, error("VALIDATION_ERROR", TAKEN), "contact",
     Category.DUPLICATE_KEY, "VALIDATION_ERROR", "vat_number"),
    (409, error("CONFLICT", "The record was changed by another call."), "company",
     Category.CONFLICT, "CONFLICT", ""),
    (404, error("OBJECT_NOT_FOUND", 'Property "nick" does not exist.'), "contact",
     Category.CONFIGURATION, "OBJECT_NOT_FOUND", "nick"),
    (404, error("OBJECT_NOT_FOUND", "resource not found", context={"id": ["7"]}), "contact",
     Category.GONE, "OBJECT_NOT_FOUND", ""),
    (400, error("VALIDATION_ERROR", "Error creating CONTACT. Some required properties were not"
                " set.", context={"properties": ["email", "lastname"]}), "contact",
     Category.FIELD_MISSING, "VALIDATION_ERROR", "email"),
    (400, error("VALIDATION_ERROR", "Unable to infer object type from: unicorns"), "",
     Category.CONFIGURATION, "VALIDATION_ERROR", ""),
    (400, error("VALIDATION_ERROR", "Unable to perform update/upsert by non-unique 0-1 property"
                " saldo_key in portal ID 1"), "contact",
     Category.CONFIGURATION, "VALIDATION_ERROR", ""),
    (400, error("VALIDATION_ERROR", 'There is no such thing. Property "nick" does not exist'),
     "contact", Category.CONFIGURATION, "VALIDATION_ERROR", "nick"),
    (400, error("VALIDATION_ERROR", "The currency CHF is not enabled in this account"), "product",
     Category.CURRENCY, "VALIDATION_ERROR", ""),
    (400, error("VALIDATION_ERROR", "Object not found.  objectId are usually numeric."), "contact",
     Category.GONE, "VALIDATION_ERROR", ""),
    (403, error("MISSING_SCOPES", errors=[SCOPES]), "contact",
     Category.CONNECTION_PERMISSION, "MISSING_SCOPES", ""),
    (401, error("EXPIRED_AUTHENTICATION"), "contact",
     Category.CONNECTION_REAUTH, "EXPIRED_AUTHENTICATION", ""),
    (401, error("INVALID_AUTHENTICATION"), "contact",
     Category.CONNECTION_REAUTH, "INVALID_AUTHENTICATION", ""),
    (400, {"error": "invalid_grant", "error_description": "Gone."}, "",
     Category.CONNECTION_REAUTH, "invalid_grant", ""),
    (400, {"error": "BAD_REFRESH_TOKEN", "message": "Gone."}, "",
     Category.CONNECTION_REAUTH, "BAD_REFRESH_TOKEN", ""),
    (401, {"error": "invalid_client"}, "", Category.CONFIGURATION, "invalid_client", ""),
    (429, error("RATE_LIMITS"), "contact", Category.RATE_LIMITED, "RATE_LIMITS", ""),
    (429, {"errorType": "RATE_LIMIT", "policyName": "DAILY", "message": "Daily limit."}, "contact",
     Category.RATE_LIMITED, "RATE_LIMIT", ""),
    (401, {}, "contact", Category.CONNECTION_REAUTH, "401", ""),
    (403, {"message": "This account's plan has no products."}, "product",
     Category.CONNECTION_PERMISSION, "403", ""),
    (404, {}, "contact", Category.GONE, "404", ""),
    (409, {}, "contact", Category.CONFLICT, "409", ""),
    (414, {"message": "The merge has too many identities."}, "contact",
     Category.STATE_LOCKED, "414", ""),
    (429, {}, "contact", Category.RATE_LIMITED, "429", ""),
    (423, {}, "contact", Category.TRANSIENT, "423", ""),
    (477, {}, "contact", Category.TRANSIENT, "477", ""),
    (502, {}, "contact", Category.TRANSIENT, "502", ""),
    (414, {"message": "URI Too Long"}, "contact", Category.UNKNOWN, "414", ""),
    (400, error("VALIDATION_ERROR", "Invalid input JSON on line 1"), "contact",
     Category.UNKNOWN, "VALIDATION_ERROR", ""),
    (400, bad_property("INVALID_OPTION", "hs_currency", "CHF was not one of the allowed options"),
     "invoice", Category.CURRENCY, "INVALID_OPTION", "hs_currency"),
    (400, bad_property("INVALID_VALUE", "hs_currency_code", "CHF is not the invoice's"),
     "payment", Category.CURRENCY, "INVALID_VALUE", "hs_currency_code"),
    (400, bad_property("INVALID_OPTION", "hs_tax_rate_group_id", "7 is not a tax rate"),
     "line_item", Category.TAX, "INVALID_OPTION", "hs_tax_rate_group_id"),
    (400, error("VALIDATION_ERROR", "Invoice 7 can only be changed by the app that created it."),
     "invoice", Category.STATE_LOCKED, "VALIDATION_ERROR", ""),
    (400, error("VALIDATION_ERROR", "The invoice was made by another app."),
     "invoice", Category.STATE_LOCKED, "VALIDATION_ERROR", ""),
    (400, error("VALIDATION_ERROR", "The lines of invoice 7 cannot be changed while it is paid"),
     "line_item", Category.STATE_LOCKED, "VALIDATION_ERROR", ""),
    (400, error("VALIDATION_ERROR", "Payment 7 was processed by HubSpot and cannot be modified."),
     "payment", Category.STATE_LOCKED, "VALIDATION_ERROR", ""),
    (400, error("VALIDATION_ERROR", "Invoice 7 cannot be opened without associated line_items."),
     "invoice", Category.FIELD_MISSING, "VALIDATION_ERROR", ""),
    (400, error("VALIDATION_ERROR", "The account must be set up to collect payments."),
     "payment", Category.CONFIGURATION, "VALIDATION_ERROR", ""),
    (400, error("SOMETHING_NEW"), "contact", Category.UNKNOWN, "SOMETHING_NEW", ""),
]  # fmt: skip


def response(status: int, body: Any, **headers: str) -> Response:
    return Response(status, headers, body if isinstance(body, bytes) else json.dumps(body).encode())


# The same as entries of a 207, which have no status of their own.
ENTRIES = [(0, *example[1:]) for example in EXAMPLES if not example[4].isdigit()]


@pytest.mark.parametrize(
    ("status", "body", "object_type", "category", "code", "field"), EXAMPLES + ENTRIES
)
def test_what_a_refusal_means(
    status: int, body: dict[str, Any], object_type: str, category: Category, code: str, field: str
) -> None:
    fault = faults.fault_of(response(status, body), object_type)

    assert (fault.category, fault.code, fault.field) == (category, code, field)
    assert fault.message


def test_every_line_of_the_table_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a line, at least one example means something else."""
    for rule in faults.TABLE:
        monkeypatch.setattr(faults, "TABLE", tuple(one for one in faults.TABLE if one != rule))
        meanings = [
            faults.fault_of(response(status, body), object_type).category is category
            for status, body, object_type, category, _, _ in EXAMPLES + ENTRIES
        ]
        monkeypatch.undo()
        assert not all(meanings), rule


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Contact already exists. Existing ID: 12345", "12345"),
        ("Contact already exists. Existing ID:12345.", "12345"),
        (TAKEN, "5522"),
        ("Contact already exists.", ""),
    ],
)
def test_a_duplicate_names_the_record_in_the_way(message: str, expected: str) -> None:
    fault = faults.fault_of(response(409, error("CONFLICT", message)), "contact")

    assert (fault.category, fault.existing_id) == (Category.DUPLICATE_KEY, expected)


def test_the_words_are_hubspots_own_about_each_property() -> None:
    body = properties_not_valid(
        {"error": "INVALID_EMAIL", "name": "email", "message": "Email address x is invalid"},
        {"error": "INVALID_OPTION", "name": "lifecyclestage", "message": "y is not allowed"},
    )

    fault = faults.fault_of(response(400, body), "contact")

    assert fault.message == "Email address x is invalid y is not allowed"
    assert (fault.field, fault.correlation_id) == ("email", "abc-1")


def test_missing_scopes_are_named() -> None:
    fault = faults.fault_of(response(403, error("MISSING_SCOPES", errors=[SCOPES])))

    assert "crm.objects.contacts.write / contacts" in fault.message


def test_the_raw_text_is_kept_without_addresses() -> None:
    body = error("SOMETHING_NEW", "ann@example.org is not welcome")

    fault = faults.fault_of(response(400, body))

    assert "***@*** is not welcome" in fault.raw


@pytest.mark.parametrize("body", [b"<html>", b"", b"[]", b'"text"', b"null"])
def test_an_answer_that_is_no_error_object_is_judged_by_its_status(body: bytes) -> None:
    assert faults.fault_of(response(503, body)).category is Category.TRANSIENT
    assert faults.fault_of(response(418, body)).category is Category.UNKNOWN


@pytest.mark.parametrize(
    "body",
    [
        {"category": None, "message": None, "errors": None, "context": None},
        {"message": "Property values were not valid: [{broken"},
        {"message": "Property values were not valid: [1, [{}], \"a\"]"},
        {"errors": ["text", {"context": None}, {"context": {"propertyName": "email"}}]},
        {"context": {"properties": "email"}},
        {"subCategory": {"an": "object"}, "errors": [{}]},
    ],
)  # fmt: skip
def test_odd_error_objects_are_survived(body: dict[str, Any]) -> None:
    assert faults.fault_of(response(400, body)).category is Category.UNKNOWN


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (401, error("EXPIRED_AUTHENTICATION"), SignInAgain),
        (403, error("MISSING_SCOPES"), NotAllowed),
        (429, {}, RetryLater),
        (423, {}, RetryLater),
        (400, error("VALIDATION_ERROR", "Unable to infer object type from: x"), Misconfigured),
    ],
)
def test_what_a_refused_call_raises(
    status: int, body: dict[str, Any], expected: type[ConnectorError]
) -> None:
    assert type(faults.error_of(response(status, body))) is expected


def test_an_unknown_refusal_of_a_call_is_raised_as_it_is() -> None:
    raised = faults.error_of(response(400, error("SOMETHING_NEW", "Who knows.")))

    assert type(raised) is ConnectorError
    assert raised.fault.message == "Who knows."


@pytest.mark.parametrize(
    ("status", "body", "headers", "seconds"),
    [
        (429, {"policyName": "TEN_SECONDLY_ROLLING"}, {}, 10.0),
        (429, {"policyName": "SECONDLY"}, {}, 1.0),
        (429, {"policyName": "DAILY"}, {}, 3600.0),
        (429, {}, {}, 10.0),
        (429, {"policyName": "DAILY"}, {"retry-after": "7"}, 7.0),
        (423, {}, {}, 2.0),
        (423, {}, {"retry-after": "1"}, 2.0),
        (477, {}, {}, 600.0),
        (477, {}, {"retry-after": "86400"}, 86_400.0),
        (400, {}, {}, 0.0),
        (200, {}, {"x-hubspot-ratelimit-remaining": "3"}, 0.0),
        (200, {}, {"x-hubspot-ratelimit-remaining": "0"}, 0.5),
        (200, {}, {}, 0.0),
    ],
)
def test_how_long_hubspot_wants_no_call(
    status: int, body: dict[str, Any], headers: dict[str, str], seconds: float
) -> None:
    assert faults.pause(response(status, body, **headers)) == seconds
