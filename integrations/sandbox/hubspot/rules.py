"""What object types ask of a change beyond the types of their properties."""

from __future__ import annotations

from collections.abc import Sequence

from integrations.sandbox.hubspot.crm import Crm, Values
from integrations.sandbox.hubspot.links import WantedLink
from integrations.sandbox.hubspot.refusals import BadValue, values_not_valid
from integrations.sandbox.hubspot.store import Record


class Rules:
    """The rules of one object type, asked before anything is written; here it asks nothing.

    Each raises the refusal that the change earns. `source` tells a person's screens from an app.
    """

    def complete(
        self, crm: Crm, values: Values, links: Sequence[WantedLink], source: str
    ) -> Values:
        """The values of a new record: those given, with defaults and what follows from them."""
        return values

    def revise(self, crm: Crm, record: Record, values: Values, source: str) -> Values:
        """The values that an update really sets."""
        return values

    def release(self, crm: Crm, record: Record, source: str) -> None:
        """May it be deleted?"""

    def join(self, crm: Crm, record: Record, other: str, other_id: int, source: str) -> None:
        """May it be associated with another record? `other_id` is 0 while that one is created."""

    def leave(self, crm: Crm, record: Record, other: str, source: str) -> None:
        """May an association with another record end?"""


def refused(name: str, code: str, message: str) -> Exception:
    """The refusal of one property's value."""
    return values_not_valid([BadValue(name, code, message)])


def check_currency(crm: Crm, name: str, values: Values) -> None:
    """Only the account's own currencies can be used."""
    given, enabled = values.get(name), crm.account.currencies
    if given and given not in enabled:
        message = f"{given} was not one of the allowed options: [{', '.join(enabled)}]"
        raise refused(name, "INVALID_OPTION", message)


def linked(crm: Crm, name: str, record_id: int, other: str) -> list[Record]:
    """The live records of a type that are associated with one, in the order of association."""
    store = crm.stores[other]
    found = (store.find(other_id) for other_id in crm.links.of(name, other, record_id))
    return [record for record in found if record is not None]
