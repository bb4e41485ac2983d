"""Let a person's own clocks, and refusals that wait for a ruling, be found without reading all others."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sla", "0016_grades_in_order")]

    operations = [
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("scope", "person")),
                fields=["rep", "handoff", "commitment"],
                name="clock_personal",
            ),
        ),
        migrations.AddIndex(
            model_name="refusal",
            index=models.Index(
                condition=models.Q(("contested_at__isnull", False), ("ruled_at__isnull", True)),
                fields=["contested_at"],
                name="refusal_contested",
            ),
        ),
    ]
