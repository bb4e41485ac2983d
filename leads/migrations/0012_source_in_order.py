"""Let the list of leads be sorted by source at any depth."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leads", "0011_marks_in_order")]

    operations = [
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(fields=["source", "id"], name="lead_by_source_and_id"),
        ),
        migrations.RemoveIndex(model_name="lead", name="lead_by_source"),
    ]
