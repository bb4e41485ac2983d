"""Let personal clocks, leads offered again and contested refusals be found without reading all others."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sla", "0016_grades_in_order")]

    operations = [
        migrations.RemoveIndex(model_name="handoff", name="handoff_again"),
        migrations.AddIndex(
            model_name="handoff",
            index=models.Index(
                condition=models.Q(("cycle__gt", 1), ("hop__gt", 1), _connector="OR"),
                fields=["offered_at", "leg", "lead"],
                name="handoff_again",
            ),
        ),
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
