"""Let the list of leads of a stage be read at any depth: nobody asks a stage by its moment alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leads", "0013_parts_of_leads")]

    operations = [
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(fields=["stage", "id"], name="lead_by_stage_and_id"),
        ),
        migrations.RemoveIndex(model_name="lead", name="lead_by_stage"),
    ]
