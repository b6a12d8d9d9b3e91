"""The few pages that stand in for a provider's own screens: look at a record, and correct it.

"Open in …" leads here, so that a person can mend a record as in the real thing. Bare HTML without
scripts; every value is escaped. No sign-in: it is a stand-in on somebody's own machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape

from integrations.sandbox.core import Response, html_response

STYLE = """body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:44rem;padding:0 1rem}
label{display:grid;grid-template-columns:12rem 1fr;gap:1rem;margin:.4rem 0;align-items:center}
input{font:inherit;padding:.3rem .5rem}td,th{padding:.3rem 1rem .3rem 0;text-align:left}
.told{color:#666}.problem{color:#b00020}@media(prefers-color-scheme:dark){:root{color-scheme:dark}}
@media(max-width:34rem){label{grid-template-columns:1fr;gap:.1rem}}"""
HEAD = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    "<title>{title}</title><style>{style}</style></head><body><main>{inside}</main></body></html>"
)


@dataclass(frozen=True, slots=True)
class Shown:
    """One field of a form."""

    name: str
    label: str
    value: str


def form_page(
    title: str,
    told: str,
    fields: Iterable[Shown],
    *,
    problem: str = "",
    saved: bool = False,
    below: str = "",
) -> Response:
    """A record with its fields open for changes; `below` is HTML with what belongs to it."""
    inputs = "".join(map(_input, fields))
    notice = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    notice += '<p role="status">Saved.</p>' if saved else ""
    inside = (
        f'<p class="told">{escape(told)}</p><h1>{escape(title)}</h1>{notice}'
        f'<form method="post" action="">{inputs}<button>Save</button></form>{below}'
    )
    return _page(400 if problem else 200, title, inside)


def list_page(title: str, told: str, rows: Iterable[Sequence[str]], address: str) -> Response:
    """Records below each other: id, name and what else there is; the name leads to `address`."""
    inside = "".join(_row(row, address) for row in rows)
    heading = f'<p class="told">{escape(told)}</p><h1>{escape(title)}</h1>'
    return _page(200, title, f"{heading}<table>{inside}</table>")


def table(heading: str, rows: Iterable[Sequence[str]], address: str) -> str:
    """The HTML of records that belong to a page's record; nothing when there are none."""
    inside = "".join(_row(row, address) for row in rows)
    return f"<h2>{escape(heading)}</h2><table>{inside}</table>" if inside else ""


def buttons(name: str, choices: Iterable[tuple[str, str]]) -> str:
    """The HTML of things to do with the page's record: value and label of each."""
    inside = "".join(
        f'<button name="{escape(name)}" value="{escape(value)}">{escape(label)}</button> '
        for value, label in choices
    )
    return f'<form method="post" action="">{inside}</form>' if inside else ""


def missing_page(told: str) -> Response:
    return _page(404, "Not found", f'<p class="told">{escape(told)}</p><h1>Not found</h1>')


def changed(sent: Mapping[str, str], fields: Iterable[Shown]) -> dict[str, str]:
    """What a person typed over."""
    return {
        field.name: sent[field.name]
        for field in fields
        if sent.get(field.name, field.value) != field.value
    }


def typed_over(fields: Iterable[Shown], typed: Mapping[str, str]) -> list[Shown]:
    """The fields as a person left them, to be corrected."""
    return [replace(field, value=typed.get(field.name, field.value)) for field in fields]


def _input(field: Shown) -> str:
    name, label, value = escape(field.name), escape(field.label), escape(field.value)
    return f'<label><span>{label}</span><input name="{name}" value="{value}"></label>'


def _row(row: Sequence[str], address: str) -> str:
    number, name, *others = map(escape, row)
    rest = "".join(f"<td>{value}</td>" for value in others)
    return f'<tr><th><a href="{escape(address)}{number}">{name}</a></th>{rest}</tr>'


def _page(status: int, title: str, inside: str) -> Response:
    page = HEAD.format(title=escape(title), style=STYLE, inside=inside)
    policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"
    answer = html_response(status, page)
    return Response(status, answer.body, (*answer.headers, ("Content-Security-Policy", policy)))
