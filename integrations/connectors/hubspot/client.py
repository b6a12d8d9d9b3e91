"""The calls: HubSpot's paths, limits and page sizes. Answers come back as typed payloads."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from itertools import batched
from typing import Any

import msgspec

from integrations.connectors.hubspot import faults, settings
from integrations.connectors.hubspot.kinds import Kind
from integrations.connectors.hubspot.properties import Definition, Definitions
from integrations.connectors.hubspot.records import Found, Paging, Payload
from integrations.contract import Category, Fault, RetryLater
from integrations.http import Http, Response

type Filter = Mapping[str, Any]
CALLS = (settings.CALLS,)
SEARCHES = (settings.SEARCHES,)


class Listed(msgspec.Struct):
    """A page of records; `is_whole` is False when their properties are still to be read."""

    payloads: list[Payload]
    after: str = ""
    is_whole: bool = True
    # When HubSpot answered, by its own clock.
    time: datetime | None = None


class Owner(msgspec.Struct, rename="camel"):
    id: str
    first_name: str | None = ""
    last_name: str | None = ""
    email: str | None = ""
    archived: bool = False


class Owners(msgspec.Struct):
    results: list[Owner]
    paging: Any = None


class Stage(msgspec.Struct):
    id: str
    label: str = ""
    archived: bool = False


class Pipeline(msgspec.Struct):
    id: str
    label: str = ""
    archived: bool = False
    stages: list[Stage] = []


class Pipelines(msgspec.Struct):
    results: list[Pipeline]


class TaxRate(msgspec.Struct, rename="camel"):
    id: str
    percentage_rate: Decimal
    name: str = ""
    label: str = ""
    active: bool = True


class TaxRates(msgspec.Struct):
    results: list[TaxRate]
    paging: Paging | None = None


class Client:
    """HubSpot's operations that the connector uses."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def page(self, kind: Kind, properties: Sequence[str], after: str, *, archived: bool) -> Listed:
        """A page of all records in order of their ids, from the primary store, without a cap."""
        params = {"limit": str(settings.LIST_PAGE), "archived": str(archived).lower()}
        wanted = ",".join(properties)
        # Too long a list of properties is refused as too long an address (414).
        is_whole = len(wanted) <= settings.LIST_PROPERTIES
        params["properties"] = wanted if is_whole else kind.modified
        if after:
            params["after"] = after
        response = self._send("GET", kind.objects_path, params)
        found = _decoded(response, Found, kind.name)
        return Listed(found.results, found.after, is_whole, _time(response))

    def search(
        self, kind: Kind, filters: Sequence[Filter], sort: str, properties: Sequence[str]
    ) -> Listed:
        """The first records that fit all filters, in ascending order of `sort`.

        `after` only tells that there are more: paging by offset would skip records that move
        while we read, so the caller goes on from the last value it saw.
        """
        body = search_body(filters, sort, properties)
        is_whole = len(body) <= settings.SEARCH_BODY
        if not is_whole:
            body = search_body(filters, sort, [kind.modified])
        response = self._send("POST", f"{kind.objects_path}/search", body=body, search=True)
        found = _decoded(response, Found, kind.name)
        return Listed(found.results, found.after, is_whole, _time(response))

    def batch_read(
        self,
        kind: Kind,
        ids: Sequence[str],
        properties: Sequence[str],
        *,
        id_property: str = "",
        archived: bool = False,
    ) -> list[Payload]:
        """The records that exist, 100 a call; the others are simply not there."""
        payloads: list[Payload] = []
        for some in batched(dict.fromkeys(ids), settings.BATCH):
            body: dict[str, Any] = {
                "inputs": [{"id": id_} for id_ in some],
                "properties": list(properties),
                "propertiesWithHistory": [],
            }
            if id_property:
                body["idProperty"] = id_property
            params = {"archived": "true"} if archived else {}
            path = f"{kind.objects_path}/batch/read"
            response = self._send("POST", path, params, msgspec.json.encode(body))
            payloads += _decoded(response, Found, kind.name).results
        return payloads

    def filled(self, kind: Kind, listed: Listed, properties: Sequence[str]) -> Sequence[Payload]:
        """The payloads with their properties; those that vanished in between are left out."""
        if listed.is_whole or not listed.payloads:
            return listed.payloads
        archived = listed.payloads[0].archived
        ids = [payload.id for payload in listed.payloads]
        return self.batch_read(kind, ids, properties, archived=archived)

    def batch_write(self, kind: Kind, action: str, inputs: Sequence[Mapping[str, Any]]) -> Response:
        """`action`: upsert, update or archive. Refusals are the caller's to read.

        Raises OutcomeUnknown when no usable answer came.
        """
        body = msgspec.json.encode({"inputs": inputs})
        path = f"{kind.objects_path}/batch/{action}"
        return self._send("POST", path, body=body, repeatable=False)

    def associations(
        self, kind: Kind, other: Kind, action: str, inputs: Sequence[Mapping[str, Any]]
    ) -> Response:
        """`action`: read, associate/default or archive. Each of them may be repeated."""
        path = f"/crm/associations/{settings.VERSION}/{kind.path}/{other.path}/batch/{action}"
        return self._send("POST", path, body=msgspec.json.encode({"inputs": inputs}))

    def tax_rates(self) -> Iterator[TaxRate]:
        after = ""
        while True:
            params = {"limit": "100"} | ({"after": after} if after else {})
            page = self._get(f"/tax-rates/{settings.VERSION}/tax-rates", params, TaxRates)
            yield from page.results
            after = str(page.paging.next.after) if page.paging and page.paging.next else ""
            if not after:
                return

    def definitions(self, kind: Kind) -> Sequence[Definition]:
        return self._get(kind.properties_path, {}, Definitions, kind.name).results

    def create_group(self, kind: Kind, name: str, label: str) -> Response:
        body = msgspec.json.encode({"name": name, "label": label, "displayOrder": -1})
        return self._send("POST", f"{kind.properties_path}/groups", body=body)

    def create_property(self, kind: Kind, definition: Mapping[str, Any]) -> Response:
        body = msgspec.json.encode(definition)
        return self._send("POST", kind.properties_path, body=body)

    def update_property(self, kind: Kind, name: str, changes: Mapping[str, Any]) -> Response:
        body = msgspec.json.encode(changes)
        return self._send("PATCH", f"{kind.properties_path}/{name}", body=body)

    def details(self) -> dict[str, Any]:
        path = f"/account-info/{settings.VERSION}/details"
        return self._get(path, {}, dict[str, Any])

    def uninstall(self) -> None:
        checked(self._send("DELETE", f"/appinstalls/{settings.VERSION}/external-install"))

    def pipelines(self, kind: Kind) -> Sequence[Pipeline]:
        path = f"/crm/pipelines/{settings.VERSION}/{kind.path}"
        return self._get(path, {}, Pipelines, kind.name).results

    def owners(self, *, archived: bool) -> Iterator[Owner]:
        """The active ones, or those who have left."""
        after = ""
        while True:
            params = {"limit": "500", "archived": str(archived).lower()}
            params |= {"after": after} if after else {}
            page = self._get(f"/crm/owners/{settings.VERSION}", params, Owners)
            yield from page.results
            after = str((page.paging or {}).get("next", {}).get("after", ""))
            if not after:
                return

    def _get[T](self, path: str, params: Mapping[str, str], shape: type[T], kind: str = "") -> T:
        return _decoded(self._send("GET", path, params), shape, kind)

    def _send(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        *,
        search: bool = False,
        repeatable: bool = True,
    ) -> Response:
        return self._http.send(
            method,
            path,
            params=params,
            body=body,
            content_type="application/json" if body is not None else "",
            # The limit over ten seconds does not count searches, which have their own.
            rules=SEARCHES if search else CALLS,
            repeatable=repeatable,
            correlation_header=settings.CORRELATION_HEADER,
            pause=faults.pause,
        )


def search_body(filters: Sequence[Filter], sort: str, properties: Sequence[str]) -> bytes:
    return msgspec.json.encode(
        {
            "filterGroups": [{"filters": filters}],
            "sorts": [{"propertyName": sort, "direction": "ASCENDING"}],
            "properties": properties,
            "limit": settings.SEARCH_PAGE,
        }
    )


def checked(response: Response, object_type: str = "") -> Response:
    """The response when it is a success; raises what its refusal means."""
    if response.status >= 300:
        raise faults.error_of(response, object_type)
    return response


def _time(response: Response) -> datetime | None:
    try:
        return parsedate_to_datetime(response.headers["date"])
    except (KeyError, ValueError):
        return None


def _decoded[T](response: Response, shape: type[T], object_type: str) -> T:
    try:
        return checked(response, object_type).json(shape)
    except msgspec.DecodeError as error:
        message = "HubSpot's answer could not be read."
        fault = Fault(Category.TRANSIENT, "UNREADABLE_ANSWER", f"{message} {error}")
        raise RetryLater(fault, faults.TEN_SECONDS) from error
