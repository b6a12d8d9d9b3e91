"""Categories and exclusions in words: what happened, what to do, and what follows by itself."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from integrations.contract import Category
from syncs.engine.terms import ExcludeReason
from syncs.fault_terms import Special, Words
from syncs.special_faults import SPECIAL

MAX_TITLE = 40
MAX_EXPLANATION = 140


class Actor(StrEnum):
    """Who has to act."""

    NOBODY = "nobody"
    OWNER = "owner"
    FINANCE = "finance"
    SUPPORT = "support"
    US = "us"


ACTORS: Mapping[Actor, Words] = {
    Actor.NOBODY: _("Nobody: Saldo goes on by itself"),
    Actor.OWNER: _("The owner of the company's connections"),
    Actor.FINANCE: _("Finance"),
    Actor.SUPPORT: _("Our support"),
    Actor.US: _("We, the makers of Saldo"),
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """A category in words for the people who work with it."""

    title: Words
    explanation: Words
    steps: tuple[Words, ...]
    next: Words
    actor: Actor


_AGAIN_WHEN_CHANGED = _("Saldo tries again as soon as the record changes on either side.")
_ALL_GO_ON = _("All waiting records go on by themselves.")

EXPLANATIONS: Mapping[Category, Explanation] = {
    Category.CONNECTION_REAUTH: Explanation(
        _("Sign-in needed"),
        _(
            "The provider no longer accepts our sign-in. Nothing is synced until "
            "somebody reconnects."
        ),
        (_("Open the connection and choose “Reconnect”."), _("Sign in as an administrator there.")),
        _ALL_GO_ON,
        Actor.OWNER,
    ),
    Category.CONNECTION_PERMISSION: Explanation(
        _("Permission missing"),
        _(
            "The sign-in works, but a right, role or plan that this needs is "
            "missing at the provider."
        ),
        (
            _("Read the message: it names what is missing."),
            _("Have it granted at the provider, then reconnect."),
        ),
        _ALL_GO_ON,
        Actor.OWNER,
    ),
    Category.CONNECTION_SUSPENDED: Explanation(
        _("Subscription lapsed"),
        _(
            "The company's subscription at the provider has ended or is read-only, "
            "so writing stops."
        ),
        (_("Renew the subscription at the provider."), _("Then resume the connection here.")),
        _ALL_GO_ON,
        Actor.OWNER,
    ),
    Category.TRANSIENT: Explanation(
        _("Provider not available"),
        _("The provider was busy or briefly broken. Nothing is wrong with this record."),
        (_("Nothing to do; the time of the next try is shown."),),
        _("Saldo tries again by itself, less and less often."),
        Actor.NOBODY,
    ),
    Category.RATE_LIMITED: Explanation(
        _("Waiting for our turn"),
        _("The provider allows only so many calls. The record waits for its turn."),
        (_("Nothing to do; the time of the next try is shown."),),
        _("Saldo goes on as soon as the provider allows it."),
        Actor.NOBODY,
    ),
    Category.OUTCOME_UNKNOWN: Explanation(
        _("Sent, checking"),
        _(
            "The record was sent and the answer got lost. Saldo looks it up before "
            "sending anything."
        ),
        (_("Nothing to do; do not enter the record by hand meanwhile."),),
        _("Once looked up, the record goes on by itself; it is never made twice."),
        Actor.NOBODY,
    ),
    Category.DUPLICATE_KEY: Explanation(
        _("Already exists there"),
        _("A value that must be unique is taken by another record on the other side."),
        (
            _("Is it the same thing? Link this record to the existing one."),
            _("If not, change the name or key on one side."),
        ),
        _AGAIN_WHEN_CHANGED,
        Actor.FINANCE,
    ),
    Category.MATCH_AMBIGUOUS: Explanation(
        _("Several possible partners"),
        _("More than one record could be the partner of this one, so Saldo does not guess."),
        (
            _("Compare the candidates below."),
            _("Pick the right one, or choose “Create a new one”."),
        ),
        _("Your choice is remembered and the record goes on at once."),
        Actor.FINANCE,
    ),
    Category.PARENT_MISSING: Explanation(
        _("Depends on a failed record"),
        _("This record refers to another one that did not make it to the other side."),
        (_("Open the record it refers to and mend that one."),),
        _("This record follows by itself once the other one is in sync."),
        Actor.FINANCE,
    ),
    Category.REFERENCE_INACTIVE: Explanation(
        _("Refers to something inactive"),
        _("An account, item, term or record that this one uses is inactive on the other side."),
        (_("Make it active again there,"), _("or choose another one here and retry.")),
        _AGAIN_WHEN_CHANGED,
        Actor.FINANCE,
    ),
    Category.FIELD_MISSING: Explanation(
        _("Required value missing"),
        _("The other side requires a value that this record does not have."),
        (
            _("Fill in the field on the record,"),
            _("or give the mapping a default for records without a value."),
        ),
        _AGAIN_WHEN_CHANGED,
        Actor.FINANCE,
    ),
    Category.FIELD_INVALID: Explanation(
        _("Value not accepted"),
        _(
            "The other side does not accept a value: too long, wrong form, or not "
            "one of its choices."
        ),
        (
            _("Correct the value on the record,"),
            _("or change the mapping, for example to cut long texts."),
        ),
        _AGAIN_WHEN_CHANGED,
        Actor.FINANCE,
    ),
    Category.TAX: Explanation(
        _("Tax does not fit"),
        _("The tax rate or code is missing or is not known on the other side."),
        (_("Map the rate to a tax code in the settings,"), _("or correct the tax on the record.")),
        _AGAIN_WHEN_CHANGED,
        Actor.FINANCE,
    ),
    Category.CURRENCY: Explanation(
        _("Currency does not fit"),
        _("The currency is not switched on there, or differs from the customer's own currency."),
        (
            _("Switch the currency on at the provider,"),
            _("or use a customer with that currency."),
        ),
        _AGAIN_WHEN_CHANGED,
        Actor.FINANCE,
    ),
    Category.PERIOD_CLOSED: Explanation(
        _("Period is closed"),
        _("The date lies in a period that the books have closed."),
        (_("Reopen the period,"), _("or move the date, and retry the record.")),
        _("Never tried again by itself: a closed period is closed on purpose."),
        Actor.FINANCE,
    ),
    Category.STATE_LOCKED: Explanation(
        _("Locked on one side"),
        _("The record is in a state in which it cannot be changed, such as paid, sent or void."),
        (_("Undo the change on the side named in the message,"), _("and change it on the other.")),
        _AGAIN_WHEN_CHANGED,
        Actor.FINANCE,
    ),
    Category.CONFLICT: Explanation(
        _("Changed on both sides"),
        _("Both sides hold a value of their own and this sync asks a person which one stays."),
        (_("Choose a side for each field below."),),
        _("Your choice is written at once; other fields have been synced already."),
        Actor.FINANCE,
    ),
    Category.GONE: Explanation(
        _("Deleted on one side"),
        _("The record no longer exists on the side that was to be written."),
        (_("Unlink it,"), _("make it anew there,"), _("or void the other one.")),
        _("Saldo does what you choose and nothing by itself."),
        Actor.FINANCE,
    ),
    Category.CONFIGURATION: Explanation(
        _("Settings need attention"),
        _("A field, choice or setting that the sync relies on is missing or no longer fits."),
        (_("Open the sync: what is wrong is said there."), _("Mend the mapping or the setting.")),
        _("All affected records are tried again once it is mended."),
        Actor.SUPPORT,
    ),
    Category.UNKNOWN: Explanation(
        _("Unexpected answer"),
        _(
            "The provider answered something that Saldo does not know yet. We "
            "count it as our defect."
        ),
        (
            _("See the provider's own words below."),
            _("Retry; if it comes back, leave it to us: we have been told."),
        ),
        _AGAIN_WHEN_CHANGED,
        Actor.US,
    ),
}

_PRECISE: Mapping[Category, tuple[tuple[Special, Explanation], ...]] = {
    category: tuple(
        (
            special,
            replace(
                usual,
                title=special.title,
                explanation=special.explanation,
                steps=special.steps,
                next=special.next or usual.next,
            ),
        )
        for special in sorted(SPECIAL, key=lambda one: one.precision, reverse=True)
        if special.category is category
    )
    for category, usual in EXPLANATIONS.items()
}


def explain(
    category: str, object_type: str = "", *, field: str = "", code: str = ""
) -> Explanation:
    """The words for a failing record; the most precise there are."""
    try:
        known = Category(category)
    except ValueError:
        known = Category.UNKNOWN
    found = (words for special, words in _PRECISE[known] if special.fits(object_type, field, code))
    return next(found, EXPLANATIONS[known])


def explanations() -> tuple[Explanation, ...]:
    """All of them, for checks of their length."""
    precise = (words for known in _PRECISE.values() for _special, words in known)
    return (*EXPLANATIONS.values(), *precise)


EXCLUSIONS: Mapping[ExcludeReason, Words] = {
    ExcludeReason.FILTER: _("A condition of the filter is not met."),
    ExcludeReason.NO_MATCH_KEY: _("It has no value to be matched by."),
    ExcludeReason.DIRECTION: _("The sync does not go in this direction."),
    ExcludeReason.MODE: _("The sync only updates what exists on both sides."),
    ExcludeReason.BY_HAND: _("Somebody excluded it."),
    ExcludeReason.ARCHIVED: _("It is archived or inactive."),
    ExcludeReason.GONE: _("It was deleted."),
    ExcludeReason.UNLINKED: _("It was unlinked and is no longer kept in step."),
    ExcludeReason.BEFORE_START: _(
        "It is from before the sync was switched on. “Send it now” takes it along all the same."
    ),
    ExcludeReason.DRAFT: _("It is still a draft: it comes along once it is finalised."),
    ExcludeReason.MADE_BY_INTEGRATION: _("It was made by an integration."),
    ExcludeReason.VOIDED: _("It was voided, so it has no amounts to keep in step."),
    ExcludeReason.PARENT: _("What it belongs to is not part of the sync."),
    ExcludeReason.RESOLVED: _(
        "Somebody called it dealt with. It is taken up again when it changes or is tried again."
    ),
    ExcludeReason.HAS_COMPANY: _(
        "It belongs to a company: the company is the account, and this one its contact there."
    ),
    ExcludeReason.NO_COMPANY: _(
        "It belongs to no company, so there is no account that it could be a contact of."
    ),
}
