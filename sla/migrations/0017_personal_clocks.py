"""Let a person's own clocks be found without reading all that person's leads ran on."""

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
    ]
