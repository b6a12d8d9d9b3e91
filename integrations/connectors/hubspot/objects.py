"""The object types that the connector knows, and in what they differ."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from integrations.connectors.hubspot import settings
from integrations.contract import Category, Fault, Misconfigured, ObjectType


@dataclass(frozen=True, slots=True)
class Kind:
    """One object type with the names that HubSpot uses for it."""

    name: str
    label: str
    plural: str
    # In paths, and the id by which webhooks and links name it.
    path: str
    type_id: str
    # Called `lastmodifieddate` on contacts and `hs_lastmodifieddate` everywhere else.
    modified: str
    # What a person calls the record: these joined, else the next list joined.
    title: tuple[str, ...]
    second_title: tuple[str, ...] = ()
    required: frozenset[str] = field(default_factory=frozenset)
    # Unique without being marked so: a contact's e-mail address.
    unique: frozenset[str] = field(default_factory=frozenset)
    find_by: frozenset[str] = field(default_factory=frozenset)
    merges: bool = True
    # What a record without a title is called, before its id.
    untitled: str = ""
    # Properties of the title that are shown without their time of day.
    days: frozenset[str] = field(default_factory=frozenset)
    # Properties that tell whether a document is void.
    state: tuple[str, ...] = ()
    # Has fields that are made of associated records (documents.py), and is voided, not archived.
    is_document: bool = False
    # Notes are only written.
    is_read: bool = True

    @property
    def objects_path(self) -> str:
        return f"/crm/objects/{settings.VERSION}/{self.path}"

    @property
    def properties_path(self) -> str:
        return f"/crm/properties/{settings.VERSION}/{self.path}"

    @property
    def title_names(self) -> tuple[str, ...]:
        return self.title + self.second_title

    def as_object_type(self) -> ObjectType:
        return ObjectType(
            name=self.name,
            label=self.label,
            plural=self.plural,
            can_update=self.is_read,
            can_archive=self.is_read,
            write_batch=settings.BATCH,
            read_batch=settings.BATCH,
            find_by=self.find_by,
        )


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
    find_by=frozenset({"email", "phone", "mobilephone", "lastname", "company"}),
)
COMPANY = Kind(
    name="company",
    label="Company",
    plural="Companies",
    path="companies",
    type_id="0-2",
    modified="hs_lastmodifieddate",
    title=("name",),
    second_title=("domain",),
    find_by=frozenset({"domain", "name", "phone"}),
)
PRODUCT = Kind(
    name="product",
    label="Product",
    plural="Products",
    path="products",
    type_id="0-7",
    modified="hs_lastmodifieddate",
    title=("name",),
    second_title=("hs_sku",),
    required=frozenset({"name"}),
    find_by=frozenset({"hs_sku", "name"}),
    merges=False,
)

INVOICE = Kind(
    name="invoice",
    label="Invoice",
    plural="Invoices",
    path="invoices",
    type_id="0-53",
    modified="hs_lastmodifieddate",
    title=("hs_number",),
    required=frozenset({"hs_currency"}),
    find_by=frozenset({"hs_number"}),
    merges=False,
    untitled="Invoice",
    state=("hs_invoice_status",),
    is_document=True,
)
PAYMENT = Kind(
    name="payment",
    label="Payment",
    plural="Payments",
    path="commerce_payments",
    type_id="0-101",
    modified="hs_lastmodifieddate",
    title=("hs_initial_amount", "hs_currency_code", "hs_initiated_date"),
    required=frozenset({"hs_initiated_date"}),
    find_by=frozenset({"hs_reference_number"}),
    merges=False,
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
    modified="hs_lastmodifieddate",
    title=(),
    required=frozenset({"hs_timestamp"}),
    merges=False,
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
        modified="hs_lastmodifieddate",
        title=(),
        merges=False,
    )


LINE_ITEM = _part("line_item", "line_items", "0-8")
DEAL = _part("deal", "deals", "0-3")
DISCOUNT = _part("discount", "discounts", "0-84")
FEE = _part("fee", "fees", "0-85")
TAX = replace(_part("tax", "taxes", "0-86"), plural="Taxes")

KINDS: Mapping[str, Kind] = {
    kind.name: kind for kind in (CONTACT, COMPANY, PRODUCT, INVOICE, PAYMENT, NOTE)
}
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
