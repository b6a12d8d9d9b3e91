"""What one object type is to the connector, with the names that HubSpot uses for it."""

from dataclasses import dataclass, field

from integrations.connectors.hubspot import settings
from integrations.contract import ObjectType


@dataclass(frozen=True, slots=True)
class Kind:
    """One object type with the names that HubSpot uses for it."""

    name: str
    label: str
    plural: str
    # In paths, and the id by which webhooks and links name it.
    path: str
    type_id: str
    # What a person calls the record: these joined, else the next list joined.
    title: tuple[str, ...]
    # Called `lastmodifieddate` on contacts.
    modified: str = "hs_lastmodifieddate"
    second_title: tuple[str, ...] = ()
    required: frozenset[str] = field(default_factory=frozenset)
    # Unique without being marked so: a contact's e-mail address.
    unique: frozenset[str] = field(default_factory=frozenset)
    find_by: frozenset[str] = field(default_factory=frozenset)
    merges: bool = False
    # What a record without a title is called, before its id.
    untitled: str = ""
    # Properties of the title that are shown without their time of day.
    days: frozenset[str] = field(default_factory=frozenset)
    # Properties that tell whether a document is void.
    state: tuple[str, ...] = ()
    # Written together with what stands beside it (document_writes.py), and voided, not archived.
    is_document: bool = False
    # Line items belong to it: a change of theirs is one of its own.
    has_line_items: bool = False
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
