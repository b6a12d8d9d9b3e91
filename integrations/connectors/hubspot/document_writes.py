"""Writing invoices, payments and notes: the record, what stands beside it, then its status.

A document takes several calls, each of which may be repeated: records and lines are upserted by
keys of their own, associations are a set. An invoice is a draft until all is in its place, and one
of ours can never be paid through HubSpot.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from integrations.connectors.hubspot import faults
from integrations.connectors.hubspot.associations import Associations, Pair
from integrations.connectors.hubspot.client import Client
from integrations.connectors.hubspot.documents import (
    BILLABLE,
    CURRENCY,
    CUSTOMER,
    DEAL_FIELD,
    DRAFT,
    LINES,
    OPEN,
    PROCESSED,
    PROCESSOR,
    STATUS,
)
from integrations.connectors.hubspot.drafts import GONE, PAYABLE, Draft, Drafts, drafts_of
from integrations.connectors.hubspot.kinds import Kind
from integrations.connectors.hubspot.line_writes import LineWriter
from integrations.connectors.hubspot.objects import (
    COMPANY,
    CONTACT,
    DEAL,
    INVOICE,
    LINE_ITEM,
    PAYMENT,
    PRIMARY_COMPANY,
)
from integrations.connectors.hubspot.records import Payload
from integrations.connectors.hubspot.voids import PROCESSED_ELSEWHERE, Voids
from integrations.connectors.hubspot.writes import Writer, Written
from integrations.contract import (
    Category,
    ConnectorError,
    Fault,
    Field,
    Operation,
    OperationKind,
    OutcomeStatus,
    RetryLater,
)

# What has to be known of a document before it is changed, besides its state.
KNOWN: Mapping[str, tuple[str, ...]] = {
    INVOICE.name: (BILLABLE, CURRENCY),
    PAYMENT.name: (PROCESSOR,),
}


class DocumentWriter:
    """Carries out the operations of one kind on one kind of document."""

    def __init__(
        self,
        client: Client,
        kind: Kind,
        fields: Mapping[str, Field],
        line_fields: Mapping[str, Field],
    ) -> None:
        self._client = client
        self._kind = kind
        self._associations = Associations(client)
        self._lines = LineWriter(client, line_fields)
        ours = {
            name: replace(field, creatable=True) if name == BILLABLE else field
            for name, field in fields.items()
        }
        self._writer = Writer(client, kind, ours)

    def carry_out(self, operations: Sequence[Operation]) -> Written:
        """Raises ConnectorError only when certainly nothing was done."""
        what = operations[0].kind
        if what is OperationKind.RESTORE:
            return self._writer.carry_out(operations)
        if what is OperationKind.ARCHIVE:
            return Voids(self._client, self._kind, self._writer).carry_out(operations)
        drafts = drafts_of(self._kind, operations)
        steps = self._creation if what is OperationKind.CREATE else self._change
        try:
            steps(drafts)
        except ConnectorError as error:
            if not drafts.is_touched:
                raise
            still = [draft.operation for draft in drafts.open]
            drafts.written.add(still, OutcomeStatus.UNKNOWN, error.fault)
        return _finished(drafts)

    def complete(self, operations: Sequence[Operation], written: Written) -> None:
        """Put in its place what is missing of creates that were found; `written` has the records.

        Raises RetryLater while that cannot be said to be done.
        """
        found = [one for one in operations if one.key in written.payloads]
        drafts = drafts_of(self._kind, found)
        for draft in drafts.open:
            draft.held = written.payloads[draft.key]
        # The status was set last: with it everything was in its place.
        drafts.every = [draft for draft in drafts.every if not _is_whole(draft)]
        self._look_up(drafts)
        self._make_lines(drafts)
        self._put_together(drafts)
        self._set_status(drafts, drafts.open)
        for key, outcome in drafts.written.outcomes.items():
            if outcome.status is not OutcomeStatus.REFUSED:
                raise RetryLater(outcome.fault or GONE, faults.TEN_SECONDS)
            written.payloads.pop(key)
            written.outcomes[key] = outcome

    def _creation(self, drafts: Drafts) -> None:
        self._look_up(drafts)
        # Before there is an invoice: a line that is refused leaves none behind.
        self._make_lines(drafts)
        self._write_records(drafts, drafts.open)
        self._look_after_repeated(drafts)
        self._put_together(drafts)
        self._set_status(drafts, drafts.open)

    def _change(self, drafts: Drafts) -> None:
        self._hold(drafts)
        self._look_up(drafts)
        self._write_records(drafts, [one for one in drafts.open if one.operation.fields])
        self._make_lines(drafts)
        self._part(drafts)
        self._put_together(drafts)
        self._set_status(drafts, drafts.open)

    def _make_lines(self, drafts: Drafts) -> None:
        if self._kind is INVOICE:
            self._lines.make(drafts)

    def _write_records(self, drafts: Drafts, wanted: Iterable[Draft]) -> None:
        by_key = {draft.key: draft for draft in wanted}
        if not by_key:
            return
        result = self._writer.carry_out([draft.operation for draft in by_key.values()])
        drafts.is_touched = True
        drafts.take(result.outcomes)
        for key, payload in result.payloads.items():
            draft = by_key[key]
            draft.held = payload if draft.is_new else draft.held

    def _hold(self, drafts: Drafts) -> None:
        """Look at what is to be changed; what HubSpot would not let be changed is refused."""
        properties = [*self._kind.state, *KNOWN.get(self._kind.name, ())]
        held = self._read(self._kind, (draft.operation.id for draft in drafts.open), properties)
        for draft in drafts.open:
            draft.held = held.get(draft.operation.id)
            if fault := _locked(draft):
                drafts.refuse(draft, fault)

    def _look_up(self, drafts: Drafts) -> None:
        """What the documents refer to must be there, or nothing is made of them."""
        contacts = [draft for draft in drafts.having(CUSTOMER) if draft.contact]
        found = self._read(CONTACT, (draft.contact for draft in contacts), [PRIMARY_COMPANY])
        for draft in contacts:
            if draft.contact not in found:
                drafts.refuse(draft, _missing(CUSTOMER, CONTACT, draft.contact))
                continue
            draft.company = found[draft.contact].properties.get(PRIMARY_COMPANY) or ""
        if self._kind is PAYMENT:
            self._need(drafts, LINES, INVOICE, _invoices)
        self._need(drafts, DEAL_FIELD, DEAL, _deals)

    def _need(
        self, drafts: Drafts, name: str, other: Kind, ids_of: Callable[[Draft], list[str]]
    ) -> None:
        having = drafts.having(name)
        ids = [id_ for draft in having for id_ in ids_of(draft)]
        found = self._read(other, ids, [other.modified])
        for draft in having:
            absent = [id_ for id_ in ids_of(draft) if id_ not in found]
            if absent:
                drafts.refuse(draft, _missing(name, other, absent[0]))

    def _read(
        self, kind: Kind, ids: Iterable[str], properties: Sequence[str]
    ) -> Mapping[str, Payload]:
        return {one.id: one for one in self._client.batch_read(kind, list(ids), properties)}

    def _look_after_repeated(self, drafts: Drafts) -> None:
        """A create that was begun before, with other lines: these shall not stay."""
        again = [one for one in drafts.having(LINES) if one.held and not one.held.new]
        if self._kind is not INVOICE or not again:
            return
        found = self._associations.of(INVOICE, LINE_ITEM, [draft.id for draft in again])
        for draft in again:
            made = set(draft.line_ids)
            draft.removed_line_ids = [id_ for id_ in found.get(draft.id, ()) if id_ not in made]

    def _put_together(self, drafts: Drafts) -> None:
        customers = [draft for draft in drafts.having(CUSTOMER) if draft.contact]
        self._join(drafts, CONTACT, CUSTOMER, [(one.id, one.contact) for one in customers])
        companies = [(one.id, one.company) for one in customers if one.company]
        self._join(drafts, COMPANY, CUSTOMER, companies)
        having = drafts.having(LINES)
        if self._kind is INVOICE:
            items = [(draft.id, id_) for draft in having for id_ in draft.line_ids]
            self._join(drafts, LINE_ITEM, LINES, items)
            self._lines.remove(drafts)
        else:
            paid = [(draft.id, id_) for draft in having for id_ in _invoices(draft)]
            self._join(drafts, INVOICE, LINES, paid)
        deals = [(draft.id, id_) for draft in drafts.having(DEAL_FIELD) for id_ in _deals(draft)]
        self._join(drafts, DEAL, DEAL_FIELD, deals)

    def _join(self, drafts: Drafts, other: Kind, name: str, pairs: Sequence[Pair]) -> None:
        if not pairs:
            return
        failed = self._associations.add(self._kind, other, pairs)
        drafts.is_touched = True
        for draft in drafts.open:
            if draft.id in failed:
                drafts.refuse(draft, _unjoined(failed[draft.id], name))

    def _part(self, drafts: Drafts) -> None:
        """Part a changed document from what it was associated with and shall not be any more."""
        having = drafts.having(CUSTOMER)
        held = self._associations.of(self._kind, CONTACT, [draft.id for draft in having])
        changed = [one for one in having if held.get(one.id, []) != [one.contact]]
        self._leave(drafts, CONTACT, changed, held, lambda draft: [draft.contact])
        companies = self._associations.of(self._kind, COMPANY, [draft.id for draft in changed])
        self._leave(drafts, COMPANY, changed, companies, lambda draft: [draft.company])
        if self._kind is PAYMENT:
            having = drafts.having(LINES)
            paid = self._associations.of(self._kind, INVOICE, [draft.id for draft in having])
            self._leave(drafts, INVOICE, having, paid, _invoices)

    def _leave(
        self,
        drafts: Drafts,
        other: Kind,
        changed: Iterable[Draft],
        held: Mapping[str, list[str]],
        kept: Callable[[Draft], list[str]],
    ) -> None:
        pairs = [
            (draft.id, id_)
            for draft in changed
            for id_ in held.get(draft.id, ())
            if id_ not in kept(draft)
        ]
        if pairs:
            self._associations.remove(self._kind, other, pairs)
            drafts.is_touched = True

    def _set_status(self, drafts: Drafts, wanted: Iterable[Draft]) -> None:
        """Only what HubSpot itself says cannot be paid leaves the draft state by our doing."""
        by_key: dict[str, Draft] = {}
        for draft in wanted:
            if not draft.status:
                continue
            if draft.is_new and not _is_unpayable(draft):
                drafts.refuse(draft, PAYABLE)
                continue
            by_key[draft.key] = draft
        operations = [
            Operation(key, OperationKind.UPDATE, draft.id, fields={STATUS: draft.status})
            for key, draft in by_key.items()
        ]
        if operations:
            result = self._writer.carry_out(operations)
            drafts.is_touched = True
            drafts.take(result.outcomes)


def _finished(drafts: Drafts) -> Written:
    for draft in drafts.open:
        drafts.written.payloads[draft.key] = draft.held or Payload(draft.id)
    return drafts.written


def _invoices(draft: Draft) -> list[str]:
    """How much of a payment goes to which invoice HubSpot cannot hold."""
    return list(dict.fromkeys(line.reference for line in draft.lines if line.reference))


def _deals(draft: Draft) -> list[str]:
    deal = draft.beside.get(DEAL_FIELD)
    return [str(deal)] if deal else []


def _is_whole(draft: Draft) -> bool:
    held = draft.held.properties.get(STATUS) if draft.held else None
    return bool(draft.status) and held not in (None, DRAFT)


def _is_unpayable(draft: Draft) -> bool:
    return draft.held is not None and draft.held.properties.get(BILLABLE) == "false"


def _locked(draft: Draft) -> Fault | None:
    if draft.held is None:
        return GONE
    held = draft.held.properties
    if held.get(PROCESSOR) in PROCESSED:
        return PROCESSED_ELSEWHERE
    status = draft.status or draft.operation.fields.get(STATUS)
    if status == OPEN and held.get(STATUS) == DRAFT and held.get(BILLABLE) != "false":
        return PAYABLE
    return None


def _missing(name: str, other: Kind, id_: str) -> Fault:
    message = f"HubSpot has no {other.label.lower()} {id_} that this could belong to."
    return Fault(Category.PARENT_MISSING, f"{other.name.upper()}_NOT_FOUND", message, field=name)


def _unjoined(fault: Fault, name: str) -> Fault:
    category = Category.PARENT_MISSING if fault.category is Category.GONE else fault.category
    return replace(fault, category=category, field=name)
