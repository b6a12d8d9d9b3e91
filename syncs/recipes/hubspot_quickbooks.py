"""HubSpot and QuickBooks Online: contacts with customers, products with items."""

from django.utils.translation import gettext_lazy as _

from syncs.engine.terms import (
    Condition,
    Direction,
    MatchRule,
    Normaliser,
    Operator,
    Removal,
    Side,
    Transform,
    TransformKind,
)
from syncs.recipes.terms import DefaultCondition, DefaultMapping, End, Recipe, Setting

HUBSPOT = "hubspot"
QUICKBOOKS = "quickbooks"


def same(key: str, left: str, right: str, *, locked: bool = False) -> DefaultMapping:
    """One field copied both ways."""
    return DefaultMapping(key, (left,), (right,), locked=locked)


def first_filled(key: str, left: tuple[str, ...], right: str, text: str = "") -> DefaultMapping:
    """The first of several fields, or templates, that has a value; to the right only."""
    transform = Transform(TransformKind.FIRST_FILLED, text=text)
    return DefaultMapping(key, left, (right,), Direction.TO_RIGHT, transform)


CONTACTS_CUSTOMERS = Recipe(
    code="hubspot_quickbooks_contacts",
    label=_("Contacts and customers"),
    description=_(
        "Keeps HubSpot contacts and QuickBooks customers in step, matched by e-mail address."
    ),
    left=End(HUBSPOT, "contact"),
    right=End(QUICKBOOKS, "customer"),
    mappings=(
        # Unique in QuickBooks over customers, vendors and employees: the second contact of a
        # company is refused with duplicate_key. Switched off, QuickBooks builds the name itself
        # from the person's names.
        first_filled(
            "display_name",
            ("company.name", "firstname", "lastname"),
            "DisplayName",
            "{company.name}|{firstname} {lastname}",
        ),
        same("first_name", "firstname", "GivenName"),
        same("last_name", "lastname", "FamilyName"),
        same("email", "email", "PrimaryEmailAddr"),
        same("phone", "phone", "PrimaryPhone"),
        same("mobile", "mobilephone", "Mobile"),
        first_filled("company", ("company.name", "company"), "CompanyName"),
        # The name of the associated company cannot be written; the contact's own text can.
        DefaultMapping("company_text", ("company",), ("CompanyName",), Direction.TO_LEFT),
        same("street", "address", "BillAddr.Line1"),
        same("city", "city", "BillAddr.City"),
        same("state", "state", "BillAddr.CountrySubDivisionCode"),
        same("zip", "zip", "BillAddr.PostalCode"),
        same("country", "country", "BillAddr.Country"),
    ),
    match_rules=(MatchRule("email", "email", "PrimaryEmailAddr", Normaliser.EMAIL),),
    conditions=(
        DefaultCondition(Side.LEFT, Condition("lifecyclestage", Operator.IS_ONE_OF, ("customer",))),
    ),
    # Who is a customer in the books is one in HubSpot: outside of the filter above, what people
    # change there would never reach the books.
    left_creation={"lifecyclestage": "customer"},
    key_needed=True,
)

PRODUCTS_ITEMS = Recipe(
    code="hubspot_quickbooks_products",
    label=_("Products and items"),
    description=_("Keeps HubSpot products and QuickBooks items in step, matched by SKU."),
    left=End(HUBSPOT, "product"),
    right=End(QUICKBOOKS, "item"),
    mappings=(
        same("name", "name", "Name"),
        same("sku", "hs_sku", "Sku", locked=True),
        same("description", "description", "Description"),
        same("price", "price", "UnitPrice"),
    ),
    match_rules=(MatchRule("sku", "hs_sku", "Sku", Normaliser.CODE),),
    conditions=(
        DefaultCondition(Side.LEFT, Condition("hs_sku", Operator.IS_FILLED)),
        DefaultCondition(Side.RIGHT, Condition("Sku", Operator.IS_FILLED)),
    ),
    settings=(
        Setting(
            name="income_account",
            label=_("Income account for new items"),
            help=_(
                "New items are booked to this account. Items that exist keep the account they have."
            ),
            side=Side.RIGHT,
            choice_list="income_accounts",
            field="IncomeAccountRef",
        ),
        Setting(
            name="expense_account",
            label=_("Expense account for new items"),
            help=_("QuickBooks asks for one in the United Kingdom and in Canada."),
            side=Side.RIGHT,
            choice_list="expense_accounts",
            field="ExpenseAccountRef",
            is_optional=True,
        ),
    ),
    # Stock is QuickBooks' own matter: what HubSpot sells arrives as a service.
    right_creation={"Type": "Service"},
    # HubSpot has no "active": an archived product and an inactive item say the same.
    left_removed=Removal.ARCHIVE,
    right_removed=Removal.ARCHIVE,
    key_needed=True,
)

RECIPES = (CONTACTS_CUSTOMERS, PRODUCTS_ITEMS)
