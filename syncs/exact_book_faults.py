"""What people read when Exact refuses what a document sells, or how it is to be booked."""

from django.utils.translation import gettext_lazy as _

from integrations.contract import Category
from syncs.fault_terms import Special

_INVOICE, _ENTRY, _OPPORTUNITY = "sales_invoice", "sales_entry", "opportunity"
_BOOKED = (_INVOICE, _ENTRY)
_LINES = ("SalesInvoiceLines", "SalesEntryLines")

_ITEMS = (
    Special(
        Category.REFERENCE_INACTIVE,
        _("Item is not sold in Exact"),
        _("An item on a line is not marked as a sales item in Exact."),
        (
            _("In Exact mark the item as a sales item, then try again,"),
            _("or use another product on the line in HubSpot."),
        ),
        types=_BOOKED,
        codes=("not_for_sale",),
    ),
    Special(
        Category.REFERENCE_INACTIVE,
        _("Item is blocked in Exact"),
        _("An item on a line is blocked in Exact."),
        (_("In Exact unblock the item,"), _("or use another product on the line in HubSpot.")),
        types=_BOOKED,
        codes=("item_blocked",),
    ),
    Special(
        Category.FIELD_INVALID,
        _("Item is sold in whole numbers only"),
        _("A line has a fraction as its quantity, which Exact refuses for this item."),
        (
            _("In Exact allow fractions for the item,"),
            _("or use a whole number on the line in HubSpot."),
        ),
        types=_BOOKED,
        codes=("fraction", "quantity"),
    ),
    Special(
        Category.FIELD_MISSING,
        _("Deal without line items"),
        _("The deal has no line items, so there is nothing to put on the document."),
        (_("Add line items to the deal in HubSpot."),),
        types=_BOOKED,
        fields=_LINES,
    ),
    Special(
        Category.PARENT_MISSING,
        _("Item is gone in Exact"),
        _("Exact no longer knows an item that a line sells."),
        (_("Open the product: its page says what became of its item."),),
        types=_BOOKED,
        codes=("item_reference",),
    ),
    Special(
        Category.DUPLICATE_KEY,
        _("Item code is taken"),
        _("Another item in Exact has this code already."),
        (
            _("Is it the same product? Link it to that item."),
            _("If not, give the product another SKU in HubSpot."),
        ),
        types=("item",),
        fields=("Code",),
    ),
)

_SETTINGS = (
    *(
        Special(
            Category.TAX,
            _("VAT code does not do in Exact"),
            _("Exact refuses the VAT code: it is missing, blocked, or not meant for this journal."),
            (
                _("See in the sync's settings which code stands for which rate."),
                _("Choose another code there, or allow this one in Exact; then try again."),
            ),
            types=types,
            codes=codes,
        )
        for types, codes in (
            (_BOOKED, ("vat_missing", "vat_refused", "vat_required", "vat_reference")),
            (_BOOKED, ("vat_not_allowed", "vat_invalid")),
            (("account", "item"), ("vat_required", "vat_reference", "vat_invalid")),
        )
    ),
    Special(
        Category.CONFIGURATION,
        _("Journal does not do for sales"),
        _("The journal in the settings is not one for sales invoices."),
        (_("Open the sync's settings and choose a sales journal."),),
        types=_BOOKED,
        codes=("journal_type",),
    ),
    Special(
        Category.FIELD_MISSING,
        _("Sales journal not chosen"),
        _("Exact wants a sales journal on each document, and the sync has none to give."),
        (_("Open the sync's settings and choose the sales journal."),),
        types=_BOOKED,
        fields=("Journal",),
        next=_("All affected documents are tried again once it is chosen."),
    ),
    Special(
        Category.REFERENCE_INACTIVE,
        _("Sales journal is gone or blocked"),
        _("Exact no longer takes the sales journal of the settings."),
        (_("Open the sync's settings and choose another sales journal."),),
        types=_BOOKED,
        codes=("journal_reference", "journal_blocked"),
    ),
    Special(
        Category.REFERENCE_INACTIVE,
        _("Payment condition is gone"),
        _("Exact no longer takes the payment condition of the settings, or of the account."),
        (_("Open the sync's settings and choose another payment condition."),),
        codes=("condition_reference",),
    ),
    Special(
        Category.CONFIGURATION,
        _("Item has no revenue ledger account"),
        _("Exact does not know where to book the sale: neither item nor item group say."),
        (_("In Exact give the item group, or the item, a revenue ledger account."),),
        types=(_INVOICE,),
        codes=("ledger_missing",),
    ),
    Special(
        Category.FIELD_MISSING,
        _("Revenue ledger account not chosen"),
        _("The lines of an entry are booked on a ledger account, and the sync has none to give."),
        (_("Open the sync's settings and choose the revenue ledger account."),),
        types=(_ENTRY,),
        codes=("ledger_missing",),
        next=_("All affected entries are tried again once it is chosen."),
    ),
    Special(
        Category.REFERENCE_INACTIVE,
        _("Revenue ledger account does not do"),
        _("Exact no longer takes the ledger account of the settings: it is gone or blocked."),
        (_("Open the sync's settings and choose another revenue ledger account."),),
        types=(_ENTRY,),
        codes=("ledger_reference", "ledger_blocked"),
    ),
    Special(
        Category.REFERENCE_INACTIVE,
        _("Ledger account is blocked in Exact"),
        _("The ledger account that an item's sales are booked on is blocked in Exact."),
        (_("In Exact unblock the ledger account, or give the item group another one."),),
        types=(_INVOICE,),
        codes=("ledger_blocked",),
    ),
    Special(
        Category.REFERENCE_INACTIVE,
        _("Unit is gone in Exact"),
        _("Exact no longer knows the unit of an item on a line."),
        (_("In Exact give the item a unit that exists, then try again."),),
        types=_BOOKED,
        codes=("unit_reference",),
    ),
    Special(
        Category.CONFIGURATION,
        _("Invoice layout is gone in Exact"),
        _("Exact no longer knows the layout that the invoice was to be printed with."),
        (_("In Exact choose a layout for sales invoices, then try again."),),
        types=_BOOKED,
        codes=("layout_reference",),
    ),
    *(
        Special(
            Category.CURRENCY,
            _("Currency is not known in Exact"),
            _("The deal is in a currency that these books in Exact do not keep."),
            (
                _("In Exact add the currency, or choose a journal that takes it,"),
                _("or change the currency of the deal in HubSpot."),
            ),
            types=types,
            codes=("currency_reference", "currency_invalid"),
        )
        for types in (_BOOKED, (_OPPORTUNITY,))
    ),
    Special(
        Category.REFERENCE_INACTIVE,
        _("Opportunity stage is gone in Exact"),
        _("The stage that stands for the deal's stage is no longer there in Exact."),
        (_("Open the sync's settings and choose another stage for it."),),
        types=(_OPPORTUNITY,),
        codes=("stage_reference",),
        next=_("All affected opportunities are tried again once it is chosen."),
    ),
    Special(
        Category.FIELD_MISSING,
        _("Deal without a close date"),
        _("Exact wants a close date on each opportunity."),
        (_("Fill in the close date on the deal in HubSpot."),),
        types=(_OPPORTUNITY,),
        fields=("CloseDate",),
    ),
)

BOOKKEEPING = (*_ITEMS, *_SETTINGS)
