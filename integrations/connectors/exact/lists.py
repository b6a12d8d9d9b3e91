"""The company's own lists, from which choice fields take their values."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from integrations.connectors.exact.accounts import STATUSES
from integrations.connectors.exact.client import Client
from integrations.connectors.exact.document_lists import DOCUMENT_LISTS
from integrations.connectors.exact.live_lists import LiveList, by_label, entries
from integrations.connectors.exact.payloads import Payload, code
from integrations.contract import (
    Category,
    Choice,
    ConnectorError,
    Fault,
    Misconfigured,
    RetryLater,
    SignInAgain,
)

type Make = Callable[[Client], tuple[Choice, ...]]

REVENUE = 110


def _not_blocked(row: Payload) -> bool:
    return not row.get("IsBlocked")


def _for_sales(row: Payload) -> bool:
    return code(row.get("VATTransactionType")) in ("", "B", "S")


def _is_revenue(row: Payload) -> bool:
    return row.get("Type") == REVENUE


def _is_used(row: Payload) -> bool:
    return row.get("Active") is not False


LISTS: Mapping[str, LiveList] = MappingProxyType(
    {
        "payment_conditions": LiveList("cashflow/PaymentConditions", "Code"),
        "vat_codes": LiveList(
            "vat/VATCodes",
            "Code",
            ("Code", "Description", "VATTransactionType", "IsBlocked"),
            keeps=_for_sales,
            is_active=_not_blocked,
            rate="Percentage",
        ),
        "revenue_accounts": LiveList(
            "financial/GLAccounts",
            "ID",
            ("Code", "Description", "Type", "IsBlocked"),
            keeps=_is_revenue,
            is_active=_not_blocked,
            where=f"Type eq {REVENUE}",
        ),
        "item_groups": LiveList("logistics/ItemGroups", "ID"),
        "units": LiveList(
            "logistics/Units", "Code", ("Code", "Description", "Active"), is_active=_is_used
        ),
        "currencies": LiveList("general/Currencies", "Code"),
        "classifications": LiveList("crm/AccountClassifications", "ID"),
    }
)
USERS = LiveList(
    "system/Users",
    "UserID",
    ("FullName", "UserName"),
    label=lambda row: str(row.get("FullName") or row.get("UserName") or "").strip(),
)
# Where users are named that may not be listed.
_NAMED_IN = "sync/CRM/Accounts"
_NAMES = (
    ("AccountManager", "AccountManagerFullName"),
    ("Creator", "CreatorFullName"),
    ("Modifier", "ModifierFullName"),
)


def choices_of(client: Client, list_name: str) -> tuple[Choice, ...]:
    """The entries of a list as they are now; raises Misconfigured for a list that is not there."""
    if list_name in LISTS:
        return entries(client, LISTS[list_name])
    make = {**_MADE, **DOCUMENT_LISTS}.get(list_name)
    if make is None:
        message = f"Exact has no list {list_name!r} that Saldo knows."
        raise Misconfigured(Fault(Category.CONFIGURATION, "unknown_list", message))
    return make(client)


def _users(client: Client) -> tuple[Choice, ...]:
    """The users of the company; of one that may not be asked for them, those its accounts name."""
    try:
        return entries(client, USERS)
    except (RetryLater, SignInAgain):
        raise
    except ConnectorError:
        columns = tuple(column for pair in _NAMES for column in pair)
        rows = client.page(_NAMED_IN, columns, "Timestamp gt 1L").rows
    named = {
        code(row.get(key)).lower(): code(row.get(name)) for row in rows for key, name in _NAMES
    }
    found = (Choice(value, label) for value, label in named.items() if value and label)
    return tuple(sorted(found, key=by_label))


_MADE: Mapping[str, Make] = MappingProxyType(
    {"account_types": lambda _client: STATUSES, "users": _users}
)
