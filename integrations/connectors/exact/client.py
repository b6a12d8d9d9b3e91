"""The calls of Exact's REST API that Saldo uses, each as a function."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from integrations.connectors.exact import odata, settings
from integrations.connectors.exact.errors import refuses
from integrations.connectors.exact.faults import error_for_read, refused_by, stop_of
from integrations.connectors.exact.limits import ENDPOINT_ERRORS, pace_told, pause_seconds
from integrations.connectors.exact.payloads import Payload, Rows, from_json, rows_of, to_json
from integrations.contract import Category, Fault, OutcomeUnknown, RetryLater
from integrations.http import Clock, Http, Response, redact

UNREADABLE_SECONDS = 30.0
_API = "/api/v1/"


class Client:
    """One division's API. Reading raises a ConnectorError for whatever is refused; writing raises
    `Refused` where only the record is at fault."""

    def __init__(self, http: Http, division: str, clock: Clock) -> None:
        self._http = http
        self.division = division
        self._clock = clock
        self._pace = settings.MINUTE
        # What need be read but once while this client lives.
        self.shelf: dict[str, Any] = {}

    # Reading

    def me(self, *columns: str) -> Payload:
        """Who signed in; the one resource without a division."""
        query = odata.query(select=columns)
        rows = self._rows(f"{_API}current/Me?{query}", "current/Me").rows
        return dict(rows[0]) if rows else {}

    def page(
        self,
        resource: str,
        select: Sequence[str],
        where: str = "",
        order: str = "",
        top: int = 0,
        expand: str = "",
    ) -> Rows:
        """The first page; the others follow by the address that it names."""
        query = odata.query(select=select, where=where, order=order, top=top, expand=expand)
        return self._rows(f"{self._path(resource)}?{query}", resource)

    def follow(self, address: str, resource: str) -> Rows:
        """The page at an address that an answer named: always at our own host."""
        _, found, rest = address.partition(_API)
        if not found:
            message = "Exact named a next page outside of its API."
            raise RetryLater(Fault(Category.TRANSIENT, "bad_next", message), UNREADABLE_SECONDS)
        return self._rows(_API + rest, resource)

    def every(
        self,
        resource: str,
        select: Sequence[str],
        where: str = "",
        order: str = "",
        expand: str = "",
    ) -> Iterator[Payload]:
        """All rows, page by page."""
        query = odata.query(select=select, where=where, order=order, expand=expand)
        page = self._rows(f"{self._path(resource)}?{query}", resource)
        while True:
            yield from page.rows
            if not page.next:
                return
            page = self.follow(page.next, resource)

    def among(
        self,
        resource: str,
        select: Sequence[str],
        conditions: Iterable[str],
        *,
        also: str = "",
        expand: str = "",
    ) -> Iterator[Payload]:
        """The rows that fit any of the conditions (and `also`), in as few calls as fit addresses.

        A row that fits several comes once.
        """
        fixed = odata.query(select=select, where=odata.all_of("()", also), expand=expand)
        taken = len(self._path(resource)) + len(fixed) + 1
        for group in odata.portions(dict.fromkeys(conditions), taken=taken):
            where = odata.all_of(odata.any_of(group), also)
            yield from self.every(resource, select, where, expand=expand)

    # Writing

    def create(self, resource: str, body: Mapping[str, Any]) -> Payload:
        """The answer to a POST, of which only the key can be relied on.

        Raises Refused, OutcomeUnknown, or a ConnectorError when nothing at all was done.
        """
        response = self._write("POST", self._path(resource), resource, body)
        try:
            rows = rows_of(from_json(response.body)).rows
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
            raise OutcomeUnknown(_unreadable(response)) from error
        return dict(rows[0]) if rows else {}

    def change(self, resource: str, key: str, body: Mapping[str, Any]) -> None:
        """A PUT of the members in the body; all others stay as they are."""
        self._write("PUT", self._record(resource, key), resource, body)

    def delete(self, resource: str, key: str) -> None:
        self._write("DELETE", self._record(resource, key), resource, None)

    # Calls

    def _rows(self, path: str, resource: str) -> Rows:
        response = self._send("GET", path, resource, None)
        if response.status >= 300:
            raise error_for_read(refused_by(response))
        try:
            return rows_of(from_json(response.body))
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
            raise RetryLater(_unreadable(response), UNREADABLE_SECONDS) from error

    def _write(
        self, method: str, path: str, resource: str, body: Mapping[str, Any] | None
    ) -> Response:
        response = self._send(method, path, resource, body)
        if response.status < 300:
            return response
        refused = refused_by(response)
        raise stop_of(refused) or refused

    def _send(
        self, method: str, path: str, resource: str, body: Mapping[str, Any] | None
    ) -> Response:
        is_read = method == "GET"
        response = self._http.send(
            method,
            path,
            body=None if body is None else to_json(body),
            content_type="" if body is None else "application/json",
            rules=(self._pace,),
            endpoint=resource,
            errors=ENDPOINT_ERRORS,
            refuses=refuses,
            repeatable=is_read,
            pause=self._pause,
            timeout=settings.READ_SECONDS if is_read else settings.WRITE_SECONDS,
        )
        self._pace = pace_told(response) or self._pace
        return response

    def _pause(self, response: Response) -> float:
        return pause_seconds(response, self._clock().timestamp())

    def _path(self, resource: str) -> str:
        return f"{_API}{self.division}/{resource}"

    def _record(self, resource: str, key: str) -> str:
        return f"{self._path(resource)}({odata.guid(key)})"


def _unreadable(response: Response) -> Fault:
    message = f"Exact's answer (status {response.status}) could not be read."
    return Fault(Category.TRANSIENT, "unreadable", message, raw=redact(response.text))
