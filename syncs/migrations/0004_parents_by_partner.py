"""Parents are told apart by the object type of their partner too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("syncs", "0003_quicker_lists")]

    operations = [
        migrations.AddField(
            model_name="syncrecord",
            name="parent_right_type",
            field=models.CharField(blank=True, default="", max_length=100),
        ),
    ]
