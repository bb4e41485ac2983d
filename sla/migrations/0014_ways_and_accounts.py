"""Keep the ways of leads and what accounts came to; days are counted anew, for offers tell refusals now."""

import django.db.models.deletion
from django.db import migrations, models

from sla.marking import MarkTallies


def count_anew(apps, schema_editor):
    apps.get_model("sla", "TallyState").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0013_parts_of_leads"),
        ("sla", "0013_marks_once"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("account", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="TallyAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("account", models.BigIntegerField(db_index=True)),
                ("version", models.BigIntegerField()),
                ("grain", models.CharField(max_length=8)),
                ("team", models.BigIntegerField(default=0)),
                ("source", models.CharField(blank=True, max_length=120)),
                ("tier", models.CharField(blank=True, max_length=24)),
                ("first_at", models.DateTimeField()),
                ("worked_at", models.DateTimeField(null=True)),
                ("is_won", models.BooleanField()),
                ("is_elsewhere", models.BooleanField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("earned", models.DecimalField(decimal_places=6, max_digits=24)),
            ],
        ),
        migrations.CreateModel(
            name="TallyRegret",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("account", models.BigIntegerField(db_index=True)),
                ("lead", models.BigIntegerField()),
                ("handoff", models.BigIntegerField()),
                ("deal", models.BigIntegerField()),
                ("offered_at", models.DateTimeField(null=True)),
                ("version", models.BigIntegerField()),
                ("team", models.BigIntegerField()),
                ("source", models.CharField(blank=True, max_length=120)),
                ("tier", models.CharField(blank=True, max_length=24)),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
            ],
        ),
        migrations.AlterField(
            model_name="tallyday",
            name="version",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="sla.agreementversion",
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("breached_at__isnull", False), ("ended_at__isnull", True)),
                fields=["breached_at"],
                name="clock_late",
            ),
        ),
        migrations.AddIndex(
            model_name="tallymark",
            index=models.Index(fields=["book", "id"], name="tally_mark_of_book"),
        ),
        migrations.AddIndex(
            model_name="tallyaccount",
            index=models.Index(
                fields=[
                    "version",
                    "grain",
                    "team",
                    "source",
                    "tier",
                    "first_at",
                    "worked_at",
                    "is_won",
                    "is_elsewhere",
                    "amount",
                    "earned",
                    "account",
                ],
                name="tally_account_asked",
            ),
        ),
        migrations.AddIndex(
            model_name="tallyregret",
            index=models.Index(fields=["offered_at"], name="tally_regret_by_offer"),
        ),
        MarkTallies(),
        migrations.RunPython(count_anew, count_anew),
    ]
