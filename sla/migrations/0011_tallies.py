import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from sla.marking import MarkTallies


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0010_erased_people"),
        ("sla", "0010_clock_of_card"),
    ]

    operations = [
        migrations.CreateModel(
            name="TallyDay",
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
            ],
        ),
        migrations.CreateModel(
            name="TallyMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("book", models.CharField(max_length=8)),
                ("day", models.DateField(null=True)),
                ("at", models.DateTimeField(null=True)),
                ("part", models.SmallIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="TallyPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("book", models.CharField(max_length=8)),
                ("day", models.DateField()),
                ("part", models.SmallIntegerField()),
                ("cells", models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name="TallyState",
            fields=[
                ("book", models.CharField(max_length=8, primary_key=True, serialize=False)),
                ("revision", models.PositiveBigIntegerField(default=0)),
                ("zone", models.CharField(blank=True, max_length=60)),
            ],
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                models.F("due_on"),
                django.db.models.expressions.CombinedExpression(models.F("lead"), "%%", models.Value(64)),
                name="clock_of_part",
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("breached_at__isnull", True), ("ended_at__isnull", True)),
                fields=["due_at"],
                name="clock_overdue",
            ),
        ),
        migrations.AddIndex(
            model_name="handoff",
            index=models.Index(
                django.db.models.expressions.CombinedExpression(models.F("lead"), "%%", models.Value(64)),
                models.F("offered_at"),
                name="handoff_of_part",
            ),
        ),
        migrations.AddIndex(
            model_name="handoff",
            index=models.Index(
                condition=models.Q(("cycle__gt", 1), ("hop__gt", 1), _connector="OR"),
                fields=["offered_at"],
                name="handoff_again",
            ),
        ),
        migrations.AddIndex(
            model_name="handoff",
            index=models.Index(
                django.db.models.expressions.CombinedExpression(models.F("lead"), "%%", models.Value(64)),
                models.F("ended_at"),
                name="handoff_end_of_part",
            ),
        ),
        migrations.AddIndex(
            model_name="handoff",
            index=models.Index(
                condition=models.Q(("is_ended", True)), fields=["ended_at"], name="handoff_by_end"
            ),
        ),
        migrations.AddField(
            model_name="tallyday",
            name="version",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="sla.agreementversion",
            ),
        ),
        migrations.AddConstraint(
            model_name="tallypart",
            constraint=models.UniqueConstraint(fields=("book", "day", "part"), name="tally_part_once"),
        ),
        migrations.AddConstraint(
            model_name="tallyday",
            constraint=models.UniqueConstraint(
                fields=("book", "grain", "team", "source", "tier", "day", "version"), name="tally_day_once"
            ),
        ),
        MarkTallies(),
    ]
