"""The user, the divisions, deletions, row versions and subscriptions to webhooks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from integrations.sandbox.exact import times
from integrations.sandbox.exact.call import Call
from integrations.sandbox.exact.division import Division
from integrations.sandbox.exact.drafts import Draft
from integrations.sandbox.exact.messages import Kind, Stopped
from integrations.sandbox.exact.resources import READ, Entity, Listing, Resource
from integrations.sandbox.exact.tables import system as tables

USERS, SUBSCRIPTIONS = "system/Users", "webhooks/WebhookSubscriptions"
ADMINISTRATION = "Organization administration"
# Deletions are told for two months.
_TOLD_FOR = 61 * times.DAY
_LEGISLATION = {"NL": 1, "BE": 2, "GB": 7, "FR": 128, "DE": 4, "ES": 9}
TOPICS = frozenset(
    {"Accounts", "Contacts", "Items", "SalesInvoices", "SalesOrders", "SalesEntries", "Quotations",
     "BankEntries", "CashEntries", "GeneralJournalEntries", "PurchaseEntries", "PurchaseOrders",
     "GoodsDeliveries", "Subscriptions", "StockPositions", "Documents", "BankAccounts",
     "CostTransactions", "TimeTransactions", "FinancialTransactions", "Opportunities",
     "GLAccounts"}
)  # fmt: skip
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1", "testserver"})


def _me(call: Call) -> Iterator[Mapping[str, Any]]:
    shared, person, books = call.shared, call.person, call.division.books
    moment = shared.clock.now().astimezone(shared.zone)
    offset = moment.utcoffset()
    yield {
        "UserID": person.id,
        "FullName": person.full_name,
        "FirstName": person.first_name,
        "LastName": person.last_name,
        "Email": person.email,
        "UserName": person.email,
        "Language": person.language[:2].upper(),
        "LanguageCode": person.language,
        "CurrentDivision": books.code,
        "AccountingDivision": books.code,
        "DivisionCustomerName": books.description,
        "DivisionCustomerVatNumber": books.vat_number,
        "Legislation": _LEGISLATION.get(books.country, 1),
        "ServerTime": moment.replace(tzinfo=None).isoformat(timespec="seconds"),
        "ServerUtcOffset": offset.total_seconds() if offset else 0,
    }


def _divisions(call: Call) -> Iterator[Mapping[str, Any]]:
    """Those that the user may enter and that are granted to the app."""
    for division in call.divisions.values():
        if division.books.user_may_enter and division.books.app_may_enter:
            yield _listed(division, call) | {
                "Hid": division.books.hid,
                "IsMainDivision": division.books.is_main,
                "Status": division.books.status,
                "ChamberOfCommerceNumber": division.books.chamber_number,
                "Legislation": str(_LEGISLATION.get(division.books.country, 1)).ljust(3),
                "Current": division is call.division,
                "DivisionMoveDate": division.books.moved,
                "DivisionHRLinkUnlinkDate": division.books.hr_linked,
            }


def _hrm_divisions(call: Call) -> Iterator[Mapping[str, Any]]:
    """The older list knows the user only, not the app."""
    for division in call.divisions.values():
        if division.books.user_may_enter:
            yield _listed(division, call) | {
                "HID": division.books.hid,
                "Main": division.books.is_main,
                "Status": 1 if division.books.status == 2 else 0,
            }


def _listed(division: Division, call: Call) -> dict[str, Any]:
    books = division.books
    return {
        "Code": books.code,
        "Description": books.description,
        "CustomerName": _customer(call),
        "Currency": books.currency.ljust(3),
        "Country": books.country.ljust(3),
        "VATNumber": books.vat_number,
        "BlockingStatus": 0,
    }


def _customer(call: Call) -> str:
    """Who owns the divisions: the company of the main one."""
    mains = [each.books.description for each in call.divisions.values() if each.books.is_main]
    return mains[0]


def _deleted(call: Call) -> Iterator[Mapping[str, Any]]:
    oldest = call.division.now() - _TOLD_FOR
    for deletion in call.division.deletions:
        if deletion.at >= oldest:
            yield {
                "Timestamp": deletion.stamp,
                "ID": deletion.key,
                "EntityKey": deletion.key,
                "EntityType": deletion.kind,
                "DeletedDate": deletion.at,
                "DeletedBy": deletion.by,
                "Division": call.division.code,
            }


def _sync_timestamp(call: Call) -> Iterator[Mapping[str, Any]]:
    """From which row version on everything was changed at or after a time."""
    text = call.request.first("modified").removeprefix("datetime").strip("'")
    name = call.request.first("endPoint").strip("'")
    since = times.parse(text, call.shared.zone)
    path = next((path for path in call.shared.entities if path.endswith(f"/{name}")), None)
    if since is None or path is None:
        raise Stopped(400, "Please provide the modified and the endPoint parameter.")
    older = [r.stamp for r in call.division.shelf(path) if r.values.get("Modified", 0) < since]
    yield {"Modified": since, "API": name, "TimeStampAsBigInt": max(older, default=1)}


def subscribe(draft: Draft) -> None:
    """A topic and an address that answers an empty POST; once a topic and division."""
    draft["ClientID"] = draft.division.shared.client_id
    topic, url = draft["Topic"], draft["CallbackURL"]
    if topic is not None and topic not in TOPICS:
        draft.refuse(Kind.INVALID, "Topic")
    if topic is not None and draft.division.holder(SUBSCRIPTIONS, "Topic", topic) is not None:
        draft.refuse(Kind.EXISTS, "Topic")
    if url is not None and not _is_callable(url):
        draft.refuse(Kind.INVALID, "CallbackURL")
    draft.settle()
    if url is None:
        return
    status = draft.division.shared.probe(url)
    if not 200 <= status < 300:
        draft.stop(Kind.CALLBACK, value=f"{status} {url}")


def _is_callable(url: str) -> bool:
    """https, but for the machine itself."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL_HOSTS)


ENTITIES = (
    # No webhook and no feed: people come and go in Exact's own screens.
    Entity(path=USERS, type="User", fields=tables.USERS, methods=READ, title="FullName"),
    Entity(
        path=SUBSCRIPTIONS,
        type="WebhookSubscription",
        fields=tables.WEBHOOK_SUBSCRIPTIONS,
        scope=ADMINISTRATION,
        # The reference has a PUT that has never been seen to work.
        methods=frozenset({"GET", "POST", "DELETE"}),
        rules=(subscribe,),
        title="Topic",
        answers_full=True,
    ),
)
VIEWS: tuple[Resource, ...] = (
    Listing(path="current/Me", type="Me", fields=tables.ME, rows=_me),
    Listing(
        path="system/Divisions",
        type="SystemDivision",
        fields=tables.DIVISIONS,
        scope=ADMINISTRATION,
        rows=_divisions,
    ),
    Listing(
        path="hrm/Divisions", type="Division", fields=tables.HRM_DIVISIONS, rows=_hrm_divisions
    ),
    Listing(
        path="sync/Deleted",
        type="Deleted",
        fields=tables.SYNC_DELETED,
        scope=ADMINISTRATION,
        page=1000,
        only_filters=("Timestamp",),
        needs_filter=("Timestamp",),
        rows=_deleted,
    ),
    Listing(
        path="read/sync/Sync/SyncTimestamp",
        type="SyncTimestamp",
        fields=tables.SYNC_TIMESTAMP,
        rows=_sync_timestamp,
    ),
)
