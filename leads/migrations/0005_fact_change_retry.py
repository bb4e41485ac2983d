"""A lead that cannot be judged is set aside for a while and blocks nobody."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leads", "0004_import_origins")]

    operations = [
        migrations.AddField(
            "factchange",
            "attempts",
            models.PositiveSmallIntegerField(default=0, help_text="How often judging it failed."),
        ),
        migrations.AddField(
            "factchange",
            "retry_at",
            models.DateTimeField(null=True, help_text="Set aside until then; a new change takes it up."),
        ),
        migrations.AddField("factchange", "error", models.TextField(blank=True)),
    ]
