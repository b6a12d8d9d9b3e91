"""HubSpot and Exact Online: companies and people with accounts, contacts, products with items."""

from django.utils.translation import gettext_lazy as _

from syncs.engine.terms import (
    Condition,
    Direction,
    ExcludeReason,
    MatchRule,
    Normaliser,
    Operator,
    Policy,
    Removal,
    Side,
    Transform,
    TransformKind,
)
from syncs.recipes.countries import COUNTRIES
from syncs.recipes.terms import (
    NOBODY,
    DefaultCondition,
    DefaultMapping,
    End,
    Recipe,
    Setting,
    SettingKind,
    Words,
)

HUBSPOT = "hubspot"
EXACT = "exact"
COMPANIES = "hubspot_exact_companies"
PEOPLE = "hubspot_exact_people"
CONTACTS = "hubspot_exact_contacts"
PRODUCTS = "hubspot_exact_products"

# Settings by name, and the options of "who".
WHO, STAGES = "who", "stages"
ALL, CHOSEN = "all", "stages"
OWNERS = "owners"
OUT = (Direction.TO_RIGHT, Direction.BOTH)
RIGHT_ONLY = frozenset({Side.RIGHT})
# By this the item is known that Saldo makes for lines without one.
DEFAULT_ITEM_NOTES = "Made by Saldo for lines without an item"


def same(
    key: str, left: str, right: str, *, locked: bool = False, enabled: bool = True
) -> DefaultMapping:
    """One field copied both ways, as far as the sync goes both ways."""
    return DefaultMapping(key, (left,), (right,), locked=locked, enabled=enabled)


def first_filled(key: str, left: tuple[str, ...], right: str, text: str = "") -> DefaultMapping:
    """The first of several fields, or templates, that has a value; to Exact only."""
    transform = Transform(TransformKind.FIRST_FILLED, text=text)
    return DefaultMapping(key, left, (right,), Direction.TO_RIGHT, transform)


def reference(object_type: str = "") -> Transform:
    return Transform(TransformKind.REFERENCE, object_type=object_type)


def owner(key: str, right: str) -> DefaultMapping:
    """HubSpot's owner as the user who stands for him or her in the table of the settings."""
    table = Transform(TransformKind.CHOICE_TABLE)
    left = ("hubspot_owner_id",)
    return DefaultMapping(key, left, (right,), Direction.TO_RIGHT, table, table=OWNERS)


def owners_table(use: Words) -> Setting:
    return Setting(
        name=OWNERS,
        label=_("Owners and users"),
        help=use,
        side=Side.RIGHT,
        choice_list="users",
        other_list="owners",
        kind=SettingKind.TABLE,
        is_optional=True,
    )


def _who(label: Words, everyone: Words, nobody: Words, stage_list: str) -> tuple[Setting, Setting]:
    """All, none, or those in chosen lifecycle stages."""
    return (
        Setting(
            name=WHO,
            label=label,
            help=_("Whoever is left out says so in the list, and why."),
            side=Side.LEFT,
            kind=SettingKind.OPTION,
            options=(
                (CHOSEN, _("only those in the lifecycle stages chosen below")),
                (ALL, everyone),
                (NOBODY, nobody),
            ),
            default=CHOSEN,
            filters="lifecyclestage",
        ),
        Setting(
            name=STAGES,
            label=_("Lifecycle stages"),
            help=_("As they are in your HubSpot now; several can be chosen."),
            side=Side.LEFT,
            choice_list=stage_list,
            kind=SettingKind.CHOICES,
            only_when=(WHO, CHOSEN),
            filters="lifecyclestage",
        ),
    )


def _given(
    name: str,
    label: Words,
    help: Words,  # noqa: A002  # as the setting calls it
    choices: str,
    field: str,
    *,
    default: str = "",
    optional: bool = False,
) -> Setting:
    """One of Exact's choices that new records there are made with."""
    return Setting(
        name=name,
        label=label,
        help=help,
        side=Side.RIGHT,
        choice_list=choices,
        field=field,
        default=default,
        is_optional=optional,
    )


# What an account is made with. Later changes of it in Exact are left alone.
_NEW_ACCOUNTS = (
    _given(
        "status",
        _("Status of new accounts"),
        _("Exact invoices customers only, not prospects or suspects."),
        "account_types",
        "Status",
        default="C",
    ),
    _given(
        "vat_code",
        _("VAT code of new accounts"),
        _("For what is sold to them, where the item or line says nothing else."),
        "vat_codes",
        "SalesVATCode",
    ),
    _given(
        "payment_condition",
        _("Payment condition of new accounts"),
        _("When their invoices are due."),
        "payment_conditions",
        "PaymentConditionSales",
    ),
    _given(
        "revenue_account",
        _("Revenue ledger account of new accounts"),
        _("Where sales to them are booked, unless the item says otherwise."),
        "revenue_accounts",
        "GLAccountSales",
    ),
    _given(
        "classification",
        _("Classification of new accounts"),
        _("Exact's first classification, if you use it."),
        "classifications",
        "Classification1",
        optional=True,
    ),
)

_COUNTRY = DefaultMapping(
    "country",
    ("country",),
    ("Country",),
    Direction.TO_RIGHT,
    Transform(TransformKind.CHOICE_TABLE, table=COUNTRIES),
)

_COMPANIES = Recipe(
    code=COMPANIES,
    label=_("Companies and accounts"),
    description=_(
        "HubSpot companies become accounts in Exact, and stay up to date there. Companies that "
        "are accounts already are found by VAT number, chamber number, domain or name."
    ),
    left=End(HUBSPOT, "company"),
    right=End(EXACT, "account"),
    mappings=(
        same("name", "name", "Name"),
        first_filled("website", ("website", "domain"), "Website"),
        same("phone", "phone", "Phone"),
        same("street", "address", "AddressLine1"),
        same("street2", "address2", "AddressLine2"),
        same("postcode", "zip", "Postcode"),
        same("city", "city", "City"),
        _COUNTRY,
        same("remarks", "description", "Remarks", enabled=False),
        owner("manager", "AccountManager"),
    ),
    # HubSpot has no property for the two numbers: whoever maps one of their own gets the rule.
    match_rules=(
        MatchRule("vat_number", "", "VATNumber", Normaliser.REGISTERED),
        MatchRule("chamber_number", "", "ChamberOfCommerce", Normaliser.REGISTERED),
        MatchRule("website", "domain", "Website", Normaliser.COMPANY_DOMAIN),
        MatchRule("email_domain", "domain", "Email", Normaliser.COMPANY_DOMAIN),
        MatchRule("name", "name", "Name", Normaliser.COMPANY),
    ),
    settings=(
        *_who(
            _("Which companies go to Exact"),
            _("all companies"),
            _("no companies"),
            "company.lifecyclestage",
        ),
        *_NEW_ACCOUNTS,
        owners_table(_("Who manages the account in Exact, for each owner in HubSpot.")),
    ),
    directions=OUT,
    creates=RIGHT_ONLY,
)

_PEOPLE = Recipe(
    code=PEOPLE,
    label=_("People without a company and accounts"),
    description=_(
        "HubSpot contacts that belong to no company become accounts of their own in Exact, so "
        "that private customers can be invoiced. They are found by e-mail address."
    ),
    left=End(HUBSPOT, "contact"),
    right=End(EXACT, "account"),
    mappings=(
        first_filled(
            "name",
            ("firstname", "lastname", "email"),
            "Name",
            "{firstname} {lastname}|{email}",
        ),
        same("email", "email", "Email"),
        first_filled("phone", ("phone", "mobilephone"), "Phone"),
        same("street", "address", "AddressLine1"),
        same("postcode", "zip", "Postcode"),
        same("city", "city", "City"),
        _COUNTRY,
    ),
    match_rules=(MatchRule("email", "email", "Email", Normaliser.EMAIL),),
    conditions=(
        DefaultCondition(
            Side.LEFT,
            Condition(
                "associatedcompanyid",
                Operator.IS_EMPTY,
                fixed=True,
                reason=ExcludeReason.HAS_COMPANY,
            ),
        ),
    ),
    settings=(
        *_who(
            _("Which people without a company go to Exact"),
            _("all of them"),
            _("none of them"),
            "lifecyclestage",
        ),
        *_NEW_ACCOUNTS,
    ),
    directions=OUT,
    # The account that an e-mail address leads to may be a company's: its name stays.
    policy=Policy.RIGHT,
    creates=RIGHT_ONLY,
)

_CONTACTS = Recipe(
    code=CONTACTS,
    label=_("Contacts of companies"),
    description=_(
        "HubSpot contacts become contacts of their company's account in Exact, found by e-mail "
        "address."
    ),
    left=End(HUBSPOT, "contact"),
    right=End(EXACT, "contact"),
    mappings=(
        DefaultMapping(
            "account",
            ("associatedcompanyid",),
            ("Account",),
            Direction.TO_RIGHT,
            reference("company"),
            locked=True,
            exclude_orphans=True,
        ),
        same("first_name", "firstname", "FirstName"),
        same("last_name", "lastname", "LastName"),
        same("email", "email", "Email"),
        same("phone", "phone", "Phone"),
        same("mobile", "mobilephone", "Mobile"),
        same("job_title", "jobtitle", "JobTitleDescription"),
    ),
    match_rules=(MatchRule("email", "email", "Email", Normaliser.EMAIL),),
    conditions=(
        DefaultCondition(
            Side.LEFT,
            Condition(
                "associatedcompanyid",
                Operator.IS_FILLED,
                fixed=True,
                reason=ExcludeReason.NO_COMPANY,
            ),
        ),
    ),
    settings=_who(
        _("Which contacts go to Exact"), _("all contacts"), _("no contacts"), "lifecyclestage"
    ),
    directions=OUT,
    needs=(COMPANIES,),
    creates=RIGHT_ONLY,
)

_PRODUCTS = Recipe(
    code=PRODUCTS,
    label=_("Products and items"),
    description=_(
        "Keeps HubSpot products and Exact items in step with their sales price, matched by SKU "
        "and item code."
    ),
    left=End(HUBSPOT, "product"),
    right=End(EXACT, "item"),
    mappings=(
        same("code", "hs_sku", "Code", locked=True),
        same("name", "name", "Description"),
        same("description", "description", "ExtraDescription"),
        same("price", "price", "SalesPrice"),
    ),
    match_rules=(MatchRule("sku", "hs_sku", "Code", Normaliser.CODE),),
    conditions=(
        DefaultCondition(Side.LEFT, Condition("hs_sku", Operator.IS_FILLED)),
        DefaultCondition(Side.RIGHT, Condition("IsSalesItem", Operator.EQUALS, ("true",))),
        # What stands for lines without a product is no product.
        DefaultCondition(
            Side.RIGHT,
            Condition(
                "Notes",
                Operator.NOT_EQUALS,
                (DEFAULT_ITEM_NOTES,),
                fixed=True,
                reason=ExcludeReason.MADE_BY_INTEGRATION,
            ),
        ),
    ),
    settings=(
        _given(
            "item_group",
            _("Item group of new items"),
            _("It decides where sales of the item are booked."),
            "item_groups",
            "ItemGroup",
        ),
        _given(
            "unit",
            _("Unit of new items"),
            _("Items that exist keep the unit they have."),
            "units",
            "Unit",
        ),
        _given(
            "vat_code",
            _("VAT code of new items"),
            _("Not chosen: the VAT code of the customer."),
            "vat_codes",
            "SalesVatCode",
            optional=True,
        ),
        _given(
            "revenue_account",
            _("Revenue ledger account of new items"),
            _("Not chosen: the one of the item group."),
            "revenue_accounts",
            "GLRevenue",
            optional=True,
        ),
    ),
    # HubSpot sells any quantity of everything.
    right_creation={"IsSalesItem": True, "IsFractionAllowedItem": True},
    # HubSpot has no "active": an archived product and an item past its end date say the same.
    left_removed=Removal.ARCHIVE,
    right_removed=Removal.ARCHIVE,
    key_needed=True,
)

RECIPES = (_COMPANIES, _PEOPLE, _CONTACTS, _PRODUCTS)
