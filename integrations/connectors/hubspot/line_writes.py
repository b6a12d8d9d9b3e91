"""An invoice's lines: made, changed and removed, so that it has exactly those that are wanted."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import blake2b
from itertools import batched

from integrations.connectors.hubspot import settings
from integrations.connectors.hubspot.associations import Associations
from integrations.connectors.hubspot.client import Client
from integrations.connectors.hubspot.documents import CURRENCY, LINES
from integrations.connectors.hubspot.drafts import Draft, Drafts
from integrations.connectors.hubspot.lines import POSITION, line_of, properties_of
from integrations.connectors.hubspot.objects import INVOICE, LINE_ITEM
from integrations.connectors.hubspot.records import Payload
from integrations.connectors.hubspot.relations import line_items_of
from integrations.connectors.hubspot.values import BadValue, number_or_none
from integrations.connectors.hubspot.writes import Writer
from integrations.contract import (
    Category,
    Fault,
    Field,
    Line,
    Operation,
    OperationKind,
    Outcome,
    OutcomeStatus,
)

CREATE, UPDATE, ARCHIVE = OperationKind.CREATE, OperationKind.UPDATE, OperationKind.ARCHIVE


class LineWriter:
    """Writes line items, which may be repeated: each is made under a key of its own."""

    def __init__(self, client: Client, fields: Mapping[str, Field]) -> None:
        self._client = client
        self._associations = Associations(client)
        # Texts as they are; what the account does not have is left out where it is empty.
        self._known = fields.keys()
        self._writer = Writer(client, LINE_ITEM, {name: Field(name, name) for name in fields})

    def make(self, drafts: Drafts) -> None:
        """Make and change line items; they belong to no invoice before they are associated."""
        having = drafts.having(LINES)
        ids = [draft.id for draft in having if not draft.is_new]
        held = line_items_of(self._client, self._associations, INVOICE, ids) if ids else {}
        wanted: dict[str, Draft] = {}
        operations: list[Operation] = []
        for draft in having:
            try:
                mine = self._operations(draft, held.get(draft.id, []))
            except BadValue as bad:
                drafts.refuse(draft, _bad_line(str(bad)))
                continue
            operations += mine
            wanted |= {operation.key: draft for operation in mine}
        self._send(operations, wanted, drafts)

    def _operations(self, draft: Draft, held: Iterable[Payload]) -> list[Operation]:
        """What makes the wanted lines out of those held; notes which of these stay and go."""
        by_id = {item.id: item for item in held}
        currency = _currency(draft)
        operations: list[Operation] = []
        for position, line in enumerate(draft.lines):
            present = by_id.pop(line.id, None)
            properties = self._properties(line, position, currency, present)
            if present is None:
                operations.append(Operation(_key(draft, position), CREATE, fields=properties))
                continue
            draft.line_ids.append(present.id)
            if _differs(present, line, position):
                key = f"{draft.key}-{position}"
                operations.append(Operation(key, UPDATE, present.id, fields=properties))
        draft.removed_line_ids = list(by_id)
        return operations

    def _properties(
        self, line: Line, position: int, currency: str, present: Payload | None
    ) -> Mapping[str, str]:
        properties = dict(properties_of(line, position, currency))
        if present is not None:
            # Of these two nothing says that they may be changed: only a real change is sent.
            if present.properties.get("hs_product_id") == line.reference:
                del properties["hs_product_id"]
            del properties["hs_line_item_currency_code"]
        return {name: text for name, text in properties.items() if text or name in self._known}

    def _send(
        self, operations: Iterable[Operation], wanted: Mapping[str, Draft], drafts: Drafts
    ) -> None:
        for kind in (CREATE, UPDATE):
            mine = [one for one in operations if one.kind is kind]
            for some in batched(mine, settings.BATCH):
                done = self._writer.carry_out(some)
                drafts.is_touched |= kind is UPDATE
                for key, payload in done.payloads.items():
                    wanted[key].line_ids.append(payload.id)
                for key, outcome in done.outcomes.items():
                    _fail(drafts, wanted[key], outcome)
        for draft in drafts.having(LINES):
            draft.line_ids = list(dict.fromkeys(draft.line_ids))
            made = set(draft.line_ids)
            draft.removed_line_ids = [id_ for id_ in draft.removed_line_ids if id_ not in made]

    def remove(self, drafts: Drafts) -> None:
        """Archive the line items that an invoice shall not have any more."""
        owners = {id_: draft for draft in drafts.open for id_ in draft.removed_line_ids}
        operations = [Operation(f"{id_}-removed", ARCHIVE, id_) for id_ in owners]
        by_key = {operation.key: owners[operation.id] for operation in operations}
        for some in batched(operations, settings.BATCH):
            done = self._writer.carry_out(some)
            drafts.is_touched = True
            for key, outcome in done.outcomes.items():
                _fail(drafts, by_key[key], outcome)


def _differs(present: Payload, line: Line, position: int) -> bool:
    """HubSpot knows no service date; lines stand where their position says."""
    at = number_or_none(present.properties.get(POSITION))
    return line_of(present) != replace(line, service_date=None) or at != position


def _key(draft: Draft, position: int) -> str:
    """The same for the same operation, another one for each later change of the invoice."""
    if draft.is_new:
        return f"{draft.key}-{position}"
    version = blake2b(draft.operation.version.encode(), digest_size=6).hexdigest()
    return f"{draft.key}-{version}-{position}"


def _currency(draft: Draft) -> str:
    held = draft.held.properties.get(CURRENCY) if draft.held else None
    return str(draft.operation.fields.get(CURRENCY) or held or "")


def _fail(drafts: Drafts, draft: Draft, outcome: Outcome) -> None:
    """An invoice without one of its lines is none, and none is made without them."""
    status, fault = outcome.status, outcome.fault
    if draft.key in drafts.written.outcomes and status is not OutcomeStatus.REFUSED:
        return
    if fault is not None and status is OutcomeStatus.REFUSED:
        fault = replace(fault, field=LINES)
    if draft.is_new and draft.held is None and status is OutcomeStatus.UNKNOWN:
        status = OutcomeStatus.NOT_SENT
    drafts.take({draft.key: Outcome(draft.key, status, fault=fault)})


def _bad_line(reason: str) -> Fault:
    return Fault(
        Category.FIELD_INVALID, "INVALID_LINE", f"HubSpot cannot hold this: {reason}.", field=LINES
    )
