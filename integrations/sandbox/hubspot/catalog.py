"""The object types every account has; names and flags from HubSpot's object guides.

developers.hubspot.com/docs/api-reference/latest/crm/objects/{contacts,companies,products}/guide
"""

from __future__ import annotations

from typing import Any

from integrations.sandbox.hubspot.definitions import Group, ObjectDefinition, Option, Property

LIFECYCLE_STAGES = (
    ("subscriber", "Subscriber"),
    ("lead", "Lead"),
    ("marketingqualifiedlead", "Marketing Qualified Lead"),
    ("salesqualifiedlead", "Sales Qualified Lead"),
    ("opportunity", "Opportunity"),
    ("customer", "Customer"),
    ("evangelist", "Evangelist"),
    ("other", "Other"),
)
LEAD_STATUSES = (
    ("NEW", "New"),
    ("OPEN", "Open"),
    ("IN_PROGRESS", "In Progress"),
    ("OPEN_DEAL", "Open Deal"),
    ("UNQUALIFIED", "Unqualified"),
    ("ATTEMPTED_TO_CONTACT", "Attempted to Contact"),
    ("CONNECTED", "Connected"),
    ("BAD_TIMING", "Bad Timing"),
)
INDUSTRIES = (
    ("ACCOUNTING", "Accounting"),
    ("AUTOMOTIVE", "Automotive"),
    ("BANKING", "Banking"),
    ("COMPUTER_SOFTWARE", "Computer Software"),
    ("CONSTRUCTION", "Construction"),
    ("CONSUMER_GOODS", "Consumer Goods"),
    ("DESIGN", "Design"),
    ("EDUCATION_MANAGEMENT", "Education Management"),
    ("FOOD_BEVERAGES", "Food & Beverages"),
    ("HOSPITAL_HEALTH_CARE", "Hospital & Health Care"),
    ("HOSPITALITY", "Hospitality"),
    ("INFORMATION_TECHNOLOGY_AND_SERVICES", "Information Technology and Services"),
    ("LEGAL_SERVICES", "Legal Services"),
    ("LOGISTICS_AND_SUPPLY_CHAIN", "Logistics and Supply Chain"),
    ("MACHINERY", "Machinery"),
    ("MARKETING_AND_ADVERTISING", "Marketing and Advertising"),
    ("NON_PROFIT_ORGANIZATION_MANAGEMENT", "Non-Profit Organization Management"),
    ("REAL_ESTATE", "Real Estate"),
    ("RETAIL", "Retail"),
    ("WHOLESALE", "Wholesale"),
)
FREQUENCIES = (
    ("weekly", "Weekly"),
    ("biweekly", "Every two weeks"),
    ("monthly", "Monthly"),
    ("quarterly", "Quarterly"),
    ("per_six_months", "Semi-annually"),
    ("annually", "Annually"),
    ("per_two_years", "Every two years"),
    ("per_three_years", "Every three years"),
)
PRICING_MODELS = (
    ("flat", "Flat"),
    ("volume", "Volume"),
    ("graduated", "Graduated"),
    ("stairstep", "Stairstep"),
)
PRODUCT_TYPES = (
    ("inventory", "Inventory"),
    ("non_inventory", "Non-inventory"),
    ("service", "Service"),
)


def options(pairs: tuple[tuple[str, str], ...]) -> tuple[Option, ...]:
    return tuple(Option(value, label, order) for order, (value, label) in enumerate(pairs))


def text(name: str, label: str, group: str, **flags: Any) -> Property:
    return Property(name, label, "string", flags.pop("field_type", "text"), group, **flags)


def number(name: str, label: str, group: str, **flags: Any) -> Property:
    return Property(name, label, "number", "number", group, **flags)


def moment(name: str, label: str, group: str, **flags: Any) -> Property:
    return Property(name, label, "datetime", "date", group, **flags)


def choice(
    name: str, label: str, group: str, pairs: tuple[tuple[str, str], ...], **flags: Any
) -> Property:
    field_type = flags.pop("field_type", "select")
    return Property(name, label, "enumeration", field_type, group, options=options(pairs), **flags)


def owner(group: str) -> Property:
    """Holds an owner's id; its options are the owners, not a list of its own."""
    return Property(
        "hubspot_owner_id",
        "Owner",
        "enumeration",
        "select",
        group,
        external_options=True,
        referenced_object_type="OWNER",
    )


def derived(group: str, modified: str, created: str = "createdate") -> tuple[Property, ...]:
    """What every record has and nobody may write."""
    return (
        number("hs_object_id", "Record ID", group, read_only=True, form_field=False),
        moment(created, "Create Date", group, read_only=True, form_field=False),
        moment(modified, "Last Modified Date", group, read_only=True, form_field=False),
    )


CONTACT = "contactinformation"
COMPANY = "companyinformation"
PRODUCT = "productinformation"

CONTACTS = ObjectDefinition(
    name="contacts",
    singular="contact",
    type_id="0-1",
    scope="contacts",
    first_id=101,
    modified="lastmodifieddate",
    created="createdate",
    defaults=("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"),
    searched=("firstname", "lastname", "email", "phone", "company", "hs_additional_emails"),
    required_any=("email", "firstname", "lastname"),
    is_mergeable=True,
    groups=(Group(CONTACT, "Contact information", 0),),
    properties=(
        *derived(CONTACT, "lastmodifieddate"),
        text("email", "Email", CONTACT, unique=True),
        text("hs_additional_emails", "Additional email addresses", CONTACT, field_type="textarea"),
        text("firstname", "First Name", CONTACT),
        text("lastname", "Last Name", CONTACT),
        text("salutation", "Salutation", CONTACT),
        text("jobtitle", "Job Title", CONTACT),
        text("phone", "Phone Number", CONTACT, field_type="phonenumber"),
        text("mobilephone", "Mobile Phone Number", CONTACT, field_type="phonenumber"),
        text("fax", "Fax Number", CONTACT),
        text("company", "Company Name", CONTACT),
        text("website", "Website URL", CONTACT),
        text("address", "Street Address", CONTACT),
        text("city", "City", CONTACT),
        text("state", "State/Region", CONTACT),
        text("zip", "Postal Code", CONTACT),
        text("country", "Country/Region", CONTACT),
        text("industry", "Industry", CONTACT),
        text("annualrevenue", "Annual Revenue", CONTACT),
        number("numemployees", "Number of Employees", CONTACT),
        text("date_of_birth", "Date of birth", CONTACT),
        text("message", "Message", CONTACT, field_type="textarea"),
        choice("lifecyclestage", "Lifecycle Stage", CONTACT, LIFECYCLE_STAGES, field_type="radio"),
        choice("hs_lead_status", "Lead Status", CONTACT, LEAD_STATUSES, field_type="radio"),
        owner(CONTACT),
        number("associatedcompanyid", "Primary Associated Company ID", CONTACT, read_only=True),
        text("hs_merged_object_ids", "Merged record IDs", CONTACT, read_only=True),
    ),
)

COMPANIES = ObjectDefinition(
    name="companies",
    singular="company",
    type_id="0-2",
    scope="companies",
    first_id=20001,
    modified="hs_lastmodifieddate",
    created="createdate",
    defaults=("createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"),
    searched=("name", "domain", "phone", "website"),
    required_any=("name", "domain"),
    is_mergeable=True,
    groups=(Group(COMPANY, "Company information", 0),),
    properties=(
        *derived(COMPANY, "hs_lastmodifieddate"),
        text("name", "Company name", COMPANY),
        text("domain", "Company Domain Name", COMPANY),
        text("hs_additional_domains", "Additional Domains", COMPANY, field_type="textarea"),
        text("website", "Website URL", COMPANY),
        text("phone", "Phone Number", COMPANY, field_type="phonenumber"),
        text("address", "Street Address", COMPANY),
        text("address2", "Street Address 2", COMPANY),
        text("city", "City", COMPANY),
        text("state", "State/Region", COMPANY),
        text("zip", "Postal Code", COMPANY),
        text("country", "Country/Region", COMPANY),
        text("description", "Description", COMPANY, field_type="textarea"),
        choice("industry", "Industry", COMPANY, INDUSTRIES),
        number("annualrevenue", "Annual Revenue", COMPANY),
        number("numberofemployees", "Number of Employees", COMPANY),
        choice("lifecyclestage", "Lifecycle Stage", COMPANY, LIFECYCLE_STAGES, field_type="radio"),
        choice("hs_lead_status", "Lead Status", COMPANY, LEAD_STATUSES, field_type="radio"),
        owner(COMPANY),
        text("hs_merged_object_ids", "Merged record IDs", COMPANY, read_only=True),
    ),
)

PRODUCTS = ObjectDefinition(
    name="products",
    singular="product",
    type_id="0-7",
    scope="products",
    first_id=300001,
    modified="hs_lastmodifieddate",
    created="createdate",
    defaults=(
        "createdate",
        "description",
        "hs_lastmodifieddate",
        "hs_object_id",
        "name",
        "price",
    ),
    searched=("name", "description", "hs_sku"),
    # The guide creates products without the folder that its table calls required.
    required=("name",),
    read_scopes=("crm.objects.products.read", "e-commerce"),
    write_scopes=("crm.objects.products.write", "e-commerce"),
    # No scope of the products' schema is documented, so their write scope serves too.
    schema_write_scopes=(
        "crm.schemas.products.write",
        "crm.objects.products.write",
        "e-commerce",
    ),
    can_associate=False,
    groups=(Group(PRODUCT, "Product information", 0),),
    properties=(
        *derived(PRODUCT, "hs_lastmodifieddate"),
        text("name", "Name", PRODUCT),
        text("hs_sku", "SKU", PRODUCT),
        number("price", "Unit price", PRODUCT),
        text("description", "Product description", PRODUCT, field_type="textarea"),
        number("hs_cost_of_goods_sold", "Unit cost", PRODUCT),
        text("hs_folder", "Folder", PRODUCT),
        text("hs_url", "URL", PRODUCT),
        text("hs_images", "Image URL", PRODUCT, field_type="textarea"),
        choice("hs_product_type", "Product Type", PRODUCT, PRODUCT_TYPES),
        choice("recurringbillingfrequency", "Billing frequency", PRODUCT, FREQUENCIES),
        text("hs_recurring_billing_period", "Term", PRODUCT),
        choice("hs_pricing_model", "Pricing model", PRODUCT, PRICING_MODELS),
        text("hs_tier_ranges", "Tier ranges", PRODUCT, field_type="textarea"),
        text("hs_tier_prices", "Tier prices", PRODUCT, field_type="textarea"),
    ),
)

DEFINITIONS = (CONTACTS, COMPANIES, PRODUCTS)
