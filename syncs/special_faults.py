"""More precise words for faults of which the object type, the field or the code says more."""

from django.utils.translation import gettext_lazy as _

from integrations.contract import Category
from syncs.document_faults import DOCUMENTS
from syncs.exact_faults import EXACT
from syncs.fault_terms import Special

_RECORDS = (
    Special(
        Category.DUPLICATE_KEY,
        _("Customer name is taken"),
        _("QuickBooks wants each display name once. A contact of the same company may have it."),
        (
            _("Is it the same customer? Link this contact to it."),
            _("Else use one billing contact per company and exclude the others,"),
            _("or switch off the mapping of the display name: then each person gets their own."),
        ),
        types=("customer",),
        fields=("DisplayName",),
    ),
    Special(
        Category.DUPLICATE_KEY,
        _("Item name is taken"),
        _("QuickBooks wants each item name once, and an inactive item keeps its name."),
        (
            _("Is it the same product? Link it to the existing item, or give both the same SKU."),
            _("If not, rename one of them."),
        ),
        types=("item",),
        fields=("Name",),
    ),
    Special(
        Category.FIELD_MISSING,
        _("Income account not chosen"),
        _("New items need an income account, and the sync has none to give them."),
        (_("Open the sync's settings and choose the income account for new items."),),
        types=("item",),
        fields=("IncomeAccountRef",),
        next=_("All affected records are tried again once it is chosen."),
    ),
    Special(
        Category.FIELD_INVALID,
        _("Text is too long"),
        _("A text is longer than the other side takes; the message names the field."),
        (
            _("Shorten it on the record,"),
            _("or set its mapping to “copy and shorten”."),
        ),
        codes=("too_long", "2050", "PROPERTY_VALUE_TOO_LONG", "VALUE_TOO_LONG"),
    ),
    Special(
        Category.MATCH_AMBIGUOUS,
        _("Several claim one partner"),
        _("More than one record here could have the same partner, so Saldo links none of them."),
        (
            _("Are they the same thing? Merge them, or archive one of them, where they are kept."),
            _("Else pick the right partner for one of them and exclude the others."),
        ),
        codes=("rivals",),
    ),
    Special(
        Category.MATCH_AMBIGUOUS,
        _("Its partner was excluded"),
        _("The record that fits on the other side was left out by hand, so Saldo links nothing."),
        (
            _("Take that record into the sync again,"),
            _("or pick the right partner here, or choose “Create a new one”."),
        ),
        codes=("partner_excluded",),
    ),
    Special(
        Category.CONFLICT,
        _("Changed there meanwhile"),
        _("Somebody changed it on the other side while it was being written. Nothing was lost."),
        (_("Nothing to do; try it again if it stays here."),),
        codes=("5010", "HTTP_409"),
        next=_("Saldo reads it again and decides anew."),
    ),
)

SPECIAL = (*_RECORDS, *DOCUMENTS, *EXACT)
