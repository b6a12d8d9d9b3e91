"""HubSpot and Exact Online: deals become sales invoices, or sales entries without a document."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from integrations.contract import Choice, Field, FieldType
from syncs.engine.terms import Direction, Mode, Side, Transform, TransformKind
from syncs.recipes.document_settings import (
    CUSTOM,
    ITEM_CODE,
    ITEM_GROUP,
    NO_TAX,
    REFUSE,
    TAXES,
    UNIT,
    UNMATCHED,
)
from syncs.recipes.hubspot_exact import (
    COMPANIES,
    DEFAULT_ITEM_NOTES,
    EXACT,
    HUBSPOT,
    PRODUCTS,
    RIGHT_ONLY,
    STAGES,
    WHO,
    owner,
    owners_table,
    reference,
)
from syncs.recipes.terms import (
    NOBODY,
    CustomItem,
    DefaultMapping,
    Document,
    End,
    Recipe,
    Setting,
    SettingKind,
    Words,
    Worth,
)

INVOICES = "hubspot_exact_invoices"
ENTRIES = "hubspot_exact_entries"
OPPORTUNITIES = "hubspot_exact_opportunities"
# HubSpot keeps it itself: editing an old deal does not change it.
STAGE_SINCE = "hs_v2_date_entered_current_stage"
CUSTOMER = ("company", "contact")
DRAFT, FINAL = "draft", "final"

_PAYMENT_STATUSES = (
    Choice("draft", "Draft"),
    Choice("open", "Open"),
    Choice("partly_paid", "Partly paid"),
    Choice("paid", "Paid"),
    Choice("overdue", "Overdue"),
)
# Made in HubSpot when a sync of documents is switched on; what becomes of the document is
# written there.
_MADE = (
    Field("saldo_invoice_number", "Invoice number in the books"),
    Field(
        "saldo_payment_status",
        "Payment status in the books",
        FieldType.CHOICE,
        choices=_PAYMENT_STATUSES,
    ),
    Field("saldo_amount_open", "Amount open in the books", FieldType.NUMBER),
    Field("saldo_amount_paid", "Amount paid in the books", FieldType.NUMBER),
    Field("saldo_paid_on", "Paid on", FieldType.DATE),
    Field("saldo_due_on", "Invoice due on", FieldType.DATE),
)


def _out(
    key: str,
    left: str | tuple[str, ...],
    right: str,
    transform: Transform | None = None,
    *,
    owned: bool = False,
    enabled: bool = True,
) -> DefaultMapping:
    """What the document is made of; `owned`: it says so when that changes afterwards."""
    fields = (left,) if isinstance(left, str) else left
    made = transform or Transform()
    way = Direction.TO_RIGHT
    return DefaultMapping(
        key, fields, (right,), way, made, enabled=enabled, locked=owned, owned=owned
    )


def _back(key: str, left: str, right: str) -> DefaultMapping:
    """What became of the document; also that a payment was taken back."""
    return DefaultMapping(key, (left,), (right,), Direction.TO_LEFT, erase=True)


def _ways_back(number: str) -> tuple[DefaultMapping, ...]:
    return (
        _back("number_in", "saldo_invoice_number", number),
        _back("payment_status_in", "saldo_payment_status", "PaymentStatus"),
        _back("amount_open_in", "saldo_amount_open", "AmountOpen"),
        _back("amount_paid_in", "saldo_amount_paid", "AmountPaid"),
        _back("paid_on_in", "saldo_paid_on", "PaidOn"),
        _back("due_on_in", "saldo_due_on", "DueDate"),
    )


_SHORTEN = Transform(TransformKind.TRUNCATE)


def _lines(right: str, product: str) -> DefaultMapping:
    transform = Transform(TransformKind.LINES, object_type=product)
    return _out("lines", "line_items", right, transform, owned=True)


def _starting(label: Words, by_hand: Words) -> tuple[Setting, Setting]:
    """Which deals make a document: any number of pairs of pipeline and stage, or none."""
    return (
        Setting(
            name=WHO,
            label=label,
            help=_("Whichever you choose, “Invoice now” makes one for any deal, once."),
            side=Side.LEFT,
            kind=SettingKind.OPTION,
            options=(
                (STAGES, _("when a deal reaches one of the stages chosen below")),
                (NOBODY, by_hand),
            ),
            default=STAGES,
            filters="pipeline_stage",
        ),
        Setting(
            name=STAGES,
            label=_("Pipelines and stages"),
            help=_(
                "Deals that were in such a stage before the sync was switched on are left out; "
                "“Send older ones” takes them along."
            ),
            side=Side.LEFT,
            choice_list="deal_stages",
            kind=SettingKind.CHOICES,
            only_when=(WHO, STAGES),
            filters="pipeline_stage",
        ),
    )


_JOURNAL = Setting(
    name="journal",
    label=_("Sales journal"),
    help=_("It numbers the documents, and says in which books they stand."),
    side=Side.RIGHT,
    choice_list="sales_journals",
    field="Journal",
)
_PAYMENT_CONDITION = Setting(
    name="payment_condition",
    label=_("Payment condition"),
    help=_("Not chosen: the one of the account."),
    side=Side.RIGHT,
    choice_list="payment_conditions",
    field="PaymentCondition",
    is_optional=True,
)
_TAX = (
    Setting(
        name=TAXES,
        label=_("Tax rates and VAT codes"),
        help=_("Which VAT code in Exact stands for which HubSpot tax rate."),
        side=Side.RIGHT,
        choice_list="vat_codes",
        other_list="tax_rates",
        kind=SettingKind.TABLE,
        is_optional=True,
    ),
    Setting(
        name=NO_TAX,
        label=_("VAT code of lines without a tax rate"),
        help=_("Not chosen: the one of the item, else of the account."),
        side=Side.RIGHT,
        choice_list="vat_codes",
        is_optional=True,
    ),
)
# What is sold without an item of its own goes on one item, found by its code or made once.
_DEFAULT_ITEM = (
    Setting(
        name=UNMATCHED,
        label=_("A line without an item in Exact"),
        help=_("Lines are matched to items by the linked product, then by SKU."),
        side=Side.RIGHT,
        kind=SettingKind.OPTION,
        options=(
            (CUSTOM, _("goes on the default item below")),
            (REFUSE, _("stops its invoice, which then says so")),
        ),
        default=CUSTOM,
    ),
    Setting(
        name=ITEM_CODE,
        label=_("Code of the default item"),
        help=_("The item with this code is taken; where there is none, it is made once."),
        side=Side.RIGHT,
        kind=SettingKind.TEXT,
        default="HUBSPOT",
        only_when=(UNMATCHED, CUSTOM),
    ),
    Setting(
        name=UNIT,
        label=_("Unit of the default item"),
        help=_("It says in what the item is counted."),
        side=Side.RIGHT,
        choice_list="units",
        only_when=(UNMATCHED, CUSTOM),
    ),
    Setting(
        name=ITEM_GROUP,
        label=_("Item group of the default item"),
        help=_("It decides where these sales are booked."),
        side=Side.RIGHT,
        choice_list="item_groups",
        only_when=(UNMATCHED, CUSTOM),
    ),
)


# Made once of a deal; afterwards only what becomes of it goes back.
_INVOICES = Recipe(
    code=INVOICES,
    label=_("Sales invoices of deals"),
    description=_(
        "A deal in a chosen stage becomes a sales invoice in Exact, once; number and payment "
        "status go back to the deal."
    ),
    left=End(HUBSPOT, "deal"),
    right=End(EXACT, "sales_invoice"),
    mappings=(
        _out("customer", CUSTOMER, "OrderedBy", reference(), owned=True),
        _out(
            "contact_person",
            "contact",
            "OrderedByContactPerson",
            reference("contact"),
            enabled=False,
        ),
        _lines("SalesInvoiceLines", "product"),
        _out("currency", "deal_currency_code", "Currency", owned=True),
        _out("your_ref", "dealname", "YourRef", _SHORTEN),
        _out("description", "dealname", "Description", _SHORTEN),
        _out("remarks", "description", "Remarks", enabled=False),
        owner("salesperson", "Salesperson"),
        *_ways_back("InvoiceNumber"),
    ),
    # An invoice is never joined with another by a number that both happen to have.
    match_rules=(),
    settings=(
        *_starting(_("A sales invoice is made"), _("only when somebody asks for it")),
        Setting(
            name="processing",
            label=_("Invoices are made as"),
            help=_("A final invoice is printed and booked at once, and cannot be changed again."),
            side=Side.RIGHT,
            kind=SettingKind.OPTION,
            options=(
                (DRAFT, _("drafts, which somebody in finance looks through and processes")),
                (FINAL, _("final invoices")),
            ),
            default=DRAFT,
            field="Processing",
        ),
        _JOURNAL,
        _PAYMENT_CONDITION,
        *_DEFAULT_ITEM,
        *_TAX,
        owners_table(_("Who is the salesperson in Exact, for each owner in HubSpot.")),
    ),
    document=Document(
        product="product",
        # A deal's amount is whatever somebody entered: its lines count.
        left_total="",
        right_total="AmountFC",
        left_currency="deal_currency_code",
        custom_item=CustomItem(
            "item",
            "Code",
            "HUBSPOT",
            {UNIT: "Unit", ITEM_GROUP: "ItemGroup"},
            {
                "Description": "Custom line item",
                "Notes": DEFAULT_ITEM_NOTES,
                "IsSalesItem": True,
                "IsFractionAllowedItem": True,
            },
            name_from=ITEM_CODE,
        ),
    ),
    # The status back is half of the use; those who do not want it choose one way.
    directions=(Direction.BOTH, Direction.TO_RIGHT),
    mode=Mode.ONCE,
    needs=(COMPANIES, PRODUCTS),
    starts={Side.LEFT: STAGE_SINCE},
    also_read={
        Side.LEFT: frozenset({"amount"}),
        Side.RIGHT: frozenset({"AmountFC", "Status"}),
    },
    creates=RIGHT_ONLY,
    worth={
        Side.LEFT: Worth("amount", "deal_currency_code"),
        Side.RIGHT: Worth("AmountFC", "Currency"),
    },
    makes={Side.LEFT: _MADE},
    excludes=(ENTRIES, OPPORTUNITIES),
)

_ENTRIES = replace(
    _INVOICES,
    code=ENTRIES,
    label=_("Sales entries of deals"),
    description=_(
        "A deal in a chosen stage is booked in Exact as a sales entry, once, without an invoice "
        "document; number and payment status go back to the deal."
    ),
    right=End(EXACT, "sales_entry"),
    mappings=(
        _out("customer", CUSTOMER, "Customer", reference(), owned=True),
        _lines("SalesEntryLines", ""),
        _out("currency", "deal_currency_code", "Currency", owned=True),
        _out("your_ref", "dealname", "YourRef", _SHORTEN),
        _out("description", "dealname", "Description", _SHORTEN),
        _out("entry_date", "closedate", "EntryDate", enabled=False),
        *_ways_back("EntryNumber"),
    ),
    settings=(
        *_starting(_("A sales entry is booked"), _("only when somebody asks for it")),
        _JOURNAL,
        Setting(
            name="revenue_account",
            label=_("Revenue ledger account"),
            help=_("All lines are booked on it."),
            side=Side.RIGHT,
            choice_list="revenue_accounts",
            field="RevenueAccount",
        ),
        _PAYMENT_CONDITION,
        *_TAX,
    ),
    # An entry has no items: its lines are amounts on a ledger account.
    document=Document(
        product="",
        left_total="",
        right_total="AmountFC",
        left_currency="deal_currency_code",
    ),
    needs=(COMPANIES,),
    excludes=(INVOICES, OPPORTUNITIES),
)

RECIPES = (_INVOICES, _ENTRIES)
