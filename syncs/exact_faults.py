"""What people read when Exact Online refuses something, or when its limits make a sync rest."""

from django.utils.translation import gettext_lazy as _

from integrations.contract import Category
from syncs.exact_book_faults import BOOKKEEPING
from syncs.fault_terms import Special

_INVOICE, _ENTRY, _OPPORTUNITY = "sales_invoice", "sales_entry", "opportunity"
_BOOKED = (_INVOICE, _ENTRY)
_DOCUMENTS = (*_BOOKED, _OPPORTUNITY)
# Whom a document, or a contact, belongs to.
_CUSTOMER = ("OrderedBy", "Customer", "Account")
_FOLLOWS = _("It follows by itself once the account is in sync.")

_LIMITS = (
    Special(
        Category.RATE_LIMITED,
        _("Resting after refusals"),
        _("Exact blocks an app after ten errors an hour on one kind of record, so Saldo rests."),
        (
            _("Mend the records of this sync that fail: they cause the errors."),
            _("There is nothing else to do; the time of the next try is shown."),
        ),
        codes=("error_budget", "error_budget_busy"),
        next=_("Saldo goes on by itself when the hour is over. Other syncs are not held up."),
    ),
    Special(
        Category.RATE_LIMITED,
        _("Today's calls are used up"),
        _("Exact allows so many calls a day for each company, and this sync has had its share."),
        (
            _("Nothing to do; the connection's page shows who used how many."),
            _("Exact can raise the number for your company on request."),
        ),
        codes=("day_quota", "day_share"),
        next=_("It goes on by itself at midnight UTC, or when other syncs leave calls over."),
    ),
)

_RIGHTS = (
    Special(
        Category.CONNECTION_PERMISSION,
        _("The app lacks a permission in Exact"),
        _("The app was given fewer permissions in Exact than this sync needs."),
        (
            _("In Exact open the app's permissions and allow what the message names,"),
            _("then reconnect here."),
        ),
        codes=("scope",),
    ),
    Special(
        Category.CONNECTION_PERMISSION,
        _("No access to this company in Exact"),
        _("The user who connected, or the app, may not enter this company (division) in Exact."),
        (
            _("In Exact give the user and the app access to the company,"),
            _("or reconnect with a user who has it."),
        ),
        codes=("division",),
    ),
    Special(
        Category.CONNECTION_PERMISSION,
        _("The user lacks a right in Exact"),
        _("The user who connected may not do this in Exact; the message says what."),
        (
            _("In Exact give the user the right, for example the role for sales invoices,"),
            _("or reconnect with a user who has it."),
        ),
        codes=("rights",),
    ),
)

_LOCKED = (
    Special(
        Category.STATE_LOCKED,
        _("Changed after invoicing"),
        _("The deal was changed after its document was made. Nothing in Exact was overwritten."),
        (
            _("See below what was changed."),
            _("Undo it in HubSpot, or correct the document in Exact by hand,"),
            _("then choose “Leave the document as it is”."),
        ),
        codes=("changed_after_creation",),
        next=_("It turns green by itself once the deal says again what was invoiced."),
    ),
    Special(
        Category.STATE_LOCKED,
        _("Processed invoices stay as they are"),
        _("The invoice is processed in Exact, and Exact lets nobody change or delete it then."),
        (_("Make a credit note in Exact, and a new invoice if one is needed."),),
        types=_BOOKED,
        codes=("processed",),
    ),
    Special(
        Category.STATE_LOCKED,
        _("Payment is matched already"),
        _("Exact has matched a payment with this document, so it cannot change any more."),
        (_("Undo the matching in Exact first, or leave the document as it is."),),
        types=_BOOKED,
        codes=("settled",),
    ),
    Special(
        Category.STATE_LOCKED,
        _("In use in Exact"),
        _("Other records in Exact use it, so Exact lets nobody delete it or change this of it."),
        (_("Leave it as it is, or make it inactive in Exact by hand."),),
        codes=("in_use",),
    ),
    Special(
        Category.PERIOD_CLOSED,
        _("Period is closed in Exact"),
        _("The date lies in a financial period that is closed, or does not exist yet, in Exact."),
        (
            _("In Exact open the period, or add the year,"),
            _("or give the document a date in an open one; then try again."),
        ),
        types=_BOOKED,
        codes=("period_closed",),
    ),
    Special(
        Category.DUPLICATE_KEY,
        _("Number is taken in Exact"),
        _("A document in Exact has this number already. It may be the very same one."),
        (
            _("Look in Exact whether the document is there already."),
            _("If so, leave this deal out; if not, try again."),
        ),
        types=_BOOKED,
        codes=("number_taken",),
    ),
)

_PARTIES = (
    *(
        Special(
            Category.PARENT_MISSING,
            title,
            explanation,
            steps,
            types=types,
            fields=_CUSTOMER,
            codes=codes,
            next=_FOLLOWS,
        )
        for types, codes, title, explanation, steps in (
            (
                _DOCUMENTS,
                ("parent_unnamed",),
                _("Deal without company and contact"),
                _("The deal names neither a company nor a contact, so nobody can be invoiced."),
                (_("Add the company, or the contact, to the deal in HubSpot."),),
            ),
            (
                _DOCUMENTS,
                ("parent_excluded",),
                _("Customer is left out"),
                _("The company, or contact, of the deal is left out of its own sync."),
                (
                    _("Read in the message which condition leaves it out."),
                    _("Change it in HubSpot so that it is let through,"),
                    _("or choose more lifecycle stages in the settings of that sync."),
                ),
            ),
            (
                _DOCUMENTS,
                ("parent_failing",),
                _("Customer did not make it"),
                _("The company, or contact, of the deal fails in its own sync."),
                (_("Open it and mend it there."),),
            ),
            (
                _DOCUMENTS,
                (),
                _("Customer is not an account"),
                _("The company, or contact, of the deal is part of no sync with accounts."),
                (
                    _("Add a company to the deal in HubSpot,"),
                    _("or switch on the sync of people without a company."),
                ),
            ),
            (
                ("contact",),
                (),
                _("Company is not an account"),
                _("A contact needs an account in Exact, and its company is none there."),
                (_("Open the company: its page says why it is not in Exact."),),
            ),
        )
    ),
    Special(
        Category.REFERENCE_INACTIVE,
        _("Account is not a customer in Exact"),
        _("Exact invoices customers only; this account is a prospect or suspect there."),
        (
            _("In Exact change the account's status to customer, then try again."),
            _("So that new ones are customers: see the settings of the company sync."),
        ),
        types=_BOOKED,
        codes=("prospect",),
    ),
    Special(
        Category.REFERENCE_INACTIVE,
        _("Account is blocked in Exact"),
        _("The account is blocked in Exact, so nothing can be made for it."),
        (_("In Exact unblock the account, then try again."),),
        codes=("customer_blocked", "blocked"),
    ),
    Special(
        Category.FIELD_MISSING,
        _("Deal without company and contact"),
        _("The deal names neither a company nor a contact, so nobody can be invoiced."),
        (_("Add the company, or the contact, to the deal in HubSpot."),),
        types=_BOOKED,
        fields=("OrderedBy", "Customer"),
    ),
    Special(
        Category.PARENT_MISSING,
        _("Contact is gone in Exact"),
        _("Exact no longer knows the contact that the opportunity names."),
        (_("Open the contact: its page says what became of it in Exact."),),
        types=(_OPPORTUNITY,),
        codes=("contact_reference",),
    ),
    Special(
        Category.FIELD_MISSING,
        _("Contact has no name"),
        _("Exact wants a first name or a last name for each contact."),
        (_("Fill in a name on the contact in HubSpot."),),
        types=("contact",),
        fields=("FirstName", "LastName"),
    ),
    Special(
        Category.FIELD_MISSING,
        _("Account has no name"),
        _("Exact wants a name for each account."),
        (_("Fill in the name of the company in HubSpot."),),
        types=("account",),
        fields=("Name",),
    ),
    Special(
        Category.FIELD_INVALID,
        _("Country is not on the table"),
        _("Exact keeps countries as two letters, and the table does not know this spelling."),
        (
            _("Correct the country in HubSpot,"),
            _("or add the spelling to the table of the mapping “Country”."),
        ),
        types=("account",),
        fields=("Country",),
        codes=("not_in_table",),
    ),
)

EXACT = (*_LIMITS, *_RIGHTS, *_LOCKED, *_PARTIES, *BOOKKEEPING)
