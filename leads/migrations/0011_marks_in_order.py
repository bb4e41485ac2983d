"""Marks are taken up in the order of an index: after an activation every lead has one of the same moment."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leads", "0010_erased_people")]

    operations = [
        migrations.AddIndex(
            "factchange", models.Index(fields=["since", "lead"], name="fact_change_in_order")
        ),
        migrations.RemoveIndex("factchange", "fact_change_oldest"),
    ]
