"""Records as JSON, cached per record for the columns that were asked last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from integrations.sandbox.hubspot.crm import Crm
from integrations.sandbox.hubspot.store import ObjectStore, Record
from integrations.sandbox.hubspot.values import iso

encode = msgspec.json.encode


class Columns:
    """The properties of an answer, in order; the same wish gives the same object."""

    __slots__ = ("names",)

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names


class Renderer:
    """Makes the JSON of records of one account."""

    def __init__(self, crm: Crm, portal_id: int) -> None:
        self._crm = crm
        self._portal_id = portal_id
        self._columns: dict[tuple[str, tuple[str, ...]], Columns] = {}

    def columns(self, store: ObjectStore, wanted: Sequence[str] = ()) -> Columns:
        """The wanted properties that exist (or the default ones), with those that always come."""
        key = (store.definition.name, tuple(wanted))
        columns = self._columns.get(key)
        if columns is None:
            columns = self._columns[key] = Columns(self._names(store, wanted))
        return columns

    def forget_columns(self) -> None:
        """Properties were defined or removed."""
        self._columns.clear()

    def _names(self, store: ObjectStore, wanted: Sequence[str]) -> tuple[str, ...]:
        definition = store.definition
        # Names that are not defined are dropped in silence.
        known = {n for n in wanted if (p := store.properties.get(n)) and not p.archived}
        return tuple(
            sorted(
                known | set(definition.derived) | (set() if wanted else set(definition.defaults))
            )
        )

    def record(self, store: ObjectStore, record: Record, columns: Columns) -> bytes:
        """The JSON of one record."""
        if record.rendered_for is columns:
            return record.rendered
        record.rendered = encode(self.as_dict(store, record, columns.names))
        record.rendered_for = columns
        return record.rendered

    def records(self, store: ObjectStore, records: Iterable[Record], columns: Columns) -> bytes:
        """The JSON of several, joined by commas."""
        render = self.record
        return b",".join(
            [
                r.rendered if r.rendered_for is columns else render(store, r, columns)
                for r in records
            ]
        )

    def as_dict(self, store: ObjectStore, record: Record, names: Iterable[str]) -> dict[str, Any]:
        definition = store.definition
        created, updated = iso(record.created), iso(record.updated)
        values = record.values.get
        properties = {name: values(name) for name in names}
        properties["hs_object_id"] = str(record.id)
        properties[definition.created] = created
        properties[definition.modified] = updated
        body: dict[str, Any] = {
            "id": str(record.id),
            "properties": properties,
            "createdAt": created,
            "updatedAt": updated,
            "archived": bool(record.archived_at),
            "url": f"https://app.hubspot.com/contacts/{self._portal_id}/record/"
            f"{definition.type_id}/{record.id}",
        }
        if record.archived_at:
            body["archivedAt"] = iso(record.archived_at)
        return body

    def written(self, store: ObjectStore, record: Record, values: Iterable[str]) -> dict[str, Any]:
        """What a create or update answers: what was sent, and what always comes."""
        return self.as_dict(store, record, sorted({*values, *store.definition.derived}))

    def associations(
        self, store: ObjectStore, record: Record, to_types: Sequence[str]
    ) -> dict[str, Any]:
        """The `associations` of a record: one row a type, as the older paths name them."""
        found: dict[str, Any] = {}
        for wanted in to_types:
            target = self._crm.store(wanted).definition
            rows = self._rows(store.definition.name, target.name, record.id)
            if rows:
                found[target.name.replace("_", " ")] = {"results": rows}
        return found

    def _rows(self, from_type: str, to_type: str, record_id: int) -> list[dict[str, str]]:
        singular = self._crm.stores[from_type].definition.singular
        name = f"{singular}_to_{self._crm.stores[to_type].definition.singular}"
        rows = []
        for to_id, type_ids in self._crm.links.of(from_type, to_type, record_id).items():
            for type_id in type_ids:
                plain = self._crm.links.types[type_id].label is None
                has_label = len(self._crm.links.types_between(from_type, to_type)) > 1
                suffix = "_unlabeled" if plain and has_label else ""
                rows.append({"id": str(to_id), "type": name + suffix})
        return rows

    def history(self, record: Record, body: dict[str, Any], names: Iterable[str]) -> None:
        """Add `propertiesWithHistory`; only the present value is kept here."""
        properties = body["properties"]
        body["propertiesWithHistory"] = {
            name: [
                {
                    "value": properties[name],
                    "timestamp": iso(record.updated),
                    "sourceType": "INTEGRATION",
                }
            ]
            for name in names
            if properties.get(name)
        }
