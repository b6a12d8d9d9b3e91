"""The companies behind a sign-in: which there are, what they are called, and when one was moved."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from integrations.connectors.exact.client import Client
from integrations.connectors.exact.payloads import Payload, code
from integrations.contract import Category, Company, Fault, NotAllowed
from integrations.http import Http, utc_now

RESOURCE = "system/Divisions"
COLUMNS = (
    "Code",
    "Hid",
    "Description",
    "CustomerName",
    "Currency",
    "Country",
    "Status",
    "BlockingStatus",
    "DivisionMoveDate",
    "DivisionHRLinkUnlinkDate",
)
_ACTIVE = 1
_CURRENCY = "home currency"


@dataclass(frozen=True, slots=True)
class Division:
    """A company ("administratie") as Exact describes it."""

    code: str
    name: str
    number: str
    currency: str
    country: str
    is_open: bool
    # Changes whenever all its timestamps were made anew.
    made_anew: str


def companies(http: Http) -> Sequence[Company]:
    """The active companies that the person may enter, the one opened last first."""
    current = current_division(Client(http, "", utc_now))
    found = divisions(Client(http, current, utc_now))
    ours = [each for each in found if each.is_open]
    ours.sort(key=lambda each: (each.code != current, each.name.casefold()))
    return [Company(each.code, each.name, _note(each)) for each in ours]


def current_division(client: Client) -> str:
    """The division that the person opened last, which only serves to ask for all of them."""
    return code(client.me("CurrentDivision").get("CurrentDivision"))


def divisions(client: Client) -> list[Division]:
    return [_division(row) for row in client.every(RESOURCE, COLUMNS)]


def division(client: Client) -> Division:
    """The client's own; raises NotAllowed when the person or the application may not enter it."""
    rows = client.page(RESOURCE, COLUMNS, f"Code eq {client.division}").rows
    if not rows:
        message = f"Saldo may not enter the company {client.division} at Exact any more."
        raise NotAllowed(Fault(Category.CONNECTION_PERMISSION, "division", message))
    return _division(rows[0])


def home_currency(client: Client) -> str:
    """The currency of the division, read once."""
    if _CURRENCY not in client.shelf:
        client.shelf[_CURRENCY] = division(client).currency
    return str(client.shelf[_CURRENCY])


def _division(row: Payload) -> Division:
    number = code(row.get("Code"))
    return Division(
        code=number,
        name=_text(row.get("Description")) or _text(row.get("CustomerName")) or number,
        number=code(row.get("Hid")),
        currency=code(row.get("Currency")),
        country=code(row.get("Country")),
        is_open=row.get("Status") == _ACTIVE and not row.get("BlockingStatus"),
        made_anew="|".join(
            code(row.get(name)) for name in ("DivisionMoveDate", "DivisionHRLinkUnlinkDate")
        ),
    )


def _text(value: Any) -> str:
    return str(value or "").strip()


def _note(found: Division) -> str:
    told = (found.number, found.country, found.currency)
    return " · ".join(part for part in told if part)
