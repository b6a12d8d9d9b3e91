"""Answering a GET of a collection: options, pages and the three shapes of an answer."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from integrations.sandbox.core import Response, json_response
from integrations.sandbox.exact import filters, times
from integrations.sandbox.exact.call import Call
from integrations.sandbox.exact.fields import Edm, Field
from integrations.sandbox.exact.messages import Stopped
from integrations.sandbox.exact.rendering import literal, rendered
from integrations.sandbox.exact.resources import Entity, Resource
from integrations.sandbox.exact.rows import Shown, found

_KNOWN = frozenset(
    {"$filter", "$select", "$orderby", "$top", "$skip", "$skiptoken", "$inlinecount", "$expand",
     "$format"}
)  # fmt: skip
NEEDS_SELECT = "Please add a $select or a $top=1 statement to the query string."
NO_KEY = "Bad Request - The request needs the key of a record."
NEEDS_FILTER = (
    "This endpoint has mandatory filtering applied. A GET request for this endpoint must have a "
    "$filter parameter with one of the following fields in the url: {fields}"
)


@dataclass(frozen=True)
class Options:
    """The query of a call, read."""

    wanted: filters.Expression | None
    names: tuple[str, ...]
    # Field and whether it falls.
    order: tuple[tuple[str, bool], ...]
    top: int | None
    skip: int
    after: tuple[Any, ...] | None
    expanded: tuple[str, ...]
    counts: bool


def listed(resource: Resource, call: Call, *, must_filter: bool = True) -> Response:
    """A page of a collection; raises Stopped (400)."""
    options = read_options(resource, call.request.query)
    _require(resource, options, call.request.query, must_filter=must_filter)
    rows, total = _chosen(resource, call, options)
    limit = resource.page if options.top is None else min(options.top, resource.page)
    page = list(itertools.islice(rows, options.skip, options.skip + limit))
    results = [rendered(resource, call, row, options.names, options.expanded) for row in page]
    if options.top is not None and options.top <= resource.page and not options.counts:
        bare = not resource.keeps_results
        return json_response(200, {"d": results if bare else {"results": results}})
    content: dict[str, Any] = {"results": results}
    if options.counts:
        content = {"__count": str(total)} | content
    # A page that is just full may be the last one: then the next is empty.
    is_full = len(page) == resource.page
    if is_full and (options.top is None or options.top > resource.page):
        content["__next"] = _next(resource, call, options, page[-1])
    return json_response(200, {"d": content})


def counted(resource: Resource, call: Call, *, must_filter: bool = True) -> Response:
    """The bare number of rows; it is no JSON."""
    accept = call.request.header("accept")
    if "application/json" in accept and "*/*" not in accept and "text/plain" not in accept:
        raise Stopped(415, "Unsupported media type requested.")
    options = read_options(resource, call.request.query)
    _require_filter(resource, options, must_filter=must_filter)
    total = sum(1 for _ in found(resource, call, options.wanted))
    return Response(200, str(total).encode(), (("Content-Type", "text/plain;charset=utf-8"),))


def read_options(resource: Resource, query: Mapping[str, list[str]]) -> Options:
    given = {name: values[0] for name, values in query.items()}
    for name in given:
        if name.startswith("$") and name not in _KNOWN:
            raise Stopped(
                400,
                f"The query parameter '{name}' begins with a system-reserved '$' character but "
                "is not recognized.",
            )
    order = _order(resource, given.get("$orderby", ""))
    text = given.get("$filter", "")
    return Options(
        wanted=filters.parse(text, resource) if text.strip() else None,
        names=_names(resource, given.get("$select", "")),
        order=order,
        top=_whole(given, "$top"),
        skip=_whole(given, "$skip") or 0,
        after=_after(given.get("$skiptoken", ""), resource, order),
        expanded=_expanded(resource, given.get("$expand", "")),
        counts=given.get("$inlinecount") == "allpages",
    )


def _require(
    resource: Resource, options: Options, query: Mapping[str, list[str]], *, must_filter: bool
) -> None:
    if resource.needs_select and "$select" not in query and options.top != 1:
        raise Stopped(400, NEEDS_SELECT)
    _require_filter(resource, options, must_filter=must_filter)


def _require_filter(resource: Resource, options: Options, *, must_filter: bool) -> None:
    if not must_filter or not resource.needs_filter:
        return
    named = options.wanted.fields if options.wanted else frozenset()
    if not named & set(resource.needs_filter):
        raise Stopped(400, NEEDS_FILTER.format(fields=", ".join(resource.needs_filter)))


def _chosen(resource: Resource, call: Call, options: Options) -> tuple[Iterator[Shown], int]:
    """The rows from where the page begins, and how many there are where that is asked."""
    last_key = options.after[0] if options.after and not options.order else None
    if not options.order and not options.counts:
        return found(resource, call, options.wanted, last_key), 0
    rows = list(found(resource, call, options.wanted))
    total = len(rows)
    if last_key is not None:
        rows = [row for row in rows if row.key > last_key]
    return _ordered(resource, rows, options), total


def _ordered(resource: Resource, rows: list[Shown], options: Options) -> Iterator[Shown]:
    for name, falls in reversed(options.order):
        rows.sort(key=lambda row: _rank(row.read(name)), reverse=falls)
    after = options.after
    if after is None or not options.order:
        return iter(rows)
    names = [*(name for name, _ in options.order), resource.key]
    falling = [*(falls for _, falls in options.order), False]
    return (row for row in rows if _is_behind(row, names, falling, after))


def _is_behind(
    row: Shown, names: Sequence[str], falling: Sequence[bool], after: Sequence[Any]
) -> bool:
    for name, falls, last in zip(names, falling, after, strict=True):
        own = _rank(row.key if name == names[-1] else row.read(name))
        if own != _rank(last):
            return (own < _rank(last)) if falls else (own > _rank(last))
    return False


def _rank(value: Any) -> tuple[bool, Any]:
    """Nulls come first; texts whatever their capitals."""
    if value is None:
        return (False, 0)
    return (True, value.casefold() if isinstance(value, str) else value)


def _next(resource: Resource, call: Call, options: Options, last: Shown) -> str:
    """The address of the page behind a row: everything asked for again, and where to go on."""
    token = [
        *(_token(resource.fields[name], last.read(name)) for name, _ in options.order),
        literal(resource.key_field, last.key),
    ]
    query = {name: values[0] for name, values in call.request.query.items()}
    for name in ("$skip", "$skiptoken", "$top"):
        query.pop(name, None)
    if options.top is not None:
        query["$top"] = str(options.top - resource.page)
    query["$skiptoken"] = ",".join(token)
    asked = "&".join(f"{name}={quote(value, safe=chr(39))}" for name, value in query.items())
    return f"{call.api_url}/{resource.path}?{asked}"


def _token(field: Field, held: Any) -> str:
    return "null" if held is None else literal(field, held)


def _names(resource: Resource, text: str) -> tuple[str, ...]:
    if text.strip() in ("", "*"):
        return tuple(resource.fields)
    names = tuple(name.strip() for name in text.split(","))
    for name in names:
        # "Lines/Item" chooses from expanded lines.
        _require_known(resource, name.partition("/")[0])
    return tuple(dict.fromkeys(name.partition("/")[0] for name in names))


def _order(resource: Resource, text: str) -> tuple[tuple[str, bool], ...]:
    found: list[tuple[str, bool]] = []
    for part in filter(None, (each.strip() for each in text.split(","))):
        name, _, direction = part.partition(" ")
        _require_known(resource, name)
        if direction.strip() not in ("", "asc", "desc"):
            raise Stopped(400, f"Syntax error in $orderby at '{part}'.")
        found.append((name, direction.strip() == "desc"))
    return tuple(found)


def _require_known(resource: Resource, name: str) -> None:
    if name not in resource.fields:
        kind = resource.type
        raise Stopped(
            400, f"Could not find a property named '{name}' on type 'Exact.Web.Api.Models.{kind}'."
        )


def _expanded(resource: Resource, text: str) -> tuple[str, ...]:
    names = tuple(filter(None, (each.strip() for each in text.split(","))))
    for name in names:
        _require_known(resource, name)
        if not isinstance(resource, Entity) or name not in resource.lines:
            raise Stopped(400, f"Expanding '{name}' is not supported.")
    return names


def _whole(given: Mapping[str, str], name: str) -> int | None:
    if name not in given:
        return None
    if not given[name].isdecimal():
        raise Stopped(400, f"Incorrect format for {name} argument '{given[name]}'.")
    return int(given[name])


def _after(
    text: str, resource: Resource, order: Sequence[tuple[str, bool]]
) -> tuple[Any, ...] | None:
    if not text:
        return None
    kinds = [*(resource.fields[name] for name, _ in order), resource.key_field]
    parts = _split(text)
    if len(parts) != len(kinds):
        raise Stopped(400, f"Error parsing $skiptoken '{text}'.")
    return tuple(_read(field, part) for field, part in zip(kinds, parts, strict=True))


def _split(text: str) -> list[str]:
    """Commas part the values, but not inside quotes."""
    parts, quoted = [""], False
    for sign in text:
        quoted ^= sign == "'"
        if sign == "," and not quoted:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _read(field: Field, text: str) -> Any:
    """The value of a literal in a $skiptoken; raises Stopped (400)."""
    bare = text.partition("'")[2].removesuffix("'").replace("''", "'")
    try:
        if text == "null":
            return None
        if field.type is Edm.GUID:
            return str(uuid.UUID(bare))
        if field.type is Edm.DATETIME:
            return times.parse(bare, times.NO_ZONE)
        if field.type is Edm.STRING:
            return bare
        if field.type is Edm.BOOLEAN:
            return text == "true"
        return float(text) if field.type is Edm.DOUBLE else int(text.rstrip("L"))
    except ValueError as error:
        raise Stopped(400, f"Error parsing $skiptoken '{text}'.") from error
