"""Finding the partner of an unlinked record: comparable keys, and what the finds allow."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

import idna

from integrations.contract import Category, Fault, Field, Value, Values
from syncs.engine.terms import (
    Candidate,
    Fail,
    Link,
    Matches,
    MatchRule,
    Normaliser,
    PartnerChoice,
    RecordView,
    Side,
    SyncSpec,
)
from syncs.engine.values import as_text

type Normalise = Callable[[str], str]

# Fewer digits than this are an extension or a filler, and would join strangers.
FEWEST_PHONE_DIGITS = 6

_EXTENSION = re.compile(r"(?:ext\.?|x|#)\s*\d+\s*$", re.IGNORECASE)
_TRUNK_ZERO = re.compile(r"\(0\)")
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def _ascii_host(host: str) -> str:
    """One spelling for a domain, whether it was typed in letters or in punycode."""
    host = host.lower()
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        return host


def _folded(text: str) -> str:
    # NFKC makes one of "é" and "e" + accent, and of wide and narrow signs.
    return unicodedata.normalize("NFKC", text).casefold().strip()


def _email(text: str) -> str:
    """The address, or "" when it is not exactly one: "n/a" must not join strangers."""
    address = text.strip()
    if address[:7].lower() == "mailto:":
        address = address[7:]
    mailbox, at, host = address.partition("@")
    if not (mailbox and at and host) or re.search(r"[\s,;@]", mailbox + host):
        return ""
    return f"{mailbox.lower()}@{_ascii_host(host)}"


def _domain(text: str) -> str:
    address = text.strip()
    if not _SCHEME.match(address):
        address = f"//{address}"
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return ""
    host = _ascii_host(host.rstrip(".")).removeprefix("www.")
    return host if "." in host else ""


def _phone(text: str) -> str:
    """Digits alone; a leading + or 00 goes, so that both international spellings are one."""
    number = _TRUNK_ZERO.sub("", _EXTENSION.sub("", _folded(text)))
    digits = "".join(sign for sign in number if "0" <= sign <= "9")
    if not number.lstrip().startswith("+"):
        digits = digits.removeprefix("00")
    return digits if len(digits) >= FEWEST_PHONE_DIGITS else ""


def _name(text: str) -> str:
    """Accents stay: Müller and Muller are two people."""
    return " ".join(_folded(text).split())


def _company(text: str) -> str:
    """The name without signs and the legal form behind it: "Acme B.V." is "ACME BV" is "acme"."""
    words = _SIGNS.sub(" ", _DOTS.sub("", _name(text))).split()
    while len(words) > 1 and words[-1] in _LEGAL_FORMS:
        words.pop()
    return " ".join(words)


def _registered(text: str) -> str:
    """Letters and digits alone; "" without a digit: "n/a" must not join strangers."""
    number = "".join(sign for sign in _folded(text) if sign.isalnum())
    return number if any("0" <= sign <= "9" for sign in number) else ""


def _company_domain(text: str) -> str:
    address = _email(text)
    host = address.partition("@")[2] if address else _domain(text)
    return "" if host in _FREE_MAIL else host


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# "B.V.", "BV" and "b. v." are one word.
_DOTS = re.compile(r"(?<=\b\w)\.\s?(?=\w\b)|\.(?=\s|$)")
_SIGNS = re.compile(r"[^\w&+]+")
_LEGAL_FORMS = _words(
    "bv nv vof cv bvba sprl srl sa sas sarl gmbh ag kg ohg ug ltd limited plc llp llc inc sl slu"
)
# Whoever writes from there says nothing of a company.
_FREE_MAIL = _words(
    "gmail.com googlemail.com outlook.com hotmail.com hotmail.nl live.com live.nl msn.com "
    "yahoo.com icloud.com me.com aol.com gmx.de gmx.net web.de proton.me protonmail.com "
    "ziggo.nl kpnmail.nl planet.nl home.nl xs4all.nl telenet.be skynet.be orange.fr free.fr "
    "t-online.de btinternet.com"
)

_NORMALISERS: dict[Normaliser, Normalise] = {
    Normaliser.EXACT: str.strip,
    Normaliser.EMAIL: _email,
    Normaliser.CODE: _folded,
    Normaliser.DOMAIN: _domain,
    Normaliser.PHONE: _phone,
    Normaliser.NAME: _name,
    Normaliser.COMPANY: _company,
    Normaliser.REGISTERED: _registered,
    Normaliser.COMPANY_DOMAIN: _company_domain,
}


def normalise(value: Value, normaliser: Normaliser) -> str:
    """The value as it is compared; "" when it is no usable key."""
    text = as_text(value)
    return _NORMALISERS[normaliser](text) if text else ""


def keys(rules: Sequence[MatchRule], side: Side, values: Values) -> tuple[tuple[str, str], ...]:
    """The record's (rule name, comparable value) pairs, one per rule that it has a value for."""
    found = (
        (rule.name, normalise(values.get(key_field(rule, side)), rule.normaliser)) for rule in rules
    )
    return tuple(pair for pair in found if pair[1])


def key_field(rule: MatchRule, side: Side) -> str:
    return rule.left if side is Side.LEFT else rule.right


def choose(record: RecordView, matches: Matches, spec: SyncSpec) -> Link | Fail | None:
    """What the finds mean for a record with one side; None when no partner exists.

    A person's pick wins. Otherwise only a single candidate without a rival is linked; whatever
    else could be meant is left to a person.
    """
    if record.partner_choice is PartnerChoice.PICK:
        return _picked(record, matches)
    free = tuple(one for one in matches.candidates if not one.linked_to)
    if record.partner_choice is PartnerChoice.CREATE or not free:
        return _refuse_duplicate(record, matches, spec)
    if len(matches.candidates) == 1 and not matches.rivals:
        return Link(free[0])
    return _ambiguous(matches)


def _picked(record: RecordView, matches: Matches) -> Link | Fail:
    picked = next(
        (one for one in matches.candidates if one.id == record.partner_id),
        Candidate(record.partner_id, title="", rule="", value=""),
    )
    if picked.linked_to:
        return Fail(_taken(picked, "The chosen record"), candidates=matches.candidates)
    return Link(picked)


def _ambiguous(matches: Matches) -> Fail:
    value = matches.candidates[0].value
    if len(matches.candidates) > 1:
        message = f"{len(matches.candidates)} records with “{value}” could be the partner."
        code = "several_candidates"
    else:
        names = ", ".join(f"“{rival.title or rival.id}”" for rival in matches.rivals)
        message = f"“{value}” is also on {names}: one partner, and several records that claim it."
        code = "rivals"
    fault = Fault(Category.MATCH_AMBIGUOUS, code, message)
    return Fail(fault, candidates=matches.candidates)


def _refuse_duplicate(record: RecordView, matches: Matches, spec: SyncSpec) -> Fail | None:
    """Creating is refused by the provider where the key must be unique: say so without a call."""
    own = Side.LEFT if record.left is not None else Side.RIGHT
    for found in (*matches.candidates, *matches.rivals):
        field = _unique_key(found, own.other, spec)
        if field is None:
            continue
        if found in matches.candidates:
            fault = _taken(found, field.label, field)
            return Fail(fault, candidates=matches.candidates)
        if record.partner_choice is not PartnerChoice.CREATE:
            return Fail(_shared(found, field), candidates=())
    return None


def _unique_key(found: Candidate, side: Side, spec: SyncSpec) -> Field | None:
    fields = spec.left_fields if side is Side.LEFT else spec.right_fields
    rule = next((rule for rule in spec.match_rules if rule.name == found.rule), None)
    field = fields.get(key_field(rule, side)) if rule else None
    return field if field is not None and field.unique else None


def _taken(found: Candidate, subject: str, field: Field | None = None) -> Fault:
    title = f"“{found.title or found.id}”"
    if field is None:
        message = f"{subject} {title} is linked to another record already."
        code = "already_linked"
    else:
        state = ", which is linked to another record" if found.linked_to else ""
        message = f"{subject} “{found.value}” must be unique and belongs to {title}{state}."
        code = "key_taken"
    name = field.name if field else ""
    return Fault(Category.DUPLICATE_KEY, code, message, field=name, existing_id=found.id)


def _shared(rival: Candidate, field: Field) -> Fault:
    title = f"“{rival.title or rival.id}”"
    message = f"{field.label} “{rival.value}” must be unique and is also on {title}: only one fits."
    return Fault(Category.DUPLICATE_KEY, "key_shared", message, field=field.name)
