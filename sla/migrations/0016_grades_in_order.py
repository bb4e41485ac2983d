"""Let leads be listed by their grade at any depth."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sla", "0015_months")]

    operations = [
        migrations.AddIndex(
            model_name="standing",
            index=models.Index(fields=["grid", "lead"], name="standing_by_grid"),
        ),
    ]
