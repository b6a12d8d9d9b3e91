"""Refusals in QuickBooks' own words: the data service's fault and the gateway's.

Codes and names: developer.intuit.com, "Error codes" and "Handling common errors".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

MESSAGES = {
    "500": "Unsupported Operation",
    "610": "Object Not Found",
    "620": "Txn ID Cannot Be Linked",
    "800": "Cannot delete object",
    "900": "Parent cannot be child",
    "1040": "Batch size exceeds allowed limit",
    "1050": "Invalid Content Type",
    "2000": "Invalid or unsupported object name",
    "2010": "Request has invalid or unsupported property",
    "2020": "Required param missing, need to supply the required value for the API",
    "2030": "Invalid ID",
    "2040": "Invalid String. Value has invalid characters",
    "2050": "String length is either shorter or longer than supported by specification",
    "2060": "Invalid Date Format",
    "2080": "Invalid Number",
    "2100": "Invalid Decimal",
    "2130": "Invalid Request Id Format",
    "2170": "Invalid Enumeration",
    "2190": "Invalid Date Range",
    "2200": "Malformed Website Address Format",
    "2210": "Invalid Email Address format",
    "2220": "Invalid Currency Type",
    "2230": "Invalid Boolean",
    "2240": "Invalid Number Range",
    "2500": "Invalid Reference Id",
    "2600": "Invalid Request Conflict Element in Request",
    "3000": "Invalid Custom Field",
    "4000": "Error parsing query",
    "4001": "Invalid query",
    "5010": "Stale Object Error",
    "5030": "Feature Not Supported Error",
    "6000": "A business validation error has occurred while processing your request",
    "6010": "Invalid Account.AccountType && Account.SubType",
    "6070": "Amount calculation incorrect in the request",
    "6080": "No Name Provided",
    "6090": "Discount Line missing required info.",
    "6100": "Invalid Line TaxCode in the request",
    "6140": "Duplicate Document Number Error",
    "6150": "ParentRef Required Validation Error",
    "6160": "Invalid TaxCodeRef Error",
    "6170": "Invalid TxnTaxDetail Error",
    "6180": "Sub Level Limit",
    "6190": "Invalid Company Status",
    "6200": "Account Period Closed, Cannot Update Through Services API",
    "6210": "Account Period Closed, Cannot Update Through Services API",
    "6220": "Delete Entity Has Balance Error",
    "6240": "Duplicate Name Exists Error",
    "6230": "Invalid TaxCodeRef Error",
    "6250": "Invalid Sales Customer",
    "6270": "Inventory transaction dated before the item's start date",
    "6420": "Email Required",
    "6430": "Invalid account type used",
    "6440": "Transaction Detail Information Required",
    "6520": "Missing Tracked Inventory Item Quantity",
    "6540": "Deposited Transaction cannot be changed",
    "10000": "An application error has occurred while processing your request",
}
STALE = (
    "Stale Object Error : You and another user were working on this at the same time. "
    "The other user finished before you did, so your work was not saved."
)
INACTIVE = (
    "Object Not Found : Something you're trying to use has been made inactive. "
    "Check the fields with accounts, customers, items, vendors or employees."
)
DELETED_BY_ANOTHER = "Object Not Found : Another user has deleted this transaction."
UNPARSABLE = (
    "Property Name:failed to parse json object; a property specified is unsupported or invalid"
)


@dataclass(frozen=True)
class Error:
    """One error of a fault."""

    code: str
    detail: str
    element: str = ""

    @property
    def message(self) -> str:
        return MESSAGES[self.code]

    def as_json(self) -> dict[str, str]:
        shown = {"Message": self.message, "Detail": self.detail, "code": self.code}
        return shown | ({"element": self.element} if self.element else {})


class Refused(Exception):
    """The data service refuses a request or one item of a batch."""

    def __init__(
        self, errors: Sequence[Error], *, status: int = 400, kind: str = "ValidationFault"
    ) -> None:
        super().__init__("; ".join(f"{error.code} {error.detail}" for error in errors))
        self.errors = tuple(errors)
        self.status = status
        self.kind = kind

    def as_json(self) -> dict[str, Any]:
        return {"Error": [error.as_json() for error in self.errors], "type": self.kind}


class GatewayRefused(Exception):
    """The gateway before the data service refuses: sign-in, permission, throttling."""

    def __init__(self, status: int, code: str, name: str, detail: str, kind: str) -> None:
        super().__init__(f"{code} {name}")
        self.status = status
        self.code = code
        self.message = f"message={name}; errorCode={int(code):06d}; statusCode={status}"
        self.detail = detail
        self.kind = kind

    def as_json(self, milliseconds: int) -> dict[str, Any]:
        """The gateway's own shape: lower-case keys, many of them null."""
        error = {
            "message": self.message,
            "detail": self.detail,
            "code": self.code,
            "element": None,
        }
        return {
            "warnings": None,
            "intuitObject": None,
            "fault": {"error": [error], "type": self.kind},
            "report": None,
            "queryResponse": None,
            "batchItemResponse": [],
            "attachableResponse": [],
            "syncErrorResponse": None,
            "requestId": None,
            "time": milliseconds,
            "status": None,
            "cdcresponse": [],
        }


def refused(code: str, detail: str, element: str = "") -> Refused:
    return Refused([Error(code, detail, element)])


def business(detail: str, element: str = "") -> Refused:
    return refused("6000", f"Business Validation Error: {detail}", element)


def unparsable() -> Refused:
    return refused("2010", UNPARSABLE, "failed to parse json object")


def not_utf8() -> Refused:
    return refused("500", "Unsupported Operation. The request body is not encoded in UTF-8.")


def missing(element: str) -> Error:
    return Error("2020", f"Required parameter {element} is missing in the request", element)


def too_long(element: str, longest: int, supplied: int) -> Error:
    detail = (
        "String length specified does not match the supported length. "
        f"Min:0 Max:{longest:,} supported. Supplied length:{supplied:,}"
    )
    return Error("2050", detail, element)


def lapsed() -> Refused:
    return refused(
        "6190",
        "Subscription period has ended or canceled or there was a billing problem : You can't add "
        "data to QuickBooks Online Plus because your trial or subscription period ended.",
    )


def stale() -> Refused:
    return refused("5010", STALE)


def inactive(element: str = "") -> Refused:
    return refused("610", INACTIVE, element)


def not_found(*, is_document: bool) -> Refused:
    """What is not there: a document was deleted, a list's record is taken for inactive."""
    return refused("610", DELETED_BY_ANOTHER if is_document else INACTIVE)


def invalid_reference(list_name: str, number: str, element: str) -> Refused:
    detail = f"Invalid Reference Id : {list_name} element id {number} not found"
    return refused("2500", detail, element)


def duplicate_name(number: str) -> Refused:
    return refused("6240", f"The name supplied already exists. : Id={number}")


def token_expired() -> GatewayRefused:
    detail = "Token expired, malformed or revoked"
    return GatewayRefused(401, "3200", "AuthenticationFailed", detail, "AUTHENTICATION")


def not_authorised() -> GatewayRefused:
    detail = "The application is not authorised for this company"
    return GatewayRefused(403, "3100", "ApplicationAuthorizationFailed", detail, "AUTHORIZATION")


def throttled() -> GatewayRefused:
    detail = "The request limit was reached"
    return GatewayRefused(429, "3001", "ThrottleExceeded", detail, "SERVICE")


def system_failure(status: int) -> Refused:
    """An error of the service itself (code 10000)."""
    detail = "System Failure Error: the request could not be completed"
    return Refused([Error("10000", detail)], status=status, kind="SystemFault")


def under(path: str, error: Error) -> Error:
    """The same error, said of a part inside `path`."""
    return replace(error, element=f"{path}.{error.element}") if path else error
