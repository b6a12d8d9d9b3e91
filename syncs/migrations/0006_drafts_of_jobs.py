"""A job can be a draft: uploaded and shown, not handed in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("syncs", "0005_the_desk")]

    operations = [
        migrations.AlterField(
            model_name="deskjob",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "not applied yet"),
                    ("queued", "queued"),
                    ("running", "running"),
                    ("done", "done"),
                    ("failed", "failed"),
                    ("cancelled", "cancelled"),
                ],
                default="queued",
                max_length=10,
                verbose_name="state",
            ),
        ),
    ]
