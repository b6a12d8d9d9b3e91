"""Syncs know whether people were told of their first pass; those at work need not be told again."""

from typing import Any

from django.db import migrations, models
from django.utils import timezone

# As causes of missing parents begin; the kind of all of them is this with the parent's type.
PARENT = "parent"


def know_what_is_there(apps: Any, schema_editor: Any) -> None:
    """Nobody hears of the kinds of failure that were there before there were messages."""
    known_causes, now = apps.get_model("syncs", "KnownCause"), timezone.now()
    syncs = apps.get_model("syncs", "Sync").objects
    at_work = syncs.exclude(left_read_at=None).exclude(right_read_at=None)
    for sync in at_work.only("pk", "tenant_id").iterator():
        records = apps.get_model("syncs", "SyncRecord").objects.filter(sync_id=sync.pk)
        causes = records.exclude(cause="").order_by().values_list("cause", flat=True).distinct()
        kinds = {_kind(cause) for cause in causes.iterator()}
        rows = (
            known_causes(tenant_id=sync.tenant_id, sync_id=sync.pk, cause=kind, opened_at=now)
            for kind in sorted(kinds)
        )
        known_causes.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    at_work.update(first_told_at=now)


def _kind(cause: str) -> str:
    parts = cause.split("|")
    return "|".join(parts[:2]) if parts[0] == PARENT else cause


class Migration(migrations.Migration):
    dependencies = [("syncs", "0007_amounts_and_failures")]

    operations = [
        migrations.AddField(
            model_name="sync",
            name="first_told_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RunPython(know_what_is_there, migrations.RunPython.noop),
    ]
