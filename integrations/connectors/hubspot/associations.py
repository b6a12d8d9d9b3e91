"""Which records belong together: read and written in batches, whatever their number.

HubSpot's associations guide. A batch answers 207 where some of its records have none; of several
associations of one record the first in HubSpot's order comes first.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import batched
from typing import Any

import msgspec

from integrations.connectors.hubspot import faults, settings
from integrations.connectors.hubspot.client import Client
from integrations.connectors.hubspot.kinds import Kind
from integrations.connectors.hubspot.records import NextPage
from integrations.contract import Category, Fault, RetryLater
from integrations.http import Response

# One end and the other, by their ids.
type Pair = tuple[str, str]

_NONE = "NO_ASSOCIATIONS_FOUND"


class _End(msgspec.Struct):
    id: str | int


class _LinkType(msgspec.Struct):
    typeId: int = 0  # noqa: N815 - HubSpot's name
    category: str = ""


class _Linked(msgspec.Struct):
    toObjectId: str | int  # noqa: N815 - HubSpot's name
    associationTypes: list[_LinkType] = []  # noqa: N815 - HubSpot's name

    def has(self, type_id: int) -> bool:
        """Customers' own labels are numbered apart, from 1 on."""
        wanted = _LinkType(type_id, "HUBSPOT_DEFINED")
        return any(one == wanted for one in self.associationTypes)


class _Pages(msgspec.Struct):
    next: NextPage | None = None


class _Row(msgspec.Struct, rename={"from_": "from"}):
    from_: _End
    to: list[_Linked] = []
    paging: _Pages | None = None


class _Done(msgspec.Struct):
    errors: list[dict[str, Any]] = []


class _Found(_Done):
    results: list[_Row] = []


class Associations:
    """The associations of one account."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def of(
        self, kind: Kind, other: Kind, ids: Iterable[str], first: int = 0
    ) -> dict[str, list[str]]:
        """The ids of the other kind by record; a record without any is not there.

        `first`: the type of association, such as that of the primary company, that comes first.
        """
        found: dict[str, list[_Linked]] = {}
        asked: list[dict[str, str]] = [{"id": id_} for id_ in dict.fromkeys(ids)]
        while asked:
            following: list[dict[str, str]] = []
            for some in batched(asked, settings.ASSOCIATION_READ):
                for row in self._read(kind, other, some):
                    near = str(row.from_.id)
                    found.setdefault(near, []).extend(row.to)
                    if row.paging and row.paging.next and row.paging.next.after:
                        following.append({"id": near, "after": str(row.paging.next.after)})
            asked = following
        return {near: _ids(linked, first) for near, linked in found.items()}

    def _read(self, kind: Kind, other: Kind, inputs: Sequence[Mapping[str, str]]) -> list[_Row]:
        response = self._client.associations(kind, other, "read", inputs)
        answer = _decoded(response, kind, _Found)
        for error in answer.errors:
            fault = faults.classify(error, 0, kind.name)
            # Having none is no error, nor is a record that is not there any more.
            if _NONE not in str(error.get("subCategory")) and fault.category is not Category.GONE:
                raise RetryLater(fault, faults.TEN_SECONDS)
        return answer.results

    def add(self, kind: Kind, other: Kind, pairs: Iterable[Pair]) -> dict[str, Fault]:
        """Associate them, which may be repeated; the faults of those that could not be, by record.

        Raises RetryLater when it cannot be said what was done.
        """
        failed: dict[str, Fault] = {}
        inputs = [{"from": {"id": near}, "to": {"id": far}} for near, far in dict.fromkeys(pairs)]
        for some in batched(inputs, settings.ASSOCIATION_WRITE):
            self._add(kind, other, list(some), failed)
        return failed

    def _add(
        self,
        kind: Kind,
        other: Kind,
        inputs: list[dict[str, dict[str, str]]],
        failed: dict[str, Fault],
    ) -> None:
        response = self._client.associations(kind, other, "associate/default", inputs)
        if response.status < 300:
            for error in _decoded(response, kind, _Done).errors:
                self._note(kind, error, failed)
            return
        fault = faults.fault_of(response, kind.name)
        if fault.category in faults.OF_THE_WHOLE:
            raise faults.error_of(response, kind.name)
        if len(inputs) == 1:
            failed[inputs[0]["from"]["id"]] = fault
            return
        # One bad input may fail the call: in halves they tell apart.
        middle = len(inputs) // 2
        self._add(kind, other, inputs[:middle], failed)
        self._add(kind, other, inputs[middle:], failed)

    def _note(self, kind: Kind, error: Mapping[str, Any], failed: dict[str, Fault]) -> None:
        fault = faults.classify(error, 0, kind.name)
        named = (error.get("context") or {}).get("fromObjectId") or ()
        if not named:
            raise RetryLater(fault, faults.TEN_SECONDS)
        for id_ in named if isinstance(named, list) else [named]:
            failed[str(id_)] = fault

    def remove(self, kind: Kind, other: Kind, pairs: Iterable[Pair]) -> None:
        """Part them; those that are not associated are passed over."""
        inputs = [{"from": {"id": near}, "to": [{"id": far}]} for near, far in pairs]
        for some in batched(inputs, settings.ASSOCIATION_WRITE):
            response = self._client.associations(kind, other, "archive", some)
            if response.status >= 300:
                raise faults.error_of(response, kind.name)


def _ids(linked: Sequence[_Linked], first: int) -> list[str]:
    """Each once, in HubSpot's order but for those of the type that comes first."""
    ordered = sorted(linked, key=lambda one: not one.has(first)) if first else linked
    return list(dict.fromkeys(str(one.toObjectId) for one in ordered))


def _decoded[T](response: Response, kind: Kind, shape: type[T]) -> T:
    if response.status >= 300:
        raise faults.error_of(response, kind.name)
    try:
        return response.json(shape)
    except msgspec.DecodeError as error:
        message = f"HubSpot's answer could not be read: {error}"
        fault = Fault(Category.TRANSIENT, "UNREADABLE_ANSWER", message)
        raise RetryLater(fault, faults.TEN_SECONDS) from error
