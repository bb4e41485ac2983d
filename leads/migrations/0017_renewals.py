"""Tell marks of a new agreement from those of a changed fact."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leads", "0016_fewer_indexes")]

    operations = [
        migrations.AddField(
            "factchange",
            "renewals",
            models.PositiveIntegerField(
                db_default=0,
                default=0,
                help_text="How many of the marks tell of a new agreement and of no changed fact.",
            ),
        ),
    ]
