"""The calls of the Accounting API that Saldo uses, each as a function."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from integrations.connectors.quickbooks import queries, settings
from integrations.connectors.quickbooks.errors import ProviderError, errors_in, errors_of
from integrations.connectors.quickbooks.faults import error_for_call, fault_from
from integrations.connectors.quickbooks.payloads import Payload, from_json, instant, to_json
from integrations.contract import (
    Category,
    ConnectorError,
    Fault,
    NotAllowed,
    OutcomeUnknown,
    RetryLater,
    SignInAgain,
)
from integrations.http import Http, Response, redact, retry_after

PAGE_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Rows:
    """Records of one answer and the time at QuickBooks when it was given."""

    rows: tuple[Payload, ...]
    time: datetime | None


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """The entries of a batch by their bId, and the id to quote to Intuit's support."""

    entries: dict[str, Payload]
    correlation_id: str


def pause(response: Response) -> float:
    """How long the company's calls must rest: a minute when throttled, unless told otherwise.

    An older gateway answers a throttled call with 403 (developer.intuit.com, "Limits and
    throttles").
    """
    throttled = response.status == 429 or (
        response.status == 403 and any(error.code == "3001" for error in errors_in(response.body))
    )
    if not throttled:
        return 0.0
    asked = retry_after(response)
    return settings.THROTTLED_SECONDS if asked is None else max(asked, 1.0)


class Client:
    """One company's API; every method raises a ConnectorError for what concerns the company."""

    def __init__(self, http: Http, realm_id: str) -> None:
        self._http = http
        self._realm_id = realm_id

    def company_info(self) -> Payload:
        answer = self._get(f"companyinfo/{self._realm_id}")
        return _member(answer, "CompanyInfo")

    def preferences(self) -> Payload:
        return _member(self._get("preferences"), "Preferences")

    def query(self, statement: str, entity: str) -> Rows:
        """The rows of a SELECT, at most PAGE_ROWS."""
        answer = self._query(statement)
        return Rows(tuple(_member(answer, "QueryResponse").get(entity) or ()), _time(answer))

    def every(self, entity: str, *conditions: str) -> list[Payload]:
        """Every record of a short list, by offset: one changed meanwhile is read again anyway."""
        rows: list[Payload] = []
        while True:
            statement = queries.select_from(entity, *conditions, order="Id", start=len(rows) + 1)
            page = self.query(statement, entity).rows
            rows.extend(page)
            if len(page) < PAGE_ROWS:
                return rows

    def count(self, statement: str) -> int:
        return int(_member(self._query(statement), "QueryResponse").get("totalCount") or 0)

    def changed(self, entity: str, since: str) -> Rows:
        """What change data capture has since then; deleted records carry `status`."""
        answer = self._get("cdc", {"entities": entity, "changedSince": since})
        rows: list[Payload] = []
        for response in answer.get("CDCResponse") or ():
            for part in response.get("QueryResponse") or ():
                rows.extend(part.get(entity) or ())
        return Rows(tuple(rows), _time(answer))

    def batch(self, key: str, items: Sequence[Payload]) -> BatchAnswer:
        """Send the items under one request id: sent twice, they are carried out once.

        Raises OutcomeUnknown when it was sent and no usable answer came; any other ConnectorError
        means that none of the items was carried out.
        """
        response = self._http.send(
            "POST",
            self._path("batch"),
            params={"requestid": key, "minorversion": settings.MINOR_VERSION},
            body=to_json({"BatchItemRequest": list(items)}),
            content_type="application/json",
            rules=settings.BATCH_RULES,
            repeatable=False,
            correlation_header=settings.CORRELATION_HEADER,
            pause=pause,
            timeout=settings.WRITE_SECONDS,
        )
        answer = _answer_to_write(response)
        entries = {str(item.get("bId")): item for item in answer.get("BatchItemResponse") or ()}
        return BatchAnswer(entries, _correlation_id(response))

    def _query(self, statement: str) -> Payload:
        # As a body: a list of a thousand ids is too long for an address.
        return self._read("POST", "query", {}, statement.encode())

    def _get(self, path: str, params: Mapping[str, str] | None = None) -> Payload:
        return self._read("GET", path, params or {}, None)

    def _read(
        self, method: str, path: str, params: Mapping[str, str], body: bytes | None
    ) -> Payload:
        response = self._http.send(
            method,
            self._path(path),
            params={**params, "minorversion": settings.MINOR_VERSION},
            body=body,
            content_type="application/text" if body is not None else "",
            rules=settings.CALL_RULES,
            repeatable=True,
            correlation_header=settings.CORRELATION_HEADER,
            pause=pause,
            timeout=settings.READ_SECONDS,
        )
        return _answer(response)

    def _path(self, name: str) -> str:
        return f"/v3/company/{self._realm_id}/{name}"


def _answer(response: Response) -> Payload:
    """The decoded answer; raises what a refusal means, also one that came with status 200."""
    payload = _decoded(response.body)
    errors = errors_of(payload) if payload is not None else errors_in(response.body)
    if errors:
        raise error_for_call(errors, _fault(errors, response))
    if payload is None or response.status >= 400:
        raise _error_for_status(response)
    return payload


def _answer_to_write(response: Response) -> Payload:
    """Like `_answer`; raises OutcomeUnknown when the answer leaves open what was done."""
    if response.status < 300 and _decoded(response.body) is None:
        raise OutcomeUnknown(_error_for_status(response).fault)
    try:
        return _answer(response)
    except RetryLater as error:
        if error.fault.category is Category.OUTCOME_UNKNOWN:
            raise OutcomeUnknown(error.fault) from error
        raise


def _decoded(body: bytes) -> Payload | None:
    try:
        payload = from_json(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return payload if isinstance(payload, dict) else None


def _fault(errors: Sequence[ProviderError], response: Response) -> Fault:
    return fault_from(errors, correlation_id=_correlation_id(response), raw=redact(response.text))


def _error_for_status(response: Response) -> ConnectorError:
    """The exception for an answer that names no error; only here the status decides."""
    category, kind = {
        401: (Category.CONNECTION_REAUTH, SignInAgain),
        403: (Category.CONNECTION_PERMISSION, NotAllowed),
    }.get(response.status, (Category.UNKNOWN, ConnectorError))
    fault = Fault(
        category,
        f"http_{response.status}",
        f"QuickBooks answered with status {response.status} and named no reason.",
        correlation_id=_correlation_id(response),
        raw=redact(response.text),
    )
    return kind(fault)


def _correlation_id(response: Response) -> str:
    return response.headers.get(settings.CORRELATION_HEADER, "")


def _member(answer: Payload, name: str) -> Payload:
    member: Any = answer.get(name)
    return member if isinstance(member, dict) else {}


def _time(answer: Payload) -> datetime | None:
    value = answer.get("time")
    return instant(value) if isinstance(value, str) and value else None
