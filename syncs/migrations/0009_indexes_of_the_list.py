from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("syncs", "0008_when_first_told"),
        ("accounts", "0004_what_a_digest_covered"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="syncrecord",
            index=models.Index(
                condition=models.Q(("currency", ""), _negated=True),
                fields=["currency", "tenant", "-id"],
                name="record_currency",
            ),
        ),
        migrations.AddIndex(
            model_name="syncrecord",
            index=models.Index(
                condition=models.Q(("due_on__isnull", False)),
                fields=["tenant", "due_on", "-id"],
                name="record_due_on",
            ),
        ),
        migrations.AddIndex(
            model_name="syncrecord",
            index=models.Index(
                condition=models.Q(("snoozed_until__isnull", False)),
                fields=["tenant", "snoozed_until", "-id"],
                name="record_snoozed",
            ),
        ),
        migrations.AddIndex(
            model_name="syncrecord",
            index=models.Index(fields=["created_at"], name="record_created"),
        ),
    ]
