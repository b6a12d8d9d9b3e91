"""The object types every account has; names and flags from HubSpot's object guides.

developers.hubspot.com/docs/api-reference/latest/crm/objects/{contacts,companies,products}/guide
"""

from __future__ import annotations

from integrations.sandbox.hubspot.billing_catalog import BILLING
from integrations.sandbox.hubspot.choices import (
    FREQUENCIES,
    INDUSTRIES,
    LEAD_STATUSES,
    LIFECYCLE_STAGES,
    PRICING_MODELS,
    PRODUCT_TYPES,
)
from integrations.sandbox.hubspot.definitions import Group, ObjectDefinition
from integrations.sandbox.hubspot.property_kinds import choice, derived, number, owner, text
from integrations.sandbox.hubspot.sales_catalog import SALES

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

DEFINITIONS = (CONTACTS, COMPANIES, PRODUCTS, *SALES, *BILLING)
