"""What finance staff read when an invoice or a payment is refused.

What the engine refuses goes by its code alone; what a provider refuses names its object type too.
"""

from django.utils.translation import gettext_lazy as _

from integrations.contract import Category
from syncs.fault_terms import Special

_INVOICE = "invoice"
_PAYMENT = "payment"
_DOCUMENTS = (_INVOICE, _PAYMENT)

_LOCKED = (
    Special(
        Category.STATE_LOCKED,
        _("Changed where it was not made"),
        _("Amounts or lines belong to the side where it was made, and were changed on the other."),
        (
            _("See below what was changed, and by how much."),
            _("Undo it there, and change it where it was made,"),
            _("or make the very same change there too."),
        ),
        codes=("changed_elsewhere",),
        next=_("It turns green by itself as soon as both sides say the same again."),
    ),
    Special(
        Category.STATE_LOCKED,
        _("Voided on one side only"),
        _("It was voided where it is only shown; where it was made, it still stands."),
        (_("Void it where it was made too, or make it anew."),),
        codes=("voided_elsewhere",),
    ),
    Special(
        Category.STATE_LOCKED,
        _("A void cannot be undone"),
        _("It is voided on one side, and no document comes back from that."),
        (_("Make a new document instead, or void it on the other side too."),),
        codes=("no_unvoid",),
    ),
    Special(
        Category.STATE_LOCKED,
        _("Payment is deposited"),
        _("QuickBooks has this payment on a bank deposit; until it is off it, nothing can change."),
        (
            _("In QuickBooks take the payment off the deposit, then try again,"),
            _("or undo the change in HubSpot."),
        ),
        types=_DOCUMENTS,
        codes=("6540",),
    ),
    Special(
        Category.STATE_LOCKED,
        _("Payment was taken by HubSpot"),
        _("HubSpot or Stripe took the money; only there can it be changed or refunded."),
        (_("Refund or correct it in HubSpot; the books follow."),),
        codes=("PROCESSED_BY_HUBSPOT",),
    ),
    Special(
        Category.STATE_LOCKED,
        _("Would become payable in HubSpot"),
        _("HubSpot would let customers pay this invoice there, although it belongs to the books."),
        (_("In HubSpot switch off that the invoice can be paid online."),),
        codes=("BILLABLE",),
    ),
    Special(
        Category.STATE_LOCKED,
        _("Belongs to another app in HubSpot"),
        _("Another app made it in HubSpot, or it is past the state in which apps may change it."),
        (
            _("Change it in HubSpot by hand, or with the app that made it,"),
            _("or leave it out of the sync."),
        ),
        types=_DOCUMENTS,
        codes=("VALIDATION_ERROR", "CONFLICT"),
    ),
    Special(
        Category.STATE_LOCKED,
        _("Line is part of a bundle"),
        _("QuickBooks keeps the lines of a bundle together; they cannot be changed one by one."),
        (_("Change the bundle in QuickBooks by hand, or take it off the invoice."),),
        codes=("bundle",),
    ),
    Special(
        Category.PERIOD_CLOSED,
        _("Books are closed for that date"),
        _("The date lies before the day up to which the books are closed in QuickBooks."),
        (
            _("Give the document a later date,"),
            _("or have the period opened in QuickBooks: Account and settings, Advanced."),
        ),
        types=_DOCUMENTS,
        codes=("book_close", "6200", "6210"),
    ),
)

_MONEY = (
    *(
        Special(
            category,
            _("Totals differ"),
            _("Both sides do not come to the same. Saldo lets no cent get lost silently."),
            (
                _("Compare the lines and totals below."),
                _("If the lines agree, look at the tax rates on both sides."),
                _("Correct the amount where the document was made."),
            ),
            codes=("totals_differ",),
        )
        for category in (Category.TAX, Category.FIELD_INVALID)
    ),
    Special(
        Category.FIELD_INVALID,
        _("Discount, fee or tax on the whole"),
        _("The books have no discount, fee or tax on a document as a whole, only on its lines."),
        (
            _("Turn a discount on the order into discounts on its lines,"),
            _("a fee into a line of its own,"),
            _("and a tax into a tax rate on the lines."),
        ),
        codes=("order_adjustments",),
    ),
    Special(
        Category.FIELD_INVALID,
        _("Discount is larger than the lines"),
        _("More is taken off than the lines come to, which the other side cannot show."),
        (_("Make the discount smaller, or add what is missing as lines."),),
        codes=("discount_too_large",),
    ),
    Special(
        Category.FIELD_INVALID,
        _("Line does not fit into HubSpot"),
        _("HubSpot cannot hold one of the lines; the message says which and why."),
        (_("Correct the line in QuickBooks; HubSpot follows."),),
        codes=("INVALID_LINE",),
    ),
    Special(
        Category.TAX,
        _("Tax rate has no tax code"),
        _("Nobody has said yet which tax code in the books stands for the tax rate of a line."),
        (_("Open the sync's settings and choose the tax code of the rate named in the message."),),
        codes=("tax_rate_unmapped",),
        next=_("All documents with this rate are tried again once it is chosen."),
    ),
    Special(
        Category.TAX,
        _("Line without a tax rate"),
        _("These books need a tax code on every line, and a line has no tax rate."),
        (
            _("Give the line a tax rate,"),
            _("or choose in the sync's settings the tax code of lines without one."),
        ),
        codes=("tax_rate_missing",),
    ),
    Special(
        Category.TAX,
        _("Tax code missing or not valid"),
        _("QuickBooks refuses the tax of a line: it is missing, inactive or not for sales."),
        (
            _("See in the sync's settings which code stands for which rate."),
            _("Make the code active in QuickBooks, or choose another one."),
        ),
        types=(_INVOICE,),
        codes=("6000", "6100", "6160", "6170", "6230", "6470", "2280"),
    ),
    Special(
        Category.CURRENCY,
        _("Currency is not switched on"),
        _("The document is in a currency that the books in QuickBooks do not keep."),
        (
            _("In QuickBooks switch on multi-currency; it cannot be switched off again,"),
            _("or bill in the currency of the books."),
        ),
        codes=("multicurrency_off",),
    ),
    Special(
        Category.CURRENCY,
        _("Currency is not the customer's"),
        _("In QuickBooks each customer has one currency, and this document has another."),
        (
            _("Bill in the customer's currency,"),
            _("or use a second customer with the other currency."),
        ),
        types=_DOCUMENTS,
        codes=("6000", "2220"),
    ),
)

_PARENTS = (
    Special(
        Category.PARENT_MISSING,
        _("A line has no item"),
        _("What a line sells is not linked to an item of the books, and no SKU matches."),
        (
            _("Give product and item the same SKU, or mend the product in its own sync,"),
            _("or have such lines booked on “Custom line item”: the sync's settings offer it."),
        ),
        codes=("line_unmatched",),
    ),
    Special(
        Category.PARENT_MISSING,
        _("Customer is left out"),
        _("The billing contact is excluded from the contact sync; the message names the clause."),
        (
            _("Change the contact so that it meets the clause,"),
            _("or relax the filter of the contact sync."),
        ),
        fields=("CustomerRef",),
        codes=("parent_excluded",),
        next=_("The document follows by itself once its customer is in sync."),
    ),
    Special(
        Category.PARENT_MISSING,
        _("Customer did not make it"),
        _("The billing contact fails in the contact sync, so there is no customer to bill."),
        (_("Open the contact and mend it there."),),
        fields=("CustomerRef",),
        codes=("parent_failing",),
        next=_("The document follows by itself once its customer is in sync."),
    ),
    Special(
        Category.PARENT_MISSING,
        _("Customer is not known"),
        _("The billing contact is part of no contact sync, and its e-mail matches no customer."),
        (
            _("Choose another billing contact on the invoice,"),
            _("or give contact and customer the same e-mail address."),
        ),
        fields=("CustomerRef",),
        next=_("The document follows by itself once its customer is in sync."),
    ),
    *(
        Special(
            category,
            _("Billing contact is missing"),
            _("The invoice has no contact, so there is no customer to bill in QuickBooks."),
            (_("Add the billing contact to the invoice in HubSpot."),),
            types=_DOCUMENTS,
            fields=("CustomerRef", "contact"),
            codes=codes,
        )
        for category, codes in (
            (Category.PARENT_MISSING, ("parent_unnamed",)),
            (Category.FIELD_MISSING, ()),
        )
    ),
    Special(
        Category.PARENT_MISSING,
        _("Its invoice did not make it"),
        _("An invoice that this payment pays is not in sync; payments follow their invoices."),
        (_("Open the invoice and mend it there."),),
        types=(_PAYMENT,),
        fields=("lines",),
        next=_("The payment follows by itself once its invoice is in sync."),
    ),
    Special(
        Category.PARENT_MISSING,
        _("Invoice cannot take the payment"),
        _("The invoice is paid or voided there, or belongs to another customer or currency."),
        (
            _("Look at the invoice in QuickBooks: is the payment entered there already?"),
            _("If so, link this payment to that one."),
        ),
        types=(_PAYMENT,),
        codes=("620",),
    ),
    Special(
        Category.REFERENCE_INACTIVE,
        _("Item or its account is inactive"),
        _("An item on a line, or the account it is booked to, is inactive in QuickBooks."),
        (_("Make it active again in QuickBooks,"), _("or use another product on the line.")),
        types=(_INVOICE,),
        fields=("lines",),
    ),
    Special(
        Category.REFERENCE_INACTIVE,
        _("Customer is inactive"),
        _("The customer is inactive in QuickBooks and cannot be billed."),
        (_("Make the customer active again in QuickBooks,"), _("or bill another one.")),
        types=_DOCUMENTS,
        fields=("CustomerRef",),
    ),
    Special(
        Category.REFERENCE_INACTIVE,
        _("Account for payments is inactive"),
        _("The account that payments are deposited to is inactive or gone in QuickBooks."),
        (_("Choose another account in the settings of the payment sync."),),
        types=(_PAYMENT,),
        fields=("DepositToAccountRef",),
        next=_("All affected payments are tried again once it is chosen."),
    ),
    Special(
        Category.DUPLICATE_KEY,
        _("Invoice number is taken"),
        _("Another document in QuickBooks has this number already."),
        (
            _("Is it the same invoice? Then leave one of them out, or void it."),
            _("Else change the number of this one in HubSpot,"),
            _("or let QuickBooks number: switch off “Custom transaction numbers” there."),
        ),
        types=_DOCUMENTS,
        fields=("DocNumber",),
    ),
    Special(
        Category.FIELD_MISSING,
        _("Service date is missing"),
        _("Revenue recognition is on in QuickBooks: lines of such items need a service date."),
        (
            _("Enter the service date on the line,"),
            _("or switch off revenue recognition for the item in QuickBooks."),
        ),
        types=(_INVOICE,),
        fields=("lines", "ServiceDate"),
        codes=("6000",),
    ),
    Special(
        Category.FIELD_MISSING,
        _("A line is not complete"),
        _("The document has no lines, or a line has no item or amount."),
        (_("Complete the lines where the document was made."),),
        types=(_INVOICE,),
        fields=("lines",),
    ),
)

DOCUMENTS = (*_LOCKED, *_MONEY, *_PARENTS)
