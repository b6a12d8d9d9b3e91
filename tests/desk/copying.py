"""Two companies that call the same things by different ids, for copying between them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

from integrations.contract import Choice, Field
from syncs import services
from syncs.copying import Ends, How, SyncPlan, plan_of
from syncs.models import (
    FieldList,
    FilterCondition,
    Mapping,
    Sync,
)

THERE: dict[str, Sequence[Choice]] = {
    "income_accounts": (Choice("79", "Sales"), Choice("80", "Services")),
    "expense_accounts": (Choice("60", "Cost of goods"),),
    "terms": (Choice("3", "Net 30"),),
    "tax_rates": (Choice("t21", "VAT high", rate=Decimal(21)), Choice("t9", "VAT low")),
    "tax_codes": (Choice("5", "21% sales"), Choice("6", "9% sales")),
}
HERE: dict[str, Sequence[Choice]] = {
    # The same ids for other things, and the same things by other ids.
    "income_accounts": (Choice("79", "Bank"), Choice("12", "Sales")),
    "expense_accounts": (Choice("61", "Cost of goods"), Choice("62", "Cost of goods")),
    "terms": (Choice("9", "Net 30"),),
    "tax_rates": (Choice("x21", "VAT high", rate=Decimal(21)),),
    "tax_codes": (Choice("50", "21% sales"), Choice("60", "9% sales")),
}
SETTINGS = {
    "income_account": "79",
    "expense_account": "60",
    "terms": "3",
    "taxes": [["t21", "5", "21", "VAT high"], ["t9", "6", "9", "VAT low"]],
}


def plan(source: Sync, target: Sync | None, to: Any = None, **chosen: str) -> SyncPlan:
    ends = Ends(source.integration, is_source=True), Ends(to or target.integration)  # type: ignore[union-attr]
    answers = {key.replace("__", "|"): value for key, value in chosen.items()}
    return plan_of(source, target, ends, answers)


def how(found: SyncPlan, ending: str) -> How:
    return next(one.how for one in found.bindings if one.key.endswith(ending))


def add_field(sync: Sync, side: str, field: Field) -> None:
    connection = getattr(sync.integration, side)
    row = FieldList.objects.for_tenant(sync.tenant_id).get(connection=connection)
    row.fields = [*row.fields, msgspec.to_builtins(field)]
    row.save(update_fields=["fields"])


def add_mapping(sync: Sync, left: str, right: str = "Notes", **values: Any) -> None:
    rows = Mapping.objects.for_tenant(sync.tenant_id).filter(sync=sync, locked=False)
    kept = [row for row in rows if row.right != [right]]
    new = Mapping(key="own_1", left=[left], right=[right], direction="to_right", **values)
    services.replace_mappings(sync, [*kept, new])


def add_condition(sync: Sync, *values: str, field: str = "lifecyclestage") -> None:
    row = FilterCondition(
        side="left", group=1, field=field, operator="is_one_of", values=list(values)
    )
    services.replace_conditions(sync, [row])


def own(sync: Sync) -> list[tuple[str, list[str], list[str]]]:
    rows = Mapping.objects.for_tenant(sync.tenant_id).filter(sync=sync, locked=False)
    return [(row.key, row.left, row.right) for row in rows.order_by("position", "key")]
