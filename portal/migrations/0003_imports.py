import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0003_search"),
        ("portal", "0002_delivery"),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedMapping",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("people", "People"),
                            ("leads", "Leads"),
                            ("touches", "Touches"),
                            ("handoffs", "Handoffs"),
                            ("deals", "Deals"),
                        ],
                        max_length=12,
                    ),
                ),
                ("document", models.JSONField()),
                ("saved_at", models.DateTimeField()),
                (
                    "saved_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImportJob",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("people", "People"),
                            ("leads", "Leads"),
                            ("touches", "Touches"),
                            ("handoffs", "Handoffs"),
                            ("deals", "Deals"),
                        ],
                        max_length=12,
                    ),
                ),
                ("file_name", models.CharField(max_length=255)),
                ("path", models.CharField(help_text="Below the folder of uploads.", max_length=255)),
                ("header", models.JSONField(default=list)),
                ("mapping", models.JSONField(null=True)),
                ("as_of", models.DateField(null=True)),
                ("version_ref", models.CharField(blank=True, max_length=80)),
                (
                    "step",
                    models.CharField(
                        choices=[("check", "Check"), ("import", "Import")], default="check", max_length=8
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "Being set up"),
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("checked", "Checked"),
                            ("done", "Done"),
                            ("failed", "Stopped"),
                        ],
                        default="new",
                        max_length=8,
                    ),
                ),
                ("share", models.FloatField(default=0)),
                ("report", models.JSONField(default=dict)),
                ("error", models.TextField(blank=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                (
                    "touched_at",
                    models.DateTimeField(
                        help_text="Last sign of life; a run silent for long is taken up again."
                    ),
                ),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="leads.importrun",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("finished_at__isnull", True)),
                        fields=["touched_at"],
                        name="import_unfinished",
                    )
                ],
            },
        ),
    ]
