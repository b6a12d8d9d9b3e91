"""What is there already gets its amount, its cause and its open failure, slice by slice.

Each slice is a transaction of its own and takes up only what is not filled: it may be interrupted
and run again, and it holds no more than a slice in memory.
"""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import migrations, transaction
from django.db.models import Q, QuerySet
from django.db.models.fields.json import KeyTextTransform

SLICE = 5_000
LARGEST = Decimal(10) ** 16
LENGTH = 160

DEAL = {"left": ("amount", "deal_currency_code"), "right": ("AmountFC", "Currency")}
# Recipe -> side -> fields of the amount and its currency, as they were when this was written.
WORTH: dict[str, dict[str, tuple[str, str]]] = {
    "hubspot_quickbooks_invoices": {
        "left": ("hs_amount_billed", "hs_currency"),
        "right": ("TotalAmt", "CurrencyRef"),
    },
    "hubspot_quickbooks_payments": {
        "left": ("received", "hs_currency_code"),
        "right": ("TotalAmt", "CurrencyRef"),
    },
    "hubspot_quickbooks_payment_notes": {"right": ("TotalAmt", "CurrencyRef")},
    "hubspot_exact_invoices": DEAL,
    "hubspot_exact_entries": DEAL,
    "hubspot_exact_opportunities": DEAL,
}
FIELDS = sorted({name for sides in WORTH.values() for pair in sides.values() for name in pair})


def fill_amounts(apps: Any, schema_editor: Any) -> None:
    syncs = {
        pk: (WORTH[recipe], currency)
        for pk, recipe, currency in apps.get_model("syncs", "Sync")
        .objects.filter(recipe__in=WORTH)
        .values_list("pk", "recipe", "tenant__currency")
    }
    values = {
        f"{side}_{name}": KeyTextTransform(name, f"{side}_values")
        for side in ("left", "right")
        for name in FIELDS
    }
    records = apps.get_model("syncs", "SyncRecord").objects.filter(sync_id__in=syncs, amount=None)
    for rows in _slices(records.annotate(**values), ("sync_id", "born", *values)):
        found = [
            (amount, currency, row["pk"])
            for row in rows
            for amount, currency in [_worth(row, *syncs[row["sync_id"]])]
            if amount is not None
        ]
        if found:
            with transaction.atomic(), schema_editor.connection.cursor() as cursor:
                cursor.executemany(
                    "UPDATE syncs_syncrecord SET amount = %s, currency = %s WHERE id = %s", found
                )


def open_failures(apps: Any, schema_editor: Any) -> None:
    Failure = apps.get_model("syncs", "Failure")
    unmended = Q(status="failing") | Q(status="pending", first_failed_at__isnull=False)
    records = apps.get_model("syncs", "SyncRecord").objects.filter(unmended, cause="")
    names = ("tenant_id", "sync_id", "category", "reason", "details", "first_failed_at")
    times = ("last_attempt_at", "created_at")
    parents = ("parent_type", "parent_id", "parent_right_type")
    for rows in _slices(records, (*names, *times, *parents)):
        facts = [(row, _cause(row), _since(row)) for row in rows]
        stored = schema_editor.connection.ops.adapt_datetimefield_value
        with transaction.atomic():
            with schema_editor.connection.cursor() as cursor:
                cursor.executemany(
                    "UPDATE syncs_syncrecord SET cause = %s, first_failed_at = %s WHERE id = %s",
                    [(cause, stored(since), row["pk"]) for row, cause, since in facts],
                )
            Failure.objects.bulk_create(
                (
                    Failure(
                        tenant_id=row["tenant_id"],
                        sync_id=row["sync_id"],
                        record_id=row["pk"],
                        opened_at=since,
                        category=row["category"],
                        code=str(row["details"].get("code", ""))[:100],
                        reason=row["reason"],
                        cause=cause,
                    )
                    for row, cause, since in facts
                ),
                batch_size=500,
                ignore_conflicts=True,
            )


def _slices(rows: QuerySet[Any], names: tuple[str, ...]) -> Iterator[list[dict[str, Any]]]:
    last = 0
    while found := list(rows.filter(pk__gt=last).order_by("pk").values("pk", *names)[:SLICE]):
        yield found
        last = found[-1]["pk"]


def _worth(
    row: dict[str, Any], sides: dict[str, tuple[str, str]], home: str
) -> tuple[Decimal | None, str]:
    """What the side says where it was born, else the other."""
    other = "right" if row["born"] == "left" else "left"
    for side in (row["born"], other):
        if side not in sides:
            continue
        amount, currency = (row[f"{side}_{name}"] for name in sides[side])
        number = _number(amount)
        if number is not None:
            named = str(currency or "").upper()
            return number, named if len(named) == 3 and named.isalpha() else home
    return None, ""


def _number(text: str | None) -> Decimal | None:
    try:
        number = Decimal(str(text))
        return number.quantize(Decimal("0.0001")) if abs(number) < LARGEST else None
    except InvalidOperation:
        return None


def _cause(row: dict[str, Any]) -> str:
    if row["category"] == "parent_missing" and row["parent_type"] and row["parent_id"]:
        named = ("parent", row["parent_type"], row["parent_id"], row["parent_right_type"])
        return "|".join(part for part in named if part)[:LENGTH]
    details = row["details"]
    parts = (row["category"] or "unknown", details.get("code", ""), details.get("field", ""))
    return "|".join(parts)[:LENGTH]


def _since(row: dict[str, Any]) -> Any:
    return row["first_failed_at"] or row["last_attempt_at"] or row["created_at"]


class Migration(migrations.Migration):
    # Each slice stays, so that a million rows are never one transaction.
    atomic = False

    dependencies = [
        ("syncs", "0006_drafts_of_jobs"),
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(fill_amounts, migrations.RunPython.noop),
        migrations.RunPython(open_failures, migrations.RunPython.noop),
    ]
