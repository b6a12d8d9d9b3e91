"""The object types by name."""

from collections.abc import Mapping
from types import MappingProxyType

from integrations.connectors.exact.accounts import ACCOUNT
from integrations.connectors.exact.contacts import CONTACT
from integrations.connectors.exact.definitions import Definition
from integrations.connectors.exact.documents import DOCUMENTS
from integrations.connectors.exact.items import ITEM
from integrations.contract import Category, Fault, Misconfigured

DEFINITIONS: Mapping[str, Definition] = MappingProxyType(
    {each.type.name: each for each in (ACCOUNT, CONTACT, ITEM, *DOCUMENTS)}
)


def definition_of(object_type: str) -> Definition:
    """The object type; raises Misconfigured when there is none of that name."""
    try:
        return DEFINITIONS[object_type]
    except KeyError:
        message = f"Exact has no object type {object_type!r} that Saldo knows."
        raise Misconfigured(Fault(Category.CONFIGURATION, "unknown_object", message)) from None
