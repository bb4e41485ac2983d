"""Keep the days of a calendar month added up; what was counted before is counted anew."""

import django.db.models.deletion
from django.db import migrations, models


def count_anew(apps, schema_editor):
    apps.get_model("sla", "TallyState").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("sla", "0014_ways_and_accounts"),
    ]

    operations = [
        migrations.CreateModel(
            name="TallyMonth",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("book", models.CharField(max_length=8)),
                ("grain", models.CharField(max_length=8)),
                ("team", models.BigIntegerField(default=0)),
                ("source", models.CharField(blank=True, max_length=120)),
                ("tier", models.CharField(blank=True, max_length=24)),
                ("day", models.DateField()),
                ("counts", models.JSONField()),
                ("times", models.JSONField()),
                (
                    "version",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="sla.agreementversion",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("book", "grain", "team", "source", "tier", "day", "version"),
                        name="tally_month_once",
                    )
                ],
            },
        ),
        migrations.RunPython(count_anew, count_anew),
    ]
