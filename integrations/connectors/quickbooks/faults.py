"""What QuickBooks' refusals mean: a closed table on code, wording and object type.

Codes and their meanings: developer.intuit.com, "Error codes" and "Handling common errors". The
wording is only asked where one code covers several causes. What is not listed is `unknown`.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from integrations.connectors.quickbooks.definitions import Definition
from integrations.connectors.quickbooks.errors import ProviderError
from integrations.contract import (
    Category,
    ConnectorError,
    Fault,
    Misconfigured,
    NotAllowed,
    RetryLater,
    SignInAgain,
    Suspended,
)

THROTTLE_SECONDS = 60.0
MAINTENANCE_SECONDS = 300.0
SYSTEM_SECONDS = 30.0

STALE = "5010"
DUPLICATE_NAME = "6240"
DUPLICATE_NUMBER = "6140"
# Somebody bears the name or number already; the wording may say who.
TAKEN = frozenset({DUPLICATE_NAME, DUPLICATE_NUMBER})
NOT_FOUND = "610"
# Nothing can be said about what happened to the request that was answered so.
UNSURE = frozenset({"600", "10000"})


class Stop(StrEnum):
    """What a refusal of the whole company's calls means."""

    NONE = ""
    SIGN_IN = "sign_in"
    NOT_ALLOWED = "not_allowed"
    SUSPENDED = "suspended"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the table; the first whose code, wording and object type fit is taken."""

    codes: str
    category: Category
    wording: str = ""
    object_type: str = ""
    # The field it is about where QuickBooks does not name one.
    field: str = ""
    stop: Stop = Stop.NONE
    after: float = 0.0


_SERVICE_DATE = r"service ?date|revenue recognition"
# The tax bears another name in each country: "… have a VAT rate before you save."
_TAX = r"\b(vat|gst|hst|tax)\b|transactions have an? .{1,40} rate"
_NO_AMOUNT = r"\b(specify|enter|set|missing|no) (a |the )?transaction amount"

TABLE: tuple[Rule, ...] = (
    # The connection.
    Rule("100 110 3200 3100", Category.CONNECTION_REAUTH, stop=Stop.SIGN_IN),
    # The company was reset: every id we hold is void, and only connecting anew starts afresh.
    Rule("10200", Category.CONNECTION_REAUTH, stop=Stop.SIGN_IN),
    Rule("120", Category.CONNECTION_PERMISSION, stop=Stop.NOT_ALLOWED),
    Rule("6190", Category.CONNECTION_SUSPENDED, stop=Stop.SUSPENDED),
    Rule("3001", Category.RATE_LIMITED, stop=Stop.LATER, after=THROTTLE_SECONDS),
    Rule("130 140 150", Category.TRANSIENT, stop=Stop.LATER, after=MAINTENANCE_SECONDS),
    # What may or may not have happened, and what may work the next time.
    Rule("600 10000", Category.OUTCOME_UNKNOWN),
    Rule("1000 1010 1020", Category.TRANSIENT),
    Rule("5010", Category.CONFLICT),
    # What the record refers to.
    Rule("610", Category.REFERENCE_INACTIVE, "made inactive"),
    Rule("610", Category.GONE),
    # Paid or closed meanwhile, or of another customer or currency.
    Rule("620", Category.PARENT_MISSING, object_type="payment", field="lines"),
    Rule("620", Category.PARENT_MISSING),
    Rule("700 900 6150 6180", Category.FIELD_INVALID, field="ParentRef"),
    Rule("2500", Category.FIELD_INVALID, "categor(y|ies) cannot be used"),
    Rule("2500", Category.REFERENCE_INACTIVE),
    Rule("6250", Category.REFERENCE_INACTIVE, field="CustomerRef"),
    # Names and numbers that must be unique.
    Rule("6240", Category.DUPLICATE_KEY, object_type="customer", field="DisplayName"),
    Rule("6240", Category.DUPLICATE_KEY, object_type="item", field="Name"),
    Rule("630 6240", Category.DUPLICATE_KEY),
    Rule("6140", Category.DUPLICATE_KEY, field="DocNumber"),
    # Values that are missing.
    Rule("2250 6090 6440", Category.FIELD_MISSING, object_type="invoice", field="lines"),
    Rule("2020 2250 6080 6090 6290 6300 6310 6440 6520", Category.FIELD_MISSING),
    Rule("6420", Category.FIELD_MISSING, object_type="customer", field="PrimaryEmailAddr"),
    Rule("6420", Category.FIELD_MISSING, object_type="invoice", field="BillEmail"),
    Rule("6420", Category.FIELD_MISSING),
    # Values that do not do.
    Rule("2030 2040 2050 2120 2170 2180 2190 2290 2300", Category.FIELD_INVALID),
    Rule("2060 2070 2080 2090 2100 2110 2140 2150 2160 2230 2240", Category.FIELD_INVALID),
    Rule("2200", Category.FIELD_INVALID, object_type="customer", field="WebAddr"),
    Rule("2210", Category.FIELD_INVALID, object_type="customer", field="PrimaryEmailAddr"),
    Rule("2210", Category.FIELD_INVALID, object_type="invoice", field="BillEmail"),
    Rule("2200 2210", Category.FIELD_INVALID),
    Rule("2290 6070 6270", Category.FIELD_INVALID, object_type="invoice", field="lines"),
    Rule("6010 6060 6070 6270 6320 6530", Category.FIELD_INVALID),
    # Tax and currency.
    Rule("2220", Category.CURRENCY, field="CurrencyRef"),
    Rule("6100", Category.TAX, object_type="invoice", field="lines"),
    Rule("6160 6230", Category.TAX, object_type="invoice", field="TaxCode"),
    Rule("6170", Category.TAX, object_type="invoice", field="GlobalTaxCalculation"),
    Rule("2280 6100 6160 6170 6230 6470", Category.TAX),
    # The one code behind which everything hides: its wording says which.
    Rule("6000", Category.FIELD_MISSING, _SERVICE_DATE, object_type="invoice", field="lines"),
    Rule("6000", Category.FIELD_MISSING, _SERVICE_DATE, field="ServiceDate"),
    Rule("6000", Category.TAX, _TAX, object_type="invoice", field="lines"),
    Rule("6000", Category.TAX, _TAX),
    Rule("6000", Category.CURRENCY, r"\bcurrenc(y|ies)\b", field="CurrencyRef"),
    Rule("6000", Category.FIELD_MISSING, _NO_AMOUNT, object_type="payment", field="TotalAmt"),
    Rule("6000", Category.FIELD_MISSING, _NO_AMOUNT),
    Rule("6000", Category.UNKNOWN, r"unexpected internal error|-3000[03]\b"),
    Rule("6000", Category.FIELD_INVALID),
    # The state of the books or of the record.
    Rule("6200 6210", Category.PERIOD_CLOSED, field="TxnDate"),
    Rule("800 6130 6220 6280", Category.STATE_LOCKED),
    Rule("6110 6120 6400 6450 6460 6480 6540", Category.STATE_LOCKED),
    # How the company or the sync is set up.
    Rule("6430", Category.CONFIGURATION, object_type="payment", field="DepositToAccountRef"),
    Rule("2010 3000 5020 5030 6430", Category.CONFIGURATION),
    # Our own mistakes, and one that no page explains.
    Rule("500 1040 2000 2130 2600 3202 4000 4001 4002 5000 6561 10100", Category.UNKNOWN),
)

RULES_BY_CODE: dict[str, tuple[Rule, ...]] = {
    code: tuple(rule for rule in TABLE if code in rule.codes.split())
    for code in sorted({code for rule in TABLE for code in rule.codes.split()})
}
_UNLISTED = Rule("", Category.UNKNOWN)
_EXISTING_ID = re.compile(r"\b(?:Txn)?Id\s*[=:]\s*(\d+)", re.IGNORECASE)


def rule_for(error: ProviderError, object_type: str = "") -> Rule:
    for rule in RULES_BY_CODE.get(error.code, ()):
        if rule.object_type in ("", object_type) and _worded(rule, error):
            return rule
    return _UNLISTED


def _worded(rule: Rule, error: ProviderError) -> bool:
    wording = f"{error.message} {error.detail}"
    return not rule.wording or re.search(rule.wording, wording, re.IGNORECASE) is not None


def decisive(errors: Sequence[ProviderError], object_type: str = "") -> ProviderError:
    """The error that decides what happens: one that stops the company, else the first."""
    stops = (error for error in errors if rule_for(error, object_type).stop)
    return next(stops, errors[0])


type FieldNames = Callable[[ProviderError], str]
"""The canonical name of the field that an error is about; empty when it does not tell."""


_FIELD_IN_DETAIL = re.compile(
    r"\b(?:parameter|property(?: name)?|element|field)\b[\s:'\"]*([\w.]+)", re.IGNORECASE
)


# Members of lines that errors name without saying that they stand in one.
_PARTS_OF_LINES = (
    "line",
    "salesitemlinedetail",
    "discountlinedetail",
    "groupitemref",
    "itemref",
    "itemaccountref",
    "qty",
    "unitprice",
    "amount",
    "taxcoderef",
    "taxinclusiveamt",
    "servicedate",
    "linkedtxn",
    "txnid",
)


def field_names(definition: Definition) -> FieldNames:
    """How to tell a field of this object type from an error's `element` or wording."""
    index: dict[str, str] = {}
    if "lines" in definition.by_name:
        index |= dict.fromkeys(_PARTS_OF_LINES, "lines")
    for spec in definition.specs:
        # A tax code stands two members deep, and is named by the inner one.
        names = {spec.field.name, ".".join(spec.path), *spec.path[1:-1]}
        if spec.path[0] not in definition.groups:
            names.add(spec.path[0])
        index |= {name.lower(): spec.field.name for name in names}

    def name_of(error: ProviderError) -> str:
        in_detail = (match.group(1) for match in _FIELD_IN_DETAIL.finditer(error.detail))
        candidates = (error.element, *in_detail)
        found = (
            index.get(name) or index.get(name.split(".")[0]) for name in map(_known, candidates)
        )
        return next(filter(None, found), "")

    return name_of


def _known(candidate: str) -> str:
    """A name as QuickBooks may vary it: in any case, and with the place of a line in brackets."""
    return re.sub(r"\[\d+\]", "", candidate.lower())


def fault_from(
    errors: Sequence[ProviderError],
    *,
    object_type: str = "",
    field_name: FieldNames = lambda _error: "",
    correlation_id: str = "",
    raw: str = "",
) -> Fault:
    """The fault for the errors of one answer; all their wordings are kept."""
    error = decisive(errors, object_type)
    rule = rule_for(error, object_type)
    existing = _EXISTING_ID.search(error.detail) if error.code in TAKEN else None
    return Fault(
        rule.category,
        error.code,
        "; ".join(_distinct(error.text for error in errors)),
        field=field_name(error) or rule.field,
        existing_id=existing.group(1) if existing else "",
        correlation_id=correlation_id,
        raw=raw,
    )


def _distinct(texts: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(text for text in texts if text)


def stop_from(errors: Sequence[ProviderError], fault: Fault) -> ConnectorError | None:
    """The exception that stops the whole connection; None when only this record is at fault."""
    rule = rule_for(decisive(errors))
    match rule.stop:
        case Stop.SIGN_IN:
            return SignInAgain(fault)
        case Stop.NOT_ALLOWED:
            return NotAllowed(fault)
        case Stop.SUSPENDED:
            return Suspended(fault)
        case Stop.LATER:
            return RetryLater(fault, rule.after)
    return None


def error_for_call(errors: Sequence[ProviderError], fault: Fault) -> ConnectorError:
    """The exception for a call that was refused as a whole, such as a query."""
    stop = stop_from(errors, fault)
    if stop is not None:
        return stop
    if fault.category in (Category.TRANSIENT, Category.OUTCOME_UNKNOWN):
        return RetryLater(fault, SYSTEM_SECONDS)
    if fault.category is Category.CONFIGURATION:
        return Misconfigured(fault)
    return ConnectorError(fault)
