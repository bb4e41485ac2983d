"""Find the leads first seen in a part of a day, to count these anew."""

import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0012_source_in_order"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                django.db.models.expressions.CombinedExpression(models.F("id"), "%%", models.Value(64)),
                models.F("created_at"),
                name="lead_of_part",
            ),
        ),
    ]
