"""HubSpot and QuickBooks Online: invoices, the payments that follow them, and notes on deals."""

from django.utils.translation import gettext_lazy as _

from syncs.engine.terms import (
    Condition,
    Direction,
    ExcludeReason,
    Mode,
    Operator,
    Removal,
    Side,
    TotalRule,
    Transform,
    TransformKind,
)
from syncs.recipes.document_settings import (
    CUSTOM,
    EXPENSE_ACCOUNT,
    INCOME_ACCOUNT,
    NO_TAX,
    PRICES_INCLUDE_TAX,
    REFUSE,
    TAXES,
    UNMATCHED,
)
from syncs.recipes.terms import (
    CustomItem,
    DefaultCondition,
    DefaultMapping,
    Document,
    End,
    Ledger,
    Recipe,
    Setting,
    SettingKind,
    TaxWay,
    Worth,
)

HUBSPOT = "hubspot"
QUICKBOOKS = "quickbooks"
CONTACTS = "hubspot_quickbooks_contacts"
PRODUCTS = "hubspot_quickbooks_products"
INVOICES = "hubspot_quickbooks_invoices"
PAYMENTS = "hubspot_quickbooks_payments"
OUTBOUND = (Direction.TO_RIGHT, Direction.BOTH)


def _reference(object_type: str) -> Transform:
    return Transform(TransformKind.REFERENCE, object_type=object_type)


def _out(key: str, left: str, right: str, *, optional: bool = False) -> DefaultMapping:
    """Copied to QuickBooks for what was made in HubSpot."""
    way = Direction.TO_RIGHT
    return DefaultMapping(key, (left,), (right,), way, born=Side.LEFT, optional=optional)


def _in(
    key: str, left: str, right: str, transform: Transform | None = None, *, locked: bool = False
) -> DefaultMapping:
    """Copied to HubSpot for what was made in QuickBooks."""
    made = transform or Transform()
    way = Direction.TO_LEFT
    return DefaultMapping(key, (left,), (right,), way, made, locked=locked, born=Side.RIGHT)


def _left_only(condition: Condition) -> DefaultCondition:
    return DefaultCondition(Side.LEFT, condition)


_STATUS = Transform(
    TransformKind.CHOICE_TABLE,
    table=(("open", "open"), ("open", "partly_paid"), ("paid", "paid"), ("voided", "voided")),
)

_INVOICES = Recipe(
    code=INVOICES,
    label=_("Invoices"),
    description=_(
        "Finalised HubSpot invoices are booked in QuickBooks; QuickBooks invoices appear in "
        "HubSpot. Amounts and lines are changed where the invoice was made."
    ),
    left=End(HUBSPOT, "invoice"),
    right=End(QUICKBOOKS, "invoice"),
    mappings=(
        DefaultMapping(
            "customer",
            ("contact",),
            ("CustomerRef",),
            transform=_reference("contact"),
            locked=True,
            owned=True,
        ),
        DefaultMapping(
            "lines",
            ("lines",),
            ("lines",),
            transform=Transform(TransformKind.LINES, object_type="product"),
            locked=True,
            owned=True,
        ),
        # QuickBooks numbers invoices itself unless custom transaction numbers are on there.
        _out("number_out", "hs_number", "DocNumber", optional=True),
        _in("number_in", "hs_number", "DocNumber"),
        DefaultMapping("currency", ("hs_currency",), ("CurrencyRef",), locked=True),
        _out("date_out", "hs_invoice_date", "TxnDate"),
        _in("date_in", "hs_invoice_date", "TxnDate"),
        _out("due_out", "hs_due_date", "DueDate"),
        _in("due_in", "hs_due_date", "DueDate"),
        DefaultMapping("message", ("hs_comments",), ("CustomerMemo",)),
        _in("total_in", "hs_amount_billed", "TotalAmt", locked=True),
        _in("status_in", "hs_invoice_status", "Status", _STATUS, locked=True),
    ),
    # An invoice is never joined with another by a number that both happen to have.
    match_rules=(),
    conditions=(
        _left_only(
            Condition(
                "hs_invoice_billable",
                Operator.NOT_EQUALS,
                ("false",),
                fixed=True,
                reason=ExcludeReason.MADE_BY_INTEGRATION,
            )
        ),
        _left_only(
            Condition(
                "hs_invoice_source",
                Operator.IS_NONE_OF,
                ("data_sync", "legacy_quickbooks"),
                fixed=True,
                reason=ExcludeReason.MADE_BY_INTEGRATION,
            )
        ),
        _left_only(
            Condition(
                "hs_invoice_status",
                Operator.NOT_EQUALS,
                ("draft",),
                fixed=True,
                reason=ExcludeReason.DRAFT,
            )
        ),
    ),
    settings=(
        Setting(
            name=UNMATCHED,
            label=_("A line without an item in QuickBooks"),
            help=_("Lines are matched to items by the linked product, then by SKU."),
            side=Side.RIGHT,
            kind=SettingKind.OPTION,
            options=(
                (CUSTOM, _("is booked on the item “Custom line item”, made once")),
                (REFUSE, _("stops its invoice, which then says so")),
            ),
            default=CUSTOM,
        ),
        Setting(
            name=INCOME_ACCOUNT,
            label=_("Income account of “Custom line item”"),
            help=_("What is sold without an item of its own is booked to this account."),
            side=Side.RIGHT,
            choice_list="income_accounts",
            only_when=(UNMATCHED, CUSTOM),
        ),
        Setting(
            name=EXPENSE_ACCOUNT,
            label=_("Expense account of “Custom line item”"),
            help=_("QuickBooks asks for one in the United Kingdom and in Canada."),
            side=Side.RIGHT,
            choice_list="expense_accounts",
            is_optional=True,
        ),
        Setting(
            name=TAXES,
            label=_("Tax rates"),
            help=_("Which QuickBooks tax code stands for which HubSpot tax rate."),
            side=Side.RIGHT,
            choice_list="tax_codes",
            other_list="tax_rates",
            kind=SettingKind.TABLE,
            is_optional=True,
        ),
        Setting(
            name=NO_TAX,
            label=_("Tax code of lines without a tax rate"),
            help=_("Outside the United States QuickBooks wants a tax code on every line."),
            side=Side.RIGHT,
            choice_list="tax_codes",
            is_optional=True,
        ),
        Setting(
            name=PRICES_INCLUDE_TAX,
            label=_("Prices in HubSpot include tax"),
            help=_("Then QuickBooks takes the tax out of the amounts instead of adding it."),
            side=Side.RIGHT,
            kind=SettingKind.SWITCH,
            is_optional=True,
        ),
        Setting(
            name="terms",
            label=_("Terms of new invoices in QuickBooks"),
            help=_("The due date of the HubSpot invoice goes along in any case."),
            side=Side.RIGHT,
            choice_list="terms",
            field="SalesTermRef",
            is_optional=True,
        ),
    ),
    left_removed=Removal.ARCHIVE,
    right_removed=Removal.ARCHIVE,
    needs=(CONTACTS, PRODUCTS),
    # Whoever was changed after the start counts too; older ones are sent by hand.
    starts={Side.LEFT: "hs_lastmodifieddate"},
    edited_at_birth=frozenset({Side.RIGHT}),
    totals=(TotalRule("hs_amount_billed", "TotalAmt", "Total"),),
    document=Document(
        product="product",
        left_total="hs_amount_billed",
        right_total="TotalAmt",
        left_currency="hs_currency",
        adjustments="order_adjustments",
        # Companies outside the United States write it, and need a tax code on every line.
        right_tax_way=TaxWay("GlobalTaxCalculation", "TaxInclusive", "TaxExcluded"),
        custom_item=CustomItem(
            "item",
            "Name",
            "Custom line item",
            {INCOME_ACCOUNT: "IncomeAccountRef", EXPENSE_ACCOUNT: "ExpenseAccountRef"},
            {"Type": "Service"},
        ),
    ),
    ledger=Ledger(
        customer_type="contact",
        left={
            "day": "hs_invoice_date",
            "customer": "contact",
            "currency": "hs_currency",
            "amount": "hs_amount_billed",
            "status": "hs_invoice_status",
        },
        right={
            "day": "TxnDate",
            "customer": "CustomerRef",
            "currency": "CurrencyRef",
            "amount": "TotalAmt",
        },
        left_drafts=frozenset({"draft"}),
    ),
    worth={
        Side.LEFT: Worth("hs_amount_billed", "hs_currency"),
        Side.RIGHT: Worth("TotalAmt", "CurrencyRef"),
    },
    since_today={Side.RIGHT: "MetaData.CreateTime"},
    # Payments ask for what is open of their invoice, notes for its deal.
    also_read={
        Side.LEFT: frozenset({"deal", "hs_invoice_date"}),
        Side.RIGHT: frozenset({"Balance", "TxnDate"}),
    },
)

_PAYMENTS = Recipe(
    code=PAYMENTS,
    label=_("Payments"),
    description=_("Payments of the invoices that are in sync, with what was applied to which."),
    left=End(HUBSPOT, "payment"),
    right=End(QUICKBOOKS, "payment"),
    mappings=(
        DefaultMapping("amount", ("received",), ("TotalAmt",), locked=True, owned=True),
        DefaultMapping(
            "invoices",
            ("lines",),
            ("lines",),
            transform=Transform(TransformKind.ALLOCATIONS, object_type="invoice"),
            locked=True,
            owned=True,
        ),
        DefaultMapping(
            "customer_out",
            ("lines",),
            ("CustomerRef",),
            Direction.TO_RIGHT,
            Transform(TransformKind.PARENT_FIELD, object_type="invoice", text="CustomerRef"),
            locked=True,
            born=Side.LEFT,
        ),
        _in("contact_in", "contact", "CustomerRef", _reference("contact"), locked=True),
        DefaultMapping("currency", ("hs_currency_code",), ("CurrencyRef",), locked=True),
        _out("date_out", "hs_initiated_date", "TxnDate"),
        _in("date_in", "hs_initiated_date", "TxnDate"),
        DefaultMapping(
            "reference_out",
            ("hs_reference_number",),
            ("PaymentRefNum",),
            Direction.TO_RIGHT,
            Transform(TransformKind.TRUNCATE),
            born=Side.LEFT,
        ),
        _in("reference_in", "hs_reference_number", "PaymentRefNum"),
    ),
    match_rules=(),
    conditions=(
        _left_only(
            Condition(
                "hs_latest_status",
                Operator.IS_ONE_OF,
                ("succeeded", "partially_refunded", "refunded"),
                fixed=True,
            )
        ),
    ),
    settings=(
        Setting(
            name="deposit_account",
            label=_("Account that payments are deposited to"),
            help=_("Not chosen: Undeposited Funds."),
            side=Side.RIGHT,
            choice_list="deposit_accounts",
            field="DepositToAccountRef",
            is_optional=True,
        ),
    ),
    left_creation={
        "hs_latest_status": "succeeded",
        "hs_processor_type": "quickbooks",
        "hs_payment_method_type": "other",
    },
    left_removed=Removal.ARCHIVE,
    right_removed=Removal.ARCHIVE,
    needs=(INVOICES,),
    follows=INVOICES,
    follows_when=OUTBOUND,
    totals=(TotalRule("received", "TotalAmt", "Amount"),),
    document=Document(
        product="invoice",
        left_total="received",
        right_total="TotalAmt",
        left_currency="hs_currency_code",
    ),
    worth={
        Side.LEFT: Worth("received", "hs_currency_code"),
        Side.RIGHT: Worth("TotalAmt", "CurrencyRef"),
    },
)

_NOTE = "QuickBooks: payment of {TotalAmt} {CurrencyRef} received on {TxnDate}."

_PAYMENT_NOTES = Recipe(
    code="hubspot_quickbooks_payment_notes",
    label=_("Payment notes"),
    description=_("Each payment is told once, as a note on the timeline of the invoice's deal."),
    left=End(HUBSPOT, "note"),
    right=End(QUICKBOOKS, "payment"),
    mappings=(
        DefaultMapping(
            "body",
            ("hs_note_body",),
            ("TotalAmt", "CurrencyRef", "TxnDate"),
            Direction.TO_LEFT,
            Transform(TransformKind.TEMPLATE, text=_NOTE),
        ),
        DefaultMapping("time", ("hs_timestamp",), ("TxnDate",), Direction.TO_LEFT, locked=True),
        DefaultMapping(
            "deal",
            ("deal",),
            ("lines",),
            Direction.TO_LEFT,
            Transform(TransformKind.PARENT_FIELD, object_type="invoice", text="deal"),
            locked=True,
        ),
    ),
    match_rules=(),
    directions=(Direction.TO_LEFT,),
    mode=Mode.ONCE,
    needs=(INVOICES,),
    follows=INVOICES,
    follows_when=(Direction.TO_LEFT, Direction.BOTH),
    worth={Side.RIGHT: Worth("TotalAmt", "CurrencyRef")},
)

RECIPES = (_INVOICES, _PAYMENTS, _PAYMENT_NOTES)
