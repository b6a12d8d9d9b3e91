"""The object types that the connector knows."""

from collections.abc import Mapping
from dataclasses import replace

from integrations.connectors.hubspot.kinds import Kind
from integrations.contract import Category, Fault, Misconfigured

CONTACT = Kind(
    name="contact",
    label="Contact",
    plural="Contacts",
    path="contacts",
    type_id="0-1",
    modified="lastmodifieddate",
    title=("firstname", "lastname"),
    second_title=("email",),
    unique=frozenset({"email"}),
    merges=True,
    find_by=frozenset({"email", "phone", "mobilephone", "lastname", "company"}),
)
COMPANY = Kind(
    name="company",
    label="Company",
    plural="Companies",
    path="companies",
    type_id="0-2",
    title=("name",),
    second_title=("domain",),
    find_by=frozenset({"domain", "name", "phone"}),
    merges=True,
)
PRODUCT = Kind(
    name="product",
    label="Product",
    plural="Products",
    path="products",
    type_id="0-7",
    title=("name",),
    second_title=("hs_sku",),
    required=frozenset({"name"}),
    find_by=frozenset({"hs_sku", "name"}),
)

DEAL = Kind(
    name="deal",
    label="Deal",
    plural="Deals",
    path="deals",
    type_id="0-3",
    title=("dealname",),
    required=frozenset({"dealname", "dealstage"}),
    find_by=frozenset({"dealname"}),
    merges=True,
    untitled="Deal",
    has_line_items=True,
)
INVOICE = Kind(
    name="invoice",
    label="Invoice",
    plural="Invoices",
    path="invoices",
    type_id="0-53",
    title=("hs_number",),
    required=frozenset({"hs_currency"}),
    find_by=frozenset({"hs_number"}),
    untitled="Invoice",
    state=("hs_invoice_status",),
    is_document=True,
    has_line_items=True,
)
PAYMENT = Kind(
    name="payment",
    label="Payment",
    plural="Payments",
    path="commerce_payments",
    type_id="0-101",
    title=("hs_initial_amount", "hs_currency_code", "hs_initiated_date"),
    required=frozenset({"hs_initiated_date"}),
    find_by=frozenset({"hs_reference_number"}),
    untitled="Payment",
    days=frozenset({"hs_initiated_date"}),
    state=("hs_latest_status", "hs_initial_amount", "hs_refunds_amount"),
    is_document=True,
)
NOTE = Kind(
    name="note",
    label="Note",
    plural="Notes",
    path="notes",
    type_id="0-46",
    title=(),
    required=frozenset({"hs_timestamp"}),
    untitled="Note",
    is_document=True,
    is_read=False,
)


def _part(name: str, path: str, type_id: str) -> Kind:
    """What belongs to documents: read and written with them, never synced by itself."""
    label = name.replace("_", " ").capitalize()
    return Kind(
        name=name,
        label=label,
        plural=f"{label}s",
        path=path,
        type_id=type_id,
        title=(),
    )


LINE_ITEM = _part("line_item", "line_items", "0-8")
DISCOUNT = _part("discount", "discounts", "0-84")
FEE = _part("fee", "fees", "0-85")
TAX = replace(_part("tax", "taxes", "0-86"), plural="Taxes")

KINDS: Mapping[str, Kind] = {
    kind.name: kind for kind in (CONTACT, COMPANY, PRODUCT, DEAL, INVOICE, PAYMENT, NOTE)
}
WITH_LINE_ITEMS = tuple(kind for kind in KINDS.values() if kind.has_line_items)
KINDS_BY_TYPE_ID: Mapping[str, Kind] = {kind.type_id: kind for kind in KINDS.values()}

# A contact's read-only number that follows its primary company; fields of that company are offered
# as fields of the contact under this prefix. (developers.hubspot.com/changelog, April 2019)
PRIMARY_COMPANY = "associatedcompanyid"
COMPANY_PREFIX = "company."
MERGED_IDS = "hs_merged_object_ids"


def kind_named(name: str) -> Kind:
    """The object type of that name; raises Misconfigured for one we do not have."""
    try:
        return KINDS[name]
    except KeyError:
        message = f"HubSpot has no object type “{name}” that can be synced."
        raise Misconfigured(Fault(Category.CONFIGURATION, "UNKNOWN_OBJECT_TYPE", message)) from None
