"""What Exact's refusals mean: a closed table on the wording, in Dutch and in English.

Exact sends no codes. The language is that of the user who connected, so each row knows both; what
is not listed is `unknown`. The rows about documents stand in `document_faults`.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from integrations.connectors.exact import rules
from integrations.connectors.exact.document_faults import DOCUMENT_RULES
from integrations.connectors.exact.errors import Message, messages_in
from integrations.connectors.exact.rules import Rule, Stop
from integrations.contract import (
    Category,
    ConnectorError,
    Fault,
    Misconfigured,
    NotAllowed,
    RetryLater,
    SignInAgain,
)
from integrations.http import Response, redact

SYSTEM_SECONDS = 30.0
REQUIRED, EXISTS, REFERENCE = "required", "exists", "invalid_reference"
# A line names the field that it is about after a colon.
_EXISTS = r"^(bestaat reeds|bestaat al|already exists)\b"
_IN_USE = r"^(in gebruik|in use)\b"
_NOT_ALLOWED = r"^(niet toegestaan|not allowed)\b"
_VAT = ".*" + rules.VAT
_CURRENCY = r".*\b(valuta|currency)\b"
# Neither ledger accounts nor managers, classes and groups of what we refer to.
_PARENT = (
    r".*\b(relatie|klant|customer|artikel|contact|item(?! group)"
    r"|(?<!g/l )(?<!gl )account(?! (manager|class)))\b"
)
_RIGHTS = r"niet gemachtigd|geen rechten|toegang geweigerd|not authori[sz]ed|unauthori[sz]ed"

TABLE: tuple[Rule, ...] = (
    # The connection: rights of the user, of the application in this company, of the licence.
    Rule("scope", Category.CONNECTION_PERMISSION, r"application scope", stop=Stop.NOT_ALLOWED),
    Rule(
        "division",
        Category.CONNECTION_PERMISSION,
        r"not within division scope|division .{0,40}not (available|accessible)",
        stop=Stop.NOT_ALLOWED,
    ),
    Rule(
        "rights",
        Category.CONNECTION_PERMISSION,
        rf"{_RIGHTS}|^forbidden|access (is )?denied",
        stop=Stop.NOT_ALLOWED,
    ),
    *DOCUMENT_RULES,
    # What must be there.
    Rule("vat_required", Category.TAX, rules.REQUIRED + _VAT),
    Rule(REQUIRED, Category.FIELD_MISSING, rules.REQUIRED),
    # What is taken.
    Rule(EXISTS, Category.DUPLICATE_KEY, _EXISTS),
    Rule("in_use", Category.STATE_LOCKED, _IN_USE),
    # What is referred to.
    Rule("vat_reference", Category.TAX, rules.REFERENCE + _VAT),
    Rule("currency_reference", Category.CURRENCY, rules.REFERENCE + _CURRENCY),
    Rule(
        "account_reference",
        Category.PARENT_MISSING,
        rules.REFERENCE + _PARENT,
    ),
    Rule(REFERENCE, Category.REFERENCE_INACTIVE, rules.REFERENCE),
    Rule("blocked", Category.REFERENCE_INACTIVE, r"geblokkeerd|\bblocked\b"),
    # What does not do.
    Rule("vat_not_allowed", Category.TAX, _NOT_ALLOWED + _VAT),
    Rule("not_allowed", Category.STATE_LOCKED, _NOT_ALLOWED),
    Rule(
        "vat_invalid",
        Category.TAX,
        rules.INVALID + r":? *(btw-code|btw-percentage|vat code|vat perc)",
    ),
    Rule("currency_invalid", Category.CURRENCY, rules.INVALID + _CURRENCY),
    Rule("too_long", Category.FIELD_INVALID, r"te lang|too long|maximum (length|lengte)"),
    Rule("invalid", Category.FIELD_INVALID, rules.INVALID),
    # Our own mistakes.
    Rule("odata", Category.UNKNOWN, r"\$(select|filter|top)\b|query string|request stream"),
)
_UNLISTED = Rule("unlisted", Category.UNKNOWN, "")


class Refused(Exception):
    """A record was refused; `messages` are the lines of the answer."""

    def __init__(self, messages: tuple[Message, ...], status: int, raw: str = "") -> None:
        super().__init__("; ".join(message.text for message in messages))
        self.messages = messages
        self.status = status
        self.raw = raw


type FieldNames = Callable[[str], str]
"""The canonical name of the field that people know under this label; empty when unknown."""


def rule_for(message: Message, object_type: str = "") -> Rule:
    for rule in TABLE:
        if rule.object_type in ("", object_type) and re.search(
            rule.wording, message.text, re.IGNORECASE
        ):
            return rule
    return _UNLISTED


def fault_of(
    refused: Refused, object_type: str = "", field_name: FieldNames = lambda _label: ""
) -> Fault:
    """The fault for a refused record; all lines are kept, the first that is listed decides."""
    ruled = [(rule_for(message, object_type), message) for message in refused.messages]
    listed = next((pair for pair in ruled if pair[0] is not _UNLISTED), None)
    rule, message = listed or (ruled[0] if ruled else (_UNLISTED, Message("")))
    text = "; ".join(each.text for each in refused.messages)
    return Fault(
        rule.category,
        rule.code if rule is not _UNLISTED else f"http_{refused.status}",
        text or f"Exact answered with status {refused.status} and named no reason.",
        field=_named(message.subject, field_name) or rule.field,
        raw=refused.raw,
    )


def _named(subject: str, field_name: FieldNames) -> str:
    """The field by its whole label, or by that without what is added: "Valuta: Verkoop [XXX]"."""
    candidates = (subject, *(subject.partition(sign)[0].strip() for sign in ("[", "(", ":")))
    return next(filter(None, map(field_name, candidates)), "")


def stop_of(refused: Refused) -> ConnectorError | None:
    """The exception that stops the whole connection; None when only this record is at fault."""
    fault = fault_of(refused)
    if refused.status == 401:
        return _unauthorised(refused, fault)
    found = [rule_for(message) for message in refused.messages]
    if refused.status == 403 or any(rule.stop is Stop.NOT_ALLOWED for rule in found):
        return NotAllowed(replace(fault, category=Category.CONNECTION_PERMISSION))
    return None


def _unauthorised(refused: Refused, fault: Fault) -> ConnectorError:
    """A token that is not accepted, or a user without a right."""
    named = any(rule_for(message).stop is Stop.NOT_ALLOWED for message in refused.messages)
    if named:
        return NotAllowed(fault)
    return SignInAgain(replace(fault, category=Category.CONNECTION_REAUTH))


def error_for_read(refused: Refused) -> ConnectorError:
    """The exception for a call that reads; only the record's own calls may refuse a record."""
    stop = stop_of(refused)
    if stop is not None:
        return stop
    fault = fault_of(refused)
    if refused.status >= 500:
        return RetryLater(replace(fault, category=Category.TRANSIENT), SYSTEM_SECONDS)
    if fault.category is Category.CONFIGURATION:
        return Misconfigured(fault)
    return ConnectorError(fault)


def refused_by(response: Response) -> Refused:
    return Refused(messages_in(response), response.status, redact(response.text))
